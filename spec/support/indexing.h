/* What the tests of indexing share: tensors in several layouts, calls of several tensors, and
 * gradients of those. Elements are small integers, so that sums are exact in every type. */
#ifndef WICK_SPEC_INDEXING_H
#define WICK_SPEC_INDEXING_H

#include "support/operations.h"

#define COUNT(A) ((int)(sizeof(A) / sizeof *(A)))
#define SIZES(...)                                                                                 \
    {                                                                                              \
        .sizes = &SHAPE(__VA_ARGS__)                                                               \
    }
#define IN(...) ((wick_tensor *[]){__VA_ARGS__})

enum { MOST_INPUTS = 4, LAYOUTS = 3 };

static inline wick_sizes shape_of(const wick_tensor *t)
{
    wick_sizes shape = {.count = wick_tensor_ndim(t)};
    for (int d = 0; d < shape.count; d++)
        shape.v[d] = wick_tensor_size(t, d);
    return shape;
}

static inline int64_t whole_number(int64_t least, int64_t most)
{
    int64_t n = least + (int64_t)((next_number() + 1) / 2 * (double)(most - least + 1));
    return n > most ? most : n;
}

/* Row-major, transposed, or every second element of a larger tensor; uninitialised. */
static inline wick_tensor *laid_out(wick_dtype dtype, wick_sizes shape, int layout)
{
    wick_sizes larger = shape;
    wick_tensor *whole, *view;
    int64_t stride[WICK_MAX_DIM];
    int last = shape.count - 1;
    if (layout == 0 || shape.count == 0)
        return tensor_of(dtype, shape);
    for (int d = 0; d < shape.count; d++)
        larger.v[d] = layout == 1 ? shape.v[last - d] : 2 * shape.v[d];
    whole = tensor_of(dtype, larger);
    if (wick_tensor_count(whole) == 0) {
        wick_tensor_release(whole);
        return tensor_of(dtype, shape);
    }
    for (int d = 0; d < shape.count; d++)
        stride[d] =
            layout == 1 ? wick_tensor_stride(whole, last - d) : 2 * wick_tensor_stride(whole, d);
    must(wick_tensor_on(wick_tensor_storage(whole), layout / 2, shape.count, shape.v, stride,
                        &view));
    wick_tensor_release(whole);
    return view;
}

static inline wick_tensor *numbers(wick_dtype dtype, wick_sizes shape, int layout)
{
    wick_tensor *t = laid_out(dtype, shape, layout);
    for (int64_t i = 0; i < wick_tensor_count(t); i++)
        set(t, i, (double)whole_number(dtype == WICK_UINT8 ? 0 : -5, 5));
    return t;
}

/* Positions 1 to `limit`. */
static inline wick_tensor *positions(wick_sizes shape, int64_t limit, int layout)
{
    wick_tensor *t = laid_out(WICK_INT64, shape, layout);
    for (int64_t i = 0; i < wick_tensor_count(t); i++)
        set(t, i, (double)whole_number(1, limit));
    return t;
}

static inline wick_tensor *filled(wick_dtype dtype, wick_sizes shape, const double *values)
{
    wick_tensor *t = tensor_of(dtype, shape);
    for (int64_t i = 0; i < wick_tensor_count(t); i++)
        set(t, i, values[i]);
    return t;
}
#define LONGS(...)                                                                                 \
    filled(WICK_INT64, SHAPE(sizeof((double[]){__VA_ARGS__}) / sizeof(double)),                    \
           (const double[]){__VA_ARGS__})

static inline wick_tensor *copy_of(wick_tensor *t)
{
    wick_tensor *copy = tensor_of(wick_tensor_dtype(t), shape_of(t));
    must(wick_tensor_copy(copy, t));
    return copy;
}

static inline wick_tensor *run(const char *word, int inputs, wick_tensor **in,
                               const wick_value *value)
{
    wick_tensor *out[WICK_MAX_OUTPUTS] = {NULL};
    must(apply_all(word, inputs, in, value, out));
    return out[0];
}

static inline wick_status run_into(const char *word, int inputs, wick_tensor **in,
                                   const wick_value *value, wick_tensor *to)
{
    wick_call call = {.context = context, .inputs = inputs, .in = in};
    memcpy(call.value, value, 4 * sizeof *value);
    return wick_apply_into(wick_op_find(word), &call, &to);
}

/* The status alone; a result there should not be is let go. */
static inline wick_status try(const char *word, int inputs, wick_tensor **in,
                              const wick_value *value)
{
    wick_tensor *out[WICK_MAX_OUTPUTS] = {NULL};
    wick_status status = apply_all(word, inputs, in, value, out);
    wick_tensor_release(out[0]);
    return status;
}

static inline void release(int n, wick_tensor **t)
{
    for (int i = 0; i < n; i++)
        wick_tensor_release(t[i]);
}
#define RELEASE(...) release(COUNT(IN(__VA_ARGS__)), IN(__VA_ARGS__))

/* ---- gradients ---- */

/* These operations are linear in each of their float64 inputs; others are fixed. */
typedef struct trial {
    const char *word;
    int inputs;
    wick_tensor *in[MOST_INPUTS];
    const wick_value *value;
} trial;

static inline bool is_free(const trial *t, int k)
{
    return wick_tensor_dtype(t->in[k]) == WICK_FLOAT64;
}

/* The result with another tensor as input k. */
static inline wick_tensor *result_with(const trial *t, int k, wick_tensor *other)
{
    wick_tensor *in[MOST_INPUTS];
    memcpy(in, t->in, sizeof in);
    in[k] = other;
    return run(t->word, t->inputs, in, t->value);
}

/* result(x) - result(0): what the operation does to input k alone. */
static inline wick_tensor *linear_part(const trial *t, int k, wick_tensor *x)
{
    wick_tensor *zero = apply("mul", x, VALUES(NUMBER(0)));
    wick_tensor *at_x = result_with(t, k, x), *at_zero = result_with(t, k, zero);
    wick_tensor *part = run("csub", 2, IN(at_x, at_zero), VALUES(NUMBER(1)));
    RELEASE(zero, at_x, at_zero);
    return part;
}

static inline bool all_near(const char *what, const trial *t, int k, wick_tensor *got,
                            wick_tensor *want)
{
    bool good = !got || wick_tensor_ndim(got) == wick_tensor_ndim(want);
    for (int64_t i = 0; i < wick_tensor_count(want) && good; i++) {
        double is = got ? get(got, i) : 0;
        good = near(is, get(want, i), 1e-9);
        if (!good)
            printf("# %s of %s, input %d, element %lld: %.10g, expected %.10g\n", what, t->word,
                   k + 1, (long long)i, is, get(want, i));
    }
    return good;
}

/* The gradient of <v, result> with respect to input k is what the linear part does to each unit. */
static inline wick_tensor *expected_gradient(const trial *t, int k, wick_tensor *v)
{
    wick_tensor *unit = apply("mul", t->in[k], VALUES(NUMBER(0))), *want = copy_of(unit);
    for (int64_t i = 0; i < wick_tensor_count(unit); i++) {
        double sum = 0;
        set(unit, i, 1);
        wick_tensor *column = linear_part(t, k, unit);
        for (int64_t j = 0; j < wick_tensor_count(column); j++)
            sum += get(column, j) * get(v, j);
        set(unit, i, 0);
        set(want, i, sum);
        wick_tensor_release(column);
    }
    wick_tensor_release(unit);
    return want;
}

/* First and second gradients with respect to input k. The first is A'v, so that <w, A'v> has the
 * gradient Aw with respect to v. */
static inline bool gradients_hold_for(const trial *t, int k)
{
    wick_tensor *leaf = recorded_copy(t->in[k]), *y = result_with(t, k, leaf);
    wick_tensor *plain = weights_of(y), *v = recorded_copy(plain), *grad = NULL, *back = NULL;
    must(wick_grad(1, &y, &v, 1, &leaf, (wick_backward_options){true, true}, &grad));
    wick_tensor *want = expected_gradient(t, k, plain);
    bool good = all_near("gradient", t, k, grad, want);
    wick_tensor *w = weights_of(want), *moved = linear_part(t, k, w);
    if (grad && wick_tensor_requires_grad(grad))
        must(wick_grad(1, &grad, &w, 1, &v, (wick_backward_options){false, false}, &back));
    good = all_near("second gradient", t, k, back, moved) && good;
    RELEASE(leaf, y, plain, v, grad, back, want, w, moved);
    return good;
}

static inline bool gradients_hold(const trial *t)
{
    bool good = true;
    for (int k = 0; k < t->inputs; k++)
        good = (!is_free(t, k) || gradients_hold_for(t, k)) && good;
    return good;
}

#endif
