/* The frame around reductions. */
#include "op/reduce.h"

#include <string.h>

wick_status wick__check_dim(const char *name, const wick_tensor *x, int64_t value, int *dim)
{
    int64_t wanted = value == -1 && x->ndim > 0 ? x->ndim - 1 : value;
    *dim = (int)wanted;
    if (wanted >= 0 && wanted < x->ndim)
        return WICK_OK;
    return wick__fail(WICK_ESHAPE, "%s: dimension %lld out of range of %dD tensor (%s)", name,
                      (long long)(value < 0 ? value : value + 1), x->ndim, wick__shape(x));
}

static wick_dtype result_type(wick__reduction kind, const wick_tensor *x, bool whole)
{
    bool sums = kind == WICK__SUM || kind == WICK__PROD;
    return whole && sums && !wick_dtype_is_floating(x->dtype) ? WICK_INT64 : x->dtype;
}

/* Whether memory is read as it lies: neighbours are folded together, or into neighbours. Max and
 * min over several dimensions count in row-major order. */
static bool walks_well(const wick__reduce *r, bool counts)
{
    int last_kept = -1;
    bool folds_neighbours = false;
    for (int d = 0; d < r->ndim; d++) {
        if (!r->folded[d] && r->size[d] > 1)
            last_kept = d;
        folds_neighbours = folds_neighbours || (r->folded[d] && r->stride[d] == 1);
    }
    return !counts && (folds_neighbours || last_kept < 0 || r->stride[last_kept] == 1);
}

static wick_status run(wick__reduce *r, wick_tensor *x, bool counts, wick_tensor *y,
                       wick_tensor *index)
{
    static const int64_t nothing[1] = {0};
    wick_tensor *dense = NULL;
    void *in = NULL, *positions = NULL;
    r->ndim = x->ndim ? x->ndim : 1;
    r->size = x->ndim ? x->size : nothing;
    r->stride = x->stride;
    wick_status status = WICK_OK;
    if (!walks_well(r, counts))
        status = wick__contiguous(x, &dense);
    if (!status && dense)
        r->stride = dense->stride;
    if (!status)
        status = wick__dense(dense ? dense : x, &in);
    if (!status)
        status = wick__writable(y, &r->y);
    if (!status && index)
        status = wick__writable(index, &positions);
    r->x = in;
    r->index = positions;
    if (!status)
        status = wick__reduce_run(x->context, r);
    wick_tensor_release(dense);
    return status;
}

static wick_status reduce(const char *name, wick__reduce *r, wick_tensor *x,
                          const wick_sizes *shape, wick_tensor **y, wick_tensor **index)
{
    bool whole = shape->count == 1 && x->ndim != 1;
    wick_tensor *result = NULL, *positions = NULL;
    if (!wick__reduces(r->kind, x->dtype))
        return wick__fail(
            WICK_EDTYPE, "%s: not defined for %s tensors; convert with :float() or :double() first",
            name, wick_dtype_name(x->dtype));
    wick_status status = wick_tensor_new(x->context, r->out, shape->count, shape->v, &result);
    if (!status && index)
        status = wick_tensor_new(x->context, WICK_INT64, shape->count, shape->v, &positions);
    if (!status)
        status = run(r, x, index && whole, result, positions);
    if (status) {
        wick_tensor_release(result);
        wick_tensor_release(positions);
        return status;
    }
    *y = result;
    if (index)
        *index = positions;
    return WICK_OK;
}

wick_status wick__reduce_over(const char *name, wick__reduction kind, double p, wick_tensor *x,
                              int dim, wick_tensor **y, wick_tensor **index)
{
    bool folded[WICK_MAX_DIM];
    wick_sizes shape = dim < 0 ? (wick_sizes){1, {1}} : wick__sizes_like(x);
    wick__reduce r = {.kind = kind,
                      .p = p,
                      .dtype = x->dtype,
                      .out = result_type(kind, x, dim < 0),
                      .folded = folded};
    for (int d = 0; d < WICK_MAX_DIM; d++)
        folded[d] = dim < 0 || d == dim;
    if (dim >= 0)
        shape.v[dim] = 1;
    return reduce(name, &r, x, &shape, y, index);
}

wick_status wick__reduce_dims(const char *name, wick__reduction kind, double p, wick_tensor *x,
                              const bool *folded, wick_tensor **y)
{
    wick_sizes shape = wick__sizes_like(x);
    wick__reduce r = {.kind = kind,
                      .p = p,
                      .dtype = x->dtype,
                      .out = result_type(kind, x, false),
                      .folded = folded};
    for (int d = 0; d < x->ndim; d++)
        if (folded[d])
            shape.v[d] = 1;
    return reduce(name, &r, x, &shape, y, NULL);
}

wick_tensor *wick__spread(wick__rule *r, wick_tensor *g)
{
    wick_sizes shape = wick__sizes_of(r, 0);
    if (!g || shape.count == 0)
        return NULL;
    return wick__expand(r->scope, g, &shape);
}

wick_tensor *wick__without_zeros(wick__scope *s, wick_tensor *x)
{
    wick_tensor *zeros = wick__with_number(s, &wick_op_eq_number, x, 0);
    return wick__add(s, x, zeros);
}

bool wick__has_zero(wick__scope *s, wick_tensor *x)
{
    double found = 0;
    wick_tensor *zeros = wick__with_number(s, &wick_op_eq_number, x, 0);
    wick_tensor *any = wick__unary(s, &wick_op_any, zeros);
    if (any)
        wick__keep(s, wick_tensor_item(any, &found), NULL);
    return found != 0;
}
