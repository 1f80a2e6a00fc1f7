// The recurrence of an LSTM layer; everything that does not wait for the step before is a product of strided_body.h.
// Time is outermost here, [time][units][16 lanes]: a step reads memory in one run. Included once for each instruction set.

// y[a] += sum over k of w[a][k] x[k] for 8 rows of `width` weights; eight sums hide the latency of the multiply-add.
static inline __attribute__((always_inline)) void FN(eight_rows)(const V *x, const float *const *w, long width, V *y) {
  V sum[8];
  for (int a = 0; a < 8; a++) sum[a] = y[a];
  for (long k = 0; k < width; k++) {
    V v = x[k];
    for (int a = 0; a < 8; a++) sum[a] = FMA(SPLAT(w[a][k]), v, sum[a]);
  }
  for (int a = 0; a < 8; a++) y[a] = sum[a];
}

static void FN(lstm_forward)(const float *weights, float *gate_memory, float *cell_memory, float *hidden_memory,
                             long length, long units) {
  for (long t = 0; t < length; t++) {
    V *gates = (V *)gate_memory + t * 4 * units;
    const V *h = (const V *)hidden_memory + t * units, *c = (const V *)cell_memory + t * units;
    V *next_h = (V *)hidden_memory + (t + 1) * units, *next_c = (V *)cell_memory + (t + 1) * units;
    // Two units' four gates at a time; of an odd number the last unit is computed twice and kept once.
    for (long u = 0; u < units; u += 2) {
      int count = units - u >= 2 ? 2 : 1;
      const float *rows[8];
      V z[8];
      for (int gate = 0; gate < 4; gate++)
        for (int j = 0; j < 2; j++) {
          long row = gate * units + u + (j < count ? j : 0);
          rows[2 * gate + j] = weights + row * units;
          z[2 * gate + j] = gates[row];
        }
      FN(eight_rows)(h, rows, units, z);
      for (int j = 0; j < count; j++) {
        V in = z[j], forget = z[2 + j], fresh = z[4 + j], out = z[6 + j];
        FN(logistic)(&in);
        FN(logistic)(&forget);
        FN(tangent)(&fresh);
        FN(logistic)(&out);
        V cell = FMA(forget, c[u + j], in * fresh), tangent = cell;
        FN(tangent)(&tangent);
        gates[u + j] = in;
        gates[units + u + j] = forget;
        gates[2 * units + u + j] = fresh;
        gates[3 * units + u + j] = out;
        next_c[u + j] = cell;
        next_h[u + j] = out * tangent;
      }
    }
  }
}

static void FN(lstm_backward)(const float *turned, const float *gradient, float *gate_memory, const float *cell_memory,
                              float *scratch, long length, long units) {
  const V *dy = (const V *)gradient;
  V *dh = (V *)scratch, *dc = dh + units, one = SPLAT(1.0f);
  for (long u = 0; u < 2 * units; u++) dh[u] = SPLAT(0.0f);
  for (long t = length - 1; t >= 0; t--) {
    V *gates = (V *)gate_memory + t * 4 * units;
    const V *before = (const V *)cell_memory + t * units, *c = before + units;
    for (long u = 0; u < units; u++) {
      V in = gates[u], forget = gates[units + u], fresh = gates[2 * units + u], out = gates[3 * units + u];
      V tangent = c[u], to_h = dh[u] + dy[u * length + t];
      FN(tangent)(&tangent);
      V to_c = FMA(to_h * out, one - tangent * tangent, dc[u]);
      gates[u] = to_c * fresh * (in * (one - in));
      gates[units + u] = to_c * before[u] * (forget * (one - forget));
      gates[2 * units + u] = to_c * in * (one - fresh * fresh);
      gates[3 * units + u] = to_h * tangent * (out * (one - out));
      dc[u] = to_c * forget;
    }
    for (long u = 0; u < units; u += 8) {
      const float *rows[8];
      V sum[8];
      for (int a = 0; a < 8; a++) {
        rows[a] = turned + (u + a < units ? u + a : units - 1) * 4 * units;
        sum[a] = SPLAT(0.0f);
      }
      FN(eight_rows)(gates, rows, 4 * units, sum);
      for (int a = 0; a < 8 && u + a < units; a++) dh[u + a] = sum[a];
    }
  }
}

static void FN(turn)(const float *source, long rows, long columns, float *result) {
  const V *x = (const V *)source;
  V *y = (V *)result;
  for (long c = 0; c < columns; c++)
    for (long r = 0; r < rows; r++) y[c * rows + r] = x[r * columns + c];
}
