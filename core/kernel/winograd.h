/* What the parts of Winograd convolution share: the geometry of a convolution in one direction, cut
 * into tiles. A group of channels is convolved by itself, all other counts are a group's. */
#ifndef WICK_KERNEL_WINOGRAD_H
#define WICK_KERNEL_WINOGRAD_H

#include "kernel/blocked_paths.h"
#include "kernel/winograd_loops.h"

/* Tiles are transformed in spans: of these many, counted from the first on. */
enum { WICK__SPAN = 14 };

typedef struct wick__winograd {
    const wick__winograd_loops *loops;
    int tile, positions; /* m and (m + 2)^2 */
    int64_t groups, batch;
    int64_t from_channels, to_channels;
    int64_t from_blocks, to_blocks;
    wick__tiling from, to; /* without images */
    int64_t tiles;
} wick__winograd;

/* The correlation that computes this direction: from inputs to outputs, or from the gradient of the
 * outputs, with transposed and turned weights, to that of the inputs. */
wick__winograd wick__winograd_of(const wick__conv_dims *d, int tile, wick__direction direction);

/* How many of `items` a part takes where each is `work` vector operations: enough for some ten
 * microseconds. */
static inline int64_t wick__winograd_grain(int64_t items, int64_t work)
{
    int64_t parts = items * work / (1 << 13);
    return parts > 1 ? (items + parts - 1) / parts : items;
}

/* The transform of a span of `tiles` tiles or one of WICK__SPAN, in vector operations. */
static inline int64_t wick__winograd_span_work(const wick__winograd *g, int64_t tiles)
{
    return (tiles < WICK__SPAN ? tiles : WICK__SPAN) * g->positions * 7;
}

/* The distance of planes of so many floats: an odd number of cache lines. */
static inline int64_t wick__winograd_pitch(int64_t floats)
{
    return floats / WICK__LANES % 2 ? floats : floats + WICK__LANES;
}

/* The distance of a position's transformed weights from the next one's: to_blocks x from_blocks x
 * 16 x 16 numbers, the last 16 being channels of the outputs. */
static inline int64_t wick__winograd_weight_pitch(const wick__winograd *g)
{
    return wick__winograd_pitch(g->to_blocks * g->from_blocks * WICK__LANES * WICK__LANES);
}

/* Channel block `block` of images. */
static inline wick__tiling wick__winograd_block(wick__tiling tiling, wick__blocked images,
                                                int64_t block)
{
    tiling.images = images;
    tiling.images.data += block * tiling.height * tiling.width * WICK__LANES;
    return tiling;
}

#endif
