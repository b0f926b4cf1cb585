/* Order along a dimension: sorted values, the first k, the k-th, the median, the mode; always with
 * the places they come from (from 1), to which gradients go back. */
#include "kernel/sort.h"

#include "op/positions.h"
#include "op/reduce.h"

typedef struct selecting {
    const char *name;
    wick__selection selection;
    bool descending;
} selecting;

/* x around `dim`, row-major; `kept` elements of a line are wanted. */
static wick_status run(const selecting *s, wick_tensor *x, int dim, int64_t k, wick_tensor **out)
{
    wick__sort_lines lines = {.dtype = x->dtype,
                              .outer = 1,
                              .n = x->size[dim],
                              .inner = 1,
                              .k = k,
                              .descending = s->descending};
    void *from, *places;
    for (int d = 0; d < x->ndim; d++)
        if (d < dim)
            lines.outer *= x->size[d];
        else if (d > dim)
            lines.inner *= x->size[d];
    wick_status status = wick__dense(x, &from);
    if (!status)
        status = wick__writable(out[0], &lines.value);
    if (!status)
        status = wick__writable(out[1], &places);
    if (status)
        return status;
    lines.x = from;
    lines.index = places;
    return wick__sort_run(x->context, s->selection, &lines);
}

/* `length` is what stays of the dimension. */
static wick_status choose(const selecting *s, wick_tensor *x, int dim, int64_t k, int64_t length,
                          wick_tensor **out)
{
    wick_tensor *dense;
    wick_sizes shape = wick__sizes_like(x);
    if (x->dtype == WICK_FLOAT16)
        return wick__fail(WICK_EDTYPE,
                          "%s: not defined for float16 tensors; convert with :float() or :double() "
                          "first",
                          s->name);
    if (shape.count)
        shape.v[dim] = length;
    wick_status status = wick__contiguous(x, &dense);
    if (status)
        return status;
    status = wick_tensor_new(x->context, x->dtype, shape.count, shape.v, &out[0]);
    if (!status)
        status = wick_tensor_new(x->context, WICK_INT64, shape.count, shape.v, &out[1]);
    if (!status && shape.count)
        status = run(s, dense, dim, k, out);
    wick_tensor_release(dense);
    return status;
}

static wick_status check_rank(const char *name, const wick_tensor *x, int64_t k, int dim)
{
    if (k >= 1 && k <= x->size[dim])
        return WICK_OK;
    return wick__fail(WICK_EVALUE,
                      "%s: selected index out of range: k is %lld, and dimension %d of %s has %lld "
                      "elements",
                      name, (long long)k, dim + 1, wick__shape(x), (long long)x->size[dim]);
}

/* The gradient of values chosen along the dimension that argument `at` names. */
static void send_back(wick__rule *r, int at)
{
    int64_t dim = wick__integer(r, at);
    wick_sizes shape = wick__sizes_of(r, 0);
    dim = dim < 0 ? shape.count - 1 : dim;
    if (dim >= 0)
        r->dx[0] = wick__sum_at(r->scope, G, dim, wick__result(r, 1), &shape);
}

#define SELECTION(WORD, DIM_AT, DOC, EXAMPLE)                                                      \
    static void WORD##_backward(wick__rule *r)                                                     \
    {                                                                                              \
        send_back(r, DIM_AT);                                                                      \
    }                                                                                              \
    const wick_op wick_op_##WORD = {.name = #WORD,                                                 \
                                    .args = WORD##_args,                                           \
                                    .outputs = 2,                                                  \
                                    .saves = WICK__SAVE_OUT(1),                                    \
                                    .forward = WORD##_forward,                                     \
                                    .backward = WORD##_backward,                                   \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

/* ---- sort ---- */

static const wick__arg sort_args[] = {TENSOR("x"), DIM_OR("dim", -1), BOOLEAN_OR("descending", 0),
                                      END};

static wick_status sort_forward(const wick_call *call, wick_tensor **out)
{
    int dim = 0;
    wick_tensor *x = call->in[0];
    const selecting s = {"sort", WICK__FIRST_K, call->value[1].integer};
    if (x->ndim == 0)
        return choose(&s, x, 0, 0, 0, out);
    wick_status status = wick__check_dim("sort", x, call->value[0].integer, &dim);
    return status ? status : choose(&s, x, dim, x->size[dim], x->size[dim], out);
}

SELECTION(sort, 0,
          "Values sorted along a dimension (the last by default) and their indices; equal values "
          "keep their order, NaN counts as the largest",
          "local values, indices = torch.sort(torch.Tensor{3, 1, 2})\nprint(values, indices)")

/* ---- topk ---- */

static const wick__arg topk_args[] = {TENSOR("x"),
                                      INTEGER_OR("k", 1),
                                      DIM_OR("dim", -1),
                                      BOOLEAN_OR("largest", 0),
                                      BOOLEAN_OR("sorted", 0),
                                      END};

static wick_status topk_forward(const wick_call *call, wick_tensor **out)
{
    int dim;
    wick_tensor *x = call->in[0];
    int64_t k = call->value[0].integer;
    const selecting s = {"topk", WICK__FIRST_K, call->value[2].integer};
    wick_status status = wick__check_dim("topk", x, call->value[1].integer, &dim);
    if (!status)
        status = check_rank("topk", x, k, dim);
    return status ? status : choose(&s, x, dim, k, k, out);
}

SELECTION(
    topk, 1,
    "The k smallest values along a dimension (the last by default), or the largest, and their "
    "indices; always in order",
    "print(torch.topk(torch.Tensor{3, 1, 2}, 2, 1, true))")

/* ---- kthvalue, median, mode ---- */

static const wick__arg kthvalue_args[] = {TENSOR("x"), INTEGER("k"), DIM_OR("dim", -1), END};

static wick_status kthvalue_forward(const wick_call *call, wick_tensor **out)
{
    static const selecting s = {"kthvalue", WICK__KTH, false};
    int dim;
    wick_tensor *x = call->in[0];
    int64_t k = call->value[0].integer;
    wick_status status = wick__check_dim("kthvalue", x, call->value[1].integer, &dim);
    if (!status)
        status = check_rank("kthvalue", x, k, dim);
    return status ? status : choose(&s, x, dim, k, 1, out);
}

SELECTION(kthvalue, 1,
          "The k-th smallest values along a dimension (the last by default), which stays with size "
          "1, and their indices",
          "print(torch.kthvalue(torch.Tensor{3, 1, 2}, 2))")

static const wick__arg median_args[] = {TENSOR("x"), DIM_OR("dim", -1), END};

static wick_status middle(const selecting *s, const wick_call *call, wick_tensor **out)
{
    int dim;
    wick_tensor *x = call->in[0];
    wick_status status = wick__check_dim(s->name, x, call->value[0].integer, &dim);
    if (!status && x->size[dim] == 0)
        status = wick__fail(WICK_ESHAPE, "%s: dimension %d of %s has no elements", s->name, dim + 1,
                            wick__shape(x));
    return status ? status : choose(s, x, dim, (x->size[dim] + 1) / 2, 1, out);
}

static wick_status median_forward(const wick_call *call, wick_tensor **out)
{
    static const selecting s = {"median", WICK__KTH, false};
    return middle(&s, call, out);
}

SELECTION(median, 0,
          "The medians along a dimension (the last by default), which stays with size 1, and their "
          "indices; the lower one of an even number",
          "print(torch.median(torch.Tensor{3, 1, 2, 9}))")

#define mode_args median_args

static wick_status mode_forward(const wick_call *call, wick_tensor **out)
{
    static const selecting s = {"mode", WICK__MODE, false};
    return middle(&s, call, out);
}

SELECTION(mode, 0,
          "The most frequent values along a dimension (the last by default), which stays with size "
          "1, and where they stand last; the smallest of several",
          "print(torch.mode(torch.Tensor{3, 1, 3, 2}))")
