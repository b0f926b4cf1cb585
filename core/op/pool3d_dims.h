/* The dimensions of a pooling of volumes. Windows are boxes, so that what is wanted of them, the
 * largest or the mean, is that over the depth of what each frame has: both are poolings of images,
 * frame by frame and then with depth as height. */
#ifndef WICK_OP_POOL3D_DIMS_H
#define WICK_OP_POOL3D_DIMS_H

#include "op/volume.h"

#define POOL_WINDOW_3D SIZES("kernel"), TRIPLE_OR_NONE("stride"), TRIPLE_OR_NONE("pad")

/* The places of a pooling's options among its values, of images as of volumes; a mean has no
 * dilation. */
enum {
    WICK__POOL_KERNEL,
    WICK__POOL_STRIDE,
    WICK__POOL_PAD,
    WICK__MAX_DILATION,
    WICK__MAX_CEIL,
    WICK__MAX_INDICES,
    WICK__MEAN_CEIL = WICK__MAX_DILATION,
    WICK__MEAN_OPTIONS = WICK__MEAN_CEIL + 3
};

typedef struct wick__pool3d {
    wick__volume v;
    wick_sizes volume, output; /* as tensors have them: the batch may be missing */
} wick__pool3d;

/* From the volume's shape and the options in value[]; dilation may be NULL. */
wick_status wick__pool3d_read(const char *name, const wick_sizes *shape, const wick_value *value,
                              const wick_sizes *dilation, bool up, wick__pool3d *p);

/* What the first pooling works on, planes with frames of those sides, (N C) x T x H x W; and the
 * second, (N C) x depth x (oH oW). */
wick_sizes wick__pool3d_frames(const wick__volume *v, const int64_t sides[2]);
wick_sizes wick__pool3d_columns(const wick__volume *v, int64_t depth);

/* The options of one of the two poolings, for as long as this struct lives. */
typedef struct wick__pool3d_options {
    wick_sizes size[4];
    wick_value value[WICK_MAX_ARGS];
} wick__pool3d_options;

/* Fills in kernel, stride, pad and dilation. `columns`: of the second. */
void wick__pool3d_fill(const wick__volume *v, bool columns, wick__pool3d_options *o);

#endif
