/* Geometric transformations of dense planes: for every new pixel a position in the image, whose
 * value is found from the pixels around it. Index 0 of every pair is height, 1 is width; positions
 * count from 0 at the centre of the first pixel. Nothing here fails. */
#ifndef WICK_KERNEL_WARP_H
#define WICK_KERNEL_WARP_H

#include "wick.h"

/* What lies outside the image. */
typedef enum wick__edge {
    WICK__EDGE_NEAREST, /* the nearest pixel, wherever the position is */
    WICK__EDGE_VALUE,   /* `value` beyond the centres of the outermost pixels */
    WICK__EDGE_PIXELS,  /* the nearest pixel as far as pixels reach, half a step, then `value` */
    WICK__EDGE_CORNERS  /* positions count from a pixel's corner: the pixel they fall into, where
                         * there are no neighbours to go between; `value` beyond the last */
} wick__edge;

typedef struct wick__warp wick__warp;

/* Positions of pixels [begin, begin + n) of a row of the result. */
typedef void wick__positions(const wick__warp *warp, int64_t row, int64_t begin, int64_t n,
                             double *y, double *x);

struct wick__warp {
    wick_dtype dtype; /* WICK_UINT8, WICK_FLOAT32 or WICK_FLOAT64 */
    int64_t planes, in[2], out[2];
    const void *source; /* planes x in */
    void *target;       /* planes x out */
    wick_filter filter; /* not WICK_AREA; at corners nearest or bilinear */
    wick__edge edge;
    double value;
    wick__positions *positions;
    const void *from; /* what positions are computed from */
};

/* Positions on even lines: `from` is nine numbers, the rows of a matrix that takes (x, y, 1) of a
 * pixel's middle, in pixels from the upper left corner, to such a point of the image times the last
 * number; the last row is 0, 0, that number. Warps to the nearest pixels know them and are quick.
 */
wick__positions wick__affine_positions;

/* Makes a row of a warp by wick__affine_positions to the nearest pixels, of an edge of nearest
 * pixels or of pixels; `beyond` is the element for what lies outside. False, and nothing is made,
 * when positions are too far out for it. */
bool wick__warp_line(const wick__warp *warp, const void *beyond, int64_t row);

/* Bicubic sums take `value` for the pixels outside, Lanczos sums the nearest ones. */
void wick__warp_run(wick_context *context, const wick__warp *warp);

#endif
