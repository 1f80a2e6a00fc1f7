// Ratio and speed of every codec of the store on chunks of 16-bit samples, one thread, in processor time.
// Usage: bench_codecs FILE ROWS WIDTH   FILE holds chunks of ROWS x WIDTH samples, little-endian.
// Compiled by bench_codecs.py with Sources/CKernels/kernels.c, libdeflate and libaec.
#include "CKernels.h"
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <szlib.h>
#include <time.h>

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void report(const char *name, int level, double plain, double stored, double encoding, double decoding) {
  printf("{\"codec\": \"%s\", \"level\": %d, \"ratio\": %.4f, \"encode_mb_per_second\": %.1f, "
         "\"decode_mb_per_second\": %.1f}\n",
         name, level, plain / stored, plain / encoding / 1e6, plain / decoding / 1e6);
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  long rows = atol(arguments[2]), width = atol(arguments[3]), samples = rows * width, size = samples * 2;
  FILE *file = fopen(arguments[1], "rb");
  if (!file || samples <= 0) return 2;
  fseek(file, 0, SEEK_END);
  long chunks = ftell(file) / size;
  rewind(file);
  int16_t *all = malloc((size_t)(chunks * size)), *back = malloc((size_t)size);
  uint8_t *shuffled = malloc((size_t)size + 8), *out = malloc((size_t)(size * 2 + 4096));
  void *memory = malloc(ek_deflate_memory());
  if (!all || !back || !shuffled || !out || !memory || fread(all, (size_t)size, (size_t)chunks, file) != (size_t)chunks) return 2;
  const ek_store_kernels *kernels = ek_store_kernels_for(ek_preferred_instruction_set());
  double plain = (double)(chunks * size);

  for (int level = 1; level <= 12; level++) {
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(level);
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    // The slowest levels on part of the chunks: they take a hundred times as long.
    long step = level < 10 ? 1 : 8;
    double encoding = 0, decoding = 0, stored = 0, part = 0;
    for (long c = 0; c < chunks; c += step) {
      double start = seconds();
      kernels->shuffle16(all + c * samples, samples, shuffled);
      size_t length, room = (size_t)(size * 2 + 4096);
      if (level == 1) {
        // The store's own, in zlib's frame.
        length = 6 + (size_t)kernels->deflate16(shuffled, samples, memory, out + 2, (long)room - 6);
        uint32_t checksum = libdeflate_adler32(1, shuffled, (size_t)size);
        out[0] = 0x78;
        out[1] = 0x01;
        for (int i = 0; i < 4; i++) out[length - 4 + (size_t)i] = (uint8_t)(checksum >> (24 - 8 * i));
      } else {
        length = libdeflate_zlib_compress(compressor, shuffled, (size_t)size, out, room);
      }
      double middle = seconds();
      if (libdeflate_zlib_decompress(decompressor, out, length, shuffled, (size_t)size, NULL) != 0) return 1;
      kernels->unshuffle16(shuffled, samples, back);
      decoding += seconds() - middle;
      encoding += middle - start;
      stored += (double)length;
      part += (double)size;
      if (memcmp(back, all + c * samples, (size_t)size) != 0) return 1;
    }
    report("deflate", level, part, stored, encoding, decoding);
    libdeflate_free_compressor(compressor);
    libdeflate_free_decompressor(decompressor);
  }

  uint16_t *differences = malloc(4096);
  // Both encoders of szip: libaec's, and the store's own, whose bits are the same.
  for (int own = 0; own < 2; own++) {
    int line = width < 8 ? (int)(samples < 1024 ? samples : 1024) : (int)(width < 1024 ? width : 1024);
    double encoding = 0, decoding = 0, stored = 0;
    for (long c = 0; c < chunks; c++) {
      SZ_com_t parameters = {SZ_NN_OPTION_MASK | SZ_RAW_OPTION_MASK | SZ_LSB_OPTION_MASK, 16, 8, line};
      size_t length = (size_t)(size * 2 + 4096), whole = (size_t)size;
      double start = seconds();
      if (own)
        length = (size_t)kernels->szip_encode16(all + c * samples, samples, line, differences, out, (long)length);
      else if (SZ_BufftoBuffCompress(out, &length, all + c * samples, (size_t)size, &parameters) != SZ_OK)
        return 1;
      double middle = seconds();
      if (SZ_BufftoBuffDecompress(back, &whole, out, length, &parameters) != SZ_OK) return 1;
      decoding += seconds() - middle;
      encoding += middle - start;
      stored += (double)length + 4;
      if (memcmp(back, all + c * samples, (size_t)size) != 0) return 1;
    }
    report(own ? "szip" : "szip by libaec", 0, plain, stored, encoding, decoding);
  }
  return 0;
}
