/* Splitting pixels for the baseline, and the choice by processor. */
#define SPLIT wick__split_plain
#include "kernel/split.inc"

#include "base/cpu.h"

wick__split_loop *wick__split_best(void)
{
#if defined(__x86_64__)
    if (wick__cpu_isa() >= WICK__AVX2)
        return wick__split_avx2;
#endif
    return wick__split_plain;
}
