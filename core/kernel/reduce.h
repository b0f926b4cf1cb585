/* Reductions: many elements folded into one, over any set of dimensions. Sums of floating types are
 * added up in double, those of integers in 64 bits, wrapping around. The work is cut by shape
 * alone, so results never depend on the number of threads. */
#ifndef WICK_KERNEL_REDUCE_H
#define WICK_KERNEL_REDUCE_H

#include "wick.h"

typedef enum wick__reduction {
    WICK__SUM,
    WICK__MEAN,
    WICK__PROD,
    WICK__ALL,       /* 1 when no element is 0, else 0; uint8 */
    WICK__ANY,       /* 1 when some element is not 0 */
    WICK__NORM,      /* (sum |x|^p)^(1/p); p 0 counts what is not 0 */
    WICK__VARIANCE,  /* sum (x - mean)^2 / (n - p) */
    WICK__DEVIATION, /* its square root */
    WICK__MAX,       /* and where it stands; NaN wins, the first of equals is taken */
    WICK__MIN
} wick__reduction;

typedef struct wick__reduce {
    wick__reduction kind;
    double p;
    wick_dtype dtype, out; /* of x and y; `out` may differ between integers only */
    int ndim;
    const int64_t *size, *stride;
    const bool *folded; /* which dimensions go */
    const void *x;
    void *y;        /* row-major over the dimensions that stay */
    int64_t *index; /* max, min: position among the folded elements in row-major order, from 1 */
} wick__reduce;

/* Whether there is such a reduction of this type. */
bool wick__reduces(wick__reduction kind, wick_dtype dtype);

/* Fails with WICK_ENOMEM. Of nothing: sums 0, products 1, mean and variance NaN; max and min must
 * be given at least one element. Max and min over several dimensions want x row-major. */
wick_status wick__reduce_run(wick_context *context, const wick__reduce *reduce);

#endif
