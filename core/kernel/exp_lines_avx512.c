/* The element-wise exponentials of floats for AVX-512. */
#if defined(__x86_64__)
#include "kernel/exp_lines.h"

#define ISA avx512
#include "kernel/exp_lines.inc"
#endif
