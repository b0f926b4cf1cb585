/* The geometry of direct convolution. Forward convolution of any stride, and the gradient of the
 * input at every stride-th row and column of it, are both correlations of stride 1: a source
 * position is reached from an output position by adding a tap's shift, once the source is taken
 * apart into its phases, the positions of equal remainder by the stride. */
#ifndef WICK_KERNEL_BLOCKED_DIRECT_PLAN_H
#define WICK_KERNEL_BLOCKED_DIRECT_PLAN_H

#include "kernel/blocked_conv.h"
#include "kernel/blocked_direct_tile.h"

enum { WICK__KERNEL_MOST = 16 }; /* rows or columns of a kernel that is served */

/* Rows, or columns. Position m of phase f is at origin + m stride + at[f] of the source. */
typedef struct wick__axis {
    int64_t size;        /* of the source */
    int64_t outs;        /* positions to compute, */
    int64_t first, step; /* the i-th of which is first + i step of the destination */
    int64_t origin, stride;
    int64_t reach; /* the largest shift */
    int taps, phases;
    int kernel[WICK__KERNEL_MOST]; /* which row or column of the kernel a tap is, */
    int phase[WICK__KERNEL_MOST];  /* the phase it reads, */
    int64_t shift[WICK__KERNEL_MOST], at[WICK__KERNEL_MOST];
} wick__axis;

/* How the outputs are computed: in chunks of some rows and columns, whose part of the source is
 * copied out, phase by phase and with its padding, unless it can be read where it is. Copied,
 * position 0 is that of the chunk; x_... count floats. */
typedef struct wick__tile_plan {
    wick__axis axis[2];
    bool copies;
    int64_t lanes;               /* floats of a source position: 16, or 1 */
    int64_t chunk[2], chunks[2]; /* positions of a chunk; how many chunks */
    int64_t x_phase[2], x_position[2], x_block;
    int taps;
    int64_t x_tap[WICK__KERNEL_MOST * WICK__KERNEL_MOST];
    int64_t w_tap[WICK__KERNEL_MOST * WICK__KERNEL_MOST];
} wick__tile_plan;

/* d, or, where a 1 x 1 kernel takes every pixel, the same with one row of all pixels. */
wick__conv_dims wick__tile_plan_dims(const wick__conv_dims *d);

/* The plan of y = x * w; `channels` of a source position are read together. */
wick__tile_plan wick__tile_plan_forward(const wick__conv_dims *d, int64_t channels, int64_t lanes);

/* That of the input's gradient at rows residue[0] + i stride[0] and columns alike. */
wick__tile_plan wick__tile_plan_backward(const wick__conv_dims *d, int64_t channels,
                                         const int64_t residue[2]);

/* What copies dense planes with their padding, unsorted by phase, for the gradient of the weight:
 * `rows` rows of outputs at a time. It has no taps, and its positions are the source's: output i
 * stands at i times the stride. */
wick__tile_plan wick__tile_plan_padded(const wick__conv_dims *d, int64_t rows);

/* How many chunks there are. */
static inline int64_t wick__tile_plan_parts(const wick__tile_plan *p)
{
    return p->chunks[0] * p->chunks[1];
}

/* Floats of a copy of `blocks` blocks of a chunk's source. */
int64_t wick__tile_plan_copy_floats(const wick__tile_plan *p, int64_t blocks);

/* Copies the source of the chunk that begins at output begin[] and ends before end[]; x is block 0
 * of the source. */
void wick__tile_plan_copy(const wick__tile_plan *p, const int64_t begin[2], const int64_t end[2],
                          int64_t blocks, const float *x, float *copy);

/* Which taps, [*begin, *end), of an axis fall into the source for output i. */
void wick__axis_taps(const wick__axis *a, int64_t i, int *begin, int *end);

#endif
