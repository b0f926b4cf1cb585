/* Histograms for float and double. */
#include "kernel/histogram.h"

#include <string.h>

#define EACH "kernel/histogram.inc"
#include "kernel/each_real.h"

bool wick__value_range(wick_dtype dtype, int64_t n, const void *x, double *low, double *high)
{
    return dtype == WICK_FLOAT64 ? range_double(n, x, low, high) : range_float(n, x, low, high);
}

void wick__histogram_run(const wick__histogram *h, const void *x, void *counts)
{
    memset(counts, 0, (size_t)(h->rows * h->bins) * wick_dtype_size(h->dtype));
    if (h->dtype == WICK_FLOAT64)
        count_double(h, x, counts);
    else
        count_float(h, x, counts);
}
