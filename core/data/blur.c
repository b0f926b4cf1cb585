/* A Gaussian is separable: rows, then columns. */
#include "data/blur.h"

#include <math.h>

#include "base/alloc.h"
#include "kernel/resample.h"

wick_status wick__blur(wick_context *context, wick_dtype dtype, double sigma, int64_t radius,
                       int64_t planes, int64_t height, int64_t width, const void *x, void *y)
{
    wick__windows across = {.context = context}, down = {.context = context};
    size_t bytes = (size_t)(planes * height * width) * wick_dtype_size(dtype);
    void *between = NULL;
    if (radius == 0)
        radius = (int64_t)ceil(3 * sigma);
    wick_status status = wick__windows_open_gaussian(context, dtype, sigma, radius, width, &across);
    if (!status)
        status = wick__windows_open_gaussian(context, dtype, sigma, radius, height, &down);
    if (!status)
        status = wick__alloc(context, bytes, &between);
    if (!status)
        status = wick__resample_rows(&across, planes * height, x, between);
    if (!status)
        wick__resample_columns(&down, planes, width, between, y);
    wick__free(context, between, bytes);
    wick__windows_close(&across);
    wick__windows_close(&down);
    return status;
}
