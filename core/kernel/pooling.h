/* 2-D pooling of dense planes (batch and channels together), both directions. Index 0 of every pair
 * is height, 1 is width. `dtype` is WICK_FLOAT32 or WICK_FLOAT64. Nothing here fails.
 *
 * Window (i, j) covers rows i stride - pad + r dilation, r in [0, kernel), and columns likewise.
 * Any output size is served (so floor and ceil mode are the caller's): windows are clipped to the
 * plane. Padding never takes part in a maximum. */
#ifndef WICK_KERNEL_POOLING_H
#define WICK_KERNEL_POOLING_H

#include "wick.h"

typedef struct wick__pool_dims {
    int64_t planes;
    int64_t in[2], kernel[2], stride[2], pad[2];
    int64_t dilation[2]; /* max pooling alone */
    int64_t out[2];
} wick__pool_dims;

typedef enum wick__pool_divisor {
    WICK__DIVIDE_PADDED, /* the window clipped to the padded plane */
    WICK__DIVIDE_INSIDE, /* the window clipped to the plane */
    WICK__DIVIDE_NONE    /* sums */
} wick__pool_divisor;

/* y, planes x out, = the largest of each window; index (of y's shape, may be NULL) = where it stood
 * in its plane, row * in[1] + column from 0. The first of equals wins, the first NaN over all. A
 * window without a single pixel gives -infinity and index -1. */
void wick__max_pool_forward(wick_context *context, wick_dtype dtype, const wick__pool_dims *d,
                            const void *x, void *y, int64_t *index);

/* gx, planes x in_plane pixels, = gy, planes x out_plane, added at the index of each; written
 * whole. Indices outside [0, in_plane) are skipped. */
void wick__max_pool_backward(wick_context *context, wick_dtype dtype, int64_t planes,
                             int64_t in_plane, int64_t out_plane, const void *gy,
                             const int64_t *index, void *gx);

/* y = the mean of each window by the divisor's rule; an empty window gives 0. */
void wick__average_pool_forward(wick_context *context, wick_dtype dtype, const wick__pool_dims *d,
                                wick__pool_divisor divisor, const void *x, void *y);
void wick__average_pool_backward(wick_context *context, wick_dtype dtype, const wick__pool_dims *d,
                                 wick__pool_divisor divisor, const void *gy, void *gx);

/* Adaptive pooling: window i of `out` reaches from floor(i in / out) to ceil((i + 1) in / out). The
 * backward of the maximum is wick__max_pool_backward. */
void wick__adaptive_max_pool_forward(wick_context *context, wick_dtype dtype, int64_t planes,
                                     const int64_t in[2], const int64_t out[2], const void *x,
                                     void *y, int64_t *index);
void wick__adaptive_average_pool_forward(wick_context *context, wick_dtype dtype, int64_t planes,
                                         const int64_t in[2], const int64_t out[2], const void *x,
                                         void *y);
void wick__adaptive_average_pool_backward(wick_context *context, wick_dtype dtype, int64_t planes,
                                          const int64_t in[2], const int64_t out[2], const void *gy,
                                          void *gx);

#endif
