/* Matrix products of floats for the baseline of the build, and the choice by processor. */
#include "kernel/sgemm_loops.h"

#include "base/cpu.h"

#define ISA plain
#define VECTOR_BYTES 16
#if defined(__aarch64__)
#define REGISTERS 32
#else
#define REGISTERS 16
#endif
#include "kernel/sgemm_pack.inc"
#include "kernel/sgemm_tile.inc"
#include "kernel/sgemm_thin.inc"

const wick__sgemm_loops *wick__sgemm_loops_best(void)
{
#if defined(__x86_64__)
    if (wick__cpu_isa() == WICK__AVX512)
        return &wick__sgemm_loops_avx512;
    if (wick__cpu_isa() == WICK__AVX2)
        return &wick__sgemm_loops_avx2;
#endif
    return &wick__sgemm_loops_plain;
}
