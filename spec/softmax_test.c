/* Softmax and its relatives: values against plain loops along every dimension, gradients of both
 * orders, messages and failing allocations. */
#include "support/calls.h"

#define COUNT(A) ((int)(sizeof(A) / sizeof *(A)))

static int64_t by_rank[] = {-1, 0, 1, 0, 1};

/* Along `dim`, from the values of x; `log` of it for logSoftMax, the sign -1 for softMin. */
static bool is_softmax(wick_tensor *x, wick_tensor *y, int dim, double sign, bool logarithm)
{
    double tolerance = wick_tensor_dtype(x) == WICK_FLOAT32 ? 1e-6 : 1e-14;
    int64_t n = wick_tensor_size(x, dim), inner = 1, count = wick_tensor_count(x);
    for (int d = dim + 1; d < wick_tensor_ndim(x); d++)
        inner *= wick_tensor_size(x, d);
    for (int64_t i = 0; i < count; i++) {
        int64_t first = i / (n * inner) * n * inner + i % inner;
        double sum = 0;
        for (int64_t j = 0; j < n; j++)
            sum += exp(sign * (get(x, first + j * inner) - get(x, i)));
        if (!near(get(y, i), logarithm ? -log(sum) : 1 / sum, tolerance))
            return false;
    }
    return wick_tensor_ndim(y) == wick_tensor_ndim(x) && wick_tensor_count(y) == count;
}

static void softmax_is_that_of_plain_loops(void)
{
    static const char *const words[] = {"soft_max", "log_soft_max", "soft_min"};
    static const wick_sizes shapes[] = {{1, {5}},          {2, {3, 4}},       {3, {3, 2, 5}},
                                        {4, {2, 3, 4, 2}}, {4, {2, 0, 4, 2}}, {3, {9, 3, 35}}};
    for (int i = 0; i < 3 * COUNT(shapes) * LAYOUTS * 2; i++) {
        wick_sizes shape = shapes[i / 6 / LAYOUTS];
        wick_tensor *x = laid_out(i % 2 ? WICK_FLOAT32 : WICK_FLOAT64, shape, i / 6 % LAYOUTS);
        for (int dim = -1; dim < shape.count; dim++) {
            int64_t given = dim < 0 ? INT64_MIN : dim;
            wick_tensor *y = apply(words[i / 2 % 3], x, VALUES(INTEGER(given)));
            expect_for(is_softmax(x, y, dim < 0 ? (int)by_rank[shape.count] : dim,
                                  i / 2 % 3 == 2 ? -1 : 1, i / 2 % 3 == 1),
                       "%s, case %d, dim %d", words[i / 2 % 3], i, dim);
            wick_tensor_release(y);
        }
        wick_tensor_release(x);
    }
}

static void softmax_has_two_derivatives(void)
{
    static const char *const words[] = {"soft_max", "log_soft_max", "soft_min"};
    for (int i = 0; i < 3; i++)
        for (int dim = 0; dim < 3; dim++) {
            call c = {
                words[i], 1, {laid_out(WICK_FLOAT64, SHAPE(2, 3, 2), 1)}, VALUES(INTEGER(dim)), 1};
            expect(gradients_hold(&c, 1) && second_gradients_hold(&c, 1));
            expect(survives_failures(&c));
            release_inputs(&c);
        }
}

static void softmax_refuses(void)
{
    wick_tensor *y = NULL, *x = tensor_of(WICK_FLOAT64, SHAPE(1, 2, 3, 1, 1));
    call c = {"soft_max", 1, {x}, VALUES(INTEGER(INT64_MIN)), 1};
    expect_failure(try_call(&c, &y), WICK_ESHAPE, "1D, 2D, 3D or 4D tensor expected, got 5D");
    c.value = VALUES(INTEGER(5));
    expect_failure(try_call(&c, &y), WICK_ESHAPE, "dimension 6 out of range of 5D tensor");
    wick_tensor_release(x);
    c.in[0] = x = tensor_of(WICK_INT64, SHAPE(2));
    expect_failure(try_call(&c, &y), WICK_EDTYPE, "softMax: not defined for int64 tensors");
    wick_tensor_release(x);
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("softmax is that of plain loops", softmax_is_that_of_plain_loops);
    test("softmax has two derivatives", softmax_has_two_derivatives);
    test("softmax refuses", softmax_refuses);
    test("nothing is left", nothing_is_left);
    wick_context_release(context);
    return finish();
}
