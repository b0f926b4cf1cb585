/* The element-wise loops of floats for AVX2 and FMA. */
#if defined(__x86_64__)
#include "kernel/float_lines.h"

#define ISA avx2
#include "kernel/float_lines.inc"
#endif
