// Unpacking, splitting and scaling of WFDB samples. Included once for each instruction set.

static void FN(unpack80)(const uint8_t *in, long count, int16_t *out) {
  for (long i = 0; i < count; i++) out[i] = (int16_t)(in[i] - 128);
}

static void FN(unpack61)(const uint8_t *in, long count, int16_t *out) {
  for (long i = 0; i < count; i++) out[i] = (int16_t)(in[2 * i] << 8 | in[2 * i + 1]);
}

static void FN(unpack160)(const uint8_t *in, long count, int16_t *out) {
  for (long i = 0; i < count; i++) out[i] = (int16_t)((in[2 * i] | in[2 * i + 1] << 8) ^ 0x8000);
}

static void FN(unpack212)(const uint8_t *in, long count, int16_t *out) {
  long i = 0;
#if HAS_BYTE_SHUFFLE
  // 16 samples are 24 bytes; the second load reaches 4 bytes further.
  long bytes = (3 * count + 1) / 2;
  const S16 low_half = {-1, 0x0FF0, -1, 0x0FF0, -1, 0x0FF0, -1, 0x0FF0, -1, 0x0FF0, -1, 0x0FF0, -1, 0x0FF0, -1, 0x0FF0};
  const S16 high_nibble = {0, -4096, 0, -4096, 0, -4096, 0, -4096, 0, -4096, 0, -4096, 0, -4096, 0, -4096};
  for (; 3 * i / 2 + 28 <= bytes; i += 16) {
    B16 a, b;
    __builtin_memcpy(&a, in + 3 * i / 2, 16);
    __builtin_memcpy(&b, in + 3 * i / 2 + 12, 16);
    // Words of (byte 0, byte 1) and (byte 2, byte 1) of each three bytes.
    B32 pairs = __builtin_shufflevector(a, b, 0, 1, 2, 1, 3, 4, 5, 4, 6, 7, 8, 7, 9, 10, 11, 10, 16, 17, 18, 17, 19, 20,
                                        21, 20, 22, 23, 24, 23, 25, 26, 27, 26);
    S16 words = (S16)pairs;
    // The 12 bits at the top of each word, then down with their sign.
    S16 samples = (((words << 4) & low_half) | (words & high_nibble)) >> 4;
    __builtin_memcpy(out + i, &samples, 32);
  }
#endif
  for (; i + 1 < count; i += 2) {
    const uint8_t *b = in + 3 * i / 2;
    out[i] = (int16_t)((b[0] | b[1] << 8) << 4) >> 4;
    out[i + 1] = (int16_t)((b[2] | (b[1] >> 4) << 8) << 4) >> 4;
  }
  if (i < count) out[i] = (int16_t)((in[3 * i / 2] | in[3 * i / 2 + 1] << 8) << 4) >> 4;
}

// The low 10 bits with their sign.
static inline int16_t FN(ten)(int bits) { return (int16_t)(bits << 6) >> 6; }

static void FN(unpack310)(const uint8_t *in, long count, int16_t *out) {
  long i = 0;
  for (; i + 2 < count; i += 3, in += 4) {
    int first = in[0] | in[1] << 8, second = in[2] | in[3] << 8;
    out[i] = FN(ten)(first >> 1);
    out[i + 1] = FN(ten)(second >> 1);
    out[i + 2] = FN(ten)(first >> 11 | second >> 11 << 5);
  }
  if (i < count) out[i] = FN(ten)((in[0] | in[1] << 8) >> 1);
  if (i + 1 < count) out[i + 1] = FN(ten)((in[2] | in[3] << 8) >> 1);
}

static void FN(unpack311)(const uint8_t *in, long count, int16_t *out) {
  long i = 0;
  for (; i + 2 < count; i += 3, in += 4) {
    uint32_t word = in[0] | in[1] << 8 | in[2] << 16 | (uint32_t)in[3] << 24;
    out[i] = FN(ten)(word & 0x3FF);
    out[i + 1] = FN(ten)(word >> 10 & 0x3FF);
    out[i + 2] = FN(ten)(word >> 20 & 0x3FF);
  }
  if (i < count) out[i] = FN(ten)(in[0] | in[1] << 8);
  if (i + 1 < count) out[i + 1] = FN(ten)(in[1] >> 2 | in[2] << 6);
}

static void FN(unpack8)(const uint8_t *in, long count, int32_t *out) {
  for (long i = 0; i < count; i++) out[i] = (int8_t)in[i];
}

static void FN(unpack24)(const uint8_t *in, long count, int32_t *out) {
  for (long i = 0; i < count; i++)
    out[i] = (int32_t)((uint32_t)in[3 * i] << 8 | (uint32_t)in[3 * i + 1] << 16 | (uint32_t)in[3 * i + 2] << 24) >> 8;
}

#define COLUMN(name, from, to)                                                                                      \
  static uint16_t FN(name)(const from *in, long frames, long stride, long first, long width, to *out) {            \
    uint16_t sum = 0;                                                                                               \
    in += first;                                                                                                    \
    if (width == 1 && out)                                                                                          \
      for (long f = 0; f < frames; f++) {                                                                           \
        sum += (uint16_t)in[f * stride];                                                                            \
        out[f] = in[f * stride];                                                                                    \
      }                                                                                                             \
    else                                                                                                            \
      for (long f = 0; f < frames; f++)                                                                             \
        for (long w = 0; w < width; w++) {                                                                          \
          sum += (uint16_t)in[f * stride + w];                                                                      \
          if (out) out[f * width + w] = in[f * stride + w];                                                         \
        }                                                                                                           \
    return sum;                                                                                                     \
  }
COLUMN(column16, int16_t, int16_t)
COLUMN(column16to32, int16_t, int32_t)
COLUMN(column32, int32_t, int32_t)
#undef COLUMN

static inline uint16_t FN(total)(S8 sums) {
  uint16_t total = 0;
  for (int i = 0; i < 8; i++) total += (uint16_t)sums[i];
  return total;
}

#define ROW(frame) FN(load8)(in + (frame) * signals + first)
static inline S8 FN(load8)(const int16_t *from) {
  S8 v;
  __builtin_memcpy(&v, from, 16);
  return v;
}

// Rows to columns, in three rounds of interleaving.
static inline void FN(transpose_eight)(const S8 *r, S8 *c) {
  S8 a[8], b[8];
  for (int i = 0; i < 4; i++) {
    a[2 * i] = __builtin_shufflevector(r[i], r[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
    a[2 * i + 1] = __builtin_shufflevector(r[i], r[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
  }
  for (int i = 0; i < 4; i++) {
    b[2 * i] = __builtin_shufflevector(a[i], a[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
    b[2 * i + 1] = __builtin_shufflevector(a[i], a[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
  }
  for (int i = 0; i < 4; i++) {
    c[2 * i] = __builtin_shufflevector(b[i], b[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
    c[2 * i + 1] = __builtin_shufflevector(b[i], b[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
  }
}

// Signals first ... first + 7, those from `fresh` on added to the sums.
static inline void FN(split_eight)(const int16_t *in, long frames, long signals, long first, long fresh,
                                   int16_t *const *out, uint16_t *sums) {
  S8 sum[8] = {{0}};
  long f = 0;
  for (; f + 8 <= frames; f += 8) {
    S8 r[8], c[8];
    for (int i = 0; i < 8; i++) r[i] = ROW(f + i);
    FN(transpose_eight)(r, c);
    for (int i = 0; i < 8; i++) {
      sum[i] += c[i];
      __builtin_memcpy(out[first + i] + f, &c[i], 16);
    }
  }
  for (int i = 0; i < 8; i++) {
    uint16_t rest = FN(total)(sum[i]);
    for (long g = f; g < frames; g++) {
      int16_t sample = in[g * signals + first + i];
      rest += (uint16_t)sample;
      out[first + i][g] = sample;
    }
    if (first + i >= fresh) sums[first + i] += rest;
  }
}
#undef ROW

static void FN(split_two)(const int16_t *in, long frames, int16_t *first, int16_t *second, uint16_t *sums) {
  S16 first_sum = {0}, second_sum = {0};
  long f = 0;
  for (; f + 16 <= frames; f += 16) {
    S16 a, b;
    __builtin_memcpy(&a, in + 2 * f, 32);
    __builtin_memcpy(&b, in + 2 * f + 16, 32);
    S16 even = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    S16 odd = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    first_sum += even;
    second_sum += odd;
    __builtin_memcpy(first + f, &even, 32);
    __builtin_memcpy(second + f, &odd, 32);
  }
  for (int i = 0; i < 16; i++) {
    sums[0] += (uint16_t)first_sum[i];
    sums[1] += (uint16_t)second_sum[i];
  }
  for (; f < frames; f++) {
    sums[0] += (uint16_t)in[2 * f];
    sums[1] += (uint16_t)in[2 * f + 1];
    first[f] = in[2 * f];
    second[f] = in[2 * f + 1];
  }
}

static void FN(split16)(const int16_t *in, long frames, long signals, int16_t *const *out, uint16_t *sums) {
  if (signals == 2) return FN(split_two)(in, frames, out[0], out[1], sums);
  if (signals < 8) {
    for (long s = 0; s < signals; s++) sums[s] += FN(column16)(in, frames, signals, s, 1, out[s]);
    return;
  }
  for (long s = 0; s < signals; s += 8)
    // The last eight may overlap those before, which are then written a second time.
    FN(split_eight)(in, frames, signals, s + 8 <= signals ? s : signals - 8, s, out, sums);
}

// The quotient without the divider, which is the slowest unit there is. With y = 1 / gain correctly rounded, a step
// q + (a - gain q) y brings the product a y next to the quotient, and a second one rounds it correctly (P. W. Markstein,
// IBM J Res Dev 34(1):111-119, 1990: the remainder is exact, and the step from a neighbour of the quotient gives the
// quotient), as long as nothing on the way leaves the normal range. A test compares every 16-bit value with the division.
#define PHYSICAL(name, type)                                                                                        \
  static void FN(name)(const type *in, long count, double baseline, double gain, int64_t missing, double *out) {    \
    const double nan = __builtin_nan("");                                                                           \
    if (HAS_FUSED_MULTIPLY_ADD && __builtin_fabs(gain) > 1e-100 && __builtin_fabs(gain) < 1e100 &&                  \
        __builtin_fabs(baseline) < 1e15) {                                                                          \
      const double y = 1 / gain;                                                                                    \
      for (long i = 0; i < count; i++) {                                                                            \
        double a = (double)in[i] - baseline, q = a * y;                                                             \
        q = __builtin_fma(__builtin_fma(-gain, q, a), y, q);                                                        \
        q = __builtin_fma(__builtin_fma(-gain, q, a), y, q);                                                        \
        out[i] = in[i] == missing ? nan : q;                                                                        \
      }                                                                                                             \
    } else                                                                                                          \
      for (long i = 0; i < count; i++) {                                                                            \
        double q = ((double)in[i] - baseline) / gain;                                                               \
        out[i] = in[i] == missing ? nan : q;                                                                        \
      }                                                                                                             \
  }
PHYSICAL(physical16, int16_t)
PHYSICAL(physical32, int32_t)
#undef PHYSICAL
