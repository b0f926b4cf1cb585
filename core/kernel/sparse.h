/* Sparse matrices given by their entries (value, row, column), in any order and with repetitions,
 * times dense ones. Rows and columns count from 1 and have been checked. */
#ifndef WICK_KERNEL_SPARSE_H
#define WICK_KERNEL_SPARSE_H

#include "wick.h"

typedef struct wick__entries {
    wick_dtype dtype; /* float32 or float64, of all operands */
    int64_t count;
    const int64_t *row, *column;
} wick__entries;

/* A dense matrix of `width` columns; steps count elements. */
typedef struct wick__matrix {
    const void *data;
    int64_t row_step, column_step;
} wick__matrix;

/* out (n x width, row-major) = S dense, where S has n rows and these entries. What meets in one
 * element is added in the order of the entries. */
void wick__sparse_product(wick_context *context, const wick__entries *entries, const void *value,
                          const wick__matrix *dense, int64_t n, int64_t width, void *out);

/* out[i] = the dot product of a's row row[i] and b's row column[i], for each entry i. */
void wick__sparse_dots(wick_context *context, const wick__entries *entries, const wick__matrix *a,
                       const wick__matrix *b, int64_t width, void *out);

#endif
