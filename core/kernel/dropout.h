/* Dropout: which elements stay is a function of a key and the element's number, so that nothing but
 * the key needs to be kept, and results do not depend on the number of threads. */
#ifndef WICK_KERNEL_DROPOUT_H
#define WICK_KERNEL_DROPOUT_H

#include "wick.h"

typedef struct wick__dropout {
    uint64_t key;
    double p;      /* the probability with which a group is dropped, in [0, 1) */
    double scale;  /* what the others are multiplied with */
    int64_t group; /* neighbouring elements that stay or go together */
} wick__dropout;

/* y = x scale where it stays, else 0: `groups` groups of dense elements. `dtype` is WICK_FLOAT32 or
 * WICK_FLOAT64; y may be x. Never fails. */
void wick__dropout_run(wick_context *context, wick_dtype dtype, const wick__dropout *d,
                       int64_t groups, const void *x, void *y);

#endif
