/* Slices of a tensor once more: laid side by side, in reverse order, or moved round. */
#include "base/checked.h"
#include "op/positions.h"
#include "op/region.h"

/* ---- repeatTensor ---- */

static const wick__arg repeat_args[] = {TENSOR("x"), SIZES("repeats"), END};

/* x's sizes with ones in front, as many as there are repeats. */
static wick_sizes aligned(int ndim, const int64_t *size, int count)
{
    wick_sizes shape = {.count = count};
    for (int d = 0; d < count; d++)
        shape.v[d] = d < count - ndim ? 1 : size[d - (count - ndim)];
    return shape;
}

static wick_status check_repeats(const wick_tensor *x, const wick_sizes *repeats, wick_sizes *shape,
                                 int64_t *count)
{
    if (repeats->count < x->ndim || x->ndim == 0)
        return wick__fail(WICK_ESHAPE,
                          "repeatTensor: %d repeats for %s; each of its dimensions needs one, and "
                          "those in front make new dimensions",
                          repeats->count, wick__shape(x));
    *shape = aligned(x->ndim, x->size, repeats->count);
    for (int d = 0; d < repeats->count; d++)
        if (repeats->v[d] < 0 || !wick__mul_fits(shape->v[d], repeats->v[d], &shape->v[d]))
            return wick__fail(WICK_EVALUE, "repeatTensor: %s cannot be repeated %lld times",
                              wick__shape(x), (long long)repeats->v[d]);
    if (wick__count_fits(shape->count, shape->v, count))
        return WICK_OK;
    return wick__fail(WICK_ESHAPE, "repeatTensor: more elements than can be counted");
}

/* *tiled = x, row-major, repeated along dimension `dim` of `shape`, its shape. */
static wick_status repeat_along(wick_tensor *x, wick_sizes *shape, int dim, int64_t repeats,
                                wick_tensor **tiled)
{
    int64_t outer = 1, inner = 1;
    for (int d = 0; d < shape->count; d++)
        *(d < dim ? &outer : &inner) *= shape->v[d];
    wick_tensor *from = NULL, *to = NULL;
    wick_status status = wick__view(x, x->offset, 3, (int64_t[]){outer, repeats, inner},
                                    (int64_t[]){inner, 0, 1}, &from);
    if (!status)
        status = wick__clone(from, &to);
    shape->v[dim] *= repeats;
    int64_t stride[WICK_MAX_DIM];
    wick__row_major(shape->count, shape->v, stride);
    if (!status)
        status = wick__view(to, to->offset, shape->count, shape->v, stride, tiled);
    wick_tensor_release(to);
    wick_tensor_release(from);
    return status;
}

/* Innermost first, so that every further copy moves longer runs. */
static wick_status repeat(wick_tensor *x, const wick_sizes *repeats, wick_tensor **out)
{
    wick_tensor *tiled = NULL;
    wick_sizes shape = aligned(x->ndim, x->size, repeats->count);
    int64_t stride[WICK_MAX_DIM];
    wick_status status = wick__clone(x, &tiled);
    for (int d = repeats->count - 1; d >= 0 && !status; d--) {
        wick_tensor *longer = NULL;
        if (repeats->v[d] == 1)
            continue;
        status = repeat_along(tiled, &shape, d, repeats->v[d], &longer);
        wick_tensor_release(tiled);
        tiled = longer;
    }
    wick__row_major(shape.count, shape.v, stride);
    if (!status)
        status = wick__view(tiled, tiled->offset, shape.count, shape.v, stride, out);
    wick_tensor_release(tiled);
    return status;
}

static wick_status repeat_tensor_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    wick_sizes shape;
    int64_t count = 0;
    wick_status status = check_repeats(x, call->value[0].sizes, &shape, &count);
    if (!status && count == 0)
        return wick_tensor_new(x->context, x->dtype, shape.count, shape.v, out);
    return status ? status : repeat(x, call->value[0].sizes, out);
}

/* g with dimension `dim` of `shape`, its shape, summed over its repeats. */
static wick_tensor *sum_repeats(wick__scope *s, wick_tensor *g, wick_sizes *shape, int dim,
                                int64_t repeats)
{
    wick_sizes cut = {.count = 3, .v = {1, repeats, 1}};
    shape->v[dim] /= repeats;
    for (int d = 0; d < shape->count; d++)
        cut.v[d < dim ? 0 : 2] *= shape->v[d];
    return wick__reshape(s, wick__sum(s, wick__reshape(s, g, &cut), 1), shape);
}

/* The engine drops the dimensions in front. */
static void repeat_tensor_backward(wick__rule *r)
{
    const wick_sizes *repeats = wick__sizes(r, 0);
    wick_sizes shape = wick__sizes_like(G);
    wick_tensor *g = G;
    if (wick__count(G) == 0)
        return;
    for (int d = 0; d < shape.count; d++)
        if (repeats->v[d] > 1)
            g = sum_repeats(r->scope, g, &shape, d, repeats->v[d]);
    r->dx[0] = g;
}

const wick_op wick_op_repeat_tensor = {
    .name = "repeatTensor",
    .args = repeat_args,
    .forward = repeat_tensor_forward,
    .backward = repeat_tensor_backward,
    .doc = "x laid side by side, so many times along each dimension; more numbers than it has "
           "dimensions make new ones in front",
    .example = "print(torch.Tensor{1, 2}:repeatTensor(3, 2))"};

/* ---- flip ---- */

static const wick__arg flip_args[] = {TENSOR("x"), DIM("dim"), END};

static wick_status backwards(wick_context *context, int64_t n, wick_tensor **positions)
{
    void *data;
    wick_status status = wick_tensor_new(context, WICK_INT64, 1, &n, positions);
    if (!status)
        status = wick__writable(*positions, &data);
    for (int64_t i = 0; i < n && !status; i++)
        ((int64_t *)data)[i] = n - i;
    return status;
}

static wick_status flip_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *positions = NULL;
    int dim;
    wick_status status = wick__check_dim("flip", x, call->value[0].integer, &dim);
    if (!status)
        status = backwards(x->context, x->size[dim], &positions);
    if (!status)
        status = wick__output(x->context, x->dtype, x->ndim, x->size, out);
    if (!status)
        status = wick__move_by(WICK__TAKE, x, dim, positions, *out, NULL);
    wick_tensor_release(positions);
    return status;
}

static void flip_backward(wick__rule *r)
{
    r->dx[0] = wick__run(r->scope, &wick_op_flip, 1, &G, r->node->value);
}

const wick_op wick_op_flip = {.name = "flip",
                              .args = flip_args,
                              .into = true,
                              .forward = flip_forward,
                              .backward = flip_backward,
                              .doc = "x with its slices along a dimension in reverse order",
                              .example = "print(torch.flip(torch.Tensor{1, 2, 3}, 1))"};

/* ---- roll ---- */

static const wick__arg roll_args[] = {
    TENSOR("x"), INTEGER("shift"), {"dim", WICK__DIM, true, 0, NULL, false}, END};

static wick_status copy_part(wick_tensor *x, int dim, int64_t from, int64_t count, wick_tensor *to,
                             int64_t at)
{
    int64_t size[WICK_MAX_DIM];
    wick_tensor *part = NULL;
    if (count == 0)
        return WICK_OK;
    for (int d = 0; d < x->ndim; d++)
        size[d] = d == dim ? count : x->size[d];
    wick_status status =
        wick__view(x, x->offset + from * x->stride[dim], x->ndim, size, x->stride, &part);
    if (!status)
        status = wick__copy_slice(to, dim, at, part);
    wick_tensor_release(part);
    return status;
}

/* What leaves at one end comes in at the other. */
static wick_status roll_along(wick_tensor *x, int dim, int64_t shift, wick_tensor *to)
{
    int64_t n = x->size[dim];
    if (wick__count(x) == 0)
        return WICK_OK;
    int64_t moved = (shift % n + n) % n;
    wick_status status = copy_part(x, dim, 0, n - moved, to, moved);
    return status ? status : copy_part(x, dim, n - moved, moved, to, 0);
}

/* All elements as one line. */
static wick_status roll_line(wick_tensor *x, int64_t shift, wick_tensor *to)
{
    int64_t count = wick__count(x), step = 1;
    wick_tensor *dense = NULL, *line = NULL, *line_to = NULL;
    wick_status status = wick__clone(x, &dense);
    if (!status)
        status = wick__view(dense, dense->offset, 1, &count, &step, &line);
    if (!status)
        status = wick__view(to, to->offset, 1, &count, &step, &line_to);
    if (!status)
        status = roll_along(line, 0, shift, line_to);
    wick_tensor_release(dense);
    wick_tensor_release(line);
    wick_tensor_release(line_to);
    return status;
}

static wick_status roll_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    int64_t shift = call->value[0].integer, asked = call->value[1].integer;
    int dim = 0;
    wick_status status = WICK_OK;
    if (asked != WICK__LEFT_OUT)
        status = wick__check_dim("roll", x, asked, &dim);
    if (!status)
        status = wick__output(x->context, x->dtype, x->ndim, x->size, out);
    if (status || x->ndim == 0)
        return status;
    return asked == WICK__LEFT_OUT ? roll_line(x, shift, *out) : roll_along(x, dim, shift, *out);
}

static void roll_backward(wick__rule *r)
{
    wick_value value[2] = {{.integer = -r->node->value[0].integer}, r->node->value[1]};
    r->dx[0] = wick__run(r->scope, &wick_op_roll, 1, &G, value);
}

const wick_op wick_op_roll = {
    .name = "roll",
    .args = roll_args,
    .forward = roll_forward,
    .backward = roll_backward,
    .doc =
        "x with its slices moved on by `shift` along a dimension; what leaves at one end comes in "
        "at the other. Without a dimension all elements move as one line",
    .example = "print(torch.roll(torch.Tensor{1, 2, 3}, 1, 1))"};
