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

void wick__normal_pair(const uint32_t *word, double a, double b, float *y)
{
    static const double two_pi = 6.283185307179586;
    const double angle = two_pi * U(word[0]), rho = sqrt(-2.0 * log(1.0 - U(word[1])));
    y[0] = (float)(rho * cos(angle) * b + a);
    y[1] = (float)(rho * sin(angle) * b + a);
}
