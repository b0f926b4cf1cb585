/* Volumes as frames: a convolution of volumes is one of images that have, for each depth of the
 * kernel, the channels of the frame it meets there. Frames are (N oT) x (C kT) x H x W, and the
 * weight, O x C / groups x kT x kH x kW, is theirs as it lies. Functions of a scope do nothing
 * after its first failure; tensors are lent. */
#ifndef WICK_OP_CONV3D_FRAMES_H
#define WICK_OP_CONV3D_FRAMES_H

#include "op/conv3d_dims.h"

/* What stands in the volumes x, or zeros where the kernel reaches into the padding. */
wick_tensor *wick__frames_of(wick__scope *s, const wick__conv3d *c, wick_tensor *x);

/* Adds frames to the volumes they came from, which are row-major. */
void wick__add_frames(wick__scope *s, const wick__conv3d *c, wick_tensor *frames,
                      wick_tensor *volumes);

/* The output, N x O x oT x oH x oW, as images (N oT) x O x oH x oW, and the other way round:
 * *output is new. */
wick_tensor *wick__output_images(wick__scope *s, const wick__conv3d *c, wick_tensor *output);
void wick__output_of(wick__scope *s, const wick__conv3d *c, wick_tensor *images,
                     wick_tensor **output);

/* One of the operations of images on two tensors and a bias, which may be NULL; `size`: its
 * result's. */
wick_tensor *wick__run_frames(wick__scope *s, const wick_op *op, const wick__conv3d *c,
                              wick_tensor *a, wick_tensor *b, wick_tensor *bias,
                              const wick_sizes *size);

/* The shape of the weight for frames. */
wick_sizes wick__frames_weight(const wick__conv3d *c);

#endif
