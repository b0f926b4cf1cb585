/* Dropout: shares, scales, whole channels, the same draw in backward, independence of threads. */
#include "support/calls.h"

static wick_tensor *ones(wick_dtype dtype, wick_sizes shape)
{
    wick_tensor *t = tensor_of(dtype, shape);
    for (int64_t i = 0; i < wick_tensor_count(t); i++)
        set(t, i, 1);
    return t;
}

/* p, training, scale */
#define DROP(P, TRAINING, SCALE) VALUES(NUMBER(P), INTEGER(TRAINING), INTEGER(SCALE))

/* The share of zeros; every other element has to be `kept`. -1: one is not. */
static double share_dropped(wick_tensor *y, double kept)
{
    int64_t zeros = 0, n = wick_tensor_count(y);
    for (int64_t i = 0; i < n; i++) {
        double value = get(y, i);
        zeros += value == 0;
        if (value != 0 && !near(value, kept, 1e-7))
            return -1;
    }
    return (double)zeros / (double)n;
}

/* Within five standard deviations of p. */
static bool drops(call c, double p, double kept)
{
    wick_tensor *y = result_of(&c);
    double n = (double)wick_tensor_count(y);
    bool good = fabs(share_dropped(y, kept) - p) <= 5 * sqrt(p * (1 - p) / n);
    wick_tensor_release(y);
    release_inputs(&c);
    return good;
}

static void a_share_of_p_is_dropped(void)
{
    static const double shares[] = {0, 0.1, 0.5, 0.9};
    for (int i = 0; i < 4; i++)
        for (int d = 0; d < 2; d++) {
            wick_dtype dtype = d ? WICK_FLOAT64 : WICK_FLOAT32;
            double p = shares[i];
            expect(drops((call){"dropout", 1, {ones(dtype, SHAPE(99, 101))}, DROP(p, 1, 1), 7}, p,
                         1 / (1 - p)));
            expect(drops((call){"dropout", 1, {ones(dtype, SHAPE(9999))}, DROP(p, 1, 0), 8}, p, 1));
            expect(drops(
                (call){"feature_dropout", 1, {ones(dtype, SHAPE(80, 60, 1, 2))}, DROP(p, 1, 1), 9},
                p, 1 / (1 - p)));
        }
}

static void evaluation_copies(void)
{
    wick_tensor *x = laid_out(WICK_FLOAT32, SHAPE(3, 4), 1);
    call c = {"dropout", 1, {x}, DROP(0.5, 0, 1), 1};
    wick_tensor *y = result_of(&c);
    expect(same(x, y));
    set(y, 0, 9);
    expect(get(x, 0) != 9);
    wick_tensor_release(y);
    wick_tensor_release(x);
}

static void channels_go_whole(void)
{
    wick_tensor *x = ones(WICK_FLOAT32, SHAPE(4, 50, 3, 5));
    call c = {"feature_dropout", 1, {x}, DROP(0.5, 1, 1), 3};
    wick_tensor *y = result_of(&c);
    int64_t gone = 0;
    for (int64_t i = 0; i < 200; i++) {
        gone += get(y, 15 * i) == 0;
        for (int64_t j = 0; j < 15; j++)
            expect(get(y, 15 * i + j) == get(y, 15 * i));
    }
    expect(gone > 60 && gone < 140);
    expect(same_on_threads(&c));
    wick_tensor_release(y);
    wick_tensor_release(x);
}

/* Neighbours, and elements at the ends of words and blocks, are independent of each other. */
static void neighbours_are_independent(void)
{
    enum { N = 20000 };
    static const int64_t distances[] = {1, 2, 255, 256, 512};
    wick_tensor *x = ones(WICK_FLOAT32, SHAPE(N));
    call c = {"dropout", 1, {x}, DROP(0.5, 1, 1), 11};
    wick_tensor *y = result_of(&c);
    for (int d = 0; d < 5; d++) {
        int64_t equal = 0;
        for (int64_t i = 0; i + distances[d] < N; i++)
            equal += get(y, i) == get(y, i + distances[d]);
        expect_for(fabs((double)equal / N - 0.5) < 0.03, "distance %lld", (long long)distances[d]);
    }
    wick_tensor_release(y);
    wick_tensor_release(x);
}

static void draws_follow_the_generator(void)
{
    wick_tensor *x = random_tensor(WICK_FLOAT32, SHAPE(300, 301)), *again, *next[1];
    call c = {"dropout", 1, {x}, DROP(0.3, 1, 1), 5};
    wick_tensor *y = result_of(&c);
    must(apply_all(c.word, 1, c.in, c.value, next));
    again = result_of(&c);
    expect(same(y, again) && !same(y, next[0]));
    expect(same_on_threads(&c));
    wick_seed(context, 5);
    uint64_t high = wick_random(context), low = wick_random(context);
    uint32_t after = wick_random(context);
    wick_tensor_release(again);
    again = result_of(&c);
    expect_for(wick_random(context) == after && high != low, "two words are drawn");
    wick_tensor_release(y);
    wick_tensor_release(again);
    wick_tensor_release(next[0]);
    wick_tensor_release(x);
}

static void layouts_make_no_difference(void)
{
    wick_tensor *x = laid_out(WICK_FLOAT64, SHAPE(30, 41), 1), *dense = weights_of(x);
    must(wick_tensor_copy(dense, x));
    call of_x = {"dropout", 1, {x}, DROP(0.3, 1, 1), 5}, of_dense = of_x;
    of_dense.in[0] = dense;
    wick_tensor *a = result_of(&of_x), *b = result_of(&of_dense);
    expect(same(a, b));
    wick_tensor_release(a);
    wick_tensor_release(b);
    wick_tensor_release(x);
    wick_tensor_release(dense);
}

static void backward_drops_the_same(void)
{
    static const char *const words[] = {"dropout", "feature_dropout"};
    for (int i = 0; i < 2 * 2 * 2; i++) {
        call c = {words[i % 2],
                  1,
                  {laid_out(WICK_FLOAT64, SHAPE(3, 4, 2), 1)},
                  DROP(0.4, i / 2 % 2, i / 4),
                  6};
        expect_for(gradients_hold(&c, 1), "%s, case %d", c.word, i);
        expect(second_gradients_hold(&c, 1));
        expect(survives_failures(&c));
        release_inputs(&c);
    }
    call empty = {
        "feature_dropout", 1, {tensor_of(WICK_FLOAT64, SHAPE(2, 3, 0))}, DROP(0.4, 1, 1), 6};
    expect(gradients_hold(&empty, 1));
    release_inputs(&empty);
}

static void refuses(call c, wick_status status, const char *text)
{
    wick_tensor *y = NULL;
    expect_failure(try_call(&c, &y), status, text);
    release_inputs(&c);
}

static void misuse_is_named(void)
{
    refuses((call){"dropout", 1, {ones(WICK_FLOAT32, SHAPE(2))}, DROP(1, 1, 1), 1}, WICK_EVALUE,
            "dropout: illegal percentage 1;");
    refuses((call){"dropout", 1, {ones(WICK_FLOAT32, SHAPE(2))}, DROP(NAN, 0, 1), 1}, WICK_EVALUE,
            "illegal percentage");
    refuses((call){"feature_dropout", 1, {ones(WICK_FLOAT32, SHAPE(2, 2))}, DROP(-0.1, 1, 1), 1},
            WICK_EVALUE, "featureDropout: illegal percentage -0.1");
    refuses((call){"feature_dropout", 1, {ones(WICK_FLOAT32, SHAPE(2))}, DROP(0.5, 1, 1), 1},
            WICK_ESHAPE, "featureDropout: the input has to be N x C x ..., got 2");
    refuses((call){"dropout", 1, {ones(WICK_INT32, SHAPE(2))}, DROP(0.5, 1, 1), 1}, WICK_EDTYPE,
            "dropout: not defined for int32 tensors");
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("a share of p is dropped", a_share_of_p_is_dropped);
    test("evaluation copies", evaluation_copies);
    test("channels go whole", channels_go_whole);
    test("neighbours are independent", neighbours_are_independent);
    test("draws follow the generator", draws_follow_the_generator);
    test("layouts make no difference", layouts_make_no_difference);
    test("backward drops the same", backward_drops_the_same);
    test("misuse is named", misuse_is_named);
    test("nothing is left", nothing_is_left);
    wick_context_release(context);
    return finish();
}
