/* Exponentials of floats, written without branches so that loops over them are vectorised. The
 * method is that of Cephes: the argument is reduced by a multiple of ln 2, held in two parts, and a
 * minimax polynomial (fitted for Wick by Lawson's algorithm) takes the rest. NaN stays NaN. */
#ifndef WICK_KERNEL_EXP_H
#define WICK_KERNEL_EXP_H

#include <math.h>

#include "kernel/bits.h"

/* 2^n for n from -126 to 127. */
static inline float wick__power_of_two(int32_t n)
{
    return wick__float_of_bits((uint32_t)(n + 127) << 23);
}

/* x = n ln 2 + r with |r| <= ln 2 / 2 and a little, for |x| < 200; returns e^r - 1. */
static inline float wick__exp_reduced(float x, int32_t *n)
{
    const float magic = 12582912; /* 1.5 2^23: adding it rounds to an integer in the low bits */
    const float shifted = x * 1.44269504f + magic, k = shifted - magic;
    const float r = (x - k * 0.693359375f) + k * 2.12194440e-4f;
    *n = (int32_t)(wick__bits_of_float(shifted) & 0x7FFFFF) - 0x400000;
    float p = 0.000197900619f;
    p = p * r + 0.00139449432f;
    p = p * r + 0.00833349861f;
    p = p * r + 0.0416662917f;
    p = p * r + 0.166666657f;
    p = p * r + 0.5f;
    return p * r * r + r;
}

/* e^x, to 2 ulp, of x below 90; gradual underflow. */
static inline float wick__exp_below(float x)
{
    int32_t n;
    const float within = x < -104 ? -104 : x;
    const float power = 1 + wick__exp_reduced(within, &n);
    const int32_t half = n >> 1; /* the whole of it has no float at either end */
    return power * wick__power_of_two(half) * wick__power_of_two(n - half);
}

/* The same of any x: infinity above. */
static inline float wick__exp(float x)
{
    return wick__exp_below(x > 89 ? 89 : x);
}

/* e^x - 1, to 2 ulp. */
static inline float wick__expm1(float x)
{
    int32_t n;
    const float high = x > 89 ? 89 : x, within = high < -20 ? -20 : high;
    const float rest = wick__exp_reduced(within, &n);
    const int32_t half = n >> 1;
    const float a = wick__power_of_two(half), b = wick__power_of_two(n - half);
    const float y = rest * a * b + (a * b - 1), all = (1 + rest) * a * b;
    return x == 0 ? x : n > 30 ? all : y;
}

/* 1 / (1 + e^-x), to 3 ulp. */
static inline float wick__sigmoid(float x)
{
    const float e = wick__exp_below(-fabsf(x));
    return (x < 0 ? e : 1) / (1 + e);
}

/* tanh x, to 3 ulp: a polynomial near 0, where 1 - 2 / (e^2x + 1) cancels. */
static inline float wick__tanh(float x)
{
    const float size = fabsf(x), z = size * size;
    float p = -0.00571704516f;
    p = p * z + 0.020650588f;
    p = p * z - 0.0537434965f;
    p = p * z + 0.133314908f;
    p = p * z - 0.333332837f;
    const float large = 1 - 2 / (wick__exp(2 * size) + 1);
    return copysignf(size < 0.625f ? size + size * z * p : large, x);
}

#endif
