/* Views: other geometries of the same memory, and reshape, which copies where it must. */
#include <string.h>

#include "op/describe.h"

/* What a view needs besides the storage. */
typedef struct geometry {
    int ndim;
    int64_t offset;
    int64_t size[WICK_MAX_DIM], stride[WICK_MAX_DIM];
} geometry;

static geometry geometry_of(const wick_tensor *t)
{
    geometry g = {.ndim = t->ndim, .offset = t->offset};
    memcpy(g.size, t->size, sizeof g.size);
    memcpy(g.stride, t->stride, sizeof g.stride);
    return g;
}

static wick_status give(const wick_tensor *t, const geometry *g, wick_tensor **out)
{
    return wick__view(t, g->offset, g->ndim, g->size, g->stride, out);
}

static void remove_dim(geometry *g, int dim)
{
    size_t rest = sizeof(int64_t) * (size_t)(g->ndim - dim - 1);
    memmove(g->size + dim, g->size + dim + 1, rest);
    memmove(g->stride + dim, g->stride + dim + 1, rest);
    g->ndim--;
}

static void insert_dim(geometry *g, int dim, int64_t size, int64_t stride)
{
    size_t rest = sizeof(int64_t) * (size_t)(g->ndim - dim);
    memmove(g->size + dim + 1, g->size + dim, rest);
    memmove(g->stride + dim + 1, g->stride + dim, rest);
    g->size[dim] = size;
    g->stride[dim] = stride;
    g->ndim++;
}

static wick_status check_dim(const char *what, const wick_tensor *t, int64_t dim)
{
    if (dim >= 0 && dim < t->ndim)
        return WICK_OK;
    return wick__fail(WICK_EVALUE, "%s: dimension %lld out of range of %dD tensor", what,
                      (long long)dim + 1, t->ndim);
}

#define VIEW(NAME, LUA, ARGS, DOC, EXAMPLE)                                                        \
    const wick_op wick_op_##NAME = {.name = LUA,                                                   \
                                    .args = ARGS,                                                  \
                                    .is_view = true,                                               \
                                    .forward = NAME##_forward,                                     \
                                    .backward = NAME##_backward,                                   \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

/* Its gradient is the gradient in the input's shape. */
#define BACK_IN_SHAPE(NAME)                                                                        \
    static void NAME##_backward(wick__rule *r)                                                     \
    {                                                                                              \
        wick_sizes shape = wick__sizes_of(r, 0);                                                   \
        r->dx[0] = wick__reshape(r->scope, G, &shape);                                             \
    }

/* ---- view and reshape ---- */

static const wick__arg sizes_args[] = {TENSOR("x"), SIZES("sizes"), END};

/* Fills in a size of -1. */
static wick_status complete(const char *what, const wick_tensor *x, const wick_sizes *asked,
                            wick_sizes *sizes)
{
    int open = -1;
    int64_t known = 1, count = wick__count(x);
    char text[WICK__SHAPE_TEXT];
    *sizes = *asked;
    for (int i = 0; i < asked->count; i++) {
        if (asked->v[i] == -1 && open >= 0)
            return wick__fail(WICK_EVALUE, "%s: Only one of torch.view dimensions can be -1.",
                              what);
        if (asked->v[i] < -1 || (asked->v[i] >= 0 && !wick__mul_fits(known, asked->v[i], &known)))
            return wick__fail(WICK_EVALUE, "%s: %lld is no size", what, (long long)asked->v[i]);
        if (asked->v[i] == -1)
            open = i;
    }
    if (open >= 0 && (known == 0 || count % known))
        return wick__fail(WICK_ESHAPE,
                          "%s: The number of covered elements is not a multiple of all elements. "
                          "%s has %lld, the sizes given cover %lld",
                          what, wick__shape(x), (long long)count, (long long)known);
    if (open >= 0)
        sizes->v[open] = count / known;
    else if ((asked->count ? known : 0) != count)
        return wick__fail(WICK_ESHAPE, "%s: Wrong size for view. Input size: %s. Output size: %s",
                          what, wick__shape(x),
                          wick__sizes_text(asked->count, asked->v, text, sizeof text));
    return WICK_OK;
}

/* Strides for `sizes` over the memory of a strided tensor, when there are such: runs of dimensions
 * that lie behind each other in memory are cut anew. */
static bool restride(const wick_tensor *x, const wick_sizes *sizes, int64_t *stride)
{
    int old = x->ndim - 1, neu = sizes->count - 1;
    while (old >= 0) {
        int64_t base = x->stride[old], run = x->size[old], covered = 1;
        while (old > 0 && (x->size[old - 1] == 1 || x->stride[old - 1] == run * base)) {
            if (run == 1)
                base = x->stride[old - 1];
            run *= x->size[--old];
        }
        while (neu >= 0 && (covered < run || sizes->v[neu] == 1)) {
            stride[neu] = covered * base;
            covered *= sizes->v[neu--];
        }
        if (covered != run)
            return false;
        old--;
    }
    for (; neu >= 0; neu--)
        stride[neu] = 1;
    return true;
}

static bool can_view(const wick_tensor *x, const wick_sizes *sizes, int64_t *stride)
{
    wick__row_major(sizes->count, sizes->v, stride);
    return wick_tensor_is_contiguous(x) || wick__count(x) == 0 || restride(x, sizes, stride);
}

static wick_status view_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    wick_sizes sizes;
    int64_t stride[WICK_MAX_DIM];
    wick_status status = complete("view", x, call->value[0].sizes, &sizes);
    if (status)
        return status;
    if (!can_view(x, &sizes, stride))
        return wick__fail(WICK_ESHAPE,
                          "view: expecting a contiguous tensor; this %s one is strided in a way "
                          "that no view of those sizes fits. Use reshape(), or contiguous() first",
                          wick__shape(x));
    return wick__view(x, x->offset, sizes.count, sizes.v, stride, out);
}
BACK_IN_SHAPE(view)
VIEW(view, "view", sizes_args,
     "The same elements in another shape, sharing memory; one size may be -1 and is worked out",
     "print(torch.range(1, 6):view(2, -1))")

/* Shares memory where it can: only the copy is not a view. */
static wick_status reshape_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *dense = NULL;
    wick_sizes sizes;
    int64_t stride[WICK_MAX_DIM];
    wick_status status = complete("reshape", x, call->value[0].sizes, &sizes);
    if (!status)
        status = wick__clone(x, &dense);
    if (status)
        return status;
    wick__row_major(sizes.count, sizes.v, stride);
    status = wick__view(dense, dense->offset, sizes.count, sizes.v, stride, out);
    wick_tensor_release(dense);
    return status;
}
BACK_IN_SHAPE(reshape)
const wick_op wick_op_reshape = {
    .name = "reshape",
    .args = sizes_args,
    .forward = reshape_forward,
    .backward = reshape_backward,
    .doc = "A copy of x in another shape, row-major; one size may be -1 and is worked out",
    .example = "print(torch.range(1, 6):reshape(3, 2))"};

/* ---- expand ---- */

static wick_status expand_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    const wick_sizes *sizes = call->value[0].sizes;
    geometry g = {.ndim = sizes->count, .offset = x->offset};
    int lead = sizes->count - x->ndim;
    char text[WICK__SHAPE_TEXT];
    if (lead < 0)
        return wick__fail(WICK_ESHAPE,
                          "expand: the number of dimensions provided must equal "
                          "tensor:dim(), or be more; %s has %d, given %d",
                          wick__shape(x), x->ndim, sizes->count);
    for (int i = 0; i < sizes->count; i++) {
        int64_t had = i < lead ? 1 : x->size[i - lead];
        if (sizes->v[i] != had && had != 1)
            return wick__fail(WICK_ESHAPE,
                              "expand: incorrect size: only supporting singleton expansion "
                              "(size=1); %s does not expand to %s",
                              wick__shape(x),
                              wick__sizes_text(sizes->count, sizes->v, text, sizeof text));
        g.size[i] = sizes->v[i];
        g.stride[i] = i < lead || had == 1 ? 0 : x->stride[i - lead];
    }
    return give(x, &g, out);
}
/* The engine sums down to the input's shape. */
static void expand_backward(wick__rule *r)
{
    r->dx[0] = G;
}
VIEW(expand, "expand", sizes_args,
     "x with dimensions of size 1 repeated without copying; new dimensions may stand in front",
     "print(torch.Tensor{{1}, {2}}:expand(2, 3))")

/* ---- order of dimensions ---- */

static void swap(int64_t *v, int64_t a, int64_t b)
{
    int64_t held = v[a];
    v[a] = v[b];
    v[b] = held;
}

static wick_status transpose_forward(const wick_call *call, wick_tensor **out)
{
    geometry g = geometry_of(call->in[0]);
    int64_t a = call->value[0].integer, b = call->value[1].integer;
    wick_status status = check_dim("transpose", call->in[0], a);
    if (!status)
        status = check_dim("transpose", call->in[0], b);
    if (status)
        return status;
    swap(g.size, a, b);
    swap(g.stride, a, b);
    return give(call->in[0], &g, out);
}
static void transpose_backward(wick__rule *r)
{
    r->dx[0] = wick__transpose(r->scope, G, (int)wick__integer(r, 0), (int)wick__integer(r, 1));
}
static const wick__arg transpose_args[] = {TENSOR("x"), DIM("dim"), DIM("other"), END};
VIEW(transpose, "transpose", transpose_args, "x with two dimensions swapped, sharing memory",
     "print(torch.Tensor{{1, 2, 3}}:transpose(1, 2))")

static wick_status t_forward(const wick_call *call, wick_tensor **out)
{
    geometry g = geometry_of(call->in[0]);
    if (g.ndim != 2)
        return wick__fail(WICK_ESHAPE, "t: Tensor must have 2 dimensions, this is %s",
                          wick__shape(call->in[0]));
    swap(g.size, 0, 1);
    swap(g.stride, 0, 1);
    return give(call->in[0], &g, out);
}
static void t_backward(wick__rule *r)
{
    r->dx[0] = wick__transpose(r->scope, G, 0, 1);
}
static const wick__arg only_args[] = {TENSOR("x"), END};
VIEW(t, "t", only_args, "The transpose of a matrix, sharing memory",
     "print(torch.Tensor{{1, 2, 3}}:t())")

static wick_status permute_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    const wick_sizes *dims = call->value[0].sizes;
    geometry g = {.ndim = x->ndim, .offset = x->offset};
    bool seen[WICK_MAX_DIM] = {false}, valid = dims->count == x->ndim;
    for (int i = 0; valid && i < x->ndim; i++) {
        int64_t from = dims->v[i];
        valid = from >= 0 && from < x->ndim && !seen[from];
        if (!valid)
            break;
        seen[from] = true;
        g.size[i] = x->size[from];
        g.stride[i] = x->stride[from];
    }
    if (!valid)
        return wick__fail(WICK_EVALUE,
                          "permute: Invalid permutation: %s needs each of its %d "
                          "dimensions once",
                          wick__shape(x), x->ndim);
    return give(x, &g, out);
}
static void permute_backward(wick__rule *r)
{
    const wick_sizes *dims = wick__sizes(r, 0);
    wick_sizes inverse = {.count = dims->count};
    for (int i = 0; i < dims->count; i++)
        inverse.v[dims->v[i]] = i;
    r->dx[0] = wick__run(r->scope, &wick_op_permute, 1, &G, (wick_value[]){{.sizes = &inverse}});
}
static const wick__arg permute_args[] = {
    TENSOR("x"), {"dims", WICK__DIMS, false, 0, NULL, false}, END};
VIEW(permute, "permute", permute_args, "x with its dimensions in another order, sharing memory",
     "print(torch.Tensor(2, 3, 4):permute(3, 1, 2):size())")

/* ---- parts ---- */

/* Zeros of the input's shape with the gradient in its part. */
static wick_tensor *place(wick__rule *r, wick_tensor *g, int dim, int64_t start, int64_t length)
{
    wick_sizes shape = wick__sizes_of(r, 0), starts = {.count = shape.count}, lengths = shape;
    wick_tensor *zeros = NULL;
    starts.v[dim] = start;
    lengths.v[dim] = length;
    wick_status status = wick_tensor_new(r->scope->context, wick__shape_of(r, 0)->dtype,
                                         shape.count, shape.v, &zeros);
    zeros = wick__keep(r->scope, status, zeros);
    if (!zeros || !g)
        return NULL;
    wick_call fill = {.value = {{.number = 0}}};
    r->scope->status = wick_apply_into(&wick_op_fill, &fill, &zeros);
    return wick__run(r->scope, &wick_op_assign, 2, (wick_tensor *[]){zeros, g},
                     (wick_value[]){{.sizes = &starts}, {.sizes = &lengths}});
}

/* A start may count from the end. */
static int64_t from_front(int64_t start, int64_t size)
{
    return start < 0 ? start + size : start;
}

static wick_status narrow_forward(const wick_call *call, wick_tensor **out)
{
    geometry g = geometry_of(call->in[0]);
    int64_t dim = call->value[0].integer, length = call->value[2].integer, end;
    wick_status status = check_dim("narrow", call->in[0], dim);
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
    return give(call->in[0], &g, out);
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
    geometry g = geometry_of(call->in[0]);
    int64_t dim = call->value[0].integer;
    wick_status status = check_dim("select", call->in[0], dim);
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
        remove_dim(&g, (int)dim);
    else
        g.size[0] = 1;
    return give(call->in[0], &g, out);
}
static void select_backward(wick__rule *r)
{
    int dim = (int)wick__integer(r, 0);
    int64_t index = from_front(wick__integer(r, 1), wick__shape_of(r, 0)->size[dim]);
    r->dx[0] = place(r, G, dim, index, 1);
}
static const wick__arg select_args[] = {
    TENSOR("x"), DIM("dim"), {"index", WICK__INDEX, false, 0, NULL, false}, END};
const wick_op wick_op_select = {
    .name = "select",
    .args = select_args,
    .is_view = true,
    .number = true,
    .forward = select_forward,
    .backward = select_backward,
    .doc = "One slice along a dimension, which is dropped; an element of a 1-D tensor is a number",
    .example = "print(torch.Tensor{{1, 2}, {3, 4}}:select(1, 2))"};

/* ---- dimensions of size 1 ---- */

static wick_status squeeze_forward(const wick_call *call, wick_tensor **out)
{
    geometry g = geometry_of(call->in[0]);
    for (int i = g.ndim - 1; i >= 0; i--)
        if (g.size[i] == 1 && g.ndim > 1)
            remove_dim(&g, i);
    return give(call->in[0], &g, out);
}
BACK_IN_SHAPE(squeeze)
const wick_op wick_op_squeeze = {
    .name = "squeeze",
    .args = only_args,
    .is_view = true,
    .number = true,
    .forward = squeeze_forward,
    .backward = squeeze_backward,
    .doc = "x without its dimensions of size 1; one element makes a number",
    .example = "print(torch.Tensor{{1, 2}}:squeeze())"};

static wick_status squeeze_dim_forward(const wick_call *call, wick_tensor **out)
{
    geometry g = geometry_of(call->in[0]);
    int64_t dim = call->value[0].integer;
    wick_status status = check_dim("squeeze", call->in[0], dim);
    if (status)
        return status;
    if (g.size[dim] == 1 && g.ndim > 1)
        remove_dim(&g, (int)dim);
    return give(call->in[0], &g, out);
}
BACK_IN_SHAPE(squeeze_dim)
static const wick__arg dim_args[] = {TENSOR("x"), DIM("dim"), END};
VIEW(squeeze_dim, "squeeze", dim_args, "x without a dimension, when its size is 1",
     "print(torch.Tensor{{1, 2}}:squeeze(1))")

static wick_status unsqueeze_forward(const wick_call *call, wick_tensor **out)
{
    geometry g = geometry_of(call->in[0]);
    int64_t dim = call->value[0].integer;
    if (dim < 0 || dim > g.ndim || g.ndim == WICK_MAX_DIM)
        return wick__fail(WICK_EVALUE, "unsqueeze: a new dimension cannot stand at %lld of %s",
                          (long long)dim + 1, wick__shape(call->in[0]));
    insert_dim(&g, (int)dim, 1, 1);
    return give(call->in[0], &g, out);
}
BACK_IN_SHAPE(unsqueeze)
VIEW(unsqueeze, "unsqueeze", dim_args, "x with a new dimension of size 1 at that place",
     "print(torch.Tensor{1, 2}:unsqueeze(2))")
