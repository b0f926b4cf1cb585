/* Adjusting colours: lines of RGB pixels, a pointer a channel. */
#ifndef WICK_KERNEL_ADJUST_H
#define WICK_KERNEL_ADJUST_H

#include "wick.h"

/* Luminance of bytes, rounded, by the weights of television. */
void wick__grey_bytes(int64_t n, const uint8_t *const *x, uint8_t *y);
void wick__grey_floats(int64_t n, const float *const *x, float *y);

typedef enum wick__adjustment { WICK__SATURATION, WICK__HUE } wick__adjustment;

/* y, three lines, of x: mixed with its luminance (`amount` of x), or hues turned by `amount` of the
 * circle. Bytes, or floats of 0 to 1, in which the results stay. */
void wick__adjust(wick__adjustment adjustment, double amount, wick_dtype dtype, int64_t n,
                  const void *const *x, void *const *y);

#endif
