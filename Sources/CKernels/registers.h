// What the kernels have to know of a register file of REGISTER_LANES lanes: its vectors, and how large a block of
// accumulators may be without leaving it. Included once for each instruction set. Blocks change no bit; see
// matrix_body.h.
#undef H
#undef HI
#undef PART
#undef BLOCK_OUTPUTS
#undef BLOCK_STEPS
#undef DIRECT_OUTPUTS
#undef DIRECT_STEPS
#undef PRODUCT_OUTPUTS
#undef WEIGHT_BLOCKS
#undef PEAK_CHAINS

#define PART REGISTER_LANES

#if REGISTER_LANES == 16
#define H V
#define HI I
#elif REGISTER_LANES == 8
#define H H8
#define HI I8
#else
#define H H4
#define HI I4
#endif

// 32 registers: AVX-512 and arm64. 16: AVX2 and the baseline of x86-64.
#if REGISTER_LANES == 16 || defined(__aarch64__)
#define BLOCK_OUTPUTS 8
#define BLOCK_STEPS 3
#define DIRECT_OUTPUTS 4
#define DIRECT_STEPS 6
#define PRODUCT_OUTPUTS 8
#define WEIGHT_BLOCKS 3
#define PEAK_CHAINS 24
#else
#define BLOCK_OUTPUTS 4
#define BLOCK_STEPS 2
#define DIRECT_OUTPUTS 4
#define DIRECT_STEPS 2
#define PRODUCT_OUTPUTS 4
#define WEIGHT_BLOCKS 1
#define PEAK_CHAINS 12
#endif
