/* Losses of class scores: values against plain loops and Torch7's numbers, checked
 * targets, gradients of both orders, threads and failing allocations. */
#include "support/calls.h"

#define COUNT(A) ((int)(sizeof(A) / sizeof *(A)))

enum { MEAN, SUM, EACH };

static wick_tensor *of(wick_dtype dtype, wick_sizes shape, const double *values)
{
    wick_tensor *t = tensor_of(dtype, shape);
    for (int64_t i = 0; i < wick_tensor_count(t); i++)
        set(t, i, values[i]);
    return t;
}

#define OF(DTYPE, SIZES, ...) of(DTYPE, SIZES, (double[]){__VA_ARGS__})

static wick_tensor *log_probabilities(wick_dtype dtype, wick_sizes shape, int layout)
{
    wick_tensor *x = laid_out(dtype, shape, layout);
    wick_tensor *y = apply("log_soft_max", x, VALUES(INTEGER(shape.count > 1)));
    wick_tensor_release(x);
    return y;
}

/* The loss of target i and its weight; 0 where it is ignored. */
static double plain_nll(const call *c, int64_t i, int64_t ignored, double *weight)
{
    wick_tensor *x = c->in[0], *weights = c->inputs > 2 ? c->in[2] : NULL;
    int64_t classes = wick_tensor_size(x, wick_tensor_ndim(x) > 1), inner = 1;
    for (int d = 2; d < wick_tensor_ndim(x); d++)
        inner *= wick_tensor_size(x, d);
    int64_t t = (int64_t)get(c->in[1], i);
    *weight = t == ignored ? 0 : weights ? get(weights, t - 1) : 1;
    if (t == ignored)
        return 0;
    return -*weight * get(x, (i / inner * classes + t - 1) * inner + i % inner);
}

static bool is_nll(const call *c, wick_tensor *y, int reduction, int64_t ignored)
{
    double tolerance = wick_tensor_dtype(c->in[0]) == WICK_FLOAT32 ? 1e-6 : 1e-13;
    double sum = 0, total = 0, weight;
    int64_t n = wick_tensor_count(c->in[1]);
    for (int64_t i = 0; i < n; i++) {
        double each = plain_nll(c, i, ignored, &weight);
        if (reduction == EACH && !near(get(y, i), each, tolerance))
            return false;
        sum += each;
        total += weight;
    }
    if (reduction == EACH)
        return wick_tensor_count(y) == n;
    return near(item(y), reduction == SUM || total == 0 ? sum : sum / total, tolerance);
}

static wick_tensor *random_targets(wick_dtype dtype, wick_sizes of_x)
{
    wick_sizes shape = {1, {of_x.count > 1 ? of_x.v[0] : 1}};
    int64_t classes = of_x.v[of_x.count > 1];
    for (int d = 2; d < of_x.count; d++)
        shape.v[shape.count++] = of_x.v[d];
    wick_tensor *t = tensor_of(dtype, shape);
    for (int64_t i = 0; i < wick_tensor_count(t); i++)
        set(t, i, floor((next_number() + 1) / 2 * (double)classes) + 1);
    return t;
}

static void nll_is_that_of_plain_loops(void)
{
    static const wick_sizes shapes[] = {
        {1, {4}}, {2, {6, 4}}, {4, {2, 4, 3, 2}}, {2, {0, 4}}, {2, {60, 9}}};
    static const wick_dtype types[] = {WICK_UINT8, WICK_INT64, WICK_FLOAT32, WICK_FLOAT64};
    for (int i = 0; i < COUNT(shapes) * 3 * 2 * 4 * 2; i++) {
        wick_sizes shape = shapes[i % 5];
        int reduction = i / 5 % 3, ignored = i / 30 % 2 ? 2 : -100;
        call c = {"nll_loss",
                  3,
                  {log_probabilities(i / 15 % 2 ? WICK_FLOAT32 : WICK_FLOAT64, shape, i % LAYOUTS),
                   random_targets(types[i / 60], shape),
                   i % 2 ? OF(WICK_FLOAT32, SHAPE(4), 1, 2, 0.5, 3) : NULL},
                  VALUES(INTEGER(reduction), INTEGER(ignored)),
                  1};
        if (c.in[2] && wick_tensor_size(c.in[0], shape.count > 1) != 4) {
            wick_tensor_release(c.in[2]);
            c.in[2] = NULL;
        }
        c.inputs = c.in[2] ? 3 : 2;
        wick_tensor *y = result_of(&c);
        expect_for(is_nll(&c, y, reduction, ignored), "case %d", i);
        expect(same_on_threads(&c));
        wick_tensor_release(y);
        release_inputs(&c);
    }
}

/* Loss and gradient, on that many threads. */
static void on_threads(int threads, const call *c, wick_tensor **loss, wick_tensor **grad)
{
    wick_context_set_threads(context, threads);
    *loss = result_of(c);
    gradients_of(c, 1, false, grad);
}

static void long_losses_do_not_depend_on_threads(void)
{
    enum { N = 40000 };
    wick_sizes shape = SHAPE(N, 3);
    wick_tensor *loss[2], *grad[2][MOST_INPUTS];
    call c = {"cross_entropy",
              2,
              {random_tensor(WICK_FLOAT32, shape), random_targets(WICK_UINT8, shape)},
              VALUES({0}, INTEGER(-100)),
              1};
    double sum = 0;
    must(wick_tensor_set_requires_grad(c.in[0], true));
    for (int i = 0; i < 2; i++)
        on_threads(i + 1, &c, &loss[i], grad[i]);
    for (int64_t i = 0; i < N; i++) {
        int64_t t = (int64_t)get(c.in[1], i) - 1;
        double all = 0;
        for (int64_t j = 0; j < 3; j++)
            all += exp(get(c.in[0], 3 * i + j) - get(c.in[0], 3 * i + t));
        sum += log(all);
        expect(near(get(grad[0][0], 3 * i + t) * N / cos(1), 1 / all - 1, 2e-6));
    }
    expect(near(item(loss[0]), sum / N, 1e-6) && same(loss[0], loss[1]));
    expect(same(grad[0][0], grad[1][0]));
    for (int i = 0; i < 2; i++) {
        wick_tensor_release(loss[i]);
        wick_tensor_release(grad[i][0]);
    }
    release_inputs(&c);
}

static void gives(call c, double expected)
{
    c.seed = 1;
    wick_tensor *y = result_of(&c);
    expect_for(fabs(item(y) - expected) < 5e-6, "%s: %g, not %g", c.word, item(y), expected);
    wick_tensor_release(y);
    release_inputs(&c);
}

static wick_tensor *two_rows(void)
{
    return OF(WICK_FLOAT64, SHAPE(2, 3), 1, 2, 3, 1, 1, 1);
}

static wick_tensor *log_rows(void)
{
    wick_tensor *x = two_rows(), *y = apply("log_soft_max", x, VALUES(INTEGER(1)));
    wick_tensor_release(x);
    return y;
}

static void losses_are_torch7s(void)
{
    wick_tensor *t = OF(WICK_INT64, SHAPE(2), 3, 1);
    wick_tensor *weights = OF(WICK_FLOAT64, SHAPE(3), 1, 2, 3);
    for (int i = 0; i < 7; i++) {
        wick_tensor_retain(t);
        if (i % 2)
            wick_tensor_retain(weights);
    }
    gives((call){"nll_loss", 2, {log_rows(), t}, VALUES({0}, INTEGER(-100)), 1}, .753109);
    gives((call){"nll_loss", 3, {log_rows(), t, weights}, VALUES({0}, INTEGER(-100)), 1}, .580358);
    gives((call){"nll_loss", 2, {log_rows(), t}, VALUES(INTEGER(SUM), INTEGER(-100)), 1}, 1.50622);
    gives((call){"nll_loss", 2, {log_rows(), t}, VALUES({0}, INTEGER(1)), 1}, .407606);
    gives((call){"cross_entropy", 2, {two_rows(), t}, VALUES({0}, INTEGER(-100)), 1}, .753109);
    gives((call){"cross_entropy", 3, {two_rows(), t, weights}, VALUES({0}, INTEGER(-100)), 1},
          .580358);
    wick_tensor *x = OF(WICK_FLOAT64, SHAPE(1, 2, 2, 2), 1, 2, 3, 4, 5, 6, 7, 8);
    gives((call){"cross_entropy",
                 2,
                 {x, OF(WICK_FLOAT32, SHAPE(1, 2, 2), 1, 2, 1, 2)},
                 VALUES({0}, INTEGER(-100)),
                 1},
          2.01815);
    for (int p = 1; p < 3; p++)
        gives((call){"multi_margin_loss",
                     2,
                     {OF(WICK_FLOAT64, SHAPE(3), .1, .2, .4), OF(WICK_INT32, SHAPE(1), 3)},
                     VALUES(NUMBER(p), NUMBER(1), INTEGER(0)),
                     1},
              p == 1 ? .5 : .376667);
    wick_tensor_release(t);
    wick_tensor_release(t);
    wick_tensor_release(weights);
    wick_tensor_release(weights);
}

static void multi_margin_weighs_and_adds_up(void)
{
    for (int i = 0; i < 3 * 2 * 2; i++) {
        int reduction = i % 3, p = i / 3 % 2 + 1;
        double margin = i / 6 ? 0.4 : 1.5, sum = 0, each[5];
        call c = {"multi_margin_loss",
                  3,
                  {laid_out(WICK_FLOAT64, SHAPE(5, 3), 1), random_targets(WICK_UINT8, SHAPE(5, 3)),
                   OF(WICK_FLOAT32, SHAPE(3), 1, 2, 0.5)},
                  VALUES(NUMBER(p), NUMBER(margin), INTEGER(reduction)),
                  1};
        for (int64_t n = 0; n < 5; n++) {
            int64_t t = (int64_t)get(c.in[1], n) - 1;
            each[n] = 0;
            for (int64_t j = 0; j < 3; j++)
                if (j != t)
                    each[n] +=
                        get(c.in[2], t) / 3 *
                        pow(fmax(0, margin - get(c.in[0], 3 * n + t) + get(c.in[0], 3 * n + j)), p);
            sum += each[n];
        }
        wick_tensor *y = result_of(&c);
        for (int64_t n = 0; n < 5 && reduction == EACH; n++)
            expect(near(get(y, n), each[n], 1e-13));
        expect(reduction == EACH || near(item(y), reduction == MEAN ? sum / 5 : sum, 1e-13));
        expect(gradients_hold(&c, 1) && second_gradients_hold(&c, 1) && survives_failures(&c));
        wick_tensor_release(y);
        release_inputs(&c);
    }
}

static void class_losses_have_two_derivatives(void)
{
    static const char *const words[] = {"nll_loss", "cross_entropy"};
    static const wick_sizes shapes[] = {{1, {4}}, {2, {3, 4}}, {4, {2, 4, 2, 1}}};
    for (int i = 0; i < 2 * 3 * 3 * 2; i++) {
        wick_sizes shape = shapes[i / 2 % 3];
        call c = {words[i % 2],
                  3,
                  {laid_out(WICK_FLOAT64, shape, 1), random_targets(WICK_INT32, shape),
                   OF(WICK_FLOAT32, SHAPE(4), 1, 2, 0.5, 3)},
                  VALUES(INTEGER(i / 6 % 3), INTEGER(i / 18 ? 2 : -100)),
                  1};
        expect_for(gradients_hold(&c, 1), "%s, case %d", c.word, i);
        expect_for(second_gradients_hold(&c, 1), "%s, case %d", c.word, i);
        expect(survives_failures(&c));
        release_inputs(&c);
    }
}

static void all_ignored_is_nothing(void)
{
    call c = {"nll_loss",
              2,
              {log_rows(), OF(WICK_INT64, SHAPE(2), -100, -100)},
              VALUES({0}, INTEGER(-100)),
              1};
    wick_tensor *y = result_of(&c);
    expect(item(y) == 0 && gradients_hold(&c, 1));
    wick_tensor_release(y);
    release_inputs(&c);
}

/* ---- messages ---- */

static void refuses(call c, wick_status status, const char *text)
{
    wick_tensor *y = NULL;
    c.seed = 1;
    expect_failure(try_call(&c, &y), status, text);
    expect(!y);
    release_inputs(&c);
}

static void labels_are_checked(void)
{
    static const char *const words[] = {"nll_loss", "cross_entropy", "multi_margin_loss"};
    static const double labels[] = {0, 4, -1, NAN, 1.5, INFINITY};
    static const char *const texts[] = {
        "Loss: target[2] is 0; classes are 1..3 (labels are 1-based, use y + 1): not (cur_target "
        ">= 0 "
        "&& cur_target < n_classes)",
        "target[2] is 4; classes are 1..3: not (cur_target >= 0 && cur_target < n_classes)",
        "target[2] is -1; classes are 1..3",
        "target[2] is NaN; classes are 1..3",
        "target[2] is 1.5; classes are the whole numbers 1..3",
        "target[2] is inf; classes are 1..3"};
    for (int i = 0; i < 3 * 6; i++)
        refuses((call){words[i % 3],
                       2,
                       {two_rows(), OF(WICK_FLOAT32, SHAPE(2), 3, labels[i / 3])},
                       i % 3 == 2 ? VALUES(NUMBER(1), NUMBER(1), INTEGER(0))
                                  : VALUES({0}, INTEGER(-100)),
                       1},
                WICK_EVALUE, texts[i / 3] + (i % 3 == 1 && i < 3 ? 4 : 0));
    refuses((call){"multi_margin_loss",
                   2,
                   {two_rows(), OF(WICK_INT64, SHAPE(2), 1, (double)INT64_MIN)},
                   VALUES(NUMBER(1), NUMBER(1), INTEGER(0)),
                   1},
            WICK_EVALUE, "multiMarginLoss: target[2] is -9.2");
    wick_tensor *t = tensor_of(WICK_UINT8, SHAPE(2, 3, 4)),
                *x = tensor_of(WICK_FLOAT32, SHAPE(2, 5, 3, 4));
    for (int64_t i = 0; i < 24; i++)
        set(t, i, i == 21 ? 6 : 5);
    refuses((call){"cross_entropy", 2, {x, t}, VALUES({0}, INTEGER(-100)), 1}, WICK_EVALUE,
            "crossEntropy: target[2][3][2] is 6; classes are 1..5");
}

static void shapes_are_named(void)
{
    refuses((call){"nll_loss", 2, {two_rows(), tensor_of(WICK_INT64, SHAPE(3))}, VALUES({0}), 1},
            WICK_ESHAPE, "nllLoss: an input of 2 x 3 takes a target of 2, got 3");
    refuses((call){"cross_entropy",
                   2,
                   {tensor_of(WICK_FLOAT32, SHAPE(2, 3, 4)), tensor_of(WICK_INT64, SHAPE(2, 4))},
                   VALUES({0}),
                   1},
            WICK_ESHAPE,
            "crossEntropy: scores are C, N x C or N x C x H x W, got an input of 2 x 3 x 4");
    refuses(
        (call){"nll_loss",
               2,
               {tensor_of(WICK_FLOAT32, SHAPE(2, 3, 4, 5)), tensor_of(WICK_INT64, SHAPE(2, 5, 4))},
               VALUES({0}),
               1},
        WICK_ESHAPE, "an input of 2 x 3 x 4 x 5 takes a target of 2 x 4 x 5, got 2 x 5 x 4");
    refuses((call){"nll_loss",
                   3,
                   {two_rows(), OF(WICK_INT64, SHAPE(2), 1, 1), tensor_of(WICK_FLOAT32, SHAPE(2))},
                   VALUES({0}),
                   1},
            WICK_ESHAPE, "an input of 2 x 3 has 3 classes, weights of 2 do not fit");
    refuses((call){"nll_loss",
                   2,
                   {tensor_of(WICK_INT32, SHAPE(2, 3)), OF(WICK_INT64, SHAPE(2), 1, 1)},
                   VALUES({0}),
                   1},
            WICK_EDTYPE, "nllLoss: not defined for int32 tensors");
    refuses((call){"multi_margin_loss",
                   2,
                   {two_rows(), OF(WICK_INT64, SHAPE(2), 1, 1)},
                   VALUES(NUMBER(3), NUMBER(1)),
                   1},
            WICK_EVALUE, "multiMarginLoss: p is 3; it has to be 1 or 2");
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("nll is that of plain loops", nll_is_that_of_plain_loops);
    test("long losses do not depend on threads", long_losses_do_not_depend_on_threads);
    test("losses are torch7's", losses_are_torch7s);
    test("multi margin weighs and adds up", multi_margin_weighs_and_adds_up);
    test("class losses have two derivatives", class_losses_have_two_derivatives);
    test("all ignored is nothing", all_ignored_is_nothing);
    test("labels are checked", labels_are_checked);
    test("shapes are named", shapes_are_named);
    test("nothing is left", nothing_is_left);
    wick_context_release(context);
    return finish();
}
