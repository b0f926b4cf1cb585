/* Convolution of images (tensor/form.h): conv2d and its gradients where the blocked kernels serve
 * them. Arguments have been checked. */
#ifndef WICK_OP_CONV_IMAGES_H
#define WICK_OP_CONV_IMAGES_H

#include "op/conv_dims.h"

/* Whether a convolution of elements of that type should be one of images. */
bool wick__conv_takes_images(const wick__conv *c, wick_dtype dtype);

/* conv2d; pending. */
wick_status wick__conv_images(const wick__conv *c, wick_tensor *x, wick_tensor *weight,
                              wick_tensor *bias, wick_tensor **out);

/* conv2d_input, and with a bias for each channel of the image convTranspose2d; pending. */
wick_status wick__conv_images_input(const wick__conv *c, wick_tensor *g, wick_tensor *weight,
                                    wick_tensor *bias, wick_tensor **out);

/* conv2d_weight. */
wick_status wick__conv_images_weight(const wick__conv *c, wick_tensor *x, wick_tensor *g,
                                     wick_tensor **out);

#endif
