/* Softmax and log-softmax along the middle of dense outer x n x inner values, stable (the largest
 * is taken away first), sixteen values summed in their own type, all of these in double. NaN makes
 * its whole row NaN. `dtype` is WICK_FLOAT32 or WICK_FLOAT64. Outputs may be the inputs. Nothing
 * here fails. */
#ifndef WICK_KERNEL_SOFTMAX_H
#define WICK_KERNEL_SOFTMAX_H

#include "wick.h"

/* y = exp(x) / sum exp(x) */
void wick__softmax_forward(wick_context *context, wick_dtype dtype, int64_t outer, int64_t n,
                           int64_t inner, const void *x, void *y);
/* gx = y (gy - sum gy y) */
void wick__softmax_backward(wick_context *context, wick_dtype dtype, int64_t outer, int64_t n,
                            int64_t inner, const void *y, const void *gy, void *gx);
/* y = x - log sum exp(x) */
void wick__log_softmax_forward(wick_context *context, wick_dtype dtype, int64_t outer, int64_t n,
                               int64_t inner, const void *x, void *y);
/* gx = gy - exp(y) sum gy */
void wick__log_softmax_backward(wick_context *context, wick_dtype dtype, int64_t outer, int64_t n,
                                int64_t inner, const void *y, const void *gy, void *gx);

#endif
