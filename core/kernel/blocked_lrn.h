/* Local response normalisation across the channels of images in the channel-blocked layout
 * (blocked.h); what is computed stands in norm.h. */
#ifndef WICK_KERNEL_BLOCKED_LRN_H
#define WICK_KERNEL_BLOCKED_LRN_H

#include "kernel/blocked.h"

/* Whether windows of that many channels are served: they reach no further than the next block. */
static inline bool wick__blocked_lrn_serves(int64_t size)
{
    return size >= 1 && size <= 2 * WICK__LANES;
}

/* scale = k + alpha / size * (sum of x^2 over the window), y = x scale^-beta. `scale`, of x's
 * geometry, is what the backward needs; none: not wanted. y may be x. */
void wick__blocked_lrn_forward(wick_context *context, int64_t batch, int64_t channels,
                               int64_t plane, int64_t size, double alpha, double beta, double k,
                               wick__blocked x, wick__blocked scale, wick__blocked y);

/* gx = the gradient of x. gx may be gy. */
void wick__blocked_lrn_backward(wick_context *context, int64_t batch, int64_t channels,
                                int64_t plane, int64_t size, double alpha, double beta,
                                wick__blocked x, wick__blocked scale, wick__blocked gy,
                                wick__blocked gx);

#endif
