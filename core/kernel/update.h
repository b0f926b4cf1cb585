/* The steps of optimisers, one pass over memory each. Elements are float32 or float64 side by side;
 * arithmetic is in their type. */
#ifndef WICK_KERNEL_UPDATE_H
#define WICK_KERNEL_UPDATE_H

#include "wick.h"

/* d = g + decay x;  v = momentum v + (1 - dampening) d;
 * x -= rate (nesterov ? d + momentum v : v) */
void wick__sgd_update(wick_context *context, wick_dtype dtype, int64_t n, const wick_sgd *o,
                      void *x, const void *g, void *v);

/* d = g + decay x;  m = beta1 m + (1 - beta1) d;  v = beta2 v + (1 - beta2) d d;
 * x -= rate m / (sqrt(v) + epsilon) */
void wick__adam_update(wick_context *context, wick_dtype dtype, int64_t n, const wick_adam *o,
                       void *x, const void *g, void *m, void *v);

#endif
