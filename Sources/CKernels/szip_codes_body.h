// The codes of a line's blocks, in 128 bits each. Nothing in them depends on other blocks but the splitting position,
// which is the one of the best that is nearest to the block's before. So eight blocks are worked on at once, each in a
// 64-bit lane with its samples in two words as in szip_body.h. Included once for each instruction set.

#ifndef SZIP_GROUP
#define SZIP_GROUP 8
// Blocks in whole groups.
#define SZIP_FILLED(blocks) (((blocks) + SZIP_GROUP - 1) / SZIP_GROUP * SZIP_GROUP)
typedef int64_t L8 __attribute__((vector_size(64)));
typedef uint16_t W32 __attribute__((vector_size(64)));
typedef _Bool M8 __attribute__((ext_vector_type(8)));
// The same in every lane.
#define EACH(x) ((Q){0} + (uint64_t)(x))
#endif

#if REGISTER_LANES > 4
// 16 words: every other one from the first, and from the second on.
static inline __attribute__((always_inline)) void FN(szip_alternate)(const void *words, Q *first, Q *second) {
  Q a, b;
  __builtin_memcpy(&a, words, 64);
  __builtin_memcpy(&b, (const uint8_t *)words + 64, 64);
  *first = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
  *second = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
}

// The best splitting positions, as in `ek_best_splits`, with any for blocks that are all zero.
static void FN(szip_splits)(const uint16_t *d, long groups, ek_line_codes *codes) {
  Q samples = EACH(SZIP_BLOCK);
  I largest = (I)EACH(SZIP_LARGEST_K);
  samples[0]--;
  for (long group = 0; group < groups; group++) {
    Q first, second;
    FN(szip_alternate)(d + group * SZIP_GROUP * SZIP_BLOCK, &first, &second);
    W32 fours = __builtin_elementwise_add_sat((W32)first, (W32)second);
    W32 twos = __builtin_elementwise_add_sat(fours, (W32)((Q)fours >> 32));
    Q sum = (Q)__builtin_elementwise_add_sat(twos, (W32)((Q)twos >> 16)) & 0xFFFF;
    // floor(log2(sum / 12)), or 0: the exponent of a number in single precision, when half the range of its mantissa is
    // taken off its bits, tells powers of two times 1.5.
    I low = ((I)__builtin_convertvector((I)sum, V) - ((130 << 23) + (1 << 22))) >> 23;
    low = __builtin_elementwise_max(low, (I){0});
    Q at = (Q)__builtin_elementwise_min(low, (I)EACH(SZIP_LARGEST_K - 1));
    Q kept = (Q)((W32){0} - (W32)(EACH(SZIP_LANES) << at));
    W32 a = (W32)((first & kept) >> at), b = (W32)((second & kept) >> at), next = (a >> 1) + (b >> 1);
    // What the two steps from there save, in a byte each.
    Q saved = (Q)((a + b - next) | (next - (a >> 2) - (b >> 2)) << 8);
    saved += saved >> 32;
    saved += saved >> 16;
    L8 one = (L8)(saved & 0xFF), other = (L8)(saved >> 8 & 0xFF), cost = (L8)samples;
    Q least = at - (Q)(one > cost) - (Q)(other > cost), most = at - (Q)(one >= cost) - (Q)(other >= cost);
    Q zero = (Q)((L8)sum == 0);
    least = (Q)__builtin_elementwise_min((I)least, largest);
    most = (Q)__builtin_elementwise_min((I)(most | (zero & 15)), largest);
    __builtin_memcpy(codes->least + group * SZIP_GROUP, &least, 64);
    __builtin_memcpy(codes->most + group * SZIP_GROUP, &most, 64);
    M8 zeros = __builtin_convertvector(zero, M8), smalls = __builtin_convertvector(~zero & (Q)((L8)sum < 8), M8);
    __builtin_memcpy((uint8_t *)codes->zero + group, &zeros, 1);
    __builtin_memcpy((uint8_t *)codes->small + group, &smalls, 1);
    samples = EACH(SZIP_BLOCK);
  }
}

// Splitting positions from one block to the next; returns the last. One lane counts: scalars take twice as long.
static int FN(szip_positions)(long blocks, int k, ek_line_codes *codes) {
  S8 at = {(int16_t)k};
  for (long b = 0; b < blocks; b++) {
    S8 least, most;
    __builtin_memcpy(&least, codes->least + b, 16);
    __builtin_memcpy(&most, codes->most + b, 16);
    at = __builtin_elementwise_max(__builtin_elementwise_min(at, most), least);
    __builtin_memcpy(codes->k + b, &at, 16);
  }
  return at[0];
}

// Codes of all blocks but those of zeros, with a splitting.
static void FN(szip_words)(const uint16_t *d, long groups, ek_line_codes *codes) {
  Q top = EACH(UINT64_C(1) << (64 - SZIP_ID_BITS));
  for (long group = 0; group < groups; group++) {
    Q first, second, k;
    FN(szip_alternate)(d + group * SZIP_GROUP * SZIP_BLOCK, &first, &second);
    __builtin_memcpy(&k, codes->k + group * SZIP_GROUP, 64);
    Q zero = (Q)((first | second) == 0);
    Q kept = (Q)((W32){0} - (W32)(EACH(SZIP_LANES) << k));
    // Where the samples' unary codes end, by running sums.
    Q a = ((first & kept) >> k) + SZIP_LANES, b = ((second & kept) >> k) + SZIP_LANES;
    a += a << 16;
    a += a << 32;
    b += a >> 48;
    b += b << 16;
    b += b << 32;
    Q head = (k + 1) << (64 - SZIP_ID_BITS), unary = b >> 48;
    head |= top >> (a & 63) | top >> (a >> 16 & 63) | top >> (a >> 32 & 63) | top >> (a >> 48 & 63);
    head |= top >> (b & 63) | top >> (b >> 16 & 63) | top >> (b >> 32 & 63) | top >> (unary & 63);
    // Low bits, as in `ek_low_bits`: 4 k in each of two words, then from the highest bit of two words on.
    a = first & ~kept;
    b = second & ~kept;
    a = (a & SZIP_PAIRS) << k | (a >> 16 & SZIP_PAIRS);
    b = (b & SZIP_PAIRS) << k | (b >> 16 & SZIP_PAIRS);
    a = (a & 0xFFFFFFFF) << 2 * k | a >> 32;
    b = (b & 0xFFFFFFFF) << 2 * k | b >> 32;
    Q all = 8 * k, half = 4 * k, beyond = -all & 63, wide = (Q)(all > 64);
    Q fits = (a << half | b) << beyond, exceeds = a << (-half & 63) | b >> (all & 63);
    Q high = (wide & exceeds) | (~wide & fits), low = wide & b << beyond;
    // They follow the unary codes.
    Q taken = unary + SZIP_ID_BITS, length = taken + all;
    Q coded = (Q)(taken < 64) & (Q)(length <= 128) & ~zero;
    low = coded & (high << (-taken & 63) | low >> (taken & 63));
    high = coded & (head | high >> (taken & 63));
    length = (coded & length) | (~coded & ~zero & SZIP_UNCODED);
    __builtin_memcpy(codes->high + group * SZIP_GROUP, &high, 64);
    __builtin_memcpy(codes->low + group * SZIP_GROUP, &low, 64);
    __builtin_memcpy(codes->length + group * SZIP_GROUP, &length, 64);
  }
}
#endif

// Makes a line's codes but for runs of zero blocks and the second extension, and returns the last splitting position;
// `k` is that of the line before. Differences are 0 up to the end of the last group.
static int FN(szip_codes)(const uint16_t *d, long blocks, int k, ek_line_codes *codes) {
  __builtin_memset(codes->zero, 0, sizeof codes->zero);
  __builtin_memset(codes->small, 0, sizeof codes->small);
#if REGISTER_LANES > 4
  blocks = SZIP_FILLED(blocks);
  long groups = blocks / SZIP_GROUP;
  FN(szip_splits)(d, groups, codes);
  k = FN(szip_positions)(blocks, k, codes);
  FN(szip_words)(d, groups, codes);
  // The reference sample is not in it.
  codes->length[0] = codes->zero[0] & 1 ? 0 : SZIP_UNCODED;
#else
  for (long b = 0; b < blocks; b++) {
    uint64_t first, second;
    __builtin_memcpy(&first, d + b * SZIP_BLOCK, 8);
    __builtin_memcpy(&second, d + b * SZIP_BLOCK + 4, 8);
    uint64_t sum = ek_block_sum(first, second), bit = UINT64_C(1) << (b & 63);
    ek_splits best = ek_best_splits(first, second, sum, SZIP_BLOCK - (b == 0));
    int most = sum == 0 ? SZIP_LARGEST_K : best.most;
    k = k < most ? k : most;
    k = k > best.least ? k : best.least;
    k = k < SZIP_LARGEST_K ? k : SZIP_LARGEST_K;
    codes->k[b] = (uint64_t)k;
    codes->high[b] = codes->low[b] = 0;
    codes->length[b] = sum == 0 ? 0 : SZIP_UNCODED;
    codes->zero[b >> 6] |= sum == 0 ? bit : 0;
    codes->small[b >> 6] |= sum - 1 < 7 ? bit : 0;
  }
#endif
  return k;
}
