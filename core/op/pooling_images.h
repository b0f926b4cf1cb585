/* Pooling of images (tensor/form.h). Arguments have been checked. */
#ifndef WICK_OP_POOLING_IMAGES_H
#define WICK_OP_POOLING_IMAGES_H

#include "op/images.h"
#include "op/pool_dims.h"

enum { WICK__POOL_OPTIONS = 5 }; /* of maxima: kernel, stride, pad, dilation, ceil */

/* The largest of every window, and in out[1] an index that only the operations of this family
 * read. */
wick_status wick__max_pool_images(wick_tensor *x, const wick__pool *p, wick_tensor **out);

/* The mean of every window, or with `back` the gradient that arrives at means, back to images. */
wick_status wick__average_pool_images(wick_tensor *x, const wick__pool *p,
                                      wick__pool_divisor divisor, bool back, wick_tensor **out);

/* The same where one window is the whole plane. */
wick_status wick__plane_means_images(wick_tensor *x, const wick__pool *p, bool back,
                                     wick_tensor **out);

#endif
