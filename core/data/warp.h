/* Warping samples: by matrices of homogeneous coordinates, and by fields of displacements. Points
 * are (x, y) in pixels from the upper left corner of the image. */
#ifndef WICK_DATA_WARP_H
#define WICK_DATA_WARP_H

#include "data/geometry.h"
#include "kernel/warp.h"

/* Row by row: (x, y, 1) goes to (X / W, Y / W), where (X, Y, W) is the product. */
typedef struct wick__matrix {
    double at[9];
} wick__matrix;

/* First b, then a. */
wick__matrix wick__matrix_product(const wick__matrix *a, const wick__matrix *b);
/* Up to a factor, which does not matter; false when there is none. */
bool wick__matrix_inverse(const wick__matrix *m, wick__matrix *inverse);
/* Takes the corners of a width x height rectangle (upper left, upper right, lower right, lower
 * left) to four points, x before y; false when they are on a line. */
bool wick__matrix_to_corners(double width, double height, const double *corner, wick__matrix *m);

/* How pixels are found, and what lies outside. */
typedef struct wick__warping {
    wick_filter filter;            /* of the image: nearest or bilinear; masks are nearest */
    bool edge;                     /* outside is the nearest pixel, not `fill` */
    const wick__stage_value *fill; /* a number or one a channel; of masks 0 */
} wick__warping;

/* What a stage says with WARPING (describe.h), argument `index` being the first of the three. Fails
 * when there is not a fill for every channel. */
wick_status wick__warping_of(const wick__stage *stage, int index, const wick__sample *sample,
                             wick__warping *warping);

/* Moves the pixels of a sample by the matrix, into an image of height x width. WICK_EVALUE when the
 * matrix has no inverse. */
wick_status wick__sample_project(wick__sample *sample, const wick__matrix *forward, int64_t height,
                                 int64_t width, const wick__warping *warping);

/* Finds pixel (x, y) at (x + across, y + down); a number a pixel, row by row. Boxes go the opposite
 * way, as far as their corners say. */
wick_status wick__sample_displace(wick__sample *sample, const float *across, const float *down,
                                  const wick__warping *warping);

#endif
