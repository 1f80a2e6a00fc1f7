// Deflate (RFC 1951) of shuffled samples. Low bytes hardly repeat: most of what matches save is saved by the last place that
// had the same three bytes, if it is weighed what each saves. High bytes come in runs. So each is done in its own way, with
// codes of its own, and so that it is also read fast. Included once for each instruction set.

// Counts by token to counts by symbol: lengths share symbols.
static void FN(deflate_symbols)(const uint32_t *tokens, uint32_t *symbols) {
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
} FN(deflate_codes);

static void FN(deflate_make_codes)(int b, const ek_deflate_space *space, FN(deflate_codes) *codes) {
  uint32_t symbols[DEFLATE_SYMBOLS];
  uint16_t bits[DEFLATE_SYMBOLS], distance_bits[DEFLATE_DISTANCES];
  FN(deflate_symbols)(space->symbols[b], symbols);
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

// What stands for a token, and how many bits that is; a byte has a distance of none.
static inline uint64_t FN(deflate_token_bits)(const FN(deflate_codes) *codes, uint32_t token, uint32_t *count) {
  uint32_t code = codes->symbols[token >> DEFLATE_LENGTH_AT], slot = token >> DEFLATE_SLOT_AT & 31;
  uint32_t distance = codes->distances[slot];
  uint64_t extra = (token & ((1 << DEFLATE_DISTANCE_BITS) - 1)) - codes->least[slot];
  uint64_t both = (distance & 0xFFFF) | extra << (distance >> 16 & 15);
  *count = (code >> 24) + (distance >> 24);
  return (code & 0xFFFFFF) | both << (code >> 24);
}

// Writes block `b`, which stands for `size` bytes; false where `capacity` bytes may not suffice.
static int FN(deflate_write)(int b, long count, const uint8_t *bytes, long size, int is_last, ek_deflate_space *space,
                             ek_bits *out, long capacity) {
  FN(deflate_codes) codes;
  FN(deflate_make_codes)(b, space, &codes);
  // Codes that save less than one byte in 32 cost the reader more than they are worth.
  if (codes.size / 8 + (uint64_t)size / 32 >= (uint64_t)size && size < 1 << 16)
    return ek_write_stored(out, is_last, bytes, size, capacity);
  // A header takes no more than 14 bits for each length and 80 more.
  if ((uint64_t)capacity < codes.size / 8 + 600) return 0;

  // A copy that stays in registers.
  ek_bits own = *out;
  ek_write_block_header(&own, is_last, codes.lengths, codes.distance_lengths);
  const uint32_t *tokens = space->tokens + b * (DEFLATE_PIECE / 2);
  long i = 0;
  for (; i + 2 <= count; i += 2) {
    uint32_t length, next_length;
    uint64_t token = FN(deflate_token_bits)(&codes, tokens[i], &length);
    uint64_t next = FN(deflate_token_bits)(&codes, tokens[i + 1], &next_length);
    if (DEFLATE_RARE(length + next_length > 56)) {
      ek_write_bits(&own, token, length);
      ek_write_bits(&own, next, next_length);
    } else {
      ek_write_bits(&own, token | next << length, length + next_length);
    }
  }
  if (i < count) {
    uint32_t length;
    uint64_t token = FN(deflate_token_bits)(&codes, tokens[i], &length);
    ek_write_bits(&own, token, length);
  }
  ek_write_bits(&own, codes.end, codes.lengths[DEFLATE_END]);
  *out = own;
  return 1;
}

// Blocks of low bytes; false where `end` comes too soon.
static int FN(deflate_low)(const uint8_t *bytes, long count, ek_deflate_space *space, ek_bits *out, const uint8_t *end) {
  for (long start = 0; start < count; start += DEFLATE_PIECE) {
    const uint8_t *piece = bytes + start;
    long size = count - start < DEFLATE_PIECE ? count - start : DEFLATE_PIECE;
    long ends[3] = {0, (size + 1) / 2, size}, counts[2];
    __builtin_memset(space->heads, 0, sizeof space->heads);
    FN(deflate_search)(piece, size, space);
    FN(deflate_choose)(piece, size, space);
    __builtin_memset(space->symbols, 0, sizeof space->symbols);
    __builtin_memset(space->distances, 0, sizeof space->distances);
    FN(deflate_tokens)(piece, ends, space, counts);
    for (int b = 0; b < 2; b++)
      if (!FN(deflate_write)(b, counts[b], piece + ends[b], ends[b + 1] - ends[b], 0, space, out, end - out->at)) return 0;
  }
  return 1;
}

// Blocks of high bytes, each a piece, the stream's last.
static int FN(deflate_high)(const uint8_t *bytes, long count, ek_deflate_space *space, ek_bits *out, const uint8_t *end) {
  for (long start = 0; start < count; start += DEFLATE_PIECE) {
    const uint8_t *piece = bytes + start;
    long size = count - start < DEFLATE_PIECE ? count - start : DEFLATE_PIECE;
    __builtin_memset(space->symbols[0], 0, sizeof space->symbols[0]);
    __builtin_memset(space->distances[0], 0, sizeof space->distances[0]);
    long tokens = FN(deflate_runs)(piece, size, space);
    int is_last = start + size == count;
    if (!FN(deflate_write)(0, tokens, piece, size, is_last, space, out, end - out->at)) return 0;
  }
  return 1;
}

static long FN(deflate16)(const uint8_t *shuffled, long count, void *memory, uint8_t *out, long capacity) {
  ek_deflate_space *space = memory;
  ek_bits bits = {out, 0, 0};
  if (count < 1) return -1;
  if (!FN(deflate_low)(shuffled, count, space, &bits, out + capacity)) return -1;
  if (!FN(deflate_high)(shuffled + count, count, space, &bits, out + capacity)) return -1;
  ek_write_bits(&bits, 0, 7);
  return bits.at - out;
}
