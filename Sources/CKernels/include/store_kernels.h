// Kernels of the store's writer and reader: samples to chunks and back. Compiled once for each instruction set; the
// results are the same in all.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct {
  // HDF5's shuffle for elements of two bytes: all low bytes, then all high bytes.
  void (*shuffle16)(const int16_t *in, long count, uint8_t *out);
  // The inverse of shuffle16.
  void (*unshuffle16)(const uint8_t *in, long count, int16_t *out);
  // How many of `in` are `value`.
  long (*count_equal16)(const int16_t *in, long count, int16_t value);
  // Rows to frames: in[s * stride + f] to out[f * signals + s].
  void (*join16)(const int16_t *in, long stride, long frames, long signals, int16_t *out);
  // The stream of CCSDS 121.0-B that libaec makes of `in`, in blocks of 8 with nearest-neighbour differences, a reference
  // sample every `line` samples (8 to 1024). `differences` holds `line` + 63 numbers. Returns its bytes, or -1 where
  // `capacity` does not suffice: it has to be 40 more than they are.
  long (*szip_encode16)(const int16_t *in, long count, long line, uint16_t *differences, uint8_t *out, long capacity);
  // A deflate stream (RFC 1951, without zlib's frame) of `count` samples, at least one, that were shuffled to 2 count
  // bytes, behind which eight more can be read. `memory` holds `ek_deflate_memory()` bytes of any content. Returns the
  // stream's bytes, or -1 where `capacity` does not suffice: it has to be 600 more than they are.
  long (*deflate16)(const uint8_t *shuffled, long count, void *memory, uint8_t *out, long capacity);
} ek_store_kernels;

size_t ek_deflate_memory(void);
