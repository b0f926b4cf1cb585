/* Batch normalisation of images (tensor/form.h), N x C x H x W. Vectors have an element a channel;
 * functions of a scope do nothing after its first failure. */
#ifndef WICK_OP_NORM_IMAGES_H
#define WICK_OP_NORM_IMAGES_H

#include "op/images.h"

/* Mean and biased variance of every channel of x, gathered while x is computed if it is pending. */
void wick__images_statistics(wick__scope *s, wick_tensor *x, float *mean, float *variance);

/* *out = (x - mean) / sqrt(variance + eps) weight + bias, pending; weight and bias may be NULL.
 * With `onto` it may become part of x's own tail, which then is not computed by itself. */
void wick__images_normalise(wick__scope *s, wick_tensor *x, bool onto, double eps,
                            const float *mean, const float *variance, const float *weight,
                            const float *bias, wick_tensor **out);

/* The gradients for a gradient g of the result: of x, if *gx is asked for, as images; of weight and
 * bias, where there is room for them. A relu that g is still to pass is done on the way. */
void wick__images_norm_gradient(wick__scope *s, wick_tensor *g, wick_tensor *x, bool training,
                                double eps, const float *mean, const float *variance,
                                const float *weight, wick_tensor **gx, float *gweight,
                                float *gbias);

#endif
