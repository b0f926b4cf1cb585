/* Losses an element: values against plain formulas and Torch7's numbers, over types, layouts and
 * reductions, gradients of both orders, messages, threads and failing allocations. */
#include "support/calls.h"

#define COUNT(A) ((int)(sizeof(A) / sizeof *(A)))

enum { MEAN, SUM, EACH };

static double squared(double x, double t)
{
    return (x - t) * (x - t);
}

static double absolute(double x, double t)
{
    return fabs(x - t);
}

static double huber(double x, double t)
{
    double d = fabs(x - t);
    return d < 1 ? d * d / 2 : d - 0.5;
}

static double bce(double x, double t)
{
    return -(t * log(x + 1e-12) + (1 - t) * log(1 - x + 1e-12));
}

static double bce_logits(double x, double t)
{
    return (1 - t) * x + log1p(exp(-fabs(x))) + (x < 0 ? -x : 0);
}

static double kl(double x, double t)
{
    return t > 0 ? t * (log(t) - x) : 0;
}

static double hinge(double x, double t)
{
    return fmax(0, 1 - t * x);
}

static double soft_hinge(double x, double t)
{
    return log1p(exp(-t * x));
}

static double embedding(double x, double t)
{
    return t == -1 ? fmax(0, 1 - x) : x;
}

typedef enum target { REAL, SIGN, SHARE } target;

typedef struct loss {
    const char *word;
    double (*plain)(double x, double t);
    bool margin; /* it takes one, before the reduction */
    bool shares; /* x lies in (0, 1) */
    target target;
    unsigned smooth; /* the inputs with respect to which it has a gradient */
} loss;

static const loss losses[] = {{"mse_loss", squared, false, false, REAL, 3},
                              {"l1_loss", absolute, false, false, REAL, 3},
                              {"smooth_l1_loss", huber, false, false, REAL, 3},
                              {"bce_loss", bce, false, true, SHARE, 3},
                              {"bce_with_logits", bce_logits, false, false, SHARE, 3},
                              {"kl_div_loss", kl, false, false, SHARE, 3},
                              {"margin_loss", hinge, true, false, SIGN, 1},
                              {"soft_margin_loss", soft_hinge, false, false, SIGN, 1},
                              {"hinge_embedding_loss", embedding, true, false, SIGN, 1}};

/* Fills anew, in place, whatever the layout. */
static void fill(wick_tensor *t, target kind, double scale)
{
    for (int64_t i = 0; i < wick_tensor_count(t); i++) {
        double x = get(t, i);
        set(t, i, kind == SIGN ? (x > 0 ? 1 : -1) : kind == SHARE ? 0.55 + 0.44 * x : scale * x);
    }
}

static const wick_value *values_for(const loss *l, int reduction, wick_value *value)
{
    value[0] = l->margin ? (wick_value)NUMBER(1) : (wick_value)INTEGER(reduction);
    value[1] = (wick_value)INTEGER(reduction);
    return value;
}

static call call_of(const loss *l, wick_dtype of_x, wick_dtype of_t, wick_sizes shape, int layout,
                    int reduction, wick_value *value)
{
    call c = {l->word,
              2,
              {laid_out(of_x, shape, layout), laid_out(of_t, shape, (layout + 1) % 4)},
              values_for(l, reduction, value),
              1};
    fill(c.in[0], l->shares ? SHARE : REAL, 3);
    fill(c.in[1], l->target, 1);
    return c;
}

/* ---- values ---- */

static bool is_loss(const loss *l, const call *c, wick_tensor *y, int reduction)
{
    double tolerance = wick_tensor_dtype(c->in[0]) == WICK_FLOAT32 ? 2e-6 : 1e-13, sum = 0;
    int64_t n = wick_tensor_count(c->in[0]);
    for (int64_t i = 0; i < n; i++) {
        double each = l->plain(get(c->in[0], i), get(c->in[1], i));
        if (reduction == EACH && !near(get(y, i), each, tolerance))
            return false;
        sum += each;
    }
    if (reduction == EACH)
        return wick_tensor_count(y) == n && wick_tensor_ndim(y) == wick_tensor_ndim(c->in[0]);
    return wick_tensor_ndim(y) == 1 &&
           near(item(y), reduction == MEAN ? sum / (double)n : sum, tolerance);
}

static void losses_are_those_of_plain_formulas(void)
{
    static const wick_sizes shapes[] = {
        {1, {7}}, {2, {3, 5}}, {3, {2, 3, 4}}, {1, {1}}, {2, {0, 3}}};
    wick_value value[4] = {{0}};
    for (int l = 0; l < COUNT(losses); l++)
        for (int i = 0; i < COUNT(shapes) * 4 * 3 * 4; i++) {
            wick_dtype of_x = i % 2 ? WICK_FLOAT32 : WICK_FLOAT64;
            wick_dtype of_t = i / 2 % 2 ? WICK_FLOAT32 : WICK_FLOAT64;
            int reduction = i / 4 % 3;
            call c = call_of(&losses[l], of_x, of_t, shapes[i / 48], i / 12 % 4, reduction, value);
            wick_tensor *y = result_of(&c);
            expect_for(is_loss(&losses[l], &c, y, reduction) && wick_tensor_dtype(y) == of_x,
                       "%s, case %d", losses[l].word, i);
            wick_tensor_release(y);
            release_inputs(&c);
        }
}

static wick_tensor *list(int n, const double *values)
{
    wick_tensor *t;
    must(wick_tensor_from(context, WICK_FLOAT64, 1, (int64_t[]){n}, values, &t));
    return t;
}

#define LIST(...) list(sizeof((double[]){__VA_ARGS__}) / sizeof(double), (double[]){__VA_ARGS__})

static void gives(const char *word, wick_tensor *x, wick_tensor *t, wick_tensor *weights,
                  const wick_value *value, double expected, wick_tensor *slope)
{
    call c = {word, weights ? 3 : 2, {x, t, weights}, value, 1};
    wick_tensor *y, *grad[MOST_INPUTS];
    must(wick_tensor_set_requires_grad(x, true));
    y = result_of(&c);
    expect_for((isnan(expected) ? isnan(item(y)) : fabs(item(y) - expected) < 5e-6), "%s: %g", word,
               item(y));
    if (slope) {
        must(wick_grad(1, &y, NULL, 1, &x, (wick_backward_options){false, false}, grad));
        for (int64_t i = 0; i < wick_tensor_count(slope); i++)
            expect_for(fabs(get(grad[0], i) - get(slope, i)) < 5e-6, "%s: %g", word,
                       get(grad[0], i));
        wick_tensor_release(grad[0]);
    }
    wick_tensor_release(y);
    wick_tensor_release(slope);
    release_inputs(&c);
}

/* a = {1, -2, .5} and b = {0, 1, .5}, as Torch7 answered. */
static void losses_are_torch7s(void)
{
    gives("mse_loss", LIST(1, -2, .5), LIST(0, 1, .5), NULL, VALUES({0}), 3.33333333,
          LIST(.6666667, -2, 0));
    gives("l1_loss", LIST(1, -2, .5), LIST(0, 1, .5), NULL, VALUES({0}), 1.33333333,
          LIST(.3333333, -.3333333, .3333333));
    gives("smooth_l1_loss", LIST(1, -2, .5), LIST(0, 1, .5), NULL, VALUES({0}), 1,
          LIST(.3333333, -.3333333, 0));
    gives("bce_loss", LIST(.2, .7, .9), LIST(0, 1, 1), NULL, VALUES({0}), .228393,
          LIST(.416667, -.47619, -.37037));
    gives("bce_loss", LIST(.2, .7, .9), LIST(0, 1, 1), LIST(1, 2, 3), VALUES({0}), .417525, NULL);
    gives("margin_loss", LIST(1, -2, .5), LIST(1, -1, 1), NULL, VALUES(NUMBER(1)), .166667, NULL);
    gives("soft_margin_loss", LIST(1, -2, .5), LIST(1, -1, 1), NULL, VALUES({0}), .304756, NULL);
    gives("hinge_embedding_loss", LIST(.3, .6), LIST(1, -1), NULL, VALUES(NUMBER(1)), .35, NULL);
    gives("kl_div_loss", LIST(log(.2), log(.8), log(.5), log(.5)), LIST(.3, .7, 1, 0), NULL,
          VALUES({0}), .180329, LIST(-.075, -.175, -.25, 0));
}

static void kinks_and_poles_are_settled(void)
{
    gives("margin_loss", LIST(1, 0), LIST(1, 1), NULL, VALUES(NUMBER(1)), .5, LIST(0, -.5));
    gives("bce_loss", LIST(0, 1), LIST(0, 1), NULL, VALUES({0}), 0, NULL);
    gives("bce_loss", LIST(1, 0), LIST(0, 1), NULL, VALUES({0}), 27.631021, NULL);
    gives("bce_with_logits", LIST(0, 800, -800), LIST(1, 1, 0), NULL, VALUES({0}), 0.231049,
          LIST(-.1666667, 0, 0));
    gives("kl_div_loss", LIST(-INFINITY, 0), LIST(0, 1), NULL, VALUES({0}), 0, LIST(0, -.5));
    gives("mse_loss", LIST(NAN, 0), LIST(0, 0), NULL, VALUES({0}), NAN, NULL);
}

static void weights_broadcast(void)
{
    double sum = 0;
    call c = {"bce_loss",
              3,
              {random_tensor(WICK_FLOAT64, SHAPE(4, 3)), random_tensor(WICK_FLOAT64, SHAPE(4, 3)),
               random_tensor(WICK_FLOAT32, SHAPE(3))},
              VALUES(INTEGER(SUM)),
              1};
    fill(c.in[0], SHARE, 1);
    fill(c.in[1], SHARE, 1);
    for (int64_t i = 0; i < 12; i++)
        sum += get(c.in[2], i % 3) * bce(get(c.in[0], i), get(c.in[1], i));
    wick_tensor *y = result_of(&c);
    expect(near(item(y), sum, 1e-12) && wick_tensor_dtype(y) == WICK_FLOAT64);
    expect(gradients_hold(&c, 3));
    wick_tensor_release(y);
    release_inputs(&c);
}

static void targets_of_other_types_and_shapes_are_taken(void)
{
    wick_value value[4] = {{0}};
    for (int l = 0; l < COUNT(losses); l++) {
        call c = {losses[l].word,
                  2,
                  {laid_out(WICK_FLOAT32, SHAPE(3, 4), 1), NULL},
                  values_for(&losses[l], MEAN, value),
                  1};
        fill(c.in[0], SHARE, 1);
        c.in[1] = tensor_of(losses[l].target == SIGN ? WICK_INT8 : WICK_UINT8, SHAPE(12, 1));
        for (int64_t i = 0; i < 12; i++)
            set(c.in[1], i, losses[l].target == SIGN ? (i % 2 ? 1 : -1) : i % 2);
        wick_tensor *y = result_of(&c);
        expect_for(is_loss(&losses[l], &c, y, MEAN), "%s", losses[l].word);
        wick_tensor_release(y);
        release_inputs(&c);
    }
}

static void long_losses_do_not_depend_on_threads(void)
{
    wick_value value[4] = {{0}};
    for (int l = 0; l < COUNT(losses); l++)
        for (int reduction = 0; reduction < 3; reduction += 2) {
            call c = call_of(&losses[l], WICK_FLOAT32, WICK_FLOAT32, SHAPE(210, 200), 0, reduction,
                             value);
            wick_tensor *y = result_of(&c);
            expect_for(is_loss(&losses[l], &c, y, reduction), "%s", losses[l].word);
            expect(same_on_threads(&c));
            wick_tensor_release(y);
            release_inputs(&c);
        }
}

/* ---- gradients ---- */

static void gradients_are_those_of_differences(void)
{
    wick_value value[4] = {{0}};
    for (int l = 0; l < COUNT(losses); l++)
        for (int i = 0; i < 3 * 2; i++) {
            call c = call_of(&losses[l], WICK_FLOAT64, WICK_FLOAT64, i % 2 ? SHAPE(2, 3) : SHAPE(7),
                             1, i / 2, value);
            expect_for(gradients_hold(&c, losses[l].smooth), "%s, case %d", losses[l].word, i);
            expect_for(second_gradients_hold(&c, losses[l].smooth), "%s, case %d", losses[l].word,
                       i);
            release_inputs(&c);
        }
}

static void gradients_come_back_in_the_targets_shape(void)
{
    static const char *const words[] = {"mse_loss", "l1_loss", "smooth_l1_loss"};
    for (int i = 0; i < 3; i++) {
        call c = {
            words[i],
            2,
            {random_tensor(WICK_FLOAT64, SHAPE(3, 4)), random_tensor(WICK_FLOAT64, SHAPE(2, 6))},
            VALUES({0}),
            1};
        expect(gradients_hold(&c, 3) && second_gradients_hold(&c, 3));
        release_inputs(&c);
    }
}

/* ---- messages, memory ---- */

static void misfits_are_named(void)
{
    wick_value value[4] = {{0}};
    wick_tensor *y = NULL;
    for (int l = 0; l < COUNT(losses); l++) {
        call c = {losses[l].word,
                  2,
                  {tensor_of(WICK_FLOAT32, SHAPE(3, 2)), tensor_of(WICK_FLOAT32, SHAPE(4))},
                  values_for(&losses[l], MEAN, value),
                  1};
        expect_failure(try_call(&c, &y), WICK_ESHAPE,
                       ": input and target size mismatch: 3 x 2 has 6 elements, 4 has 4");
        release_inputs(&c);
        c.in[0] = tensor_of(WICK_INT32, SHAPE(4));
        c.in[1] = tensor_of(WICK_FLOAT32, SHAPE(4));
        expect_failure(try_call(&c, &y), WICK_EDTYPE, ": not defined for int32 tensors");
        expect(strncmp(wick_message(), wick_op_name(wick_op_find(losses[l].word)), 3) == 0 && !y);
        release_inputs(&c);
    }
}

static void failing_allocations_leave_nothing(void)
{
    wick_value value[4] = {{0}};
    for (int l = 0; l < COUNT(losses); l++)
        for (int reduction = 0; reduction < 3; reduction++) {
            call c =
                call_of(&losses[l], WICK_FLOAT64, WICK_FLOAT32, SHAPE(2, 3), 1, reduction, value);
            expect_for(survives_failures(&c), "%s", losses[l].word);
            release_inputs(&c);
        }
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("losses are those of plain formulas", losses_are_those_of_plain_formulas);
    test("losses are torch7's", losses_are_torch7s);
    test("kinks and poles are settled", kinks_and_poles_are_settled);
    test("weights broadcast", weights_broadcast);
    test("targets of other types and shapes are taken",
         targets_of_other_types_and_shapes_are_taken);
    test("long losses do not depend on threads", long_losses_do_not_depend_on_threads);
    test("gradients are those of differences", gradients_are_those_of_differences);
    test("gradients come back in the target's shape", gradients_come_back_in_the_targets_shape);
    test("misfits are named", misfits_are_named);
    test("failing allocations leave nothing", failing_allocations_leave_nothing);
    test("nothing is left", nothing_is_left);
    wick_context_release(context);
    return finish();
}
