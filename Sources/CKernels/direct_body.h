// Direct convolution. A tap of an input channel is one row, the channel shifted, so that a convolution is a product of
// the weight matrix with rows; 1 tap gives the 1x1 convolution and, at length 1, the linear layer.
// Included once for each instruction set.

// A block of `outputs` (1 to 4) by `steps` (1 to 6) accumulators; both are constants where it matters.
static inline __attribute__((always_inline)) void FN(convolve_block)(const V *x, const float *w, const float *bias,
                                                                     V *y, long inputs, long taps, long length,
                                                                     long padded, int outputs, int steps) {
  V sum[4][6];
  for (int o = 0; o < outputs; o++)
    for (int s = 0; s < steps; s++) sum[o][s] = SPLAT(bias ? bias[o] : 0.0f);
  for (long i = 0; i < inputs; i++) {
    const V *row = x + i * padded;
    const float *weight = w + i * taps;
    for (long k = 0; k < taps; k++)
      for (int o = 0; o < outputs; o++) {
        V factor = SPLAT(weight[o * inputs * taps + k]);
        for (int s = 0; s < steps; s++) sum[o][s] = FMA(factor, row[k + s], sum[o][s]);
      }
  }
  for (int o = 0; o < outputs; o++)
    for (int s = 0; s < steps; s++) y[o * length + s] = sum[o][s];
}

static void FN(convolve)(const float *signal, const float *w, const float *bias, float *result, long inputs, long taps,
                         long length, long first, long last) {
  const V *x = (const V *)signal;
  V *y = (V *)result;
  long padded = length + taps - 1, per_output = inputs * taps;
  for (long t = 0; t < length;) {
    int steps = length - t >= 6 ? 6 : 1;
    for (long o = first; o < last;) {
      int outputs = last - o >= 4 ? 4 : 1;
      const float *weight = w + o * per_output, *offset = bias ? bias + o : 0;
      V *out = y + o * length + t;
      if (outputs == 4 && steps == 6)
        FN(convolve_block)(x + t, weight, offset, out, inputs, taps, length, padded, 4, 6);
      else if (outputs == 4)
        FN(convolve_block)(x + t, weight, offset, out, inputs, taps, length, padded, 4, 1);
      else if (steps == 6)
        FN(convolve_block)(x + t, weight, offset, out, inputs, taps, length, padded, 1, 6);
      else
        FN(convolve_block)(x + t, weight, offset, out, inputs, taps, length, padded, 1, 1);
      o += outputs;
    }
    t += steps;
  }
}

// Time is cut into pieces that stay in the second-level cache; a piece's lanes are summed before it is added, so the
// length of a piece is part of the order of summation.
enum { FN(PIECE) = 128 };

static void FN(convolve_weights)(const float *signal, const float *gradient, float *d, long inputs, long taps,
                                 long length, long first, long last) {
  const V *x = (const V *)signal, *dy = (const V *)gradient;
  long padded = length + taps - 1, rows = inputs * taps;
  for (long o = first; o < last; o++)
    for (long r = 0; r < rows; r++) d[o * rows + r] = 0;
  for (long from = 0; from < length; from += FN(PIECE)) {
    long to = length - from < FN(PIECE) ? length : from + FN(PIECE);
    for (long o = first; o < last; o += 4)
      for (long r = 0; r < rows; r += 4) {
        // Past the end the last output or row is taken again and its sum dropped.
        const V *g[4], *row[4];
        for (int a = 0; a < 4; a++) {
          long output = o + a < last ? o + a : last - 1, at = r + a < rows ? r + a : rows - 1;
          g[a] = dy + output * length;
          row[a] = x + at / taps * padded + at % taps;
        }
        V sum[16], total;
        for (int a = 0; a < 16; a++) sum[a] = SPLAT(0);
        for (long t = from; t < to; t++) {
          V r0 = row[0][t], r1 = row[1][t], r2 = row[2][t], r3 = row[3][t];
          for (int a = 0; a < 4; a++) {
            V factor = g[a][t];
            sum[4 * a] = FMA(factor, r0, sum[4 * a]);
            sum[4 * a + 1] = FMA(factor, r1, sum[4 * a + 1]);
            sum[4 * a + 2] = FMA(factor, r2, sum[4 * a + 2]);
            sum[4 * a + 3] = FMA(factor, r3, sum[4 * a + 3]);
          }
        }
        FN(sum_lanes_of_16)(sum, &total);
        for (int a = 0; a < 4 && o + a < last; a++)
          for (int b = 0; b < 4 && r + b < rows; b++) d[(o + a) * rows + r + b] += total[4 * a + b];
      }
  }
}
