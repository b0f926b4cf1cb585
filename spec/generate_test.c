/* Values from nothing: constants, progressions, and random numbers, which are Torch7's. */
#include "support/operations.h"

#include "base/random.h"

#define COUNT(A) ((int)(sizeof(A) / sizeof *(A)))

/* A generating operation into a destination, or alone. */
static wick_status generate(const char *word, const wick_value *value, wick_tensor **out)
{
    wick_call call = {.context = context};
    memcpy(call.value, value, 4 * sizeof *value);
    const wick_op *op = wick_op_find(word);
    return *out ? wick_apply_into(op, &call, out) : wick_apply(op, &call, out);
}

static wick_tensor *generated(const char *word, const wick_value *value)
{
    wick_tensor *out = NULL;
    must(generate(word, value, &out));
    return out;
}

static bool holds(wick_tensor *t, int n, const double *expected, double tolerance)
{
    bool good = wick_tensor_count(t) == n;
    for (int i = 0; i < n && good; i++)
        good = near(get(t, i), expected[i], tolerance);
    return good;
}

/* Every second column of a matrix twice as wide. */
static wick_tensor *columns(wick_dtype dtype, int64_t rows, int64_t n)
{
    const int64_t size[] = {rows, n}, stride[] = {2 * n, 2};
    wick_tensor *whole = tensor_of(dtype, SHAPE(rows, 2 * n)), *view;
    must(wick_tensor_on(wick_tensor_storage(whole), 0, 2, size, stride, &view));
    wick_tensor_release(whole);
    return view;
}

/* ---- constants and progressions ---- */

static void constants_fill_every_type_and_layout(void)
{
    for (int t = 0; t < WICK_DTYPES; t++) {
        wick_tensor *x = columns((wick_dtype)t, 3, 4);
        if (t == WICK_FLOAT16) {
            expect_failure(generate("fill", VALUES(NUMBER(1)), &x), WICK_EDTYPE, "float16");
            wick_tensor_release(x);
            continue;
        }
        must(generate("fill", VALUES(NUMBER(7.9)), &x));
        for (int64_t i = 0; i < 12; i++)
            expect(get(x, i) == (t < WICK_FLOAT16 ? 7 : (double)(t == WICK_FLOAT32 ? 7.9f : 7.9)));
        must(generate("zero", VALUES({0}), &x));
        for (int64_t i = 0; i < 12; i++)
            expect(get(x, i) == 0);
        wick_tensor_release(x);
    }
}

static void sizes_and_types_are_taken(void)
{
    const wick_sizes shape = {2, {2, 3}}, none = {0, {0}};
    wick_tensor *x = generated("ones", VALUES({.sizes = &shape}, INTEGER(-1)));
    expect(wick_tensor_dtype(x) == WICK_FLOAT32 && wick_tensor_count(x) == 6 && get(x, 5) == 1);
    must(generate("zeros", VALUES({.sizes = &none}, INTEGER(-1)), &x));
    expect(wick_tensor_ndim(x) == 0);
    must(generate("zeros", VALUES({.sizes = &shape}, INTEGER(WICK_INT8)), &x));
    expect(wick_tensor_dtype(x) == WICK_FLOAT32 && get(x, 5) == 0);
    wick_tensor_release(x);
    x = generated("zeros", VALUES({.sizes = &shape}, INTEGER(WICK_INT8)));
    expect(wick_tensor_dtype(x) == WICK_INT8 && get(x, 5) == 0);
    wick_tensor_release(x);
    x = generated("eye", VALUES(INTEGER(2), INTEGER(3), INTEGER(WICK_INT32)));
    expect(holds(x, 6, (const double[]){1, 0, 0, 0, 1, 0}, 0));
    wick_tensor_release(x);
    x = columns(WICK_FLOAT64, 3, 3);
    must(generate("eye", VALUES(INTEGER(3), INTEGER(-1), INTEGER(-1)), &x));
    expect(holds(x, 9, (const double[]){1, 0, 0, 0, 1, 0, 0, 0, 1}, 0));
    expect(wick_tensor_stride(x, 1) == 2);
    wick_tensor_release(x);
}

static void progressions_include_both_ends(void)
{
    static const double tenths[] = {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1};
    static const double down[] = {5, 3, 1}, quarters[] = {1, 1.25, 1.5, 1.75, 2};
    static const double powers[] = {1, 10, 100};
    const wick_value wide = INTEGER(WICK_FLOAT64);
    wick_tensor *x = generated("range", VALUES(NUMBER(0), NUMBER(1), NUMBER(0.1), wide));
    expect(holds(x, 11, tenths, 1e-15));
    wick_tensor_release(x);
    x = generated("range", VALUES(NUMBER(5.9), NUMBER(1.2), NUMBER(-2), INTEGER(WICK_INT16)));
    expect(holds(x, 3, down, 0) && wick_tensor_dtype(x) == WICK_INT16);
    wick_tensor_release(x);
    x = generated("linspace", VALUES(NUMBER(1), NUMBER(2), INTEGER(5), wide));
    expect(holds(x, 5, quarters, 0));
    wick_tensor_release(x);
    x = generated("logspace", VALUES(NUMBER(0), NUMBER(2), INTEGER(3), INTEGER(-1)));
    expect(holds(x, 3, powers, 0) && wick_tensor_dtype(x) == WICK_FLOAT32);
    wick_tensor_release(x);
    x = NULL;
    expect_failure(generate("range", VALUES(NUMBER(1), NUMBER(2), NUMBER(0), wide), &x),
                   WICK_EVALUE, "step must be a non-null number");
    expect_failure(generate("range", VALUES(NUMBER(1), NUMBER(2), NUMBER(-1), wide), &x),
                   WICK_EVALUE, "upper bound and larger bound incoherent with step sign");
    expect_failure(generate("range", VALUES(NUMBER(1), NUMBER(NAN), NUMBER(1), wide), &x),
                   WICK_EVALUE, "cannot be counted");
    expect_failure(generate("linspace", VALUES(NUMBER(1), NUMBER(2), INTEGER(1), wide), &x),
                   WICK_EVALUE, "invalid number of points");
    expect(x == NULL);
}

/* ---- random numbers ---- */

static void draws_are_those_that_torch7_gives(void)
{
    static const double uniform[] = {0.69646918727085, 0.71295532141812, 0.28613933874294};
    static const double normal[] = {-0.52144306271244, -1.4914194359815, -0.23812953316813,
                                    1.0306183433273};
    static const double permutation[] = {7, 3, 2, 4, 5, 8, 1, 6};
    const wick_sizes square = {2, {2, 2}};
    const wick_value wide = INTEGER(WICK_FLOAT64);
    wick_tensor *x = tensor_of(WICK_FLOAT64, SHAPE(3));
    wick_seed(context, 123);
    expect(item_of(generated("random", VALUES({0}))) == 2991312382.0);
    expect(item_of(generated("random_between", VALUES(INTEGER(1), INTEGER(10)))) == 10);
    expect(item_of(generated("random_below", VALUES(INTEGER(5)))) == 3);
    wick_seed(context, 123);
    must(generate("uniform", VALUES(NUMBER(0), NUMBER(1)), &x));
    expect(holds(x, 3, uniform, 1e-14));
    wick_tensor_release(x);
    wick_seed(context, 123);
    x = generated("randn", VALUES({.sizes = &square}, wide));
    expect(holds(x, 4, normal, 1e-13));
    wick_tensor_release(x);
    wick_seed(context, 123);
    x = generated("randperm", VALUES(INTEGER(8), INTEGER(-1)));
    expect(holds(x, 8, permutation, 0) && wick_tensor_dtype(x) == WICK_FLOAT32);
    wick_tensor_release(x);
}

/* Blocks leave what single draws leave: numbers and the state of the generator. */
static void blocks_are_single_draws(void)
{
    static const int64_t counts[] = {1, 2, 3, 7, 8, 4096, 65537, 65538, 140001};
    unsigned char after[WICK_GENERATOR_BYTES], expected[WICK_GENERATOR_BYTES];
    wick_seed(context, 5);
    for (int i = 0; i < COUNT(counts); i++) {
        unsigned char before[WICK_GENERATOR_BYTES];
        wick_generator_get(context, before);
        wick_tensor *x = tensor_of(WICK_FLOAT64, SHAPE(counts[i]));
        bool good = true;
        double *data;
        must(generate("normal", VALUES(NUMBER(2), NUMBER(3)), &x));
        wick_generator_get(context, after);
        must(wick_generator_set(context, before));
        must(wick_tensor_data(x, (void **)&data));
        for (int64_t j = 0; j < counts[i]; j++)
            good = good && data[j] == wick_normal(context, 2, 3);
        wick_generator_get(context, expected);
        expect(good);
        expect(memcmp(after, expected, sizeof after) == 0);
        wick_tensor_release(x);
    }
}

static void draws_follow_row_major_order(void)
{
    wick_tensor *dense = tensor_of(WICK_FLOAT32, SHAPE(5, 3)), *apart = columns(WICK_FLOAT32, 5, 3);
    wick_seed(context, 9);
    must(generate("uniform", VALUES(NUMBER(-1), NUMBER(1)), &dense));
    wick_seed(context, 9);
    must(generate("uniform", VALUES(NUMBER(-1), NUMBER(1)), &apart));
    expect(same(dense, apart));
    wick_tensor_release(dense);
    wick_tensor_release(apart);
}

static double uniform(void)
{
    return wick_uniform(context, 0, 1);
}

static double expected_draw(const char *word)
{
    if (strcmp(word, "exponential") == 0)
        return -1 / 2.5 * log(1 - uniform());
    if (strcmp(word, "cauchy") == 0)
        return 2.5 + 0.5 * tan(M_PI * (uniform() - 0.5));
    if (strcmp(word, "log_normal") == 0)
        return exp(wick_normal(context, 2.5, 0.5));
    if (strcmp(word, "geometric") == 0)
        return floor(log(1 - uniform()) / log(0.25)) + 1;
    return uniform() <= 0.25;
}

static void distributions_follow_their_formulas(void)
{
    static const char *const words[] = {"exponential", "cauchy", "log_normal", "geometric",
                                        "bernoulli"};
    for (int i = 0; i < COUNT(words); i++) {
        wick_tensor *x = tensor_of(WICK_FLOAT64, SHAPE(1001));
        double a = i < 3 ? 2.5 : 0.25;
        wick_seed(context, 77);
        must(generate(words[i], VALUES(NUMBER(a), NUMBER(0.5)), &x));
        wick_seed(context, 77);
        for (int64_t j = 0; j < 1001; j++)
            expect(get(x, j) == expected_draw(words[i]));
        wick_tensor_release(x);
    }
}

static void whole_words_are_reduced_to_the_type(void)
{
    static const double modulus[] = {256,        128, 32768,    2147483648.0,
                                     4294967296, 0,   16777217, 4294967296};
    for (int t = 0; t < WICK_DTYPES; t++) {
        wick_tensor *x = tensor_of((wick_dtype)t, SHAPE(200));
        if (t == WICK_FLOAT16) {
            wick_tensor_release(x);
            continue;
        }
        wick_seed(context, 3);
        must(generate("random", VALUES({0}), &x));
        wick_seed(context, 3);
        for (int64_t i = 0; i < 200; i++)
            expect(get(x, i) == fmod(wick_random(context), modulus[t]));
        wick_tensor_release(x);
    }
}

static void probabilities_stand_place_by_place(void)
{
    wick_tensor *p = random_tensor(WICK_FLOAT32, SHAPE(20, 5)),
                *x = tensor_of(WICK_UINT8, SHAPE(1));
    const wick_op *op = wick_op_find("bernoulli_of");
    wick_call call = {.inputs = 1, .in = &p};
    wick_seed(context, 4);
    must(wick_apply_into(op, &call, &x));
    wick_seed(context, 4);
    expect(wick_tensor_count(x) == 100 && wick_tensor_dtype(x) == WICK_UINT8);
    for (int64_t i = 0; i < 100; i++)
        expect(get(x, i) == (uniform() <= get(p, i)));
    wick_tensor_release(p);
    wick_tensor_release(x);
}

static void what_cannot_be_drawn_is_refused(void)
{
    wick_tensor *ints = tensor_of(WICK_INT32, SHAPE(3)), *x = NULL;
    expect_failure(generate("uniform", VALUES(NUMBER(0), NUMBER(1)), &ints), WICK_EDTYPE,
                   "uniform: not defined for int32 tensors");
    expect_failure(generate("normal", VALUES(NUMBER(0), NUMBER(0)), &x), WICK_EVALUE,
                   "standard deviation must be strictly positive");
    expect_failure(generate("random_below", VALUES(INTEGER(0)), &x), WICK_EVALUE,
                   "upper bound must be strictly positive");
    expect_failure(generate("random_between", VALUES(INTEGER(2), INTEGER(1)), &x), WICK_EVALUE,
                   "upper bound must be larger than lower bound");
    expect_failure(generate("randperm", VALUES(INTEGER(0), INTEGER(-1)), &x), WICK_EVALUE,
                   "strictly positive");
    expect_failure(generate("bernoulli", VALUES(NUMBER(1.5)), &x), WICK_EVALUE, "p must be");
    expect_failure(generate("geometric", VALUES(NUMBER(1)), &x), WICK_EVALUE, "p must be");
    expect_failure(generate("fill", VALUES(NUMBER(1)), &x), WICK_EVALUE, "no tensor to fill");
    expect(x == NULL);
    wick_tensor_release(ints);
}

/* Filling forgets the history of what was there. */
static void filling_cuts_the_history(void)
{
    wick_tensor *x = tensor_of(WICK_FLOAT32, SHAPE(3)), *y;
    must(generate("fill", VALUES(NUMBER(1)), &x));
    must(wick_tensor_set_requires_grad(x, true));
    y = apply("square", x, VALUES({0}));
    expect(wick_tensor_requires_grad(y));
    must(generate("normal", VALUES(NUMBER(0), NUMBER(1)), &y));
    expect(!wick_tensor_requires_grad(y));
    expect(generate("uniform", VALUES(NUMBER(0), NUMBER(1)), &x) == WICK_EGRAD);
    wick_tensor_release(x);
    wick_tensor_release(y);
}

/* ---- multinomial ---- */

static wick_status draw_categories(wick_tensor *p, int64_t n, bool replacement, wick_tensor **out)
{
    *out = NULL;
    return apply_all("multinomial", 1, &p, VALUES(INTEGER(n), INTEGER(replacement)), out);
}

static void categories_come_as_often_as_they_weigh(void)
{
    enum { N = 40000 };
    static const double weight[] = {0, 1, 3, 0, 4};
    wick_tensor *p = tensor_of(WICK_FLOAT32, SHAPE(2, 5)), *out;
    int count[2][6] = {{0}};
    for (int64_t i = 0; i < 10; i++)
        set(p, i, i < 5 ? weight[i] : i == 7);
    must(draw_categories(p, N, true, &out));
    expect(wick_tensor_size(out, 0) == 2 && wick_tensor_dtype(out) == WICK_INT64);
    for (int64_t i = 0; i < 2 * N; i++)
        count[i / N][(int)get(out, i)]++;
    for (int i = 0; i < 5; i++)
        expect(fabs(count[0][i + 1] - weight[i] / 8 * N) <= 5 * sqrt(N * weight[i] / 8));
    expect(count[1][3] == N);
    wick_tensor_release(p);
    wick_tensor_release(out);
}

static void without_replacement_none_comes_twice(void)
{
    wick_tensor *p = tensor_of(WICK_FLOAT64, SHAPE(6)), *out;
    for (int64_t i = 0; i < 6; i++)
        set(p, i, i == 2 ? 0 : pow(10, (double)i - 8));
    for (int round = 0; round < 500; round++) {
        int seen[7] = {0};
        must(draw_categories(p, 5, false, &out));
        for (int64_t i = 0; i < 5; i++)
            seen[(int)get(out, i)]++;
        for (int i = 1; i <= 6; i++)
            expect(seen[i] == (i != 3));
        wick_tensor_release(out);
    }
    expect_failure(draw_categories(p, 6, false, &out), WICK_EVALUE, "only 5 categories");
    expect_failure(draw_categories(p, 7, false, &out), WICK_EVALUE, "cannot sample n_sample >");
    expect_failure(draw_categories(p, 0, true, &out), WICK_EVALUE, "cannot sample n_sample <= 0");
    set(p, 1, -1);
    expect_failure(draw_categories(p, 1, true, &out), WICK_EVALUE, "weight 2 is -1");
    for (int64_t i = 0; i < 6; i++)
        set(p, i, 0);
    expect_failure(draw_categories(p, 1, true, &out), WICK_EVALUE,
                   "invalid multinomial distribution");
    wick_tensor_release(p);
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("constants fill every type and layout", constants_fill_every_type_and_layout);
    test("sizes and types are taken", sizes_and_types_are_taken);
    test("progressions include both ends", progressions_include_both_ends);
    test("draws are those that Torch7 gives", draws_are_those_that_torch7_gives);
    test("blocks are single draws", blocks_are_single_draws);
    test("draws follow row-major order", draws_follow_row_major_order);
    test("distributions follow their formulas", distributions_follow_their_formulas);
    test("whole words are reduced to the type", whole_words_are_reduced_to_the_type);
    test("probabilities stand place by place", probabilities_stand_place_by_place);
    test("what cannot be drawn is refused", what_cannot_be_drawn_is_refused);
    test("filling cuts the history", filling_cuts_the_history);
    test("categories come as often as they weigh", categories_come_as_often_as_they_weigh);
    test("without replacement none comes twice", without_replacement_none_comes_twice);
    expect(wick_context_memory(context).live == 0);
    wick_context_release(context);
    return finish();
}
