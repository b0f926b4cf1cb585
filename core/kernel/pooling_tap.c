/* Pooling's inner loops for the baseline of the build, and the choice by processor. */
#include "kernel/pooling_tap.h"

#include "base/cpu.h"

#define ISA plain
#define EACH "kernel/pooling_tap.inc"
#include "kernel/each_real.h"

const wick__pool_taps wick__pool_taps_plain[2] = {{max_row_float_plain, sum_row_float_plain},
                                                  {max_row_double_plain, sum_row_double_plain}};

const wick__pool_taps *wick__pool_taps_for(wick_dtype dtype)
{
    const wick__pool_taps *taps = wick__pool_taps_plain;
#if defined(__x86_64__)
    if (wick__cpu_isa() == WICK__AVX512)
        taps = wick__pool_taps_avx512;
    else if (wick__cpu_isa() == WICK__AVX2)
        taps = wick__pool_taps_avx2;
#endif
    return &taps[dtype == WICK_FLOAT64];
}
