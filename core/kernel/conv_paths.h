/* The ways to compute a convolution, between which conv.c chooses by shape. All serve every shape
 * with at least one element on both sides; see conv.h for the arguments. */
#ifndef WICK_KERNEL_CONV_PATHS_H
#define WICK_KERNEL_CONV_PATHS_H

#include "kernel/conv.h"

/* Direct: register tiles over padded planes. */
wick_status wick__direct_forward(wick_context *context, wick_dtype dtype, const wick__conv_dims *d,
                                 const void *x, const void *w, const void *bias, void *y);
wick_status wick__direct_backward_input(wick_context *context, wick_dtype dtype,
                                        const wick__conv_dims *d, const void *w, const void *gy,
                                        const void *bias, void *gx);
wick_status wick__direct_backward_weight(wick_context *context, wick_dtype dtype,
                                         const wick__conv_dims *d, const void *x, const void *gy,
                                         void *gw);

/* Unfolded: the input's windows as columns of a matrix, and matrix products. The reference. */
wick_status wick__unfold_forward(wick_context *context, wick_dtype dtype, const wick__conv_dims *d,
                                 const void *x, const void *w, const void *bias, void *y);
wick_status wick__unfold_backward_input(wick_context *context, wick_dtype dtype,
                                        const wick__conv_dims *d, const void *w, const void *gy,
                                        const void *bias, void *gx);
wick_status wick__unfold_backward_weight(wick_context *context, wick_dtype dtype,
                                         const wick__conv_dims *d, const void *x, const void *gy,
                                         void *gw);

/* y[n][c][:] = bias[c], or 0 where bias is NULL. */
void wick__conv_fill_bias(wick_context *context, wick_dtype dtype, int64_t batch, int64_t channels,
                          int64_t plane, const void *bias, void *y);

#endif
