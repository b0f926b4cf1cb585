/* Reductions beyond sums: products, norms, distances, variances, log-sum-exp. */
#include "op/reduce.h"

#include <float.h>
#include <math.h>

static const wick__arg all_args[] = {TENSOR("x"), END};
static const wick__arg dim_args[] = {TENSOR("x"), DIM("dim"), END};

static wick_status along(const char *name, wick__reduction kind, double p, const wick_call *call,
                         int64_t wanted, wick_tensor **out)
{
    int dim;
    wick_status status = wick__check_dim(name, call->in[0], wanted, &dim);
    return status ? status : wick__reduce_over(name, kind, p, call->in[0], dim, out, NULL);
}

/* ---- prod ---- */

/* An element's gradient is the product of the others: the result divided by it, where no element
 * is 0, which any number of derivatives can be taken of. */
static wick_tensor *divided(wick__rule *r, wick_tensor *x, wick_tensor *y)
{
    return wick__multiply(r->scope, G, wick__divide(r->scope, y, x));
}

static wick_tensor *others(wick__rule *r, wick_tensor *x, int64_t dim)
{
    wick_value value[] = {{.integer = dim}};
    wick_tensor *rest = x ? wick__run(r->scope, &wick_op_product_of_others, 1, &x, value) : NULL;
    return wick__multiply(r->scope, G, rest);
}

static void prod_gradient(wick__rule *r, int64_t dim)
{
    wick_tensor *x = X, *y = Y;
    if (!x || !y || wick__count(x) == 0)
        return;
    bool record = r->scope->context->recording;
    r->dx[0] = record && !wick__has_zero(r->scope, x) ? divided(r, x, y) : others(r, x, dim);
}

static wick_status prod_all_forward(const wick_call *call, wick_tensor **out)
{
    return wick__reduce_over("prod", WICK__PROD, 0, call->in[0], -1, out, NULL);
}

static void prod_all_backward(wick__rule *r)
{
    prod_gradient(r, -1);
}

REDUCE_ALL(prod_all, "prod", all_args, WICK__SAVE_IN(0) | WICK__SAVE_OUT(0),
           "The product of all elements, 1 of none; multiplied in double, integers in int64",
           "print(torch.Tensor{2, 3, 4}:prod())")

static wick_status prod_forward(const wick_call *call, wick_tensor **out)
{
    return along("prod", WICK__PROD, 0, call, call->value[0].integer, out);
}

static void prod_backward(wick__rule *r)
{
    const wick__geometry *x = wick__shape_of(r, 0);
    prod_gradient(r, wick__integer(r, 0) < 0 ? x->ndim - 1 : wick__integer(r, 0));
}

REDUCE_DIM(prod, "prod", dim_args, WICK__SAVE_IN(0) | WICK__SAVE_OUT(0),
           "The products along a dimension, which stays with size 1; integers wrap",
           "print(torch.Tensor{{1, 2}, {3, 4}}:prod(1))")

/* ---- norm ---- */

/* g sign(x) |x|^(p - 1) / y^(p - 1), and 0 where x or y is 0. */
static wick_tensor *general_slope(wick__scope *s, wick_tensor *x, wick_tensor *y, double p)
{
    wick_tensor *size = wick__without_zeros(s, wick__unary(s, &wick_op_abs, x));
    wick_tensor *norm = wick__without_zeros(s, y);
    wick_tensor *slope = wick__power(s, wick__divide(s, size, norm), p - 1);
    return wick__multiply(s, slope, wick__unary(s, &wick_op_sign, x));
}

static wick_tensor *norm_gradient(wick__rule *r, double p)
{
    wick__scope *s = r->scope;
    wick_tensor *x = X, *y = Y;
    if (p == 0 || isinf(p))
        return NULL;
    if (p == 1)
        return wick__multiply(s, G, wick__unary(s, &wick_op_sign, x));
    if (p == 2)
        return wick__multiply(s, x, wick__divide(s, G, wick__without_zeros(s, y)));
    return wick__multiply(s, G, general_slope(s, x, y, p));
}

static const wick__arg norm_all_args[] = {TENSOR("x"), NUMBER_OR("p", 2), END};
static const wick__arg norm_args[] = {TENSOR("x"), NUMBER("p"), DIM("dim"), END};

static wick_status norm_all_forward(const wick_call *call, wick_tensor **out)
{
    return wick__reduce_over("norm", WICK__NORM, call->value[0].number, call->in[0], -1, out, NULL);
}

static void norm_all_backward(wick__rule *r)
{
    r->dx[0] = norm_gradient(r, wick__number(r, 0));
}

REDUCE_ALL(norm_all, "norm", norm_all_args, WICK__SAVE_IN(0) | WICK__SAVE_OUT(0),
           "The p-norm (sum |x|^p)^(1/p) of all elements; p = 0 counts those that are not 0",
           "print(torch.Tensor{3, 4}:norm())")

static wick_status norm_forward(const wick_call *call, wick_tensor **out)
{
    return along("norm", WICK__NORM, call->value[0].number, call, call->value[1].integer, out);
}

static void norm_backward(wick__rule *r)
{
    r->dx[0] = norm_gradient(r, wick__number(r, 0));
}

REDUCE_DIM(norm, "norm", norm_args, WICK__SAVE_IN(0) | WICK__SAVE_OUT(0),
           "The p-norms along a dimension, which stays with size 1",
           "print(torch.Tensor{{3, 4}, {6, 8}}:norm(2, 2))")

/* ---- dist ---- */

static const wick__arg dist_args[] = {TENSOR("x"), TENSOR("z"), NUMBER_OR("p", 2), END};

static wick_status dist_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *z = call->in[1];
    if (wick__count(x) != wick__count(z))
        return wick__fail(WICK_ESHAPE, "dist: %s and %s have different numbers of elements",
                          wick__shape(x), wick__shape(z));
    wick__scope scope;
    wick__scope_open(&scope, x->context);
    wick_sizes shape = wick__sizes_like(x);
    if (!wick__same_shape(x, z))
        z = wick__reshape(&scope, z, &shape);
    wick_tensor *norm = wick__with_number(&scope, &wick_op_norm_all, wick__subtract(&scope, x, z),
                                          call->value[0].number);
    if (norm)
        wick_tensor_retain(norm);
    *out = norm;
    return wick__scope_close(&scope);
}

const wick_op wick_op_dist = {.name = "dist",
                              .args = dist_args,
                              .is_composite = true,
                              .number = WICK__NUMBER_OF_ONE,
                              .forward = dist_forward,
                              .doc = "The p-norm of x - z, for equally many elements",
                              .example = "print(torch.Tensor{1, 2}:dist(torch.Tensor{4, 6}))"};

/* ---- var, std ---- */

static const wick__arg spread_all_args[] = {TENSOR("x"), BOOLEAN_OR("biased", 0), END};
static const wick__arg spread_args[] = {TENSOR("x"), DIM("dim"), BOOLEAN_OR("biased", 0), END};

static wick_status spread_all(const char *name, wick__reduction kind, const wick_call *call,
                              wick_tensor **out)
{
    if (wick__count(call->in[0]) == 0)
        return wick__fail(WICK_ESHAPE, "%s: empty Tensor: there is no element in %s", name,
                          wick__shape(call->in[0]));
    return wick__reduce_over(name, kind, call->value[0].integer ? 0 : 1, call->in[0], -1, out,
                             NULL);
}

static wick_status spread_along(const char *name, wick__reduction kind, const wick_call *call,
                                wick_tensor **out)
{
    double minus = call->value[1].integer ? 0 : 1;
    return along(name, kind, minus, call, call->value[0].integer, out);
}

/* (x - mean) / (n - 1), or / n. */
static wick_tensor *deviations(wick__rule *r, bool whole)
{
    wick__scope *s = r->scope;
    wick_tensor *x = X;
    if (!x)
        return NULL;
    int64_t dim = whole ? 0 : wick__integer(r, 0);
    int64_t n = whole ? wick__count(x) : x->size[dim < 0 ? x->ndim - 1 : dim];
    double divisor = (double)n - (wick__integer(r, whole ? 0 : 1) ? 0 : 1);
    wick_value value[] = {{.integer = dim}};
    wick_tensor *mean = wick__run(s, whole ? &wick_op_mean_all : &wick_op_mean, 1, &x, value);
    return wick__scale(s, wick__subtract(s, x, mean), 1 / divisor);
}

static wick_tensor *var_gradient(wick__rule *r, bool whole)
{
    wick__scope *s = r->scope;
    return wick__multiply(s, deviations(r, whole), wick__scale(s, G, 2));
}

static wick_tensor *std_gradient(wick__rule *r, bool whole)
{
    wick__scope *s = r->scope;
    wick_tensor *y = wick__without_zeros(s, Y);
    return wick__multiply(s, deviations(r, whole), wick__divide(s, G, y));
}

#define SPREAD(WORD, KIND, SAVES, WHAT)                                                            \
    static wick_status WORD##_all_forward(const wick_call *call, wick_tensor **out)                \
    {                                                                                              \
        return spread_all(#WORD, KIND, call, out);                                                 \
    }                                                                                              \
    static void WORD##_all_backward(wick__rule *r)                                                 \
    {                                                                                              \
        r->dx[0] = WORD##_gradient(r, true);                                                       \
    }                                                                                              \
    REDUCE_ALL(WORD##_all, #WORD, spread_all_args, SAVES,                                          \
               WHAT " of all elements, divided by n - 1, or by n with the flag",                   \
               "print(torch." #WORD "(torch.Tensor{1, 2, 3, 4}))")                                 \
    static wick_status WORD##_forward(const wick_call *call, wick_tensor **out)                    \
    {                                                                                              \
        return spread_along(#WORD, KIND, call, out);                                               \
    }                                                                                              \
    static void WORD##_backward(wick__rule *r)                                                     \
    {                                                                                              \
        r->dx[0] = WORD##_gradient(r, false);                                                      \
    }                                                                                              \
    REDUCE_DIM(WORD, #WORD, spread_args, SAVES,                                                    \
               WHAT " along a dimension, which stays with size 1, divided by n - 1, or by n with " \
                    "the flag",                                                                    \
               "print(torch." #WORD "(torch.Tensor{{1, 2}, {3, 5}}, 1))")

SPREAD(var, WICK__VARIANCE, WICK__SAVE_IN(0), "The variance")
SPREAD(std, WICK__DEVIATION, WICK__SAVE_IN(0) | WICK__SAVE_OUT(0), "The standard deviation")

/* ---- logSumExp ---- */

/* Infinities give way to the largest finite numbers, which may be subtracted from them. */
static wick_tensor *bounded(wick__scope *s, wick_tensor *x)
{
    double most = x && x->dtype == WICK_FLOAT32 ? FLT_MAX : DBL_MAX;
    return wick__with_numbers(s, &wick_op_clamp, x, -most, most);
}

static wick_tensor *fold(wick__scope *s, const wick_op *whole, const wick_op *along_dim,
                         wick_tensor *x, int dim)
{
    wick_value value[] = {{.integer = dim}};
    return x ? wick__run(s, dim < 0 ? whole : along_dim, 1, &x, value) : NULL;
}

/* log(sum(exp(x - m))) + m with the largest element m. */
static wick_status log_sum_exp(wick_tensor *x, int dim, wick_tensor **out)
{
    wick__scope scope, *s = &scope;
    if (!wick__reduces(WICK__MEAN, x->dtype))
        return wick__fail(WICK_EDTYPE,
                          "logSumExp: not defined for %s tensors; convert with :float() or "
                          ":double() first",
                          wick_dtype_name(x->dtype));
    bool empty = dim < 0 ? wick__count(x) == 0 : x->size[dim] == 0;
    wick__scope_open(s, x->context);
    wick_tensor *m = empty ? NULL : bounded(s, fold(s, &wick_op_max_all, &wick_op_max, x, dim));
    wick_tensor *powers = wick__unary(s, &wick_op_exp, empty ? x : wick__subtract(s, x, m));
    wick_tensor *sum = fold(s, &wick_op_sum_all, &wick_op_sum, powers, dim);
    wick_tensor *y = wick__unary(s, &wick_op_log, sum);
    if (!empty)
        y = wick__add(s, y, m);
    if (y)
        wick_tensor_retain(y);
    *out = y;
    return wick__scope_close(s);
}

static wick_tensor *log_sum_exp_gradient(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_tensor *share = wick__unary(s, &wick_op_exp, wick__subtract(s, X, bounded(s, Y)));
    return wick__multiply(s, share, G);
}

static wick_status log_sum_exp_all_forward(const wick_call *call, wick_tensor **out)
{
    return log_sum_exp(call->in[0], -1, out);
}

static void log_sum_exp_all_backward(wick__rule *r)
{
    r->dx[0] = log_sum_exp_gradient(r);
}

REDUCE_ALL(log_sum_exp_all, "logSumExp", all_args, WICK__SAVE_IN(0) | WICK__SAVE_OUT(0),
           "log(sum(exp(x))) over all elements, without overflow",
           "print(torch.logSumExp(torch.Tensor{1000, 1000}))")

static wick_status log_sum_exp_forward(const wick_call *call, wick_tensor **out)
{
    int dim;
    wick_status status = wick__check_dim("logSumExp", call->in[0], call->value[0].integer, &dim);
    return status ? status : log_sum_exp(call->in[0], dim, out);
}

static void log_sum_exp_backward(wick__rule *r)
{
    r->dx[0] = log_sum_exp_gradient(r);
}

REDUCE_DIM(log_sum_exp, "logSumExp", dim_args, WICK__SAVE_IN(0) | WICK__SAVE_OUT(0),
           "log(sum(exp(x))) along a dimension, which stays with size 1, without overflow",
           "print(torch.logSumExp(torch.Tensor{{1, 2}, {3, 4}}, 2))")
