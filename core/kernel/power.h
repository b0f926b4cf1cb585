/* Powers and hyperbolic functions of floats, computed in double without branches so that loops over
 * them are vectorised: what is left of the error of a double rounds away. */
#ifndef WICK_KERNEL_POWER_H
#define WICK_KERNEL_POWER_H

#include <math.h>

#include "kernel/bits.h"

/* The base 2 logarithm of a positive normal number, to 1e-11 of it. */
static inline double wick__log2_wide(double x)
{
    const uint64_t half = UINT64_C(0x3FE6A09E667F3BCD); /* sqrt(1/2) */
    const uint64_t bits = wick__bits_of_double(x) - half + (UINT64_C(1024) << 52);
    const double n = wick__double_of_bits(bits >> 52 | UINT64_C(0x4330000000000000)) -
                     (4503599627370496.0 + 1024);
    const double m = wick__double_of_bits((bits & UINT64_C(0xFFFFFFFFFFFFF)) + half);
    const double s = (m - 1) / (m + 1), z = s * s;
    double p = 1.0 / 13;
    p = p * z + 1.0 / 11;
    p = p * z + 1.0 / 9;
    p = p * z + 1.0 / 7;
    p = p * z + 1.0 / 5;
    p = p * z + 1.0 / 3;
    p = p * z + 1;
    return n + p * s * 2.8853900817779268; /* 2 / ln 2 */
}

/* 2^x for |x| < 1000, to 1e-9 of it. */
static inline double wick__exp2_wide(double x)
{
    const double magic = 6755399441055744.0; /* 1.5 2^52 */
    const double shifted = x + magic, t = (x - (shifted - magic)) * 0.69314718055994531;
    const uint64_t n = wick__bits_of_double(shifted) << 52; /* added to the exponent */
    double p = 1.0 / 40320;
    p = p * t + 1.0 / 5040;
    p = p * t + 1.0 / 720;
    p = p * t + 1.0 / 120;
    p = p * t + 1.0 / 24;
    p = p * t + 1.0 / 6;
    p = p * t + 0.5;
    p = p * t + 1;
    p = p * t + 1;
    return wick__double_of_bits(wick__bits_of_double(p) + n);
}

/* -200 to 200: beyond, no float is left of 2^x. */
static inline double wick__within_200(double x)
{
    const double high = x > 200 ? 200 : x;
    return high < -200 ? -200 : high;
}

/* x^y as the C library has it, to 1 ulp. */
static inline float wick__pow(float x, float y)
{
    const float size = fabsf(x), within = fabsf(y) < 16777216 ? y : 0; /* beyond: even */
    const float half = within * 0.5f;
    const int whole = rintf(within) == within, odd = whole & (rintf(half) != half);
    const double finite = size > 0 && size < INFINITY ? size : 1;
    const double log2 = size == 0          ? -INFINITY
                        : size == INFINITY ? INFINITY
                                           : wick__log2_wide(finite);
    const float power = (float)wick__exp2_wide(wick__within_200(log2 * y));
    const float valid = ((x < 0) & !whole & (size < INFINITY)) ? NAN : power;
    const float known = ((x != x) | (y != y))           ? NAN
                        : ((copysignf(1, x) < 0) & odd) ? -valid
                                                        : valid;
    return ((y == 0) | (x == 1) | ((x == -1) & (fabsf(y) == INFINITY))) ? 1 : known;
}

/* sinh x, to 1 ulp. */
static inline float wick__sinh(float x)
{
    const double e = wick__exp2_wide(wick__within_200(x * 1.4426950408889634));
    const float y = (float)((e - 1 / e) * 0.5);
    return fabsf(x) < 1e-4f ? x : y;
}

/* cosh x, to 1 ulp. */
static inline float wick__cosh(float x)
{
    const double e = wick__exp2_wide(wick__within_200(x * 1.4426950408889634));
    return (float)((e + 1 / e) * 0.5);
}

#endif
