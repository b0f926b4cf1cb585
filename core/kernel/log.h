/* Logarithms of floats, written without branches so that loops over them are vectorised. The
 * argument is split into 2^n (1 + f) with 1 + f around 1; a minimax polynomial (fitted for Wick by
 * Lawson's algorithm) takes f. NaN stays NaN. */
#ifndef WICK_KERNEL_LOG_H
#define WICK_KERNEL_LOG_H

#include <float.h>

#include "kernel/exp.h"

/* log(1 + f) - f for f from sqrt(1/2) - 1 to sqrt(2) - 1. */
static inline float wick__log_rest(float f)
{
    const float square = f * f;
    float p = -0.0763449743f;
    p = p * f + 0.12761578f;
    p = p * f - 0.131601825f;
    p = p * f + 0.142017573f;
    p = p * f - 0.166233569f;
    p = p * f + 0.200012267f;
    p = p * f - 0.250008196f;
    p = p * f + 0.333333313f;
    return p * f * square - 0.5f * square;
}

/* log x for normal x > 0. */
static inline float wick__log_normal(float x)
{
    const uint32_t half = 0x3F3504F3; /* sqrt(1/2) */
    const uint32_t bits = wick__bits_of_float(x) - half;
    const float n = (float)((int32_t)bits >> 23);
    const float f = wick__float_of_bits((bits & 0x7FFFFF) + half) - 1;
    return (wick__log_rest(f) + n * -2.12194440e-4f + f) + n * 0.693359375f;
}

/* The natural logarithm, to 2 ulp; minus infinity of 0, NaN below. */
static inline float wick__log(float x)
{
    const float large = x < FLT_MIN ? x * 8388608 : x;
    const float y = wick__log_normal(large) - (x < FLT_MIN ? 15.9423852f : 0);
    const float special = x == 0 ? -INFINITY : x > 0 ? x : NAN;
    return ((x > 0) & (x <= FLT_MAX)) ? y : special;
}

/* log(1 + x), to 3 ulp: what rounding 1 + x lost is put back. */
static inline float wick__log1p(float x)
{
    const float sum = 1 + x, lost = x - (sum - 1);
    const float y = wick__log_normal(sum) + lost / sum;
    const float special = x == -1 ? -INFINITY : x > 0 ? x : NAN;
    return x == 0 ? x : ((x > -1) & (x <= FLT_MAX)) ? y : special;
}

/* log(1 + e^x), to 3 ulp. */
static inline float wick__log1p_exp(float x)
{
    return (x < 0 ? 0 : x) + wick__log1p(wick__exp(-fabsf(x)));
}

#endif
