/* The blocked layout's loops for AVX-512. */
#if defined(__x86_64__)
#include "kernel/blocked_loops.h"

#define ISA avx512
#define VECTOR_BYTES 64
#include "kernel/blocked_loops.inc"
#endif
