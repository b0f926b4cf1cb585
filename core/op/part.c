/* Parts of tensors as views, and dimensions of size 1. */
#include "op/region.h"
#include "op/view.h"

static const wick__arg only_args[] = {TENSOR("x"), END};

/* Zeros of the input's shape with the gradient in its part, which begins at `start`. */
static wick_tensor *place(wick__rule *r, wick_tensor *g, int dim, int64_t start, int64_t length)
{
    return wick__padded(r->scope, g, dim, start, wick__shape_of(r, 0)->size[dim] - start - length);
}

/* A start may count from the end. */
static int64_t from_front(int64_t start, int64_t size)
{
    return start < 0 ? start + size : start;
}

static wick_status narrow_forward(const wick_call *call, wick_tensor **out)
{
    wick__frame g = wick__frame_of(call->in[0]);
    int64_t dim = call->value[0].integer, length = call->value[2].integer, end;
    wick_status status = wick__check_view_dim("narrow", call->in[0], dim);
    if (status)
        return status;
    int64_t start = from_front(call->value[1].integer, g.size[dim]);
    if (start < 0 || length < 0 || !wick__add_fits(start, length, &end) || end > g.size[dim])
        return wick__fail(WICK_EVALUE,
                          "narrow: start %lld with length %lld is out of range: "
                          "dimension %lld of %s has %lld entries",
                          (long long)start + 1, (long long)length, (long long)dim + 1,
                          wick__shape(call->in[0]), (long long)g.size[dim]);
    g.offset += start * g.stride[dim];
    g.size[dim] = length;
    return wick__frame_view(call->in[0], &g, out);
}
static void narrow_backward(wick__rule *r)
{
    int dim = (int)wick__integer(r, 0);
    int64_t start = from_front(wick__integer(r, 1), wick__shape_of(r, 0)->size[dim]);
    r->dx[0] = place(r, G, dim, start, wick__integer(r, 2));
}
static const wick__arg narrow_args[] = {
    TENSOR("x"), DIM("dim"), {"start", WICK__INDEX, false, 0, NULL, false}, INTEGER("length"), END};
VIEW(narrow, "narrow", narrow_args,
     "The part of x from `start` on, `length` long, along a dimension, sharing memory",
     "print(torch.range(1, 5):narrow(1, 2, 3))")

static wick_status select_forward(const wick_call *call, wick_tensor **out)
{
    wick__frame g = wick__frame_of(call->in[0]);
    int64_t dim = call->value[0].integer;
    wick_status status = wick__check_view_dim("select", call->in[0], dim);
    if (status)
        return status;
    int64_t index = from_front(call->value[1].integer, g.size[dim]);
    if (index < 0 || index >= g.size[dim])
        return wick__fail(WICK_EVALUE,
                          "select: index %lld out of range: dimension %lld of %s has %lld entries",
                          (long long)index + 1, (long long)dim + 1, wick__shape(call->in[0]),
                          (long long)g.size[dim]);
    g.offset += index * g.stride[dim];
    if (g.ndim > 1)
        wick__remove_dim(&g, (int)dim);
    else
        g.size[0] = 1;
    return wick__frame_view(call->in[0], &g, out);
}
static void select_backward(wick__rule *r)
{
    int dim = (int)wick__integer(r, 0);
    int64_t index = from_front(wick__integer(r, 1), wick__shape_of(r, 0)->size[dim]);
    wick_sizes slice = wick__sizes_of(r, 0);
    slice.v[dim] = 1;
    r->dx[0] = place(r, wick__reshape(r->scope, G, &slice), dim, index, 1);
}
static const wick__arg select_args[] = {
    TENSOR("x"), DIM("dim"), {"index", WICK__INDEX, false, 0, NULL, false}, END};
const wick_op wick_op_select = {
    .name = "select",
    .args = select_args,
    .is_view = true,
    .number = WICK__NUMBER_OF_VECTOR,
    .forward = select_forward,
    .backward = select_backward,
    .doc = "One slice along a dimension, which is dropped; an element of a 1-D tensor is a number",
    .example = "print(torch.Tensor{{1, 2}, {3, 4}}:select(1, 2))"};

/* ---- dimensions of size 1 ---- */

static wick_status squeeze_forward(const wick_call *call, wick_tensor **out)
{
    wick__frame g = wick__frame_of(call->in[0]);
    for (int i = g.ndim - 1; i >= 0; i--)
        if (g.size[i] == 1 && g.ndim > 1)
            wick__remove_dim(&g, i);
    return wick__frame_view(call->in[0], &g, out);
}
BACK_IN_SHAPE(squeeze)
const wick_op wick_op_squeeze = {
    .name = "squeeze",
    .args = only_args,
    .is_view = true,
    .number = WICK__NUMBER_OF_ONE,
    .forward = squeeze_forward,
    .backward = squeeze_backward,
    .doc = "x without its dimensions of size 1; one element makes a number",
    .example = "print(torch.Tensor{{1, 2}}:squeeze())"};

static wick_status squeeze_dim_forward(const wick_call *call, wick_tensor **out)
{
    wick__frame g = wick__frame_of(call->in[0]);
    int64_t dim = call->value[0].integer;
    wick_status status = wick__check_view_dim("squeeze", call->in[0], dim);
    if (status)
        return status;
    if (g.size[dim] == 1 && g.ndim > 1)
        wick__remove_dim(&g, (int)dim);
    return wick__frame_view(call->in[0], &g, out);
}
BACK_IN_SHAPE(squeeze_dim)
static const wick__arg dim_args[] = {TENSOR("x"), DIM("dim"), END};
const wick_op wick_op_squeeze_dim = {.name = "squeeze",
                                     .args = dim_args,
                                     .is_view = true,
                                     .number = WICK__NUMBER_OF_VECTOR,
                                     .forward = squeeze_dim_forward,
                                     .backward = squeeze_dim_backward,
                                     .doc = "x without a dimension, when its size is 1",
                                     .example = "print(torch.Tensor{{1, 2}}:squeeze(1))"};

static wick_status unsqueeze_forward(const wick_call *call, wick_tensor **out)
{
    wick__frame g = wick__frame_of(call->in[0]);
    int64_t dim = call->value[0].integer;
    if (dim < 0 || dim > g.ndim || g.ndim == WICK_MAX_DIM)
        return wick__fail(WICK_EVALUE, "unsqueeze: a new dimension cannot stand at %lld of %s",
                          (long long)dim + 1, wick__shape(call->in[0]));
    wick__insert_dim(&g, (int)dim, 1, 1);
    return wick__frame_view(call->in[0], &g, out);
}
BACK_IN_SHAPE(unsqueeze)
VIEW(unsqueeze, "unsqueeze", dim_args, "x with a new dimension of size 1 at that place",
     "print(torch.Tensor{1, 2}:unsqueeze(2))")
