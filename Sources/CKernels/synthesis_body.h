// Kernels of the generator of recordings; see include/synthesis_kernels.h. Included once for each instruction set.

#ifndef SYNTHESIS_TYPES
#define SYNTHESIS_TYPES
typedef double D4 __attribute__((vector_size(32), aligned(32)));
#define LOW_WORD (uint64_t)0xFFFFFFFFu
#endif

static void FN(uniform_sums)(const uint32_t *key, uint64_t index, uint64_t block, long count, int32_t *out) {
  const Q lanes = {0, 1, 2, 3, 4, 5, 6, 7};
  for (long i = 0; i < count; i += 16, block += 8) {
    Q number = lanes + block;
    Q x0 = number & LOW_WORD, x1 = number >> 32, x2 = (Q){0} + (index & LOW_WORD), x3 = (Q){0} + (index >> 32);
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
      Q first = (x0 & LOW_WORD) * (uint64_t)0xD2511F53u, second = (x2 & LOW_WORD) * (uint64_t)0xCD9E8D57u;
      x0 = (second >> 32) ^ x1 ^ (uint64_t)k0;
      x1 = second & LOW_WORD;
      x2 = (first >> 32) ^ x3 ^ (uint64_t)k1;
      x3 = first & LOW_WORD;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    Q even = (x0 & 0xFFFF) + (x0 >> 16) + (x1 & 0xFFFF) + (x1 >> 16);
    Q odd = (x2 & 0xFFFF) + (x2 >> 16) + (x3 & 0xFFFF) + (x3 >> 16);
    // The even number of a block in the lower half of a lane, the odd one in the upper half.
    I both = (I)(even | odd << 32) - 131070;
    if (count - i >= 16)
      __builtin_memcpy(out + i, &both, 64);
    else
      __builtin_memcpy(out + i, &both, 4 * (size_t)(count - i));
  }
}

static void FN(band_to_leads)(const int32_t *in, long count, double low, double high, double *leads) {
  // Lanes: V1 to V6, LA, LL; RA by itself.
  D slow = {0}, smooth = {0};
  double right_slow = 0, right_smooth = 0;
  const double third = 0 - 1.0 / 3;
  const int32_t *chest = in + 3 * count;
  for (long t = 0; t < count; t++) {
    D x = {(double)chest[t],
           (double)chest[count + t],
           (double)chest[2 * count + t],
           (double)chest[3 * count + t],
           (double)chest[4 * count + t],
           (double)chest[5 * count + t],
           (double)in[count + t],
           (double)in[2 * count + t]};
    double right = (double)in[t];
    slow += low * (x - slow);
    smooth += high * (x - slow - smooth);
    right_slow += low * (right - right_slow);
    right_smooth += high * (right - right_slow - right_smooth);
    double terminal = third * right_smooth + third * smooth[6] + third * smooth[7];
    D base = {terminal, terminal, terminal, terminal, terminal, terminal, -right_smooth, -right_smooth};
    D lead = base + smooth;
    leads[t] = lead[6];
    leads[count + t] = lead[7];
    for (int v = 0; v < 6; v++) leads[(2 + v) * count + t] = lead[v];
  }
}

static void FN(turning)(long frequencies, const double *turn_cosine, const double *turn_sine, long count, double *cosine,
                        double *sine) {
  D4 c = {1, 1, 1, 1}, s = {0}, turn_c = {0}, turn_s = {0};
  for (long f = 0; f < frequencies; f++) {
    turn_c[f] = turn_cosine[f];
    turn_s[f] = turn_sine[f];
  }
  for (long t = 0; t < count; t++) {
    for (long f = 0; f < frequencies; f++) {
      cosine[f * count + t] = c[f];
      sine[f * count + t] = s[f];
    }
    D4 next = c * turn_c - s * turn_s;
    s = s * turn_c + c * turn_s;
    c = next;
  }
}

static void FN(sinusoids)(long frequencies, const double *cosines, const double *sines, const double *cosine,
                          const double *sine, long count, double *leads) {
  for (long l = 0; l < 8; l++) {
    double *out = leads + l * count;
    for (long f = 0; f < frequencies; f++) {
      double a = cosines[8 * f + l], b = sines[8 * f + l];
      const double *c = cosine + f * count, *s = sine + f * count;
      if (f == 0)
        for (long t = 0; t < count; t++) out[t] = a * c[t] + b * s[t];
      else
        for (long t = 0; t < count; t++) out[t] = out[t] + a * c[t] + b * s[t];
    }
  }
}

static double FN(sum_of_squares_4)(const double *values, long count) {
  D4 sums = {0};
  long i = 0;
  for (; i + 4 <= count; i += 4) {
    D4 v;
    __builtin_memcpy(&v, values + i, 32);
    sums += v * v;
  }
  double total = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  for (; i < count; i++) total += values[i] * values[i];
  return total;
}

static void FN(scaled)(const double *values, double factor, long count, double *out) {
  for (long i = 0; i < count; i++) out[i] = values[i] * factor;
}

static void FN(add_scaled)(const double *values, double factor, long count, double *out) {
  for (long i = 0; i < count; i++) out[i] += factor * values[i];
}

static void FN(add_gaussian)(double value, double ratio, double ratio_of_ratios, const double *amplitude, long first,
                             long count, double *x, double *y, double *z) {
  double a = amplitude[0], b = amplitude[1], c = amplitude[2];
  for (long t = first; t < first + count; t++) {
    x[t] += value * a;
    y[t] += value * b;
    z[t] += value * c;
    value *= ratio;
    ratio *= ratio_of_ratios;
  }
}

static double FN(project)(const double *rows, const double *x, const double *y, const double *z, long count,
                          double *leads) {
  for (long l = 0; l < 8; l++) {
    double a = rows[3 * l], b = rows[3 * l + 1], c = rows[3 * l + 2];
    double *lead = leads + l * count;
    for (long t = 0; t < count; t++) lead[t] = a * x[t] + b * y[t] + c * z[t];
  }
  // The sums of all leads side by side, a lead a lane: each is added up in order of time.
  D a, b, c, sum = {0}, squares = {0};
  for (int l = 0; l < 8; l++) {
    a[l] = rows[3 * l];
    b[l] = rows[3 * l + 1];
    c[l] = rows[3 * l + 2];
  }
  for (long t = 0; t < count; t++) {
    D value = a * x[t] + b * y[t] + c * z[t];
    sum += value;
    squares += value * value;
  }
  double total = 0, n = (double)count;
  for (int l = 0; l < 8; l++) total += squares[l] / n - (sum[l] / n) * (sum[l] / n);
  return total / 8;
}

// To the nearest integer: what is added is the greatest number below a half, so that 0.49999999999999994 stays at 0.
static inline __attribute__((always_inline)) int16_t FN(digital)(double millivolts, double gain) {
  double v = millivolts * gain;
  v = v > 32767 ? 32767 : v;
  v = v < -32767 ? -32767 : v;
  return (int16_t)(int32_t)(v + __builtin_copysign(0.49999999999999994, v));
}

static void FN(digitise)(const double *leads, const double *noise, double factor, double gain, long count,
                         int16_t *out) {
  double sum[8][256];
  for (long start = 0; start < count; start += 256) {
    long n = count - start < 256 ? count - start : 256;
    for (long l = 0; l < 8; l++) {
      const double *lead = leads + l * count + start;
      if (noise) {
        const double *added = noise + l * count + start;
        for (long i = 0; i < n; i++) sum[l][i] = lead[i] + added[i] * factor;
      } else
        for (long i = 0; i < n; i++) sum[l][i] = lead[i];
    }
    int16_t *to = out + start;
    for (long i = 0; i < n; i++) to[i] = FN(digital)(sum[0][i], gain);
    for (long i = 0; i < n; i++) to[count + i] = FN(digital)(sum[1][i], gain);
    for (long i = 0; i < n; i++) to[2 * count + i] = FN(digital)(sum[1][i] - sum[0][i], gain);
    for (long i = 0; i < n; i++) to[3 * count + i] = FN(digital)(-0.5 * (sum[0][i] + sum[1][i]), gain);
    for (long i = 0; i < n; i++) to[4 * count + i] = FN(digital)(sum[0][i] - 0.5 * sum[1][i], gain);
    for (long i = 0; i < n; i++) to[5 * count + i] = FN(digital)(sum[1][i] - 0.5 * sum[0][i], gain);
    for (long l = 2; l < 8; l++)
      for (long i = 0; i < n; i++) to[(4 + l) * count + i] = FN(digital)(sum[l][i], gain);
  }
}
