/* Vectors in space: cross products, distances of all pairs, norms brought down to a limit. */
#include <math.h>

#include "kernel/pairs.h"
#include "op/dense.h"
#include "op/reduce.h"

#define BOTH (WICK__SAVE_IN(0) | WICK__SAVE_IN(1))

/* ---- cross ---- */

static const wick__arg cross_args[] = {TENSOR("a"), TENSOR("b"), DIM_OR("dim", 0), END};

/* The dimension along which a holds vectors: the first of size 3 where it is left out. */
static wick_status find_dim(const wick_tensor *a, int64_t given, int *dim)
{
    if (given != WICK__LEFT_OUT) {
        wick_status status = wick__check_dim("cross", a, given, dim);
        if (status || a->size[*dim] == 3)
            return status;
        return wick__fail(WICK_ESHAPE, "cross: dimension %d does not have size 3 in %s", *dim + 1,
                          wick__shape(a));
    }
    for (*dim = 0; *dim < a->ndim; ++*dim)
        if (a->size[*dim] == 3)
            return WICK_OK;
    return wick__fail(WICK_ESHAPE, "cross: no dimension of size 3 in a: %s", wick__shape(a));
}

/* x with its three slices moved up by one or two. */
static wick_tensor *turned(wick__scope *s, wick_tensor *x, int dim, int by)
{
    wick_value back[] = {{.integer = dim}, {.integer = by}, {.integer = 3 - by}};
    wick_value front[] = {{.integer = dim}, {.integer = 0}, {.integer = by}};
    wick_tensor *parts[] = {wick__run(s, &wick_op_narrow, 1, &x, back),
                            wick__run(s, &wick_op_narrow, 1, &x, front)};
    return s->status ? NULL
                     : wick__run(s, &wick_op_cat, 2, parts, (wick_value[]){{.integer = dim}});
}

static wick_status cross_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *a = call->in[0], *b = call->in[1];
    wick__scope scope, *s = &scope;
    int dim;
    if (!wick__same_shape(a, b))
        return wick__fail(WICK_ESHAPE, "cross: inconsistent tensor sizes %s, %s", wick__shape(a),
                          wick__shape(b));
    if (a->dtype != b->dtype)
        return wick__fail(WICK_EDTYPE, "cross: %s and %s do not go together; convert one",
                          wick_dtype_name(a->dtype), wick_dtype_name(b->dtype));
    wick_status status = find_dim(a, call->value[0].integer, &dim);
    if (status)
        return status;
    wick__scope_open(s, a->context);
    wick_tensor *y =
        wick__subtract(s, wick__multiply(s, turned(s, a, dim, 1), turned(s, b, dim, 2)),
                       wick__multiply(s, turned(s, a, dim, 2), turned(s, b, dim, 1)));
    if (y)
        wick_tensor_retain(y);
    *out = y;
    return wick__scope_close(s);
}

const wick_op wick_op_cross = {
    .name = "cross",
    .args = cross_args,
    .is_composite = true,
    .forward = cross_forward,
    .doc = "The cross products of the vectors of three that a and b hold along a dimension, the "
           "first of size 3 where it is left out",
    .example = "print(torch.cross(torch.Tensor{1, 0, 0}, torch.Tensor{0, 1, 0}))"};

/* ---- match ---- */

static const wick__arg match_args[] = {TENSOR("m1"), TENSOR("m2"), NUMBER_OR("gain", 1), END};

/* The elements of a row, whatever its dimensions. */
static int64_t width_of(int ndim, const int64_t *size)
{
    int64_t width = 1;
    for (int d = 1; d < ndim; d++)
        width *= size[d];
    return width;
}

static wick_status check_match(wick_tensor *x, wick_tensor *z)
{
    if (x->dtype == WICK_FLOAT16 || z->dtype == WICK_FLOAT16)
        return wick__fail(WICK_EDTYPE,
                          "match: not defined for float16 tensors; convert with :float() or "
                          ":double() first");
    if (x->dtype != z->dtype)
        return wick__fail(WICK_EDTYPE, "match: %s and %s do not go together; convert one",
                          wick_dtype_name(x->dtype), wick_dtype_name(z->dtype));
    if (x->ndim > 0 && z->ndim > 0 && width_of(x->ndim, x->size) == width_of(z->ndim, z->size))
        return WICK_OK;
    return wick__fail(WICK_ESHAPE,
                      "match: m1 and m2 must have the same inner vector dim, got %s and %s",
                      wick__shape(x), wick__shape(z));
}

static wick_status match_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *z = call->in[1];
    wick__scope s;
    wick_status status = check_match(x, z);
    if (status)
        return status;
    wick_sizes shape = {2, {x->size[0], z->size[0]}};
    wick__scope_open(&s, x->context);
    wick__pairs pairs = {.dtype = x->dtype,
                         .n = x->size[0],
                         .m = z->size[0],
                         .d = width_of(x->ndim, x->size),
                         .gain = call->value[0].number};
    pairs.x = wick__read(&s, x);
    pairs.z = wick__read(&s, z);
    void *y = wick__make(&s, x->dtype, &shape, out);
    if (!s.status)
        wick__squared_distances(x->context, &pairs, y);
    return wick__scope_close(&s);
}

/* Rows as a matrix, n x d. */
static wick_tensor *as_rows(wick__rule *r, int i, wick_tensor *x)
{
    const wick__geometry *g = wick__shape_of(r, i);
    wick_sizes shape = {2, {g->size[0], width_of(g->ndim, g->size)}};
    return wick__reshape(r->scope, x, &shape);
}

/* 2 gain (x_i sum_j g_ij - sum_j g_ij z_j) */
static void pull(wick__rule *r, int i, wick_tensor *g, wick_tensor *x, wick_tensor *z)
{
    wick__scope *s = r->scope;
    wick_tensor *own = wick__multiply(s, wick__sum(s, g, 1), x);
    wick_tensor *both = wick__subtract(s, own, wick__matmul(s, g, z));
    wick_sizes shape = wick__sizes_of(r, i);
    r->dx[i] = wick__reshape(s, wick__scale(s, both, 2 * wick__number(r, 0)), &shape);
}

static void match_backward(wick__rule *r)
{
    wick_tensor *x = as_rows(r, 0, X), *z = as_rows(r, 1, Z);
    if (r->wants[0])
        pull(r, 0, G, x, z);
    if (r->wants[1])
        pull(r, 1, wick__transpose(r->scope, G, 0, 1), z, x);
}

const wick_op wick_op_match = {
    .name = "match",
    .args = match_args,
    .saves = BOTH,
    .forward = match_forward,
    .backward = match_backward,
    .doc = "gain times the squared distance of every row of m1 (n x d) to every row of m2 (m x d): "
           "n x m; more dimensions count as one",
    .example = "print(torch.match(torch.Tensor{{0, 0}, {1, 1}}, torch.Tensor{{3, 4}}))"};

/* ---- renorm ---- */

static const wick__arg renorm_args[] = {TENSOR("x"), NUMBER("p"), DIM("dim"), NUMBER("maxnorm"),
                                        END};

enum { P, DIMENSION, MAXNORM };

static wick_status check_renorm(const wick_call *call, int *dim)
{
    wick_tensor *x = call->in[0];
    double p = call->value[P].number, limit = call->value[MAXNORM].number;
    wick_status status = wick__check_one_type("renorm", 1, &x);
    if (!status && x->ndim < 2)
        status = wick__fail(WICK_ESHAPE, "renorm: need at least 2 dimensions, got %d: %s", x->ndim,
                            wick__shape(x));
    if (!status)
        status = wick__check_dim("renorm", x, call->value[DIMENSION].integer, dim);
    if (!status && !(p > 0 && isfinite(p)))
        status = wick__fail(WICK_EVALUE, "renorm: non-positive-norm not supported: p is %g", p);
    if (!status && !(limit >= 0))
        status = wick__fail(WICK_EVALUE, "renorm: a norm is at least 0, maxnorm is %g", limit);
    return status;
}

/* The norms of the slices along `dim`, in a shape that broadcasts to x. */
static wick_tensor *slice_norms(wick__scope *s, wick_tensor *x, int dim, double p)
{
    if (!x)
        return NULL;
    wick_sizes rows = {2, {x->size[dim], 1}}, line = {.count = x->ndim};
    for (int d = 0; d < x->ndim; d++) {
        rows.v[1] *= d == dim ? 1 : x->size[d];
        line.v[d] = d == dim ? x->size[dim] : 1;
    }
    wick_tensor *slices = wick__reshape(s, wick__transpose(s, x, 0, dim), &rows);
    wick_value value[] = {{.number = p}, {.integer = 1}};
    wick_tensor *norms = slices ? wick__run(s, &wick_op_norm, 1, &slices, value) : NULL;
    return wick__reshape(s, norms, &line);
}

/* limit / (norm + 1e-7) where the norm is beyond the limit; `beyond` is 1 there, else 0. */
static wick_tensor *shrinking(wick__scope *s, wick_tensor *norms, double limit, wick_tensor *beyond)
{
    wick_tensor *factor =
        wick__with_number(s, &wick_op_divide_number, wick__shift(s, norms, 1e-7), limit);
    return wick__multiply(s, factor, beyond);
}

/* 1 for the slices beyond the limit, in x's type. */
static wick_tensor *beyond_limit(wick__scope *s, wick_tensor *norms, double limit)
{
    wick_tensor *mask = wick__with_number(s, &wick_op_gt_number, norms, limit);
    wick_value dtype[] = {{.integer = norms ? norms->dtype : 0}};
    return mask ? wick__run(s, &wick_op_convert, 1, &mask, dtype) : NULL;
}

static wick_status renorm_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    double limit = call->value[MAXNORM].number;
    wick__scope scope, *s = &scope;
    int dim;
    wick_status status = check_renorm(call, &dim);
    if (status)
        return status;
    wick__scope_open(s, x->context);
    wick_tensor *norms = slice_norms(s, x, dim, call->value[P].number);
    wick_tensor *beyond = beyond_limit(s, norms, limit);
    wick_tensor *within = wick__minus(s, 1, beyond);
    wick_tensor *factor = wick__add(s, shrinking(s, norms, limit, beyond), within);
    wick_tensor *y = wick__multiply(s, x, factor);
    if (!s->status)
        s->status = wick__output(x->context, x->dtype, x->ndim, x->size, out);
    if (!s->status)
        s->status = wick_tensor_copy(*out, y);
    return wick__scope_close(s);
}

/* With the norm N of a slice and its factor f = limit / (N + e): f g - f (sum g x) N' / (N + e). */
static void renorm_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_tensor *x = X;
    double p = wick__number(r, P), limit = wick__number(r, MAXNORM);
    int dim = (int)wick__integer(r, DIMENSION);
    wick_tensor *norms = slice_norms(s, x, dim, p), *beyond = beyond_limit(s, norms, limit);
    if (!beyond)
        return;
    wick_sizes line = wick__sizes_like(norms);
    wick_tensor *factor = shrinking(s, norms, limit, beyond);
    wick_tensor *share = wick__sum_to(s, wick__multiply(s, G, x), &line);
    share = wick__divide(s, wick__multiply(s, share, factor), wick__shift(s, norms, 1e-7));
    wick_tensor *part =
        wick__divide(s, wick__unary(s, &wick_op_abs, x), wick__without_zeros(s, norms));
    wick_tensor *slope = wick__multiply(s, wick__power(s, wick__without_zeros(s, part), p - 1),
                                        wick__unary(s, &wick_op_sign, x));
    wick_tensor *kept = wick__add(s, factor, wick__minus(s, 1, beyond));
    r->dx[0] = wick__subtract(s, wick__multiply(s, G, kept), wick__multiply(s, slope, share));
}

const wick_op wick_op_renorm = {
    .name = "renorm",
    .args = renorm_args,
    .saves = WICK__SAVE_IN(0),
    .method = WICK__METHOD_IN_PLACE,
    .into = true,
    .into_first = true,
    .forward = renorm_forward,
    .backward = renorm_backward,
    .doc = "x with every slice along a dimension whose p-norm is beyond maxnorm multiplied by "
           "maxnorm / (norm + 1e-7)",
    .example = "print(torch.renorm(torch.Tensor{{3, 4}, {0, 1}}, 2, 1, 1))"};
