/* Joining, tiling, padding, turning round, regions and diagonals, against loops over elements. */
#include "support/indexing.h"

static const wick_sizes shapes[] = {{1, {5}},       {2, {3, 4}},    {3, {2, 3, 4}},
                                    {3, {4, 1, 3}}, {3, {2, 0, 3}}, {1, {0}}};

static const wick_dtype types[] = {WICK_UINT8, WICK_INT16, WICK_INT64, WICK_FLOAT16, WICK_FLOAT64};

/* The element of t at `index`, with so many dimensions taken as size 1 behind its own. */
static double element(wick_tensor *t, const int64_t *index)
{
    double value;
    must(wick_tensor_get(t, index, &value));
    return value;
}

static bool has_shape(wick_tensor *t, wick_sizes shape)
{
    wick_sizes has = shape_of(t);
    return has.count == shape.count &&
           memcmp(has.v, shape.v, sizeof(int64_t) * (size_t)has.count) == 0;
}

/* ---- cat ---- */

static void expect_joined(wick_tensor *y, int dim, int n, wick_tensor **part)
{
    int64_t index[WICK_MAX_DIM];
    for (int64_t i = 0; i < wick_tensor_count(y); i++) {
        int k = 0;
        index_of(y, i, index);
        int64_t at = index[dim];
        for (; k < n - 1; k++) {
            int64_t length = dim < wick_tensor_ndim(part[k]) ? wick_tensor_size(part[k], dim) : 1;
            if (at < length)
                break;
            at -= length;
        }
        index[dim] = at;
        expect_for(get(y, i) == element(part[k], index), "element %lld, dimension %d", (long long)i,
                   dim);
    }
}

static void tensors_are_joined(void)
{
    for (int t = 0; t < COUNT(types); t++)
        for (int s = 0; s < COUNT(shapes) * LAYOUTS; s++)
            for (int dim = 0; dim < shapes[s / LAYOUTS].count; dim++) {
                wick_sizes shape = shapes[s / LAYOUTS], want = shape;
                wick_tensor *part[3];
                want.v[dim] = 0;
                for (int i = 0; i < 3; i++) {
                    shape.v[dim] = whole_number(0, 4);
                    want.v[dim] += shape.v[dim];
                    part[i] = numbers(types[t], shape, (s + i) % LAYOUTS);
                }
                wick_tensor *y = run("cat", 3, part, VALUES(INTEGER(dim)));
                bool all_empty = want.count == 1 && want.v[0] == 0;
                expect(all_empty ? wick_tensor_count(y) == 0 : has_shape(y, want));
                expect(wick_tensor_dtype(y) == types[t]);
                expect_joined(y, dim, 3, part);
                wick_tensor_release(y);
                release(3, part);
            }
}

static void cat_follows_torch7(void)
{
    const wick_value *last = VALUES(INTEGER(INT64_MIN));
    wick_tensor *a = numbers(WICK_FLOAT32, SHAPE(3), 0), *b = numbers(WICK_FLOAT32, SHAPE(3, 2), 1);
    wick_tensor *none = tensor_of(WICK_FLOAT64, (wick_sizes){0}), *y[7];
    y[0] = run("cat", 2, IN(a, a), last);
    y[1] = run("cat", 2, IN(a, a), VALUES(INTEGER(1)));
    y[2] = run("cat", 3, IN(a, b, a), last);
    y[3] = run("cat", 3, IN(none, a, none), last);
    y[4] = run("cat", 2, IN(none, none), last);
    y[5] = run("cat", 2, IN(b, b), VALUES(INTEGER(2)));
    y[6] = run("cat", 1, IN(b), last);
    expect(has_shape(y[0], SHAPE(6)));
    expect(has_shape(y[1], SHAPE(3, 2)));
    expect_joined(y[1], 1, 2, IN(a, a));
    expect(has_shape(y[2], SHAPE(3, 4)));
    expect_joined(y[2], 1, 3, IN(a, b, a));
    expect(same(y[3], a));
    expect(wick_tensor_ndim(y[4]) == 0);
    expect(has_shape(y[5], SHAPE(3, 2, 2)));
    expect(same(y[6], b));
    release(7, y);
    RELEASE(a, b, none);
}

static void what_does_not_join_is_refused(void)
{
    const wick_value *last = VALUES(INTEGER(INT64_MIN));
    wick_tensor *a = numbers(WICK_FLOAT32, SHAPE(2, 3), 0),
                *b = numbers(WICK_FLOAT32, SHAPE(4, 3), 0);
    wick_tensor *wide = numbers(WICK_FLOAT64, SHAPE(2, 3), 0);
    expect_failure(try("cat", 3, IN(a, a, b), last), WICK_ESHAPE,
                   "cat: joined along dimension 2, tensors need equal sizes in all others, but "
                   "tensor 3 has 4 entries in dimension 1 where those before have 2 "
                   "(1: 2 x 3, 2: 2 x 3, 3: 4 x 3)");
    expect_failure(try("cat", 2, IN(a, wide), last), WICK_EDTYPE,
                   "cat: tensor 2 is a float64 tensor, those before are float32");
    expect_failure(try("cat", 2, IN(a, a), VALUES(INTEGER(12))), WICK_EVALUE,
                   "cat: dimension 13 is none of 1 to 12");
    expect_failure(try("cat", 0, NULL, last), WICK_EVALUE, "cat: there is no tensor");
    RELEASE(a, b, wide);
}

static void a_destination_may_be_among_what_is_joined(void)
{
    wick_tensor *a = numbers(WICK_FLOAT32, SHAPE(2, 3), 0);
    wick_tensor *want = run("cat", 2, IN(a, a), VALUES(INTEGER(0)));
    expect(run_into("cat", 2, IN(a, a), VALUES(INTEGER(0)), a) == WICK_OK);
    expect(same(a, want));
    wick_tensor *other = tensor_of(WICK_FLOAT32, SHAPE(1));
    expect(run_into("cat", 1, IN(a), VALUES(INTEGER(0)), other) == WICK_OK);
    expect(same(other, want));
    RELEASE(a, want, other);
}

/* ---- repeatTensor ---- */

static void try_repeats(wick_dtype dtype, wick_sizes shape, int layout, wick_sizes repeats)
{
    wick_tensor *x = numbers(dtype, shape, layout);
    wick_tensor *y = run("repeat_tensor", 1, IN(x), VALUES({.sizes = &repeats}));
    int lead = repeats.count - shape.count;
    int64_t index[WICK_MAX_DIM];
    expect(wick_tensor_ndim(y) == repeats.count);
    for (int d = 0; d < repeats.count; d++)
        expect(wick_tensor_size(y, d) == repeats.v[d] * (d < lead ? 1 : shape.v[d - lead]));
    for (int64_t i = 0; i < wick_tensor_count(y); i++) {
        index_of(y, i, index);
        for (int d = 0; d < shape.count; d++)
            index[d] = index[d + lead] % shape.v[d];
        expect(get(y, i) == element(x, index));
    }
    RELEASE(x, y);
}

static void tensors_are_tiled(void)
{
    for (int t = 0; t < COUNT(types); t++)
        for (int s = 0; s < COUNT(shapes) * LAYOUTS; s++)
            for (int more = 0; more < 3; more++) {
                wick_sizes repeats = {.count = shapes[s / LAYOUTS].count + more};
                for (int d = 0; d < repeats.count; d++)
                    repeats.v[d] = whole_number(0, 15) > 0 ? whole_number(1, 3) : 0;
                try_repeats(types[t], shapes[s / LAYOUTS], s % LAYOUTS, repeats);
            }
    wick_tensor *x = numbers(WICK_FLOAT32, SHAPE(2, 3), 0),
                *none = tensor_of(WICK_INT8, (wick_sizes){0});
    const int64_t huge = INT64_C(1) << 32;
    expect_failure(try("repeat_tensor", 1, IN(x), VALUES(SIZES(2))), WICK_ESHAPE,
                   "repeatTensor: 1 repeats for 2 x 3");
    expect_failure(try("repeat_tensor", 1, IN(x), VALUES(SIZES(2, -1))), WICK_EVALUE,
                   "2 x 3 cannot be repeated -1 times");
    expect_failure(try("repeat_tensor", 1, IN(none), VALUES(SIZES(2))), WICK_ESHAPE,
                   "no dimension");
    expect_failure(try("repeat_tensor", 1, IN(x), VALUES(SIZES(huge, huge))), WICK_ESHAPE,
                   "more elements than can be counted");
    expect_failure(try("repeat_tensor", 1, IN(x), VALUES(SIZES(INT64_MAX, 1))), WICK_EVALUE,
                   "cannot be repeated");
    RELEASE(x, none);
}

/* ---- pad and flip ---- */

static void try_padding(wick_dtype dtype, wick_sizes shape, int layout, int dim, int64_t before,
                        int64_t after)
{
    int64_t n = shape.v[dim], index[WICK_MAX_DIM];
    int64_t kept = n + (before < 0 ? before : 0) + (after < 0 ? after : 0);
    wick_tensor *x = numbers(dtype, shape, layout);
    const wick_value *value = VALUES(INTEGER(dim), INTEGER(before), INTEGER(after), NUMBER(7));
    if (kept < 0)
        expect_failure(try("pad", 1, IN(x), value), WICK_ESHAPE, "negative numbers crop");
    else {
        wick_tensor *y = run("pad", 1, IN(x), value);
        shape.v[dim] = n + before + after;
        expect(has_shape(y, shape));
        for (int64_t i = 0; i < wick_tensor_count(y); i++) {
            index_of(y, i, index);
            index[dim] -= before;
            bool inside = index[dim] >= 0 && index[dim] < n;
            expect(get(y, i) == (inside ? element(x, index) : 7));
        }
        wick_tensor_release(y);
    }
    wick_tensor_release(x);
}

static void tensors_are_padded_and_cropped(void)
{
    for (int t = 0; t < COUNT(types); t++)
        for (int s = 0; s < COUNT(shapes) * LAYOUTS; s++)
            for (int dim = 0; dim < shapes[s / LAYOUTS].count; dim++)
                for (int n = 0; n < 25; n++)
                    try_padding(types[t], shapes[s / LAYOUTS], s % LAYOUTS, dim, n / 5 - 2,
                                n % 5 - 2);
    wick_tensor *x = numbers(WICK_FLOAT32, SHAPE(3), 0);
    const int64_t ends[] = {INT64_MIN, INT64_MAX, -INT64_MAX, 0};
    for (int i = 0; i < 16; i++)
        if (i < 15)
            expect(try("pad", 1, IN(x),
                       VALUES(INTEGER(0), INTEGER(ends[i / 4]), INTEGER(ends[i % 4]))) != WICK_OK);
    expect_failure(try("pad", 1, IN(x), VALUES(INTEGER(0), INTEGER(-5), INTEGER(4))), WICK_ESHAPE,
                   "pad: dimension 1 of 3 has 3 entries, which -5 before and 4 after");
    wick_tensor_release(x);
}

static void tensors_are_turned_round(void)
{
    for (int t = 0; t < COUNT(types); t++)
        for (int s = 0; s < COUNT(shapes) * LAYOUTS; s++)
            for (int dim = 0; dim < shapes[s / LAYOUTS].count; dim++) {
                wick_tensor *x = numbers(types[t], shapes[s / LAYOUTS], s % LAYOUTS);
                wick_tensor *y = run("flip", 1, IN(x), VALUES(INTEGER(dim)));
                int64_t index[WICK_MAX_DIM];
                for (int64_t i = 0; i < wick_tensor_count(y); i++) {
                    index_of(y, i, index);
                    index[dim] = wick_tensor_size(x, dim) - 1 - index[dim];
                    expect(get(y, i) == element(x, index));
                }
                expect(has_shape(y, shape_of(x)));
                RELEASE(x, y);
            }
}

/* ---- regions ---- */

/* x with the region overwritten, element by element. */
static wick_tensor *assigned(wick_tensor *x, wick_tensor *value, const wick_sizes *starts,
                             const wick_sizes *lengths)
{
    wick_tensor *want = copy_of(x), *part = tensor_of(WICK_UINT8, *lengths);
    int64_t index[WICK_MAX_DIM];
    for (int64_t i = 0; i < wick_tensor_count(part); i++) {
        index_of(part, i, index);
        for (int d = 0; d < starts->count; d++)
            index[d] += starts->v[d];
        must(wick_tensor_set_element(want, index,
                                     get(value, wick_tensor_count(value) == 1 ? 0 : i)));
    }
    wick_tensor_release(part);
    return want;
}

static void try_region(wick_dtype dtype, wick_sizes shape, int layout)
{
    wick_sizes starts = {.count = shape.count}, lengths = starts;
    int64_t n = shape.count > 0;
    for (int d = 0; d < shape.count; d++) {
        starts.v[d] = whole_number(0, shape.v[d]);
        lengths.v[d] = whole_number(0, shape.v[d] - starts.v[d]);
        n *= lengths.v[d];
    }
    wick_tensor *x = numbers(dtype, shape, layout), *before = copy_of(x);
    wick_tensor *value[] = {numbers(dtype, SHAPE(1, n), layout),
                            numbers(WICK_FLOAT32, SHAPE(1), 0)};
    for (int i = 0; i < 2; i++) {
        const wick_value *region = VALUES({.sizes = &starts}, {.sizes = &lengths});
        wick_tensor *want = assigned(x, value[i], &starts, &lengths);
        wick_tensor *y = run("assign", 2, IN(x, value[i]), region);
        expect(same(y, want) && same(x, before));
        expect(run_into("assign", 2, IN(x, value[i]), region, x) == WICK_OK);
        expect(same(x, want));
        must(wick_tensor_copy(x, before));
        RELEASE(want, y);
    }
    RELEASE(x, before, value[0], value[1]);
}

static void regions_are_assigned(void)
{
    for (int t = 1; t < COUNT(types); t++)
        for (int s = 0; s < COUNT(shapes) * LAYOUTS * 5; s++)
            try_region(types[t], shapes[s / LAYOUTS % COUNT(shapes)], s % LAYOUTS);
    wick_tensor *x = numbers(WICK_FLOAT32, SHAPE(3, 4), 0), *part;
    wick_tensor *want = copy_of(x);
    must(wick_tensor_on(wick_tensor_storage(x), 0, 2, SHAPE(2, 4).v, NULL, &part));
    for (int64_t i = 0; i < 8; i++)
        set(want, i + 4, get(x, i));
    const wick_value *below = VALUES(SIZES(1, 0), SIZES(2, 4));
    expect(run_into("assign", 2, IN(x, part), below, x) == WICK_OK);
    expect(same(x, want));
    expect_failure(try("assign", 2, IN(x, x), below), WICK_ESHAPE,
                   "inconsistent tensor size: a value of 3 x 4 does not fit a region of 2 x 4 in "
                   "3 x 4");
    expect_failure(try("assign", 2, IN(x, part), VALUES(SIZES(2, 0), SIZES(2, 4))), WICK_EVALUE,
                   "a region of 2 x 4 from 2 x 0 (counted from 0) lies outside 3 x 4");
    expect_failure(try("assign", 2, IN(x, part), VALUES(SIZES(2), SIZES(2))), WICK_EVALUE,
                   "outside");
    RELEASE(x, part, want);
}

/* ---- diagonals ---- */

static void try_diagonal(wick_dtype dtype, int64_t rows, int64_t columns, int layout, int64_t k)
{
    wick_tensor *x = numbers(dtype, SHAPE(rows, columns), layout), *y[3];
    static const char *const words[] = {"tril", "triu", "diag"};
    int64_t found = 0;
    for (int i = 0; i < 3; i++)
        y[i] = run(words[i], 1, IN(x), VALUES(INTEGER(k)));
    for (int64_t i = 0; i < rows * columns; i++) {
        int64_t right = i % columns - i / columns;
        expect(get(y[0], i) == (right <= k ? get(x, i) : 0));
        expect(get(y[1], i) == (right >= k ? get(x, i) : 0));
        if (right == k)
            expect(found < wick_tensor_count(y[2]) && get(y[2], found++) == get(x, i));
    }
    expect(wick_tensor_ndim(y[2]) == 1 && wick_tensor_count(y[2]) == found);
    wick_tensor *square = run("diag", 1, IN(y[2]), VALUES(INTEGER(k)));
    int64_t side = found + (k < 0 ? -k : k);
    expect(has_shape(square, SHAPE(side, side)));
    for (int64_t i = 0; i < side * side; i++) {
        int64_t along = k < 0 ? i % side : i / side;
        expect(get(square, i) == (i % side - i / side == k ? get(y[2], along) : 0));
    }
    release(3, y);
    RELEASE(x, square);
}

static void diagonals_and_triangles_are_cut_out(void)
{
    for (int t = 0; t < COUNT(types); t++)
        for (int layout = 0; layout < LAYOUTS; layout++)
            for (int64_t k = -5; k <= 5; k++) {
                try_diagonal(types[t], 4, 3, layout, k);
                try_diagonal(types[t], 3, 5, layout, k);
                try_diagonal(types[t], 0, 2, layout, k);
            }
    try_diagonal(WICK_FLOAT32, 300, 301, 0, -2);
    wick_tensor *x = numbers(WICK_FLOAT32, SHAPE(2, 2, 3), 1), *y;
    expect_failure(try("diag", 1, IN(x), VALUES({0})), WICK_ESHAPE,
                   "diag: matrix or a vector expected, got 2 x 2 x 3");
    y = run("triu", 1, IN(x), VALUES(INTEGER(1)));
    for (int64_t i = 0; i < 12; i++)
        expect(get(y, i) == (i % 3 > i / 3 % 2 ? get(x, i) : 0));
    wick_tensor *line = numbers(WICK_FLOAT32, SHAPE(3), 0);
    expect_failure(try("tril", 1, IN(line), VALUES({0})), WICK_ESHAPE, "tril: expected a matrix");
    expect(try("diag", 1, IN(line), VALUES(INTEGER(INT64_MIN))) != WICK_OK);
    RELEASE(x, y, line);
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("tensors are joined", tensors_are_joined);
    test("cat follows Torch7", cat_follows_torch7);
    test("what does not join is refused", what_does_not_join_is_refused);
    test("a destination may be among what is joined", a_destination_may_be_among_what_is_joined);
    test("tensors are tiled", tensors_are_tiled);
    test("tensors are padded and cropped", tensors_are_padded_and_cropped);
    test("tensors are turned round", tensors_are_turned_round);
    test("regions are assigned", regions_are_assigned);
    test("diagonals and triangles are cut out", diagonals_and_triangles_are_cut_out);
    expect(wick_context_memory(context).storages == 0);
    wick_context_release(context);
    return finish();
}
