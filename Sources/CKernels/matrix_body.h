// Products of small matrices with rows of signal, the heart of 1x1 convolutions and linear layers. Included once for
// each instruction set.
//
// A row is a channel's time steps, 16 lanes each. The lanes are worked through in parts as wide as a register, so that
// the accumulators of a block stay in registers whatever the instruction set; a sum's order is that of the inputs, so
// neither the parts nor the blocks change a bit.

#define LOAD(p) (*(const H *)(p))
#define STORE(p, v) (*(H *)(p) = (v))
#define SPREAD(x) ((x) - (H){0})

// A block of `outputs` by `steps` accumulators; both are constants where it matters. Weights are [input][outputs of
// all].
static inline __attribute__((always_inline)) void FN(product_block)(const float *w, long w_stride, const float *x,
                                                                    long x_stride, float *y, long y_stride,
                                                                    const float *start, long inputs, int accumulate,
                                                                    int outputs, int steps) {
  for (int part = 0; part < EK_LANES; part += PART) {
    H sum[8][4];
    for (int o = 0; o < outputs; o++)
      for (int s = 0; s < steps; s++)
        sum[o][s] = accumulate ? LOAD(y + o * y_stride + s * EK_LANES + part) : SPREAD(start ? start[o] : 0.0f);
    const float *row = x + part, *weight = w;
    for (long i = 0; i < inputs; i++) {
      H value[4];
      for (int s = 0; s < steps; s++) value[s] = LOAD(row + s * EK_LANES);
      for (int o = 0; o < outputs; o++) {
        H factor = SPREAD(weight[o]);
        for (int s = 0; s < steps; s++) sum[o][s] = FMA(factor, value[s], sum[o][s]);
      }
      row += x_stride;
      weight += w_stride;
    }
    for (int o = 0; o < outputs; o++)
      for (int s = 0; s < steps; s++) STORE(y + o * y_stride + s * EK_LANES + part, sum[o][s]);
  }
}

// y[o][t] = start[o] + sum over i of w[i][o] x[i][t], or with `accumulate` y[o][t] += that sum. Strides count floats.
static void FN(product)(const float *w, long w_stride, const float *x, long x_stride, float *y, long y_stride,
                        const float *start, long outputs, long inputs, long steps, int accumulate) {
  for (long t = 0; t < steps;) {
    long left = steps - t;
    int wide = left >= BLOCK_STEPS;
    for (long o = 0; o < outputs;) {
      const float *weight = w + o, *signal = x + t * EK_LANES, *offset = start ? start + o : 0;
      float *out = y + o * y_stride + t * EK_LANES;
      if (outputs - o >= BLOCK_OUTPUTS) {
        if (wide)
          FN(product_block)(weight, w_stride, signal, x_stride, out, y_stride, offset, inputs, accumulate,
                            BLOCK_OUTPUTS, BLOCK_STEPS);
        else
          FN(product_block)(weight, w_stride, signal, x_stride, out, y_stride, offset, inputs, accumulate,
                            BLOCK_OUTPUTS, 1);
        o += BLOCK_OUTPUTS;
      } else {
        if (wide)
          FN(product_block)(weight, w_stride, signal, x_stride, out, y_stride, offset, inputs, accumulate, 1,
                            BLOCK_STEPS);
        else
          FN(product_block)(weight, w_stride, signal, x_stride, out, y_stride, offset, inputs, accumulate, 1, 1);
        o += 1;
      }
    }
    t += wide ? BLOCK_STEPS : 1;
  }
}

// Sums over time of 4 gradients with 4 inputs, lane by lane: 16 vectors.
static inline __attribute__((always_inline)) void FN(outer_block)(const float *const *g, const float *const *x,
                                                                  long steps, V *sums) {
  // As many of the four gradients at once as leave the accumulators in registers.
  enum { ROWS = PART == EK_LANES ? 4 : 2 };
  for (int part = 0; part < EK_LANES; part += PART)
    for (int first = 0; first < 4; first += ROWS) {
      H sum[ROWS][4];
      for (int a = 0; a < ROWS; a++)
        for (int b = 0; b < 4; b++) sum[a][b] = SPREAD(0.0f);
      for (long t = 0; t < steps; t++) {
        H value[4];
        for (int b = 0; b < 4; b++) value[b] = LOAD(x[b] + t * EK_LANES + part);
        for (int a = 0; a < ROWS; a++) {
          H factor = LOAD(g[first + a] + t * EK_LANES + part);
          for (int b = 0; b < 4; b++) sum[a][b] = FMA(factor, value[b], sum[a][b]);
        }
      }
      for (int a = 0; a < ROWS; a++)
        for (int b = 0; b < 4; b++) STORE((float *)(sums + (first + a) * 4 + b) + part, sum[a][b]);
    }
}

// d[o][i] += sum over t and lanes of g[o][t] x[i][t]. Strides count floats; `d` is [outputs][d_stride].
static void FN(outer)(const float *g, long g_stride, const float *x, long x_stride, float *d, long d_stride,
                      long outputs, long inputs, long steps) {
  for (long i = 0; i < inputs; i += 4)
    for (long o = 0; o < outputs; o += 4) {
      // Past the end the last row is taken again and its sum dropped.
      const float *gs[4], *xs[4];
      for (int a = 0; a < 4; a++) {
        gs[a] = g + (o + a < outputs ? o + a : outputs - 1) * g_stride;
        xs[a] = x + (i + a < inputs ? i + a : inputs - 1) * x_stride;
      }
      V sums[16], total;
      FN(outer_block)(gs, xs, steps, sums);
      FN(sum_lanes_of_16)(sums, &total);
      for (int a = 0; a < 4 && o + a < outputs; a++)
        for (int b = 0; b < 4 && i + b < inputs; b++) d[(o + a) * d_stride + i + b] += total[4 * a + b];
    }
}
