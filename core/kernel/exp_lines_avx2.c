/* The element-wise exponentials of floats for AVX2 and FMA. */
#if defined(__x86_64__)
#include "kernel/exp_lines.h"

#define ISA avx2
#include "kernel/exp_lines.inc"
#endif
