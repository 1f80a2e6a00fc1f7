// Tokens of bytes that come in runs. Included once for each instruction set.

#ifndef DEFLATE_RUN_COUNT
#define DEFLATE_RUN_COUNT 3
typedef _Bool M32 __attribute__((ext_vector_type(32)));

static inline uint32_t ek_run_length(const uint32_t *starts, long run) { return starts[run + 1] - starts[run]; }

// The lengths of a run and the next three, as far as bytes tell.
static inline uint32_t ek_four_lengths(const ek_deflate_space *space, long run) {
  uint32_t lengths;
  __builtin_memcpy(&lengths, space->run_lengths + run, 4);
  return lengths;
}

// Which place of the table belongs to these lengths and the first run's byte.
static inline uint32_t ek_run_place(uint32_t lengths, uint8_t byte) {
  uint32_t hash = lengths * UINT32_C(0x9E3779B1) + byte;
  return (hash ^ hash >> 15) * UINT32_C(0x85EBCA6B) >> (32 - DEFLATE_RUN_BITS);
}

// How many runs from `run` on are the same as those from `seen` on; `*length` is theirs together, no more than a match may
// have.
static inline long ek_same_runs(const uint8_t *bytes, const uint32_t *starts, long run, long seen, long runs,
                                uint32_t *length) {
  long same = 0;
  for (; run + same < runs; same++) {
    uint32_t next = ek_run_length(starts, run + same);
    if (next != ek_run_length(starts, seen + same) || *length + next > DEFLATE_LONGEST ||
        bytes[starts[run + same]] != bytes[starts[seen + same]])
      break;
    *length += next;
  }
  return same;
}

// The symbol of a distance, of which one has been taken off (section 3.2.5).
static inline uint32_t ek_distance_slot(uint32_t distance) {
  if (distance < 2) return distance;
  uint32_t high = 31 - (uint32_t)__builtin_clz(distance);
  return 2 * high + (distance >> (high - 1) & 1);
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

// Where runs begin, and their lengths as far as bytes can tell. Returns how many runs there are.
static long FN(deflate_find_runs)(const uint8_t *bytes, long size, ek_deflate_space *space) {
  uint32_t *starts = space->starts;
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
  starts[count] = (uint32_t)size;
  for (long run = 0; run < count; run++) {
    uint32_t length = starts[run + 1] - starts[run];
    space->run_lengths[run] = (uint8_t)(length < 255 ? length : 255);
  }
  __builtin_memset(space->run_lengths + count, 0, DEFLATE_RUNS);
  return count;
}

// The tokens of a piece, of one byte at least: three runs or more that were there before, as long each, with as much of the
// next as is the same; else a byte and its repetitions.
static long FN(deflate_runs)(const uint8_t *bytes, long size, ek_deflate_space *space) {
  const uint32_t *starts = space->starts;
  long runs = FN(deflate_find_runs)(bytes, size, space), count = 0;
  ek_clear_counts(0, space);
  uint16_t *last = space->heads;
  __builtin_memset(last, 0, sizeof *last << DEFLATE_RUN_BITS);
  for (long run = 0; run < runs;) {
    uint32_t start = starts[run], lengths = ek_four_lengths(space, run);
    uint16_t *place = last + ek_run_place(lengths, bytes[start]);
    long seen = *place, same = 0;
    *place = (uint16_t)run;
    uint32_t distance = start - starts[seen] - 1, length = 0;
    if (seen < run && lengths == ek_four_lengths(space, seen) && distance < 1 << DEFLATE_DISTANCE_BITS)
      same = ek_same_runs(bytes, starts, run, seen, runs, &length);
    if (same < DEFLATE_RUN_COUNT) {
      ek_add_token(space, &count, bytes[start], DEFLATE_NO_DISTANCE, 0);
      ek_add_repeats(space, &count, bytes[start], ek_run_length(starts, run) - 1);
      run++;
      continue;
    }
    for (long i = run + 1; i < run + same; i++)
      last[ek_run_place(ek_four_lengths(space, i), bytes[starts[i]])] = (uint16_t)i;
    run += same;
    uint32_t left = run < runs ? ek_run_length(starts, run) : 0, more = 0;
    if (left > 0 && bytes[starts[run]] == bytes[starts[seen + same]]) {
      uint32_t room = DEFLATE_LONGEST - length;
      more = ek_run_length(starts, seen + same);
      more = more < left ? more : left;
      more = more < room ? more : room;
    }
    ek_add_token(space, &count, 256 + length + more, ek_distance_slot(distance), distance);
    if (more == 0) continue;
    ek_add_repeats(space, &count, bytes[starts[run]], left - more);
    run++;
  }
  return count;
}
