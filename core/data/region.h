/* Rectangles of a sample's pixels: their sizes as stages take them, parts that are drawn, and
 * cutting, which takes mask and boxes along (geometry.h). */
#ifndef WICK_DATA_REGION_H
#define WICK_DATA_REGION_H

#include "data/stage.h"
#include "kernel/cut.h"

/* A rectangle of pixels, which may reach beyond the image. */
typedef struct wick__region {
    int64_t top, left, height, width;
} wick__region;

/* A check: value 0 is {height, width}, or one number for both. */
wick_status wick__check_size(const wick__stage *stage);
/* A region of such a size. */
wick__region wick__region_of_size(const wick__stage_value *size);
/* Draws a part of height x width pixels: its share of the area is between the numbers of `scale`,
 * its width to its height between those of `ratio`, and it is put anywhere. False when ten that
 * were drawn did not fit. */
bool wick__draw_part(wick__stream *stream, const double *scale, const double *ratio, int64_t height,
                     int64_t width, wick__region *part);

/* Cuts the region out. Inside the image nothing is copied: the result is a view. Outside is what
 * `padding` says, of the image `fill` (a number or one a channel), of the mask 0. */
wick_status wick__sample_cut(wick__sample *sample, const wick__region *region,
                             wick__padding padding, const wick__stage_value *fill);

#endif
