// Kernels of the WFDB reader: packed samples to 16- or 32-bit integers, interleaved frames to one array a signal,
// digital to physical values. Compiled once for each instruction set; the results are the same in all.
#pragma once
#include <stdint.h>

typedef struct {
  // ---- packed to plain, in file order; `in` holds exactly the bytes that `count` samples take
  // 8-bit offset binary.
  void (*unpack80)(const uint8_t *in, long count, int16_t *out);
  // 16-bit, high byte first.
  void (*unpack61)(const uint8_t *in, long count, int16_t *out);
  // 16-bit offset binary, low byte first.
  void (*unpack160)(const uint8_t *in, long count, int16_t *out);
  // Two 12-bit samples in three bytes.
  void (*unpack212)(const uint8_t *in, long count, int16_t *out);
  // Three 10-bit samples in four bytes, the third in the spare bits of the others.
  void (*unpack310)(const uint8_t *in, long count, int16_t *out);
  // Three 10-bit samples in four bytes, one after the other.
  void (*unpack311)(const uint8_t *in, long count, int16_t *out);
  // 8-bit first differences, not yet summed.
  void (*unpack8)(const uint8_t *in, long count, int32_t *out);
  // 24-bit, low byte first.
  void (*unpack24)(const uint8_t *in, long count, int32_t *out);

  // ---- frames to signals
  // Frames of one sample of each of `signals` signals to out[signal][frame]; sums[signal] += its samples, modulo 2^16.
  void (*split16)(const int16_t *in, long frames, long signals, int16_t *const *out, uint16_t *sums);
  // Column `first` ..< `first + width` of frames of `stride` samples, one after the other; returns their sum modulo
  // 2^16. `out` may be null where only the sum is wanted.
  uint16_t (*column16)(const int16_t *in, long frames, long stride, long first, long width, int16_t *out);
  uint16_t (*column16to32)(const int16_t *in, long frames, long stride, long first, long width, int32_t *out);
  uint16_t (*column32)(const int32_t *in, long frames, long stride, long first, long width, int32_t *out);

  // ---- digital to physical: (in - baseline) / gain in double precision, NaN where `in` is `missing`. A `missing`
  // that no sample can have means that none is missing.
  void (*physical16)(const int16_t *in, long count, double baseline, double gain, int64_t missing, double *out);
  void (*physical32)(const int32_t *in, long count, double baseline, double gain, int64_t missing, double *out);
} ek_wfdb_kernels;
