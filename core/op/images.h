/* What operations that understand images (tensor/form.h) share: operands as images, results as
 * images, and element-wise work on them. Functions of a scope do nothing after its first failure.
 * Everything here is float32. */
#ifndef WICK_OP_IMAGES_H
#define WICK_OP_IMAGES_H

#include "graph/rule.h"
#include "kernel/line.h"
#include "tensor/form.h"

/* t, of three or four dimensions, as images: itself, or a blocked copy that the scope keeps. */
wick_tensor *wick__as_images(wick__scope *s, wick_tensor *t);

/* The same, and its bytes. */
wick__blocked wick__read_images(wick__scope *s, wick_tensor *t);

/* Makes *out as images, N x C x H x W, or C x H x W with ndim 3. Not cleared. */
wick__blocked wick__make_images(wick__scope *s, int ndim, const wick__image_size *size,
                                wick_tensor **out);

/* A vector of `channels` floats with zeros up to the last lane; NULL gives NULL. */
wick_tensor *wick__lanes_of(wick__scope *s, wick_tensor *vector);

/* sums[channel] = all of a channel added up. Fails with WICK_ENOMEM. */
wick_status wick__images_sums(wick_context *context, const wick__image_size *size,
                              wick__blocked images, float *sums);

/* Moments (kernel/blocked.h) of every plane: how many floats. */
static inline int64_t wick__moments_count(const wick__image_size *size)
{
    return size->batch * wick__blocks(size->channels) * WICK__MOMENTS;
}

/* A line over images of one size, element by element. *served is false where it cannot be: inputs
 * that are no images, or a destination that is neither new nor the first input. */
wick_status wick__images_elementwise(wick__line *line, const wick_call *call, wick_tensor **out,
                                     bool *served);

/* x + z and g where y > 0, else 0, as tails of pending images; *done says whether it could be. */
wick_status wick__images_add(wick_tensor *x, wick_tensor *z, wick_tensor **out, bool *done);
wick_status wick__images_mask(wick_tensor *g, wick_tensor *y, wick_tensor **out, bool *done);

#endif
