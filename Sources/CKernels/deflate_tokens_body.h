// From matches to tokens. Included once for each instruction set.

#ifndef DEFLATE_RARE
#define DEFLATE_RARE(x) __builtin_expect(!!(x), 0)
// How many bytes are the same `distance` before, from the eighth on; at least 7, at most `most`.
static inline uint32_t ek_match_length(const uint8_t *bytes, uint32_t distance, uint32_t most) {
  const uint8_t *before = bytes - distance;
  uint32_t length = DEFLATE_SEEN;
  for (; length + 8 <= most; length += 8) {
    uint64_t here, there;
    __builtin_memcpy(&here, bytes + length, 8);
    __builtin_memcpy(&there, before + length, 8);
    if (here != there) return length + (uint32_t)(__builtin_ctzll(here ^ there) >> 3);
  }
  while (length < most && bytes[length] == before[length]) length++;
  return length;
}

// Before a block's tokens are counted.
static inline void ek_clear_counts(int b, ek_deflate_space *space) {
  __builtin_memset(space->symbols[b], 0, sizeof space->symbols[b]);
  __builtin_memset(space->distances[b], 0, sizeof space->distances[b]);
}
#endif

// Takes the token at `i` into block `b`, which ends at `end`; returns how far it goes.
static inline __attribute__((always_inline)) long FN(deflate_token)(const uint8_t *bytes, long i, long end, long count,
                                                                    int b, ek_deflate_space *space) {
  uint32_t step = space->steps[i], token = space->matches[i];
  if (DEFLATE_RARE(step == DEFLATE_SEEN)) {
    uint32_t most = end - i < DEFLATE_LONGEST ? (uint32_t)(end - i) : DEFLATE_LONGEST;
    step = ek_match_length(bytes + i, (token & ((1 << DEFLATE_DISTANCE_BITS) - 1)) + 1, most);
    token += (step - DEFLATE_SEEN) << DEFLATE_LENGTH_AT;
  }
  space->tokens[b * (DEFLATE_PIECE / 2) + count] = token;
  space->symbols[b][token >> DEFLATE_LENGTH_AT]++;
  space->distances[b][token >> DEFLATE_SLOT_AT & 31]++;
  return step;
}

// The tokens of two blocks, [ends[0], ends[1]) and [ends[1], ends[2]), side by side: each token's place depends on the one
// before.
static void FN(deflate_tokens)(const uint8_t *bytes, const long *ends, ek_deflate_space *space, long *counts) {
  long i = ends[0], j = ends[1], n = 0, m = 0;
  for (int b = 0; b < 2; b++) ek_clear_counts(b, space);
  // No match reaches beyond a block.
  for (int b = 1; b < 3; b++)
    for (long k = ends[b] - DEFLATE_SEEN > ends[b - 1] ? ends[b] - DEFLATE_SEEN : ends[b - 1]; k < ends[b]; k++) {
      space->matches[k] = (uint32_t)bytes[k] << DEFLATE_LENGTH_AT | DEFLATE_NO_DISTANCE << DEFLATE_SLOT_AT;
      space->steps[k] = 1;
    }
  while (i < ends[1] && j < ends[2]) {
    i += FN(deflate_token)(bytes, i, ends[1], n++, 0, space);
    j += FN(deflate_token)(bytes, j, ends[2], m++, 1, space);
  }
  while (i < ends[1]) i += FN(deflate_token)(bytes, i, ends[1], n++, 0, space);
  while (j < ends[2]) j += FN(deflate_token)(bytes, j, ends[2], m++, 1, space);
  counts[0] = n;
  counts[1] = m;
}
