/* The element-wise loops of floats for the baseline, and the choice by processor. */
#include "kernel/float_lines.h"

#include "base/cpu.h"

#define ISA plain
#include "kernel/float_lines.inc"

const wick__float_lines *wick__float_lines_best(void)
{
#if defined(__x86_64__)
    if (wick__cpu_isa() == WICK__AVX512)
        return &wick__float_lines_avx512;
    if (wick__cpu_isa() == WICK__AVX2)
        return &wick__float_lines_avx2;
#endif
    return &wick__float_lines_plain;
}
