// One-dimensional convolution in the frequency domain, 16 recordings side by side. Included once for each instruction
// set.
//
// A channel's time axis is cut into tiles of 256 points. A real transform of 256 points is a complex one of 128, whose
// real parts are the even and whose imaginary parts the odd points, and a pass that separates the two. The complex
// transform works in place: by decimation in frequency (radix 8, 4, 4), which leaves the bins in the order of their
// digits, and back by decimation in time, which takes them in that order; nothing is ever sorted.
//
// Lanes are worked through in parts as wide as a register. Every operation acts lane by lane in a written order, so the
// bits do not depend on the register width. A spectrum is [bin][channel][re, im][16 lanes], with a stride between bins
// that keeps them out of each other's cache sets; it is twice the transform, which spares a multiplication, and the
// inverse makes up for it.

typedef struct {
  H r, i;
} FN(complex);

#define C FN(complex)

static inline __attribute__((always_inline)) C FN(plus)(C a, C b) { return (C){a.r + b.r, a.i + b.i}; }
static inline __attribute__((always_inline)) C FN(minus)(C a, C b) { return (C){a.r - b.r, a.i - b.i}; }
// a times -i forward, i backward.
static inline __attribute__((always_inline)) C FN(quarter)(C a, int inverse) {
  return inverse ? (C){-a.i, a.r} : (C){a.i, -a.r};
}
// a times cosine + i sine forward, its conjugate backward.
static inline __attribute__((always_inline)) C FN(rotate)(C a, H cosine, H sine, int inverse) {
  if (inverse) return (C){FMA(a.i, sine, a.r * cosine), FMA(-a.r, sine, a.i * cosine)};
  return (C){FMA(-a.i, sine, a.r * cosine), FMA(a.i, cosine, a.r * sine)};
}

static inline __attribute__((always_inline)) void FN(four)(C *a, int inverse) {
  C even = FN(plus)(a[0], a[2]), odd = FN(plus)(a[1], a[3]);
  C even_less = FN(minus)(a[0], a[2]), odd_less = FN(quarter)(FN(minus)(a[1], a[3]), inverse);
  a[0] = FN(plus)(even, odd);
  a[1] = FN(plus)(even_less, odd_less);
  a[2] = FN(minus)(even, odd);
  a[3] = FN(minus)(even_less, odd_less);
}

static inline __attribute__((always_inline)) void FN(eight)(C *a, int inverse) {
  C even[4] = {a[0], a[2], a[4], a[6]}, odd[4] = {a[1], a[3], a[5], a[7]};
  FN(four)(even, inverse);
  FN(four)(odd, inverse);
  H root = SPREAD(0.70710678118654752440f);
  // Odd parts turned by 1, 2 and 3 eighths.
  C first = odd[1], third = odd[3];
  C first_quarter = FN(quarter)(first, inverse), third_quarter = FN(quarter)(third, inverse);
  odd[1] = (C){(first.r + first_quarter.r) * root, (first.i + first_quarter.i) * root};
  odd[2] = FN(quarter)(odd[2], inverse);
  odd[3] = (C){(third_quarter.r - third.r) * root, (third_quarter.i - third.i) * root};
  for (int k = 0; k < 4; k++) {
    a[k] = FN(plus)(even[k], odd[k]);
    a[k + 4] = FN(minus)(even[k], odd[k]);
  }
}

// Bin r + 8 s + 32 u lies at 16 r + 4 s + u.
#define PLACE(bin) (16 * ((bin) & 7) + 4 * ((bin) >> 3 & 3) + ((bin) >> 5))

// 128 complex points from `x`, a real signal's even and odd points, to their transform in `z`, in the order of PLACE.
// Points from `count` on are taken as zeros.
static inline __attribute__((always_inline)) void FN(transform)(const float *x, int count, H *z,
                                                                const ek_fourier_tables *tables) {
  H zero = SPREAD(0.0f);
  for (int p = 0; p < 16; p++) {
    C a[8];
    for (int q = 0; q < 8; q++) {
      int n = 2 * (p + 16 * q);
      const float *at = x + n * EK_LANES;
      a[q] = (C){n < count ? LOAD(at) : zero, n + 1 < count ? LOAD(at + EK_LANES) : zero};
    }
    FN(eight)(a, 0);
    for (int r = 0; r < 8; r++) {
      if (r > 0) a[r] = FN(rotate)(a[r], SPREAD(tables->cosine128[p * r]), SPREAD(tables->sine128[p * r]), 0);
      z[2 * (p + 16 * r)] = a[r].r;
      z[2 * (p + 16 * r) + 1] = a[r].i;
    }
  }
  for (int r = 0; r < 8; r++) {
    H *block = z + 32 * r;
    // Both radix-4 passes of 16 points, which a register file of 32 can hold.
    C a[16];
    for (int n = 0; n < 16; n++) a[n] = (C){block[2 * n], block[2 * n + 1]};
    for (int p = 0; p < 4; p++) {
      C b[4] = {a[p], a[p + 4], a[p + 8], a[p + 12]};
      FN(four)(b, 0);
      a[p] = b[0];
      for (int s = 1; s < 4; s++)
        a[p + 4 * s] = p == 0 ? b[s]
                              : FN(rotate)(b[s], SPREAD(tables->cosine128[8 * p * s]),
                                         SPREAD(tables->sine128[8 * p * s]), 0);
    }
    for (int s = 0; s < 4; s++) {
      FN(four)(a + 4 * s, 0);
      for (int u = 0; u < 4; u++) {
        block[2 * (4 * s + u)] = a[4 * s + u].r;
        block[2 * (4 * s + u) + 1] = a[4 * s + u].i;
      }
    }
  }
}

// The opposite of `transform`, times 128, in place: the even and odd points of a real signal one after the other.
static inline __attribute__((always_inline)) void FN(transform_back)(H *z, const ek_fourier_tables *tables) {
  for (int r = 0; r < 8; r++) {
    H *block = z + 32 * r;
    C a[16];
    for (int n = 0; n < 16; n++) a[n] = (C){block[2 * n], block[2 * n + 1]};
    for (int s = 0; s < 4; s++) {
      FN(four)(a + 4 * s, 1);
      for (int p = 1; p < 4 && s > 0; p++)
        a[4 * s + p] =
            FN(rotate)(a[4 * s + p], SPREAD(tables->cosine128[8 * p * s]), SPREAD(tables->sine128[8 * p * s]), 1);
    }
    for (int p = 0; p < 4; p++) {
      C b[4] = {a[p], a[p + 4], a[p + 8], a[p + 12]};
      FN(four)(b, 1);
      for (int q = 0; q < 4; q++) {
        block[2 * (p + 4 * q)] = b[q].r;
        block[2 * (p + 4 * q) + 1] = b[q].i;
      }
    }
  }
  for (int p = 0; p < 16; p++) {
    C a[8];
    for (int r = 0; r < 8; r++) {
      a[r] = (C){z[2 * (p + 16 * r)], z[2 * (p + 16 * r) + 1]};
      if (r > 0) a[r] = FN(rotate)(a[r], SPREAD(tables->cosine128[p * r]), SPREAD(tables->sine128[p * r]), 1);
    }
    FN(eight)(a, 1);
    for (int q = 0; q < 8; q++) {
      z[2 * (p + 16 * q)] = a[q].r;
      z[2 * (p + 16 * q) + 1] = a[q].i;
    }
  }
}

// The spectrum of 256 points, of which those from `count` on are zeros and not read: bins 0 ... 128 at
// `spectrum + bin * stride`, real parts, and the imaginary ones `imaginary` floats on.
static void FN(fourier)(const float *points, long count, const ek_fourier_tables *tables, float *spectrum, long stride,
                        long imaginary) {
  H z[2 * POINTS];
  for (int part = 0; part < EK_LANES; part += PART) {
    if (count >= 2 * POINTS)
      FN(transform)(points + part, 2 * POINTS, z, tables);
    else
      FN(transform)(points + part, (int)count, z, tables);
    float *out = spectrum + part;
    H two = SPREAD(2.0f), zero = SPREAD(0.0f);
    STORE(out, (z[0] + z[1]) * two);
    STORE(out + imaginary, zero);
    STORE(out + POINTS * stride, (z[0] - z[1]) * two);
    STORE(out + POINTS * stride + imaginary, zero);
    for (int k = 1; k <= POINTS / 2; k++) {
      int mirror = POINTS - k;
      const H *near = z + 2 * PLACE(k), *far = z + 2 * PLACE(mirror);
      H er = near[0] + far[0], ei = near[1] - far[1], dr = near[1] + far[1], di = far[0] - near[0];
      H c = SPREAD(tables->cosine256[k]), s = SPREAD(tables->sine256[k]);
      H tr = FMA(-di, s, dr * c), ti = FMA(di, c, dr * s);
      STORE(out + k * stride, er + tr);
      STORE(out + k * stride + imaginary, ei + ti);
      STORE(out + mirror * stride, er - tr);
      STORE(out + mirror * stride + imaginary, ti - ei);
    }
  }
}

// Points `from` ..< `from + count` of the 256 of a product of two spectra.
static void FN(fourier_back)(const float *spectrum, long stride, long imaginary, const ek_fourier_tables *tables,
                             float *points, long from, long count) {
  H z[2 * POINTS];
  for (int part = 0; part < EK_LANES; part += PART) {
    const float *in = spectrum + part;
    // 1/128 for the transform, 1/2 for the separation, 1/4 for two spectra that are twice the transform.
    H scale = SPREAD(1.0f / 1024.0f);
    H first = LOAD(in) * scale, last = LOAD(in + POINTS * stride) * scale;
    z[0] = first + last;
    z[1] = first - last;
    for (int k = 1; k <= POINTS / 2; k++) {
      int mirror = POINTS - k;
      H xr = LOAD(in + k * stride) * scale, xi = LOAD(in + k * stride + imaginary) * scale;
      H yr = LOAD(in + mirror * stride) * scale, yi = LOAD(in + mirror * stride + imaginary) * scale;
      H er = xr + yr, ei = xi - yi, dr = xr - yr, di = xi + yi;
      H c = SPREAD(tables->cosine256[k]), s = SPREAD(tables->sine256[k]);
      H tr = FMA(di, s, dr * c), ti = FMA(-dr, s, di * c);
      H *near = z + 2 * PLACE(k), *far = z + 2 * PLACE(mirror);
      far[0] = er + ti;
      far[1] = tr - ei;
      near[0] = er - ti;
      near[1] = ei + tr;
    }
    FN(transform_back)(z, tables);
    for (long n = 0; n < count; n++) STORE(points + n * EK_LANES + part, z[from + n]);
  }
}

// ---- products per bin. Weights' spectra are [bin][input][re, im][outputs].

// Y[o] = sum over i of conj(W[o][i]) U[i] for `count` outputs from `first`, one tile; y begins with output `first`.
static inline __attribute__((always_inline)) void FN(correlate_block)(const float *w, long outputs, const float *u,
                                                                      float *y, long inputs, int count) {
  for (int part = 0; part < EK_LANES; part += PART) {
    H re[PRODUCT_OUTPUTS], im[PRODUCT_OUTPUTS];
    for (int o = 0; o < count; o++) re[o] = im[o] = SPREAD(0.0f);
    const float *x = u + part, *weight = w;
    for (long i = 0; i < inputs; i++) {
      H r = LOAD(x), s = LOAD(x + EK_LANES);
      for (int o = 0; o < count; o++) {
        H wr = SPREAD(weight[o]), wi = SPREAD(weight[outputs + o]);
        re[o] = FMA(wr, r, re[o]);
        im[o] = FMA(wr, s, im[o]);
        re[o] = FMA(wi, s, re[o]);
        im[o] = FMA(-wi, r, im[o]);
      }
      x += 2 * EK_LANES;
      weight += 2 * outputs;
    }
    for (int o = 0; o < count; o++) {
      STORE(y + 2 * EK_LANES * o + part, re[o]);
      STORE(y + 2 * EK_LANES * o + EK_LANES + part, im[o]);
    }
  }
}

static void FN(fourier_correlate)(const float *weights, const float *u, long u_stride, float *y, long y_stride,
                                  long outputs, long inputs, long first, long count) {
  for (long bin = 0; bin <= POINTS; bin++) {
    const float *w = weights + bin * 2 * inputs * outputs + first;
    long o = 0;
    for (; o + PRODUCT_OUTPUTS <= count; o += PRODUCT_OUTPUTS)
      FN(correlate_block)(w + o, outputs, u + bin * u_stride, y + bin * y_stride + 2 * EK_LANES * o, inputs,
                          PRODUCT_OUTPUTS);
    for (; o < count; o++)
      FN(correlate_block)(w + o, outputs, u + bin * u_stride, y + bin * y_stride + 2 * EK_LANES * o, inputs, 1);
  }
}

// C[i] += sum over o of W[o][i] V[o] for `count` outputs from `first`, one tile; v begins with output `first`. With
// `first` 0 C is overwritten.
static inline __attribute__((always_inline)) void FN(convolve_bins)(const float *w, long outputs, const float *v,
                                                                    float *c, long outputs_here, int fresh,
                                                                    int count) {
  for (int part = 0; part < EK_LANES; part += PART) {
    H re[PRODUCT_OUTPUTS], im[PRODUCT_OUTPUTS];
    for (int i = 0; i < count; i++) {
      re[i] = fresh ? SPREAD(0.0f) : LOAD(c + 2 * EK_LANES * i + part);
      im[i] = fresh ? SPREAD(0.0f) : LOAD(c + 2 * EK_LANES * i + EK_LANES + part);
    }
    const float *x = v + part;
    for (long o = 0; o < outputs_here; o++) {
      H r = LOAD(x), s = LOAD(x + EK_LANES);
      for (int i = 0; i < count; i++) {
        H wr = SPREAD(w[2 * outputs * i + o]), wi = SPREAD(w[2 * outputs * i + outputs + o]);
        re[i] = FMA(wr, r, re[i]);
        im[i] = FMA(wr, s, im[i]);
        re[i] = FMA(-wi, s, re[i]);
        im[i] = FMA(wi, r, im[i]);
      }
      x += 2 * EK_LANES;
    }
    for (int i = 0; i < count; i++) {
      STORE(c + 2 * EK_LANES * i + part, re[i]);
      STORE(c + 2 * EK_LANES * i + EK_LANES + part, im[i]);
    }
  }
}

static void FN(fourier_convolve)(const float *weights, const float *v, long v_stride, float *c, long c_stride,
                                 long outputs, long inputs, long first, long count) {
  for (long bin = 0; bin <= POINTS; bin++) {
    const float *w = weights + bin * 2 * inputs * outputs + first;
    long i = 0;
    for (; i + PRODUCT_OUTPUTS <= inputs; i += PRODUCT_OUTPUTS)
      FN(convolve_bins)(w + 2 * outputs * i, outputs, v + bin * v_stride, c + bin * c_stride + 2 * EK_LANES * i, count,
                        first == 0, PRODUCT_OUTPUTS);
    for (; i < inputs; i++)
      FN(convolve_bins)(w + 2 * outputs * i, outputs, v + bin * v_stride, c + bin * c_stride + 2 * EK_LANES * i, count,
                        first == 0, 1);
  }
}

// Numbers of a and b by turns, of the lower and of the upper half.
#define LOWER(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define UPPER(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)

// Rows and columns of 16 x 16 numbers exchanged, in four rounds of interleaving.
static inline __attribute__((always_inline)) void FN(transpose16)(const float *in, long in_stride, float *out,
                                                                  long out_stride) {
  V a[16], b[16];
  for (int i = 0; i < 16; i++) a[i] = *(const V *)(in + i * in_stride);
  for (int round = 0; round < 4; round++) {
    for (int i = 0; i < 8; i++) {
      b[2 * i] = LOWER(a[i], a[i + 8]);
      b[2 * i + 1] = UPPER(a[i], a[i + 8]);
    }
    for (int i = 0; i < 16; i++) a[i] = b[i];
  }
  for (int i = 0; i < 16; i++) *(V *)(out + i * out_stride) = a[i];
}
#undef LOWER
#undef UPPER

// Spectra of 16 channels turned so that the channels are in the lanes: [bin][recording][re, im][16 channels].
static void FN(fourier_turn)(const float *v, long v_stride, float *turned, long turned_stride) {
  for (long bin = 0; bin <= POINTS; bin++) {
    const float *in = v + bin * v_stride;
    float *out = turned + bin * turned_stride;
    FN(transpose16)(in, 2 * EK_LANES, out, 2 * EK_LANES);
    FN(transpose16)(in + EK_LANES, 2 * EK_LANES, out + EK_LANES, 2 * EK_LANES);
  }
}

// D[o][i] (+)= sum over columns and recordings of conj(U[i]) V[o] for one bin, `blocks` times 16 outputs and `count`
// inputs.
static inline __attribute__((always_inline)) void FN(weights_block)(const float *u, long u_stride, const float *turned,
                                                                    long turned_stride, float *d, long outputs,
                                                                    long columns, int accumulate, int count,
                                                                    int blocks) {
  for (int part = 0; part < EK_LANES; part += PART) {
    H re[4][3], im[4][3];
    for (int i = 0; i < count; i++)
      for (int b = 0; b < blocks; b++) {
        re[i][b] = accumulate ? LOAD(d + 2 * outputs * i + EK_LANES * b + part) : SPREAD(0.0f);
        im[i][b] = accumulate ? LOAD(d + 2 * outputs * i + outputs + EK_LANES * b + part) : SPREAD(0.0f);
      }
    for (long column = 0; column < columns; column++) {
      const float *x = u + column * u_stride, *v = turned + column * turned_stride + part;
      for (int lane = 0; lane < EK_LANES; lane++) {
        H vr[3], vi[3];
        for (int b = 0; b < blocks; b++) {
          vr[b] = LOAD(v + (b * EK_LANES + lane) * 2 * EK_LANES);
          vi[b] = LOAD(v + (b * EK_LANES + lane) * 2 * EK_LANES + EK_LANES);
        }
        for (int i = 0; i < count; i++) {
          H ur = SPREAD(x[2 * EK_LANES * i + lane]), ui = SPREAD(x[2 * EK_LANES * i + EK_LANES + lane]);
          for (int b = 0; b < blocks; b++) {
            re[i][b] = FMA(ur, vr[b], re[i][b]);
            im[i][b] = FMA(ur, vi[b], im[i][b]);
            re[i][b] = FMA(ui, vi[b], re[i][b]);
            im[i][b] = FMA(-ui, vr[b], im[i][b]);
          }
        }
      }
    }
    for (int i = 0; i < count; i++)
      for (int b = 0; b < blocks; b++) {
        STORE(d + 2 * outputs * i + EK_LANES * b + part, re[i][b]);
        STORE(d + 2 * outputs * i + outputs + EK_LANES * b + part, im[i][b]);
      }
  }
}

// One bin: u is [column][input][re, im][16 recordings], turned [column][outputs / 16][recording][re, im][16 outputs],
// d as the weights' spectra. outputs % 16 == 0.
static void FN(fourier_weights)(const float *u, long u_stride, const float *turned, long turned_stride, float *d,
                                long outputs, long inputs, long columns, int accumulate) {
  for (long i = 0; i < inputs;) {
    int count = inputs - i >= 4 ? 4 : 1;
    for (long o = 0; o < outputs;) {
      int blocks = outputs - o >= WEIGHT_BLOCKS * EK_LANES ? WEIGHT_BLOCKS : 1;
      const float *x = u + 2 * EK_LANES * i, *v = turned + 2 * EK_LANES * o;
      float *out = d + 2 * outputs * i + o;
      if (count == 4 && blocks == WEIGHT_BLOCKS)
        FN(weights_block)(x, u_stride, v, turned_stride, out, outputs, columns, accumulate, 4, WEIGHT_BLOCKS);
      else if (count == 4)
        FN(weights_block)(x, u_stride, v, turned_stride, out, outputs, columns, accumulate, 4, 1);
      else
        FN(weights_block)(x, u_stride, v, turned_stride, out, outputs, columns, accumulate, 1, 1);
      o += blocks * EK_LANES;
    }
    i += count;
  }
}
#undef C
