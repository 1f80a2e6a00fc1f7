#include "CKernels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

// Fused multiply-add happens where FMA stands and nowhere else, or bits would depend on the compiler.
#pragma clang fp contract(off)

typedef float V __attribute__((vector_size(64), aligned(64)));
typedef int32_t I __attribute__((vector_size(64), aligned(64)));
typedef uint64_t Q __attribute__((vector_size(64), aligned(64)));
typedef double D __attribute__((vector_size(64), aligned(64)));
typedef float H4 __attribute__((vector_size(16), aligned(16)));
typedef float H8 __attribute__((vector_size(32), aligned(32)));
typedef int32_t I4 __attribute__((vector_size(16), aligned(16)));
typedef int32_t I8 __attribute__((vector_size(32), aligned(32)));
typedef int16_t S8 __attribute__((vector_size(16)));
typedef int16_t S16 __attribute__((vector_size(32)));
typedef uint8_t B16 __attribute__((vector_size(16)));
typedef uint8_t B32 __attribute__((vector_size(32)));
// Less zero, since that is the one sum which leaves every number, minus zero among them, as it is.
#define SPLAT(x) ((x) - (V){0})
#define FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#define POINTS 128
#define JOIN_(name, suffix) name##_##suffix
#define JOIN(name, suffix) JOIN_(name, suffix)
#define FN(name) JOIN(name, SUFFIX)

#include "deflate_tables.h"
#include "deflate_codes.h"

// What every x86-64 has can neither shuffle bytes nor multiply and add in one: kernels have a plain way there.
#if defined(__x86_64__)
#define HAS_BYTE_SHUFFLE 0
#define HAS_FUSED_MULTIPLY_ADD 0
#else
#define HAS_BYTE_SHUFFLE 1
#define HAS_FUSED_MULTIPLY_ADD 1
#endif
#define REGISTER_LANES 4
#define SUFFIX baseline
#include "all_bodies.h"
#undef SUFFIX
#undef REGISTER_LANES
#undef HAS_BYTE_SHUFFLE
#undef HAS_FUSED_MULTIPLY_ADD

#if defined(__x86_64__)
#define HAS_BYTE_SHUFFLE 1
#define HAS_FUSED_MULTIPLY_ADD 1
#pragma clang attribute push(__attribute__((target("avx2,bmi2,fma"))), apply_to = function)
#define REGISTER_LANES 8
#define SUFFIX avx2
#include "all_bodies.h"
#undef SUFFIX
#undef REGISTER_LANES
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,bmi2,fma"))), \
                             apply_to = function)
#define REGISTER_LANES 16
#define SUFFIX avx512
#include "all_bodies.h"
#undef SUFFIX
#undef REGISTER_LANES
#pragma clang attribute pop
#endif

int ek_supports(ek_instruction_set set) {
  switch (set) {
  case EK_BASELINE: return 1;
#if defined(__x86_64__)
  // Every processor with AVX2 has BMI2's shifts by a variable number of bits, too.
  case EK_AVX2:
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma");
  case EK_AVX512:
    return ek_supports(EK_AVX2) && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
#endif
  default: return 0;
  }
}

const ek_kernels *ek_kernels_for(ek_instruction_set set) {
#if defined(__x86_64__)
  if (set == EK_AVX512 && ek_supports(set)) return &table_avx512;
  if (set == EK_AVX2 && ek_supports(set)) return &table_avx2;
#endif
  return &table_baseline;
}

const ek_wfdb_kernels *ek_wfdb_kernels_for(ek_instruction_set set) {
#if defined(__x86_64__)
  if (set == EK_AVX512 && ek_supports(set)) return &wfdb_table_avx512;
  if (set == EK_AVX2 && ek_supports(set)) return &wfdb_table_avx2;
#endif
  return &wfdb_table_baseline;
}

const ek_batch_kernels *ek_batch_kernels_for(ek_instruction_set set) {
#if defined(__x86_64__)
  if (set == EK_AVX512 && ek_supports(set)) return &batch_table_avx512;
  if (set == EK_AVX2 && ek_supports(set)) return &batch_table_avx2;
#endif
  return &batch_table_baseline;
}

const ek_store_kernels *ek_store_kernels_for(ek_instruction_set set) {
#if defined(__x86_64__)
  if (set == EK_AVX512 && ek_supports(set)) return &store_table_avx512;
  if (set == EK_AVX2 && ek_supports(set)) return &store_table_avx2;
#endif
  return &store_table_baseline;
}

size_t ek_deflate_memory(void) { return sizeof(ek_deflate_space); }

const ek_synthesis_kernels *ek_synthesis_kernels_for(ek_instruction_set set) {
#if defined(__x86_64__)
  if (set == EK_AVX512 && ek_supports(set)) return &synthesis_table_avx512;
  if (set == EK_AVX2 && ek_supports(set)) return &synthesis_table_avx2;
#endif
  return &synthesis_table_baseline;
}

static const char *const names[] = {[EK_BASELINE] = "baseline", [EK_AVX2] = "avx2", [EK_AVX512] = "avx512"};

const char *ek_instruction_set_name(ek_instruction_set set) { return names[set]; }

ek_instruction_set ek_preferred_instruction_set(void) {
  const char *wanted = getenv("EINTHOVEN_ISA");
  ek_instruction_set best = EK_BASELINE;
  for (int set = EK_BASELINE; set <= EK_AVX512; set++) {
    if (!ek_supports((ek_instruction_set)set)) continue;
    best = (ek_instruction_set)set;
    if (wanted && strcmp(wanted, names[set]) == 0) return best;
  }
  return best;
}

void ek_keep_freed_memory(int piece, int kept) {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, piece);
  mallopt(M_TRIM_THRESHOLD, kept);
#else
  (void)piece;
  (void)kept;
#endif
}
