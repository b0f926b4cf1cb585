/* Elements by position along a dimension: the positions are a tensor of their own, of x's shape but
 * for that dimension. */
#include "kernel/index.h"
#include "op/positions.h"

static wick_status check_positions(const char *name, const wick_call *call, int dim)
{
    const wick_tensor *x = call->in[0], *positions = call->in[1];
    bool fits = positions->ndim == x->ndim;
    for (int d = 0; fits && d < x->ndim; d++)
        fits = d == dim || positions->size[d] == x->size[d];
    if (fits)
        return WICK_OK;
    return wick__fail(WICK_ESHAPE,
                      "%s: positions of %s do not fit %s: but for dimension %d they need its shape",
                      name, wick__shape(positions), wick__shape(x), dim + 1);
}

static wick_status check_source(const char *name, const wick_call *call, int dim)
{
    (void)dim;
    if (wick__same_shape(call->in[1], call->in[2]))
        return WICK_OK;
    return wick__fail(WICK_ESHAPE, "%s: positions are %s, the source is %s; they need one shape",
                      name, wick__shape(call->in[1]), wick__shape(call->in[2]));
}

static const wick__indexer elements = {check_positions, check_source, &wick_op_gather,
                                       &wick_op_scatter_number};

/* ---- gather ---- */

static wick_status gather_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *positions = NULL;
    int dim;
    wick_status status = wick__read_positions(&elements, "gather", call, &dim, &positions);
    if (!status)
        status = wick__output(x->context, x->dtype, positions->ndim, positions->size, out);
    if (!status)
        status = wick__move_by(WICK__TAKE, x, dim, positions, *out, NULL);
    wick_tensor_release(positions);
    return status;
}

const wick_op wick_op_gather = {
    .name = "gather",
    .args = wick__take_args,
    .saves = WICK__SAVE_IN(1),
    .into = true,
    .forward = gather_forward,
    .backward = wick__take_backward,
    .doc = "y[i][j] = x[positions[i][j]][j] along dimension 1, and so on; positions are a "
           "LongTensor, from 1, of x's shape but for that dimension",
    .example = "local x = torch.Tensor{{1, 2}, {3, 4}}\n"
               "print(x:gather(2, torch.LongTensor{{2}, {1}}))"};

/* ---- scatter ---- */

static wick_status scatter_number_write(const wick_call *call, wick_tensor *to)
{
    return wick__put_number(&elements, "scatter", call, to);
}

static void scatter_number_backward(wick__rule *r)
{
    r->dx[0] = wick__cleared(&elements, r);
}

PUT(scatter_number, "scatter", wick__put_number_args,
    "x with its elements at positions (a LongTensor, from 1) along a dimension set to a number",
    "local x = torch.zeros(2, 3)\nprint(x:scatter(2, torch.LongTensor{{3}, {1}}, 1))")

static wick_status scatter_write(const wick_call *call, wick_tensor *to)
{
    return wick__put_source(&elements, "scatter", WICK__PUT, call, to);
}

/* Of several elements at one position the last is seen in the result. */
static void scatter_backward(wick__rule *r)
{
    int64_t dim = wick__integer(r, 0);
    const wick__geometry *x = wick__shape_of(r, 0);
    if (r->wants[0])
        r->dx[0] = wick__cleared(&elements, r);
    if (!r->wants[2])
        return;
    dim = dim < 0 ? x->ndim - 1 : dim;
    wick_tensor *seen = wick__last_among_equals(r->scope, Z, (int)dim, x->size[dim]);
    r->dx[2] = wick__multiply(r->scope, wick__taken(&elements, r), seen);
}

PUT(scatter, "scatter", wick__put_args,
    "x with its elements at positions (a LongTensor, from 1) along a dimension replaced by "
    "those of source, which has the positions' shape; the inverse of gather",
    "local x = torch.zeros(2, 3)\n"
    "print(x:scatter(2, torch.LongTensor{{3}, {1}}, torch.Tensor{{5}, {6}}))")

static wick_status scatter_add_write(const wick_call *call, wick_tensor *to)
{
    wick_status status = wick__check_sums("scatterAdd", to);
    return status ? status : wick__put_source(&elements, "scatterAdd", WICK__PUT_SUM, call, to);
}

static void scatter_add_backward(wick__rule *r)
{
    wick__put_sum_backward(&elements, r);
}

PUT(scatter_add, "scatterAdd", wick__put_args,
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
