/* Moving the pixels of a sample: its image, and along with it its mask, from the nearest pixels,
 * and its boxes, whose corners go where they are taken and stay within the image. A box that has
 * left the image has no area. */
#ifndef WICK_DATA_GEOMETRY_H
#define WICK_DATA_GEOMETRY_H

#include "data/stage.h"

/* Height and width of a sample's image. */
int64_t wick__sample_height(const wick__sample *sample);
int64_t wick__sample_width(const wick__sample *sample);

/* Left becomes right. */
wick_status wick__sample_mirror(wick__sample *sample);
/* Top becomes bottom. */
wick_status wick__sample_turn_over(wick__sample *sample);
wick_status wick__sample_resize(wick__sample *sample, int64_t height, int64_t width,
                                wick_filter filter, bool antialias);

/* A new tensor like t of another height and width, and its memory. */
wick_status wick__new_like(const wick_tensor *t, int64_t height, int64_t width, wick_tensor **made,
                           void **data);

/* Takes a point, in pixels from the upper left corner, to its new place. */
typedef void wick__move(const void *how, double *x, double *y);
/* Moves the boxes of a sample whose image has its new size already. */
wick_status wick__sample_move_boxes(wick__sample *sample, wick__move *move, const void *how);

/* Makes a new image of an image, of the same type: what wick__sample_map_mask calls. */
typedef wick_status wick__remap(const void *how, wick_tensor *image, wick_tensor **made);
/* Applies `remap` to the mask, if there is one, in a type that images have. */
wick_status wick__sample_map_mask(wick__sample *sample, wick__remap *remap, const void *how);

#endif
