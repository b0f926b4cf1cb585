/* Matrix products of floats for AVX-512. */
#if defined(__x86_64__)
#include "kernel/sgemm_loops.h"

#define ISA avx512
#define VECTOR_BYTES 64
#define REGISTERS 32
#include "kernel/sgemm_pack.inc"
#include "kernel/sgemm_tile.inc"
#include "kernel/sgemm_thin.inc"
#endif
