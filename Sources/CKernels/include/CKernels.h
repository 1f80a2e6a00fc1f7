// Vector kernels of the training engine. Everything is laid out [group][channel][time][16 lanes]: a group is 16
// recordings, one a lane, so that every operation acts lane by lane and the order of each sum is written down. The
// kernels are compiled once for each instruction set from one source and give the same bits in all of them.
//
// All pointers to signals are aligned to 64 bytes. `length` counts time steps, each of 16 floats.
#pragma once
#include "batch_kernels.h"
#include "store_kernels.h"
#include "synthesis_kernels.h"
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

// One step of Adam or AdamW; see Optimizer.swift for the formulas. `penalty` times the value is added to the gradient;
// the value is multiplied by `shrink` before the step (1 for none).
typedef struct {
  float first_decay, second_decay, step_size, second_correction, epsilon, penalty, shrink;
} ek_adam_step;

// One group of an activation whose numbers are made when they are read, two signals [channel][length][16 lanes]:
//   max(first scale + shift, 0)                                            with a scale
//   max(max(first scale + shift, 0) + second second_scale + second_shift, 0)  with a second signal too
//   first                                                                  without a scale
// Strides count floats; the other pointers hold a number a channel.
typedef struct {
  const float *first, *scale, *shift, *mean;
  const float *second, *second_scale, *second_shift, *second_mean;
  long channel_stride, length;
} ek_activation;

// One group of a gradient that is made when it is read, through a batch norm of `signal`:
//   (g factor + (signal - mean) slope + offset) lanes,  g = gradient, or 0 where signal scale + shift is not above 0
// or the gradient itself where there is no signal. Without a scale nothing is rectified.
typedef struct {
  const float *gradient, *signal;
  const float *factor, *slope, *offset, *mean, *scale, *shift, *lanes;
  long gradient_stride, signal_stride, length;
} ek_gradient;

// One step of stochastic gradient descent.
typedef struct {
  float rate, momentum, penalty;
  int nesterov;
} ek_sgd_step;

// A convolution of `inputs` channels to `outputs`: result t of `length` reads `taps` rows from x_step * t on. A row is 16
// floats, and all distances count rows: x_pitch and y_pitch from one channel to the next, y_step between results.
typedef struct {
  long inputs, outputs, taps, length, x_pitch, x_step, y_pitch, y_step;
} ek_strided_shape;

// `count` windows over a channel of `length` steps; the first begins `padding` steps before it.
typedef struct {
  long length, count, window, stride, padding;
} ek_windows;

typedef struct {
  // ---- convolution, direct
  // y[o][t] = bias[o] + sum over i, k of w[o][i][k] x[i][t + k] for outputs first ..< last; x has length + taps - 1
  // steps a channel. `bias` may be null.
  void (*convolve)(const float *x, const float *w, const float *bias, float *y, long inputs, long taps, long length,
                   long first, long last);
  // d[o][i][k] = sum over t, lanes of dy[o][t] x[i][t + k] for outputs first ..< last. `d` is overwritten.
  void (*convolve_weights)(const float *x, const float *dy, float *d, long inputs, long taps, long length, long first,
                           long last);
  // ---- products of matrices with rows of signal; see matrix_body.h. Strides count floats.
  // y[o][t] = start[o] + sum over i of w[i][o] x[i][t]; with `accumulate` that sum is added to y. `start` may be null.
  void (*product)(const float *w, long w_stride, const float *x, long x_stride, float *y, long y_stride,
                  const float *start, long outputs, long inputs, long steps, int accumulate);
  // d[o][i] += sum over t, lanes of g[o][t] x[i][t].
  void (*outer)(const float *g, long g_stride, const float *x, long x_stride, float *d, long d_stride, long outputs,
                long inputs, long steps);

  // ---- convolution, in the frequency domain; see fourier_body.h
  void (*fourier)(const float *points, long count, const ek_fourier_tables *tables, float *spectrum, long stride,
                  long imaginary);
  void (*fourier_back)(const float *spectrum, long stride, long imaginary, const ek_fourier_tables *tables,
                       float *points, long from, long count);
  void (*fourier_correlate)(const float *weights, const float *u, long u_stride, float *y, long y_stride,
                            long outputs, long inputs, long first, long count);
  void (*fourier_convolve)(const float *weights, const float *v, long v_stride, float *c, long c_stride, long outputs,
                           long inputs, long first, long count);
  void (*fourier_turn)(const float *v, long v_stride, float *turned, long turned_stride);
  void (*fourier_weights)(const float *u, long u_stride, const float *turned, long turned_stride, float *d,
                          long outputs, long inputs, long columns, int accumulate);

  // ---- activations and gradients made when they are read; see activation_body.h
  // Fills a panel with `count` channels from `first` and `steps` steps from `from`, `outside` before and after the signal.
  void (*activate)(const ek_activation *x, long first, long count, long from, long steps, float outside, float *panel,
                   long stride);
  // The same for a gradient, 0 outside.
  void (*differentiate)(const ek_gradient *g, long first, long count, long from, long steps, float *panel,
                        long stride);
  // y[t] = the largest of x[t], x[t + 1], x[t + 2].
  void (*maxima)(const float *x, long x_stride, float *y, long y_stride, long count, long steps);
  // Adds the gradient of `maxima`; x begins two steps and dy one before d.
  void (*maxima_gradient)(const float *x, long x_stride, const float *dy, long dy_stride, float *d, long d_stride,
                          long count, long steps);
  // Adds the sum and the sum of squares of each row's steps in the lanes of the mask to two numbers a channel.
  void (*panel_moments)(const float *panel, long stride, long count, long steps, const float *mask, double *sums);
  // Sends a gradient through an activation's rectifier, with the sums that its batch norms need.
  void (*rectify_gradient_rows)(const ek_activation *x, long first, long count, long from, long steps,
                                const float *panel, long panel_stride, const float *dx, long dx_stride, float *result,
                                long result_stride, double *first_sums, double *second_sums);
  // Goes on with the maximum, its first step and the sum of each row.
  void (*pool_rows)(const float *panel, long stride, long count, long from, long steps, float *maximum, int32_t *at,
                    double *sum);
  // Gradient of maximum and mean over time for some steps.
  void (*pool_gradient_rows)(const float *share, const float *d_maximum, const int32_t *at, long count, long from,
                             long steps, float *panel, long stride);

  // ---- batch norm and rectifier
  // y = x scale + shift, below 0 replaced by 0 where `rectify`.
  void (*scale_shift)(const float *x, long length, float scale, float shift, int rectify, float *y);
  // Sums of g and of g (x - mean) over time and lanes, where g is dy, or where `rectify` dy where y is above 0 and else 0.
  void (*gradient_moments)(const float *dy, const float *y, const float *x, long length, int rectify, float mean,
                           double *sums);
  // dx = (g a + (x - mean) b + c) mask.
  void (*scale_shift_gradient)(const float *dy, const float *y, const float *x, long length, int rectify, float a,
                               float b, float c, float mean, const float *mask, float *dx);
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
  // Multiply-adds on registers alone, for the processor's peak: `rounds` rounds; returns the operations done.
  double (*peak)(long rounds, float *kept);
  // ---- optimisers, on arrays of any alignment; see optimizer_body.h
  // Gradient descent with momentum on `count` numbers.
  void (*sgd)(float *value, const float *gradient, float *velocity, long count, const ek_sgd_step *step);
  // The sum of the squares of `count` numbers in double precision, in one order everywhere.
  double (*sum_of_squares)(const float *numbers, long count);
  // Multiplies `count` numbers by `factor`.
  void (*scale)(float *numbers, long count, float factor);
  // ---- convolution of any stride and layout; see strided_body.h
  // y[o][t] = bias[o] + sum over i, k of w[o][i][k] x[i][t x_step + k] for results from ..< to. `bias` may be null.
  void (*strided_convolve)(const float *x, const float *w, const float *bias, float *y, const ek_strided_shape *shape,
                           long from, long to);
  // d[o][i][k] = sum over t, lanes of dy[o][t] x[i][t x_step + k] for outputs first ..< last. `d` is overwritten.
  void (*strided_weights)(const float *x, const float *dy, float *d, const ek_strided_shape *shape, long first,
                          long last);
  // ---- LSTM, time outermost; see LSTM.swift for the formulas
  // `gates` [length][4 units] holds what the input gives and then the gates' values; `cells` and `hidden`
  // [length + 1][units] begin with the state before the first step. `weights` [4 units][units].
  void (*lstm_forward)(const float *weights, float *gates, float *cells, float *hidden, long length, long units);
  // Replaces the gates by the gradients to what went into them. `turned` [units][4 units], `dy` [units][length],
  // `scratch` 2 units rows.
  void (*lstm_backward)(const float *turned, const float *dy, float *gates, const float *cells, float *scratch,
                        long length, long units);
  // y[c][r] = x[r][c].
  void (*turn)(const float *x, long rows, long columns, float *y);
  // ---- transformers
  // One head: y[d][i] = sum over j of softmax over j (scale sum over d of q[d][i] k[d][j]) v[d][j]; `width` channels of
  // `length` steps, `scratch` 4 length rows.
  void (*attention)(const float *q, const float *k, const float *v, long length, long width, float scale, float *y,
                    float *scratch);
  // Gradients of attention; `scratch` 8 length rows. All are overwritten.
  void (*attention_gradient)(const float *q, const float *k, const float *v, const float *dy, long length, long width,
                             float scale, float *dq, float *dk, float *dv, float *scratch);
  // y = gamma (x - mean) / sqrt(variance + epsilon) + beta over the channels of each step from ..< to; keeps mean and
  // 1 / sqrt(variance + epsilon) of each step.
  void (*layer_norm)(const float *x, const float *gamma, const float *beta, long channels, long length, float epsilon,
                     float *y, float *means, float *inverses, long from, long to);
  void (*layer_norm_gradient)(const float *dy, const float *x, const float *gamma, const float *means,
                              const float *inverses, long channels, long length, float *dx, long from, long to);
  // Sums over time and lanes of dy and of dy times the normed x, of one channel.
  void (*layer_norm_sums)(const float *dy, const float *x, const float *means, const float *inverses, long length,
                          double *sums);
  // y = x times the normal distribution up to x.
  void (*gelu)(const float *x, long length, float *y);
  void (*gelu_gradient)(const float *dy, const float *x, long length, float *dx);
  // ---- windows and sums
  // Maximum of each window, padding never chosen; of equal values the first has the gradient. `dx` is overwritten.
  void (*max_pool)(const float *x, const ek_windows *windows, float *y);
  void (*max_pool_gradient)(const float *x, const float *dy, const ek_windows *windows, float *dx);
  // Mean of each window over the steps that exist. `dx` is overwritten.
  void (*average_pool)(const float *x, const ek_windows *windows, float *y);
  void (*average_pool_gradient)(const float *dy, const ek_windows *windows, float *dx);
  // y = a + b; y = a b.
  void (*sum)(const float *a, const float *b, long length, float *y);
  void (*multiply)(const float *a, const float *b, long length, float *y);
  // y[t] = x[t] + offsets[t] in every lane.
  void (*add_steps)(const float *x, const float *offsets, long length, float *y);
  // sums[t] = sum over the lanes of x[t].
  void (*sum_lanes)(const float *x, long length, float *sums);
} ek_kernels;

// Whether this processor runs the instruction set.
int ek_supports(ek_instruction_set set);

// The kernels of an instruction set that `ek_supports`; those of the baseline for any other.
const ek_kernels *ek_kernels_for(ek_instruction_set set);
const ek_wfdb_kernels *ek_wfdb_kernels_for(ek_instruction_set set);
const ek_batch_kernels *ek_batch_kernels_for(ek_instruction_set set);
const ek_store_kernels *ek_store_kernels_for(ek_instruction_set set);
const ek_synthesis_kernels *ek_synthesis_kernels_for(ek_instruction_set set);

// Asks the C library to keep freed memory: pieces of up to `piece` bytes, `kept` bytes in all. Does nothing where it
// cannot be asked; meant for programs, since it is about the whole process.
void ek_keep_freed_memory(int piece, int kept);

// `baseline`, `avx2` or `avx512`.
const char *ek_instruction_set_name(ek_instruction_set set);

// The one named by the environment variable EINTHOVEN_ISA where this processor runs it, else the fastest that it runs.
ek_instruction_set ek_preferred_instruction_set(void);

#ifdef __cplusplus
}
#endif
