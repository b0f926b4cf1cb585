/* Loops of loss functions over dense values, in one pass each. Sums are added up in double, cut by
 * size alone, so results never depend on the number of threads. `dtype` is WICK_FLOAT32 or
 * WICK_FLOAT64. Nothing here fails. */
#ifndef WICK_KERNEL_LOSS_H
#define WICK_KERNEL_LOSS_H

#include "wick.h"

/* Losses of a difference d = x - t, element by element. */
typedef enum wick__distance {
    WICK__SQUARED,  /* d d */
    WICK__ABSOLUTE, /* |d|; its slope at 0 is 1 */
    WICK__HUBER     /* d d / 2 where |d| < 1, else |d| - 1/2 */
} wick__distance;

/* The sum of n losses. */
double wick__distance_sum(wick_context *context, wick_dtype dtype, wick__distance kind, int64_t n,
                          const void *x, const void *t);
/* y = the loss of each element. */
void wick__distance_each(wick_context *context, wick_dtype dtype, wick__distance kind, int64_t n,
                         const void *x, const void *t, void *y);
/* gx = factor g slope(x - t); one_g: g is a single element. */
void wick__distance_slope(wick_context *context, wick_dtype dtype, wick__distance kind, int64_t n,
                          const void *x, const void *t, const void *g, bool one_g, double factor,
                          void *gx);

/* Class scores: samples x classes x inner values, where the inner ones of a sample have a target
 * each. index[sample * inner + i] counts from 0; -1 stands for a target that is ignored. */
typedef struct wick__scores {
    int64_t samples, classes, inner;
    const int64_t *index;
    const double *factor; /* one a target */
} wick__scores;

/* From class numbers that count from 1 to indices; targets equal to `ignored` give -1. Returns the
 * first target that is not a class, or -1. */
int64_t wick__class_indices(int64_t n, const double *target, int64_t classes, double ignored,
                            int64_t *index);

/* The sum of factor x over the targets' scores. */
double wick__pick_sum(wick_context *context, wick_dtype dtype, const wick__scores *scores,
                      const void *x);
/* y = factor x for each target, 0 for ignored ones. */
void wick__pick_each(wick_context *context, wick_dtype dtype, const wick__scores *scores,
                     const void *x, void *y);
/* The other way: gx, written whole, is 0 but for factor g at the targets' scores. */
void wick__pick_spread(wick_context *context, wick_dtype dtype, const wick__scores *scores,
                       const void *g, bool one_g, void *gx);

#endif
