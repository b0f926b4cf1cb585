/* The loops of resampling for the baseline, and the choice by processor. */
#include "base/cpu.h"

#define ISA plain
#include "kernel/resample_loops.inc"

const wick__resample_loops *wick__resample_loops_best(void)
{
#if defined(__x86_64__)
    if (wick__cpu_isa() >= WICK__AVX2)
        return &wick__resample_loops_avx2;
#endif
    return &wick__resample_loops_plain;
}
