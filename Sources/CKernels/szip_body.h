// The lossless code of CCSDS 121.0-B-3 for 16-bit samples, in blocks of 8, with nearest-neighbour differences. Every
// choice that the standard leaves open is made as libaec makes it, so that the bits are those of libaec: tests compare
// them. A line's codes are made first, wherever they will stand, and written one after the other then; see
// szip_codes_body.h.

#ifndef EK_SZIP_WRITER
#define EK_SZIP_WRITER
#define SZIP_BLOCK 8
#define SZIP_BITS 16
// Identifiers take 4 bits; k + 1 must differ from 0 (zero blocks, second extension) and 15 (as they are).
#define SZIP_ID_BITS 4
#define SZIP_LARGEST_K 13
// Zero blocks are counted within segments of so many; a run to the segment's end has a code of its own.
#define SZIP_SEGMENT 64
// Blocks of the longest line.
#define SZIP_BLOCKS 128

typedef struct {
  uint8_t *next;
  // Bits that are to stand from `next` on, from the highest one down: `used` of them, 0 to 63; 0 to 7 when settled.
  uint64_t bits, used;
} ek_bit_writer;

// Room that a block needs behind what is written: its longest code, and what is written beyond it.
#define SZIP_BLOCK_ROOM 40

static inline int ek_has_room(const ek_bit_writer *w, const uint8_t *end) {
  return end - w->next >= SZIP_BLOCK_ROOM + (long)(w->used >> 3);
}

static inline void ek_store(uint8_t *place, uint64_t bits) {
  uint64_t big = __builtin_bswap64(bits);
  __builtin_memcpy(place, &big, 8);
}

// Leaves those bits that make no whole byte yet.
static inline void ek_settle(ek_bit_writer *w) {
  ek_store(w->next, w->bits);
  w->next += w->used >> 3;
  w->bits <<= w->used & 56;
  w->used &= 7;
}

// The low `count` bits of `value`, which has no others; 1 to 56. The writer is settled before and after. Without a
// branch, since where bytes end cannot be predicted: eight bytes are written each time, of which the next call goes
// over those that are not whole.
static inline void ek_put(ek_bit_writer *w, uint64_t value, uint64_t count) {
  uint64_t used = w->used + count;
  uint64_t bits = w->bits | value << (64 - used);
  ek_store(w->next, bits);
  w->next += used >> 3;
  w->bits = bits << (used & 56);
  w->used = used & 7;
}

// `zeros` zero bits, then a one.
static void ek_put_unary(ek_bit_writer *w, uint64_t zeros) {
  for (; zeros >= 56; zeros -= 56) ek_put(w, 0, 56);
  ek_put(w, 1, zeros + 1);
}

// The `length` highest bits of two words, which have no others; 0 to 128.
typedef struct {
  uint64_t high, low, length;
} ek_code;

// Without a branch again: three words are written whatever the length. The writer need not be settled and does not
// become so.
static inline void ek_put_code(ek_bit_writer *w, ek_code code) {
  uint64_t total = w->used + code.length, back = ~w->used & 63;
  uint64_t first = w->bits | code.high >> w->used;
  uint64_t second = code.high << 1 << back | code.low >> w->used;
  uint64_t third = code.low << 1 << back;
  ek_store(w->next, first);
  ek_store(w->next + 8, second);
  ek_store(w->next + 16, third);
  w->next += total >> 6 << 3;
  w->bits = total < 64 ? first : total < 128 ? second : third;
  w->used = total & 63;
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
  int least, most;
} ek_splits;

// The splitting positions of least length, first and last; there may be some beyond SZIP_LARGEST_K. `sum` is the sum
// over the block.
//
// The step from position p to p + 1 lengthens the code by a bit a sample and shortens it by the sum of d >> p less the
// sum of d >> p + 1, which never grows with p: there is one minimum (A. Kiely, IPN Progress Report 42-159, 2004). What
// is saved is the sum of d / 2^(p + 1), each rounded to the nearest, so that it lies within half a bit a sample of
// sum / 2^(p + 1). Up to `low` each step saves more than it costs by that, from `low` + 2 on less, and two are left to
// look at; no branch depends on the samples. From `low` on sums are at most 128.
static inline ek_splits ek_best_splits(uint64_t first, uint64_t second, uint64_t sum, uint64_t samples) {
  int low = 63 - __builtin_clzll(sum / (3 * SZIP_BLOCK) * 2 | 1);
  low = low < SZIP_LARGEST_K - 1 ? low : SZIP_LARGEST_K - 1;
  uint64_t a = ek_high_bits(first, low), b = ek_high_bits(second, low);
  uint64_t at = ek_running_sums(a + b) >> 48;
  uint64_t next = ek_running_sums(ek_high_bits(a, 1) + ek_high_bits(b, 1)) >> 48;
  uint64_t last = ek_running_sums(ek_high_bits(a, 2) + ek_high_bits(b, 2)) >> 48;
  int least = low + (at - next > samples) + (next - last > samples);
  int most = low + (at - next >= samples) + (next - last >= samples);
  return (ek_splits){least, most};
}

// `top` shifted to the right by each of four numbers below 64, all in one.
static inline uint64_t ek_bits_at(uint64_t top, uint64_t four) {
  return top >> (four & 63) | top >> (four >> 16 & 63) | top >> (four >> 32 & 63) | top >> (four >> 48 & 63);
}

// One block with its splitting position `k`, for which neither zero blocks nor the second extension are chosen.
// `reference` is -1 unless its first sample is one.
static void ek_put_block(ek_bit_writer *w, const uint16_t *d, int reference, int k) {
  uint64_t first, second;
  __builtin_memcpy(&first, d, 8);
  __builtin_memcpy(&second, d + 4, 8);
  int isReference = reference >= 0;
  uint64_t samples = (uint64_t)(SZIP_BLOCK - isReference), bits = (uint64_t)k;
  uint64_t unary = (ek_running_sums(ek_high_bits(first, k) + ek_high_bits(second, k)) >> 48) + samples;
  if (unary + samples * bits >= samples * SZIP_BITS) {
    uint64_t start = isReference ? (uint64_t)reference : d[0], ids = (1 << SZIP_ID_BITS) - 1;
    ek_put(w, ids << 48 | start << 32 | (uint64_t)d[1] << 16 | d[2], SZIP_ID_BITS + 3 * SZIP_BITS);
    ek_put(w, (uint64_t)d[3] << 32 | (uint64_t)d[4] << 16 | d[5], 3 * SZIP_BITS);
    ek_put(w, (uint64_t)d[6] << 16 | d[7], 2 * SZIP_BITS);
    return;
  }
  if (unary <= 52) {
    // All unary codes in one word: each ends where a one stands, and a reference sample has none.
    uint64_t ends = ek_running_sums(ek_high_bits(first, k) + SZIP_LANES - (uint64_t)isReference);
    uint64_t rest = ek_running_sums(ek_high_bits(second, k) + SZIP_LANES) + (ends >> 48) * SZIP_LANES;
    uint64_t top = UINT64_C(1) << unary, word = ek_bits_at(top, ends) | ek_bits_at(top, rest);
    if (isReference) {
      ek_put(w, (uint64_t)(k + 1) << SZIP_BITS | (uint64_t)reference, SZIP_ID_BITS + SZIP_BITS);
      ek_put(w, word - top, unary);
    } else {
      ek_put(w, (uint64_t)(k + 1) << unary | word, unary + SZIP_ID_BITS);
    }
  } else {
    ek_put(w, (uint64_t)(k + 1), SZIP_ID_BITS);
    if (isReference) ek_put(w, (uint64_t)reference, SZIP_BITS);
    for (int i = isReference; i < SZIP_BLOCK; i++) ek_put_unary(w, d[i] >> k);
  }
  if (k > 0) {
    // The difference at a reference sample is 0, so that only the count tells it is left out.
    uint64_t head = ek_low_bits(first, k), tail = ek_low_bits(second, k);
    if (k <= 7) {
      ek_put(w, head << 4 * k | tail, samples * bits);
    } else {
      ek_put(w, head, (samples - 4) * bits);
      ek_put(w, tail, 4 * bits);
    }
  }
}

// The codes of a line's blocks. Those of length SZIP_UNCODED are left to `ek_put_block`; zero blocks before the end of
// their run have length 0, and 0 in both words.
#define SZIP_UNCODED 255
typedef struct {
  uint64_t high[SZIP_BLOCKS], low[SZIP_BLOCKS], length[SZIP_BLOCKS];
  // The best splitting positions, first and last, and the one that is taken. One more, since they are read and written
  // by twos.
  uint64_t least[SZIP_BLOCKS + 1], most[SZIP_BLOCKS + 1], k[SZIP_BLOCKS + 1];
  // A bit for each block of a segment: all zero; of a sum from 1 to 7.
  uint64_t zero[SZIP_BLOCKS / SZIP_SEGMENT], small[SZIP_BLOCKS / SZIP_SEGMENT];
} ek_line_codes;

// The code of a run of zero blocks. One that reaches the segment's end and is longer than four has that of five.
static ek_code ek_zero_blocks_code(uint64_t run, int reachesEnd, int reference) {
  uint64_t length = SZIP_ID_BITS + 1 + (reachesEnd && run > 4 ? 4 : run >= 5 ? run : run - 1) + 1;
  uint64_t before = 0;
  if (reference >= 0) {
    length += SZIP_BITS;
    before = (uint64_t)reference << (64 - SZIP_ID_BITS - 1 - SZIP_BITS);
  }
  if (length > 64) return (ek_code){before, UINT64_C(1) << (128 - length), length};
  return (ek_code){before | UINT64_C(1) << (64 - length), 0, length};
}

// A line without differences; 0 where there is no room.
static int ek_put_flat_line(ek_bit_writer *w, const uint8_t *end, long blocks, int reference) {
  for (long start = 0; start < blocks; start += SZIP_SEGMENT) {
    if (!ek_has_room(w, end)) return 0;
    long run = blocks - start < SZIP_SEGMENT ? blocks - start : SZIP_SEGMENT;
    ek_put_code(w, ek_zero_blocks_code((uint64_t)run, 1, start == 0 ? reference : -1));
  }
  return 1;
}

// Codes at the ends of all runs of zero blocks in a line.
static void ek_code_runs(ek_line_codes *codes, long blocks, int reference) {
  for (long start = 0; start < blocks; start += SZIP_SEGMENT) {
    long count = blocks - start < SZIP_SEGMENT ? blocks - start : SZIP_SEGMENT;
    uint64_t zero = codes->zero[start / SZIP_SEGMENT] & ~UINT64_C(0) >> (64 - count);
    for (uint64_t ends = zero & ~(zero >> 1); ends != 0; ends &= ends - 1) {
      int end = __builtin_ctzll(ends);
      uint64_t others = ~(zero << (63 - end));
      int run = others == 0 ? 64 : __builtin_clzll(others);
      int atReference = start == 0 && run == end + 1;
      ek_code code = ek_zero_blocks_code((uint64_t)run, end + 1 == count, atReference ? reference : -1);
      codes->high[start + end] = code.high;
      codes->low[start + end] = code.low;
      codes->length[start + end] = code.length;
    }
  }
}

// The second extension, where it is no longer than the best splitting. It codes the sum s of a pair and its second
// number o as s (s + 1) / 2 + o in unary, which takes 3 bits less than a split at 0 takes, and the sum of
// e = s (s - 1) / 2 + o over the four pairs more. That sum may be 3, or 2 where there is a reference sample, which that
// split does not count. As e is at least s - 1, sums of blocks above 7 are too large (and up to there no split is
// shorter than that at 0), and so are those of pairs above 3, up to which s (s - 1) / 2 is the second bit of s and
// twice the product of both.
static void ek_code_extensions(ek_line_codes *codes, long blocks, const uint16_t *d, int reference) {
  for (long start = 0; start < blocks; start += SZIP_SEGMENT) {
    for (uint64_t small = codes->small[start / SZIP_SEGMENT]; small != 0; small &= small - 1) {
      long block = start + __builtin_ctzll(small);
      uint64_t first, second;
      __builtin_memcpy(&first, d + block * SZIP_BLOCK, 8);
      __builtin_memcpy(&second, d + block * SZIP_BLOCK + 4, 8);
      // Pairs 0, 2, 1 and 3, from the lowest lane up.
      uint64_t others = (first >> 16 & SZIP_PAIRS) | (second >> 16 & SZIP_PAIRS) << 16;
      uint64_t sums = ((first & SZIP_PAIRS) | (second & SZIP_PAIRS) << 16) + others;
      uint64_t two = sums >> 1 & SZIP_LANES, excess = two + 2 * (sums & two) + others;
      uint64_t unary = sums + excess + SZIP_LANES;
      uint64_t pairs[4] = {unary & 63, unary >> 32 & 63, unary >> 16 & 63, unary >> 48};
      uint64_t isReference = block == 0, length = 0;
      uint64_t top = UINT64_C(1) << (64 - SZIP_ID_BITS - 1), before = top >> isReference * SZIP_BITS;
      uint64_t high = top | isReference * (uint64_t)reference * before;
      for (int i = 0; i < 4; i++) {
        length += pairs[i];
        high |= before >> length;
      }
      length += SZIP_ID_BITS + 1 + isReference * SZIP_BITS;
      int pays = (sums & 4 * SZIP_LANES) == 0 && ek_running_sums(excess) >> 48 <= 3 - isReference;
      codes->high[block] = pays ? high : codes->high[block];
      codes->low[block] = pays ? 0 : codes->low[block];
      codes->length[block] = pays ? length : codes->length[block];
    }
  }
}

// A line's codes; 0 where there is no room.
static inline __attribute__((always_inline)) int ek_put_line(ek_bit_writer *w, const uint8_t *end,
                                                             const ek_line_codes *codes, long blocks,
                                                             const uint16_t *d, int reference) {
  // A copy that stays in registers: the bytes written might be those of the writer itself, for all that is known.
  ek_bit_writer own = *w;
  for (long b = 0; b < blocks; b++) {
    if (!ek_has_room(&own, end)) return 0;
    uint64_t length = codes->length[b];
    if (length != SZIP_UNCODED) {
      ek_put_code(&own, (ek_code){codes->high[b], codes->low[b], length});
      continue;
    }
    *w = own;
    ek_settle(w);
    ek_put_block(w, d + b * SZIP_BLOCK, b == 0 ? reference : -1, (int)codes->k[b]);
    own = *w;
  }
  *w = own;
  return 1;
}
#endif

#include "szip_codes_body.h"

// Differences of one line from its second sample on, folded so that small ones of either sign are small numbers; the
// first is 0. Samples count as unsigned, and a difference that cannot be of the other sign takes a number of its own.
// Returns whether there is any other than 0.
static int FN(szip_differences)(const uint16_t *x, long count, uint16_t *d) {
  uint16_t any = 0;
  d[0] = 0;
  for (long i = 1; i < count; i++) {
    uint16_t before = x[i - 1], now = x[i], up = now - before, down = before - now;
    uint16_t room = before < (uint16_t)~before ? before : (uint16_t)~before;
    uint16_t size = now >= before ? up : down, folded = now >= before ? 2 * up : 2 * down - 1;
    uint16_t far = now >= before ? now : (uint16_t)~now;
    d[i] = size <= room ? folded : far;
    any |= d[i];
  }
  return any != 0;
}

static long FN(szip_encode16)(const int16_t *in, long count, long line, uint16_t *differences, uint8_t *out,
                              long capacity) {
  ek_bit_writer w = {out, 0, 0};
  const uint8_t *end = out + capacity;
  long blocks = (line + SZIP_BLOCK - 1) / SZIP_BLOCK;
  ek_line_codes codes;
  int k = 0;
  for (long start = 0; start < count; start += line) {
    const uint16_t *x = (const uint16_t *)in + start;
    long present = count - start < line ? count - start : line;
    if (!FN(szip_differences)(x, present, differences)) {
      if (!ek_put_flat_line(&w, end, blocks, x[0])) return -1;
      continue;
    }
    // Lines are filled up with their last sample, and so are the groups in which codes are made.
    __builtin_memset(differences + present, 0, (size_t)(SZIP_FILLED(blocks) * SZIP_BLOCK - present) * 2);
    k = FN(szip_codes)(differences, blocks, k, &codes);
    ek_code_extensions(&codes, blocks, differences, x[0]);
    ek_code_runs(&codes, blocks, x[0]);
    if (!ek_put_line(&w, end, &codes, blocks, differences, x[0])) return -1;
  }
  if (w.used > 0) ek_settle(&w);
  return w.next - out + (w.used > 0);
}
