/* The inner loops of direct convolution in the channel-blocked layout, compiled for every
 * instruction set. A line is the 16 channels of one pixel of a block. A tile is the sums of some
 * output blocks at some pixels, held in registers. */
#ifndef WICK_KERNEL_BLOCKED_DIRECT_TILE_H
#define WICK_KERNEL_BLOCKED_DIRECT_TILE_H

#include "kernel/blocked.h"

enum {
    WICK__TILE_OUTS = 4,   /* the most output blocks of a tile */
    WICK__TILE_PIXELS = 28 /* the most pixels, or lanes of the other factor */
};

/* Whether the last block of that many channels is narrow: half of its lanes hold them all. */
static inline bool wick__last_is_narrow(int64_t channels)
{
    int64_t last = channels % WICK__LANES;
    return last > 0 && last <= WICK__LANES / 2;
}

/* What the sums of a tile run over: taps of every block of input channels. `lanes` is 16, or 1
 * where a block is a dense plane. */
typedef struct wick__tile_source {
    int64_t channels, lanes;
    int64_t x_block, w_block; /* floats from one block of input channels to the next */
    int64_t w_out;            /* floats from one output block to the next */
    const int64_t *x_tap, *w_tap;
} wick__tile_source;

/* out[o][u][16] = the sum over taps [begin, end) and channels c of w[o][c][16] times channel c of
 * the u-th pixel after x; pixels follow each other by `lanes` floats. For depthwise convolution,
 * which has one output block and no sum over channels, of w[16] times the line. */
typedef void wick__sum_tile(const wick__tile_source *source, const float *x, const float *w,
                            int begin, int end, float *out, int64_t out_block, int64_t out_step);

/* The pixels that a product runs over: some rows of some images. */
typedef struct wick__tile_pixels {
    int64_t images, rows, columns;
    int64_t x_image, x_row, x_step; /* floats from one to the next */
    int64_t gy_image, gy_row, gy_block;
    int64_t g_block;
} wick__tile_pixels;

/* g[o][u][16] += the sum over pixels of gy[o][16] times x[u]. For depthwise convolution, g[16] +=
 * that of gy[16] times x[16]. */
typedef void wick__product_tile(const wick__tile_pixels *p, const float *x, const float *gy,
                                float *g);

/* The tail of a convolution at one place of its output; see wick__tail. */
typedef struct wick__tile_tail {
    const float *scale, *shift;   /* of the first block, or NULL */
    const float *residual, *mask; /* at the first pixel, or NULL */
    bool relu;
} wick__tile_tail;

/* The loops for one instruction set. Tiles are indexed by whether their last output block is narrow
 * (wick__last_is_narrow), output blocks and pixels; NULL: none. */
typedef struct wick__tiles {
    int most[WICK__TILE_OUTS + 1]; /* pixels of a tile of so many output blocks; 0: none */
    wick__sum_tile *sum[2][WICK__TILE_OUTS + 1][WICK__TILE_PIXELS + 1];
    wick__sum_tile *sum_planes[2][WICK__TILE_OUTS + 1][WICK__TILE_PIXELS + 1];
    wick__sum_tile *sum_depthwise[WICK__TILE_PIXELS + 1];
    wick__product_tile *product[2][WICK__TILE_OUTS + 1][WICK__TILE_PIXELS + 1];
    wick__product_tile *product_depthwise;
    /* y = tail(sums) at `pixels` pixels of `outs` blocks, `step` and `block` floats apart; sums are
     * outs x pixels x 16. */
    void (*finish)(const wick__tile_tail *tail, const float *sums, int outs, int pixels, float *y,
                   int64_t block, int64_t step);
    /* The moments of a block's rows x columns pixels (WICK__MOMENTS floats). */
    void (*moments)(const float *y, int64_t rows, int64_t row, int64_t columns, int64_t step,
                    float *moments);
} wick__tiles;

extern const wick__tiles wick__tiles_plain;
extern const wick__tiles wick__tiles_avx2;
extern const wick__tiles wick__tiles_avx512;

/* Those of this processor. */
const wick__tiles *wick__tiles_here(void);

/* How many output blocks a tile over `pixels` pixels best takes, of `outs` that are left. `weight`:
 * how much dearer it is to load a line of output channels than a pixel. */
int wick__tile_outs(const wick__tiles *tiles, int64_t outs, int64_t pixels, int weight);

#endif
