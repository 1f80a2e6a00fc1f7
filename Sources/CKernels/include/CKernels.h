// Vector kernels of the training engine. Everything is laid out [group][channel][time][16 lanes]: a group is 16
// recordings, one a lane, so that every operation acts lane by lane and the order of each sum is written down. The
// kernels are compiled once for each instruction set from one source and give the same bits in all of them.
//
// All pointers to signals are aligned to 64 bytes. `length` counts time steps, each of 16 floats.
#pragma once
#include "wfdb_kernels.h"
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { EK_LANES = 16 };

// Instruction sets, slowest first.
typedef enum { EK_BASELINE = 0, EK_AVX2 = 1, EK_AVX512 = 2 } ek_instruction_set;

// cos and -sin of 2 pi k / n for k in 0 ..< n.
typedef struct {
  const float *cosine128, *sine128, *cosine256, *sine256;
} ek_fourier_tables;

// One step of Adam; see Adam.swift for the formula.
typedef struct {
  float first_decay, second_decay, step_size, second_correction, epsilon;
} ek_adam_step;

typedef struct {
  // ---- convolution, direct
  // y[o][t] = bias[o] + sum over i, k of w[o][i][k] x[i][t + k] for outputs first ..< last; x has length + taps - 1
  // steps a channel. `bias` may be null.
  void (*convolve)(const float *x, const float *w, const float *bias, float *y, long inputs, long taps, long length,
                   long first, long last);
  // d[o][i][k] = sum over t, lanes of dy[o][t] x[i][t + k] for outputs first ..< last. `d` is overwritten.
  void (*convolve_weights)(const float *x, const float *dy, float *d, long inputs, long taps, long length, long first,
                           long last);
  // ---- convolution, in the frequency domain; see fourier_body.h
  void (*fourier_forward)(const float *signal, long length, long tiles, long step, long offset, long span,
                          const ek_fourier_tables *tables, float *spectrum, long bin_stride, long imaginary_stride,
                          long column);
  void (*fourier_inverse)(const float *spectrum, long bin_stride, long imaginary_stride, long column, long tiles,
                          const ek_fourier_tables *tables, float *signal, long length, long step, long offset,
                          long count, int accumulate);
  void (*fourier_forward_product)(const float *weights, const float *u, float *y, long outputs, long inputs,
                                  long columns, long first, long last);
  void (*fourier_input_product)(const float *weights, const float *y, float *c, long outputs, long inputs,
                                long columns, long first, long last);
  void (*fourier_weight_product)(const float *y, const float *u, float *d, long outputs, long inputs, long columns,
                                 long first, long last);
  // ---- batch norm and rectifier
  // Sums of x and of x^2 over time and the lanes whose mask is 1, in double precision.
  void (*moments)(const float *x, long length, const float *mask, double *sums);
  // y = x scale + shift, below 0 replaced by 0 where `rectify`.
  void (*scale_shift)(const float *x, long length, float scale, float shift, int rectify, float *y);
  // Sums of g and of g x over time and lanes, where g is dy, or where `rectify` dy where y is above 0 and else 0.
  void (*gradient_moments)(const float *dy, const float *y, const float *x, long length, int rectify, double *sums);
  // dx = (g a + x b + c) mask.
  void (*scale_shift_gradient)(const float *dy, const float *y, const float *x, long length, int rectify, float a,
                               float b, float c, const float *mask, float *dx);
  // ---- others
  // y = max(a + b, 0).
  void (*add_rectify)(const float *a, const float *b, long length, float *y);
  // g = dy where y > 0, else 0.
  void (*rectify_gradient)(const float *dy, const float *y, long length, float *g);
  // y += x.
  void (*add)(const float *x, long length, float *y);
  // Maximum over a window of three, padding never chosen.
  void (*max_pool3)(const float *x, long length, float *y);
  // Gradient of max_pool3 to x; of equal values the first has it. `dx` is overwritten.
  void (*max_pool3_gradient)(const float *x, const float *dy, long length, float *dx);
  // Maximum over time with the first step that has it, and mean over time.
  void (*pool_all)(const float *x, long length, float *maximum, int32_t *at, float *mean);
  // Gradient of pool_all to x. `dx` is overwritten.
  void (*pool_all_gradient)(const float *d_maximum, const int32_t *at, const float *d_mean, long length, float *dx);
  // Adam on `count` numbers.
  void (*adam)(float *value, const float *gradient, float *first, float *second, long count, const ek_adam_step *step);
} ek_kernels;

// Whether this processor runs the instruction set.
int ek_supports(ek_instruction_set set);

// The kernels of an instruction set that `ek_supports`; those of the baseline for any other.
const ek_kernels *ek_kernels_for(ek_instruction_set set);
const ek_wfdb_kernels *ek_wfdb_kernels_for(ek_instruction_set set);

// `baseline`, `avx2` or `avx512`.
const char *ek_instruction_set_name(ek_instruction_set set);

// The one named by the environment variable EINTHOVEN_ISA where this processor runs it, else the fastest that it runs.
ek_instruction_set ek_preferred_instruction_set(void);

#ifdef __cplusplus
}
#endif
