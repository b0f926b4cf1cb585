/* The largest and the smallest element, of everything or along a dimension. The gradient goes to
 * the element that was chosen, the first among equals. */
#include "op/positions.h"
#include "op/reduce.h"

static const wick__arg all_args[] = {TENSOR("x"), END};
static const wick__arg dim_args[] = {TENSOR("x"), DIM("dim"), END};

static wick_status check_elements(const char *name, const wick_tensor *x, bool none)
{
    if (!none)
        return WICK_OK;
    return wick__fail(WICK_ESHAPE,
                      "%s: tensor must have one dimension and an element to choose, "
                      "but this one is %s",
                      name, wick__shape(x));
}

static wick_status extreme_all(const char *name, wick__reduction kind, const wick_call *call,
                               wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    wick_status status = check_elements(name, x, wick__count(x) == 0);
    return status ? status : wick__reduce_over(name, kind, 0, x, -1, &out[0], &out[1]);
}

/* The index counts through x in row-major order: x is a line for a moment. */
static void extreme_all_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_sizes shape = wick__sizes_of(r, 0), line = {1, {1}};
    for (int d = 0; d < shape.count; d++)
        line.v[0] *= shape.v[d];
    r->dx[0] = wick__reshape(s, wick__sum_at(s, G, 0, wick__result(r, 1), &line), &shape);
}

static wick_status extreme_along(const char *name, wick__reduction kind, const wick_call *call,
                                 wick_tensor **out)
{
    int dim;
    wick_tensor *x = call->in[0];
    wick_status status = check_elements(name, x, x->ndim == 0);
    if (!status)
        status = wick__check_dim(name, x, call->value[0].integer, &dim);
    if (!status)
        status = check_elements(name, x, x->size[dim] == 0);
    return status ? status : wick__reduce_over(name, kind, 0, x, dim, &out[0], &out[1]);
}

static void extreme_backward(wick__rule *r)
{
    int64_t dim = wick__integer(r, 0);
    wick_sizes shape = wick__sizes_of(r, 0);
    dim = dim < 0 ? shape.count - 1 : dim;
    r->dx[0] = wick__sum_at(r->scope, G, dim, wick__result(r, 1), &shape);
}

#define EXTREME(WORD, KIND, WHICH)                                                                 \
    static wick_status WORD##_all_forward(const wick_call *call, wick_tensor **out)                \
    {                                                                                              \
        return extreme_all(#WORD, KIND, call, out);                                                \
    }                                                                                              \
    const wick_op wick_op_##WORD##_all = {.name = #WORD,                                           \
                                          .args = all_args,                                        \
                                          .kept = 1,                                               \
                                          .number = WICK__NUMBER_OF_ONE,                           \
                                          .forward = WORD##_all_forward,                           \
                                          .backward = extreme_all_backward,                        \
                                          .doc = "The " WHICH " element; NaN if there is one",     \
                                          .example =                                               \
                                              "print(torch." #WORD "(torch.Tensor{2, 3, 1}))"};    \
    static wick_status WORD##_forward(const wick_call *call, wick_tensor **out)                    \
    {                                                                                              \
        return extreme_along(#WORD, KIND, call, out);                                              \
    }                                                                                              \
    const wick_op wick_op_##WORD = {                                                               \
        .name = #WORD,                                                                             \
        .args = dim_args,                                                                          \
        .outputs = 2,                                                                              \
        .saves = WICK__SAVE_OUT(1),                                                                \
        .forward = WORD##_forward,                                                                 \
        .backward = extreme_backward,                                                              \
        .doc = "The " WHICH " elements along a dimension, which stays with size 1, and a "         \
               "LongTensor of their indices: the first among equals, NaN before all",              \
        .example = "local values, indices = torch." #WORD                                          \
                   "(torch.Tensor{{1, 5}, {7, 2}}, 2)\nprint(values, indices)"};

EXTREME(max, WICK__MAX, "largest")
EXTREME(min, WICK__MIN, "smallest")
