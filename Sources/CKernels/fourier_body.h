// One-dimensional convolution in the frequency domain, 16 recordings side by side. Included once for each instruction
// set with FN(name) giving the function its suffix.
//
// A lead's time axis is cut into tiles of 256 points that overlap by taps - 1; a real transform of 256 points is a
// complex one of 128 (radix 4, 4, 4, 2, Stockham's self-sorting form) and one pass that separates the two halves.
// Every operation acts lane by lane in a written order, so the bits do not depend on the register width.
//
// Spectra are [bin][channel][re, im][column][16 lanes], a column being one tile of one group of 16 recordings.

// ---- complex transform of 128 points

// One radix-4 pass over `n` points with stride `s`; sign 1 forward, -1 inverse.
static inline void FN(radix4)(long n, long s, const V *xr, const V *xi, V *yr, V *yi, const float *cosine,
                              const float *sine, float sign) {
  long m = n / 4, step = POINTS / n;
  for (long p = 0; p < m; p++) {
    V w1r = SPLAT(cosine[p * step]), w1i = SPLAT(sign * sine[p * step]);
    V w2r = SPLAT(cosine[2 * p * step]), w2i = SPLAT(sign * sine[2 * p * step]);
    V w3r = SPLAT(cosine[3 * p * step]), w3i = SPLAT(sign * sine[3 * p * step]);
    for (long q = 0; q < s; q++) {
      long i = q + s * p, d = s * m, o = q + s * 4 * p;
      V ar = xr[i], ai = xi[i], br = xr[i + d], bi = xi[i + d];
      V cr = xr[i + 2 * d], ci = xi[i + 2 * d], dr = xr[i + 3 * d], di = xi[i + 3 * d];
      V acr = ar + cr, aci = ai + ci, amr = ar - cr, ami = ai - ci;
      V bdr = br + dr, bdi = bi + di;
      // -i (b - d) forward, +i (b - d) inverse
      V jr = sign * (bi - di), ji = sign * (dr - br);
      V o1r = amr + jr, o1i = ami + ji, o2r = acr - bdr, o2i = aci - bdi, o3r = amr - jr, o3i = ami - ji;
      yr[o] = acr + bdr;
      yi[o] = aci + bdi;
      yr[o + s] = FMA(-o1i, w1i, o1r * w1r);
      yi[o + s] = FMA(o1i, w1r, o1r * w1i);
      yr[o + 2 * s] = FMA(-o2i, w2i, o2r * w2r);
      yi[o + 2 * s] = FMA(o2i, w2r, o2r * w2i);
      yr[o + 3 * s] = FMA(-o3i, w3i, o3r * w3r);
      yi[o + 3 * s] = FMA(o3i, w3r, o3r * w3i);
    }
  }
}

// 128 points in `a`; the result is in `a`, `b` is scratch.
static inline void FN(complex128)(V *ar, V *ai, V *br, V *bi, const float *cosine, const float *sine, float sign) {
  FN(radix4)(128, 1, ar, ai, br, bi, cosine, sine, sign);
  FN(radix4)(32, 4, br, bi, ar, ai, cosine, sine, sign);
  FN(radix4)(8, 16, ar, ai, br, bi, cosine, sine, sign);
  for (long q = 0; q < 64; q++) {
    V xr = br[q], xi = bi[q], yr = br[q + 64], yi = bi[q + 64];
    ar[q] = xr + yr;
    ai[q] = xi + yi;
    ar[q + 64] = xr - yr;
    ai[q + 64] = xi - yi;
  }
}

// ---- real transforms of 256 points

// `z` holds the even points as real and the odd ones as imaginary parts; writes bins 0...128 at `out + bin * stride`
// (real) and `imaginary` vectors further on.
static inline void FN(separate)(const V *zr, const V *zi, const float *cosine, const float *sine, V *out, long stride,
                                long imaginary) {
  V half = SPLAT(0.5f);
  for (long k = 0; k <= POINTS / 2; k++) {
    long mirror = (POINTS - k) % POINTS;
    V er = (zr[k] + zr[mirror]) * half, ei = (zi[k] - zi[mirror]) * half;
    V or_ = (zi[k] + zi[mirror]) * half, oi = (zr[mirror] - zr[k]) * half;
    V c = SPLAT(cosine[k]), s = SPLAT(sine[k]);
    V tr = FMA(-oi, s, or_ * c), ti = FMA(oi, c, or_ * s);
    out[k * stride] = er + tr;
    out[k * stride + imaginary] = ei + ti;
    long far = POINTS - k;
    out[far * stride] = er - tr;
    out[far * stride + imaginary] = ti - ei;
  }
}

// The opposite of `separate`, scaled so that the inverse complex transform gives the real points themselves.
static inline void FN(combine)(const V *in, long stride, long imaginary, const float *cosine, const float *sine, V *zr,
                               V *zi) {
  V scale = SPLAT(1.0f / 256.0f);
  for (long k = 0; k < POINTS; k++) {
    long far = POINTS - k;
    V xr = in[k * stride], xi = in[k * stride + imaginary];
    V cr = in[far * stride], ci = -in[far * stride + imaginary];
    V er = xr + cr, ei = xi + ci, dr = xr - cr, di = xi - ci;
    V c = SPLAT(cosine[k]), s = SPLAT(sine[k]);
    V or_ = FMA(di, s, dr * c), oi = FMA(-dr, s, di * c);
    zr[k] = (er - oi) * scale;
    zi[k] = (ei + or_) * scale;
  }
}

// Transforms `tiles` tiles of one channel of one group. Tile i holds the samples `i * step + offset` and on, as many as
// `span`; those outside 0..<length, and the rest of the 256 points, are zeros.
static void FN(fourier_forward)(const float *signal, long length, long tiles, long step, long offset, long span,
                         const ek_fourier_tables *tables, float *spectrum, long bin_stride, long imaginary_stride,
                         long column) {
  V ar[POINTS], ai[POINTS], br[POINTS], bi[POINTS], zero = SPLAT(0);
  const V *x = (const V *)signal;
  V *out = (V *)spectrum + column;
  for (long tile = 0; tile < tiles; tile++) {
    long first = tile * step + offset;
    for (long j = 0; j < POINTS; j++) {
      long even = first + 2 * j, odd = even + 1;
      ar[j] = 2 * j < span && even >= 0 && even < length ? x[even] : zero;
      ai[j] = 2 * j + 1 < span && odd >= 0 && odd < length ? x[odd] : zero;
    }
    FN(complex128)(ar, ai, br, bi, tables->cosine128, tables->sine128, 1.0f);
    FN(separate)(ar, ai, tables->cosine256, tables->sine256, out + tile, bin_stride, imaginary_stride);
  }
}

// The inverse of a channel's tiles. Points `from ..< from + count` of tile i are written to samples
// `i * step + offset` and on, those outside 0..<length dropped. With `accumulate`, they are added to what earlier tiles
// wrote; `signal` must then begin as zeros.
static void FN(fourier_inverse)(const float *spectrum, long bin_stride, long imaginary_stride, long column, long tiles,
                         const ek_fourier_tables *tables, float *signal, long length, long step, long offset,
                         long count, int accumulate) {
  V ar[POINTS], ai[POINTS], br[POINTS], bi[POINTS];
  const V *in = (const V *)spectrum + column;
  V *y = (V *)signal;
  for (long tile = 0; tile < tiles; tile++) {
    FN(combine)(in + tile, bin_stride, imaginary_stride, tables->cosine256, tables->sine256, ar, ai);
    FN(complex128)(ar, ai, br, bi, tables->cosine128, tables->sine128, -1.0f);
    long first = tile * step + offset;
    for (long j = 0; j < count; j++) {
      long at = first + j;
      if (at < 0 || at >= length) continue;
      V value = j & 1 ? ai[j / 2] : ar[j / 2];
      y[at] = accumulate ? y[at] + value : value;
    }
  }
}

// ---- products per bin; W is [bin][re, im][output * inputs + input] scalars

// Y[o] = sum over i of conj(W[o][i]) U[i] for bins first ..< last. outputs % 4 == 0, columns % 2 == 0.
static void FN(fourier_forward_product)(const float *weights, const float *u, float *y, long outputs, long inputs,
                                 long columns, long first, long last) {
  long pairs = outputs * inputs;
  for (long bin = first; bin < last; bin++) {
    const float *w = weights + bin * 2 * pairs;
    const V *x = (const V *)u + bin * inputs * 2 * columns;
    V *out = (V *)y + bin * outputs * 2 * columns;
    for (long o = 0; o < outputs; o += 4)
      for (long n = 0; n < columns; n += 2) {
        V re[4][2], im[4][2];
        for (int a = 0; a < 4; a++)
          for (int b = 0; b < 2; b++) re[a][b] = im[a][b] = SPLAT(0);
        for (long i = 0; i < inputs; i++) {
          const V *xi = x + i * 2 * columns + n;
          V r0 = xi[0], r1 = xi[1], i0 = xi[columns], i1 = xi[columns + 1];
          for (int a = 0; a < 4; a++) {
            const float *s = w + (o + a) * inputs + i;
            V wr = SPLAT(s[0]), wi = SPLAT(s[pairs]);
            re[a][0] = FMA(wr, r0, re[a][0]);
            re[a][1] = FMA(wr, r1, re[a][1]);
            im[a][0] = FMA(wr, i0, im[a][0]);
            im[a][1] = FMA(wr, i1, im[a][1]);
            re[a][0] = FMA(wi, i0, re[a][0]);
            re[a][1] = FMA(wi, i1, re[a][1]);
            im[a][0] = FMA(-wi, r0, im[a][0]);
            im[a][1] = FMA(-wi, r1, im[a][1]);
          }
        }
        for (int a = 0; a < 4; a++)
          for (int b = 0; b < 2; b++) {
            out[(o + a) * 2 * columns + n + b] = re[a][b];
            out[(o + a) * 2 * columns + columns + n + b] = im[a][b];
          }
      }
  }
}

// C[i] = sum over o of W[o][i] Y[o] for bins first ..< last. inputs % 4 == 0, columns % 2 == 0.
static void FN(fourier_input_product)(const float *weights, const float *y, float *c, long outputs, long inputs, long columns,
                               long first, long last) {
  long pairs = outputs * inputs;
  for (long bin = first; bin < last; bin++) {
    const float *w = weights + bin * 2 * pairs;
    const V *v = (const V *)y + bin * outputs * 2 * columns;
    V *out = (V *)c + bin * inputs * 2 * columns;
    for (long i = 0; i < inputs; i += 4)
      for (long n = 0; n < columns; n += 2) {
        V re[4][2], im[4][2];
        for (int a = 0; a < 4; a++)
          for (int b = 0; b < 2; b++) re[a][b] = im[a][b] = SPLAT(0);
        for (long o = 0; o < outputs; o++) {
          const V *vo = v + o * 2 * columns + n;
          V r0 = vo[0], r1 = vo[1], i0 = vo[columns], i1 = vo[columns + 1];
          for (int a = 0; a < 4; a++) {
            const float *s = w + o * inputs + i + a;
            V wr = SPLAT(s[0]), wi = SPLAT(s[pairs]);
            re[a][0] = FMA(wr, r0, re[a][0]);
            re[a][1] = FMA(wr, r1, re[a][1]);
            im[a][0] = FMA(wr, i0, im[a][0]);
            im[a][1] = FMA(wr, i1, im[a][1]);
            re[a][0] = FMA(-wi, i0, re[a][0]);
            re[a][1] = FMA(-wi, i1, re[a][1]);
            im[a][0] = FMA(wi, r0, im[a][0]);
            im[a][1] = FMA(wi, r1, im[a][1]);
          }
        }
        for (int a = 0; a < 4; a++)
          for (int b = 0; b < 2; b++) {
            out[(i + a) * 2 * columns + n + b] = re[a][b];
            out[(i + a) * 2 * columns + columns + n + b] = im[a][b];
          }
      }
  }
}

// D[o][i] = sum over columns and lanes of conj(Y[o]) U[i] for bins first ..< last, as [bin][re, im][o * inputs + i].
// outputs % 4 == 0, inputs % 2 == 0.
static void FN(fourier_weight_product)(const float *y, const float *u, float *d, long outputs, long inputs, long columns,
                                long first, long last) {
  long pairs = outputs * inputs;
  for (long bin = first; bin < last; bin++) {
    const V *v = (const V *)y + bin * outputs * 2 * columns;
    const V *x = (const V *)u + bin * inputs * 2 * columns;
    float *out = d + bin * 2 * pairs;
    for (long o = 0; o < outputs; o += 4)
      for (long i = 0; i < inputs; i += 2) {
        V sum[16];
        for (int a = 0; a < 16; a++) sum[a] = SPLAT(0);
        for (long n = 0; n < columns; n++) {
          V ur[2], ui[2];
          for (int b = 0; b < 2; b++) {
            ur[b] = x[(i + b) * 2 * columns + n];
            ui[b] = x[(i + b) * 2 * columns + columns + n];
          }
          for (int a = 0; a < 4; a++) {
            V vr = v[(o + a) * 2 * columns + n], vi = v[(o + a) * 2 * columns + columns + n];
            for (int b = 0; b < 2; b++) {
              V *re = &sum[(a * 2 + b) * 2], *im = re + 1;
              *re = FMA(vr, ur[b], *re);
              *im = FMA(vr, ui[b], *im);
              *re = FMA(vi, ui[b], *re);
              *im = FMA(-vi, ur[b], *im);
            }
          }
        }
        V total;
        FN(sum_lanes_of_16)(sum, &total);
        for (int a = 0; a < 4; a++)
          for (int b = 0; b < 2; b++) {
            long pair = (o + a) * inputs + i + b;
            out[pair] = total[(a * 2 + b) * 2];
            out[pairs + pair] = total[(a * 2 + b) * 2 + 1];
          }
      }
  }
}
