/* Training without Lua: a network of two layers learns which points of a square lie in a ring.
 * wick.h is all it needs. Prints how many of the points it tells right. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "wick.h"

enum { POINTS = 512, HIDDEN = 24, STEPS = 400, PARAMETERS = 4 };

static void must(wick_status status)
{
    if (status == WICK_OK)
        return;
    fprintf(stderr, "train: %s\n", wick_message());
    exit(EXIT_FAILURE);
}

/* A parameter with what Adam remembers of it. */
typedef struct parameter {
    wick_tensor *value, *mean, *square;
} parameter;

static wick_tensor *uniform(wick_context *context, int rows, int columns, double bound)
{
    wick_tensor *t;
    void *memory;
    must(wick_tensor_new(context, WICK_FLOAT32, 2, (int64_t[]){rows, columns}, &t));
    must(wick_tensor_data(t, &memory));
    for (int i = 0; i < rows * columns; i++)
        ((float *)memory)[i] = (float)wick_uniform(context, -bound, bound);
    return t;
}

static parameter new_parameter(wick_context *context, int rows, int columns)
{
    double bound = 1 / sqrt(columns);
    parameter p = {uniform(context, rows, columns, bound), uniform(context, rows, columns, 0),
                   uniform(context, rows, columns, 0)};
    must(wick_tensor_set_requires_grad(p.value, true));
    must(wick_tensor_set_parameter(p.value));
    return p;
}

/* The operation of that name; takes over the first tensor, which is in nobody else's hands. */
static wick_tensor *apply(const char *name, wick_tensor *x, wick_tensor *y, wick_value value)
{
    wick_tensor *in[] = {x, y}, *out = NULL;
    wick_call call = {.inputs = y ? 2 : 1, .in = in, .value = {value}};
    must(wick_apply(wick_op_find(name), &call, &out));
    wick_tensor_release(x);
    return out;
}

/* points x 2 -> points x 1, above zero for points in the ring */
static wick_tensor *network(wick_tensor *points, const parameter *p)
{
    const wick_value one = {.number = 1};
    wick_tensor_retain(points);
    wick_tensor *x = apply("linear", points, p[0].value, one);
    x = apply("tanh", apply("add", x, p[1].value, one), NULL, one);
    return apply("add", apply("linear", x, p[2].value, one), p[3].value, one);
}

static void step(wick_tensor *points, wick_tensor *inside, parameter *p, double rate)
{
    const wick_adam adam = {.rate = rate, .beta1 = .9, .beta2 = .99, .epsilon = 1e-8};
    wick_tensor *loss =
        apply("bce_with_logits", network(points, p), inside, (wick_value){.integer = 0});
    must(wick_backward(loss, NULL, (wick_backward_options){0}));
    wick_tensor_release(loss);
    for (int i = 0; i < PARAMETERS; i++) {
        wick_tensor *gradient = wick_tensor_grad(p[i].value);
        must(wick_adam_step(p[i].value, gradient, p[i].mean, p[i].square, &adam));
        must(wick_tensor_set_grad(p[i].value, NULL));
    }
}

/* Labels: 1 for points whose distance from the middle is between .4 and .8. */
static wick_tensor *label(wick_context *context, wick_tensor *points)
{
    wick_tensor *inside = uniform(context, POINTS, 1, 0);
    const void *from;
    void *to;
    must(wick_tensor_read(points, &from));
    must(wick_tensor_data(inside, &to));
    for (int i = 0; i < POINTS; i++) {
        const float *at = (const float *)from + 2 * (ptrdiff_t)i;
        float distance = hypotf(at[0], at[1]);
        ((float *)to)[i] = distance > .4f && distance < .8f ? 1 : 0;
    }
    return inside;
}

static int count_right(wick_tensor *points, wick_tensor *inside, const parameter *p)
{
    const void *answer, *truth;
    int right = 0;
    wick_tensor *y = network(points, p);
    must(wick_tensor_read(y, &answer));
    must(wick_tensor_read(inside, &truth));
    for (int i = 0; i < POINTS; i++)
        right += (((const float *)answer)[i] > 0) == (((const float *)truth)[i] > 0);
    wick_tensor_release(y);
    return right;
}

int main(void)
{
    wick_context *context;
    must(wick_context_new(NULL, &context));
    wick_seed(context, 1);
    wick_tensor *points = uniform(context, POINTS, 2, 1), *inside = label(context, points);
    parameter p[PARAMETERS] = {new_parameter(context, HIDDEN, 2), new_parameter(context, 1, HIDDEN),
                               new_parameter(context, 1, HIDDEN), new_parameter(context, 1, 1)};
    for (int i = 0; i < STEPS; i++)
        step(points, inside, p, i < STEPS / 2 ? .05 : .01);
    printf("%d of %d right\n", count_right(points, inside, p), POINTS);
    for (int i = 0; i < PARAMETERS; i++) {
        wick_tensor_release(p[i].value);
        wick_tensor_release(p[i].mean);
        wick_tensor_release(p[i].square);
    }
    wick_tensor_release(points);
    wick_tensor_release(inside);
    printf("%zu bytes left\n", wick_context_memory(context).live);
    wick_context_release(context);
    return EXIT_SUCCESS;
}
