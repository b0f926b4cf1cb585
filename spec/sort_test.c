/* Sorting and selecting against plain stable sorting, over types, layouts, ties and NaN. */
#include "support/reductions.h"

enum { MOST = 6000 };

static double line[MOST];
static int order[MOST];
static bool falling;

/* NaN counts as the largest, whichever way. */
static bool comes_before(double a, double b)
{
    if (falling)
        return isnan(a) ? !isnan(b) : a > b;
    return isnan(b) ? !isnan(a) : a < b;
}

static int compare(const void *a, const void *b)
{
    int i = *(const int *)a, j = *(const int *)b;
    if (comes_before(line[i], line[j]))
        return -1;
    return comes_before(line[j], line[i]) ? 1 : i - j;
}

static void sort_line(wick_tensor *x, int dim, wick_tensor *y, int64_t at)
{
    int64_t index[WICK_MAX_DIM];
    index_of(y, at, index);
    for (int64_t i = 0; i < wick_tensor_size(x, dim); i++) {
        index[dim] = i;
        must(wick_tensor_get(x, index, &line[i]));
        order[i] = (int)i;
    }
    qsort(order, (size_t)wick_tensor_size(x, dim), sizeof *order, compare);
}

/* Result i (in order) of a line is the element that plain sorting puts at `rank`. */
static bool is_ranked(wick_tensor *const *out, int64_t i, int64_t rank)
{
    return near(get(out[0], i), line[order[rank]], 0) && get(out[1], i) == order[rank] + 1;
}

static void release(wick_tensor **out)
{
    for (int i = 0; i < 2; i++) {
        wick_tensor_release(out[i]);
        out[i] = NULL;
    }
}

static bool first_are_right(const char *word, wick_tensor *x, int dim, const wick_value *value,
                            bool descending, int64_t k)
{
    wick_tensor *out[WICK_MAX_OUTPUTS] = {NULL};
    must(apply_all(word, 1, &x, value, out));
    bool good = wick_tensor_size(out[0], dim) == k && wick_tensor_dtype(out[1]) == WICK_INT64;
    falling = descending;
    for (int64_t i = 0; i < wick_tensor_count(out[0]) && good; i++) {
        int64_t index[WICK_MAX_DIM];
        index_of(out[0], i, index);
        sort_line(x, dim, out[0], i);
        good = is_ranked(out, i, index[dim]);
    }
    release(out);
    return good;
}

static bool kth_is_right(const char *word, wick_tensor *x, int dim, const wick_value *value,
                         int64_t rank)
{
    wick_tensor *out[WICK_MAX_OUTPUTS] = {NULL};
    must(apply_all(word, 1, &x, value, out));
    bool good = wick_tensor_size(out[0], dim) == 1;
    falling = false;
    for (int64_t i = 0; i < wick_tensor_count(out[0]) && good; i++) {
        sort_line(x, dim, out[0], i);
        good = is_ranked(out, i, rank);
    }
    release(out);
    return good;
}

static void check_all(wick_tensor *x, int dim)
{
    int64_t n = wick_tensor_size(x, dim);
    expect(first_are_right("sort", x, dim, VALUES(INTEGER(dim)), false, n));
    expect(first_are_right("sort", x, dim, VALUES(INTEGER(dim), INTEGER(1)), true, n));
    for (int64_t k = 1; k <= n; k = 3 * k + 1) {
        expect(first_are_right("topk", x, dim, VALUES(INTEGER(k), INTEGER(dim)), false, k));
        expect(
            first_are_right("topk", x, dim, VALUES(INTEGER(k), INTEGER(dim), INTEGER(1)), true, k));
        expect(kth_is_right("kthvalue", x, dim, VALUES(INTEGER(k), INTEGER(dim)), k - 1));
    }
    expect(kth_is_right("median", x, dim, VALUES(INTEGER(dim)), (n - 1) / 2));
}

static void orders_are_those_of_plain_sorting(void)
{
    static const wick_sizes some[] = {
        {1, {1}}, {1, {30}}, {1, {130}}, {2, {60, 3}}, {3, {3, 7, 4}}};
    for (int t = 0; t < WICK_DTYPES; t++)
        for (int s = 0; s < COUNT(some) * LAYOUTS && t != WICK_FLOAT16; s++) {
            wick_tensor *x = laid_out((wick_dtype)t, some[s / LAYOUTS], s % LAYOUTS);
            for (int dim = 0; dim < wick_tensor_ndim(x); dim++)
                check_all(x, dim);
            wick_tensor_release(x);
        }
}

/* Every special value several times, in types whose keys take all their bytes. */
static void special_values_keep_their_order(void)
{
    const double special[] = {0.0, -0.0, NAN,  -NAN,  INFINITY, -INFINITY, 1e-40, -1e-40,
                              3.5, -3.5, 1e30, -1e30, 256,      65536,     -65537};
    for (int t = WICK_FLOAT32; t <= WICK_FLOAT64; t++)
        for (int n = 15; n <= 150; n += 135) {
            wick_tensor *x = tensor_of((wick_dtype)t, SHAPE(n));
            for (int i = 0; i < n; i++)
                set(x, i, special[i * 7 % 15]);
            check_all(x, 0);
            wick_tensor_release(x);
        }
    wick_tensor *wide = tensor_of(WICK_INT64, SHAPE(100));
    for (int i = 0; i < 100; i++)
        set(wide, i, (i % 5 - 2) * pow(2, i % 53));
    check_all(wide, 0);
    wick_tensor_release(wide);
}

static void modes_are_the_most_frequent(void)
{
    static const double values[] = {5, 2, 7, 2, 5, 9, 7, 1};
    wick_tensor *x = tensor_of(WICK_FLOAT32, SHAPE(8)), *out[WICK_MAX_OUTPUTS] = {NULL};
    for (int i = 0; i < 8; i++)
        set(x, i, values[i]);
    must(apply_all("mode", 1, &x, VALUES(INTEGER(-1)), out));
    expect(get(out[0], 0) == 2 && get(out[1], 0) == 4);
    release(out);
    set(x, 7, 7);
    must(apply_all("mode", 1, &x, VALUES(INTEGER(0)), out));
    expect(get(out[0], 0) == 7 && get(out[1], 0) == 8);
    release(out);
    wick_tensor_release(x);
}

static void gradients_go_to_where_values_came_from(void)
{
    wick_tensor *x = random_tensor(WICK_FLOAT64, SHAPE(3, 5, 2));
    for (int64_t dim = -1; dim < 3; dim++) {
        expect(gradient_holds("sort", x, VALUES(INTEGER(dim))));
        expect(gradient_holds("sort", x, VALUES(INTEGER(dim), INTEGER(1))));
        expect(gradient_holds("topk", x, VALUES(INTEGER(2), INTEGER(dim), INTEGER(1))));
        expect(gradient_holds("kthvalue", x, VALUES(INTEGER(2), INTEGER(dim))));
        expect(gradient_holds("median", x, VALUES(INTEGER(dim))));
    }
    wick_tensor_release(x);
    x = random_tensor(WICK_FLOAT64, SHAPE(9));
    expect(gradient_holds("sort", x, VALUES(INTEGER(0))));
    wick_tensor_release(x);
}

static void edges_are_sorted_or_refused(void)
{
    wick_tensor *out[WICK_MAX_OUTPUTS] = {NULL};
    wick_tensor *none = tensor_of(WICK_FLOAT32, (wick_sizes){0, {0}});
    wick_tensor *flat = tensor_of(WICK_FLOAT32, SHAPE(3, 0));
    wick_tensor *some = random_tensor(WICK_FLOAT32, SHAPE(2, 3));
    must(apply_all("sort", 1, &none, VALUES(INTEGER(-1)), out));
    expect(wick_tensor_count(out[0]) == 0);
    release(out);
    must(apply_all("sort", 1, &flat, VALUES(INTEGER(-1)), out));
    expect(wick_tensor_count(out[1]) == 0 && wick_tensor_size(out[1], 0) == 3);
    release(out);
    must(apply_all("median", 1, &flat, VALUES(INTEGER(0)), out));
    expect(wick_tensor_count(out[0]) == 0 && wick_tensor_size(out[0], 0) == 1);
    release(out);
    expect_failure(apply_all("median", 1, &flat, VALUES(INTEGER(1)), out), WICK_ESHAPE,
                   "no elements");
    expect_failure(apply_all("topk", 1, &some, VALUES(INTEGER(4), INTEGER(1)), out), WICK_EVALUE,
                   "k is 4, and dimension 2 of 2 x 3 has 3 elements");
    expect_failure(apply_all("kthvalue", 1, &some, VALUES(INTEGER(0), INTEGER(1)), out),
                   WICK_EVALUE, "out of range");
    expect_failure(apply_all("sort", 1, &some, VALUES(INTEGER(2)), out), WICK_ESHAPE,
                   "dimension 3 out of range of 2D tensor");
    wick_tensor_release(none);
    wick_tensor_release(flat);
    wick_tensor_release(some);
}

static void long_lines_are_sorted(void)
{
    enum { N = 200000 };
    wick_tensor *x = random_tensor(WICK_FLOAT32, SHAPE(2, N)), *out[WICK_MAX_OUTPUTS] = {NULL};
    float *value, *from;
    int64_t *place;
    must(apply_all("sort", 1, &x, VALUES(INTEGER(1)), out));
    must(wick_tensor_data(out[0], (void **)&value));
    must(wick_tensor_data(out[1], (void **)&place));
    must(wick_tensor_data(x, (void **)&from));
    bool good = true;
    for (int64_t i = 0; i < 2 * N; i++)
        good = good && value[i] == from[i / N * N + place[i] - 1] &&
               (i % N == 0 || value[i - 1] < value[i] ||
                (value[i - 1] == value[i] && place[i - 1] < place[i]));
    expect(good);
    release(out);
    wick_tensor_release(x);
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("orders are those of plain sorting", orders_are_those_of_plain_sorting);
    test("special values keep their order", special_values_keep_their_order);
    test("modes are the most frequent", modes_are_the_most_frequent);
    test("gradients go to where values came from", gradients_go_to_where_values_came_from);
    test("edges are sorted or refused", edges_are_sorted_or_refused);
    test("long lines are sorted", long_lines_are_sorted);
    expect(wick_context_memory(context).live == 0);
    wick_context_release(context);
    return finish();
}
