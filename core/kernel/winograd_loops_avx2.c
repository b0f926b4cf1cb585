/* Winograd convolution's inner loops for AVX2 and FMA. */
#if defined(__x86_64__)
#include <string.h>

#include "kernel/winograd_loops.h"

#define ISA avx2
#define VECTOR_BYTES 32
#define REGISTERS 16
#include "kernel/winograd_loops.inc"
#endif
