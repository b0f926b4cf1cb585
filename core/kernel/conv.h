/* 2-D convolution (cross-correlation) of dense NCHW images, both directions. Index 0 of every pair
 * is height, 1 is width. `dtype` is WICK_FLOAT32 or WICK_FLOAT64.
 *
 *   input   batch x in_channels x in[0] x in[1]
 *   weight  out_channels x (in_channels / groups) x kernel[0] x kernel[1]
 *   output  batch x out_channels x out[0] x out[1]
 *   out = (in + 2 pad - dilation (kernel - 1) - 1) / stride + 1
 *
 * The caller checks that sizes fit: groups divides both channel counts, strides and dilations are
 * at least 1, out is as above (less is allowed), no product of sizes overflows. A transposed
 * convolution is wick__conv_backward_input with the roles of input and output exchanged. */
#ifndef WICK_KERNEL_CONV_H
#define WICK_KERNEL_CONV_H

#include "wick.h"

typedef struct wick__conv_dims {
    int64_t batch, groups, in_channels, out_channels;
    int64_t in[2], kernel[2], stride[2], pad[2], dilation[2], out[2];
} wick__conv_dims;

/* y = x * w, plus bias[channel] unless `bias` is NULL. Fails with WICK_ENOMEM. */
wick_status wick__conv_forward(wick_context *context, wick_dtype dtype, const wick__conv_dims *d,
                               const void *x, const void *w, const void *bias, void *y);

/* gx = the gradient of the input, written whole. `bias` (a value for each input channel, or NULL)
 * is added to it: a transposed convolution's. Fails with WICK_ENOMEM. */
wick_status wick__conv_backward_input(wick_context *context, wick_dtype dtype,
                                      const wick__conv_dims *d, const void *w, const void *gy,
                                      const void *bias, void *gx);

/* gw = the gradient of the weight, gb = that of the bias; both are written whole, either may be
 * NULL. Fails with WICK_ENOMEM. */
wick_status wick__conv_backward_weight(wick_context *context, wick_dtype dtype,
                                       const wick__conv_dims *d, const void *x, const void *gy,
                                       void *gw, void *gb);

/* gb[c] = the sum of gy, batch x channels x plane, over all but c; added up in double. */
void wick__conv_backward_bias(wick_context *context, wick_dtype dtype, int64_t batch,
                              int64_t channels, int64_t plane, const void *gy, void *gb);

#endif
