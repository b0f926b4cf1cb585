/* The inner loops of Winograd convolution, compiled for every instruction set. F is the transform
 * of a square of numbers into (m + 2)^2 positions, where m is 2 or 4. The transforms of one channel
 * block of many tiles lie in planes, one a position: number 16 t + lane of the plane at p * pitch
 * is position p of tile t. Odd pitches (in cache lines) keep the planes out of each other's cache
 * sets. */
#ifndef WICK_KERNEL_WINOGRAD_LOOPS_H
#define WICK_KERNEL_WINOGRAD_LOOPS_H

#include "kernel/blocked.h"

/* One channel block of images, covered by tiles: tile (i, j) begins at pixel (i m + top, j m +
 * left), which may lie outside. Tiles are counted through columns, rows and images. */
typedef struct wick__tiling {
    wick__blocked images;
    int64_t height, width; /* of an image */
    int64_t top, left;
    int64_t rows, columns; /* of tiles in an image */
} wick__tiling;

/* How many values of each channel, the distance of their mean from one of them, the pivot, and the
 * sum of squared deviations from it. Small numbers, if all lie around a large one. */
typedef struct wick__partial_moments {
    float pivot[WICK__LANES], mean[WICK__LANES], deviation[WICK__LANES];
    float count;
    float unused[WICK__LANES - 1];
} wick__partial_moments;

/* A wick__tail for one channel block. */
typedef struct wick__winograd_tail {
    const float *scale, *shift; /* NULL: 1 and 0 */
    wick__blocked residual, mask;
    bool relu;
    int lanes;                      /* that are channels: the others are stored as 0 */
    wick__partial_moments *moments; /* NULL, or those of the first tile's image */
    int64_t next;                   /* records from one image's to the next one's */
} wick__winograd_tail;

/* y[o] (+)= the product of x and w[o], for 16-column blocks o: element (row, 16 o + lane) is the
 * sum over blocks b and steps s of x[b x_block + row x_row + s x_step] w[o w_out + b w_block +
 * 16 s + lane]. */
typedef struct wick__winograd_product {
    int64_t outs, rows, blocks, steps;
    bool add; /* to what stands in y; `accumulate` alone looks at it */
    const float *x, *w;
    float *y;
    int64_t x_block, w_block, w_out, y_out;
} wick__winograd_product;

typedef struct wick__winograd_loops {
    /* v = the transforms of the (m + 2) x (m + 2) pixels from the beginning of tiles [begin, end)
     * on; pixels outside the image are zeros. */
    void (*input)(const wick__tiling *x, int64_t begin, int64_t end, int64_t pitch, float *v);
    /* The m x m pixels of tiles [begin, end) of the images = tail(the transforms back of v). */
    void (*output)(const wick__tiling *y, int64_t begin, int64_t end, int64_t pitch, const float *v,
                   const wick__winograd_tail *tail);
    /* v = the transposed output transforms of the m x m pixels of tiles [begin, end). */
    void (*gradient)(const wick__tiling *gy, int64_t begin, int64_t end, int64_t pitch, float *v);
    /* u = the transform of w, 9 taps x 16 lanes, written past the caches or not; who does that
     * fences afterwards. And the transposed transform: gw from the sum of `parts` gradients of u,
     * `part` numbers apart. */
    void (*weight)(const float *w, bool past, int64_t pitch, float *u);
    void (*weight_gradient)(const float *u, int64_t parts, int64_t part, int64_t pitch, float *gw);
    /* One position's products. `multiply`: rows are tiles (x_row 16), steps input channels (x_step
     * 1, 16 steps), y is written. `accumulate`: rows are the 16 input channels of a block (x_row
     * 1), steps tiles (x_step 16, 1 block). Rows of y are 16 numbers apart. */
    void (*multiply)(const wick__winograd_product *p);
    void (*accumulate)(const wick__winograd_product *p);
} wick__winograd_loops;

/* For m = 2, then 4. */
extern const wick__winograd_loops wick__winograd_loops_plain[2];
extern const wick__winograd_loops wick__winograd_loops_avx2[2];
extern const wick__winograd_loops wick__winograd_loops_avx512[2];

/* Those of this processor. */
const wick__winograd_loops *wick__winograd_loops_for(int tile);

#endif
