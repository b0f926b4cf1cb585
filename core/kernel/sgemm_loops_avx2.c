/* Matrix products of floats for AVX2 and FMA. */
#if defined(__x86_64__)
#include "kernel/sgemm_loops.h"

#define ISA avx2
#define VECTOR_BYTES 32
#define REGISTERS 16
#include "kernel/sgemm_pack.inc"
#include "kernel/sgemm_tile.inc"
#include "kernel/sgemm_thin.inc"
#endif
