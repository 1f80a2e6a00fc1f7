// From matches to tokens: the cheapest way through a block. Included once for each instruction set.

#ifndef DEFLATE_RARE
#define DEFLATE_RARE(x) __builtin_expect(!!(x), 0)
// log2 of a number above zero, in eighths.
static inline uint32_t ek_log2(uint32_t x) {
  int high = 31 - __builtin_clz(x);
  return (uint32_t)high * DEFLATE_BIT + ek_log2_eighths[(x << (31 - high)) >> 26 & 31];
}

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
#endif

// What each byte costs in the block, by how often it occurs among every fourth.
static void FN(deflate_byte_costs)(const uint8_t *bytes, long count, uint32_t *costs) {
  uint32_t found[2][256] = {{0}};
  long i = 0;
  for (; i + 8 <= count; i += 8) {
    found[0][bytes[i]]++;
    found[1][bytes[i + 4]]++;
  }
  uint32_t all = ek_log2((uint32_t)(i / 4 + 1));
  for (int byte = 0; byte < 256; byte++) {
    uint32_t times = found[0][byte] + found[1][byte];
    uint32_t cost = times ? all - ek_log2(times) : all + DEFLATE_BIT;
    costs[byte] = cost < DEFLATE_LONGEST_CODE * DEFLATE_BIT ? cost : DEFLATE_LONGEST_CODE * DEFLATE_BIT;
  }
}

// How far to go from each position of a block, so that the bits from there to the block's end are fewest; going backwards,
// one decision a position.
static void FN(deflate_parse)(const uint8_t *bytes, long from, long to, ek_deflate_space *space) {
  uint32_t byte_costs[256];
  FN(deflate_byte_costs)(bytes + from, to - from, byte_costs);
  uint32_t *matches = space->matches;
  // So that no match but those that are followed reaches beyond the block.
  for (long i = to - DEFLATE_SEEN > from ? to - DEFLATE_SEEN : from; i < to; i++) matches[i] = DEFLATE_NONE;
  uint16_t *steps = space->steps;
  uint32_t *costs = space->costs;
  // Where there is no match, what its way would cost is read from a place not yet written: larger than any, and sooner there
  // than what was written last.
  __builtin_memset(costs, 0x7F, (size_t)(to - from) * sizeof *costs);
  __builtin_memset(costs + (to - from), 0, (DEFLATE_LONGEST + 1) * sizeof *costs);
  uint32_t least = 0;
  // The last match that was followed to its end.
  long followed = -1;
  uint32_t its_distance = 0, its_length = 0;
  for (long i = to - 1; i >= from; i--) {
    uint32_t match = matches[i], length = match >> DEFLATE_LENGTH_AT & DEFLATE_SEEN;
    if (DEFLATE_RARE(length == DEFLATE_SEEN)) {
      uint32_t distance = match & ((1 << DEFLATE_DISTANCE_BITS) - 1);
      uint32_t most = to - i < DEFLATE_LONGEST ? (uint32_t)(to - i) : DEFLATE_LONGEST;
      if (followed == i + 1 && distance == its_distance)
        length = its_length + 1 < most ? its_length + 1 : most;
      else
        length = ek_match_length(bytes + i, distance + 1, most);
      followed = i;
      its_distance = distance;
      its_length = length;
    }
    uint32_t with = costs[i - from + length] + (match >> DEFLATE_COST_AT), without = least + byte_costs[bytes[i]];
    uint32_t taken = -(uint32_t)(with < without);
    least = with < without ? with : without;
    costs[i - from] = least;
    steps[i] = (uint16_t)(1 + ((length - 1) & taken));
  }
}

// One token of block `b` and its place in the counts; returns how far it goes.
static inline __attribute__((always_inline)) long FN(deflate_token)(const uint8_t *bytes, long i, long count, int b,
                                                                    ek_deflate_space *space) {
  uint32_t step = space->steps[i], match = space->matches[i] & ((UINT32_C(1) << DEFLATE_LENGTH_AT) - 1);
  uint32_t copy = (256 + step) << DEFLATE_LENGTH_AT | match;
  uint32_t byte = (uint32_t)bytes[i] << DEFLATE_LENGTH_AT | DEFLATE_NO_DISTANCE << DEFLATE_SLOT_AT;
  uint32_t single = -(uint32_t)(step == 1), token = (byte & single) | (copy & ~single);
  space->tokens[b][count] = token;
  space->symbols[b][token >> DEFLATE_LENGTH_AT]++;
  space->distances[b][token >> DEFLATE_SLOT_AT & 31]++;
  return step;
}

// The tokens of two blocks, [ends[0], ends[1]) and [ends[1], ends[2]), side by side: each token's place depends on the one
// before.
static void FN(deflate_tokens)(const uint8_t *bytes, const long *ends, ek_deflate_space *space, long *counts) {
  long i = ends[0], j = ends[1], n = 0, m = 0;
  while (i < ends[1] && j < ends[2]) {
    i += FN(deflate_token)(bytes, i, n++, 0, space);
    j += FN(deflate_token)(bytes, j, m++, 1, space);
  }
  while (i < ends[1]) i += FN(deflate_token)(bytes, i, n++, 0, space);
  while (j < ends[2]) j += FN(deflate_token)(bytes, j, m++, 1, space);
  counts[0] = n;
  counts[1] = m;
}

// The tokens of a block of bytes that come in runs: the byte, and the rest of the run as one match of distance one where it
// is long enough.
static long FN(deflate_runs)(const uint8_t *bytes, long from, long to, ek_deflate_space *space) {
  uint32_t *tokens = space->tokens[0], *symbols = space->symbols[0];
  long count = 0, copies = 0;
  for (long i = from; i < to;) {
    long end = i + 1;
    uint8_t byte = bytes[i];
    uint64_t all = byte * UINT64_C(0x0101010101010101), next = all;
    while (end + 8 <= to) {
      __builtin_memcpy(&next, bytes + end, 8);
      if (next != all) break;
      end += 8;
    }
    if (next != all)
      end += __builtin_ctzll(next ^ all) >> 3;
    else
      while (end < to && bytes[end] == byte) end++;
    long rest = end - i - 1;
    uint32_t token = (uint32_t)byte << DEFLATE_LENGTH_AT | DEFLATE_NO_DISTANCE << DEFLATE_SLOT_AT;
    tokens[count++] = token;
    while (DEFLATE_RARE(rest > DEFLATE_LONGEST)) {
      // So that what is left is no less than a match can be.
      uint32_t length = rest < DEFLATE_LONGEST + 3 ? (uint32_t)rest - 3 : DEFLATE_LONGEST;
      tokens[count++] = (256 + length) << DEFLATE_LENGTH_AT;
      symbols[256 + length]++;
      copies++;
      rest -= length;
    }
    uint32_t copied = rest >= 3;
    tokens[count] = tokens[count + 1] = token;
    if (copied) tokens[count] = (256 + (uint32_t)rest) << DEFLATE_LENGTH_AT;
    symbols[copied ? 256 + rest : byte] += copied ? 1 : (uint32_t)rest;
    count += copied ? 1 : rest;
    copies += copied;
    symbols[byte]++;
    i = end;
  }
  space->distances[0][0] = (uint32_t)copies;
  return count;
}
