/* The dimensions of a convolution of volumes: one struct, filled by one function, which also says
 * what does not fit. */
#ifndef WICK_OP_CONV3D_DIMS_H
#define WICK_OP_CONV3D_DIMS_H

#include "op/conv_dims.h"
#include "op/volume.h"

typedef struct wick__conv3d {
    wick__volume v;
    int64_t groups, out_channels;
    wick_sizes volume, weight, output; /* as tensors have them: the batch may be missing */
} wick__conv3d;

/* The shape of the frames that a convolution of volumes works on: conv3d_frames.h. */
wick_sizes wick__frames_shape(const wick__conv3d *c);

/* From the volume's shape, the weight's (outputs x inputs / groups x depth x height x width) and
 * the options in value[], which are those of a convolution of images. */
wick_status wick__conv3d_read(const char *name, const wick_sizes *volume, const wick_sizes *weight,
                              const wick_value *value, wick__conv3d *c);

/* Of a transposed convolution, which takes a convolution's output to its volume: weight is
 * inputs x outputs / groups x depth x height x width, and after the options stands how many places
 * the volume has beyond the least. */
wick_status wick__conv3d_read_transposed(const char *name, const wick_sizes *output,
                                         const wick_sizes *weight, const wick_value *value,
                                         wick__conv3d *c);

#endif
