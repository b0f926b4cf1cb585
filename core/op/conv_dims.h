/* The dimensions of a convolution: one struct, filled by one function, which also says what does
 * not fit. */
#ifndef WICK_OP_CONV_DIMS_H
#define WICK_OP_CONV_DIMS_H

#include "kernel/conv.h"
#include "op/window.h"

/* The places of a convolution's options among its values. */
enum { WICK__STRIDE, WICK__PAD, WICK__DILATION, WICK__GROUPS, WICK__CONV_OPTIONS };

typedef struct wick__conv {
    wick__conv_dims d;
    wick_sizes image, weight, output; /* as tensors have them: the batch may be missing */
} wick__conv;

/* From the image's shape, the weight's (outputs x inputs / groups x height x width) and the options
 * in value[]. */
wick_status wick__conv_read(const char *name, const wick_sizes *image, const wick_sizes *weight,
                            const wick_value *value, wick__conv *c);

/* Of a transposed convolution, which takes a convolution's output to its image: weight is
 * inputs x outputs / groups x height x width, and after the options stands how many pixels the
 * image has beyond the least. */
wick_status wick__conv_read_transposed(const char *name, const wick_sizes *output,
                                       const wick_sizes *weight, const wick_value *value,
                                       wick__conv *c);

/* ---- what convolutions of images and volumes read alike; `axes`: 2 or 3 ---- */

wick_status wick__conv_read_options(const char *name, const wick_value *value, int axes,
                                    int64_t *stride, int64_t *pad, int64_t *dilation,
                                    int64_t *groups);

/* The weight's kernel, and *channels = its second dimension in all groups together. `rows`: what
 * its first dimension counts. */
wick_status wick__conv_read_weight(const char *name, const char *rows, const wick_sizes *weight,
                                   int64_t groups, int axes, int64_t *kernel, int64_t *channels);

/* Refuses an input with other than that many channels. */
wick_status wick__conv_check_channels(const char *name, const wick_sizes *x,
                                      const wick_sizes *weight, int64_t groups, int axes,
                                      int64_t takes);

/* Refuses a bias that is not one value for each of `channels`. */
wick_status wick__conv_check_bias(const char *name, const wick_tensor *bias, int64_t channels,
                                  const wick_sizes *weight);

#endif
