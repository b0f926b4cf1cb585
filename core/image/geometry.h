/* What the transformations of images share: images as dense planes, and new ones. */
#ifndef WICK_IMAGE_GEOMETRY_H
#define WICK_IMAGE_GEOMETRY_H

#include "tensor/tensor.h"

/* An image's pixels, row-major. */
typedef struct wick__image {
    const char *what; /* the function, for messages */
    wick_tensor *dense;
    const void *data;
    wick_dtype dtype;
    int ndim;
    int64_t planes, height, width;
} wick__image;

/* Takes height x width or planes x height x width of uint8, float32 or float64 with at least one
 * pixel. WICK_ESHAPE or WICK_EDTYPE for others, WICK_EGRAD for recorded ones while recording is on.
 */
wick_status wick__image_open(const char *what, wick_tensor *image, wick__image *opened);
void wick__image_close(wick__image *image);

/* A new image of as many dimensions, planes x height x width, and its memory. */
wick_status wick__image_new(const wick__image *like, int64_t planes, int64_t height, int64_t width,
                            wick_tensor **image, void **data);
/* Fails with WICK_EVALUE when it is none of the filters. */
wick_status wick__image_check_filter(const char *what, wick_filter filter);
/* Fails with WICK_EVALUE unless both are at least 1. */
wick_status wick__image_check_size(const char *what, int64_t height, int64_t width);

#endif
