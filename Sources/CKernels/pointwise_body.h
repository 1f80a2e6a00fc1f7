// Batch norm, rectifier and pooling: passes over memory. Included once for each instruction set.

// Statistics are summed in double precision: single precision would lose the variance of a lead with a large offset.
static inline double FN(masked_sum)(const D *low, const D *high, const float *mask) {
  double lane[16];
  for (int l = 0; l < 8; l++) {
    lane[l] = mask[l] != 0 ? (*low)[l] : 0;
    lane[l + 8] = mask[l + 8] != 0 ? (*high)[l] : 0;
  }
  for (int width = 8; width >= 1; width /= 2)
    for (int l = 0; l < width; l++) lane[l] += lane[l + width];
  return lane[0];
}

#define LOW_HALF(v) __builtin_convertvector(__builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7), D)
#define HIGH_HALF(v) __builtin_convertvector(__builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15), D)
// v where the comparison m holds, else 0.
#define KEEP(m, v) ((V)((I)(m) & (I)(v)))

static void FN(scale_shift)(const float *signal, long length, float scale, float shift, int rectify, float *result) {
  const V *x = (const V *)signal;
  V *y = (V *)result, factor = SPLAT(scale), offset = SPLAT(shift), zero = SPLAT(0);
  for (long t = 0; t < length; t++) {
    V v = FMA(x[t], factor, offset);
    // Written so that what is not a number stays so and reaches the loss.
    y[t] = rectify ? KEEP(~(I)(v < zero), v) : v;
  }
}

static void FN(gradient_moments)(const float *gradient, const float *output, const float *signal, long length,
                                 int rectify, float mean, double *sums) {
  const V *dy = (const V *)gradient, *y = (const V *)output, *x = (const V *)signal;
  V zero = SPLAT(0), middle = SPLAT(mean);
  D first_low = {0}, first_high = {0}, second_low = {0}, second_high = {0};
  for (long t = 0; t < length; t++) {
    V g = rectify ? KEEP(y[t] > zero, dy[t]) : dy[t], v = x[t] - middle;
    D low = LOW_HALF(g), high = HIGH_HALF(g);
    first_low += low;
    first_high += high;
    second_low += low * LOW_HALF(v);
    second_high += high * HIGH_HALF(v);
  }
  // Lanes without a recording have a gradient of 0.
  static const float everywhere[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  sums[0] = FN(masked_sum)(&first_low, &first_high, everywhere);
  sums[1] = FN(masked_sum)(&second_low, &second_high, everywhere);
}

static void FN(scale_shift_gradient)(const float *gradient, const float *output, const float *signal, long length,
                                     int rectify, float a, float b, float c, float mean, const float *mask,
                                     float *result) {
  const V *dy = (const V *)gradient, *y = (const V *)output, *x = (const V *)signal;
  V *dx = (V *)result, va = SPLAT(a), vb = SPLAT(b), vc = SPLAT(c), middle = SPLAT(mean), zero = SPLAT(0), lanes;
  for (int l = 0; l < EK_LANES; l++) lanes[l] = mask[l];
  for (long t = 0; t < length; t++) {
    V g = rectify ? KEEP(y[t] > zero, dy[t]) : dy[t];
    dx[t] = FMA(g, va, FMA(x[t] - middle, vb, vc)) * lanes;
  }
}

static void FN(add_rectify)(const float *first, const float *second, long length, float *result) {
  const V *a = (const V *)first, *b = (const V *)second;
  V *y = (V *)result, zero = SPLAT(0);
  for (long t = 0; t < length; t++) {
    V v = a[t] + b[t];
    y[t] = KEEP(~(I)(v < zero), v);
  }
}

static void FN(rectify_gradient)(const float *gradient, const float *output, long length, float *result) {
  const V *dy = (const V *)gradient, *y = (const V *)output;
  V *g = (V *)result, zero = SPLAT(0);
  for (long t = 0; t < length; t++) g[t] = KEEP(y[t] > zero, dy[t]);
}

static void FN(add)(const float *signal, long length, float *result) {
  const V *x = (const V *)signal;
  V *y = (V *)result;
  for (long t = 0; t < length; t++) y[t] += x[t];
}

static void FN(max_pool3)(const float *signal, long length, float *result) {
  const V *x = (const V *)signal;
  V *y = (V *)result;
  for (long t = 0; t < length; t++) {
    V most = x[t];
    if (t > 0) most = __builtin_elementwise_max(x[t - 1], most);
    if (t + 1 < length) most = __builtin_elementwise_max(most, x[t + 1]);
    y[t] = most;
  }
}

static void FN(max_pool3_gradient)(const float *signal, const float *gradient, long length, float *result) {
  const V *x = (const V *)signal, *dy = (const V *)gradient;
  V *dx = (V *)result, zero = SPLAT(0);
  for (long t = 0; t < length; t++) dx[t] = zero;
  I none = {0};
  for (long t = 0; t < length; t++) {
    I beats_next = t + 1 < length ? (I)(x[t] >= x[t + 1]) : ~none;
    I before = none;
    if (t > 0) {
      before = (I)(x[t - 1] >= x[t]);
      if (t + 1 < length) before &= (I)(x[t - 1] >= x[t + 1]);
      dx[t - 1] += KEEP(before, dy[t]);
    }
    I here = ~before & beats_next;
    dx[t] += KEEP(here, dy[t]);
    if (t + 1 < length) dx[t + 1] += KEEP(~before & ~beats_next, dy[t]);
  }
}

static void FN(pool_all)(const float *signal, long length, float *maximum, int32_t *at, float *mean) {
  const V *x = (const V *)signal;
  V most = x[0];
  I place = {0}, now = {0};
  D low = {0}, high = {0};
  for (long t = 0; t < length; t++) {
    V v = x[t];
    I larger = (I)(v > most);
    place = (larger & now) | (~larger & place);
    most = (V)((larger & (I)v) | (~larger & (I)most));
    now += 1;
    low += LOW_HALF(v);
    high += HIGH_HALF(v);
  }
  for (int l = 0; l < EK_LANES; l++) {
    maximum[l] = most[l];
    at[l] = place[l];
    mean[l] = (float)((l < 8 ? low[l] : high[l - 8]) / (double)length);
  }
}

static void FN(pool_all_gradient)(const float *d_maximum, const int32_t *at, const float *d_mean, long length,
                                  float *result) {
  V *dx = (V *)result, share;
  for (int l = 0; l < EK_LANES; l++) share[l] = d_mean[l] / (float)length;
  for (long t = 0; t < length; t++) dx[t] = share;
  for (int l = 0; l < EK_LANES; l++) result[(long)at[l] * EK_LANES + l] += d_maximum[l];
}
