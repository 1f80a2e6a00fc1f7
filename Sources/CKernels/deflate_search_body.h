// For each position of a piece where its next three bytes were last seen, and whether that is worth a match. Included once
// for each instruction set.

#ifndef DEFLATE_BYTE_WORTH
// In eighths of a bit.
#define DEFLATE_BYTE_WORTH 58
typedef uint16_t U8 __attribute__((vector_size(16)));
typedef uint64_t Q8 __attribute__((vector_size(64), aligned(8)));
typedef int32_t J8 __attribute__((vector_size(32)));
typedef uint32_t K8 __attribute__((vector_size(32)));
typedef float F8 __attribute__((vector_size(32)));
typedef uint8_t C8 __attribute__((vector_size(8)));
#endif

// Matches at eight positions from `first` on: see deflate_tables.h for their bits. What the codes will be is not known yet:
// bytes count as 7 1/4 bits each, which is what serves best on ECGs; a length as four bits, and one more for each byte above
// three, less a half; a distance as five bits and its extra ones, or two where the byte before is repeated. What saves no
// more than two bits is not worth the reader's time.
static inline void FN(deflate_matches)(const uint64_t *differences, const uint16_t *seen, long first, uint32_t *matches) {
  Q8 x;
  U8 c;
  __builtin_memcpy(&x, differences, 64);
  __builtin_memcpy(&c, seen, 16);
  Q8 equal = {0};
  for (int bytes = 3; bytes <= DEFLATE_SEEN; bytes++) equal -= (Q8)((x & ((UINT64_C(1) << 8 * bytes) - 1)) == 0);
  K8 more = __builtin_convertvector(equal, K8);
  J8 distance = (J8){-1, 0, 1, 2, 3, 4, 5, 6} + (int32_t)first - __builtin_convertvector(c, J8);
  // floor(log2) and the bit below it are the exponent and the highest bit of the mantissa of a single-precision number.
  J8 slot = ((J8)__builtin_convertvector(distance, F8) >> 22) - 254;
  slot = __builtin_elementwise_max(slot, __builtin_elementwise_min(distance, (J8){0} + 1));
  J8 extra = __builtin_elementwise_max(slot >> 1, (J8){0} + 1) - 1;
  J8 longer = (J8)more - 1;
  J8 saving = (3 * DEFLATE_BYTE_WORTH - 68) + longer * (DEFLATE_BYTE_WORTH - 8) - extra * 8 + ((J8)(distance == 0) & 24);
  J8 valid = (distance >= 0) & (distance < 1 << DEFLATE_DISTANCE_BITS) & (longer >= 0) & (saving > 16);
  K8 match = (K8)saving << DEFLATE_SAVING_AT | (more + 2) << DEFLATE_LENGTH_AT | (K8)slot << DEFLATE_SLOT_AT | (K8)distance;
  match &= (K8)valid;
  __builtin_memcpy(matches, &match, 32);
}

// The matches of a piece. Eight more bytes can be read behind it, so that its last matches may be too long.
static void FN(deflate_search)(const uint8_t *bytes, long size, ek_deflate_space *space) {
  for (long start = 0; start < size; start += DEFLATE_BATCH) {
    long count = size - start < DEFLATE_BATCH ? size - start : DEFLATE_BATCH;
    for (long i = 0; i < count; i++) {
      uint64_t here, there;
      __builtin_memcpy(&here, bytes + start + i, 8);
      uint16_t *head = space->heads + (((uint32_t)here << 8) * UINT32_C(0x9E3779B1) >> (32 - DEFLATE_HASH_BITS));
      uint16_t seen = *head;
      *head = (uint16_t)(start + i);
      __builtin_memcpy(&there, bytes + seen, 8);
      space->seen[i] = seen;
      space->differences[i] = here ^ there;
    }
    for (long i = 0; i < count; i += DEFLATE_GROUP)
      FN(deflate_matches)(space->differences + i, space->seen + i, start + i, space->matches + start + i);
  }
}

// The token at each position, and how far it goes: a match is taken unless the next position's saves more, or the one's after
// that eleven bits more. Tokens replace matches.
static void FN(deflate_choose)(const uint8_t *bytes, long size, ek_deflate_space *space) {
  uint32_t *matches = space->matches;
  __builtin_memset(matches + size, 0, 2 * DEFLATE_GROUP * sizeof *matches);
  for (long i = 0; i < size; i += DEFLATE_GROUP) {
    K8 match, next, later;
    C8 byte;
    __builtin_memcpy(&match, matches + i, 32);
    __builtin_memcpy(&next, matches + i + 1, 32);
    __builtin_memcpy(&later, matches + i + 2, 32);
    __builtin_memcpy(&byte, bytes + i, 8);
    J8 saving = (J8)(match >> DEFLATE_SAVING_AT), most = (J8)(later >> DEFLATE_SAVING_AT) - 11 * 8;
    most = __builtin_elementwise_max((J8)(next >> DEFLATE_SAVING_AT), most);
    K8 taken = (K8)((saving > 0) & (saving >= most)), length = match >> DEFLATE_LENGTH_AT & DEFLATE_SEEN;
    K8 copy = (match & ((UINT32_C(1) << DEFLATE_LENGTH_AT) - 1)) | (length + 256) << DEFLATE_LENGTH_AT;
    K8 single = __builtin_convertvector(byte, K8) << DEFLATE_LENGTH_AT | (uint32_t)DEFLATE_NO_DISTANCE << DEFLATE_SLOT_AT;
    K8 token = (copy & taken) | (single & ~taken);
    C8 step = __builtin_convertvector((length & taken) | (~taken & 1), C8);
    __builtin_memcpy(matches + i, &token, 32);
    __builtin_memcpy(space->steps + i, &step, 8);
  }
}
