/* Views: other geometries of the same memory, and reshape, which copies. */
#include "op/view.h"

static const wick__arg only_args[] = {TENSOR("x"), END};

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
    wick__frame g = {.ndim = sizes->count, .offset = x->offset};
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
    return wick__frame_view(x, &g, out);
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
    wick__frame g = wick__frame_of(call->in[0]);
    int64_t a = call->value[0].integer, b = call->value[1].integer;
    wick_status status = wick__check_view_dim("transpose", call->in[0], a);
    if (!status)
        status = wick__check_view_dim("transpose", call->in[0], b);
    if (status)
        return status;
    swap(g.size, a, b);
    swap(g.stride, a, b);
    return wick__frame_view(call->in[0], &g, out);
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
    wick__frame g = wick__frame_of(call->in[0]);
    if (g.ndim != 2)
        return wick__fail(WICK_ESHAPE, "t: Tensor must have 2 dimensions, this is %s",
                          wick__shape(call->in[0]));
    swap(g.size, 0, 1);
    swap(g.stride, 0, 1);
    return wick__frame_view(call->in[0], &g, out);
}
static void t_backward(wick__rule *r)
{
    r->dx[0] = wick__transpose(r->scope, G, 0, 1);
}
VIEW(t, "t", only_args, "The transpose of a matrix, sharing memory",
     "print(torch.Tensor{{1, 2, 3}}:t())")

static wick_status permute_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    const wick_sizes *dims = call->value[0].sizes;
    wick__frame g = {.ndim = x->ndim, .offset = x->offset};
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
    return wick__frame_view(x, &g, out);
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
