/* The bits of floating numbers as integers, and back. */
#ifndef WICK_KERNEL_BITS_H
#define WICK_KERNEL_BITS_H

#include <stdint.h>
#include <string.h>

/* Each gives the other's representation, bit for bit. */
static inline uint32_t wick__bits_of_float(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline uint64_t wick__bits_of_double(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float wick__float_of_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline double wick__double_of_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

#endif
