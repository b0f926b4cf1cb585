/* Winograd convolution's inner loops for AVX-512. */
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "kernel/winograd_loops.h"

#define ISA avx512
#define VECTOR_BYTES 64
#define REGISTERS 32
#include "kernel/winograd_loops.inc"
#endif
