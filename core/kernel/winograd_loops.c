/* Winograd convolution's inner loops for the baseline of the build, and the choice by processor. */
#include <string.h>

#include "kernel/winograd_loops.h"

#include "base/cpu.h"

#define ISA plain
#define VECTOR_BYTES 16
#if defined(__aarch64__)
#define REGISTERS 32
#else
#define REGISTERS 16
#endif
#include "kernel/winograd_loops.inc"

const wick__winograd_loops *wick__winograd_loops_for(int tile)
{
    const wick__winograd_loops *loops = wick__winograd_loops_plain;
#if defined(__x86_64__)
    if (wick__cpu_isa() == WICK__AVX512)
        loops = wick__winograd_loops_avx512;
    else if (wick__cpu_isa() == WICK__AVX2)
        loops = wick__winograd_loops_avx2;
#endif
    return &loops[tile == 4];
}
