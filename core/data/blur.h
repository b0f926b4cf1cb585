/* Smoothing dense planes by a Gaussian. */
#ifndef WICK_DATA_BLUR_H
#define WICK_DATA_BLUR_H

#include "wick.h"

/* y of x, planes x height x width of uint8 or float32, by a Gaussian of deviation `sigma` pixels
 * (above 0) that reaches `radius` pixels, 0: three deviations. Outside is the reflection. */
wick_status wick__blur(wick_context *context, wick_dtype dtype, double sigma, int64_t radius,
                       int64_t planes, int64_t height, int64_t width, const void *x, void *y);

#endif
