// Kernels of the batch loader: statistics of a lead, rows of 16 recordings to lanes. Compiled
// once for each instruction set; the results are the same in all.
#pragma once
#include <stdint.h>

// Of the samples of a row that are not missing: -32768 stands for a missing one. Without any, minimum is above maximum.
typedef struct {
  int64_t sum, squares, present;
  int32_t minimum, maximum;
} ek_row_moments;

typedef struct {
  // Statistics of one row.
  void (*row_moments16)(const int16_t *row, long count, ek_row_moments *moments);
  // Lane l of step t of `out` (aligned to 64 bytes) is (rows[l][t] - offset[l]) scale[l] in single precision, and 0 where
  // that sample is missing or scale[l] is 0. 16 rows, offsets and scales.
  void (*lanes16)(const int16_t *const *rows, long count, const float *offset, const float *scale, float *out);
} ek_batch_kernels;
