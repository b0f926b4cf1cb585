/* Batch normalisation of images in the channel-blocked layout (blocked.h). The forward direction is
 * a tail: moments of the input, wick__blocked_combine_moments, wick__blocked_norm_tail, and then
 * wick__blocked_apply or the tail of what comes before. Statistics and parameters hold one float a
 * channel. */
#ifndef WICK_KERNEL_BLOCKED_NORM_H
#define WICK_KERNEL_BLOCKED_NORM_H

#include "kernel/blocked.h"

/* The moments of x in the form of wick__tail.moments: WICK__MOMENTS floats for every image and
 * block. */
void wick__blocked_moments(wick_context *context, int64_t batch, int64_t channels, int64_t plane,
                           wick__blocked x, float *moments);

/* mean[channels] and biased variance[channels] over batch and plane, from the moments of every
 * plane (Chan, Golub and LeVeque, 1979); NaN when there are no values. */
void wick__blocked_combine_moments(int64_t batch, int64_t channels, int64_t plane,
                                   const float *moments, float *mean, float *variance);

/* scale and shift of a tail, blocks x 16 floats each, that normalises:
 *   (v - mean) / sqrt(variance + eps) weight + bias;  weight and bias may be NULL. */
void wick__blocked_norm_tail(int64_t channels, double eps, const float *mean, const float *variance,
                             const float *weight, const float *bias, float *scale, float *shift);

/* The gradient of y = relu((x - mean) / sqrt(variance + eps) weight + bias + residual), where relu
 * and residual may be absent. */
typedef struct wick__blocked_norm {
    int64_t batch, channels, plane;
    double eps;
    bool training; /* mean and variance came from x itself, so gx goes through them */
    const float *mean, *variance;
    const float *weight; /* or NULL */
    wick__blocked x, gy;
    wick__blocked mask;         /* y, of which gy counts where it is above 0; or none */
    const float *scale, *shift; /* instead of a mask where there is no residual: those of the tail;
                                   gy counts where x scale + shift is above 0. NULL: without */
    wick__blocked gx;           /* or none; may be gy, or x where nobody needs x any more */
    wick__blocked masked;       /* gy where it counts, the gradient of the residual; or none; may
                                   be gy, not gx */
    float *gweight, *gbias;     /* written whole; or NULL */
} wick__blocked_norm;

/* Fails with WICK_ENOMEM. */
wick_status wick__blocked_norm_backward(wick_context *context, const wick__blocked_norm *n);

#endif
