/* Conversions between spaces of colours, line by line of dense planes. */
#ifndef WICK_KERNEL_COLOUR_H
#define WICK_KERNEL_COLOUR_H

#include "wick.h"

/* y, planes x n (one plane of luminance, otherwise three), of x, 3 x n. `dtype` is WICK_UINT8 (not
 * for Lab), WICK_FLOAT32 or WICK_FLOAT64. Nothing here fails. */
void wick__colours(wick_context *context, wick_dtype dtype, wick_colours to, int64_t n,
                   const void *x, void *y);

#endif
