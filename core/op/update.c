/* Steps of optimisers on parameters, which no tape sees. */
#include "kernel/update.h"
#include "tensor/tensor.h"

/* Row-major, floating, of one type and count, and x apart from the others. */
static wick_status check(const char *name, int n, wick_tensor *const *t)
{
    static const char *const names[] = {"x", "the gradient", "a moving average",
                                        "a moving average"};
    for (int i = 0; i < n; i++) {
        if (t[i]->dtype != t[0]->dtype ||
            !(t[0]->dtype == WICK_FLOAT32 || t[0]->dtype == WICK_FLOAT64))
            return wick__fail(WICK_EDTYPE,
                              "%s: x is %s, %s is %s; both have to be float32 or "
                              "float64",
                              name, wick_dtype_name(t[0]->dtype), names[i],
                              wick_dtype_name(t[i]->dtype));
        if (wick__count(t[i]) != wick__count(t[0]) || !wick_tensor_is_contiguous(t[i]))
            return wick__fail(WICK_ESHAPE,
                              "%s: x is %s, %s is %s; they need equally many elements, side by "
                              "side in memory",
                              name, wick__shape(t[0]), names[i], wick__shape(t[i]));
        if (i > 0 && wick__overlap(t[i], t[0]))
            return wick__fail(WICK_EVALUE, "%s: x and %s share memory", name, names[i]);
    }
    return WICK_OK;
}

/* The gradient is read, the others are written. */
static wick_status open_gates(int n, wick_tensor *const *t, void **data)
{
    wick_status status = WICK_OK;
    for (int i = 0; i < n && !status; i++)
        status = i == 1 ? wick__dense(t[i], &data[i]) : wick__writable(t[i], &data[i]);
    return status;
}

wick_status wick_sgd_step(wick_tensor *x, wick_tensor *gradient, wick_tensor *velocity,
                          const wick_sgd *o)
{
    wick_tensor *t[] = {x, gradient, velocity};
    void *data[3];
    wick_status status = check("sgd", 3, t);
    if (!status)
        status = open_gates(3, t, data);
    if (!status)
        wick__sgd_update(x->context, x->dtype, wick__count(x), o, data[0], data[1], data[2]);
    return status;
}

wick_status wick_adam_step(wick_tensor *x, wick_tensor *gradient, wick_tensor *mean,
                           wick_tensor *square, const wick_adam *o)
{
    wick_tensor *t[] = {x, gradient, mean, square};
    void *data[4];
    wick_status status = check("adam", 4, t);
    if (!status)
        status = open_gates(4, t, data);
    if (!status)
        wick__adam_update(x->context, x->dtype, wick__count(x), o, data[0], data[1], data[2],
                          data[3]);
    return status;
}
