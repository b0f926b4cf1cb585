/* Moving the elements that a mask of 0 and 1 bytes chooses. Everything is row-major. Blocks of the
 * mask are counted first, so that each knows where its chosen elements begin. */
#ifndef WICK_KERNEL_MASK_H
#define WICK_KERNEL_MASK_H

#include "wick.h"

enum { WICK__MASK_BLOCK = 16384 };

typedef struct wick__mask {
    int64_t n;
    const uint8_t *chosen;
    int64_t *before; /* ones before each block of WICK__MASK_BLOCK bytes */
} wick__mask;

/* How many blocks a mask of n bytes has. */
static inline int64_t wick__mask_blocks(int64_t n)
{
    return (n + WICK__MASK_BLOCK - 1) / WICK__MASK_BLOCK;
}

/* Fills mask->before; returns the number of ones, or -1 when a byte is above 1. */
int64_t wick__mask_count(wick_context *context, const wick__mask *mask);

/* few = the chosen elements of `all`, of `bytes` bytes each. */
void wick__mask_take(wick_context *context, const wick__mask *mask, size_t bytes, const void *all,
                     void *few);
/* The chosen elements of `all` = few, in order. */
void wick__mask_put(wick_context *context, const wick__mask *mask, size_t bytes, const void *few,
                    void *all);
/* The chosen elements of `all` = the one at `value`. */
void wick__mask_fill(wick_context *context, const wick__mask *mask, size_t bytes, const void *value,
                     void *all);
/* Row by row the coordinates, from 1, of the chosen elements in a tensor of that size. */
void wick__mask_coordinates(wick_context *context, const wick__mask *mask, int ndim,
                            const int64_t *size, int64_t *rows);

#endif
