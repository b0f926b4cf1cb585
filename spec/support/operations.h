/* What C tests of operations share: making tensors, carrying operations out by name, and checking
 * gradients against differences. */
#ifndef SPEC_SUPPORT_OPERATIONS_H
#define SPEC_SUPPORT_OPERATIONS_H

#include <math.h>

#include "graph/descriptor.h"
#include "support/context.h"
#include "wick.h"

#define SHAPE(...)                                                                                 \
    (wick_sizes)                                                                                   \
    {                                                                                              \
        sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t),                                        \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define INTEGER(VALUE)                                                                             \
    {                                                                                              \
        .integer = (VALUE)                                                                         \
    }
#define NUMBER(VALUE)                                                                              \
    {                                                                                              \
        .number = (VALUE)                                                                          \
    }

static inline wick_tensor *tensor_of(wick_dtype dtype, wick_sizes shape)
{
    wick_tensor *t;
    must(wick_tensor_new(context, dtype, shape.count, shape.v, &t));
    return t;
}

/* Numbers in (-1, 1) from a stream of its own, which tests may restart. */
static uint64_t stream = 1;

static inline double next_number(void)
{
    stream = stream * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(stream >> 11) / 4503599627370496.0 - 1;
}

/* Where element i in row-major order stands. */
static inline void index_of(const wick_tensor *t, int64_t i, int64_t *index)
{
    for (int d = wick_tensor_ndim(t) - 1; d >= 0; d--) {
        index[d] = i % wick_tensor_size(t, d);
        i /= wick_tensor_size(t, d);
    }
}

static inline double get(wick_tensor *t, int64_t i)
{
    int64_t index[WICK_MAX_DIM];
    double value;
    index_of(t, i, index);
    must(wick_tensor_get(t, index, &value));
    return value;
}

static inline void set(wick_tensor *t, int64_t i, double value)
{
    int64_t index[WICK_MAX_DIM];
    index_of(t, i, index);
    must(wick_tensor_set_element(t, index, value));
}

/* Random elements: in (-1, 1), or from -4 to 4 for integers. */
static inline wick_tensor *random_tensor(wick_dtype dtype, wick_sizes shape)
{
    wick_tensor *t = tensor_of(dtype, shape);
    for (int64_t i = 0; i < wick_tensor_count(t); i++) {
        double x = next_number();
        set(t, i,
            wick_dtype_is_floating(dtype) ? x : round(dtype == WICK_UINT8 ? 4 + 4 * x : 4 * x));
    }
    return t;
}

/* Carries the operation of that word out; `value` has what its descriptor asks for beside tensors,
 * `out` has room for all results. */
static inline wick_status apply_all(const char *word, int inputs, wick_tensor *const *in,
                                    const wick_value *value, wick_tensor **out)
{
    wick_call call = {.context = context, .inputs = inputs, .in = in};
    const wick_op *op = wick_op_find(word);
    if (!op) {
        printf("Bail out! there is no operation %s\n", word);
        exit(1);
    }
    int n = 0;
    for (const wick__arg *arg = op->args; arg->kind != WICK__END; arg++)
        n += !wick__arg_is_tensor(arg);
    memcpy(call.value, value, (size_t)n * sizeof *value);
    return wick_apply(op, &call, out);
}

#define VALUES(...) ((const wick_value[4]){__VA_ARGS__})

/* The first result of an operation on one tensor. */
static inline wick_tensor *apply(const char *word, wick_tensor *x, const wick_value *value)
{
    wick_tensor *out[WICK_MAX_OUTPUTS] = {NULL};
    must(apply_all(word, x != NULL, &x, value, out));
    for (int i = 1; i < WICK_MAX_OUTPUTS; i++)
        wick_tensor_release(out[i]);
    return out[0];
}

static inline double item(wick_tensor *t)
{
    double value = NAN;
    must(wick_tensor_item(t, &value));
    return value;
}

/* A number, and the tensor is done with. */
static inline double item_of(wick_tensor *t)
{
    double value = item(t);
    wick_tensor_release(t);
    return value;
}

static inline bool near(double a, double b, double tolerance)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    return a == b || fabs(a - b) <= tolerance * (1 + fabs(a) + fabs(b));
}

static inline bool same(wick_tensor *a, wick_tensor *b)
{
    bool equal = wick_tensor_dtype(a) == wick_tensor_dtype(b) &&
                 wick_tensor_ndim(a) == wick_tensor_ndim(b) &&
                 wick_tensor_count(a) == wick_tensor_count(b);
    for (int64_t i = 0; equal && i < wick_tensor_count(a); i++) {
        double x = get(a, i), y = get(b, i);
        equal = x == y || (isnan(x) && isnan(y));
    }
    return equal;
}

/* The sum of weight times element; weights depend on the place alone. */
static inline double weigh(wick_tensor *t)
{
    double sum = 0;
    for (int64_t i = 0; i < wick_tensor_count(t); i++)
        sum += cos(1.0 + (double)i) * get(t, i);
    return sum;
}

static inline wick_tensor *weights_of(wick_tensor *t)
{
    wick_sizes shape = {.count = wick_tensor_ndim(t)};
    for (int d = 0; d < shape.count; d++)
        shape.v[d] = wick_tensor_size(t, d);
    wick_tensor *w = tensor_of(WICK_FLOAT64, shape);
    for (int64_t i = 0; i < wick_tensor_count(w); i++)
        set(w, i, cos(1.0 + (double)i));
    return w;
}

static inline wick_tensor *recorded_copy(wick_tensor *x)
{
    wick_tensor *copy = weights_of(x);
    must(wick_tensor_copy(copy, x));
    must(wick_tensor_set_requires_grad(copy, true));
    return copy;
}

/* The gradient of the weighed result of an operation on x; with `record` it is on the tape. */
static inline wick_tensor *gradient(const char *word, wick_tensor *x, const wick_value *value,
                                    bool record)
{
    wick_tensor *y = apply(word, x, value), *w = weights_of(y), *g = NULL;
    wick_backward_options options = {.retain = record, .record = record};
    must(wick_grad(1, &y, &w, 1, &x, options, &g));
    wick_tensor_release(y);
    wick_tensor_release(w);
    return g;
}

/* What `weighed` of x changes when element i does, by central difference. */
static inline double slope(double (*weighed)(const char *, wick_tensor *, const wick_value *),
                           const char *word, wick_tensor *x, const wick_value *value, int64_t i)
{
    const double h = 1e-5, before = get(x, i);
    wick_tensor *moved = recorded_copy(x);
    must(wick_tensor_set_requires_grad(moved, false));
    set(moved, i, before + h);
    double up = weighed(word, moved, value);
    set(moved, i, before - h);
    double down = weighed(word, moved, value);
    wick_tensor_release(moved);
    return (up - down) / (2 * h);
}

static inline double weighed_result(const char *word, wick_tensor *x, const wick_value *value)
{
    wick_tensor *y = apply(word, x, value);
    double sum = weigh(y);
    wick_tensor_release(y);
    return sum;
}

static inline double weighed_gradient(const char *word, wick_tensor *x, const wick_value *value)
{
    wick_tensor *leaf = recorded_copy(x), *g = gradient(word, leaf, value, false);
    double sum = weigh(g);
    wick_tensor_release(leaf);
    wick_tensor_release(g);
    return sum;
}

/* No gradient stands for one of zeros. */
static inline bool agrees(const char *word, wick_tensor *g, wick_tensor *x, const wick_value *value,
                          double (*weighed)(const char *, wick_tensor *, const wick_value *))
{
    bool good = !g || wick_tensor_count(g) == wick_tensor_count(x);
    for (int64_t i = 0; good && i < wick_tensor_count(x); i++) {
        double expected = slope(weighed, word, x, value, i), found = g ? get(g, i) : 0;
        good = near(found, expected, 1e-6);
        if (!good)
            tap_note("# %s: element %lld is %.10g, expected %.10g\n", word, (long long)i, found,
                     expected);
    }
    return good;
}

/* Whether the gradient with respect to x, a DoubleTensor, is what differences say. */
static inline bool gradient_holds(const char *word, wick_tensor *x, const wick_value *value)
{
    wick_tensor *leaf = recorded_copy(x), *g = gradient(word, leaf, value, false);
    bool good = agrees(word, g, x, value, weighed_result);
    wick_tensor_release(leaf);
    wick_tensor_release(g);
    return good;
}

/* The same for the gradient's own gradient. */
static inline bool second_gradient_holds(const char *word, wick_tensor *x, const wick_value *value)
{
    wick_tensor *leaf = recorded_copy(x), *g = gradient(word, leaf, value, true), *second = NULL;
    wick_tensor *w = weights_of(g);
    must(wick_grad(1, &g, &w, 1, &leaf, (wick_backward_options){false, false}, &second));
    bool good = agrees(word, second, x, value, weighed_gradient);
    wick_tensor_release(leaf);
    wick_tensor_release(g);
    wick_tensor_release(w);
    wick_tensor_release(second);
    return good;
}

#endif
