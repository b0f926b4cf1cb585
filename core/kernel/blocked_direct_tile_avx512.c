/* Tiles of blocked direct convolution for AVX-512: 28 of its 32 registers hold sums. */
#if defined(__x86_64__)
#include "kernel/blocked_direct_tile.h"

#define ISA avx512
#define VECTOR_BYTES 64
#define MOST 0, 28, 14, 0, 7
#define EACH_TILE TO_28(1) TO_14(2) TO_7(4)
#include "kernel/blocked_direct_tile.inc"
#endif
