/* Products: gradients of both orders against differences, messages, and failing allocations. */
#include "support/products.h"

/* ---- gradients ---- */

static wick_tensor *numbers(wick_sizes shape)
{
    return laid_out(WICK_FLOAT64, shape, 1);
}

static bool holds_twice(call c, unsigned which)
{
    c.seed = 1;
    bool good = gradients_hold(&c, which) && second_gradients_hold(&c, which);
    release_inputs(&c);
    return good;
}

static void gradients_are_those_of_differences(void)
{
    extents e = {2, 3, 4, 2};
    for (int i = 0; i < COUNT(kinds); i++) {
        const kind *k = &kinds[i];
        extents r = reduced(k, e);
        if (k->word)
            expect(holds_twice(
                (call){
                    k->word, 2, {numbers(shape_a(k, r)), numbers(shape_b(k, r))}, VALUES({0}), 1},
                3));
        for (int beta_first = 0; beta_first < 2; beta_first++)
            expect(holds_twice(
                (call){beta_first ? k->beta : k->add,
                       3,
                       {numbers(shape_c(k, r)), numbers(shape_a(k, r)), numbers(shape_b(k, r))},
                       VALUES(NUMBER(1.5), NUMBER(-0.5)),
                       1},
                7));
    }
    expect(holds_twice((call){"dot", 2, {numbers(SHAPE(2, 3)), numbers(SHAPE(6))}, VALUES({0}), 1},
                       3));
    for (int layout = 0; layout < 2; layout++) {
        wick_sizes x = layout ? SHAPE(4) : SHAPE(3, 4);
        expect(holds_twice(
            (call){
                "linear", 3, {numbers(x), numbers(SHAPE(2, 4)), numbers(SHAPE(2))}, VALUES({0}), 1},
            7));
        expect(holds_twice((call){"linear", 2, {numbers(x), numbers(SHAPE(2, 4))}, VALUES({0}), 1},
                           3));
    }
}

static void empty_products_have_empty_gradients(void)
{
    expect(holds_twice(
        (call){"mm", 2, {numbers(SHAPE(2, 0)), numbers(SHAPE(0, 3))}, VALUES({0}), 1}, 3));
    expect(
        holds_twice((call){"addbmm",
                           3,
                           {numbers(SHAPE(2, 3)), numbers(SHAPE(0, 2, 4)), numbers(SHAPE(0, 4, 3))},
                           VALUES(NUMBER(1), NUMBER(2)),
                           1},
                    7));
    expect(holds_twice((call){"linear",
                              3,
                              {numbers(SHAPE(0, 4)), numbers(SHAPE(2, 4)), numbers(SHAPE(2))},
                              VALUES({0}),
                              1},
                       7));
}

/* ---- messages ---- */

static void refuses(const char *word, wick_tensor *a, wick_tensor *b, wick_tensor *c,
                    wick_status status, const char *text)
{
    call bad = {word, c ? 3 : 2, {a, b, c}, VALUES(NUMBER(1), NUMBER(1)), 1};
    wick_tensor *y = NULL;
    expect_failure(try_call(&bad, &y), status, text);
    expect(!y);
    release_inputs(&bad);
}

#define DOUBLES(...) tensor_of(WICK_FLOAT64, SHAPE(__VA_ARGS__))

static void misfits_are_named(void)
{
    refuses("mm", DOUBLES(2, 3), DOUBLES(2, 3), NULL, WICK_ESHAPE,
            "mm: size mismatch, m1: [2 x 3], m2: [2 x 3]");
    refuses("mm", DOUBLES(2, 3, 4), DOUBLES(4), NULL, WICK_ESHAPE,
            "mm: matrices expected, got 3D, 1D tensors: 2 x 3 x 4 and 4");
    refuses("mv", DOUBLES(2), DOUBLES(2), NULL, WICK_ESHAPE,
            "mv: matrix and vector expected, got 1D, 1D");
    refuses("ger", DOUBLES(2, 2), DOUBLES(2), NULL, WICK_ESHAPE, "ger: vector and vector expected");
    refuses("bmm", DOUBLES(2, 2, 3), DOUBLES(1, 3, 2), NULL, WICK_ESHAPE,
            "bmm: size mismatch, m1: [2 x 2 x 3], m2: [1 x 3 x 2]");
    refuses("addmm", DOUBLES(2, 2), DOUBLES(2, 3), DOUBLES(3, 4), WICK_ESHAPE,
            "addmm: size mismatch, t: [2 x 2], m1: [2 x 3], m2: [3 x 4]; t has to be 2 x 4");
    refuses("dot", DOUBLES(2), DOUBLES(3), NULL, WICK_ESHAPE,
            "dot: inconsistent tensor size: 2 and 3");
    refuses("linear", DOUBLES(1, 2, 3), DOUBLES(2, 3), NULL, WICK_ESHAPE,
            "linear: input must be vector or matrix, got 1 x 2 x 3");
    refuses("linear", DOUBLES(5, 3), DOUBLES(2, 4), NULL, WICK_ESHAPE,
            "size mismatch, m1: [5 x 3], m2: [4 x 2]: input 5 x 3 has 3 features, weight 2 x 4 "
            "takes 4");
    refuses("linear", DOUBLES(3), DOUBLES(2, 3), DOUBLES(3), WICK_ESHAPE,
            "linear: bias 3 does not fit");
    refuses("linear", DOUBLES(3), DOUBLES(3), NULL, WICK_ESHAPE, "linear: weight must be a matrix");
}

static void types_are_named(void)
{
    refuses(
        "mm", tensor_of(WICK_FLOAT32, SHAPE(2, 2)), DOUBLES(2, 2), NULL, WICK_EDTYPE,
        "mm: float32 and float64 tensors do not multiply; convert one with :float() or :double()");
    refuses("bmm", tensor_of(WICK_INT32, SHAPE(1, 2, 2)), tensor_of(WICK_INT32, SHAPE(1, 2, 2)),
            NULL, WICK_EDTYPE, "bmm: not defined for int32 tensors; convert with :float()");
    refuses("dot", tensor_of(WICK_FLOAT16, SHAPE(2)), tensor_of(WICK_FLOAT16, SHAPE(2)), NULL,
            WICK_EDTYPE, "dot: not defined for float16 tensors");
    refuses("dot", tensor_of(WICK_INT64, SHAPE(2)), DOUBLES(2), NULL, WICK_EDTYPE,
            "dot: int64 and float64");
    refuses("linear", DOUBLES(3), DOUBLES(2, 3), tensor_of(WICK_FLOAT32, SHAPE(2)), WICK_EDTYPE,
            "linear: float64 and float32");
}

/* ---- memory ---- */

static void failing_allocations_leave_nothing(void)
{
    extents e = {2, 3, 4, 2};
    for (int i = 0; i < COUNT(kinds) * LAYOUTS; i++) {
        const kind *k = &kinds[i / LAYOUTS];
        extents r = reduced(k, e);
        call c = {k->add,
                  3,
                  {laid_out(WICK_FLOAT64, shape_c(k, r), 0),
                   laid_out(WICK_FLOAT64, shape_a(k, r), 2),
                   laid_out(WICK_FLOAT64, shape_b(k, r), i % LAYOUTS)},
                  VALUES(NUMBER(2), NUMBER(2)),
                  1};
        expect(survives_failures(&c));
        release_inputs(&c);
    }
    call linear = {"linear",
                   3,
                   {numbers(SHAPE(3, 4)), numbers(SHAPE(2, 4)), numbers(SHAPE(2))},
                   VALUES({0}),
                   1};
    expect(survives_failures(&linear));
    release_inputs(&linear);
    call dot = {"dot", 2, {numbers(SHAPE(3, 4)), numbers(SHAPE(4, 3))}, VALUES({0}), 1};
    expect(survives_failures(&dot));
    release_inputs(&dot);
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("gradients are those of differences", gradients_are_those_of_differences);
    test("empty products have empty gradients", empty_products_have_empty_gradients);
    test("misfits are named", misfits_are_named);
    test("types are named", types_are_named);
    test("failing allocations leave nothing", failing_allocations_leave_nothing);
    test("nothing is left", nothing_is_left);
    wick_context_release(context);
    return finish();
}
