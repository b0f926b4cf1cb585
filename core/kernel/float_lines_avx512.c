/* The element-wise loops of floats for AVX-512. */
#if defined(__x86_64__)
#include "kernel/float_lines.h"

#define ISA avx512
#include "kernel/float_lines.inc"
#endif
