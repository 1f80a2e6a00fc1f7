// Activations that are never written down: a layer's output is kept as the numbers before batch norm, and whoever reads
// it scales, shifts and rectifies on the way; gradients likewise. One pass over memory where there would be four.
// Included once for each instruction set.
//
// A panel is [channel][step][16 lanes] with a stride between channels: some channels of some steps of one group, small
// enough to stay in cache.

// v where the comparison m holds, else 0; what is not a number is not below zero, so a rectifier lets it through to the
// loss.
#define KEEP_PART(m, v) ((H)((HI)(m) & (HI)(v)))
#define RECTIFIED(v) KEEP_PART(~(HI)((v) < zero), v)
#define CHOOSE_PART(m, a, b) ((H)(((HI)(m) & (HI)(a)) | (~(HI)(m) & (HI)(b))))

// One number of an activation, all numbers of the channel given.
typedef struct {
  const float *first, *second;
  H scale, shift, second_scale, second_shift;
  int normalised;
} FN(channel);

static inline __attribute__((always_inline)) FN(channel) FN(channel_of)(const ek_activation *x, long channel) {
  long offset = channel * x->channel_stride;
  FN(channel) c = {0};
  c.first = x->first + offset;
  c.normalised = x->scale != 0;
  if (x->scale) {
    c.scale = SPREAD(x->scale[channel]);
    c.shift = SPREAD(x->shift[channel]);
  }
  if (x->second) {
    c.second = x->second + offset;
    c.second_scale = SPREAD(x->second_scale[channel]);
    c.second_shift = SPREAD(x->second_shift[channel]);
  }
  return c;
}

static inline __attribute__((always_inline)) H FN(activated)(FN(channel) c, long at, int normalised, int summed) {
  H zero = SPREAD(0.0f), v = LOAD(c.first + at);
  if (!normalised) return v;
  v = FMA(v, c.scale, c.shift);
  v = RECTIFIED(v);
  if (!summed) return v;
  v = v + FMA(LOAD(c.second + at), c.second_scale, c.second_shift);
  return RECTIFIED(v);
}

static inline __attribute__((always_inline)) void FN(activate_rows)(const ek_activation *x, long first, long count,
                                                                    long from, long steps, float *panel, long stride,
                                                                    int normalised, int summed) {
  for (long c = 0; c < count; c++) {
    FN(channel) channel = FN(channel_of)(x, first + c);
    float *row = panel + c * stride;
    for (long t = 0; t < steps; t++)
      for (int part = 0; part < EK_LANES; part += PART)
        STORE(row + t * EK_LANES + part,
              FN(activated)(channel, (from + t) * EK_LANES + part, normalised, summed));
  }
}

static void FN(activate)(const ek_activation *x, long first, long count, long from, long steps, float outside,
                         float *panel, long stride) {
  long before = from < 0 ? -from : 0, end = from + steps > x->length ? x->length - from : steps;
  for (long c = 0; c < count; c++)
    for (long t = 0; t < steps; t++)
      if (t < before || t >= end)
        for (int l = 0; l < EK_LANES; l++) panel[c * stride + t * EK_LANES + l] = outside;
  float *inside = panel + before * EK_LANES;
  if (!x->scale)
    FN(activate_rows)(x, first, count, from + before, end - before, inside, stride, 0, 0);
  else if (!x->second)
    FN(activate_rows)(x, first, count, from + before, end - before, inside, stride, 1, 0);
  else
    FN(activate_rows)(x, first, count, from + before, end - before, inside, stride, 1, 1);
}

static void FN(differentiate)(const ek_gradient *g, long first, long count, long from, long steps, float *panel,
                              long stride) {
  long before = from < 0 ? -from : 0, end = from + steps > g->length ? g->length - from : steps;
  H zero = SPREAD(0.0f);
  for (long c = 0; c < count; c++) {
    long channel = first + c;
    float *row = panel + c * stride;
    const float *dy = g->gradient + channel * g->gradient_stride + from * EK_LANES;
    for (long t = 0; t < steps; t++) {
      if (t >= before && t < end) continue;
      for (int part = 0; part < EK_LANES; part += PART) STORE(row + t * EK_LANES + part, zero);
    }
    if (!g->signal) {
      for (long t = before; t < end; t++)
        for (int part = 0; part < EK_LANES; part += PART)
          STORE(row + t * EK_LANES + part, LOAD(dy + t * EK_LANES + part));
      continue;
    }
    const float *z = g->signal + channel * g->signal_stride + from * EK_LANES;
    H a = SPREAD(g->factor[channel]), b = SPREAD(g->slope[channel]), d = SPREAD(g->offset[channel]);
    H mean = SPREAD(g->mean[channel]), scale = zero, shift = zero;
    if (g->scale) {
      scale = SPREAD(g->scale[channel]);
      shift = SPREAD(g->shift[channel]);
    }
    for (long t = before; t < end; t++)
      for (int part = 0; part < EK_LANES; part += PART) {
        H v = LOAD(z + t * EK_LANES + part), slope = LOAD(dy + t * EK_LANES + part);
        if (g->scale) slope = KEEP_PART(FMA(v, scale, shift) > zero, slope);
        STORE(row + t * EK_LANES + part, FMA(slope, a, FMA(v - mean, b, d)) * LOAD(g->lanes + part));
      }
  }
}

// y[t] = the largest of x[t], x[t + 1] and x[t + 2].
static void FN(maxima)(const float *x, long x_stride, float *y, long y_stride, long count, long steps) {
  for (long c = 0; c < count; c++)
    for (int part = 0; part < EK_LANES; part += PART) {
      const float *in = x + c * x_stride + part;
      float *out = y + c * y_stride + part;
      H before = LOAD(in), here = LOAD(in + EK_LANES);
      for (long t = 0; t < steps; t++) {
        H after = LOAD(in + (t + 2) * EK_LANES), most = CHOOSE_PART(before > here, before, here);
        STORE(out + t * EK_LANES, CHOOSE_PART(most > after, most, after));
        before = here;
        here = after;
      }
    }
}

// Adds to d[t] what the maxima's gradients send to x[t + 2], from the windows around x[t + 1], x[t + 2] and x[t + 3]
// with gradients dy[t], dy[t + 1] and dy[t + 2]. Of equal values the first has been chosen.
static void FN(maxima_gradient)(const float *x, long x_stride, const float *dy, long dy_stride, float *d,
                                long d_stride, long count, long steps) {
  for (long c = 0; c < count; c++)
    for (int part = 0; part < EK_LANES; part += PART) {
      const float *in = x + c * x_stride + part, *g = dy + c * dy_stride + part;
      float *out = d + c * d_stride + part;
      // What the window before and this one choose, as they are carried along.
      H x0 = LOAD(in), x1 = LOAD(in + EK_LANES), x2 = LOAD(in + 2 * EK_LANES), x3 = LOAD(in + 3 * EK_LANES);
      HI first = (HI)(x0 >= x1) & (HI)(x0 >= x2), second = ~first & (HI)(x1 >= x2), third = ~first & ~second;
      HI next_first = (HI)(x1 >= x2) & (HI)(x1 >= x3), next_second = ~next_first & (HI)(x2 >= x3);
      H g0 = LOAD(g), g1 = LOAD(g + EK_LANES);
      for (long t = 0; t < steps; t++) {
        H x4 = LOAD(in + (t + 4) * EK_LANES), g2 = LOAD(g + (t + 2) * EK_LANES);
        HI last_first = (HI)(x2 >= x3) & (HI)(x2 >= x4);
        H v = LOAD(out + t * EK_LANES);
        v = v + KEEP_PART(third, g0);
        v = v + KEEP_PART(next_second, g1);
        v = v + KEEP_PART(last_first, g2);
        STORE(out + t * EK_LANES, v);
        third = ~next_first & ~next_second;
        next_first = last_first;
        next_second = ~last_first & (HI)(x3 >= x4);
        x2 = x3;
        x3 = x4;
        g0 = g1;
        g1 = g2;
      }
    }
}

// ---- sums in double precision of what was summed lane by lane over few steps

static inline double FN(lanes_total)(const double *lane) {
  double sum[EK_LANES];
  for (int l = 0; l < EK_LANES; l++) sum[l] = lane[l];
  for (int width = EK_LANES / 2; width >= 1; width /= 2)
    for (int l = 0; l < width; l++) sum[l] += sum[l + width];
  return sum[0];
}

// sums[0] += the sum, sums[1] += the sum of squares of a row's steps in the lanes whose mask is not 0. Each lane's
// deviations from its first step are summed, so that an offset costs no precision; at most 256 steps.
static inline __attribute__((always_inline)) void FN(row_moments)(const float *row, long steps, const float *mask,
                                                                  double *sums) {
  float pilot[EK_LANES] __attribute__((aligned(64))), first[EK_LANES] __attribute__((aligned(64)));
  float second[EK_LANES] __attribute__((aligned(64)));
  for (int part = 0; part < EK_LANES; part += PART) {
    H start = LOAD(row + part), a[2] = {SPREAD(0.0f), SPREAD(0.0f)}, b[2] = {SPREAD(0.0f), SPREAD(0.0f)};
    long t = 0;
    for (; t + 2 <= steps; t += 2)
      for (int k = 0; k < 2; k++) {
        H d = LOAD(row + (t + k) * EK_LANES + part) - start;
        a[k] = a[k] + d;
        b[k] = FMA(d, d, b[k]);
      }
    if (t < steps) {
      H d = LOAD(row + t * EK_LANES + part) - start;
      a[0] = a[0] + d;
      b[0] = FMA(d, d, b[0]);
    }
    STORE(pilot + part, start);
    STORE(first + part, a[0] + a[1]);
    STORE(second + part, b[0] + b[1]);
  }
  double n = (double)steps, one[EK_LANES], two[EK_LANES];
  for (int l = 0; l < EK_LANES; l++) {
    double p = pilot[l], s = first[l], keep = mask[l] != 0 ? 1 : 0;
    one[l] = mask[l] != 0 ? n * p + s : 0;
    two[l] = keep != 0 ? second[l] + p * (2 * s + n * p) : 0;
  }
  sums[0] += FN(lanes_total)(one);
  sums[1] += FN(lanes_total)(two);
}

static void FN(panel_moments)(const float *panel, long stride, long count, long steps, const float *mask,
                              double *sums) {
  for (long c = 0; c < count; c++)
    for (long t = 0; t < steps; t += 256)
      FN(row_moments)(panel + c * stride + t * EK_LANES, steps - t < 256 ? steps - t : 256, mask, sums + 2 * c);
}

// The gradient to an activation goes through its rectifier and is written; of each batch norm behind the activation the
// sums of g and of g (z - mean) are added to first_sums and second_sums, two a channel. The panel x holds the
// activation. At most 256 steps, all inside.
static void FN(rectify_gradient_rows)(const ek_activation *x, long first, long count, long from, long steps,
                                      const float *panel, long panel_stride, const float *dx, long dx_stride,
                                      float *result, long result_stride, double *first_sums, double *second_sums) {
  H zero = SPREAD(0.0f);
  for (long c = 0; c < count; c++) {
    FN(channel) channel = FN(channel_of)(x, first + c);
    H mean = SPREAD(x->mean[first + c]), second_mean = x->second ? SPREAD(x->second_mean[first + c]) : zero;
    const float *value = panel + c * panel_stride, *slope = dx + c * dx_stride;
    float *out = result + c * result_stride;
    float lanes[4][EK_LANES] __attribute__((aligned(64)));
    for (int part = 0; part < EK_LANES; part += PART) {
      H a = zero, b = zero, d = zero, e = zero;
      for (long t = 0; t < steps; t++) {
        long at = t * EK_LANES + part, place = (from + t) * EK_LANES + part;
        H g = KEEP_PART(LOAD(value + at) > zero, LOAD(slope + at)), z = LOAD(channel.first + place);
        STORE(out + at, g);
        if (x->second) {
          d = d + g;
          e = FMA(g, LOAD(channel.second + place) - second_mean, e);
          g = KEEP_PART(FMA(z, channel.scale, channel.shift) > zero, g);
        }
        a = a + g;
        b = FMA(g, z - mean, b);
      }
      STORE(lanes[0] + part, a);
      STORE(lanes[1] + part, b);
      STORE(lanes[2] + part, d);
      STORE(lanes[3] + part, e);
    }
    double wide[EK_LANES];
    for (int k = 0; k < (x->second ? 4 : 2); k++) {
      for (int l = 0; l < EK_LANES; l++) wide[l] = lanes[k][l];
      double *sums = k < 2 ? first_sums : second_sums;
      sums[2 * c + (k & 1)] += FN(lanes_total)(wide);
    }
  }
}

// Maximum over a row's steps with the first step that has it, and sum over them; at most 256 steps at a time are summed
// in single precision. `maximum` begins as minus infinity, `sum` as 0.
static void FN(pool_rows)(const float *panel, long stride, long count, long from, long steps, float *maximum,
                          int32_t *at, double *sum) {
  for (long c = 0; c < count; c++)
    for (int part = 0; part < EK_LANES; part += PART) {
      H most, total = SPREAD(0.0f);
      HI place, now = (HI){0} + (int32_t)from;
      most = *(const H *)(maximum + c * EK_LANES + part);
      place = *(const HI *)(at + c * EK_LANES + part);
      for (long t = 0; t < steps; t++) {
        H v = LOAD(panel + c * stride + t * EK_LANES + part);
        // What is not a number is taken, or it would not reach the loss.
        HI larger = ~(HI)(v <= most);
        place = (larger & now) | (~larger & place);
        most = CHOOSE_PART(larger, v, most);
        now += 1;
        total = total + v;
      }
      *(H *)(maximum + c * EK_LANES + part) = most;
      *(HI *)(at + c * EK_LANES + part) = place;
      for (int l = 0; l < PART; l++) sum[c * EK_LANES + part + l] += total[l];
    }
}

// Gradient of the pooling: a share for every step, and the maximum's own for the step that has it.
static void FN(pool_gradient_rows)(const float *share, const float *d_maximum, const int32_t *at, long count, long from,
                                   long steps, float *panel, long stride) {
  for (long c = 0; c < count; c++)
    for (int part = 0; part < EK_LANES; part += PART) {
      H each = LOAD(share + c * EK_LANES + part), own = LOAD(d_maximum + c * EK_LANES + part);
      HI place = *(const HI *)(at + c * EK_LANES + part), now = (HI){0} + (int32_t)from;
      for (long t = 0; t < steps; t++) {
        STORE(panel + c * stride + t * EK_LANES + part, each + KEEP_PART(now == place, own));
        now += 1;
      }
    }
}
