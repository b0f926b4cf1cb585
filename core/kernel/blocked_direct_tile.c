/* Tiles of blocked direct convolution for the build's baseline, and the choice by processor. */
#include "kernel/blocked_direct_tile.h"

#include "base/cpu.h"

#define ISA plain
#define VECTOR_BYTES 16
#if defined(__aarch64__)
#define MOST 0, 6, 3
#define EACH_TILE TO_6(1) TO_3(2)
#else
#define MOST 0, 2
#define EACH_TILE TO_2(1)
#endif
#include "kernel/blocked_direct_tile.inc"

const wick__tiles *wick__tiles_here(void)
{
#if defined(__x86_64__)
    if (wick__cpu_isa() == WICK__AVX512)
        return &wick__tiles_avx512;
    if (wick__cpu_isa() == WICK__AVX2)
        return &wick__tiles_avx2;
#endif
    return &wick__tiles_plain;
}

/* Loads a multiplication: a tile of o x u takes o lines and u pixels for o u of them. */
int wick__tile_outs(const wick__tiles *tiles, int64_t outs, int64_t pixels, int weight)
{
    int best = 1;
    double least = 1e9;
    for (int o = 1; o <= WICK__TILE_OUTS && o <= outs; o++) {
        if (tiles->most[o] == 0)
            continue;
        int64_t count = (pixels + tiles->most[o] - 1) / tiles->most[o];
        double width = (double)pixels / (double)count;
        double loads = (weight * o + width) / (o * width);
        if (loads < least) {
            least = loads;
            best = o;
        }
    }
    return best;
}
