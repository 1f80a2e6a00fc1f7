// Exponential, logistic function and hyperbolic tangent of 16 lanes, from nothing but fused multiply-adds, divisions and
// bit patterns, so that every instruction set gives the same bits. Each replaces the vector that it is given: vectors as
// results would have no one calling convention. Included once for each instruction set.

#ifndef SELECT
typedef uint32_t U __attribute__((vector_size(64), aligned(64)));
// a where the comparison m holds, else b.
#define SELECT(m, a, b) ((V)(((I)(m) & (I)(a)) | (~(I)(m) & (I)(b))))
#endif

// e^x within 1.2e-7 of its value for x from -86 to 88, beyond which it stays as it is there; not a number stays so.
// x = n ln 2 + r with |r| <= ln 2 / 2; e^r by its Taylor polynomial of degree 7, 2^n by adding n to the exponent's bits.
static inline __attribute__((always_inline)) void FN(exponential)(V *number) {
  V x = *number, lowest = SPLAT(-86.0f), highest = SPLAT(88.0f);
  x = SELECT(x < lowest, lowest, x);
  x = SELECT(x > highest, highest, x);
  // Adding 1.5 * 2^23 leaves the nearest integer in the low bits.
  V shifter = SPLAT(12582912.0f);
  V rounded = FMA(x, SPLAT(1.44269504f), shifter), n = rounded - shifter;
  // ln 2 in two parts, so that n times the first is exact.
  V r = FMA(n, SPLAT(-0.693359375f), x);
  r = FMA(n, SPLAT(2.12194440e-4f), r);
  V p = SPLAT(1.0f / 5040);
  p = FMA(p, r, SPLAT(1.0f / 720));
  p = FMA(p, r, SPLAT(1.0f / 120));
  p = FMA(p, r, SPLAT(1.0f / 24));
  p = FMA(p, r, SPLAT(1.0f / 6));
  p = FMA(p, r, SPLAT(0.5f));
  p = FMA(p, r, SPLAT(1.0f));
  p = FMA(p, r, SPLAT(1.0f));
  // Unsigned, since what is shifted out at the top is the shifter's own exponent.
  *number = (V)((U)p + ((U)rounded << 23));
}

// 1 / (1 + e^-x).
static inline __attribute__((always_inline)) void FN(logistic)(V *number) {
  V one = SPLAT(1.0f), e = -*number;
  FN(exponential)(&e);
  *number = one / (one + e);
}

// 2 / (1 + e^-2x) - 1: within 1e-7 of the value, which for small x is less exact than the value's own precision.
static inline __attribute__((always_inline)) void FN(tangent)(V *number) {
  V one = SPLAT(1.0f), e = SPLAT(-2.0f) * *number;
  FN(exponential)(&e);
  *number = SPLAT(2.0f) / (one + e) - one;
}
