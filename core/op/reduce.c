/* Sums and means, over everything or along a dimension, which stays with size 1; what is counted
 * (all, any); the trace; and sum_to, which undoes broadcasting. */
#include "op/positions.h"
#include "op/reduce.h"

static const wick__arg all_args[] = {TENSOR("x"), END};
static const wick__arg dim_args[] = {TENSOR("x"), DIM("dim"), END};

static wick_status along(const char *name, wick__reduction kind, const wick_call *call,
                         wick_tensor **out)
{
    int dim;
    wick_status status = wick__check_dim(name, call->in[0], call->value[0].integer, &dim);
    return status ? status : wick__reduce_over(name, kind, 0, call->in[0], dim, out, NULL);
}

/* ---- sum ---- */

static wick_status sum_all_forward(const wick_call *call, wick_tensor **out)
{
    return wick__reduce_over("sum", WICK__SUM, 0, call->in[0], -1, out, NULL);
}

static void sum_all_backward(wick__rule *r)
{
    r->dx[0] = wick__spread(r, G);
}

REDUCE_ALL(sum_all, "sum", all_args, 0,
           "The sum of all elements, 0 of none; added up in double, integers in int64",
           "print(torch.Tensor{1, 2, 3}:sum())")

static wick_status sum_forward(const wick_call *call, wick_tensor **out)
{
    return along("sum", WICK__SUM, call, out);
}

static void sum_backward(wick__rule *r)
{
    r->dx[0] = wick__spread(r, G);
}

REDUCE_DIM(sum, "sum", dim_args, 0,
           "The sums along a dimension, which stays with size 1; added up in double, integers wrap",
           "print(torch.Tensor{{1, 2}, {3, 4}}:sum(1))")

/* ---- mean ---- */

static wick_status mean_all_forward(const wick_call *call, wick_tensor **out)
{
    if (wick__count(call->in[0]) == 0)
        return wick__fail(WICK_ESHAPE, "mean: empty Tensor: there is no element in %s",
                          wick__shape(call->in[0]));
    return wick__reduce_over("mean", WICK__MEAN, 0, call->in[0], -1, out, NULL);
}

static int64_t count_of(const wick__rule *r)
{
    int64_t count = 1;
    for (int d = 0; d < wick__shape_of(r, 0)->ndim; d++)
        count *= wick__shape_of(r, 0)->size[d];
    return count;
}

static void mean_all_backward(wick__rule *r)
{
    r->dx[0] = wick__spread(r, wick__scale(r->scope, G, 1.0 / (double)count_of(r)));
}

REDUCE_ALL(mean_all, "mean", all_args, 0, "The mean of all elements of a Float or DoubleTensor",
           "print(torch.Tensor{1, 2, 3}:mean())")

static wick_status mean_forward(const wick_call *call, wick_tensor **out)
{
    return along("mean", WICK__MEAN, call, out);
}

static void mean_backward(wick__rule *r)
{
    const wick__geometry *x = wick__shape_of(r, 0);
    int64_t dim = wick__integer(r, 0) < 0 ? x->ndim - 1 : wick__integer(r, 0);
    r->dx[0] = wick__spread(r, wick__scale(r->scope, G, 1.0 / (double)x->size[dim]));
}

REDUCE_DIM(mean, "mean", dim_args, 0,
           "The means along a dimension, which stays with size 1; Float and DoubleTensors",
           "print(torch.Tensor{{1, 2}, {3, 4}}:mean(2))")

/* ---- sum_to ---- */

static const wick__arg sum_to_args[] = {TENSOR("x"), SIZES("sizes"), END};

static int64_t elements(const wick_sizes *shape)
{
    int64_t n = shape->count > 0;
    for (int i = 0; i < shape->count; i++)
        n *= shape->v[i];
    return n;
}

/* x's memory in another shape of equal count. */
static wick_status reshaped(wick_tensor *x, const wick_sizes *shape, wick_tensor **out)
{
    wick_tensor *dense;
    int64_t stride[WICK_MAX_DIM];
    wick_status status = wick__contiguous(x, &dense);
    if (status)
        return status;
    wick__row_major(shape->count, shape->v, stride);
    status = wick__view(dense, dense->offset, shape->count, shape->v, stride, out);
    wick_tensor_release(dense);
    return status;
}

/* Which dimensions of x were spread out to reach it from `shape`; false: it cannot be reached. */
static bool find_spread(const wick_tensor *x, const wick_sizes *shape, bool *folded)
{
    int missing = x->ndim - shape->count;
    for (int d = 0; d < x->ndim; d++) {
        int64_t size = d < missing ? 1 : shape->v[d - missing];
        folded[d] = d < missing || (size == 1 && x->size[d] != 1);
        if (!folded[d] && size != x->size[d])
            return false;
    }
    return missing >= 0;
}

static wick_status sum_to_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *sums = NULL;
    const wick_sizes *shape = call->value[0].sizes;
    bool folded[WICK_MAX_DIM];
    char text[WICK__SHAPE_TEXT];
    if (wick__count(x) == elements(shape))
        return reshaped(x, shape, out);
    if (x->ndim == 0)
        return wick__zeros(x->context, x->dtype, shape, out);
    if (!find_spread(x, shape, folded))
        return wick__fail(WICK_ESHAPE, "sum_to: %s was not broadcast from %s", wick__shape(x),
                          wick__sizes_text(shape->count, shape->v, text, sizeof text));
    wick_status status = wick__reduce_dims("sum_to", WICK__SUM, 0, x, folded, &sums);
    if (!status)
        status = reshaped(sums, shape, out);
    wick_tensor_release(sums);
    return status;
}

/* Leading dimensions come back as ones first, so that expand meets as many as it has to give. */
static void sum_to_backward(wick__rule *r)
{
    wick_sizes x = wick__sizes_of(r, 0), aligned = x;
    const wick_sizes *shape = wick__sizes(r, 0);
    int missing = x.count - shape->count;
    if (elements(&x) == elements(shape)) {
        r->dx[0] = wick__reshape(r->scope, G, &x);
        return;
    }
    for (int d = 0; d < x.count; d++)
        aligned.v[d] = d < missing ? 1 : shape->v[d - missing];
    r->dx[0] = wick__spread(r, wick__reshape(r->scope, G, &aligned));
}

const wick_op wick_op_sum_to = {.name = "sum_to",
                                .args = sum_to_args,
                                .method = WICK__METHOD_NONE,
                                .internal = true,
                                .forward = sum_to_forward,
                                .backward = sum_to_backward,
                                .doc = "Sums down to a shape that x was broadcast from, or "
                                       "reshapes to one of as many elements"};

/* ---- all, any ---- */

static wick_status ask(const char *name, wick__reduction kind, const wick_call *call,
                       wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    if (x->dtype == WICK_UINT8)
        return wick__reduce_over(name, kind, 0, x, -1, out, NULL);
    return wick__fail(WICK_EDTYPE,
                      "%s: not defined for %s tensors; it asks a ByteTensor of 0 and 1, as "
                      "comparisons give",
                      name, wick_dtype_name(x->dtype));
}

static wick_status all_forward(const wick_call *call, wick_tensor **out)
{
    return ask("all", WICK__ALL, call, out);
}

const wick_op wick_op_all = {.name = "all",
                             .args = all_args,
                             .number = WICK__NUMBER_OF_ONE,
                             .constant = true,
                             .forward = all_forward,
                             .doc = "Whether no element of a ByteTensor is 0",
                             .example = "print(torch.all(torch.Tensor{1, 2}:gt(0)))"};

static wick_status any_forward(const wick_call *call, wick_tensor **out)
{
    return ask("any", WICK__ANY, call, out);
}

const wick_op wick_op_any = {.name = "any",
                             .args = all_args,
                             .number = WICK__NUMBER_OF_ONE,
                             .constant = true,
                             .forward = any_forward,
                             .doc = "Whether some element of a ByteTensor is not 0",
                             .example = "print(torch.any(torch.Tensor{1, 2}:gt(1)))"};

/* ---- trace ---- */

static wick_status trace_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *diagonal;
    if (x->ndim != 2)
        return wick__fail(WICK_ESHAPE, "trace: %s is no matrix", wick__shape(x));
    int64_t size = x->size[0] < x->size[1] ? x->size[0] : x->size[1];
    int64_t stride = x->stride[0] + x->stride[1];
    wick_status status = wick__view(x, x->offset, 1, &size, &stride, &diagonal);
    if (status)
        return status;
    status = wick__reduce_over("trace", WICK__SUM, 0, diagonal, -1, out, NULL);
    wick_tensor_release(diagonal);
    return status;
}

static void trace_backward(wick__rule *r)
{
    const wick__geometry *x = wick__shape_of(r, 0);
    wick_value sizes[] = {{.integer = x->size[0]}, {.integer = x->size[1]}, {.integer = x->dtype}};
    wick_tensor *ones = wick__run(r->scope, &wick_op_eye, 0, NULL, sizes);
    r->dx[0] = wick__multiply(r->scope, ones, G);
}

REDUCE_ALL(trace, "trace", all_args, 0, "The sum of a matrix's diagonal",
           "print(torch.Tensor{{1, 2}, {3, 4}}:trace())")
