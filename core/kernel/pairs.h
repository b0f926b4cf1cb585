/* What every row of one matrix has to do with every row of another. */
#ifndef WICK_KERNEL_PAIRS_H
#define WICK_KERNEL_PAIRS_H

#include "wick.h"

typedef struct wick__pairs {
    wick_dtype dtype; /* any but WICK_FLOAT16 */
    int64_t n, m, d;  /* x is n x d, z m x d, row-major */
    const void *x, *z;
    double gain;
} wick__pairs;

/* y[i * m + j] = gain times the squared distance of rows i and j; floating types add up in double,
 * integers wrap and truncate the gain. */
void wick__squared_distances(wick_context *context, const wick__pairs *pairs, void *y);

#endif
