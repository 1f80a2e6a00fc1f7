// Direct convolution between rows that need not lie side by side: any stride, a bias, and either time or channels
// innermost. With 1 tap it is a matrix product over time steps. Included once for each instruction set.

// A block of `outputs` (1 to 4) by `steps` (1 to 6) accumulators; both are constants where it matters.
static inline __attribute__((always_inline)) void FN(strided_block)(const V *x, const float *w, const float *bias,
                                                                    V *y, const ek_strided_shape *shape, int outputs,
                                                                    int steps) {
  long inputs = shape->inputs, taps = shape->taps, step = shape->x_step, per_output = inputs * taps;
  V sum[4][6];
  for (int o = 0; o < outputs; o++) {
    V start = SPLAT((bias ? bias[o] : 0.0f));
    for (int s = 0; s < steps; s++) sum[o][s] = start;
  }
  for (long i = 0; i < inputs; i++) {
    const V *row = x + i * shape->x_pitch;
    const float *weight = w + i * taps;
    for (long k = 0; k < taps; k++)
      for (int o = 0; o < outputs; o++) {
        V factor = SPLAT(weight[o * per_output + k]);
        for (int s = 0; s < steps; s++) sum[o][s] = FMA(factor, row[k + s * step], sum[o][s]);
      }
  }
  for (int o = 0; o < outputs; o++)
    for (int s = 0; s < steps; s++) y[o * shape->y_pitch + s * shape->y_step] = sum[o][s];
}

static void FN(strided_convolve)(const float *signal, const float *w, const float *bias, float *result,
                                 const ek_strided_shape *shape, long from, long to) {
  const V *x = (const V *)signal;
  V *y = (V *)result;
  long per_output = shape->inputs * shape->taps;
  // All outputs of a few steps first: their inputs stay in the nearest cache.
  for (long t = from; t < to;) {
    int steps = to - t >= 6 ? 6 : 1;
    const V *window = x + t * shape->x_step;
    for (long o = 0; o < shape->outputs;) {
      int outputs = shape->outputs - o >= 4 ? 4 : 1;
      const float *weight = w + o * per_output, *offset = bias ? bias + o : 0;
      V *out = y + o * shape->y_pitch + t * shape->y_step;
      if (outputs == 4 && steps == 6)
        FN(strided_block)(window, weight, offset, out, shape, 4, 6);
      else if (outputs == 4)
        FN(strided_block)(window, weight, offset, out, shape, 4, 1);
      else if (steps == 6)
        FN(strided_block)(window, weight, offset, out, shape, 1, 6);
      else
        FN(strided_block)(window, weight, offset, out, shape, 1, 1);
      o += outputs;
    }
    t += steps;
  }
}

static void FN(strided_weights)(const float *signal, const float *gradient, float *d, const ek_strided_shape *shape,
                                long first, long last) {
  const V *x = (const V *)signal, *dy = (const V *)gradient;
  long taps = shape->taps, rows = shape->inputs * taps;
  // A piece of all inputs fits half a megabyte, so that it is read from memory once for all outputs.
  long piece = 8192 / shape->inputs;
  piece = piece < 16 ? 16 : piece > 128 ? 128 : piece;
  for (long o = first; o < last; o++)
    for (long r = 0; r < rows; r++) d[o * rows + r] = 0;
  for (long from = 0; from < shape->length; from += piece) {
    long to = shape->length - from < piece ? shape->length : from + piece;
    for (long o = first; o < last; o += 4)
      for (long r = 0; r < rows; r += 4) {
        // Past the end the last output or row is taken again and its sum dropped.
        const V *g[4], *row[4];
        for (int a = 0; a < 4; a++) {
          long output = o + a < last ? o + a : last - 1, at = r + a < rows ? r + a : rows - 1;
          g[a] = dy + output * shape->y_pitch;
          row[a] = x + at / taps * shape->x_pitch + at % taps;
        }
        V sum[16], total;
        for (int a = 0; a < 16; a++) sum[a] = SPLAT(0);
        for (long t = from; t < to; t++) {
          long u = t * shape->x_step, v = t * shape->y_step;
          V r0 = row[0][u], r1 = row[1][u], r2 = row[2][u], r3 = row[3][u];
          for (int a = 0; a < 4; a++) {
            V factor = g[a][v];
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
