/* Reductions: values against plain loops over all types and layouts, edges, and independence of
 * threads and instruction sets. */
#include "support/reductions.h"

#include "kernel/reduce_fold.h"

static const wick_sizes shapes[] = {
    {1, {1}},          {1, {7}},         {1, {100}},     {2, {3, 5}},
    {2, {40, 9}},      {2, {9, 40}},     {2, {1, 33}},   {2, {70, 1}},
    {3, {2, 3, 4}},    {3, {4, 20, 17}}, {3, {5, 1, 6}}, {3, {33, 2, 3}},
    {4, {2, 3, 4, 5}}, {2, {1100, 3}},   {2, {3, 1100}}, {1, {5000}}};

/* The line of x through position `at` of the result, and how long it is. */
static int64_t line_of(wick_tensor *x, int dim, wick_tensor *y, int64_t at, double *line)
{
    int64_t index[WICK_MAX_DIM], n = wick_tensor_size(x, dim);
    index_of(y, at, index);
    for (int64_t i = 0; i < n; i++) {
        index[dim] = i;
        must(wick_tensor_get(x, index, &line[i]));
    }
    return n;
}

static double elements[1 << 13];

/* Integers come back wrapped to their type. */
static double wrapped(double x, wick_dtype dtype)
{
    switch (dtype) {
    case WICK_UINT8:
        return (double)(uint8_t)(int64_t)x;
    case WICK_INT8:
        return (double)(int8_t)(int64_t)x;
    case WICK_INT16:
        return (double)(int16_t)(int64_t)x;
    case WICK_INT32:
        return (double)(int32_t)(int64_t)x;
    default:
        return x;
    }
}

static bool matches(const char *word, wick_tensor *x, wick_tensor *y, int dim, plain *reference,
                    double p)
{
    double tolerance = wick_tensor_dtype(x) == WICK_FLOAT32 ? 2e-6 : 1e-12;
    int64_t n = 0;
    if (dim < 0) {
        for (; n < wick_tensor_count(x); n++)
            elements[n] = get(x, n);
        return wick_tensor_count(y) == 1 && near(get(y, 0), reference(elements, n, p), tolerance);
    }
    for (int64_t i = 0; i < wick_tensor_count(y); i++) {
        n = line_of(x, dim, y, i, elements);
        double expected = wrapped(reference(elements, n, p), wick_tensor_dtype(y));
        if (!near(get(y, i), expected, tolerance)) {
            tap_note("# %s: %.10g, expected %.10g\n", word, get(y, i), expected);
            return false;
        }
    }
    return wick_tensor_size(y, dim) == 1 && wick_tensor_ndim(y) == wick_tensor_ndim(x);
}

/* ---- values ---- */

static bool reduces_right(const reduction *r, wick_tensor *x)
{
    bool good = true;
    for (int dim = -1; dim < wick_tensor_ndim(x); dim++) {
        const char *word = dim < 0 ? r->all : r->along;
        wick_value value[4];
        values_of(r, dim, value);
        wick_tensor *y = apply(word, x, value);
        good = good && matches(word, x, y, dim, r->reference, r->p);
        wick_tensor_release(y);
    }
    return good;
}

static void reductions_are_those_of_plain_loops(void)
{
    static const wick_dtype types[] = {WICK_FLOAT64, WICK_FLOAT32, WICK_UINT8, WICK_INT8,
                                       WICK_INT16,   WICK_INT32,   WICK_INT64};
    for (int t = 0; t < COUNT(types); t++)
        for (int s = 0; s < COUNT(shapes) * LAYOUTS; s++) {
            wick_tensor *x = laid_out(types[t], shapes[s / LAYOUTS], s % LAYOUTS);
            for (int i = 0; i < COUNT(reductions); i++) {
                bool product = reductions[i].reference == plain_prod;
                if (wick_dtype_is_floating(types[t]) ||
                    (!reductions[i].floating && (!product || wick_tensor_count(x) <= 15)))
                    expect(reduces_right(&reductions[i], x));
            }
            wick_tensor_release(x);
        }
}

static void integers_wrap_and_whole_sums_do_not(void)
{
    wick_tensor *x = tensor_of(WICK_UINT8, SHAPE(2, 3));
    for (int64_t i = 0; i < 6; i++)
        set(x, i, 200);
    wick_tensor *sums = apply("sum", x, VALUES(INTEGER(0))),
                *whole = apply("sum_all", x, VALUES({0}));
    expect(get(sums, 0) == 144 && wick_tensor_dtype(sums) == WICK_UINT8);
    expect(item(whole) == 1200 && wick_tensor_dtype(whole) == WICK_INT64);
    wick_tensor *out = NULL;
    expect(apply_all("mean_all", 1, &x, VALUES({0}), &out) == WICK_EDTYPE && !out);
    expect(strstr(wick_message(), "mean: not defined for uint8 tensors") != NULL);
    wick_tensor_release(x);
    wick_tensor_release(sums);
    wick_tensor_release(whole);
}

static void sums_of_floats_are_kept_in_double(void)
{
    wick_tensor *x = tensor_of(WICK_FLOAT32, SHAPE(1 << 20));
    float *data;
    must(wick_tensor_data(x, (void **)&data));
    for (int i = 0; i < 1 << 20; i++)
        data[i] = 0.1f;
    expect(item_of(apply("sum_all", x, VALUES({0}))) == (double)(float)((double)0.1f * (1 << 20)));
    data[0] = 1e8f;
    expect(near(item_of(apply("var_all", x, VALUES({0}))), 1e16 / (1 << 20), 1e-6));
    wick_tensor_release(x);
}

/* ---- max and min: places, ties, NaN ---- */

static void check_extremes(const double *x, int n, const char *word, int place)
{
    for (int column = 0; column < 2; column++) { /* along memory, and across it */
        wick_tensor *t = tensor_of(WICK_FLOAT32, column ? SHAPE(n, 9) : SHAPE(9, n));
        for (int64_t i = 0; i < 9 * n; i++)
            set(t, i, x[column ? i / 9 : i % n]);
        wick_tensor *out[WICK_MAX_OUTPUTS] = {NULL};
        must(apply_all(word, 1, &t, VALUES(INTEGER(1 - column)), out));
        for (int64_t i = 0; i < 9; i++) {
            expect(near(get(out[0], i), x[place], 0));
            expect(get(out[1], i) == place + 1);
        }
        expect(wick_tensor_dtype(out[1]) == WICK_INT64);
        wick_tensor_release(out[0]);
        wick_tensor_release(out[1]);
        wick_tensor_release(t);
    }
}

static void the_first_of_equals_is_taken_and_nan_wins(void)
{
    enum { N = 2500 };
    double x[N];
    for (int i = 0; i < N; i++)
        x[i] = i % 7;
    check_extremes(x, N, "max", 6);
    check_extremes(x, N, "min", 0);
    x[2100] = 50;
    x[2400] = 50;
    check_extremes(x, N, "max", 2100);
    x[1500] = x[1900] = NAN;
    check_extremes(x, N, "max", 1500);
    check_extremes(x, N, "min", 1500);
    x[0] = NAN;
    check_extremes(x, N, "max", 0);
    for (int i = 0; i < 20; i++)
        x[i] = -i;
    check_extremes(x, 20, "min", 19);
    x[0] = -INFINITY;
    check_extremes(x, 20, "max", 1);
}

/* ---- nothing to reduce ---- */

static void nothing_has_a_sum_but_no_maximum(void)
{
    static const wick_sizes empty[] = {{0, {0}}, {2, {0, 3}}, {2, {3, 0}}};
    static const char *const refusing[] = {"max_all", "min_all", "mean_all", "var_all", "std_all"};
    for (int i = 0; i < COUNT(empty); i++) {
        wick_tensor *x = tensor_of(WICK_FLOAT32, empty[i]), *out[WICK_MAX_OUTPUTS] = {NULL};
        expect(item_of(apply("sum_all", x, VALUES({0}))) == 0);
        expect(item_of(apply("prod_all", x, VALUES({0}))) == 1);
        expect(item_of(apply("norm_all", x, VALUES(NUMBER(2)))) == 0);
        expect(item_of(apply("log_sum_exp_all", x, VALUES({0}))) == -INFINITY);
        for (int j = 0; j < COUNT(refusing); j++)
            expect(apply_all(refusing[j], 1, &x, VALUES({0}), out) == WICK_ESHAPE && !out[0]);
        wick_tensor_release(apply("cumsum", x, VALUES({0})));
        wick_tensor_release(x);
    }
    wick_tensor *x = tensor_of(WICK_FLOAT32, empty[2]), *out[WICK_MAX_OUTPUTS] = {NULL};
    expect(apply_all("max", 1, &x, VALUES(INTEGER(1)), out) == WICK_ESHAPE);
    expect(strstr(wick_message(), "tensor must have one dimension") != NULL);
    expect(apply_all("sum", 1, &x, VALUES(INTEGER(2)), out) == WICK_ESHAPE);
    expect(strstr(wick_message(), "dimension 3 out of range of 2D tensor") != NULL);
    must(apply_all("max", 1, &x, VALUES(INTEGER(0)), out)); /* 1 x 0 */
    expect(wick_tensor_count(out[0]) == 0 && wick_tensor_size(out[0], 0) == 1);
    wick_tensor *means = apply("mean", x, VALUES(INTEGER(1)));
    expect(wick_tensor_count(means) == 3 && isnan(get(means, 0)));
    wick_tensor_release(means);
    wick_tensor_release(out[0]);
    wick_tensor_release(out[1]);
    wick_tensor_release(x);
}

static void infinities_pass_through_log_sum_exp(void)
{
    wick_tensor *x = tensor_of(WICK_FLOAT64, SHAPE(3, 2));
    const double values[] = {-INFINITY, -INFINITY, INFINITY, 1, NAN, 1};
    for (int i = 0; i < 6; i++)
        set(x, i, values[i]);
    wick_tensor *y = apply("log_sum_exp", x, VALUES(INTEGER(1)));
    expect(get(y, 0) == -INFINITY && get(y, 1) == INFINITY && isnan(get(y, 2)));
    wick_tensor_release(x);
    wick_tensor_release(y);
}

/* ---- masks, trace, dist ---- */

static void masks_are_asked(void)
{
    wick_tensor *x = tensor_of(WICK_UINT8, SHAPE(100000));
    for (int64_t i = 0; i < 100000; i++)
        set(x, i, 3);
    expect(item_of(apply("all", x, VALUES({0}))) == 1);
    set(x, 70000, 0);
    expect(item_of(apply("all", x, VALUES({0}))) == 0);
    expect(item_of(apply("any", x, VALUES({0}))) == 1);
    for (int64_t i = 0; i < 100000; i++)
        set(x, i, 0);
    expect(item_of(apply("any", x, VALUES({0}))) == 0);
    wick_tensor_release(x);
    x = tensor_of(WICK_UINT8, SHAPE(0));
    expect(item_of(apply("all", x, VALUES({0}))) == 1);
    expect(item_of(apply("any", x, VALUES({0}))) == 0);
    wick_tensor_release(x);
}

static void distances_and_traces(void)
{
    wick_tensor *x = random_tensor(WICK_FLOAT64, SHAPE(3, 4)), *out[WICK_MAX_OUTPUTS] = {NULL};
    wick_tensor *z = random_tensor(WICK_FLOAT64, SHAPE(12));
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < 3; i++)
        sum += get(x, i * 5);
    for (int64_t i = 0; i < 12; i++)
        squares += pow(get(x, i) - get(z, i), 2);
    expect(near(item_of(apply("trace", x, VALUES({0}))), sum, 1e-12));
    must(apply_all("dist", 2, (wick_tensor *[]){x, z}, VALUES(NUMBER(2)), out));
    expect(near(item_of(out[0]), sqrt(squares), 1e-12));
    expect(gradient_holds("trace", x, VALUES({0})));
    wick_tensor_release(x);
    wick_tensor_release(z);
}

/* ---- determinism ---- */

static const wick_sizes large[] = {
    {1, {700001}}, {2, {300000, 3}}, {2, {3, 300000}}, {2, {900, 900}}, {3, {40, 30, 700}}};

static wick_tensor *large_tensor(wick_dtype dtype, wick_sizes shape)
{
    wick_tensor *t = tensor_of(dtype, shape);
    void *data;
    must(wick_tensor_data(t, &data));
    for (int64_t i = 0; i < wick_tensor_count(t); i++)
        if (dtype == WICK_FLOAT32)
            ((float *)data)[i] = (float)next_number();
        else
            ((double *)data)[i] = next_number();
    return t;
}

static bool same_bytes(wick_tensor *a, wick_tensor *b)
{
    void *x, *y;
    size_t bytes = (size_t)wick_tensor_count(a) * wick_dtype_size(wick_tensor_dtype(a));
    must(wick_tensor_data(a, &x));
    must(wick_tensor_data(b, &y));
    return memcmp(x, y, bytes) == 0;
}

static bool threads_agree(const char *word, wick_tensor *x, const wick_value *value)
{
    int most = wick_context_threads(context);
    wick_tensor *shared = apply(word, x, value);
    wick_context_set_threads(context, 1);
    wick_tensor *alone = apply(word, x, value);
    wick_context_set_threads(context, most);
    bool good = same_bytes(shared, alone);
    wick_tensor_release(shared);
    wick_tensor_release(alone);
    return good;
}

static void results_do_not_depend_on_threads(void)
{
    wick_context_set_threads(context, wick_cores());
    for (int s = 0; s < COUNT(large); s++)
        for (int t = WICK_FLOAT32; t <= WICK_FLOAT64; t++) {
            wick_tensor *x = large_tensor((wick_dtype)t, large[s]);
            for (int i = 0; i < COUNT(reductions); i++)
                for (int dim = -1; dim < large[s].count; dim++) {
                    wick_value value[4];
                    values_of(&reductions[i], dim, value);
                    expect(
                        threads_agree(dim < 0 ? reductions[i].all : reductions[i].along, x, value));
                }
            wick_tensor_release(x);
        }
}

/* Large results are compared with those of halves, which are folded in other blocks. */
static void large_sums_are_right(void)
{
    for (int s = 0; s < COUNT(large); s++) {
        wick_tensor *x = large_tensor(WICK_FLOAT64, large[s]);
        double *data, sum = 0;
        must(wick_tensor_data(x, (void **)&data));
        for (int64_t i = 0; i < wick_tensor_count(x); i++)
            sum += data[i];
        expect(near(item_of(apply("sum_all", x, VALUES({0}))), sum, 1e-10));
        for (int dim = 0; dim < large[s].count; dim++) {
            wick_tensor *sums = apply("sum", x, VALUES(INTEGER(dim)));
            expect(near(item_of(apply("sum_all", sums, VALUES({0}))), sum, 1e-10));
            wick_tensor *most = apply("max", x, VALUES(INTEGER(dim)));
            expect(item_of(apply("max_all", most, VALUES({0}))) ==
                   item_of(apply("max_all", x, VALUES({0}))));
            wick_tensor_release(sums);
            wick_tensor_release(most);
        }
        wick_tensor_release(x);
    }
}

#if defined(__x86_64__)
static void fold_once(const wick__fold *fold, const float *x, int64_t n, int64_t m, bool across,
                      double *slots)
{
    wick__fold_run run = {.n = n,
                          .m = m,
                          .x = x,
                          .sx = across ? 1 : m,
                          .sm = across ? n : 1,
                          .slots = slots,
                          .plane = n,
                          .p = 3};
    fold->start(n, x, run.sx, slots, n);
    fold->fold(&run);
}

static void instruction_sets_agree(void)
{
    enum { N = 19, M = 301 };
    float x[N * M];
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return;
    for (int i = 0; i < N * M; i++)
        x[i] = (float)next_number();
    for (int kind = 0; kind < WICK__FOLD_MAX; kind++)
        for (int across = 0; across < 2; across++) {
            double baseline[N * WICK__PLANES] = {0}, avx2[N * WICK__PLANES] = {0};
            fold_once(&wick__folds_plain[0][kind], x, N, M, across, baseline);
            fold_once(&wick__folds_avx2[0][kind], x, N, M, across, avx2);
            for (int i = 0; i < N * WICK__PLANES; i++)
                expect(near(baseline[i], avx2[i], 1e-14));
        }
}
#else
static void instruction_sets_agree(void)
{
}
#endif

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("reductions are those of plain loops", reductions_are_those_of_plain_loops);
    test("integers wrap, whole sums do not", integers_wrap_and_whole_sums_do_not);
    test("sums of floats are kept in double", sums_of_floats_are_kept_in_double);
    test("the first of equals is taken, NaN wins", the_first_of_equals_is_taken_and_nan_wins);
    test("nothing has a sum but no maximum", nothing_has_a_sum_but_no_maximum);
    test("infinities pass through logSumExp", infinities_pass_through_log_sum_exp);
    test("masks are asked", masks_are_asked);
    test("distances and traces", distances_and_traces);
    test("results do not depend on threads", results_do_not_depend_on_threads);
    test("large sums are right", large_sums_are_right);
    test("instruction sets agree", instruction_sets_agree);
    expect(wick_context_memory(context).live == 0);
    wick_context_release(context);
    return finish();
}
