// Kernels of the generator of recordings: random numbers, filtered noise, sinusoids, the dipole in the leads, digitising.
// Double precision without fused operations, in a written order. Compiled once for each instruction set; the results are
// the same in all. Signals are lead after lead: sample t of lead l is at l * count + t. The eight leads are I, II, V1 to
// V6; the nine electrodes RA, LA, LL, V1 to V6.
#pragma once
#include <stdint.h>

typedef struct {
  // Sums of the four 16-bit parts of `count` 64-bit numbers of Philox 4x32-10, less their mean 131,070. Each block has two
  // numbers, low word first; blocks are counted from `block` on, in the lower half of the counter, under `index`.
  void (*uniform_sums)(const uint32_t *key, uint64_t index, uint64_t block, long count, int32_t *out);
  // Nine electrodes' numbers, electrode after electrode, each through  slow += low (x - slow);
  // y += high (x - slow - y);  and from the electrodes' y to the leads.
  void (*band_to_leads)(const int32_t *in, long count, double low, double high, double *leads);
  // For each of `frequencies` (at most 4): cosine 1 and sine 0, then turned from sample to sample by the angle whose
  // cosine and sine are given. Frequency after frequency.
  void (*turning)(long frequencies, const double *turn_cosine, const double *turn_sine, long count, double *cosine,
                  double *sine);
  // out[l][t] = sum over f of cosines[f][l] cosine[f][t] + sines[f][l] sine[f][t], f ascending, eight leads.
  void (*sinusoids)(long frequencies, const double *cosines, const double *sines, const double *cosine,
                    const double *sine, long count, double *leads);
  // Sum of squares in four running sums, one for each position modulo 4; then (0 + 1) + (2 + 3), then what is left over.
  double (*sum_of_squares)(const double *values, long count);
  // out = values factor.
  void (*scaled)(const double *values, double factor, long count, double *out);
  // out += factor values.
  void (*add_scaled)(const double *values, double factor, long count, double *out);
  // Adds to the dipole's three components, over `count` samples from `first` on, amplitude times a Gaussian whose first
  // value, first ratio of neighbours and ratio of ratios are given.
  void (*add_gaussian)(double value, double ratio, double ratio_of_ratios, const double *amplitude, long first,
                       long count, double *x, double *y, double *z);
  // Leads of a dipole: rows[l] . (x, y, z), eight rows of three. Returns the mean over leads of the leads' variances.
  double (*project)(const double *rows, const double *x, const double *y, const double *z, long count, double *leads);
  // Twelve leads from eight plus factor times noise (where there is any), times gain, to the nearest integer (halves away
  // from 0), within +-32,767.
  void (*digitise)(const double *leads, const double *noise, double factor, double gain, long count, int16_t *out);
} ek_synthesis_kernels;
