/* Slices by position along a dimension: read, written, filled and added to. Positions count from 1
 * and are a 1-D LongTensor. */
#include "op/positions.h"

static wick_status check_positions(const char *name, const wick_call *call, int dim)
{
    (void)dim;
    if (call->in[1]->ndim <= 1)
        return WICK_OK;
    return wick__fail(WICK_ESHAPE, "%s: positions are a list, one-dimensional, not %s", name,
                      wick__shape(call->in[1]));
}

static wick_status check_source(const char *name, const wick_call *call, int dim)
{
    const wick_tensor *x = call->in[0], *source = call->in[2];
    int64_t n = wick__count(call->in[1]);
    bool fits = source->ndim == x->ndim;
    for (int d = 0; fits && d < x->ndim; d++)
        fits = source->size[d] == (d == dim ? n : x->size[d]);
    if (fits)
        return WICK_OK;
    wick_sizes wanted = wick__sizes_like(x);
    char text[WICK__SHAPE_TEXT];
    wanted.v[dim] = n;
    return wick__fail(
        WICK_ESHAPE, "%s: %lld positions along dimension %d of %s take a source of %s, got %s",
        name, (long long)n, dim + 1, wick__shape(x),
        wick__sizes_text(wanted.count, wanted.v, text, sizeof text), wick__shape(source));
}

static const wick__indexer slices = {check_positions, check_source, &wick_op_index,
                                     &wick_op_index_fill};

/* ---- index ---- */

static wick_status index_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *positions = NULL;
    int dim;
    wick_status status = wick__read_positions(&slices, "index", call, &dim, &positions);
    if (status)
        return status;
    wick_sizes shape = wick__sizes_like(x);
    shape.v[dim] = wick__count(positions);
    status = wick__output(x->context, x->dtype, shape.count, shape.v, out);
    if (!status)
        status = wick__move_by(WICK__TAKE, x, dim, positions, *out, NULL);
    wick_tensor_release(positions);
    return status;
}

const wick_op wick_op_index = {
    .name = "index",
    .args = wick__take_args,
    .saves = WICK__SAVE_IN(1),
    .into = true,
    .forward = index_forward,
    .backward = wick__take_backward,
    .doc = "The slices of x at the positions (a LongTensor, from 1) along a dimension, copied in "
           "that order",
    .example = "local x = torch.Tensor{{1, 2}, {3, 4}, {5, 6}}\n"
               "print(x:index(1, torch.LongTensor{3, 1}))"};

/* ---- indexAdd ---- */

static wick_status index_add_write(const wick_call *call, wick_tensor *to)
{
    wick_status status = wick__check_sums("indexAdd", to);
    return status ? status : wick__put_source(&slices, "indexAdd", WICK__PUT_SUM, call, to);
}

static void index_add_backward(wick__rule *r)
{
    wick__put_sum_backward(&slices, r);
}

PUT(index_add, "indexAdd", wick__put_args,
    "x with the slices of source added at the positions (a LongTensor, from 1) along a "
    "dimension; what meets at one position adds up",
    "local x = torch.zeros(3, 2)\n"
    "x:indexAdd(1, torch.LongTensor{3, 3}, torch.ones(2, 2))\nprint(x)")

/* ---- indexFill ---- */

static wick_status index_fill_write(const wick_call *call, wick_tensor *to)
{
    return wick__put_number(&slices, "indexFill", call, to);
}

static void index_fill_backward(wick__rule *r)
{
    r->dx[0] = wick__cleared(&slices, r);
}

PUT(index_fill, "indexFill", wick__put_number_args,
    "x with its slices at the positions (a LongTensor, from 1) along a dimension set to a "
    "number",
    "local x = torch.ones(3, 2)\nx:indexFill(1, torch.LongTensor{2}, 7)\nprint(x)")

/* ---- indexCopy ---- */

static wick_status index_copy_write(const wick_call *call, wick_tensor *to)
{
    return wick__put_source(&slices, "indexCopy", WICK__PUT, call, to);
}

/* Of several slices at one position the last is seen in the result. */
static void index_copy_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_sizes x = wick__sizes_of(r, 0);
    int64_t dim = wick__integer(r, 0);
    if (r->wants[0])
        r->dx[0] = wick__cleared(&slices, r);
    if (!r->wants[2])
        return;
    dim = dim < 0 ? x.count - 1 : dim;
    wick_tensor *seen = wick__last_among_equals(s, Z, 0, x.v[dim]);
    wick_sizes shape = {.count = x.count - (int)dim};
    for (int d = 0; d < shape.count; d++)
        shape.v[d] = d > 0 ? 1 : wick__shape_of(r, 2)->size[dim];
    r->dx[2] = wick__multiply(s, wick__taken(&slices, r), wick__reshape(s, seen, &shape));
}

PUT(index_copy, "indexCopy", wick__put_args,
    "x with its slices at the positions (a LongTensor, from 1) along a dimension replaced by "
    "those of source",
    "local x = torch.zeros(3, 2)\n"
    "x:indexCopy(1, torch.LongTensor{3, 1}, torch.Tensor{{1, 2}, {3, 4}})\nprint(x)")
