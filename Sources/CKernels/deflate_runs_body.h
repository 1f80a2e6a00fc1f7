// Tokens of bytes that come in runs. Included once for each instruction set.

#ifndef DEFLATE_RUN_COUNT
#define DEFLATE_RUN_COUNT 3
typedef _Bool M32 __attribute__((ext_vector_type(32)));

static inline uint32_t ek_run_length(const uint32_t *starts, long run) { return starts[run + 1] - starts[run]; }

// Which places of the table belong to runs of the lengths of this one and the next three, and of its byte.
static inline uint32_t ek_run_place(const uint8_t *bytes, const uint32_t *starts, long run) {
  uint32_t hash = bytes[starts[run]];
  for (int i = 0; i < DEFLATE_RUNS; i++)
    hash = (hash * 16 + ek_run_length(starts, run + i) * UINT32_C(0x9E37) + (hash >> 11)) * UINT32_C(0x85EBCA6B) >> 1;
  return hash * UINT32_C(0x27D4EB2F) >> (32 - DEFLATE_RUN_BITS);
}

static inline void ek_add_token(ek_deflate_space *space, long *count, uint32_t symbol, uint32_t slot, uint32_t distance) {
  space->tokens[(*count)++] = symbol << DEFLATE_LENGTH_AT | slot << DEFLATE_SLOT_AT | distance;
  space->symbols[0][symbol]++;
  space->distances[0][slot]++;
}

// `length` times the byte that stands before.
static inline void ek_add_repeats(ek_deflate_space *space, long *count, uint8_t byte, uint32_t length) {
  while (length > DEFLATE_LONGEST) {
    // So that what is left is no less than a match can be.
    uint32_t part = length < DEFLATE_LONGEST + 3 ? length - 3 : DEFLATE_LONGEST;
    ek_add_token(space, count, 256 + part, 0, 0);
    length -= part;
  }
  if (length >= 3) ek_add_token(space, count, 256 + length, 0, 0);
  else
    for (; length > 0; length--) ek_add_token(space, count, byte, DEFLATE_NO_DISTANCE, 0);
}
#endif

// Where runs begin; the last number, and some more, are where the bytes end. Returns how many runs there are.
static long FN(deflate_run_starts)(const uint8_t *bytes, long size, uint32_t *starts) {
  long count = 0, i = 1;
  starts[count++] = 0;
  for (; i + 32 <= size; i += 32) {
    B32 here, before;
    __builtin_memcpy(&here, bytes + i, 32);
    __builtin_memcpy(&before, bytes + i - 1, 32);
    M32 differ = __builtin_convertvector(here != before, M32);
    uint32_t mask;
    __builtin_memcpy(&mask, &differ, 4);
    for (; mask != 0; mask &= mask - 1) starts[count++] = (uint32_t)(i + __builtin_ctz(mask));
  }
  for (; i < size; i++)
    if (bytes[i] != bytes[i - 1]) starts[count++] = (uint32_t)i;
  for (int end = 0; end < DEFLATE_RUNS; end++) starts[count + end] = (uint32_t)size;
  return count;
}

// The tokens of a piece, of one byte at least: three runs or more that were there before, as long each, with as much of the
// next as is the same; else a byte and its repetitions.
static long FN(deflate_runs)(const uint8_t *bytes, long size, ek_deflate_space *space) {
  uint32_t *starts = space->starts;
  long runs = FN(deflate_run_starts)(bytes, size, starts), count = 0;
  uint16_t *last = space->heads;
  __builtin_memset(last, 0, sizeof *last << DEFLATE_RUN_BITS);
  for (long run = 0; run < runs;) {
    uint16_t *place = last + ek_run_place(bytes, starts, run);
    long seen = *place, same = 0;
    *place = (uint16_t)run;
    uint32_t start = starts[run], distance = start - starts[seen] - 1, length = 0;
    if (seen < run && distance < 1 << DEFLATE_DISTANCE_BITS)
      while (run + same < runs) {
        uint32_t next = ek_run_length(starts, run + same);
        if (next != ek_run_length(starts, seen + same) || length + next > DEFLATE_LONGEST ||
            bytes[starts[run + same]] != bytes[starts[seen + same]])
          break;
        length += next;
        same++;
      }
    uint32_t left;
    if (same < DEFLATE_RUN_COUNT) {
      left = ek_run_length(starts, run) - 1;
      ek_add_token(space, &count, bytes[start], DEFLATE_NO_DISTANCE, 0);
    } else {
      for (long next = 1; next < same; next++) last[ek_run_place(bytes, starts, run + next)] = (uint16_t)(run + next);
      run += same;
      left = run < runs ? ek_run_length(starts, run) : 0;
      if (left > 0 && bytes[starts[run]] == bytes[starts[seen + same]]) {
        uint32_t more = ek_run_length(starts, seen + same), room = DEFLATE_LONGEST - length;
        more = more < left ? more : left;
        more = more < room ? more : room;
        length += more;
        left -= more;
      }
      uint32_t slot = distance;
      if (distance >= 2) {
        uint32_t high = 31 - (uint32_t)__builtin_clz(distance);
        slot = 2 * high + (distance >> (high - 1) & 1);
      }
      ek_add_token(space, &count, 256 + length, slot, distance);
      // A run that none of the match belongs to has not begun.
      if (run < runs && left == ek_run_length(starts, run)) continue;
    }
    if (run < runs) ek_add_repeats(space, &count, bytes[starts[run]], left);
    run++;
  }
  return count;
}
