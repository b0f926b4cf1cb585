/* What tests of operations on several tensors share: layouts, gradients with respect to every input
 * against differences, once and twice, and calls under every failure of an allocation. */
#ifndef WICK_SPEC_CALLS_H
#define WICK_SPEC_CALLS_H

#include "support/operations.h"

enum { LAYOUTS = 5, MOST_INPUTS = 5 };

typedef struct call {
    const char *word;
    int inputs;
    wick_tensor *in[MOST_INPUTS];
    const wick_value *value;
    uint64_t seed; /* of the generator, set before every call */
} call;

/* A random tensor of that shape: row-major, its last two dimensions exchanged in memory, every
 * second column of a wider one, rows apart, or the first dimension expanded. */
static inline wick_tensor *laid_out(wick_dtype dtype, wick_sizes shape, int layout)
{
    wick_sizes whole = shape;
    int last = shape.count - 1, before = last > 0 ? last - 1 : 0;
    int64_t stride[WICK_MAX_DIM], count = 1;
    wick_tensor *view;
    for (int d = 0; d < shape.count; d++)
        count *= shape.v[d];
    if (layout == 0 || count == 0)
        return random_tensor(dtype, shape);
    whole.v[last] *= layout == 2 ? 2 : 1;
    whole.v[last] += layout == 3 ? 3 : 0;
    if (layout == 1) {
        whole.v[last] = shape.v[before];
        whole.v[before] = shape.v[last];
    }
    wick_tensor *t = random_tensor(dtype, whole);
    for (int d = 0; d < shape.count; d++)
        stride[d] = wick_tensor_stride(t, d);
    if (layout == 1) {
        stride[last] = wick_tensor_stride(t, before);
        stride[before] = wick_tensor_stride(t, last);
    }
    stride[last] *= layout == 2 ? 2 : 1;
    stride[0] = layout == 4 ? 0 : stride[0];
    must(wick_tensor_on(wick_tensor_storage(t), layout == 3 && shape.count > 1 ? 2 : 0, shape.count,
                        shape.v, stride, &view));
    wick_tensor_release(t);
    return view;
}

static inline void release_inputs(call *c)
{
    for (int i = 0; i < c->inputs; i++)
        wick_tensor_release(c->in[i]);
}

/* All results but the first are let go of. */
static inline wick_status try_call(const call *c, wick_tensor **result)
{
    wick_tensor *out[WICK_MAX_OUTPUTS] = {NULL};
    wick_seed(context, c->seed);
    wick_status status = apply_all(c->word, c->inputs, c->in, c->value, out);
    for (int i = 1; i < WICK_MAX_OUTPUTS; i++)
        wick_tensor_release(out[i]);
    *result = out[0];
    return status;
}

static inline wick_tensor *result_of(const call *c)
{
    wick_tensor *y;
    must(try_call(c, &y));
    return y;
}

/* The call on copies that are leaves, where an input is floating. */
static inline call on_leaves(const call *c)
{
    call leaves = *c;
    for (int i = 0; i < c->inputs; i++)
        if (c->in[i] && wick_tensor_dtype(c->in[i]) == WICK_FLOAT64)
            leaves.in[i] = recorded_copy(c->in[i]);
        else if (c->in[i])
            wick_tensor_retain(c->in[i]);
    return leaves;
}

/* Gradients of the weighed result with respect to the inputs marked in `which`. */
static inline void gradients_of(const call *c, unsigned which, bool record, wick_tensor **grad)
{
    wick_tensor *y = result_of(c), *w = weights_of(y), *asked[MOST_INPUTS], *got[MOST_INPUTS];
    int n = 0;
    for (int i = 0; i < c->inputs; i++)
        if (which >> i & 1)
            asked[n++] = c->in[i];
    must(wick_grad(1, &y, &w, n, asked, (wick_backward_options){record, record}, got));
    n = 0;
    for (int i = 0; i < c->inputs; i++)
        grad[i] = which >> i & 1 ? got[n++] : NULL;
    wick_tensor_release(y);
    wick_tensor_release(w);
}

static inline double weighed_call(const call *c, unsigned which)
{
    (void)which;
    wick_tensor *y = result_of(c);
    double sum = weigh(y);
    wick_tensor_release(y);
    return sum;
}

/* The weighed gradients of the inputs, added up. */
static inline double weighed_gradients(const call *c, unsigned which)
{
    wick_tensor *grad[MOST_INPUTS];
    call leaves = on_leaves(c);
    double sum = 0;
    gradients_of(&leaves, which, false, grad);
    for (int i = 0; i < c->inputs; i++) {
        sum += grad[i] ? weigh(grad[i]) : 0;
        wick_tensor_release(grad[i]);
    }
    release_inputs(&leaves);
    return sum;
}

typedef double weighing(const call *c, unsigned which);

static inline double change(const call *c, unsigned which, int input, int64_t at, weighing *weighed)
{
    const double h = 1e-5, before = get(c->in[input], at);
    wick_tensor *moved = weights_of(c->in[input]);
    must(wick_tensor_copy(moved, c->in[input]));
    call with = *c;
    with.in[input] = moved;
    set(moved, at, before + h);
    double up = weighed(&with, which);
    set(moved, at, before - h);
    double down = weighed(&with, which);
    wick_tensor_release(moved);
    return (up - down) / (2 * h);
}

static inline bool grad_agrees(const call *c, unsigned which, int input, wick_tensor *grad,
                               weighing *weighed)
{
    for (int64_t i = 0; i < wick_tensor_count(c->in[input]); i++) {
        double got = grad ? get(grad, i) : 0;
        double expected = change(c, which, input, i, weighed);
        if (!near(got, expected, 2e-6)) {
            printf("# %s: element %lld of input %d: %.10g, expected %.10g\n", c->word, (long long)i,
                   input, got, expected);
            return false;
        }
    }
    return true;
}

static inline bool grads_agree(const call *c, unsigned which, wick_tensor **grad, weighing *weighed)
{
    bool good = true;
    for (int i = 0; i < c->inputs; i++)
        if (which >> i & 1) {
            good = grad_agrees(c, which, i, grad[i], weighed) && good;
            wick_tensor_release(grad[i]);
        }
    return good;
}

/* Whether the gradients with respect to the DoubleTensors marked in `which` are what differences
 * say. */
static inline bool gradients_hold(const call *c, unsigned which)
{
    wick_tensor *grad[MOST_INPUTS];
    call leaves = on_leaves(c);
    gradients_of(&leaves, which, false, grad);
    bool good = grads_agree(c, which, grad, weighed_call);
    release_inputs(&leaves);
    return good;
}

/* The same for the gradients' own gradients. */
static inline bool second_gradients_hold(const call *c, unsigned which)
{
    wick_tensor *grad[MOST_INPUTS], *root[MOST_INPUTS], *seed[MOST_INPUTS], *second[MOST_INPUTS];
    wick_tensor *asked[MOST_INPUTS], *got[MOST_INPUTS];
    call leaves = on_leaves(c);
    int roots = 0, n = 0;
    gradients_of(&leaves, which, true, grad);
    for (int i = 0; i < c->inputs; i++) {
        if (grad[i] && wick_tensor_requires_grad(grad[i])) {
            root[roots] = grad[i];
            seed[roots++] = weights_of(grad[i]);
        }
        if (which >> i & 1)
            asked[n++] = leaves.in[i];
    }
    for (int i = 0; i < n; i++)
        got[i] = NULL;
    if (roots > 0)
        must(wick_grad(roots, root, seed, n, asked, (wick_backward_options){false, false}, got));
    n = 0;
    for (int i = 0; i < c->inputs; i++)
        second[i] = which >> i & 1 ? got[n++] : NULL;
    bool good = grads_agree(c, which, second, weighed_gradients);
    for (int i = 0; i < roots; i++)
        wick_tensor_release(seed[i]);
    for (int i = 0; i < c->inputs; i++)
        wick_tensor_release(grad[i]);
    release_inputs(&leaves);
    return good;
}

/* Carries the call and its backward out with the n-th allocation failing, for every n, until all
 * succeed; whether nothing was left behind by any of them. */
static inline bool survives_failures(const call *c)
{
    call leaves = on_leaves(c);
    size_t before = wick_context_memory(context).live;
    bool clean = true, done = false;
    for (uint64_t n = 1; !done && n < 400; n++) {
        wick_tensor *y = NULL;
        wick_context_fail_after(context, n);
        wick_status status = try_call(&leaves, &y);
        wick_tensor *w = NULL, *grad = NULL;
        wick_context_fail_after(context, 0);
        if (!status && wick_tensor_requires_grad(y)) {
            w = weights_of(y);
            wick_context_fail_after(context, n);
            status = wick_grad(1, &y, &w, 1, &leaves.in[0], (wick_backward_options){false, false},
                               &grad);
            wick_context_fail_after(context, 0);
        }
        done = !status;
        clean = clean && (done || status == WICK_ENOMEM);
        wick_tensor_release(y);
        wick_tensor_release(w);
        wick_tensor_release(grad);
        clean = clean && wick_context_memory(context).live == before;
    }
    release_inputs(&leaves);
    return clean && done;
}

/* Whether one and two threads give the same bits. */
static inline bool same_on_threads(const call *c)
{
    wick_context_set_threads(context, 1);
    wick_tensor *one = result_of(c);
    wick_context_set_threads(context, 2);
    wick_tensor *two = result_of(c);
    bool equal = same(one, two);
    wick_tensor_release(one);
    wick_tensor_release(two);
    return equal;
}

#endif
