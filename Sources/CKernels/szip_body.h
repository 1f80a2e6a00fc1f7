// The lossless code of CCSDS 121.0-B-3 for 16-bit samples, in blocks of 8, with nearest-neighbour differences. Every
// choice that the standard leaves open is made as libaec makes it, so that the bits are those of libaec: tests compare
// them. Written once in plain words of 64 bits: four samples lie in one.

#ifndef EK_SZIP_WRITER
#define EK_SZIP_WRITER
#define SZIP_BLOCK 8
#define SZIP_BITS 16
// Identifiers take 4 bits; k + 1 must differ from 0 (zero blocks, second extension) and 15 (as they are).
#define SZIP_ID_BITS 4
#define SZIP_LARGEST_K 13
// Zero blocks are counted within segments of so many; a run to the segment's end has a code of its own.
#define SZIP_SEGMENT 64

typedef struct {
  uint8_t *next;
  // Bits that make no whole byte yet, from the highest one down: `used` of them, 0 to 7.
  uint64_t bits;
  int used;
} ek_bit_writer;

// Room that a block needs behind `next`: its longest code, and what is written beyond it.
#define SZIP_BLOCK_ROOM 40

// The low `count` bits of `value`, which has no others; 1 to 56. Without a branch, since where bytes end cannot be
// predicted: eight bytes are written each time, of which the next call goes over those that are not whole.
static inline void ek_put(ek_bit_writer *w, uint64_t value, int count) {
  int used = w->used + count;
  uint64_t bits = w->bits | value << (64 - used), big = __builtin_bswap64(bits);
  __builtin_memcpy(w->next, &big, 8);
  w->next += used >> 3;
  w->bits = bits << (used & 56);
  w->used = used & 7;
}

// `zeros` zero bits, then a one.
static void ek_put_unary(ek_bit_writer *w, uint64_t zeros) {
  for (; zeros >= 56; zeros -= 56) ek_put(w, 0, 56);
  ek_put(w, 1, (int)zeros + 1);
}

#define SZIP_PAIRS UINT64_C(0x0000FFFF0000FFFF)
#define SZIP_LANES UINT64_C(0x0001000100010001)

// The sum over a block.
static inline uint64_t ek_block_sum(uint64_t first, uint64_t second) {
  uint64_t pairs = (first & SZIP_PAIRS) + (first >> 16 & SZIP_PAIRS);
  pairs += (second & SZIP_PAIRS) + (second >> 16 & SZIP_PAIRS);
  return (pairs & 0xFFFFFFFF) + (pairs >> 32);
}

// Four samples without their low k bits.
static inline uint64_t ek_high_bits(uint64_t four, int k) { return four >> k & (UINT64_C(0xFFFF) >> k) * SZIP_LANES; }

// For each of four numbers the sum of those up to it; sums must be below 2^16.
static inline uint64_t ek_running_sums(uint64_t four) { return four * SZIP_LANES; }

// The low k bits of four samples, the first one's highest.
static inline uint64_t ek_low_bits(uint64_t four, int k) {
  uint64_t kept = four & ((UINT64_C(1) << k) - 1) * SZIP_LANES;
  uint64_t pairs = (kept & SZIP_PAIRS) << k | (kept >> 16 & SZIP_PAIRS);
  return (pairs & 0xFFFFFFFF) << 2 * k | pairs >> 32;
}

typedef struct {
  uint64_t length;
  int k;
} ek_split;

// The splitting position of least length, of equals the one nearest to `k`, the block's before. `sum` is the sum over
// the block of d.
//
// The step from position p to p + 1 lengthens the code by a bit a sample and shortens it by the sum of d >> p less the
// sum of d >> p + 1, which never grows with p: there is one minimum (A. Kiely, IPN Progress Report 42-159, 2004). What
// is saved is the sum of d / 2^(p + 1), each rounded to the nearest, so that it lies within half a bit a sample of
// sum / 2^(p + 1). Up to `low` each step saves more than it costs by that, from `low` + 2 on less, and two are left to
// look at; no branch depends on the samples. From `low` on sums are at most 128.
static inline ek_split ek_choose_split(uint64_t first, uint64_t second, uint64_t sum, uint64_t samples, int k) {
  int low = 63 - __builtin_clzll(sum / (3 * SZIP_BLOCK) * 2 | 1);
  low = low < SZIP_LARGEST_K - 1 ? low : SZIP_LARGEST_K - 1;
  uint64_t a = ek_high_bits(first, low), b = ek_high_bits(second, low);
  uint64_t at = ek_running_sums(a + b) >> 48;
  uint64_t next = ek_running_sums(ek_high_bits(a, 1) + ek_high_bits(b, 1)) >> 48;
  uint64_t last = ek_running_sums(ek_high_bits(a, 2) + ek_high_bits(b, 2)) >> 48;
  int least = low + (at - next > samples) + (next - last > samples);
  int most = low + (at - next >= samples) + (next - last >= samples);
  k = k < most ? k : most;
  k = k > least ? k : least;
  k = k < SZIP_LARGEST_K ? k : SZIP_LARGEST_K;
  sum = k == low ? at : k == low + 1 ? next : last;
  return (ek_split){sum + samples * (uint64_t)(k + 1), k};
}

// `top` shifted to the right by each of four numbers below 64, all in one.
static inline uint64_t ek_bits_at(uint64_t top, uint64_t four) {
  return top >> (four & 63) | top >> (four >> 16 & 63) | top >> (four >> 32 & 63) | top >> (four >> 48 & 63);
}

// One block that is not all zero. `reference` is -1 unless its first sample is one.
static inline int ek_put_block(ek_bit_writer *w, const uint16_t *d, int reference, int k) {
  uint64_t first, second;
  __builtin_memcpy(&first, d, 8);
  __builtin_memcpy(&second, d + 4, 8);
  int isReference = reference >= 0, samples = SZIP_BLOCK - isReference;
  uint64_t sum = ek_block_sum(first, second);
  ek_split split = ek_choose_split(first, second, sum, (uint64_t)samples, k);
  uint64_t plain = (uint64_t)(samples * SZIP_BITS), extension = UINT64_MAX;
  // The second extension codes the sums s of pairs in more than s (s + 1) / 2 bits: only small ones pay.
  if (sum < 2 * SZIP_BLOCK) {
    extension = 1;
    for (int i = 0; i < SZIP_BLOCK; i += 2) {
      uint64_t s = (uint64_t)d[i] + d[i + 1];
      extension += s * (s + 1) / 2 + d[i + 1] + 1;
    }
    if (extension > plain) extension = UINT64_MAX;
  }
  if (split.length < plain && split.length < extension) {
    k = split.k;
    uint64_t unary = split.length - (uint64_t)(samples * k);
    if (!isReference && unary <= 52) {
      // Identifier and unary codes in one word: each ends where a one stands.
      uint64_t ends = ek_running_sums(ek_high_bits(first, k) + SZIP_LANES);
      uint64_t rest = ek_running_sums(ek_high_bits(second, k) + SZIP_LANES) + (ends >> 48) * SZIP_LANES;
      uint64_t word = ek_bits_at(UINT64_C(1) << unary, ends) | ek_bits_at(UINT64_C(1) << unary, rest);
      ek_put(w, (uint64_t)(k + 1) << unary | word, (int)unary + SZIP_ID_BITS);
    } else {
      ek_put(w, (uint64_t)(k + 1), SZIP_ID_BITS);
      if (isReference) ek_put(w, (uint64_t)reference, SZIP_BITS);
      for (int i = isReference; i < SZIP_BLOCK; i++) ek_put_unary(w, d[i] >> k);
    }
    if (k > 0) {
      // The difference at a reference sample is 0, so that only the count tells it is left out.
      uint64_t head = ek_low_bits(first, k), tail = ek_low_bits(second, k);
      if (k <= 7) {
        ek_put(w, head << 4 * k | tail, samples * k);
      } else {
        ek_put(w, head, (samples - 4) * k);
        ek_put(w, tail, 4 * k);
      }
    }
  } else if (extension < plain || (split.length < plain && extension <= split.length)) {
    ek_put(w, 1, SZIP_ID_BITS + 1);
    if (isReference) ek_put(w, (uint64_t)reference, SZIP_BITS);
    for (int i = 0; i < SZIP_BLOCK; i += 2) {
      uint64_t s = (uint64_t)d[i] + d[i + 1];
      ek_put_unary(w, s * (s + 1) / 2 + d[i + 1]);
    }
  } else {
    ek_put(w, (1 << SZIP_ID_BITS) - 1, SZIP_ID_BITS);
    for (int i = 0; i < SZIP_BLOCK; i++) ek_put(w, i == 0 && isReference ? (uint64_t)reference : d[i], SZIP_BITS);
  }
  return split.k;
}

// A run of zero blocks. One that reaches the segment's end and is longer than four has the code of five.
static void ek_put_zero_blocks(ek_bit_writer *w, long run, int reachesEnd, int reference) {
  ek_put(w, 0, SZIP_ID_BITS + 1);
  if (reference >= 0) ek_put(w, (uint64_t)reference, SZIP_BITS);
  ek_put_unary(w, reachesEnd && run > 4 ? 4 : run >= 5 ? (uint64_t)run : (uint64_t)run - 1);
}
#endif

// Differences of one line from its second sample on, folded so that small ones of either sign are small numbers; the
// first is 0. Samples count as unsigned, and a difference that cannot be of the other sign takes a number of its own.
static void FN(szip_differences)(const uint16_t *x, long count, uint16_t *d) {
  d[0] = 0;
  for (long i = 1; i < count; i++) {
    uint16_t before = x[i - 1], now = x[i], up = now - before, down = before - now;
    uint16_t room = before < (uint16_t)~before ? before : (uint16_t)~before;
    uint16_t size = now >= before ? up : down, folded = now >= before ? 2 * up : 2 * down - 1;
    uint16_t far = now >= before ? now : (uint16_t)~now;
    d[i] = size <= room ? folded : far;
  }
}

static long FN(szip_encode16)(const int16_t *in, long count, long line, uint16_t *differences, uint8_t *out,
                              long capacity) {
  ek_bit_writer w = {out, 0, 0};
  const uint8_t *end = out + capacity;
  long blocks = (line + SZIP_BLOCK - 1) / SZIP_BLOCK;
  int k = 0;
  for (long start = 0; start < count; start += line) {
    const uint16_t *x = (const uint16_t *)in + start;
    long present = count - start < line ? count - start : line;
    FN(szip_differences)(x, present, differences);
    // Lines are filled up with their last sample.
    __builtin_memset(differences + present, 0, (size_t)(blocks * SZIP_BLOCK - present) * 2);
    long run = 0;
    int runReference = -1;
    for (long b = 0; b < blocks; b++) {
      if (end - w.next < SZIP_BLOCK_ROOM) return -1;
      const uint16_t *d = differences + b * SZIP_BLOCK;
      uint64_t first, second;
      __builtin_memcpy(&first, d, 8);
      __builtin_memcpy(&second, d + 4, 8);
      int reference = b == 0 ? x[0] : -1;
      if ((first | second) == 0) {
        if (run++ == 0) runReference = reference;
        if (b + 1 == blocks || (b + 1) % SZIP_SEGMENT == 0) {
          ek_put_zero_blocks(&w, run, 1, runReference);
          run = 0;
        }
        continue;
      }
      if (run > 0) {
        ek_put_zero_blocks(&w, run, 0, runReference);
        run = 0;
      }
      k = ek_put_block(&w, d, reference, k);
    }
  }
  // The bits that are left stand in the next byte already.
  return w.next - out + (w.used > 0);
}
