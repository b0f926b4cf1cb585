/* Running sums and products along lines: outer x n x inner elements, row-major, where a line runs
 * through n. Sums of floating types are kept in double, those of integers wrap around. */
#ifndef WICK_KERNEL_SCAN_H
#define WICK_KERNEL_SCAN_H

#include "wick.h"

typedef enum wick__scan {
    WICK__CUMSUM,
    WICK__CUMSUM_REVERSED, /* from the end of each line */
    WICK__CUMPROD,
    WICK__PRODUCT_OF_OTHERS, /* of all elements of the line but this one; floating only */
    WICK__CUMPROD_GRADIENT   /* of cumprod at x, from the gradient g; floating only */
} wick__scan;

typedef struct wick__scan_lines {
    wick_dtype dtype;
    int64_t outer, n, inner;
    const void *x, *g; /* g: only for WICK__CUMPROD_GRADIENT */
    void *y;           /* not x, nor g */
} wick__scan_lines;

/* Whether there is such a scan of this type. */
bool wick__scans(wick__scan kind, wick_dtype dtype);
void wick__scan_run(wick_context *context, wick__scan kind, const wick__scan_lines *lines);

#endif
