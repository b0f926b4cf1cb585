/* Tensors joined along a dimension. */
#include <stdio.h>

#include "op/images.h"
#include "op/region.h"

static const wick__arg cat_args[] = {{"tensors", WICK__TENSORS, false, 0, NULL, false},
                                     {"dim", WICK__DIM, true, 0, NULL, false},
                                     END};

/* What Torch7 calls an empty tensor; it takes no part. */
static bool is_empty(int ndim, const int64_t *size)
{
    return ndim == 0 || (ndim == 1 && size[0] == 0);
}

/* The dimension that was asked for: the last of `most` when none was. */
static int joined_dim(int64_t asked, int most)
{
    return (int)(asked == WICK__LEFT_OUT || asked == -1 ? most - 1 : asked);
}

/* "1: 2 x 3, 2: 4 x 5, ..." */
static void list_shapes(const wick_call *call, char *text, size_t bytes)
{
    enum { MOST = 12 };
    size_t used = 0;
    for (int i = 0; i < call->inputs && used < bytes; i++) {
        bool stop = i == MOST;
        int written = stop ? snprintf(text + used, bytes - used, ", ...")
                           : snprintf(text + used, bytes - used, "%s%d: %s", i > 0 ? ", " : "",
                                      i + 1, wick__shape(call->in[i]));
        used += written > 0 ? (size_t)written : 0;
        if (stop)
            return;
    }
}

static wick_status shapes_differ(const wick_call *call, int dim, int at, int64_t had, int64_t has,
                                 int i)
{
    char shapes[12 * WICK__SHAPE_TEXT];
    list_shapes(call, shapes, sizeof shapes);
    return wick__fail(WICK_ESHAPE,
                      "cat: joined along dimension %d, tensors need equal sizes in all others, but "
                      "tensor %d has %lld entries in dimension %d where those before have %lld "
                      "(%s)",
                      dim + 1, i + 1, (long long)has, at + 1, (long long)had, shapes);
}

static wick_status types_differ(const wick_call *call, wick_dtype dtype, int i)
{
    return wick__fail(WICK_EDTYPE,
                      "cat: tensor %d is a %s tensor, those before are %s; convert one with "
                      ":type()",
                      i + 1, wick_dtype_name(call->in[i]->dtype), wick_dtype_name(dtype));
}

/* Dimensions that t has not count as size 1. */
static int64_t size_of(const wick_tensor *t, int d)
{
    return d < t->ndim ? t->size[d] : 1;
}

static wick_status join_shape(const wick_call *call, int dim, int i, wick_sizes *shape)
{
    const wick_tensor *t = call->in[i];
    for (int d = 0; d < shape->count; d++)
        if (d != dim && size_of(t, d) != shape->v[d])
            return shapes_differ(call, dim, d, shape->v[d], size_of(t, d), i);
    if (!wick__add_fits(shape->v[dim], size_of(t, dim), &shape->v[dim]))
        return wick__fail(WICK_ESHAPE, "cat: more elements than can be counted");
    return WICK_OK;
}

static int most_dims(const wick_call *call)
{
    int most = 0;
    for (int i = 0; i < call->inputs; i++)
        most = call->in[i]->ndim > most ? call->in[i]->ndim : most;
    return most;
}

/* The result's shape and type. */
static wick_status measure(const wick_call *call, int *dim, wick_sizes *shape, wick_dtype *dtype)
{
    int most = most_dims(call), first = -1;
    *dim = joined_dim(call->value[0].integer, most);
    *dtype = call->in[0]->dtype;
    shape->count = 0;
    if (most > 0 && (*dim < 0 || *dim >= WICK_MAX_DIM))
        return wick__fail(WICK_EVALUE, "cat: dimension %lld is none of 1 to %d",
                          (long long)call->value[0].integer + 1, WICK_MAX_DIM);
    wick_status status = WICK_OK;
    for (int i = 0; i < call->inputs && !status; i++) {
        const wick_tensor *t = call->in[i];
        if (is_empty(t->ndim, t->size))
            continue;
        if (first < 0) {
            first = i;
            *dtype = t->dtype;
            shape->count = most > *dim + 1 ? most : *dim + 1;
            for (int d = 0; d < shape->count; d++)
                shape->v[d] = d == *dim ? 0 : size_of(t, d);
        }
        status =
            t->dtype == *dtype ? join_shape(call, *dim, i, shape) : types_differ(call, *dtype, i);
    }
    return status;
}

static wick_status append(wick_tensor *to, int dim, int64_t *start, const wick_tensor *t)
{
    int64_t size[WICK_MAX_DIM], stride[WICK_MAX_DIM];
    wick_tensor *seen = NULL;
    if (is_empty(t->ndim, t->size))
        return WICK_OK;
    for (int d = 0; d < to->ndim; d++) {
        size[d] = size_of(t, d);
        stride[d] = d < t->ndim ? t->stride[d] : 1;
    }
    wick_status status = wick__view(t, t->offset, to->ndim, size, stride, &seen);
    if (!status)
        status = wick__copy_slice(to, dim, *start, seen);
    *start += size[dim];
    wick_tensor_release(seen);
    return status;
}

/* Whether the result can be images: all parts are, and all but the last fill their blocks. */
static bool joins_images(const wick_call *call, int dim, const wick_tensor *to)
{
    for (int i = 0; i < call->inputs; i++)
        if (!wick__is_images(call->in[i]) || call->in[i]->ndim != 4 ||
            (i < call->inputs - 1 && call->in[i]->size[1] % WICK__LANES != 0))
            return false;
    return dim == 1 && !to;
}

static wick_status join_images(const wick_call *call, const wick_sizes *shape, wick_tensor **out)
{
    wick__image_size size = {shape->v[0], shape->v[1], shape->v[2], shape->v[3]};
    return wick__images_join(call->in[0]->context, &size, call->inputs, call->in, out);
}

static wick_status cat_forward(const wick_call *call, wick_tensor **out)
{
    wick_sizes shape;
    wick_dtype dtype;
    int64_t start = 0;
    int dim;
    if (call->inputs == 0)
        return wick__fail(WICK_EVALUE, "cat: there is no tensor to join");
    wick_status status = measure(call, &dim, &shape, &dtype);
    if (!status && joins_images(call, dim, *out))
        return join_images(call, &shape, out);
    if (!status)
        status = wick__output(call->in[0]->context, dtype, shape.count, shape.v, out);
    for (int i = 0; i < call->inputs && !status && shape.count > 0; i++)
        status = append(*out, dim, &start, call->in[i]);
    return status;
}

/* Some channels of images, as images of their own. */
static wick_status channels_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    int64_t start = call->value[0].integer;
    wick__image_size size;
    wick__scope s;
    if (!wick__image_size_of(x, &size) || start % WICK__LANES != 0 || start < 0 ||
        call->value[1].integer < 1 || call->value[1].integer > size.channels - start)
        return wick__fail(WICK_ESHAPE, "channels: %s has no such block", wick__shape(x));
    size.channels = call->value[1].integer;
    wick__scope_open(&s, x->context);
    x = wick__as_images(&s, x);
    if (!s.status)
        s.status = wick__images_slice(x, start, &size, out);
    return wick__scope_close(&s);
}

static const wick__arg channels_args[] = {TENSOR("x"), INTEGER("start"), INTEGER("count"), END};

const wick_op wick_op_channels = {.name = "channels",
                                  .args = channels_args,
                                  .method = WICK__METHOD_NONE,
                                  .internal = true,
                                  .forward = channels_forward,
                                  .doc = "cat's gradient on images"};

/* What of the gradient belongs to the input that starts there. */
static wick_tensor *part_of(wick__rule *r, int dim, int64_t start, int64_t length)
{
    wick_value value[] = {{.integer = dim}, {.integer = start}, {.integer = length}};
    if (dim == 1 && wick__is_images(G) && start % WICK__LANES == 0 && G->ndim == 4 &&
        (length % WICK__LANES == 0 || start + length == G->size[1]) &&
        !wick_context_recording(r->scope->context))
        return wick__run(r->scope, &wick_op_channels, 1, &G, value + 1);
    return wick__run(r->scope, &wick_op_narrow, 1, &G, value);
}

/* Each input gets its part; the engine drops dimensions that it had not. */
static void cat_backward(wick__rule *r)
{
    int most = 0;
    int64_t start = 0;
    for (int i = 0; i < r->node->inputs; i++)
        most = wick__shape_of(r, i)->ndim > most ? wick__shape_of(r, i)->ndim : most;
    int dim = joined_dim(wick__integer(r, 0), most);
    for (int i = 0; i < r->node->inputs; i++) {
        const wick__geometry *x = wick__shape_of(r, i);
        if (is_empty(x->ndim, x->size))
            continue;
        int64_t length = dim < x->ndim ? x->size[dim] : 1;
        if (r->wants[i])
            r->dx[i] = part_of(r, dim, start, length);
        start += length;
    }
}

const wick_op wick_op_cat = {
    .name = "cat",
    .args = cat_args,
    .into = true,
    .forward = cat_forward,
    .backward = cat_backward,
    .doc = "Tensors of one type joined along a dimension (by default the last of the one with "
           "most); missing dimensions count as size 1, empty tensors are skipped",
    .example = "print(torch.cat(torch.Tensor{{1, 2}}, torch.Tensor{{3, 4}}, 1))"};
