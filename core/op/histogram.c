/* Histograms: how many elements have which value. */
#include "kernel/histogram.h"

#include <math.h>

#include "op/dense.h"

static const wick__arg histogram_args[] = {TENSOR("x"), INTEGER_OR("bins", 100),
                                           NUMBER_OR("min", 0), NUMBER_OR("max", 0), END};

/* A range without width is that of the data, and has some width even so (Torch7). */
static wick_status find_range(const char *name, const wick_tensor *x, const void *data,
                              wick__histogram *h)
{
    if (h->low == h->high)
        wick__value_range(x->dtype, wick__count(x), data, &h->low, &h->high);
    if (h->low == h->high) {
        h->low -= 1;
        h->high += 1;
    }
    if (h->low < h->high && isfinite(h->high - h->low))
        return WICK_OK;
    return wick__fail(WICK_EVALUE,
                      "%s: from %g to %g is no range that could be divided into bins (of %s)", name,
                      h->low, h->high, wick__shape(x));
}

static wick_status run(const char *name, int64_t rows, const wick_sizes *shape,
                       const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    wick__histogram h = {.dtype = x->dtype,
                         .rows = rows,
                         .n = rows > 0 ? wick__count(x) / rows : 0,
                         .bins = call->value[0].integer,
                         .low = call->value[1].number,
                         .high = call->value[2].number};
    wick__scope s;
    wick__scope_open(&s, x->context);
    const void *data = wick__read(&s, x);
    if (!s.status)
        s.status = find_range(name, x, data, &h);
    void *counts = wick__make(&s, x->dtype, shape, out);
    if (!s.status)
        wick__histogram_run(&h, data, counts);
    return wick__scope_close(&s);
}

static wick_status check(const char *name, const wick_call *call)
{
    wick_status status = wick__check_one_type(name, 1, call->in);
    if (status || call->value[0].integer >= 1)
        return status;
    return wick__fail(WICK_EVALUE, "%s: %lld bins are no histogram; at least one", name,
                      (long long)call->value[0].integer);
}

#define HISTOGRAM(NAME, DOC, EXAMPLE)                                                              \
    const wick_op wick_op_##NAME = {.name = #NAME,                                                 \
                                    .args = histogram_args,                                        \
                                    .constant = true,                                              \
                                    .forward = NAME##_forward,                                     \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

static wick_status histc_forward(const wick_call *call, wick_tensor **out)
{
    wick_status status = check("histc", call);
    return status ? status : run("histc", 1, &(wick_sizes){1, {call->value[0].integer}}, call, out);
}

HISTOGRAM(histc,
          "How many elements of x lie in each of so many equal parts of [min, max] (the range of "
          "the elements where min and max are the same); max belongs to the last part, what lies "
          "outside is left out",
          "print(torch.histc(torch.Tensor{1, 2, 1}, 4, 0, 4))")

static wick_status bhistc_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    wick_status status = check("bhistc", call);
    if (status)
        return status;
    if (x->ndim != 2)
        return wick__fail(WICK_ESHAPE,
                          "bhistc: invalid dimension: the input must be a 2d tensor, one histogram "
                          "a row, got %s",
                          wick__shape(x));
    wick_sizes shape = {2, {x->size[0], call->value[0].integer}};
    return run("bhistc", x->size[0], &shape, call, out);
}

HISTOGRAM(bhistc,
          "A histogram for each row of a matrix, as torch.histc makes it, with one range for all",
          "print(torch.bhistc(torch.Tensor{{1, 2}, {1, 1}}, 4, 0, 4))")
