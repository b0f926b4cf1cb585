/* Normalisation of dense n x c x s values (s: all dimensions after the channels together). Sums are
 * added up in double. `dtype` is WICK_FLOAT32 or WICK_FLOAT64, of every operand. Nothing here
 * fails; the context only lends its threads. */
#ifndef WICK_KERNEL_NORM_H
#define WICK_KERNEL_NORM_H

#include "wick.h"

/* mean[c] and biased variance[c] of x over n and s, in two passes; NaN when there are no values. */
void wick__norm_statistics(wick_context *context, wick_dtype dtype, int64_t n, int64_t c, int64_t s,
                           const void *x, void *mean, void *variance);

/* running = (1 - momentum) running + momentum correction batch, for a statistic of `c` channels;
 * running ones stand `stride` elements apart. */
void wick__norm_update_running(wick_dtype dtype, int64_t c, double momentum, double correction,
                               const void *batch, void *running, int64_t stride);

/* y = (x - mean) / sqrt(variance + eps) weight + bias by channel; weight and bias may be NULL. Both
 * for training (batch statistics) and evaluation (running ones). y may be x. */
void wick__norm_apply(wick_context *context, wick_dtype dtype, int64_t n, int64_t c, int64_t s,
                      double eps, const void *x, const void *mean, const void *variance,
                      const void *weight, const void *bias, void *y);

/* Gradients of wick__norm_apply, each written whole and each NULL when not wanted. `training`: mean
 * and variance came from x itself, so gx goes through them. gx may be gy. */
void wick__norm_backward(wick_context *context, wick_dtype dtype, bool training, int64_t n,
                         int64_t c, int64_t s, double eps, const void *x, const void *mean,
                         const void *variance, const void *weight, const void *gy, void *gx,
                         void *gweight, void *gbias);

/* Local response normalisation across channels: scale = k + alpha / size * (sum of x^2 over `size`
 * channels, the first (size - 1) / 2 before this one), y = x scale^-beta. `scale`, of x's shape, is
 * what the backward needs. */
void wick__lrn_forward(wick_context *context, wick_dtype dtype, int64_t n, int64_t c, int64_t s,
                       int64_t size, double alpha, double beta, double k, const void *x,
                       void *scale, void *y);
void wick__lrn_backward(wick_context *context, wick_dtype dtype, int64_t n, int64_t c, int64_t s,
                        int64_t size, double alpha, double beta, const void *x, const void *scale,
                        const void *gy, void *gx);

#endif
