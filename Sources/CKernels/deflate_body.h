// Deflate (RFC 1951) of shuffled samples. Low bytes hardly repeat: most of what matches save is saved by the last place that
// had the same three bytes, if it is weighed what each saves. High bytes come in runs. So each is done in its own way, with
// codes of its own, and so that it is also read fast. Included once for each instruction set.

// What stands for a token, and how many bits that is; a byte has a distance of none.
static inline uint64_t FN(deflate_token_bits)(const ek_codes *codes, uint32_t token, uint32_t *count) {
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
  ek_codes codes;
  ek_make_codes(b, space, &codes);
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
