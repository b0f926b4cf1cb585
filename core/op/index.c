/* Slices by position along a dimension: read, written, filled and added to. Positions count from 1
 * and are a 1-D LongTensor. */
#include "op/overwrite.h"
#include "op/positions.h"

static const wick__arg index_args[] = {TENSOR("x"), DIM("dim"), TENSOR("positions"), END};
static const wick__arg source_args[] = {TENSOR("x"), DIM("dim"), TENSOR("positions"),
                                        TENSOR("source"), END};
static const wick__arg value_args[] = {TENSOR("x"), DIM("dim"), TENSOR("positions"),
                                       NUMBER("value"), END};

#define POSITIONS (wick__input(r, 1))

/* The dimension and the checked positions of a call. */
static wick_status read_positions(const char *name, const wick_call *call, int *dim,
                                  wick_tensor **positions)
{
    wick_status status = wick__check_dim(name, call->in[0], call->value[0].integer, dim);
    if (!status && call->in[1]->ndim > 1)
        status = wick__fail(WICK_ESHAPE, "%s: positions are a list, one-dimensional, not %s", name,
                            wick__shape(call->in[1]));
    return status ? status : wick__positions(name, call->in[0], *dim, call->in[1], positions);
}

/* ---- index ---- */

static wick_status index_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *positions = NULL;
    int dim;
    wick_status status = read_positions("index", call, &dim, &positions);
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

static void index_backward(wick__rule *r)
{
    wick_sizes shape = wick__sizes_of(r, 0);
    r->dx[0] = wick__sum_at(r->scope, G, wick__integer(r, 0), POSITIONS, &shape);
}

const wick_op wick_op_index = {
    .name = "index",
    .args = index_args,
    .saves = WICK__SAVE_IN(1),
    .into = true,
    .forward = index_forward,
    .backward = index_backward,
    .doc = "The slices of x at the positions (a LongTensor, from 1) along a dimension, copied in "
           "that order",
    .example = "local x = torch.Tensor{{1, 2}, {3, 4}, {5, 6}}\n"
               "print(x:index(1, torch.LongTensor{3, 1}))"};

/* The slices of a gradient at the saved positions. */
static wick_tensor *slices(wick__rule *r, wick_tensor *g)
{
    wick_tensor *positions = POSITIONS;
    wick_tensor *in[] = {g, positions};
    return positions ? wick__run(r->scope, &wick_op_index, 2, in, r->node->value) : NULL;
}

/* ---- writing ---- */

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

static wick_status write_source(const char *name, wick__move move, const wick_call *call,
                                wick_tensor *to)
{
    wick_tensor *positions = NULL, *source = NULL;
    int dim;
    wick_status status = read_positions(name, call, &dim, &positions);
    if (!status)
        status = check_source(name, call, dim);
    if (!status)
        status = wick__in_type_of(to, call->in[2], &source);
    if (!status)
        status = wick__move_by(move, to, dim, positions, source, NULL);
    wick_tensor_release(source);
    wick_tensor_release(positions);
    return status;
}

#define IN_PLACE(WORD, LUA, ARGS, DOC, EXAMPLE)                                                    \
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

/* ---- indexAdd ---- */

static wick_status index_add_write(const wick_call *call, wick_tensor *to)
{
    wick_status status = wick__check_sums("indexAdd", to);
    return status ? status : write_source("indexAdd", WICK__PUT_SUM, call, to);
}

static void index_add_backward(wick__rule *r)
{
    r->dx[0] = G;
    if (r->wants[2])
        r->dx[2] = slices(r, G);
}

IN_PLACE(index_add, "indexAdd", source_args,
         "x with the slices of source added at the positions (a LongTensor, from 1) along a "
         "dimension; what meets at one position adds up",
         "local x = torch.zeros(3, 2)\n"
         "x:indexAdd(1, torch.LongTensor{3, 3}, torch.ones(2, 2))\nprint(x)")

/* ---- indexFill ---- */

static wick_status index_fill_write(const wick_call *call, wick_tensor *to)
{
    wick_tensor *positions = NULL;
    uint64_t element;
    int dim;
    wick_status status = read_positions("indexFill", call, &dim, &positions);
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
    return positions ? wick__run(r->scope, &wick_op_index_fill, 2, in, value) : NULL;
}

static void index_fill_backward(wick__rule *r)
{
    r->dx[0] = cleared(r, G);
}

IN_PLACE(index_fill, "indexFill", value_args,
         "x with its slices at the positions (a LongTensor, from 1) along a dimension set to a "
         "number",
         "local x = torch.ones(3, 2)\nx:indexFill(1, torch.LongTensor{2}, 7)\nprint(x)")

/* ---- indexCopy ---- */

static wick_status index_copy_write(const wick_call *call, wick_tensor *to)
{
    return write_source("indexCopy", WICK__PUT, call, to);
}

/* Of several slices at one position the last is seen in the result. */
static void index_copy_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_sizes x = wick__sizes_of(r, 0);
    int64_t dim = wick__integer(r, 0);
    if (r->wants[0])
        r->dx[0] = cleared(r, G);
    if (!r->wants[2])
        return;
    dim = dim < 0 ? x.count - 1 : dim;
    wick_tensor *seen = wick__last_among_equals(s, POSITIONS, 0, x.v[dim]);
    wick_sizes shape = {.count = x.count - (int)dim};
    for (int d = 0; d < shape.count; d++)
        shape.v[d] = d > 0 ? 1 : wick__shape_of(r, 2)->size[dim];
    r->dx[2] = wick__multiply(s, slices(r, G), wick__reshape(s, seen, &shape));
}

IN_PLACE(index_copy, "indexCopy", source_args,
         "x with its slices at the positions (a LongTensor, from 1) along a dimension replaced by "
         "those of source",
         "local x = torch.zeros(3, 2)\n"
         "x:indexCopy(1, torch.LongTensor{3, 1}, torch.Tensor{{1, 2}, {3, 4}})\nprint(x)")
