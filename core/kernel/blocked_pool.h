/* 2-D pooling of images in the channel-blocked layout (blocked.h). Windows as in pooling.h; of its
 * dims `planes` is not read, nor `dilation` for means. Backward directions are shared out by rows
 * of the input, and add up what comes to a pixel in the order of the windows. */
#ifndef WICK_KERNEL_BLOCKED_POOL_H
#define WICK_KERNEL_BLOCKED_POOL_H

#include "kernel/blocked.h"
#include "kernel/pooling.h"

/* The bytes of the index of a max pooling: for every output and lane the position in its window,
 * row * kernel[1] + column, in a byte, or in 4 where windows have more than 255 positions. The
 * index is aligned to 4. */
size_t wick__blocked_pool_index_bytes(int64_t batch, int64_t channels, const wick__pool_dims *d);

/* y = the largest of each window, index (or NULL) = where it stood. The first of equals wins, the
 * first NaN over all; a window without a single pixel gives -infinity. */
void wick__blocked_max_pool_forward(wick_context *context, int64_t batch, int64_t channels,
                                    const wick__pool_dims *d, wick__blocked x, wick__blocked y,
                                    void *index);

/* gx = gy at the index of each, added up; written whole. */
void wick__blocked_max_pool_backward(wick_context *context, int64_t batch, int64_t channels,
                                     const wick__pool_dims *d, wick__blocked gy, const void *index,
                                     wick__blocked gx);

/* places = the index as wick__max_pool_forward gives it: batch x channels x out in row-major order,
 * row * in[1] + column of the plane from 0; -1 for a window without a pixel. */
void wick__blocked_pool_places(wick_context *context, int64_t batch, int64_t channels,
                               const wick__pool_dims *d, const void *index, int64_t *places);

/* y = the mean of each window by the divisor's rule; an empty window gives 0. */
void wick__blocked_average_pool_forward(wick_context *context, int64_t batch, int64_t channels,
                                        const wick__pool_dims *d, wick__pool_divisor divisor,
                                        wick__blocked x, wick__blocked y);
void wick__blocked_average_pool_backward(wick_context *context, int64_t batch, int64_t channels,
                                         const wick__pool_dims *d, wick__pool_divisor divisor,
                                         wick__blocked gy, wick__blocked gx);

/* y, images of one pixel, = the mean of every plane; and back. No pixel: 0. */
void wick__blocked_global_average_forward(wick_context *context, int64_t batch, int64_t channels,
                                          int64_t plane, wick__blocked x, wick__blocked y);
void wick__blocked_global_average_backward(wick_context *context, int64_t batch, int64_t channels,
                                           int64_t plane, wick__blocked gy, wick__blocked gx);

#endif
