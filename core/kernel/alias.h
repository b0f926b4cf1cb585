/* Drawing from a few categories many times over, by Walker's alias method: a place is drawn evenly,
 * and holds one category up to its chance and another above. */
#ifndef WICK_KERNEL_ALIAS_H
#define WICK_KERNEL_ALIAS_H

#include "base/random.h"
#include "wick.h"

/* From n weights of a positive, finite sum: place i holds category i with chance[i], else
 * other[i] (from 1). `room` has n elements. */
void wick__alias_setup(int64_t n, const double *weight, double *chance, int64_t *other,
                       int64_t *room);

/* `samples` categories, counted from 1. */
void wick__alias_draw(wick__generator *generator, int64_t n, const double *chance,
                      const int64_t *other, int64_t samples, int64_t *category);

#endif
