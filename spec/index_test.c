/* Indexing: slices and elements by position, masks, regions; against loops over single elements. */
#include "support/indexing.h"

static const wick_sizes shapes[] = {{1, {5}},       {2, {3, 4}},    {3, {2, 3, 4}},
                                    {3, {4, 1, 3}}, {3, {2, 0, 3}}, {4, {2, 3, 2, 2}}};

static const wick_dtype types[] = {WICK_UINT8, WICK_INT8,    WICK_INT16,   WICK_INT32,
                                   WICK_INT64, WICK_FLOAT16, WICK_FLOAT32, WICK_FLOAT64};

/* ---- positions ---- */

/* Where element i of `part` belongs in row-major order of `whole`. */
static int64_t place_of(wick_tensor *whole, int dim, wick_tensor *list, wick_tensor *part,
                        int64_t i)
{
    int64_t index[WICK_MAX_DIM], at = 0;
    index_of(part, i, index);
    bool everywhere = wick_tensor_ndim(list) < 2;
    index[dim] = (int64_t)get(list, everywhere ? index[dim] : i) - 1;
    for (int d = 0; d < wick_tensor_ndim(whole); d++)
        at = at * wick_tensor_size(whole, d) + index[d];
    return at;
}

static void expect_taken(wick_tensor *x, int dim, wick_tensor *list, wick_sizes shape)
{
    const char *word = wick_tensor_ndim(list) < 2 ? "index" : "gather";
    wick_tensor *y = run(word, 2, IN(x, list), VALUES(INTEGER(dim)));
    expect(wick_tensor_dtype(y) == wick_tensor_dtype(x) && wick_tensor_ndim(y) == shape.count);
    for (int d = 0; d < shape.count; d++)
        expect(wick_tensor_size(y, d) == shape.v[d]);
    for (int64_t i = 0; i < wick_tensor_count(y); i++)
        expect_for(get(y, i) == get(x, place_of(x, dim, list, y, i)), "%s, dimension %d, %s", word,
                   dim, wick_dtype_name(wick_tensor_dtype(x)));
    wick_tensor_release(y);
}

/* The four that write: copied, filled, added up. `source` NULL: a number. */
static void expect_put(const char *word, bool adds, wick_tensor *x, int dim, wick_tensor *list,
                       wick_tensor *source, wick_sizes shape)
{
    wick_tensor *want = copy_of(x), *part = tensor_of(WICK_UINT8, shape), *before = copy_of(x);
    for (int64_t i = 0; i < wick_tensor_count(part); i++) {
        int64_t at = place_of(x, dim, list, part, i);
        double value = source ? get(source, i) : 3;
        set(want, at, adds ? get(want, at) + value : value);
    }
    wick_value value[4] = {INTEGER(dim), NUMBER(3)};
    wick_tensor *y = run(word, source ? 3 : 2, IN(x, list, source), value);
    expect_for(same(y, want), "%s, dimension %d", word, dim);
    expect_for(same(x, before), "%s leaves its input alone", word);
    expect(run_into(word, source ? 3 : 2, IN(x, list, source), value, x) == WICK_OK);
    expect_for(same(x, want), "%s in place, dimension %d", word, dim);
    expect(wick_tensor_copy(x, before) == WICK_OK);
    RELEASE(want, part, before, y);
}

static void try_positions(wick_dtype dtype, wick_sizes shape, int layout, int dim, bool is_list)
{
    int64_t n = shape.v[dim], few = n == 0 ? 0 : whole_number(0, 6);
    wick_tensor *x = numbers(dtype, shape, layout);
    shape.v[dim] = few;
    wick_tensor *list = positions(is_list ? SHAPE(few) : shape, n, (layout + dim) % LAYOUTS);
    wick_tensor *source = numbers(dtype, shape, (layout + 1) % LAYOUTS);
    bool sums = dtype != WICK_FLOAT16;
    expect_taken(x, dim, list, shape);
    if (is_list || shape.count == 1) {
        expect_put("index_copy", false, x, dim, list, source, shape);
        expect_put("index_fill", false, x, dim, list, NULL, shape);
        if (sums)
            expect_put("index_add", true, x, dim, list, source, shape);
    }
    if (!is_list || shape.count == 1) {
        expect_put("scatter", false, x, dim, list, source, shape);
        expect_put("scatter_number", false, x, dim, list, NULL, shape);
        if (sums)
            expect_put("scatter_add", true, x, dim, list, source, shape);
    }
    RELEASE(x, list, source);
}

static void positions_are_found(void)
{
    for (int t = 0; t < COUNT(types); t++)
        for (int s = 0; s < COUNT(shapes) * LAYOUTS; s++)
            for (int dim = 0; dim < shapes[s / LAYOUTS].count; dim++) {
                try_positions(types[t], shapes[s / LAYOUTS], s % LAYOUTS, dim, true);
                try_positions(types[t], shapes[s / LAYOUTS], s % LAYOUTS, dim, false);
            }
}

/* Enough elements that threads share them; results do not depend on how many there are. */
static void try_large(wick_sizes shape, int dim, int64_t few)
{
    wick_tensor *x = numbers(WICK_FLOAT32, shape, 0), *y[2], *z[2], *c[2], *f[2];
    int64_t n = shape.v[dim];
    shape.v[dim] = few;
    wick_tensor *list = positions(SHAPE(few), n, 0), *source = numbers(WICK_FLOAT32, shape, 0);
    for (int threads = 1; threads <= 2; threads++) {
        wick_context_set_threads(context, threads);
        y[threads - 1] = run("index", 2, IN(x, list), VALUES(INTEGER(dim)));
        z[threads - 1] = run("index_add", 3, IN(x, list, source), VALUES(INTEGER(dim)));
        c[threads - 1] = run("index_copy", 3, IN(x, list, source), VALUES(INTEGER(dim)));
        f[threads - 1] = run("flip", 1, IN(x), VALUES(INTEGER(dim)));
    }
    expect(same(y[0], y[1]) && same(z[0], z[1]) && same(c[0], c[1]) && same(f[0], f[1]));
    wick_tensor *want = copy_of(x);
    for (int64_t i = 0; i < wick_tensor_count(source); i++) {
        int64_t at = place_of(x, dim, list, source, i);
        expect(get(y[0], i) == get(x, at));
        set(want, at, get(want, at) + get(source, i));
    }
    expect(same(want, z[0]));
    RELEASE(x, want, list, source, y[0], y[1], z[0], z[1], c[0], c[1], f[0], f[1]);
}

static void large_tensors_are_shared_among_threads(void)
{
    try_large(SHAPE(500, 150), 0, 700);
    try_large(SHAPE(500, 150), 1, 90);
    try_large(SHAPE(3, 40, 700), 1, 33);
    try_large(SHAPE(2, 40000), 0, 3);
    try_large(SHAPE(50000), 0, 300000);
}

static void positions_of_other_types_are_taken_when_whole(void)
{
    wick_tensor *x = numbers(WICK_FLOAT32, SHAPE(4, 2), 0), *list = LONGS(4, 1);
    wick_tensor *want = run("index", 2, IN(x, list), VALUES(INTEGER(0)));
    for (int t = 0; t < COUNT(types); t++) {
        wick_tensor *other = filled(types[t], SHAPE(2), (const double[]){4, 1});
        wick_tensor *y = run("index", 2, IN(x, other), VALUES(INTEGER(0)));
        expect(same(y, want));
        RELEASE(other, y);
    }
    wick_tensor *half = filled(WICK_FLOAT32, SHAPE(2), (const double[]){1, 1.5});
    expect_failure(try("index", 2, IN(x, half), VALUES(INTEGER(0))), WICK_EVALUE,
                   "index: position 2 is 1.5, where a whole number is wanted");
    set(half, 1, NAN);
    expect_failure(try("index", 2, IN(x, half), VALUES(INTEGER(0))), WICK_EVALUE, "position 2");
    set(half, 1, 1e30);
    expect_failure(try("index", 2, IN(x, half), VALUES(INTEGER(0))), WICK_EVALUE, "position 2");
    RELEASE(x, list, want, half);
}

static void positions_are_checked(void)
{
    wick_tensor *x = numbers(WICK_FLOAT32, SHAPE(4, 10), 0), *before = copy_of(x);
    wick_tensor *list = LONGS(1, 10, 12, 0), *table = positions(SHAPE(4, 3), 10, 0);
    wick_tensor *source = numbers(WICK_FLOAT32, SHAPE(4, 4), 0);
    const wick_value *second = VALUES(INTEGER(1), NUMBER(0));
    expect_failure(try("index", 2, IN(x, list), second), WICK_EVALUE,
                   "index: position 3 is 12, out of range: dimension 2 of 4 x 10 has 10 entries; "
                   "positions count from 1");
    static const char *const writers[] = {"index_add", "index_copy", "index_fill"};
    for (int i = 0; i < 3; i++)
        expect_failure(run_into(writers[i], i < 2 ? 3 : 2, IN(x, list, source), second, x),
                       WICK_EVALUE, "position 3 is 12");
    static const double outside[] = {0, -1, 11, -0x1p63, 0x1p62};
    for (int i = 0; i < COUNT(outside); i++) {
        set(list, 2, outside[i]);
        expect_failure(try("index", 2, IN(x, list), second), WICK_EVALUE, "index: position 3 is ");
    }
    set(table, 7, -3);
    expect_failure(try("gather", 2, IN(x, table), second), WICK_EVALUE,
                   "gather: position [3, 2] is -3, out of range: dimension 2 of 4 x 10");
    expect_failure(run_into("scatter_number", 2, IN(x, table), second, x), WICK_EVALUE,
                   "scatter: position [3, 2] is -3");
    expect(same(x, before));
    RELEASE(x, before, list, table, source);
}

static void shapes_are_checked(void)
{
    wick_tensor *x = numbers(WICK_FLOAT32, SHAPE(4, 3), 0), *list = LONGS(1, 2);
    wick_tensor *table = positions(SHAPE(3, 2), 3, 0), *half = numbers(WICK_FLOAT16, SHAPE(2), 0);
    const wick_value *first = VALUES(INTEGER(0));
    expect_failure(try("index", 2, IN(x, list), VALUES(INTEGER(2))), WICK_ESHAPE,
                   "index: dimension 3 out of range of 2D tensor");
    expect_failure(try("index", 2, IN(x, table), first), WICK_ESHAPE, "one-dimensional, not 3 x 2");
    expect_failure(try("index_add", 3, IN(x, list, x), first), WICK_ESHAPE,
                   "indexAdd: 2 positions along dimension 1 of 4 x 3 take a source of 2 x 3, got "
                   "4 x 3");
    expect_failure(try("gather", 2, IN(x, table), first), WICK_ESHAPE,
                   "gather: positions of 3 x 2 do not fit 4 x 3");
    expect_failure(try("scatter", 3, IN(x, table, table), first), WICK_ESHAPE, "do not fit");
    wick_tensor *fits = positions(SHAPE(2, 3), 4, 0);
    expect_failure(try("scatter_add", 3, IN(x, fits, x), first), WICK_ESHAPE,
                   "scatterAdd: positions are 2 x 3, the source is 4 x 3");
    expect_failure(try("index_add", 3, IN(half, list, half), first), WICK_EDTYPE,
                   "indexAdd: not defined for float16 tensors; convert with :float()");
    RELEASE(x, list, table, half, fits);
}

/* ---- in place ---- */

static void sources_may_share_memory_with_the_receiver(void)
{
    wick_tensor *x = filled(WICK_FLOAT32, SHAPE(4), (const double[]){1, 2, 3, 4}), *part;
    wick_tensor *list = LONGS(2, 3, 4),
                *want = filled(WICK_FLOAT32, SHAPE(4), (double[]){1, 1, 2, 3});
    must(wick_tensor_on(wick_tensor_storage(x), 0, 1, SHAPE(3).v, NULL, &part));
    expect(run_into("index_copy", 3, IN(x, list, part), VALUES(INTEGER(0)), x) == WICK_OK);
    expect(same(x, want));
    RELEASE(x, part, list, want);
}

static void receivers_keep_their_type_and_others_take_the_shape(void)
{
    wick_tensor *x = filled(WICK_INT32, SHAPE(3), (const double[]){1, 2, 3}), *list = LONGS(3);
    wick_tensor *source = filled(WICK_FLOAT64, SHAPE(1), (const double[]){7.9});
    wick_tensor *want = filled(WICK_INT32, SHAPE(3), (const double[]){1, 2, 7});
    wick_tensor *other = tensor_of(WICK_INT32, SHAPE(2, 2));
    expect(run_into("index_copy", 3, IN(x, list, source), VALUES(INTEGER(0)), other) == WICK_OK);
    expect(same(other, want));
    expect(run_into("index_copy", 3, IN(x, list, source), VALUES(INTEGER(0)), x) == WICK_OK);
    expect(same(x, want));
    expect(run_into("index", 2, IN(x, list), VALUES(INTEGER(0)), other) == WICK_OK);
    expect(wick_tensor_count(other) == 1 && get(other, 0) == 7);
    RELEASE(x, list, source, want, other);
}

/* ---- masks ---- */

static void try_mask(wick_dtype dtype, wick_sizes shape, int layout, int density)
{
    wick_tensor *x = numbers(dtype, shape, layout), *before = copy_of(x);
    wick_tensor *mask = laid_out(WICK_UINT8, shape, (layout + 1) % LAYOUTS);
    wick_tensor *filled_x = copy_of(x), *copied = copy_of(x);
    int64_t n = wick_tensor_count(x), ones = 0;
    wick_tensor *source = numbers(dtype, SHAPE(n + 1), layout);
    for (int64_t i = 0; i < n; i++) {
        bool is_one = whole_number(1, 4) <= density;
        set(mask, i, is_one);
        if (is_one) {
            set(filled_x, i, 3);
            set(copied, i, get(source, ones++));
        }
    }
    wick_tensor *y = run("masked_select", 2, IN(x, mask), VALUES({0}));
    expect(wick_tensor_count(y) == ones && wick_tensor_ndim(y) == (ones > 0));
    for (int64_t i = 0, k = 0; i < n; i++)
        if (get(mask, i) != 0)
            expect(get(y, k++) == get(x, i));
    expect(run_into("masked_fill", 2, IN(x, mask), VALUES(NUMBER(3)), x) == WICK_OK);
    expect(same(x, filled_x));
    expect(wick_tensor_copy(x, before) == WICK_OK);
    expect(run_into("masked_copy", 3, IN(x, mask, source), VALUES({0}), x) == WICK_OK);
    expect(same(x, copied));
    RELEASE(x, before, mask, filled_x, copied, source, y);
}

static void masks_choose(void)
{
    for (int t = 0; t < COUNT(types); t++)
        for (int s = 0; s < COUNT(shapes) * LAYOUTS; s++)
            for (int density = 0; density <= 4; density += 2)
                try_mask(types[t], shapes[s / LAYOUTS], s % LAYOUTS, density);
    try_mask(WICK_FLOAT32, SHAPE(300, 301), 0, 2);
    try_mask(WICK_FLOAT64, SHAPE(0), 0, 2);
    try_mask(WICK_INT16, (wick_sizes){0}, 0, 2);
}

static void masks_are_checked(void)
{
    wick_tensor *x = numbers(WICK_FLOAT32, SHAPE(2, 3), 0), *before = copy_of(x);
    wick_tensor *mask = filled(WICK_UINT8, SHAPE(6), (const double[]){1, 0, 1, 0, 1, 0});
    wick_tensor *few = numbers(WICK_FLOAT32, SHAPE(2), 0);
    wick_tensor *y = run("masked_select", 2, IN(x, mask), VALUES({0}));
    expect(wick_tensor_count(y) == 3);
    expect_failure(run_into("masked_copy", 3, IN(x, mask, few), VALUES({0}), x), WICK_ESHAPE,
                   "Number of elements of src < number of ones in mask");
    expect_failure(try("masked_select", 2, IN(x, few), VALUES({0})), WICK_EDTYPE,
                   "maskedSelect: the mask is a float32 tensor; it has to be a ByteTensor");
    expect_failure(try("masked_fill", 2, IN(few, mask), VALUES({0})), WICK_ESHAPE,
                   "maskedFill: the mask is 6, with 6 elements, for a tensor of 2");
    set(mask, 5, 2);
    static const char *const words[] = {"masked_select", "masked_fill", "masked_copy"};
    for (int i = 0; i < 3; i++)
        expect_failure(run_into(words[i], i < 2 ? 2 : 3, IN(x, mask, x), VALUES({0}), x),
                       WICK_EVALUE, "Mask tensor can take 0 and 1 values only");
    expect(same(x, before));
    RELEASE(x, before, mask, few, y);
}

static void try_nonzero(wick_dtype dtype, wick_sizes shape, int layout)
{
    wick_tensor *x = numbers(dtype, shape, layout);
    wick_tensor *rows = run("nonzero", 1, IN(x), VALUES({0}));
    int64_t found = 0, index[WICK_MAX_DIM];
    for (int64_t i = 0; i < wick_tensor_count(x); i++) {
        index_of(x, i, index);
        for (int d = 0; d < shape.count && get(x, i) != 0; d++)
            expect(get(rows, found++) == (double)index[d] + 1);
    }
    expect(wick_tensor_dtype(rows) == WICK_INT64 && wick_tensor_count(rows) == found);
    expect(wick_tensor_ndim(rows) == (found > 0 ? 2 : 0));
    RELEASE(x, rows);
}

static void nonzero_lists_coordinates(void)
{
    for (int t = 0; t < COUNT(types); t++)
        for (int s = 0; s < COUNT(shapes) * LAYOUTS; s++)
            try_nonzero(types[t], shapes[s / LAYOUTS], s % LAYOUTS);
    try_nonzero(WICK_FLOAT32, SHAPE(130, 11, 25), 1);
    try_nonzero(WICK_FLOAT32, (wick_sizes){0}, 0);
    wick_tensor *x = filled(WICK_FLOAT32, SHAPE(4), (const double[]){-0.0, NAN, 1e-45, 0});
    wick_tensor *rows = run("nonzero", 1, IN(x), VALUES({0}));
    expect(wick_tensor_count(rows) == 2 && get(rows, 0) == 2 && get(rows, 1) == 3);
    RELEASE(x, rows);
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("slices and elements are found by position", positions_are_found);
    test("large tensors are shared among threads", large_tensors_are_shared_among_threads);
    test("positions of other types are taken when they are whole",
         positions_of_other_types_are_taken_when_whole);
    test("positions are checked before anything is written", positions_are_checked);
    test("shapes are checked", shapes_are_checked);
    test("sources may share memory with the receiver", sources_may_share_memory_with_the_receiver);
    test("receivers keep their type", receivers_keep_their_type_and_others_take_the_shape);
    test("masks choose", masks_choose);
    test("masks are checked", masks_are_checked);
    test("nonzero lists coordinates", nonzero_lists_coordinates);
    expect(wick_context_memory(context).storages == 0);
    wick_context_release(context);
    return finish();
}
