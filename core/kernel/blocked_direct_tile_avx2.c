/* Tiles of blocked direct convolution for AVX2 and FMA: 12 of its 16 registers hold sums. */
#if defined(__x86_64__)
#include "kernel/blocked_direct_tile.h"

#define ISA avx2
#define VECTOR_BYTES 32
#define MOST 0, 6, 3
#define EACH_TILE TO_6(1) TO_3(2)
#include "kernel/blocked_direct_tile.inc"
#endif
