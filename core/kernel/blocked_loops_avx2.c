/* The blocked layout's loops for AVX2 and FMA. */
#if defined(__x86_64__)
#include "kernel/blocked_loops.h"

#define ISA avx2
#define VECTOR_BYTES 32
#include "kernel/blocked_loops.inc"
#endif
