/* What tests of convolution, pooling and normalisation share: options as the operations take them,
 * tensors with given elements, and options that have to be refused. */
#ifndef WICK_SPEC_IMAGES_H
#define WICK_SPEC_IMAGES_H

#include "support/calls.h"

#define COUNT(A) ((int)(sizeof(A) / sizeof *(A)))
/* The arguments of an operation that are no tensors, in its order. */
#define OPTIONS(...) ((const wick_value[8]){__VA_ARGS__})
#define PAIR(...)                                                                                  \
    {                                                                                              \
        .sizes = &SHAPE(__VA_ARGS__)                                                               \
    }
static const wick_sizes nothing_given = {0, {0}};
#define LEFT_OUT                                                                                   \
    {                                                                                              \
        .sizes = &nothing_given                                                                    \
    }

static inline wick_tensor *filled(wick_sizes shape, const double *elements)
{
    wick_tensor *t = tensor_of(WICK_FLOAT64, shape);
    for (int64_t i = 0; i < wick_tensor_count(t); i++)
        set(t, i, elements[i]);
    return t;
}
#define ELEMENTS(...) ((const double[]){__VA_ARGS__})

static inline bool holds(wick_tensor *t, const double *elements)
{
    bool good = true;
    for (int64_t i = 0; i < wick_tensor_count(t) && good; i++)
        good = near(get(t, i), elements[i], 1e-12);
    return good;
}

static inline bool is_of(wick_tensor *t, wick_sizes shape)
{
    bool good = wick_tensor_ndim(t) == shape.count;
    for (int d = 0; good && d < shape.count; d++)
        good = wick_tensor_size(t, d) == shape.v[d];
    return good;
}

/* Every element with its own: none is the largest by less than a difference moves it. */
static inline wick_tensor *shuffled(wick_sizes shape)
{
    wick_tensor *t = tensor_of(WICK_FLOAT64, shape);
    int64_t n = wick_tensor_count(t);
    for (int64_t i = 0; i < n; i++)
        set(t, i, (double)((i * 7919 + 13) % n) / (double)n - 0.4);
    return t;
}

/* The first result of a call on tensors that are let go of. */
static inline wick_tensor *outcome(const char *word, int inputs, wick_tensor *const *in,
                                   const wick_value *value)
{
    call c = {word, inputs, {NULL}, value, 1};
    memcpy(c.in, in, (size_t)inputs * sizeof *in);
    wick_tensor *y = result_of(&c);
    release_inputs(&c);
    return y;
}
#define IN(...)                                                                                    \
    COUNT(((wick_tensor *[]){__VA_ARGS__})), (wick_tensor *[])                                     \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

/* Whether the call fails so; its tensors are let go of. */
static inline bool refuses(const char *word, int inputs, wick_tensor *const *in,
                           const wick_value *value, wick_status expected, const char *text)
{
    call c = {word, inputs, {NULL}, value, 1};
    wick_tensor *y = NULL;
    memcpy(c.in, in, (size_t)inputs * sizeof *in);
    wick_status status = try_call(&c, &y);
    bool good = status == expected && strstr(wick_message(), text);
    if (!good)
        tap_note("# %s: status %d, message: %s\n", word, (int)status, wick_message());
    wick_tensor_release(y);
    release_inputs(&c);
    return good;
}

/* Puts numbers that no option may have at both places of each of `pairs` first options, which name
 * `least` or more; every one has to be refused by its name. */
static inline void refuse_extremes(const char *word, int inputs, wick_tensor *const *in,
                                   const wick_value *good, int pairs, const char *const *name,
                                   const int64_t *least)
{
    for (int p = 0; p < pairs; p++) {
        const int64_t bad[] = {least[p] - 1, -1, INT64_MIN, (int64_t)1 << 31, INT64_MAX};
        for (int i = 0; i < 3 * COUNT(bad); i++) {
            wick_value value[8];
            wick_sizes sizes = {2, {least[p], least[p]}};
            memcpy(value, good, sizeof value);
            sizes.count = i / COUNT(bad) == 2 ? 1 : 2;
            sizes.v[i / COUNT(bad) % 2] = bad[i % COUNT(bad)];
            value[p].sizes = &sizes;
            for (int k = 0; k < inputs; k++)
                wick_tensor_retain(in[k]);
            expect(refuses(word, inputs, in, value, WICK_EVALUE, name[p]));
        }
    }
}

static inline int run_on_a_context(void (*tests)(void))
{
    must(wick_context_new(NULL, &context));
    tests();
    wick_context_release(context);
    return finish();
}

#endif
