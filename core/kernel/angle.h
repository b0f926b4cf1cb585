/* Sine, cosine and tangent of floats up to WICK__MOST_ANGLE in size, computed in double without
 * branches so that loops over them are vectorised, to 1 ulp. */
#ifndef WICK_KERNEL_ANGLE_H
#define WICK_KERNEL_ANGLE_H

#include <math.h>

#include "kernel/bits.h"

#define WICK__MOST_ANGLE 1e6f

/* x = n pi/2 + r with |r| <= pi/4; returns r, and n modulo 4 in *quarter. */
static inline double wick__angle_reduced(double x, uint64_t *quarter)
{
    const double magic = 6755399441055744.0; /* 1.5 2^52 */
    const double shifted = x * 0.63661977236758134 + magic, n = shifted - magic;
    *quarter = wick__bits_of_double(shifted) & 3;
    return (x - n * 1.5707963267341256) - n * 6.0771005065061922e-11; /* pi/2 in two parts */
}

static inline double wick__sin_reduced(double r)
{
    const double z = r * r;
    double p = -1.0 / 39916800;
    p = p * z + 1.0 / 362880;
    p = p * z - 1.0 / 5040;
    p = p * z + 1.0 / 120;
    p = p * z - 1.0 / 6;
    return p * z * r + r;
}

static inline double wick__cos_reduced(double r)
{
    const double z = r * r;
    double p = -1.0 / 3628800;
    p = p * z + 1.0 / 40320;
    p = p * z - 1.0 / 720;
    p = p * z + 1.0 / 24;
    p = p * z - 0.5;
    return p * z + 1;
}

/* sin(r + quarter pi/2) */
static inline double wick__sin_turned(double r, uint64_t quarter)
{
    const double y = quarter & 1 ? wick__cos_reduced(r) : wick__sin_reduced(r);
    return wick__double_of_bits(wick__bits_of_double(y) ^ (quarter & 2) << 62);
}

static inline float wick__sin(float x)
{
    uint64_t quarter;
    const double r = wick__angle_reduced(x, &quarter);
    return x == 0 ? x : (float)wick__sin_turned(r, quarter);
}

static inline float wick__cos(float x)
{
    uint64_t quarter;
    const double r = wick__angle_reduced(x, &quarter);
    return (float)wick__sin_turned(r, quarter + 1);
}

static inline float wick__tan(float x)
{
    uint64_t quarter;
    const double r = wick__angle_reduced(x, &quarter);
    const double sine = wick__sin_reduced(r), cosine = wick__cos_reduced(r);
    const double above = quarter & 1 ? -cosine : sine, below = quarter & 1 ? sine : cosine;
    return x == 0 ? x : (float)(above / below);
}

#endif
