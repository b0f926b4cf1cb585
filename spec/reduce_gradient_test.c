/* Gradients of reductions and scans against differences, sum_to, and the values of scans. */
#include "support/reductions.h"

/* ---- gradients ---- */

static void gradients_are_those_of_differences(void)
{
    static const wick_sizes few[] = {{1, {5}}, {2, {3, 4}}, {3, {2, 3, 2}}};
    for (int s = 0; s < COUNT(few) * LAYOUTS; s++)
        for (int i = 0; i < COUNT(reductions); i++) {
            wick_tensor *x = laid_out(WICK_FLOAT64, few[s / LAYOUTS], s % LAYOUTS == 3 ? 0 : s % 3);
            for (int dim = -1; dim < wick_tensor_ndim(x); dim++) {
                const reduction *r = &reductions[i];
                wick_value value[4];
                values_of(r, dim, value);
                expect(gradient_holds(dim < 0 ? r->all : r->along, x, value));
            }
            wick_tensor_release(x);
        }
}

static void second_gradients_are_those_of_differences(void)
{
    static const int chosen[] = {1, 5, 8, 9, 10, 11, 12};
    wick_tensor *x = random_tensor(WICK_FLOAT64, SHAPE(3, 4));
    for (int i = 0; i < COUNT(chosen); i++)
        for (int dim = -1; dim < 2; dim++) {
            const reduction *r = &reductions[chosen[i]];
            wick_value value[4];
            values_of(r, dim, value);
            expect(second_gradient_holds(dim < 0 ? r->all : r->along, x, value));
        }
    expect(second_gradient_holds("cumprod", x, VALUES(INTEGER(0))));
    expect(second_gradient_holds("cumprod", x, VALUES(INTEGER(1))));
    wick_tensor_release(x);
}

static void zeros_are_differentiated_through(void)
{
    wick_tensor *x = random_tensor(WICK_FLOAT64, SHAPE(3, 4));
    for (int zeros = 0; zeros < 4; zeros++) {
        if (zeros)
            set(x, zeros * 3 - 1, 0);
        expect(gradient_holds("prod_all", x, VALUES({0})));
        for (int64_t dim = 0; dim < 2; dim++) {
            expect(gradient_holds("prod", x, VALUES(INTEGER(dim))));
            expect(gradient_holds("cumprod", x, VALUES(INTEGER(dim))));
        }
    }
    for (int64_t i = 0; i < 12; i++)
        set(x, i, 0);
    static const double powers[] = {0.5, 1, 1.5, 2, 3};
    for (int i = 0; i < COUNT(powers); i++) {
        wick_tensor *leaf = recorded_copy(x),
                    *g = gradient("norm_all", leaf, VALUES(NUMBER(powers[i])), false);
        for (int64_t j = 0; j < 12; j++)
            expect(get(g, j) == 0);
        wick_tensor_release(leaf);
        wick_tensor_release(g);
    }
    wick_tensor_release(x);
}

/* ---- sum_to ---- */

static void sum_to_undoes_broadcasting(void)
{
    static const wick_sizes targets[] = {{1, {4}},       {2, {3, 1}},    {2, {1, 4}},
                                         {3, {2, 1, 4}}, {3, {1, 1, 1}}, {1, {1}},
                                         {3, {2, 3, 4}}, {2, {6, 4}}};
    wick_tensor *x = random_tensor(WICK_FLOAT64, SHAPE(2, 3, 4));
    for (int i = 0; i < COUNT(targets); i++) {
        wick_value value[4] = {{.sizes = &targets[i]}};
        wick_tensor *y = apply("sum_to", x, value), *z = apply("sum_all", y, VALUES({0}));
        expect(wick_tensor_ndim(y) == targets[i].count);
        expect(near(item(z), item_of(apply("sum_all", x, VALUES({0}))), 1e-12));
        expect(gradient_holds("sum_to", x, value));
        wick_tensor_release(y);
        wick_tensor_release(z);
    }
    const wick_sizes wrong = {2, {2, 4}};
    wick_tensor *out = NULL;
    expect(apply_all("sum_to", 1, &x, (wick_value[4]){{.sizes = &wrong}}, &out) == WICK_ESHAPE);
    wick_tensor_release(x);
}

/* ---- scans ---- */

static void scans_are_those_of_plain_loops(void)
{
    static const wick_sizes some[] = {{1, {9}}, {2, {5, 3}}, {2, {3, 1030}}, {3, {2, 3, 4}}};
    for (int s = 0; s < COUNT(some) * LAYOUTS; s++) {
        wick_tensor *x =
            laid_out(s % 2 ? WICK_FLOAT64 : WICK_INT32, some[s / LAYOUTS], s % LAYOUTS);
        for (int dim = 0; dim < wick_tensor_ndim(x); dim++) {
            wick_tensor *sums = apply("cumsum", x, VALUES(INTEGER(dim)));
            wick_tensor *backwards = apply("cumsum_reversed", x, VALUES(INTEGER(dim)));
            wick_tensor *products = apply("cumprod", x, VALUES(INTEGER(dim)));
            bool good = true;
            for (int64_t i = 0; i < wick_tensor_count(x) && good; i++) {
                int64_t at[WICK_MAX_DIM];
                double sum = 0, product = 1, rest = 0, value;
                index_of(x, i, at);
                int64_t stop = at[dim];
                for (int64_t j = 0; j < wick_tensor_size(x, dim); j++) {
                    at[dim] = j;
                    must(wick_tensor_get(x, at, &value));
                    sum += j <= stop ? value : 0;
                    product *= j <= stop ? value : 1;
                    rest += j >= stop ? value : 0;
                }
                good = near(get(sums, i), sum, 1e-12) && near(get(backwards, i), rest, 1e-12) &&
                       (near(get(products, i), product, 1e-12) || fabs(product) > 2e9);
            }
            expect(good);
            wick_tensor_release(sums);
            wick_tensor_release(backwards);
            wick_tensor_release(products);
        }
        wick_tensor_release(x);
    }
}

static void scans_have_their_gradients(void)
{
    wick_tensor *x = random_tensor(WICK_FLOAT64, SHAPE(3, 4, 2));
    for (int64_t dim = 0; dim < 3; dim++) {
        expect(gradient_holds("cumsum", x, VALUES(INTEGER(dim))));
        expect(gradient_holds("cumsum_reversed", x, VALUES(INTEGER(dim))));
        expect(gradient_holds("cumprod", x, VALUES(INTEGER(dim))));
    }
    wick_tensor_release(x);
}

/* The chosen elements get the gradient: of max over everything the first of equals. */
static void equals_do_not_share(void)
{
    wick_tensor *x = tensor_of(WICK_FLOAT64, SHAPE(2, 3));
    for (int64_t i = 0; i < 6; i++)
        set(x, i, i % 3);
    must(wick_tensor_set_requires_grad(x, true));
    wick_tensor *g = gradient("max_all", x, VALUES({0}), false);
    for (int64_t i = 0; i < 6; i++)
        expect(get(g, i) == (i == 2 ? cos(1.0) : 0));
    wick_tensor_release(g);
    wick_tensor_release(x);
}

/* Forward and backward with the n-th allocation failing, for every n: each fails or succeeds whole.
 */
static bool survives(const char *word, wick_sizes shape, const wick_value *value)
{
    wick_status status = WICK_ENOMEM;
    for (uint64_t n = 1; status == WICK_ENOMEM && n < 200; n++) {
        wick_tensor *x = random_tensor(WICK_FLOAT64, shape), *out[WICK_MAX_OUTPUTS] = {NULL};
        wick_tensor *sum = NULL;
        must(wick_tensor_set_requires_grad(x, true));
        wick_context_fail_after(context, n);
        status = apply_all(word, 1, &x, value, out);
        if (!status)
            status = apply_all("sum_all", 1, &out[0], value, &sum);
        if (!status)
            status = wick_backward(sum, NULL, (wick_backward_options){false, false});
        wick_context_fail_after(context, 0);
        wick_tensor_release(sum);
        for (int i = 0; i < WICK_MAX_OUTPUTS; i++)
            wick_tensor_release(out[i]);
        wick_tensor_release(x);
    }
    return status == WICK_OK;
}

static void failing_allocations_leak_nothing(void)
{
    size_t before = wick_context_memory(context).live;
    expect(survives("sum_all", SHAPE(300000), VALUES({0})));
    expect(survives("norm", SHAPE(4, 3), VALUES(NUMBER(3), INTEGER(1))));
    expect(survives("std", SHAPE(4, 3), VALUES(INTEGER(1))));
    expect(survives("prod", SHAPE(4, 3), VALUES(INTEGER(1))));
    expect(survives("max_all", SHAPE(4, 3), VALUES({0})));
    expect(survives("max", SHAPE(4, 3), VALUES(INTEGER(0))));
    expect(survives("log_sum_exp", SHAPE(4, 3), VALUES(INTEGER(0))));
    expect(survives("cumprod", SHAPE(4, 3), VALUES(INTEGER(0))));
    expect(survives("sort", SHAPE(4, 3), VALUES(INTEGER(0))));
    expect(survives("median", SHAPE(4, 3), VALUES(INTEGER(0))));
    expect(wick_context_memory(context).live == before);
}

static void nothing_has_a_gradient_of_nothing(void)
{
    static const char *const words[] = {"sum_all",         "prod_all", "norm_all",
                                        "log_sum_exp_all", "sum",      "prod",
                                        "cumsum",          "cumprod",  "sort"};
    for (int i = 0; i < COUNT(words); i++) {
        wick_tensor *x = tensor_of(WICK_FLOAT64, SHAPE(3, 0)), *y, *w, *g = NULL;
        must(wick_tensor_set_requires_grad(x, true));
        y = apply(words[i], x, VALUES({0}));
        w = weights_of(y);
        expect(wick_grad(1, &y, &w, 1, &x, (wick_backward_options){false, false}, &g) == WICK_OK);
        expect(!g || (wick_tensor_ndim(g) == 2 && wick_tensor_count(g) == 0));
        wick_tensor_release(y);
        wick_tensor_release(w);
        wick_tensor_release(g);
        wick_tensor_release(x);
    }
}

/* Two gradients without elements meet, and end in a leaf. */
static void gradients_of_nothing_are_added(void)
{
    wick_tensor *x = tensor_of(WICK_FLOAT64, SHAPE(3, 0)), *y = NULL;
    must(wick_tensor_set_requires_grad(x, true));
    wick_tensor *squares = apply("square", x, VALUES({0}));
    must(apply_all("cmul", 2, (wick_tensor *[]){squares, squares}, VALUES({0}), &y));
    wick_tensor *sum = apply("sum_all", y, VALUES({0}));
    expect(wick_backward(sum, NULL, (wick_backward_options){false, false}) == WICK_OK);
    expect(wick_tensor_grad(x) && wick_tensor_count(wick_tensor_grad(x)) == 0);
    wick_tensor_release(x);
    wick_tensor_release(squares);
    wick_tensor_release(y);
    wick_tensor_release(sum);
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("gradients are those of differences", gradients_are_those_of_differences);
    test("second gradients are those of differences", second_gradients_are_those_of_differences);
    test("zeros are differentiated through", zeros_are_differentiated_through);
    test("equals do not share", equals_do_not_share);
    test("sum_to undoes broadcasting", sum_to_undoes_broadcasting);
    test("scans are those of plain loops", scans_are_those_of_plain_loops);
    test("scans have their gradients", scans_have_their_gradients);
    test("nothing has a gradient of nothing", nothing_has_a_gradient_of_nothing);
    test("gradients of nothing are added", gradients_of_nothing_are_added);
    test("failing allocations leak nothing", failing_allocations_leak_nothing);
    expect(wick_context_memory(context).live == 0);
    wick_context_release(context);
    return finish();
}
