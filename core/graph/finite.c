/* The check behind wick_context_set_check_finite: a pass over a result that looks for the first
 * NaN or infinity. */
#include <math.h>

#include "graph/node.h"

static int64_t first_bad_float(const float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return i;
    return -1;
}

static int64_t first_bad_double(const double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return i;
    return -1;
}

wick_status wick__check_finite(const char *what, wick_tensor *t)
{
    if (!t || (t->dtype != WICK_FLOAT32 && t->dtype != WICK_FLOAT64) || wick__count(t) == 0)
        return WICK_OK;
    wick_tensor *dense;
    void *data;
    wick_status status = wick__contiguous(t, &dense);
    if (status)
        return status;
    status = wick__dense(dense, &data);
    if (!status) {
        bool single = t->dtype == WICK_FLOAT32;
        int64_t n = wick__count(t);
        int64_t at = single ? first_bad_float(data, n) : first_bad_double(data, n);
        if (at >= 0)
            status = wick__fail(WICK_EVALUE,
                                "%s: the first value that is not finite is %g, at "
                                "position %lld of a %s result",
                                what, single ? (double)((float *)data)[at] : ((double *)data)[at],
                                (long long)at + 1, wick__shape(t));
    }
    wick_tensor_release(dense);
    return status;
}
