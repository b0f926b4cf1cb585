/* Runs of pixels, one by one: between bytes and floats, through tables, between two images. */
#ifndef WICK_KERNEL_PIXELS_H
#define WICK_KERNEL_PIXELS_H

#include "wick.h"

/* y = x scale + shift */
void wick__scale_bytes(int64_t n, float scale, float shift, const uint8_t *x, float *y);
void wick__scale_floats(int64_t n, float scale, float shift, const float *x, float *y);
/* 0 .. 1 as 0 .. 255, rounded and clamped; NaN is 0. */
void wick__floats_to_bytes(int64_t n, const float *x, uint8_t *y);
/* y = table[x] */
void wick__look_up(int64_t n, const uint8_t *table, const uint8_t *x, uint8_t *y);

/* A plane sharpened or smoothed: y = s + amount (x - s) where s is the mean of the 3 x 3 pixels
 * around x, in which x counts five times. The outermost rows and columns stay. Results are kept
 * within 0 to 255, or 0 to 1. */
void wick__sharpen_bytes(int64_t height, int64_t width, float amount, const uint8_t *x, uint8_t *y);
void wick__sharpen_floats(int64_t height, int64_t width, float amount, const float *x, float *y);

#endif
