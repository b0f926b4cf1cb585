/* Windows along a dimension. */
#include <string.h>

#include "op/describe.h"

static const wick__arg unfold_args[] = {TENSOR("x"), DIM("dim"), INTEGER("size"), INTEGER("step"),
                                        END};

static wick_status check(const wick_tensor *x, int64_t dim, int64_t size, int64_t step)
{
    if (dim < 0 || dim >= x->ndim || x->ndim == WICK_MAX_DIM)
        return wick__fail(WICK_EVALUE, "unfold: dimension %lld out of range of %dD tensor",
                          (long long)dim + 1, x->ndim);
    if (size < 1 || step < 1 || size > x->size[dim])
        return wick__fail(WICK_EVALUE,
                          "unfold: windows of %lld every %lld do not fit dimension "
                          "%lld of %s, which has %lld entries",
                          (long long)size, (long long)step, (long long)dim + 1, wick__shape(x),
                          (long long)x->size[dim]);
    return WICK_OK;
}

static wick_status unfold_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    int64_t dim = call->value[0].integer, size = call->value[1].integer;
    int64_t step = call->value[2].integer, sizes[WICK_MAX_DIM], strides[WICK_MAX_DIM];
    wick_status status = check(x, dim, size, step);
    if (status)
        return status;
    memcpy(sizes, x->size, sizeof sizes);
    memcpy(strides, x->stride, sizeof strides);
    sizes[x->ndim] = size;
    strides[x->ndim] = x->stride[dim];
    sizes[dim] = (x->size[dim] - size) / step + 1;
    if (!wick__mul_fits(step, x->stride[dim], &strides[dim]))
        strides[dim] = 0;
    return wick__view(x, x->offset, x->ndim + 1, sizes, strides, out);
}

/* Each place of the windows is a stepped part of x: window places are added up one by one. */
static void unfold_backward(wick__rule *r)
{
    wick_sizes shape = wick__sizes_of(r, 0);
    wick_value value[] = {{.integer = wick__integer(r, 0)},
                          {.integer = wick__integer(r, 1)},
                          {.integer = wick__integer(r, 2)},
                          {.sizes = &shape}};
    r->dx[0] = wick__run(r->scope, &wick_op_fold, 1, &G, value);
}

const wick_op wick_op_unfold = {
    .name = "unfold",
    .args = unfold_args,
    .is_view = true,
    .forward = unfold_forward,
    .backward = unfold_backward,
    .doc = "All windows of `size` entries, `step` apart, along a dimension; a last dimension of "
           "that size is added, sharing memory",
    .example = "print(torch.range(1, 5):unfold(1, 3, 1))"};

/* ---- fold: the other way round, overlaps added ---- */

static const wick__arg fold_args[] = {TENSOR("g"),     DIM("dim"),     INTEGER("size"),
                                      INTEGER("step"), SIZES("shape"), END};

/* Adds place `k` of every window where it came from. */
static wick_status add_place(wick_tensor *g, wick_tensor *sum, int64_t dim, int64_t step, int64_t k)
{
    wick_tensor *from = NULL, *to = NULL;
    int64_t stride[WICK_MAX_DIM];
    memcpy(stride, sum->stride, sizeof stride);
    stride[dim] *= step;
    wick_status status = wick__view(g, g->offset + k * g->stride[g->ndim - 1], g->ndim - 1, g->size,
                                    g->stride, &from);
    if (!status)
        status =
            wick__view(sum, sum->offset + k * sum->stride[dim], sum->ndim, from->size, stride, &to);
    if (!status) {
        wick_call add = {.inputs = 2, .in = (wick_tensor *[]){to, from}, .value = {{.number = 1}}};
        status = wick_apply_into(&wick_op_add, &add, &to);
    }
    wick_tensor_release(from);
    wick_tensor_release(to);
    return status;
}

static wick_status fold_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *g = call->in[0];
    const wick_sizes *shape = call->value[3].sizes;
    wick_status status = wick__output(g->context, g->dtype, shape->count, shape->v, out);
    if (!status) {
        wick_call zero = {.value = {{.number = 0}}};
        status = wick_apply_into(&wick_op_fill, &zero, out);
    }
    if (wick__count(g) == 0)
        return status;
    for (int64_t k = 0; k < call->value[1].integer && !status; k++)
        status = add_place(g, *out, call->value[0].integer, call->value[2].integer, k);
    return status;
}

static void fold_backward(wick__rule *r)
{
    wick_value value[] = {{.integer = wick__integer(r, 0)},
                          {.integer = wick__integer(r, 1)},
                          {.integer = wick__integer(r, 2)}};
    r->dx[0] = wick__run(r->scope, &wick_op_unfold, 1, &G, value);
}

const wick_op wick_op_fold = {.name = "fold",
                              .args = fold_args,
                              .method = WICK__METHOD_NONE,
                              .internal = true,
                              .forward = fold_forward,
                              .backward = fold_backward,
                              .doc = "A piece of unfold's gradient"};
