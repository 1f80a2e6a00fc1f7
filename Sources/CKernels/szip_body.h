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
  uint8_t *next, *end;
  uint64_t bits;
  // Bits free in `bits`, 1 to 64.
  int room;
  int overflow;
} ek_bit_writer;

static inline void ek_flush_word(ek_bit_writer *w) {
  if (w->end - w->next < 8) {
    w->overflow = 1;
    return;
  }
  uint64_t big = __builtin_bswap64(w->bits);
  __builtin_memcpy(w->next, &big, 8);
  w->next += 8;
}

// The low `count` bits of `value`, which has no others; 1 to 64.
static inline void ek_put(ek_bit_writer *w, uint64_t value, int count) {
  if (count < w->room) {
    w->room -= count;
    w->bits |= value << w->room;
    return;
  }
  count -= w->room;
  w->bits |= value >> count;
  ek_flush_word(w);
  w->bits = count ? value << (64 - count) : 0;
  w->room = 64 - count;
}

// `zeros` zero bits, then a one.
static void ek_put_unary(ek_bit_writer *w, uint64_t zeros) {
  for (; zeros >= 63; zeros -= 63) ek_put(w, 0, 63);
  ek_put(w, 1, (int)zeros + 1);
}

#define SZIP_PAIRS UINT64_C(0x0000FFFF0000FFFF)
#define SZIP_LANES UINT64_C(0x0001000100010001)

// The sum over a block of d >> k.
static inline uint64_t ek_shifted_sum(uint64_t first, uint64_t second, int k) {
  uint64_t kept = (UINT64_C(0xFFFF) >> k) * SZIP_LANES;
  uint64_t a = first >> k & kept, b = second >> k & kept;
  uint64_t sum = (a & SZIP_PAIRS) + (a >> 16 & SZIP_PAIRS) + (b & SZIP_PAIRS) + (b >> 16 & SZIP_PAIRS);
  return (sum & 0xFFFFFFFF) + (sum >> 32);
}

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

// The splitting position of least length, of equals the one nearest to the block's before. Length as a function of the
// position has one minimum (A. Kiely, IPN Progress Report 42-159, 2004), and a sum of high parts below the number of
// samples, or not below it, tells that there is nothing to gain further up, or further down.
static inline ek_split ek_choose_split(uint64_t first, uint64_t second, int samples, int k) {
  uint64_t sum = ek_shifted_sum(first, second, k), least = sum + (uint64_t)(samples * (k + 1));
  int best = k;
  while (sum >= (uint64_t)samples && best < SZIP_LARGEST_K) {
    sum = ek_shifted_sum(first, second, best + 1);
    uint64_t length = sum + (uint64_t)(samples * (best + 2));
    if (length >= least) break;
    least = length;
    best++;
  }
  if (best != k) return (ek_split){least, best};
  while (best > 0) {
    sum = ek_shifted_sum(first, second, best - 1);
    uint64_t length = sum + (uint64_t)(samples * best);
    if (length >= least) break;
    least = length;
    best--;
    if (sum >= (uint64_t)samples) break;
  }
  return (ek_split){least, best};
}

// One block that is not all zero. `reference` is -1 unless its first sample is one.
static inline int ek_put_block(ek_bit_writer *w, const uint16_t *d, int reference, int k) {
  uint64_t first, second;
  __builtin_memcpy(&first, d, 8);
  __builtin_memcpy(&second, d + 4, 8);
  int isReference = reference >= 0, samples = SZIP_BLOCK - isReference;
  ek_split split = ek_choose_split(first, second, samples, k);
  uint64_t plain = (uint64_t)(samples * SZIP_BITS), extension = UINT64_MAX;
  // The second extension codes the sums s of pairs in more than s (s + 1) / 2 bits: only small ones pay.
  if (ek_shifted_sum(first, second, 0) < 2 * SZIP_BLOCK) {
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
    if (!isReference && unary <= 60) {
      // Identifier and unary codes in one word: each ends where a one stands.
      uint64_t word = 0;
      int place = (int)unary;
      for (int i = 0; i < SZIP_BLOCK; i++) {
        place -= (d[i] >> k) + 1;
        word |= UINT64_C(1) << place;
      }
      ek_put(w, (uint64_t)(k + 1) << unary | word, (int)unary + SZIP_ID_BITS);
    } else {
      ek_put(w, (uint64_t)(k + 1), SZIP_ID_BITS);
      if (isReference) ek_put(w, (uint64_t)reference, SZIP_BITS);
      for (int i = isReference; i < SZIP_BLOCK; i++) ek_put_unary(w, d[i] >> k);
    }
    if (k > 0) {
      // The difference at a reference sample is 0, so that only the count tells it is left out.
      ek_put(w, ek_low_bits(first, k), (4 - isReference) * k);
      ek_put(w, ek_low_bits(second, k), 4 * k);
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
  ek_bit_writer w = {out, out + capacity, 0, 64, 0};
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
  // What is left of the last word, byte by byte.
  for (int left = 64 - w.room; left > 0; left -= 8) {
    if (w.next == w.end) return -1;
    *w.next++ = (uint8_t)(w.bits >> 56);
    w.bits <<= 8;
  }
  return w.overflow ? -1 : w.next - out;
}
