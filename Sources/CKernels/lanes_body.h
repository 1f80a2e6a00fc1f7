// Sums over the 16 lanes of a vector, in one fixed order. Included once for each instruction set.

#ifndef LANE_SUM
// One level of a tree that sums the lanes of several vectors at once: lanes that are `width` apart in each of a and b.
#define LANE_SUM(a, b, L0, L1, L2, L3, L4, L5, L6, L7, H0, H1, H2, H3, H4, H5, H6, H7)                              \
  (__builtin_shufflevector(a, b, L0, L1, L2, L3, L4, L5, L6, L7, 16 + L0, 16 + L1, 16 + L2, 16 + L3, 16 + L4, 16 + L5, \
                           16 + L6, 16 + L7) +                                                                      \
   __builtin_shufflevector(a, b, H0, H1, H2, H3, H4, H5, H6, H7, 16 + H0, 16 + H1, 16 + H2, 16 + H3, 16 + H4, 16 + H5, \
                           16 + H6, 16 + H7))
#endif

// Lane l of `sums` is the sum of vector l's lanes, as a tree: lanes 8 apart first, then 4, 2 and 1.
static inline void FN(sum_lanes_of_16)(const V *v, V *sums) {
  V a[8], b[4], c[2];
  for (int i = 0; i < 8; i++)
    a[i] = LANE_SUM(v[2 * i], v[2 * i + 1], 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  for (int i = 0; i < 4; i++)
    b[i] = LANE_SUM(a[2 * i], a[2 * i + 1], 0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15);
  for (int i = 0; i < 2; i++)
    c[i] = LANE_SUM(b[2 * i], b[2 * i + 1], 0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
  *sums = LANE_SUM(c[0], c[1], 0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15);
}
