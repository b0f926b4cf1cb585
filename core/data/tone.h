/* Adjusting the colours of a sample's image. Curves and amounts are of samples from 0 to 1; bytes
 * stay bytes, rounded. Results are kept within 0 to 1. */
#ifndef WICK_DATA_TONE_H
#define WICK_DATA_TONE_H

#include "data/planes.h"
#include "data/stage.h"

/* What becomes of x in a channel. */
typedef double wick__curve(const void *how, int64_t channel, double x);
/* Applies the curve to plane c. */
void wick__planes_bend(const wick__planes *planes, int64_t c, wick__curve *curve, const void *how);
/* Applies it to every plane of the image. */
wick_status wick__sample_curve(wick__sample *sample, wick__curve *curve, const void *how);

/* Mixtures of the image with black, with its mean luminance, and with its own luminance; a factor
 * of 1 leaves it, 0 takes the other, more than 1 goes away from it. Grey images have no saturation.
 */
wick_status wick__adjust_brightness(wick__sample *sample, double factor);
wick_status wick__adjust_contrast(wick__sample *sample, double factor);
wick_status wick__adjust_saturation(wick__sample *sample, double factor);
/* Turns hues by so much of the circle. */
wick_status wick__adjust_hue(wick__sample *sample, double turn);

/* The image's luminance, in as many planes as asked for. */
wick_status wick__sample_grey(wick__sample *sample, int64_t planes);

#endif
