/* The loops of resampling for AVX2 and FMA. */
#if defined(__x86_64__)
#define ISA avx2
#include "kernel/resample_loops.inc"
#endif
