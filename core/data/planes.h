/* The pixels of a sample's image and of the one that replaces it, as dense planes: what stages that
 * leave pixels where they are work on. */
#ifndef WICK_DATA_PLANES_H
#define WICK_DATA_PLANES_H

#include "data/sample.h"
#include "tensor/tensor.h"

typedef struct wick__planes {
    wick_tensor *from, *made;             /* owned */
    wick_dtype dtype;                     /* of x */
    int64_t planes, height, width, plane; /* plane: height x width */
    const void *x;
    void *y; /* as many planes, of the type asked for */
} wick__planes;

/* Opens the image and makes memory for another of `dtype`. On failure everything is zero. */
wick_status wick__planes_open(wick_tensor *image, wick_dtype dtype, wick__planes *planes);
/* The same with another number of planes in the new one. */
wick_status wick__planes_open_as(wick_tensor *image, wick_dtype dtype, int64_t planes_made,
                                 wick__planes *planes);
/* Makes the new image the sample's when the status is good, and releases what is left. Returns
 * `status`. */
wick_status wick__planes_close(wick__planes *planes, wick_status status, wick__sample *sample);

#endif
