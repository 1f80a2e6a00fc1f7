// What transformers need beside matrix products: attention, layer norm, GELU. Signals are [channel][time][16 lanes].
// Included once for each instruction set.

// out[a][j] = factor * sum over d of q[d][a] k[d][j] for `rows` (1 to 4) steps a and all steps j.
static inline __attribute__((always_inline)) void FN(attention_scores)(const V *q, const V *k, long length, long width,
                                                                       float factor, V *out, int rows) {
  V scale = SPLAT(factor);
  for (long j = 0; j < length;) {
    int columns = length - j >= 4 ? 4 : 1;
    V sum[4][4];
    for (int a = 0; a < rows; a++)
      for (int b = 0; b < 4; b++) sum[a][b] = SPLAT(0.0f);
    if (columns == 4)
      for (long d = 0; d < width; d++)
        for (int a = 0; a < rows; a++)
          for (int b = 0; b < 4; b++) sum[a][b] = FMA(q[d * length + a], k[d * length + j + b], sum[a][b]);
    else
      for (long d = 0; d < width; d++)
        for (int a = 0; a < rows; a++) sum[a][0] = FMA(q[d * length + a], k[d * length + j], sum[a][0]);
    for (int a = 0; a < rows; a++)
      for (int b = 0; b < columns; b++) out[a * length + j + b] = sum[a][b] * scale;
    j += columns;
  }
}

// y[d][a] = sum over j of p[a][j] v[d][j] for `rows` (1 to 4) steps a and all channels d.
static inline __attribute__((always_inline)) void FN(attention_mix)(const V *p, const V *v, long length, long width,
                                                                    V *y, int rows) {
  for (long d = 0; d < width; d++) {
    V sum[4];
    for (int a = 0; a < rows; a++) sum[a] = SPLAT(0.0f);
    for (long j = 0; j < length; j++) {
      V value = v[d * length + j];
      for (int a = 0; a < rows; a++) sum[a] = FMA(p[a * length + j], value, sum[a]);
    }
    for (int a = 0; a < rows; a++) y[d * length + a] = sum[a];
  }
}

// A row of scores becomes probabilities; the largest is taken off first, so that no exponential overflows.
static void FN(softmax)(V *row, long length) {
  V most = row[0], sum = SPLAT(0.0f);
  for (long j = 1; j < length; j++) most = SELECT(row[j] > most, row[j], most);
  for (long j = 0; j < length; j++) {
    V e = row[j] - most;
    FN(exponential)(&e);
    row[j] = e;
    sum += e;
  }
  V share = SPLAT(1.0f) / sum;
  for (long j = 0; j < length; j++) row[j] *= share;
}

static void FN(attention)(const float *queries, const float *keys, const float *values, long length, long width,
                          float scale, float *result, float *scratch) {
  const V *q = (const V *)queries, *k = (const V *)keys, *v = (const V *)values;
  V *y = (V *)result, *p = (V *)scratch;
  for (long i = 0; i < length;) {
    int rows = length - i >= 4 ? 4 : 1;
    if (rows == 4)
      FN(attention_scores)(q + i, k, length, width, scale, p, 4);
    else
      FN(attention_scores)(q + i, k, length, width, scale, p, 1);
    for (int a = 0; a < rows; a++) FN(softmax)(p + a * length, length);
    if (rows == 4)
      FN(attention_mix)(p, v, length, width, y + i, 4);
    else
      FN(attention_mix)(p, v, length, width, y + i, 1);
    i += rows;
  }
}

// What `rows` (1 to 4) steps from i on give to all gradients; their probabilities are computed again.
static inline __attribute__((always_inline)) void FN(attention_rows_gradient)(
    const V *q, const V *k, const V *v, const V *dy, long length, long width, float scale, V *dq, V *dk, V *dv, V *p,
    int rows) {
  V *dp = p + rows * length, factor = SPLAT(scale);
  FN(attention_scores)(q, k, length, width, scale, p, rows);
  for (int a = 0; a < rows; a++) FN(softmax)(p + a * length, length);
  FN(attention_scores)(dy, v, length, width, 1.0f, dp, rows);
  for (int a = 0; a < rows; a++) {
    V *probability = p + a * length, *slope = dp + a * length, dot = SPLAT(0.0f);
    for (long j = 0; j < length; j++) dot = FMA(probability[j], slope[j], dot);
    for (long j = 0; j < length; j++) slope[j] = probability[j] * (slope[j] - dot) * factor;
  }
  FN(attention_mix)(dp, k, length, width, dq, rows);
  for (long d = 0; d < width; d++) {
    V query[4], gradient[4];
    for (int a = 0; a < rows; a++) {
      query[a] = q[d * length + a];
      gradient[a] = dy[d * length + a];
    }
    for (long j = 0; j < length; j++) {
      V to_key = dk[d * length + j], to_value = dv[d * length + j];
      for (int a = 0; a < rows; a++) {
        to_key = FMA(dp[a * length + j], query[a], to_key);
        to_value = FMA(p[a * length + j], gradient[a], to_value);
      }
      dk[d * length + j] = to_key;
      dv[d * length + j] = to_value;
    }
  }
}

static void FN(attention_gradient)(const float *queries, const float *keys, const float *values, const float *gradient,
                                   long length, long width, float scale, float *d_queries, float *d_keys,
                                   float *d_values, float *scratch) {
  const V *q = (const V *)queries, *k = (const V *)keys, *v = (const V *)values, *dy = (const V *)gradient;
  V *dq = (V *)d_queries, *dk = (V *)d_keys, *dv = (V *)d_values, *p = (V *)scratch;
  for (long n = 0; n < width * length; n++) dk[n] = dv[n] = SPLAT(0.0f);
  for (long i = 0; i < length;) {
    int rows = length - i >= 4 ? 4 : 1;
    if (rows == 4)
      FN(attention_rows_gradient)(q + i, k, v, dy + i, length, width, scale, dq + i, dk, dv, p, 4);
    else
      FN(attention_rows_gradient)(q + i, k, v, dy + i, length, width, scale, dq + i, dk, dv, p, 1);
    i += rows;
  }
}

static void FN(layer_norm)(const float *signal, const float *gamma, const float *beta, long channels, long length,
                           float epsilon, float *result, float *mean_memory, float *inverse_memory, long from,
                           long to) {
  const V *x = (const V *)signal;
  V *y = (V *)result, *means = (V *)mean_memory, *inverses = (V *)inverse_memory, one = SPLAT(1.0f);
  V count = SPLAT((float)channels), smallest = SPLAT(epsilon);
  for (long t = from; t < to; t++) {
    V sum = SPLAT(0.0f), squares = SPLAT(0.0f);
    for (long c = 0; c < channels; c++) sum += x[c * length + t];
    V mean = sum / count;
    for (long c = 0; c < channels; c++) {
      V difference = x[c * length + t] - mean;
      squares = FMA(difference, difference, squares);
    }
    V inverse = one / __builtin_elementwise_sqrt(squares / count + smallest);
    for (long c = 0; c < channels; c++)
      y[c * length + t] =
          FMA((x[c * length + t] - mean) * inverse, SPLAT(gamma[c]), SPLAT(beta[c]));
    means[t] = mean;
    inverses[t] = inverse;
  }
}

static void FN(layer_norm_gradient)(const float *gradient, const float *signal, const float *gamma,
                                    const float *mean_memory, const float *inverse_memory, long channels, long length,
                                    float *result, long from, long to) {
  const V *dy = (const V *)gradient, *x = (const V *)signal, *means = (const V *)mean_memory;
  const V *inverses = (const V *)inverse_memory;
  V *dx = (V *)result, count = SPLAT((float)channels);
  for (long t = from; t < to; t++) {
    V mean = means[t], inverse = inverses[t], sum = SPLAT(0.0f), product = SPLAT(0.0f);
    for (long c = 0; c < channels; c++) {
      V g = dy[c * length + t] * SPLAT(gamma[c]);
      sum += g;
      product = FMA(g, (x[c * length + t] - mean) * inverse, product);
    }
    sum /= count;
    product /= count;
    for (long c = 0; c < channels; c++) {
      V g = dy[c * length + t] * SPLAT(gamma[c]), normed = (x[c * length + t] - mean) * inverse;
      dx[c * length + t] = (g - sum - normed * product) * inverse;
    }
  }
}

// Sums over time and lanes of dy and of dy times the normed x, of one channel.
static void FN(layer_norm_sums)(const float *gradient, const float *signal, const float *mean_memory,
                                const float *inverse_memory, long length, double *sums) {
  const V *dy = (const V *)gradient, *x = (const V *)signal, *means = (const V *)mean_memory;
  const V *inverses = (const V *)inverse_memory;
  V sum[16];
  for (int a = 0; a < 16; a++) sum[a] = SPLAT(0.0f);
  for (long t = 0; t < length; t++) {
    sum[0] += dy[t];
    sum[1] = FMA(dy[t], (x[t] - means[t]) * inverses[t], sum[1]);
  }
  V total;
  FN(sum_lanes_of_16)(sum, &total);
  sums[0] = total[0];
  sums[1] = total[1];
}

// The normal distribution up to x and, times x, its density there. Abramowitz and Stegun 1964, formula 7.1.26:
// erf within 1.5e-7.
static inline __attribute__((always_inline)) void FN(normal_distribution)(const V *number, V *share, V *density) {
  V x = *number, one = SPLAT(1.0f), half = SPLAT(0.5f), zero = SPLAT(0.0f);
  V z = SELECT(x < zero, -x, x) * SPLAT(0.70710678f), e = -(z * z);
  FN(exponential)(&e);
  V t = one / FMA(SPLAT(0.3275911f), z, one), p = SPLAT(1.061405429f);
  p = FMA(p, t, SPLAT(-1.453152027f));
  p = FMA(p, t, SPLAT(1.421413741f));
  p = FMA(p, t, SPLAT(-0.284496736f));
  p = FMA(p, t, SPLAT(0.254829592f));
  V tail = half * (p * t * e);
  *density = e * SPLAT(0.39894228f);
  *share = SELECT(x < zero, tail, one - tail);
}

static void FN(gelu)(const float *signal, long length, float *result) {
  const V *x = (const V *)signal;
  V *y = (V *)result, share, density;
  for (long t = 0; t < length; t++) {
    FN(normal_distribution)(x + t, &share, &density);
    y[t] = x[t] * share;
  }
}

static void FN(gelu_gradient)(const float *gradient, const float *signal, long length, float *result) {
  const V *dy = (const V *)gradient, *x = (const V *)signal;
  V *dx = (V *)result, share, density;
  for (long t = 0; t < length; t++) {
    FN(normal_distribution)(x + t, &share, &density);
    dx[t] = dy[t] * FMA(x[t], density, share);
  }
}
