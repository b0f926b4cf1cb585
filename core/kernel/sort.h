/* Sorting and selecting along lines of outer x n x inner elements, row-major. Order is that of the
 * values with NaN above all; equal values keep their order, in both directions, so every result is
 * determined. */
#ifndef WICK_KERNEL_SORT_H
#define WICK_KERNEL_SORT_H

#include "wick.h"

typedef enum wick__selection {
    WICK__FIRST_K, /* the k first in order, in order; k = n sorts */
    WICK__KTH,     /* element k in order, counted from 1 */
    WICK__MODE     /* the most frequent value, the smallest of several; its last place */
} wick__selection;

typedef struct wick__sort_lines {
    wick_dtype dtype; /* any but WICK_FLOAT16 */
    int64_t outer, n, inner;
    int64_t k; /* 1 to n, or 0 */
    bool descending;
    const void *x;
    void *value;    /* outer x k (or 1) x inner */
    int64_t *index; /* the same: places in the line, from 1 */
} wick__sort_lines;

/* Fails with WICK_ENOMEM. */
wick_status wick__sort_run(wick_context *context, wick__selection selection,
                           const wick__sort_lines *lines);

#endif
