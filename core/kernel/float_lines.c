/* The element-wise exponentials of floats for the baseline, and the choice by processor. */
#include "kernel/exp_lines.h"

#include "base/cpu.h"

#define ISA plain
#include "kernel/exp_lines.inc"

const wick__exponentials *wick__exp_lines_best(void)
{
#if defined(__x86_64__)
    if (wick__cpu_isa() == WICK__AVX512)
        return &wick__exp_lines_avx512;
    if (wick__cpu_isa() == WICK__AVX2)
        return &wick__exp_lines_avx2;
#endif
    return &wick__exp_lines_plain;
}
