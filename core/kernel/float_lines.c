/* The element-wise loops of floats for the baseline, and the choice by processor. */
#include "kernel/float_lines.h"

#include "base/cpu.h"

#define ISA plain
#include "kernel/float_lines.inc"

void wick__remainder_unfused(int64_t n, void *const *p, const int64_t *s, const void *parameter)
{
    const float *x = p[1], divisor = (float)((const wick_value *)parameter)->number;
    float *out = p[0];
    for (int64_t i = 0; i < n; i++) {
        const float whole = floorf(x[i * s[1]] / divisor);
        out[i * s[0]] = x[i * s[1]] - divisor * whole;
    }
}

void wick__cremainder_unfused(int64_t n, void *const *p, const int64_t *s, const void *parameter)
{
    const float *x = p[1], *z = p[2];
    float *out = p[0];
    (void)parameter;
    for (int64_t i = 0; i < n; i++) {
        const float whole = floorf(x[i * s[1]] / z[i * s[2]]);
        out[i * s[0]] = x[i * s[1]] - z[i * s[2]] * whole;
    }
}

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
