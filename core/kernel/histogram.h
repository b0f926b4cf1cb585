/* Counting elements by value. */
#ifndef WICK_KERNEL_HISTOGRAM_H
#define WICK_KERNEL_HISTOGRAM_H

#include "wick.h"

typedef struct wick__histogram {
    wick_dtype dtype; /* WICK_FLOAT32 or WICK_FLOAT64 */
    int64_t rows, n;  /* of x, row-major */
    int64_t bins;     /* of each row, at least 1 */
    double low, high; /* of the first and the last bin; low < high */
} wick__histogram;

/* The least and the largest of n elements, NaN left aside; false where there is none. */
bool wick__value_range(wick_dtype dtype, int64_t n, const void *x, double *low, double *high);

/* counts[row * bins + bin], of x's type: how many elements of the row lie in each of the equal
 * parts of [low, high]. `high` itself belongs to the last; what lies outside is not counted. */
void wick__histogram_run(const wick__histogram *h, const void *x, void *counts);

#endif
