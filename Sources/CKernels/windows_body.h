// Pools over windows of time, and sums of whole signals. Included once for each instruction set.

#ifndef LARGER
// Whether v takes the place of the largest so far: what is not a number does, and stays, so that it reaches the loss.
#define LARGER(v, most) ((I)(v > most) | (I)(v != v))
#endif

// The steps that window `t` covers, padding left out.
static inline void FN(window)(const ek_windows *windows, long t, long *from, long *to) {
  long start = t * windows->stride - windows->padding, end = start + windows->window;
  *from = start < 0 ? 0 : start;
  *to = end > windows->length ? windows->length : end;
}

static void FN(max_pool)(const float *signal, const ek_windows *windows, float *result) {
  const V *x = (const V *)signal;
  V *y = (V *)result;
  for (long t = 0; t < windows->count; t++) {
    long from, to;
    FN(window)(windows, t, &from, &to);
    V most = x[from];
    for (long u = from + 1; u < to; u++) most = SELECT(LARGER(x[u], most), x[u], most);
    y[t] = most;
  }
}

static void FN(max_pool_gradient)(const float *signal, const float *gradient, const ek_windows *windows,
                                  float *result) {
  const V *x = (const V *)signal, *dy = (const V *)gradient;
  V *dx = (V *)result;
  for (long u = 0; u < windows->length; u++) dx[u] = SPLAT(0.0f);
  for (long t = 0; t < windows->count; t++) {
    long from, to;
    FN(window)(windows, t, &from, &to);
    V most = x[from];
    I place = {0}, now = {0};
    for (long u = from + 1; u < to; u++) {
      I larger = LARGER(x[u], most);
      now += 1;
      place = (larger & now) | (~larger & place);
      most = SELECT(larger, x[u], most);
    }
    I at = {0};
    for (long u = from; u < to; u++) {
      dx[u] += KEEP(place == at, dy[t]);
      at += 1;
    }
  }
}

static void FN(average_pool)(const float *signal, const ek_windows *windows, float *result) {
  const V *x = (const V *)signal;
  V *y = (V *)result;
  for (long t = 0; t < windows->count; t++) {
    long from, to;
    FN(window)(windows, t, &from, &to);
    V sum = x[from];
    for (long u = from + 1; u < to; u++) sum += x[u];
    y[t] = sum / SPLAT((float)(to - from));
  }
}

static void FN(average_pool_gradient)(const float *gradient, const ek_windows *windows, float *result) {
  const V *dy = (const V *)gradient;
  V *dx = (V *)result;
  for (long u = 0; u < windows->length; u++) dx[u] = SPLAT(0.0f);
  for (long t = 0; t < windows->count; t++) {
    long from, to;
    FN(window)(windows, t, &from, &to);
    V share = dy[t] / SPLAT((float)(to - from));
    for (long u = from; u < to; u++) dx[u] += share;
  }
}

static void FN(sum)(const float *first, const float *second, long length, float *result) {
  const V *a = (const V *)first, *b = (const V *)second;
  V *y = (V *)result;
  for (long t = 0; t < length; t++) y[t] = a[t] + b[t];
}

static void FN(multiply)(const float *first, const float *second, long length, float *result) {
  const V *a = (const V *)first, *b = (const V *)second;
  V *y = (V *)result;
  for (long t = 0; t < length; t++) y[t] = a[t] * b[t];
}

static void FN(add_steps)(const float *signal, const float *offsets, long length, float *result) {
  const V *x = (const V *)signal;
  V *y = (V *)result;
  for (long t = 0; t < length; t++) y[t] = x[t] + SPLAT(offsets[t]);
}

static void FN(sum_lanes)(const float *signal, long length, float *sums) {
  const V *x = (const V *)signal;
  for (long from = 0; from < length; from += 16) {
    V v[16], total;
    for (int a = 0; a < 16; a++) v[a] = from + a < length ? x[from + a] : SPLAT(0.0f);
    FN(sum_lanes_of_16)(v, &total);
    for (int a = 0; a < 16 && from + a < length; a++) sums[from + a] = total[a];
  }
}
