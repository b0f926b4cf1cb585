/* Drawing loops of floats for the baseline, and the choice by processor. */
#include "base/cpu.h"

#define ISA plain
#include "kernel/generate_loops.inc"

const wick__draw_loops *wick__draw_loops_best(void)
{
#if defined(__x86_64__)
    if (wick__cpu_isa() == WICK__AVX512)
        return &wick__draw_loops_avx512;
    if (wick__cpu_isa() == WICK__AVX2)
        return &wick__draw_loops_avx2;
#endif
    return &wick__draw_loops_plain;
}
