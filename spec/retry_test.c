/* A step that fails for memory leaves gradients and running statistics as they were, and the step
 * tried again gives what an undisturbed one gives: for every allocation, failing alone or with all
 * later ones. */
#include "support/operations.h"

enum { X, WEIGHT, GAIN, MEAN, VARIANCE, MATRIX, TENSORS };

static const wick_sizes *pair(int64_t n)
{
    static wick_sizes sizes[2];
    sizes[n] = (wick_sizes){2, {n, n}};
    return &sizes[n];
}

/* What a step begins with: the same every time. X asks for no gradient, and neither do running
 * statistics. */
static void begin(wick_tensor **t, double held)
{
    stream = 3;
    t[X] = random_tensor(WICK_FLOAT32, SHAPE(2, 16, 8, 8));
    t[WEIGHT] = random_tensor(WICK_FLOAT32, SHAPE(48, 16, 3, 3)); /* zeros of 64 KiB are lazy, */
    t[GAIN] = random_tensor(WICK_FLOAT32, SHAPE(48));
    t[MEAN] = random_tensor(WICK_FLOAT32, SHAPE(48));
    t[VARIANCE] = random_tensor(WICK_FLOAT32, SHAPE(48));
    t[MATRIX] = random_tensor(WICK_FLOAT32, SHAPE(6, 3072)); /* as here */
    for (int i = 0; i < TENSORS; i++) {
        if (i == X || i == MEAN || i == VARIANCE)
            continue;
        wick_tensor *grad;
        wick_sizes shape = {.count = wick_tensor_ndim(t[i])};
        for (int d = 0; d < shape.count; d++)
            shape.v[d] = wick_tensor_size(t[i], d);
        must(wick_tensor_set_requires_grad(t[i], true));
        grad = tensor_of(WICK_FLOAT32, shape);
        must(wick_apply_into(wick_op_find("fill"),
                             &(wick_call){.context = context, .value = {{.number = held}}}, &grad));
        must(wick_tensor_set_grad(t[i], grad));
        wick_tensor_release(grad);
    }
}

static void end(wick_tensor **t)
{
    for (int i = 0; i < TENSORS; i++)
        wick_tensor_release(t[i]);
}

/* y = word(in...), once nothing has failed. */
static void run(wick_status *status, const char *word, int inputs, wick_tensor *const *in,
                const wick_value *value, wick_tensor **y)
{
    wick_tensor *out[WICK_MAX_OUTPUTS] = {NULL};
    if (!*status)
        *status = apply_all(word, inputs, in, value, out);
    *y = out[0];
    for (int i = 1; i < WICK_MAX_OUTPUTS; i++)
        wick_tensor_release(out[i]);
}

/* The sum of (tanh of the normalised convolution, in rows, times the matrix). *normalised tells
 * whether the call that moves running statistics succeeded. */
static wick_status step(wick_tensor *const *t, bool *normalised)
{
    enum { STEPS = 6 };
    static const wick_sizes rows = {2, {2, 3072}};
    wick_tensor *y[STEPS] = {NULL};
    wick_status status = WICK_OK;
    run(&status, "conv2d", 2, (wick_tensor *[]){t[X], t[WEIGHT]},
        VALUES({.sizes = pair(1)}, {.sizes = pair(1)}, {.sizes = pair(1)}, INTEGER(1)), &y[0]);
    run(&status, "batch_norm", 5, (wick_tensor *[]){y[0], t[GAIN], NULL, t[MEAN], t[VARIANCE]},
        VALUES(INTEGER(true), NUMBER(0.1), NUMBER(1e-5)), &y[1]);
    *normalised = !status;
    run(&status, "tanh", 1, &y[1], VALUES({0}), &y[2]);
    run(&status, "reshape", 1, &y[2], VALUES({.sizes = &rows}), &y[3]);
    run(&status, "linear", 2, (wick_tensor *[]){y[3], t[MATRIX]}, VALUES({0}), &y[4]);
    run(&status, "sum_all", 1, &y[4], VALUES({0}), &y[5]);
    if (!status)
        status = wick_backward(y[5], NULL, (wick_backward_options){false, false});
    for (int i = 0; i < STEPS; i++)
        wick_tensor_release(y[i]);
    return status;
}

static bool same_bits(wick_tensor *a, wick_tensor *b)
{
    const void *x, *y;
    must(wick_tensor_read(a, &x));
    must(wick_tensor_read(b, &y));
    return memcmp(x, y, (size_t)wick_tensor_count(a) * sizeof(float)) == 0;
}

/* Whether gradients and running statistics are equal. */
static bool agree(wick_tensor *const *a, wick_tensor *const *b, bool statistics)
{
    bool equal = true;
    for (int i = 0; i < TENSORS && equal; i++)
        if (i == MEAN || i == VARIANCE)
            equal = !statistics || same_bits(a[i], b[i]);
        else if (i != X)
            equal = same_bits(wick_tensor_grad(a[i]), wick_tensor_grad(b[i]));
    return equal;
}

/* One step with the n-th allocation failing, and one more if it did. */
static bool fails(uint64_t n, bool alone, double held, wick_tensor *const *expected)
{
    wick_tensor *t[TENSORS], *before[TENSORS];
    bool normalised;
    begin(t, held);
    begin(before, held);
    if (alone)
        wick_context_fail_at(context, n);
    else
        wick_context_fail_after(context, n);
    wick_status status = step(t, &normalised);
    wick_context_fail_after(context, 0);
    expect_for(!status || status == WICK_ENOMEM, "allocation %d", (int)n);
    if (status) {
        expect_for(agree(t, before, !normalised), "failed allocation %d", (int)n);
        end(t);
        begin(t, held);
        must(step(t, &normalised));
    }
    expect_for(agree(t, expected, true), "another step after allocation %d", (int)n);
    end(t);
    end(before);
    return status;
}

static void compare_all(double held)
{
    wick_tensor *expected[TENSORS];
    bool normalised;
    begin(expected, held);
    must(step(expected, &normalised));
    for (int alone = 0; alone < 2; alone++) {
        uint64_t n = 1;
        while (n < 500 && fails(n, alone, held, expected))
            n++;
        expect_for(n > 40 && n < 500, "%d allocations", (int)n);
    }
    end(expected);
}

static void gradients_that_were_zero_are_zero_again(void)
{
    compare_all(0);
}

static void gradients_that_add_up_are_added_to_once(void)
{
    compare_all(0.25);
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("gradients that were zero are zero again", gradients_that_were_zero_are_zero_again);
    test("gradients that add up are added to once", gradients_that_add_up_are_added_to_once);
    test("nothing is left", nothing_is_left);
    wick_context_release(context);
    return finish();
}
