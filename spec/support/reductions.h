/* The reductions that C tests take on: tensors laid out in several ways, and every reduction beside
 * a plain loop. */
#ifndef SPEC_SUPPORT_REDUCTIONS_H
#define SPEC_SUPPORT_REDUCTIONS_H

#include "support/operations.h"

#define COUNT(A) ((int)(sizeof(A) / sizeof *(A)))

/* ---- layouts ---- */

enum { LAYOUTS = 4 };

/* A tensor of that shape: row-major, transposed, a part of a larger one, or spread out. */
static inline wick_tensor *laid_out(wick_dtype dtype, wick_sizes shape, int layout)
{
    wick_sizes other = shape;
    wick_tensor *whole, *view;
    int64_t stride[WICK_MAX_DIM];
    int last = shape.count - 1;
    if (layout == 0 || shape.count == 0)
        return random_tensor(dtype, shape);
    if (layout == 1) {
        other.v[0] = shape.v[last];
        other.v[last] = shape.v[0];
    } else if (layout == 2) {
        other.v[last] = 2 * shape.v[last] + 1;
    } else {
        other.v[0] = 1;
    }
    whole = random_tensor(dtype, other);
    for (int d = 0; d < shape.count; d++)
        stride[d] = wick_tensor_stride(whole, d);
    if (layout == 1) {
        stride[0] = wick_tensor_stride(whole, last);
        stride[last] = wick_tensor_stride(whole, 0);
    } else if (layout == 2) {
        stride[last] = 2;
    } else {
        stride[0] = 0;
    }
    wick_storage *storage = wick_tensor_storage(whole);
    if (!storage)
        return whole;
    must(wick_tensor_on(storage, 0, shape.count, shape.v, stride, &view));
    wick_tensor_release(whole);
    return view;
}

/* ---- plain loops ---- */

typedef double plain(const double *x, int64_t n, double p);

static double plain_sum(const double *x, int64_t n, double p)
{
    double sum = 0;
    (void)p;
    for (int64_t i = 0; i < n; i++)
        sum += x[i];
    return sum;
}

static double plain_mean(const double *x, int64_t n, double p)
{
    return plain_sum(x, n, p) / (double)n;
}

static double plain_prod(const double *x, int64_t n, double p)
{
    double product = 1;
    (void)p;
    for (int64_t i = 0; i < n; i++)
        product *= x[i];
    return product;
}

static double plain_norm(const double *x, int64_t n, double p)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += p == 0 ? x[i] != 0 : pow(fabs(x[i]), p);
    return p == 0 ? sum : pow(sum, 1 / p);
}

static double plain_var(const double *x, int64_t n, double p)
{
    double mean = plain_mean(x, n, 0), sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += (x[i] - mean) * (x[i] - mean);
    return sum / ((double)n - (p != 0 ? 0 : 1));
}

static double plain_std(const double *x, int64_t n, double p)
{
    return sqrt(plain_var(x, n, p));
}

static double plain_max(const double *x, int64_t n, double p)
{
    double best = x[0];
    (void)p;
    for (int64_t i = 1; i < n; i++)
        best = x[i] > best ? x[i] : best;
    return best;
}

static double plain_min(const double *x, int64_t n, double p)
{
    double best = x[0];
    (void)p;
    for (int64_t i = 1; i < n; i++)
        best = x[i] < best ? x[i] : best;
    return best;
}

static double plain_log_sum_exp(const double *x, int64_t n, double p)
{
    double most = plain_max(x, n, p), sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += exp(x[i] - most);
    return log(sum) + most;
}

/* ---- the table ---- */

typedef struct reduction {
    const char *all, *along;
    plain *reference;
    double p;
    bool floating;       /* only */
    int dim_at;          /* where the dimension stands among the values of `along` */
    wick_value value[2]; /* the others, in their places */
} reduction;

static const reduction reductions[] = {
    {"sum_all", "sum", plain_sum, 0, false, 0, {{0}}},
    {"prod_all", "prod", plain_prod, 0, false, 0, {{0}}},
    {"max_all", "max", plain_max, 0, false, 0, {{0}}},
    {"min_all", "min", plain_min, 0, false, 0, {{0}}},
    {"mean_all", "mean", plain_mean, 0, true, 0, {{0}}},
    {"log_sum_exp_all", "log_sum_exp", plain_log_sum_exp, 0, true, 0, {{0}}},
    {"norm_all", "norm", plain_norm, 0, true, 1, {NUMBER(0)}},
    {"norm_all", "norm", plain_norm, 1, true, 1, {NUMBER(1)}},
    {"norm_all", "norm", plain_norm, 2, true, 1, {NUMBER(2)}},
    {"norm_all", "norm", plain_norm, 3.5, true, 1, {NUMBER(3.5)}},
    {"var_all", "var", plain_var, 0, true, 0, {{0}}},
    {"var_all", "var", plain_var, 1, true, 0, {INTEGER(1), INTEGER(1)}},
    {"std_all", "std", plain_std, 0, true, 0, {{0}}},
};

static inline void values_of(const reduction *r, int dim, wick_value *value)
{
    memset(value, 0, 4 * sizeof *value);
    value[0] = r->value[0];
    value[1] = r->value[1];
    if (dim >= 0)
        value[r->dim_at].integer = dim;
}

#endif
