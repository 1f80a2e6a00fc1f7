// Huffman codes of at most so many bits (RFC 1951, section 3.2.2), and how a block's header tells them. Included once.
#pragma once

// Sorts numbers below 2^25 by all bits but the lowest nine; those that are equal there must be in order.
static void ek_sort_counts(uint32_t *keys, uint32_t *other, int count) {
  if (count <= 32) {
    for (int i = 1; i < count; i++) {
      uint32_t key = keys[i];
      int place = i;
      for (; place > 0 && keys[place - 1] > key; place--) keys[place] = keys[place - 1];
      keys[place] = key;
    }
    return;
  }
  for (int shift = 9; shift <= 17; shift += 8) {
    uint16_t at[257] = {0};
    for (int i = 0; i < count; i++) at[(keys[i] >> shift & 255) + 1]++;
    for (int i = 0; i < 256; i++) at[i + 1] += at[i];
    for (int i = 0; i < count; i++) other[at[keys[i] >> shift & 255]++] = keys[i];
    __builtin_memcpy(keys, other, (size_t)count * sizeof *keys);
  }
}

// Lengths of the codes of symbols that occur `counts` times, 65,535 at most; 0 where they do not occur. Two symbols get a
// code at least, since some decoders want a complete code.
static void ek_code_lengths(const uint32_t *counts, int symbols, int longest, uint8_t *lengths) {
  uint32_t keys[DEFLATE_SYMBOLS], weights[2 * DEFLATE_SYMBOLS];
  uint16_t parents[2 * DEFLATE_SYMBOLS];
  int leaves = 0;
  __builtin_memset(lengths, 0, (size_t)symbols);
  for (int i = 0; i < symbols; i++)
    if (counts[i]) keys[leaves++] = counts[i] << 9 | (uint32_t)i;
  if (leaves < 2) {
    int symbol = leaves ? (int)(keys[0] & 511) : 0;
    lengths[symbol] = 1;
    lengths[symbol ? 0 : 1] = 1;
    return;
  }
  ek_sort_counts(keys, weights, leaves);
  for (int i = 0; i < leaves; i++) weights[i] = keys[i] >> 9;
  // Leaves by weight, then nodes by weight: the lighter of the two fronts is joined.
  int leaf = 0, node = leaves, nodes = 2 * leaves - 1;
  for (int next = leaves; next < nodes; next++) {
    weights[next] = 0;
    for (int child = 0; child < 2; child++) {
      int lighter = leaf < leaves && (node >= next || weights[leaf] <= weights[node]) ? leaf++ : node++;
      weights[next] += weights[lighter];
      parents[lighter] = (uint16_t)next;
    }
  }
  // Depths, in the place of weights; those of leaves are only counted.
  int of_length[DEFLATE_LONGEST_CODE + 2] = {0};
  weights[nodes - 1] = 0;
  for (int i = nodes - 2; i >= 0; i--) {
    weights[i] = weights[parents[i]] + 1;
    if (i < leaves) of_length[weights[i] < (uint32_t)longest ? weights[i] : (uint32_t)longest]++;
  }
  // Where depths were cut there are too many codes: one of the longest but one grows by a bit and takes one along.
  long used = 0;
  for (int length = 1; length <= longest; length++) used += (long)of_length[length] << (longest - length);
  for (; used > 1L << longest; used--) {
    int length = longest - 1;
    while (of_length[length] == 0) length--;
    of_length[length]--;
    of_length[length + 1] += 2;
    of_length[longest]--;
  }
  for (int length = longest, i = 0; length > 0; length--)
    for (int left = of_length[length]; left > 0; left--) lengths[keys[i++] & 511] = (uint8_t)length;
}

// The codes of these lengths, first bit lowest.
static void ek_code_bits(const uint8_t *lengths, int symbols, uint16_t *bits) {
  uint16_t of_length[16] = {0}, next[16];
  for (int i = 0; i < symbols; i++) of_length[lengths[i]]++;
  of_length[0] = 0;
  for (int length = 1, code = 0; length < 16; length++) {
    code = (code + of_length[length - 1]) << 1;
    next[length] = (uint16_t)code;
  }
  for (int i = 0; i < symbols; i++)
    if (lengths[i]) bits[i] = (uint16_t)(__builtin_bitreverse16(next[lengths[i]]++) >> (16 - lengths[i]));
}

// Counts by token to counts by symbol: lengths share symbols.
static void ek_count_symbols(const uint32_t *tokens, uint32_t *symbols) {
  __builtin_memcpy(symbols, tokens, 256 * sizeof *symbols);
  symbols[DEFLATE_END] = 1;
  for (int i = 0; i < 29; i++) {
    int end = i < 28 ? ek_first_length[i + 1] : DEFLATE_LONGEST + 1;
    symbols[257 + i] = 0;
    for (int length = ek_first_length[i]; length < end; length++) symbols[257 + i] += tokens[256 + length];
  }
}

// What stands for a byte or a length: bits with the length's extra ones, and how many they are from bit 24 on. For a
// distance: bits, how many they are from bit 16 on, and how many with the extra ones from bit 24 on.
typedef struct {
  uint32_t symbols[DEFLATE_TOKEN_SYMBOLS], distances[32], least[32];
  uint8_t lengths[DEFLATE_SYMBOLS], distance_lengths[DEFLATE_DISTANCES];
  uint16_t end;
  // Of the block, in bits, without its header.
  uint64_t size;
} ek_codes;

static void ek_make_codes(int b, const ek_deflate_space *space, ek_codes *codes) {
  uint32_t symbols[DEFLATE_SYMBOLS];
  uint16_t bits[DEFLATE_SYMBOLS], distance_bits[DEFLATE_DISTANCES];
  ek_count_symbols(space->symbols[b], symbols);
  ek_code_lengths(symbols, DEFLATE_SYMBOLS, DEFLATE_LONGEST_CODE, codes->lengths);
  ek_code_lengths(space->distances[b], DEFLATE_DISTANCES, DEFLATE_LONGEST_CODE, codes->distance_lengths);
  ek_code_bits(codes->lengths, DEFLATE_SYMBOLS, bits);
  ek_code_bits(codes->distance_lengths, DEFLATE_DISTANCES, distance_bits);
  codes->end = bits[DEFLATE_END];
  codes->size = codes->lengths[DEFLATE_END];
  for (int i = 0; i < 256; i++) {
    codes->symbols[i] = bits[i] | (uint32_t)codes->lengths[i] << 24;
    codes->size += (uint64_t)symbols[i] * codes->lengths[i];
  }
  for (int i = 0; i < 29; i++) {
    uint32_t code = bits[257 + i], length = codes->lengths[257 + i], extra = ek_length_bits[i];
    codes->size += (uint64_t)symbols[257 + i] * (length + extra);
    // The longest length has a symbol of its own, though the one before could tell it.
    uint32_t *longest = codes->symbols + 256 + DEFLATE_LONGEST, *of = codes->symbols + 256 + ek_first_length[i];
    for (uint32_t j = 0; j < 1u << extra && of + j <= longest; j++) of[j] = code | j << length | (length + extra) << 24;
  }
  __builtin_memset(codes->distances, 0, sizeof codes->distances);
  __builtin_memset(codes->least, 0, sizeof codes->least);
  for (uint32_t i = 0; i < DEFLATE_DISTANCES; i++) {
    uint32_t extra = i < 4 ? 0 : i / 2 - 1, length = codes->distance_lengths[i];
    codes->least[i] = i < 4 ? i : (2 + (i & 1)) << extra;
    codes->distances[i] = distance_bits[i] | length << 16 | (length + extra) << 24;
    codes->size += (uint64_t)space->distances[b][i] * (length + extra);
  }
}

// Bits that were written; fewer than eight of them wait.
typedef struct {
  uint8_t *at;
  uint64_t waiting;
  uint32_t count;
} ek_bits;

// Up to 56 bits.
static inline void ek_write_bits(ek_bits *out, uint64_t bits, uint32_t count) {
  out->waiting |= bits << out->count;
  out->count += count;
  __builtin_memcpy(out->at, &out->waiting, 8);
  out->at += out->count >> 3;
  out->waiting >>= out->count & ~7u;
  out->count &= 7;
}

// The header of a block with codes of its own (RFC 1951, section 3.2.7).
static void ek_write_block_header(ek_bits *out, int is_last, const uint8_t *symbol_lengths,
                                  const uint8_t *distance_lengths) {
  static const uint8_t order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  static const uint8_t extra[19] = {[16] = 2, [17] = 3, [18] = 7};
  int symbols = DEFLATE_SYMBOLS, distances = DEFLATE_DISTANCES, shown = 19, count = 0;
  while (symbols > 257 && symbol_lengths[symbols - 1] == 0) symbols--;
  while (distances > 1 && distance_lengths[distances - 1] == 0) distances--;
  uint8_t all[DEFLATE_SYMBOLS + DEFLATE_DISTANCES], kinds[DEFLATE_SYMBOLS + DEFLATE_DISTANCES];
  uint8_t repeats[DEFLATE_SYMBOLS + DEFLATE_DISTANCES], lengths[19];
  uint16_t codes[19];
  uint32_t counts[19] = {0};
  __builtin_memcpy(all, symbol_lengths, (size_t)symbols);
  __builtin_memcpy(all + symbols, distance_lengths, (size_t)distances);
  for (int i = 0; i < symbols + distances;) {
    int length = all[i], run = 1;
    while (i + run < symbols + distances && all[i + run] == length) run++;
    int kind = length, taken = 1, least = 0;
    if (length == 0 && run >= 3) {
      kind = run <= 10 ? 17 : 18;
      least = run <= 10 ? 3 : 11;
      taken = run < 138 ? run : 138;
    } else if (length != 0 && i > 0 && all[i - 1] == length && run >= 3) {
      kind = 16;
      least = 3;
      taken = run < 6 ? run : 6;
    }
    kinds[count] = (uint8_t)kind;
    repeats[count++] = (uint8_t)(kind < 16 ? 0 : taken - least);
    counts[kind]++;
    i += taken;
  }
  ek_code_lengths(counts, 19, 7, lengths);
  ek_code_bits(lengths, 19, codes);
  while (shown > 4 && lengths[order[shown - 1]] == 0) shown--;
  ek_write_bits(out, (uint64_t)(is_last | 2 << 1 | (symbols - 257) << 3 | (distances - 1) << 8 | (shown - 4) << 13), 17);
  for (int i = 0; i < shown; i++) ek_write_bits(out, lengths[order[i]], 3);
  for (int i = 0; i < count; i++)
    ek_write_bits(out, codes[kinds[i]] | (uint64_t)repeats[i] << lengths[kinds[i]],
                  (uint32_t)(lengths[kinds[i]] + extra[kinds[i]]));
}

// A block of bytes as they are (section 3.2.4); 0 where there is no room.
static int ek_write_stored(ek_bits *out, int is_last, const uint8_t *bytes, long size, long capacity) {
  if (capacity < size + 16) return 0;
  ek_write_bits(out, (uint64_t)is_last, 3);
  if (out->count > 0) ek_write_bits(out, 0, 8 - out->count);
  ek_write_bits(out, (uint64_t)size | (uint64_t)(~size & 0xFFFF) << 16, 32);
  __builtin_memcpy(out->at, bytes, (size_t)size);
  out->at += size;
  return 1;
}
