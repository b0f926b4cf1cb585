/* Elements by position along a dimension: the positions are a tensor of their own, of x's shape but
 * for that dimension. */
#include "kernel/index.h"
#include "op/overwrite.h"
#include "op/positions.h"

static const wick__arg gather_args[] = {TENSOR("x"), DIM("dim"), TENSOR("positions"), END};
static const wick__arg source_args[] = {TENSOR("x"), DIM("dim"), TENSOR("positions"),
                                        TENSOR("source"), END};
static const wick__arg value_args[] = {TENSOR("x"), DIM("dim"), TENSOR("positions"),
                                       NUMBER("value"), END};

#define POSITIONS (wick__input(r, 1))

static wick_status check_shape(const char *name, const wick_tensor *x, int dim,
                               const wick_tensor *positions)
{
    bool fits = positions->ndim == x->ndim;
    for (int d = 0; fits && d < x->ndim; d++)
        fits = d == dim || positions->size[d] == x->size[d];
    if (fits)
        return WICK_OK;
    return wick__fail(WICK_ESHAPE,
                      "%s: positions of %s do not fit %s: but for dimension %d they need its shape",
                      name, wick__shape(positions), wick__shape(x), dim + 1);
}

static wick_status read_positions(const char *name, const wick_call *call, int *dim,
                                  wick_tensor **positions)
{
    wick_tensor *x = call->in[0];
    wick_status status = wick__check_dim(name, x, call->value[0].integer, dim);
    if (!status)
        status = check_shape(name, x, *dim, call->in[1]);
    return status ? status : wick__positions(name, x, *dim, call->in[1], positions);
}

/* ---- gather ---- */

static wick_status gather_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *positions = NULL;
    int dim;
    wick_status status = read_positions("gather", call, &dim, &positions);
    if (!status)
        status = wick__output(x->context, x->dtype, positions->ndim, positions->size, out);
    if (!status)
        status = wick__move_by(WICK__TAKE, x, dim, positions, *out, NULL);
    wick_tensor_release(positions);
    return status;
}

static void gather_backward(wick__rule *r)
{
    wick_sizes shape = wick__sizes_of(r, 0);
    r->dx[0] = wick__sum_at(r->scope, G, wick__integer(r, 0), POSITIONS, &shape);
}

const wick_op wick_op_gather = {
    .name = "gather",
    .args = gather_args,
    .saves = WICK__SAVE_IN(1),
    .into = true,
    .forward = gather_forward,
    .backward = gather_backward,
    .doc = "y[i][j] = x[positions[i][j]][j] along dimension 1, and so on; positions are a "
           "LongTensor, from 1, of x's shape but for that dimension",
    .example = "local x = torch.Tensor{{1, 2}, {3, 4}}\n"
               "print(x:gather(2, torch.LongTensor{{2}, {1}}))"};

/* The elements of a gradient at the saved positions. */
static wick_tensor *gathered(wick__rule *r, wick_tensor *g)
{
    wick_tensor *positions = POSITIONS;
    wick_tensor *in[] = {g, positions};
    return positions ? wick__run(r->scope, &wick_op_gather, 2, in, r->node->value) : NULL;
}

/* ---- scatter ---- */

static wick_status scatter_source(const char *name, wick__move move, const wick_call *call,
                                  wick_tensor *to)
{
    wick_tensor *positions = NULL, *source = NULL;
    int dim;
    wick_status status = read_positions(name, call, &dim, &positions);
    if (!status && !wick__same_shape(call->in[1], call->in[2]))
        status = wick__fail(WICK_ESHAPE,
                            "%s: positions are %s, the source is %s; they need one "
                            "shape",
                            name, wick__shape(call->in[1]), wick__shape(call->in[2]));
    if (!status)
        status = wick__in_type_of(to, call->in[2], &source);
    if (!status)
        status = wick__move_by(move, to, dim, positions, source, NULL);
    wick_tensor_release(source);
    wick_tensor_release(positions);
    return status;
}

#define SCATTER(WORD, LUA, ARGS, DOC, EXAMPLE)                                                     \
    static wick_status WORD##_forward(const wick_call *call, wick_tensor **out)                    \
    {                                                                                              \
        return wick__overwrite_first(call, out, false, WORD##_write);                              \
    }                                                                                              \
    const wick_op wick_op_##WORD = {.name = LUA,                                                   \
                                    .args = ARGS,                                                  \
                                    .saves = WICK__SAVE_IN(1),                                     \
                                    .method = WICK__METHOD_IN_PLACE,                               \
                                    .elementwise = true,                                           \
                                    .forward = WORD##_forward,                                     \
                                    .backward = WORD##_backward,                                   \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

static wick_status scatter_number_write(const wick_call *call, wick_tensor *to)
{
    wick_tensor *positions = NULL;
    uint64_t element;
    int dim;
    wick_status status = read_positions("scatter", call, &dim, &positions);
    wick__element_of(call->value[1].number, to->dtype, &element);
    if (!status)
        status = wick__move_by(WICK__PUT, to, dim, positions, NULL, &element);
    wick_tensor_release(positions);
    return status;
}

/* The gradient with zeros at the saved positions. */
static wick_tensor *cleared(wick__rule *r, wick_tensor *g)
{
    wick_tensor *positions = POSITIONS;
    wick_tensor *in[] = {g, positions};
    wick_value value[] = {r->node->value[0], {.number = 0}};
    return positions ? wick__run(r->scope, &wick_op_scatter_number, 2, in, value) : NULL;
}

static void scatter_number_backward(wick__rule *r)
{
    r->dx[0] = cleared(r, G);
}

SCATTER(scatter_number, "scatter", value_args,
        "x with its elements at positions (a LongTensor, from 1) along a dimension set to a number",
        "local x = torch.zeros(2, 3)\nprint(x:scatter(2, torch.LongTensor{{3}, {1}}, 1))")

static wick_status scatter_write(const wick_call *call, wick_tensor *to)
{
    return scatter_source("scatter", WICK__PUT, call, to);
}

/* Of several elements at one position the last is seen in the result. */
static void scatter_backward(wick__rule *r)
{
    int64_t dim = wick__integer(r, 0);
    const wick__geometry *x = wick__shape_of(r, 0);
    if (r->wants[0])
        r->dx[0] = cleared(r, G);
    if (!r->wants[2])
        return;
    dim = dim < 0 ? x->ndim - 1 : dim;
    wick_tensor *seen = wick__last_among_equals(r->scope, POSITIONS, (int)dim, x->size[dim]);
    r->dx[2] = wick__multiply(r->scope, gathered(r, G), seen);
}

SCATTER(scatter, "scatter", source_args,
        "x with its elements at positions (a LongTensor, from 1) along a dimension replaced by "
        "those of source, which has the positions' shape; the inverse of gather",
        "local x = torch.zeros(2, 3)\n"
        "print(x:scatter(2, torch.LongTensor{{3}, {1}}, torch.Tensor{{5}, {6}}))")

static wick_status scatter_add_write(const wick_call *call, wick_tensor *to)
{
    wick_status status = wick__check_sums("scatterAdd", to);
    return status ? status : scatter_source("scatterAdd", WICK__PUT_SUM, call, to);
}

static void scatter_add_backward(wick__rule *r)
{
    r->dx[0] = G;
    if (r->wants[2])
        r->dx[2] = gathered(r, G);
}

SCATTER(scatter_add, "scatterAdd", source_args,
        "x with the elements of source added at positions (a LongTensor, from 1) along a "
        "dimension; what meets at one position adds up",
        "local x = torch.zeros(1, 3)\n"
        "print(x:scatterAdd(2, torch.LongTensor{{3, 3}}, torch.Tensor{{5, 6}}))")

/* ---- which of equal positions holds ---- */

static const wick__arg last_args[] = {TENSOR("positions"), DIM("dim"), INTEGER("limit"), END};

/* Every line along `dim` has a mark of its own, so `seen` is cleared once. */
static void mark_lines(const wick_tensor *positions, int dim, const int64_t *data, int64_t *seen,
                       uint8_t *mask)
{
    int64_t n = positions->size[dim], inner = 1, count = wick__count(positions);
    for (int d = dim + 1; d < positions->ndim; d++)
        inner *= positions->size[d];
    for (int64_t i = 0; i * n < count; i++) {
        int64_t at = i / inner * inner * n + i % inner;
        wick__mark_last(n, inner, data + at, i + 1, seen, mask + at);
    }
}

static wick_status check_limit(const wick_tensor *positions, const int64_t *data, int64_t limit)
{
    int64_t n = wick__count(positions);
    if (wick__first_outside(positions->context, n, data, limit) == n)
        return WICK_OK;
    return wick__fail(WICK_EVALUE, "last_among_equals: a position is outside 1 to %lld",
                      (long long)limit);
}

static wick_status mark(wick_tensor *positions, int dim, int64_t limit, wick_tensor *out)
{
    void *data, *mask, *seen = NULL;
    size_t bytes;
    wick_status status = wick__dense(positions, &data);
    if (!status)
        status = check_limit(positions, data, limit);
    if (!status)
        status = wick__writable(out, &mask);
    if (status || wick__count(positions) == 0)
        return status;
    if (!wick__bytes_fit(limit, sizeof(int64_t), &bytes))
        return wick__fail(WICK_ENOMEM, "last_among_equals: %lld positions do not fit into memory",
                          (long long)limit);
    status = wick__alloc_zeroed(positions->context, bytes, &seen);
    if (!status)
        mark_lines(positions, dim, data, seen, mask);
    wick__free(positions->context, seen, bytes);
    return status;
}

static wick_status last_among_equals_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *given = call->in[0], *positions = NULL;
    wick_status status = wick__convert(given, WICK_INT64, &positions);
    if (!status)
        status = wick__output(given->context, WICK_UINT8, given->ndim, given->size, out);
    if (!status)
        status = mark(positions, (int)call->value[0].integer, call->value[1].integer, *out);
    wick_tensor_release(positions);
    return status;
}

const wick_op wick_op_last_among_equals = {
    .name = "last_among_equals",
    .args = last_args,
    .method = WICK__METHOD_NONE,
    .constant = true,
    .internal = true,
    .forward = last_among_equals_forward,
    .doc = "1 where no later position along a dimension is equal, else 0, as a ByteTensor; no "
           "position is above `limit`"};

wick_tensor *wick__last_among_equals(wick__scope *s, wick_tensor *positions, int dim, int64_t limit)
{
    wick_value value[] = {{.integer = dim}, {.integer = limit}};
    return positions ? wick__run(s, &wick_op_last_among_equals, 1, &positions, value) : NULL;
}
