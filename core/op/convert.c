/* Copies: of another element type, of one's own, into another tensor. */
#include "op/describe.h"

static const wick__arg convert_args[] = {
    TENSOR("x"), {"dtype", WICK__DTYPE, false, 0, NULL, false}, END};

/* A result is never an input itself: the tape would take the one for the other. */
static wick_status convert_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    wick_dtype dtype = (wick_dtype)call->value[0].integer;
    return x->dtype == dtype ? wick__clone(x, out) : wick__convert(x, dtype, out);
}

/* The engine brings the gradient to the input's type. */
static void pass_backward(wick__rule *r)
{
    r->dx[0] = G;
}

const wick_op wick_op_convert = {
    .name = "convert",
    .args = convert_args,
    .forward = convert_forward,
    .backward = pass_backward,
    .doc = "x with another element type, as x:type(name) gives it; C's conversions: toward zero, "
           "integers wrap",
    .example = "print(torch.convert(torch.Tensor{1.7, -2.5}, 'torch.IntTensor'))"};

static const wick__arg clone_args[] = {TENSOR("x"), END};

static wick_status clone_forward(const wick_call *call, wick_tensor **out)
{
    return wick__clone(call->in[0], out);
}

const wick_op wick_op_clone = {.name = "clone",
                               .args = clone_args,
                               .forward = clone_forward,
                               .backward = pass_backward,
                               .doc = "A row-major copy in memory of its own",
                               .example = "print(torch.clone(torch.Tensor{1, 2}))"};

static const wick__arg copy_args[] = {TENSOR("source"), END};

/* A source that only broadcasts to the destination is expanded first. */
static wick_status copy_into(wick_tensor *to, wick_tensor *from)
{
    if (wick__count(from) == wick__count(to))
        return wick_tensor_copy(to, from);
    wick_sizes shape;
    wick_tensor *both[] = {to, from}, *expanded;
    int64_t stride[WICK_MAX_DIM];
    if (wick__broadcast("copy", 2, both, &shape) || !wick__has_shape(to, &shape))
        return wick__fail(WICK_ESHAPE, "copy: inconsistent tensor size: %s does not go into %s",
                          wick__shape(from), wick__shape(to));
    wick__broadcast_strides(from, &shape, stride);
    wick_status status = wick__view(from, from->offset, shape.count, shape.v, stride, &expanded);
    if (status)
        return status;
    status = wick_tensor_copy(to, expanded);
    wick_tensor_release(expanded);
    return status;
}

static wick_status copy_forward(const wick_call *call, wick_tensor **out)
{
    return *out ? copy_into(*out, call->in[0]) : wick__clone(call->in[0], out);
}

const wick_op wick_op_copy = {
    .name = "copy",
    .args = copy_args,
    .method = WICK__METHOD_INTO,
    .elementwise = true,
    .forward = copy_forward,
    .backward = pass_backward,
    .doc = "x:copy(source) writes source's elements into x in row-major order; types may differ, "
           "counts must agree or source broadcast",
    .example = "print(torch.Tensor(2, 2):copy(torch.Tensor{1, 2, 3, 4}))"};
