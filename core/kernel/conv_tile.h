/* The inner loops of direct convolution, compiled for every instruction set. A plane is an image
 * channel copied out with its padding, so that the output pixels of one tap lie at one offset from
 * it; positions count through rows of `pitch` elements, and what lies between rows is dropped. */
#ifndef WICK_KERNEL_CONV_TILE_H
#define WICK_KERNEL_CONV_TILE_H

#include "wick.h"

enum {
    WICK__OUTS = 6,  /* the most output channels a tile takes */
    WICK__SLACK = 64 /* elements that may be read after the last position of a plane */
};

/* y[o][row][column] = sum over channels c and taps t of
 *   w[o w_out + c w_channel + w_offset[t]] x[c plane + x_offset[t] + row pitch + column] */
typedef struct wick__sweep {
    int64_t rows, columns, pitch;
    int64_t channels, plane;
    int64_t taps;
    const int64_t *x_offset, *w_offset;
    int64_t w_out, w_channel;
    int64_t y_out, y_row, y_column; /* elements from one channel, row, column to the next */
} wick__sweep;

/* gw[o][k] += sum over images and positions of gy[image][o] x[image][channel(k)] at the offset of
 * tap(k), where k counts channels times taps; gy is 0 between rows. */
typedef struct wick__weight_tile {
    int64_t images, x_image, gy_image;
    int64_t gy_plane; /* a multiple of WICK__SLACK */
    int64_t x_plane, taps;
    const int64_t *x_offset;
    int64_t w_out;
} wick__weight_tile;

/* The loops of one floating type for one instruction set. */
typedef struct wick__conv_tiles {
    /* Rows [begin, end) of `outs` output channels; x, w, bias (or NULL) and y are those of the
     * first channel and row 0. */
    void (*sweep)(const wick__sweep *s, int64_t begin, int64_t end, int outs, const void *x,
                  const void *w, const void *bias, void *y);
    /* Adds to columns [begin, end) of `outs` rows of a weight gradient; gw is its first row,
     * column 0. */
    void (*weight)(const wick__weight_tile *g, int64_t begin, int64_t end, int outs, const void *x,
                   const void *gy, void *gw);
} wick__conv_tiles;

/* For float, then double. */
extern const wick__conv_tiles wick__conv_tiles_plain[2];
extern const wick__conv_tiles wick__conv_tiles_avx2[2];
extern const wick__conv_tiles wick__conv_tiles_avx512[2];

/* Those of this processor. */
const wick__conv_tiles *wick__conv_tiles_for(wick_dtype dtype);

#endif
