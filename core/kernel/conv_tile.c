/* Direct convolution's inner loops for the baseline of the build, and the choice by processor. */
#include "kernel/conv_tile.h"

#include "base/cpu.h"

#define ISA plain
#define VECTOR_BYTES 16
#if defined(__aarch64__)
#define REGISTERS 32
#else
#define REGISTERS 16
#endif
#define EACH "kernel/conv_tile.inc"
#include "kernel/each_real.h"

const wick__conv_tiles wick__conv_tiles_plain[2] = {
    {sweep_rows_float_plain, weight_columns_float_plain},
    {sweep_rows_double_plain, weight_columns_double_plain}};

const wick__conv_tiles *wick__conv_tiles_for(wick_dtype dtype)
{
    const wick__conv_tiles *tiles = wick__conv_tiles_plain;
#if defined(__x86_64__)
    if (wick__cpu_isa() == WICK__AVX512)
        tiles = wick__conv_tiles_avx512;
    else if (wick__cpu_isa() == WICK__AVX2)
        tiles = wick__conv_tiles_avx2;
#endif
    return &tiles[dtype == WICK_FLOAT64];
}
