// Direct convolution. A tap of an input channel is one row, the channel shifted, so that a convolution is a product of
// the weight matrix with rows. Included once for each instruction set; see matrix_body.h for parts and blocks.

// A block of `outputs` by `steps` accumulators; both are constants where it matters.
static inline __attribute__((always_inline)) void FN(convolve_block)(const float *x, const float *w, const float *bias,
                                                                     float *y, long inputs, long taps, long length,
                                                                     long padded, int outputs, int steps) {
  for (int part = 0; part < EK_LANES; part += PART) {
    H sum[DIRECT_OUTPUTS][DIRECT_STEPS];
    for (int o = 0; o < outputs; o++)
      for (int s = 0; s < steps; s++) sum[o][s] = SPREAD(bias ? bias[o] : 0.0f);
    for (long i = 0; i < inputs; i++) {
      const float *row = x + i * padded * EK_LANES + part;
      const float *weight = w + i * taps;
      for (long k = 0; k < taps; k++) {
        H value[DIRECT_STEPS];
        for (int s = 0; s < steps; s++) value[s] = LOAD(row + (k + s) * EK_LANES);
        for (int o = 0; o < outputs; o++) {
          H factor = SPREAD(weight[o * inputs * taps + k]);
          for (int s = 0; s < steps; s++) sum[o][s] = FMA(factor, value[s], sum[o][s]);
        }
      }
    }
    for (int o = 0; o < outputs; o++)
      for (int s = 0; s < steps; s++) STORE(y + (o * length + s) * EK_LANES + part, sum[o][s]);
  }
}

static void FN(convolve)(const float *signal, const float *w, const float *bias, float *result, long inputs, long taps,
                         long length, long first, long last) {
  long padded = length + taps - 1, per_output = inputs * taps;
  for (long t = 0; t < length;) {
    int steps = length - t >= DIRECT_STEPS ? DIRECT_STEPS : 1;
    for (long o = first; o < last;) {
      int outputs = last - o >= DIRECT_OUTPUTS ? DIRECT_OUTPUTS : 1;
      const float *x = signal + t * EK_LANES, *weight = w + o * per_output, *offset = bias ? bias + o : 0;
      float *out = result + (o * length + t) * EK_LANES;
      if (outputs == DIRECT_OUTPUTS && steps == DIRECT_STEPS)
        FN(convolve_block)(x, weight, offset, out, inputs, taps, length, padded, DIRECT_OUTPUTS, DIRECT_STEPS);
      else if (outputs == DIRECT_OUTPUTS)
        FN(convolve_block)(x, weight, offset, out, inputs, taps, length, padded, DIRECT_OUTPUTS, 1);
      else if (steps == DIRECT_STEPS)
        FN(convolve_block)(x, weight, offset, out, inputs, taps, length, padded, 1, DIRECT_STEPS);
      else
        FN(convolve_block)(x, weight, offset, out, inputs, taps, length, padded, 1, 1);
      o += outputs;
    }
    t += steps;
  }
}

// Time is cut into pieces that stay in the second-level cache; a piece's lanes are summed before it is added, so the
// length of a piece is part of the order of summation.
enum { FN(PIECE) = 128 };

static void FN(convolve_weights)(const float *x, const float *dy, float *d, long inputs, long taps, long length,
                                 long first, long last) {
  long padded = length + taps - 1, rows = inputs * taps;
  for (long o = first; o < last; o++)
    for (long r = 0; r < rows; r++) d[o * rows + r] = 0;
  for (long from = 0; from < length; from += FN(PIECE)) {
    long steps = length - from < FN(PIECE) ? length - from : FN(PIECE);
    for (long o = first; o < last; o += 4)
      for (long r = 0; r < rows; r += 4) {
        // Past the end the last output or row is taken again and its sum dropped.
        const float *g[4], *row[4];
        for (int a = 0; a < 4; a++) {
          long output = o + a < last ? o + a : last - 1, at = r + a < rows ? r + a : rows - 1;
          g[a] = dy + (output * length + from) * EK_LANES;
          row[a] = x + (at / taps * padded + at % taps + from) * EK_LANES;
        }
        V sums[16], total;
        FN(outer_block)(g, row, steps, sums);
        FN(sum_lanes_of_16)(sums, &total);
        for (int a = 0; a < 4 && o + a < last; a++)
          for (int b = 0; b < 4 && r + b < rows; b++) d[(o + a) * rows + r + b] += total[4 * a + b];
      }
  }
}
