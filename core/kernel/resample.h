/* Separable resampling of dense planes: every pixel of a row, and then of a column, is a weighted
 * sum of a window of its neighbours. `dtype` is WICK_UINT8, WICK_FLOAT32 or WICK_FLOAT64; bytes are
 * summed with weights of 22 bits, as Pillow sums them, rounded and clamped after each direction. */
#ifndef WICK_KERNEL_RESAMPLE_H
#define WICK_KERNEL_RESAMPLE_H

#include "wick.h"

/* The windows of one direction: pixel i is the sum of weight[i taps + t] times pixel
 * first[i] + t, t in [0, taps). None reaches outside; what a window does not need weighs 0. */
typedef struct wick__windows {
    wick_context *context;
    wick_dtype dtype;
    int64_t in, out, taps;
    int64_t *first;
    void *weight;     /* int32_t for bytes, otherwise of dtype */
    int32_t rounding; /* of bytes: added to a sum before its fraction is cut off */
} wick__windows;

/* How windows are laid: Torch7's image.scale has the centres of the corners meet when it enlarges
 * and takes averages of areas when it shrinks; Pillow has the corners themselves meet, and widens
 * windows by as much as the image shrinks (antialias). */
typedef enum wick__grid { WICK__TORCH7, WICK__PLAIN_GRID, WICK__ANTIALIAS } wick__grid;

/* Windows that turn `in` pixels into `out`, both at least 1. Torch7's grid knows NEAREST, BILINEAR
 * and BICUBIC. Fails with WICK_ENOMEM. */
wick_status wick__windows_open(wick_context *context, wick_dtype dtype, wick__grid grid,
                               wick_filter filter, int64_t in, int64_t out, wick__windows *windows);
/* Windows that smooth n pixels by a Gaussian of deviation `sigma`, as far as `radius` pixels away;
 * outside is the image's reflection (c b | a b c). Fails with WICK_ENOMEM. */
wick_status wick__windows_open_gaussian(wick_context *context, wick_dtype dtype, double sigma,
                                        int64_t radius, int64_t n, wick__windows *windows);
void wick__windows_close(wick__windows *windows);

/* y, rows x out, of x, rows x in. Fails with WICK_ENOMEM. */
wick_status wick__resample_rows(const wick__windows *windows, int64_t rows, const void *x, void *y);
/* y, planes x out x width, of x, planes x in x width. */
void wick__resample_columns(const wick__windows *windows, int64_t planes, int64_t width,
                            const void *x, void *y);

#endif
