/* Image channels copied out with their padding into scratch planes, for direct convolution. With a
 * stride, a plane falls into phases, one for each remainder that a tap meets, so that the pixels of
 * every tap lie side by side. */
#ifndef WICK_KERNEL_CONV_PLANES_H
#define WICK_KERNEL_CONV_PLANES_H

#include "kernel/conv.h"

/* One axis of a plane: element i of phase q is source element
 * i stride + (q dilation) mod stride - pad, or 0 outside the source. */
typedef struct wick__plane_axis {
    int64_t in, stride, dilation, pad;
    int64_t phases; /* remainders met by taps */
    int64_t size;   /* elements of a phase */
} wick__plane_axis;

typedef struct wick__planes {
    wick__plane_axis axis[2];
    int64_t channels; /* of an image, all groups */
    int64_t plane;    /* elements from one channel to the next; fewer than all rows cut the last */
    void *data;
    size_t bytes;
} wick__planes;

/* The phases that `kernel` taps of this stride and dilation meet; tap i meets phase i mod phases.
 */
int64_t wick__plane_phases(int64_t kernel, int64_t stride, int64_t dilation);

/* The planes that a forward convolution reads its input from; no memory yet. */
wick__planes wick__input_planes(const wick__conv_dims *d);

/* Where tap (row, column) of the kernel begins in a plane of wick__input_planes. */
int64_t wick__input_tap(const wick__planes *p, int64_t row, int64_t column);

/* How many images to lay out at once: about as many as a cache holds, at least one. */
int64_t wick__planes_images(const wick__planes *p, wick_dtype dtype, int64_t batch);

/* Memory for `images` images and the slack after them, which is cleared. Fails with WICK_ENOMEM. */
wick_status wick__conv_planes_open(wick_context *context, wick_dtype dtype, int64_t images,
                                   wick__planes *p);
void wick__conv_planes_close(wick_context *context, wick__planes *p);

/* Lays out `images` images from `source` on. */
void wick__planes_fill(wick_context *context, wick_dtype dtype, int64_t images, const void *source,
                       wick__planes *p);

#endif
