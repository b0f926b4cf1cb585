/* Checking positions and moving elements by them. */
#include "op/positions.h"

#include <stdio.h>
#include <string.h>

#include "kernel/index.h"

/* ---- checking ---- */

/* "3", or "[2, 1]" in a table of positions: where element i of t stands, counted from 1. */
static char *place_text(const wick_tensor *t, int64_t i, char *text, size_t bytes)
{
    int64_t at[WICK_MAX_DIM];
    size_t used = 0;
    for (int d = t->ndim - 1; d >= 0; d--) {
        at[d] = i % t->size[d] + 1;
        i /= t->size[d];
    }
    for (int d = 0; d < t->ndim && used < bytes; d++) {
        const char *open = d > 0 ? ", " : t->ndim > 1 ? "[" : "";
        const char *close = d == t->ndim - 1 && t->ndim > 1 ? "]" : "";
        int written =
            snprintf(text + used, bytes - used, "%s%lld%s", open, (long long)at[d], close);
        used += written > 0 ? (size_t)written : 0;
    }
    return text;
}

static wick_status check_range(const char *name, const wick_tensor *x, int dim,
                               const wick_tensor *positions)
{
    char text[WICK__SHAPE_TEXT];
    void *data;
    int64_t n = wick__count(positions);
    wick_status status = wick__dense(positions, &data);
    if (status)
        return status;
    const int64_t *position = data;
    int64_t i = wick__first_outside(x->context, n, position, x->size[dim]);
    if (i == n)
        return WICK_OK;
    return wick__fail(WICK_EVALUE,
                      "%s: position %s is %lld, out of range: dimension %d of %s has %lld entries; "
                      "positions count from 1",
                      name, place_text(positions, i, text, sizeof text), (long long)position[i],
                      dim + 1, wick__shape(x), (long long)x->size[dim]);
}

static wick_status check_whole(const char *name, wick_tensor *given)
{
    char text[WICK__SHAPE_TEXT];
    wick_tensor *wide = NULL;
    void *data;
    wick_status status = wick__convert(given, WICK_FLOAT64, &wide);
    if (!status)
        status = wick__dense(wide, &data);
    const double *value = status ? NULL : data;
    for (int64_t i = 0; !status && i < wick__count(wide); i++)
        if (!(value[i] == __builtin_trunc(value[i])))
            status = wick__fail(WICK_EVALUE,
                                "%s: position %s is %g, where a whole number is wanted; positions "
                                "are best kept in a LongTensor",
                                name, place_text(given, i, text, sizeof text), value[i]);
    wick_tensor_release(wide);
    return status;
}

wick_status wick__positions(const char *name, const wick_tensor *x, int dim, wick_tensor *given,
                            wick_tensor **positions)
{
    wick_status status = wick_dtype_is_floating(given->dtype) ? check_whole(name, given) : WICK_OK;
    if (!status)
        status = wick__convert(given, WICK_INT64, positions);
    if (status)
        return status;
    status = check_range(name, x, dim, *positions);
    if (status) {
        wick_tensor_release(*positions);
        *positions = NULL;
    }
    return status;
}

wick_status wick__check_sums(const char *name, const wick_tensor *x)
{
    if (x->dtype != WICK_FLOAT16)
        return WICK_OK;
    return wick__fail(WICK_EDTYPE,
                      "%s: not defined for %s tensors; convert with :float() or :double() first",
                      name, wick_dtype_name(x->dtype));
}

/* ---- moving ---- */

static void load_dimensions(wick__indexing *x, const wick_tensor *whole, int dim,
                            const wick_tensor *positions, const wick_tensor *part)
{
    bool everywhere = positions->ndim < 2;
    x->count = everywhere ? wick__count(positions) : positions->size[dim];
    x->position_step = everywhere ? 1 : positions->stride[dim];
    x->whole_step = whole->stride[dim];
    x->part_step = part ? part->stride[dim] : 0;
    for (int d = 0; d < whole->ndim; d++) {
        if (d == dim)
            continue;
        int at = x->ndim++;
        x->size[at] = everywhere ? whole->size[d] : positions->size[d];
        x->whole_stride[at] = whole->stride[d];
        x->position_stride[at] = everywhere ? 0 : positions->stride[d];
        x->part_stride[at] = part ? part->stride[d] : 0;
    }
}

static wick_status open_gates(wick__indexing *x, bool takes, wick_tensor *whole,
                              const wick_tensor *positions, wick_tensor *part, const void *element)
{
    void *data;
    wick_status status = wick__dense(positions, &data);
    if (status)
        return status;
    x->position = data;
    status = takes ? wick__dense(whole, &x->whole) : wick__writable(whole, &x->whole);
    if (status || !part) {
        x->part = (void *)(uintptr_t)element;
        return status;
    }
    return takes ? wick__writable(part, &x->part) : wick__dense(part, &x->part);
}

wick_status wick__move_by(wick__move move, wick_tensor *whole, int dim,
                          const wick_tensor *positions, wick_tensor *part, const void *element)
{
    wick__indexing x = {.dtype = whole->dtype};
    wick_status status = open_gates(&x, move == WICK__TAKE, whole, positions, part, element);
    if (status)
        return status;
    load_dimensions(&x, whole, dim, positions, part);
    if (move == WICK__TAKE)
        wick__take(whole->context, &x);
    else if (move == WICK__PUT)
        wick__put(whole->context, &x);
    else
        wick__put_sum(whole->context, &x);
    return WICK_OK;
}

wick_status wick__in_type_of(const wick_tensor *x, wick_tensor *t, wick_tensor **same)
{
    if (t->dtype != x->dtype)
        return wick__convert(t, x->dtype, same);
    wick_tensor_retain(t);
    *same = t;
    return WICK_OK;
}

/* ---- sums at positions ---- */

wick_status wick__zeros(wick_context *context, wick_dtype dtype, const wick_sizes *shape,
                        wick_tensor **zeros)
{
    void *data;
    wick_status status = wick_tensor_new(context, dtype, shape->count, shape->v, zeros);
    if (status)
        return status;
    status = wick__writable(*zeros, &data);
    if (!status)
        memset(data, 0, (size_t)wick__count(*zeros) * wick_dtype_size(dtype));
    return status;
}

static const wick__arg sum_at_args[] = {TENSOR("x"), DIM("dim"), TENSOR("positions"),
                                        SIZES("sizes"), END};

static wick_status sum_at_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *positions = NULL;
    int dim = (int)call->value[0].integer;
    wick_status status = wick__zeros(x->context, x->dtype, call->value[1].sizes, out);
    if (!status)
        status = wick__positions("sum_at", *out, dim, call->in[1], &positions);
    if (!status)
        status = wick__move_by(WICK__PUT_SUM, *out, dim, positions, x, NULL);
    wick_tensor_release(positions);
    return status;
}

static void sum_at_backward(wick__rule *r)
{
    wick_tensor *in[] = {G, Z};
    const wick_op *taker = wick__shape_of(r, 1)->ndim < 2 ? &wick_op_index : &wick_op_gather;
    r->dx[0] = Z ? wick__run(r->scope, taker, 2, in, &r->node->value[0]) : NULL;
}

const wick_op wick_op_sum_at = {.name = "sum_at",
                                .args = sum_at_args,
                                .saves = WICK__SAVE_IN(1),
                                .method = WICK__METHOD_NONE,
                                .internal = true,
                                .forward = sum_at_forward,
                                .backward = sum_at_backward,
                                .doc = "Zeros of the sizes given, with x's slices (positions 1-D) "
                                       "or elements added up at positions along a dimension"};

wick_tensor *wick__sum_at(wick__scope *s, wick_tensor *g, int64_t dim, wick_tensor *positions,
                          const wick_sizes *shape)
{
    if (!g || !positions)
        return NULL;
    return wick__run(s, &wick_op_sum_at, 2, (wick_tensor *[]){g, positions},
                     (wick_value[]){{.integer = dim}, {.sizes = shape}});
}

/* ---- taking and putting ---- */

const wick__arg wick__take_args[] = {TENSOR("x"), DIM("dim"), TENSOR("positions"), END};
const wick__arg wick__put_args[] = {TENSOR("x"), DIM("dim"), TENSOR("positions"), TENSOR("source"),
                                    END};
const wick__arg wick__put_number_args[] = {TENSOR("x"), DIM("dim"), TENSOR("positions"),
                                           NUMBER("value"), END};

wick_status wick__read_positions(const wick__indexer *indexer, const char *name,
                                 const wick_call *call, int *dim, wick_tensor **positions)
{
    wick_tensor *x = call->in[0];
    wick_status status = wick__check_dim(name, x, call->value[0].integer, dim);
    if (!status)
        status = indexer->check_positions(name, call, *dim);
    return status ? status : wick__positions(name, x, *dim, call->in[1], positions);
}

wick_status wick__put_source(const wick__indexer *indexer, const char *name, wick__move move,
                             const wick_call *call, wick_tensor *to)
{
    wick_tensor *positions = NULL, *source = NULL;
    int dim;
    wick_status status = wick__read_positions(indexer, name, call, &dim, &positions);
    if (!status)
        status = indexer->check_source(name, call, dim);
    if (!status)
        status = wick__in_type_of(to, call->in[2], &source);
    if (!status)
        status = wick__move_by(move, to, dim, positions, source, NULL);
    wick_tensor_release(source);
    wick_tensor_release(positions);
    return status;
}

wick_status wick__put_number(const wick__indexer *indexer, const char *name, const wick_call *call,
                             wick_tensor *to)
{
    wick_tensor *positions = NULL;
    uint64_t element;
    int dim;
    wick_status status = wick__read_positions(indexer, name, call, &dim, &positions);
    wick__element_of(call->value[1].number, to->dtype, &element);
    if (!status)
        status = wick__move_by(WICK__PUT, to, dim, positions, NULL, &element);
    wick_tensor_release(positions);
    return status;
}

void wick__take_backward(wick__rule *r)
{
    wick_sizes shape = wick__sizes_of(r, 0);
    r->dx[0] = wick__sum_at(r->scope, G, wick__integer(r, 0), Z, &shape);
}

void wick__put_sum_backward(const wick__indexer *indexer, wick__rule *r)
{
    r->dx[0] = G;
    if (r->wants[2])
        r->dx[2] = wick__taken(indexer, r);
}

wick_tensor *wick__taken(const wick__indexer *indexer, wick__rule *r)
{
    wick_tensor *in[] = {G, Z};
    return in[1] ? wick__run(r->scope, indexer->take, 2, in, r->node->value) : NULL;
}

wick_tensor *wick__cleared(const wick__indexer *indexer, wick__rule *r)
{
    wick_tensor *in[] = {G, Z};
    wick_value value[] = {r->node->value[0], {.number = 0}};
    return in[1] ? wick__run(r->scope, indexer->fill, 2, in, value) : NULL;
}
