/* Shapes, the walk over several tensors against plain loops, and copies against a model. */
#include "tensor/iterate.h"

#include <string.h>

#include "support/context.h"

#define SIZES(...) ((const int64_t[]){__VA_ARGS__})
#define SHAPES(...) ((const int64_t[][3]){__VA_ARGS__})

static wick_tensor *new_tensor(wick_dtype dtype, int ndim, const int64_t *size)
{
    wick_tensor *t = NULL;
    expect(wick_tensor_new(context, dtype, ndim, size, &t) == WICK_OK);
    return t;
}

static void *bytes_of(wick_tensor *t)
{
    return t->storage->data;
}

/* ---- shapes ---- */

static void shapes_read_as_text(void)
{
    char text[WICK__SHAPE_TEXT], little[6];
    const int64_t long_shape[12] = {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX,
                                    INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX,
                                    INT64_MAX, INT64_MAX, INT64_MAX, 1};
    expect(strcmp(wick__sizes_text(2, SIZES(2, 3), text, sizeof text), "2 x 3") == 0);
    expect(strcmp(wick__sizes_text(0, NULL, text, sizeof text), "no dimension") == 0);
    expect(strcmp(wick__sizes_text(3, SIZES(10, 20, 30), little, sizeof little), "10 x ") == 0);
    expect(strlen(wick__sizes_text(12, long_shape, text, sizeof text)) == sizeof text - 1);
}

static bool broadcasts(int n, const int64_t (*size)[3], const int *ndim, wick_sizes *shape)
{
    wick_tensor *t[3] = {NULL};
    for (int i = 0; i < n; i++)
        t[i] = new_tensor(WICK_FLOAT32, ndim[i], size[i]);
    wick_status status = wick__broadcast("add", n, t, shape);
    expect(!status || status == WICK_ESHAPE);
    for (int i = 0; i < n; i++)
        wick_tensor_release(t[i]);
    return !status;
}

static void broadcasting_is_numpys(void)
{
    wick_sizes shape;
    expect(broadcasts(2, SHAPES({2, 3}, {3}), (int[]){2, 1}, &shape));
    expect(shape.count == 2 && shape.v[0] == 2 && shape.v[1] == 3);
    expect(broadcasts(3, SHAPES({4, 1, 1}, {3, 1}, {5}), (int[]){3, 2, 1}, &shape));
    expect(shape.count == 3 && shape.v[0] == 4 && shape.v[1] == 3 && shape.v[2] == 5);
    expect(broadcasts(2, SHAPES({2, 0}, {1, 1}), (int[]){2, 2}, &shape));
    expect(shape.count == 2 && shape.v[0] == 2 && shape.v[1] == 0);
    expect(broadcasts(2, SHAPES({0}, {1, 1}), (int[]){0, 2}, &shape) && shape.count == 0);
    expect(!broadcasts(2, SHAPES({0}, {2, 1}), (int[]){0, 2}, &shape));
    expect(!broadcasts(2, SHAPES({0}, {3}), (int[]){1, 1}, &shape));
    expect(!broadcasts(3, SHAPES({2, 3}, {4}, {2, 1}), (int[]){2, 1, 2}, &shape));
    expect(strcmp(wick_message(), "add: shapes 2 x 3, 4 and 2 x 1 do not fit: counted from the "
                                  "last dimension, sizes 3 and 4 meet") == 0);
}

/* A row and a column a type, in the order of wick_dtype; digits count in the same order. */
static void types_promote(void)
{
    static const char *const table[WICK_DTYPES] = {"02234667", "21234667", "22234667", "33334667",
                                                   "44444667", "66666567", "66666667", "77777777"};
    for (int a = 0; a < WICK_DTYPES; a++)
        for (int b = 0; b < WICK_DTYPES; b++)
            expect_for((int)wick__promote(a, b) == table[a][b] - '0', "%s with %s gives %s",
                       wick_dtype_name(a), wick_dtype_name(b),
                       wick_dtype_name(wick__promote(a, b)));
}

/* ---- walking ---- */

/* out = 1000 a + b, and counts its calls. */
static void combine(int64_t n, void *const *p, const int64_t *s, const void *parameter)
{
    int64_t *out = p[0];
    const int32_t *a = p[1];
    const uint8_t *b = p[2];
    atomic_fetch_add(*(atomic_int *const *)parameter, 1);
    for (int64_t i = 0; i < n; i++)
        out[i * s[0]] = 1000 * (int64_t)a[i * s[1]] + b[i * s[2]];
}

static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

/* Numbered elements laid out in the order given, outermost first; the dimensions in `flat` have
 * size 1, and leading ones of those are left out. Stands two elements into its storage, `spacing`
 * apart. */
static wick_tensor *laid_out(wick_dtype dtype, const int64_t *full, const int *order, int flat,
                             int64_t spacing)
{
    int64_t size[3], stride[3], step = spacing;
    int missing = 0;
    for (int i = 2; i >= 0; i--) {
        int d = order[i];
        size[d] = flat >> d & 1 ? 1 : full[d];
        stride[d] = step;
        step *= size[d];
    }
    while (missing < 2 && size[missing] == 1 && (flat >> missing & 1))
        missing++;
    wick_storage *s;
    wick_tensor *t = NULL;
    expect(!wick_storage_new(context, dtype, step + 2, &s));
    expect(!wick_tensor_on(s, 2, 3 - missing, size + missing, stride + missing, &t));
    for (int64_t i = 0; i < step + 2; i++)
        if (dtype == WICK_INT32)
            ((int32_t *)s->data)[i] = (int32_t)i;
        else if (dtype == WICK_UINT8)
            ((uint8_t *)s->data)[i] = (uint8_t)(i + 100);
    wick_storage_release(s);
    return t;
}

static int64_t place(const wick_tensor *t, const wick_sizes *shape, const int64_t *index)
{
    int64_t at = t->offset;
    int missing = shape->count - t->ndim;
    for (int d = 0; d < t->ndim; d++)
        at += t->size[d] == 1 ? 0 : index[d + missing] * t->stride[d];
    return at;
}

static void compare_walk(const wick_sizes *shape, wick_tensor *out, wick_tensor *a, wick_tensor *b)
{
    atomic_int calls = 0, *counter = &calls;
    expect(!wick__iterate(shape, 1, 3, (wick_tensor *[]){out, a, b}, combine, &counter));
    for (int64_t n = 0; n < shape->v[0] * shape->v[1] * shape->v[2]; n++) {
        const int64_t index[] = {n / shape->v[2] / shape->v[1], n / shape->v[2] % shape->v[1],
                                 n % shape->v[2]};
        int64_t expected = 1000 * (int64_t)((int32_t *)bytes_of(a))[place(a, shape, index)] +
                           ((uint8_t *)bytes_of(b))[place(b, shape, index)];
        int64_t found = ((int64_t *)bytes_of(out))[place(out, shape, index)];
        expect_for(found == expected, "element %d", (int)n);
    }
}

/* Case n of 2304: the order and the broadcast dimensions of every operand. */
static void compare_case(const wick_sizes *shape, int n)
{
    wick_tensor *out = laid_out(WICK_INT64, shape->v, orders[n % 6], 0, 1 + n % 2);
    wick_tensor *a = laid_out(WICK_INT32, shape->v, orders[n / 6 % 6], n / 36 & 7, 1);
    wick_tensor *b = laid_out(WICK_UINT8, shape->v, orders[n % 5], n / 288 & 7, 1 + n % 3);
    compare_walk(shape, out, a, b);
    wick_tensor_release(out);
    wick_tensor_release(a);
    wick_tensor_release(b);
}

static void walks_are_as_plain_loops(void)
{
    static const wick_sizes shapes[] = {
        {3, {2, 3, 4}}, {3, {1, 3, 2}}, {3, {3, 1, 1}}, {3, {2, 1, 2}}};
    for (int n = 0; n < 4 * 2304; n++)
        compare_case(&shapes[n % 4], n / 4);
}

/* Large enough for blocks: squares, and long ones instead of short lines. */
static void larger_walks_are_too(void)
{
    static const wick_sizes shapes[] = {
        {3, {70, 3, 90}}, {3, {3, 1100, 5}}, {3, {65, 129, 1}}, {3, {2, 20, 40}}};
    for (int n = 0; n < 2304; n += 11)
        compare_case(&shapes[n % 4], n);
}

static void dimensions_in_one_order_are_one_line(void)
{
    const wick_sizes shape = {3, {2, 3, 4}};
    for (int i = 0; i < 6; i++) {
        atomic_int calls = 0, *counter = &calls;
        wick_tensor *out = laid_out(WICK_INT64, shape.v, orders[i], 0, 1);
        wick_tensor *a = laid_out(WICK_INT32, shape.v, orders[i], 0, 1);
        wick_tensor *b = laid_out(WICK_UINT8, shape.v, orders[i], 7, 1);
        expect(!wick__iterate(&shape, 1, 3, (wick_tensor *[]){out, a, b}, combine, &counter));
        expect_for(calls == 1, "%d calls", calls);
        wick_tensor_release(out);
        wick_tensor_release(a);
        wick_tensor_release(b);
    }
}

static void increment(int64_t n, void *const *p, const int64_t *s, const void *parameter)
{
    int16_t *to = p[0];
    const int16_t *from = p[1];
    (void)parameter;
    for (int64_t i = 0; i < n; i++)
        to[i * s[0]] = (int16_t)(from[i * s[1]] + 1);
}

static void large_walks_meet_every_element_once(void)
{
    static const int64_t sizes[][3] = {{70001, 1, 1}, {3, 50001, 1}, {41, 37, 53}, {32768, 2, 2}};
    for (int n = 0; n < 4 * 6 * 2; n++) {
        wick_sizes shape = {.count = 3};
        memcpy(shape.v, sizes[n % 4], sizeof sizes[0]);
        wick_context_set_threads(context, n / 24 ? wick_cores() : 1);
        wick_tensor *t = laid_out(WICK_INT16, shape.v, orders[n / 4 % 6], 0, 2);
        memset(bytes_of(t), 0, t->storage->capacity);
        expect(!wick__iterate(&shape, 1, 2, (wick_tensor *[]){t, t}, increment, NULL));
        int64_t wrong = 0;
        for (int64_t i = 0; i < t->storage->size; i++)
            wrong += ((int16_t *)bytes_of(t))[i] != (i >= 2 && i % 2 == 0);
        expect_for(wrong == 0, "case %d, %lld elements", n, (long long)wrong);
        wick_tensor_release(t);
    }
}

static void operands_that_do_not_fit_are_refused(void)
{
    const wick_sizes shape = {2, {2, 3}}, nothing = {2, {0, 3}};
    wick_tensor *right = new_tensor(WICK_INT16, 2, SIZES(2, 3)),
                *row = new_tensor(WICK_INT16, 1, SIZES(3));
    wick_tensor *wrong = new_tensor(WICK_INT16, 1, SIZES(2)),
                *none = new_tensor(WICK_INT16, 2, SIZES(0, 3));
    expect(!wick__iterate(&shape, 1, 2, (wick_tensor *[]){right, row}, increment, NULL));
    expect(!wick__iterate(&nothing, 1, 2, (wick_tensor *[]){none, row}, increment, NULL));
    expect(wick__iterate(&shape, 1, 2, (wick_tensor *[]){row, right}, increment, NULL) ==
           WICK_ESHAPE);
    expect(wick__iterate(&shape, 1, 2, (wick_tensor *[]){right, wrong}, increment, NULL) ==
           WICK_ESHAPE);
    expect(wick__iterate(&shape, 1, 2, (wick_tensor *[]){right, none}, increment, NULL) ==
           WICK_ESHAPE);
    expect(wick__iterate(&shape, 1, 0, NULL, increment, NULL) == WICK_EVALUE);
    wick_tensor_release(right);
    wick_tensor_release(row);
    wick_tensor_release(wrong);
    wick_tensor_release(none);
}

/* ---- copies ---- */

enum { ELEMENTS = 8, VIEWS = 162 };

/* All views of two dimensions with sizes 1 to 3, strides 0 to 2, offset 0 or 1. */
static wick_tensor *view_number(wick_tensor *all, int n)
{
    wick_tensor *t = NULL;
    const int64_t size[] = {n % 3 + 1, n / 3 % 3 + 1}, stride[] = {n / 9 % 3, n / 27 % 3};
    wick_status status = wick__view(all, n / 81, 2, size, stride, &t);
    expect(!status || status == WICK_ESHAPE);
    return t;
}

static int64_t element_at(const wick_tensor *t, int64_t n)
{
    return t->offset + n / t->size[1] * t->stride[0] + n % t->size[1] * t->stride[1];
}

static void compare_copy(wick_tensor *all, wick_tensor *to, wick_tensor *from)
{
    int16_t *memory = bytes_of(all), model[ELEMENTS + 1];
    bool twice = false;
    for (int16_t i = 0; i < ELEMENTS + 1; i++)
        memory[i] = model[i] = i;
    for (int64_t n = 0; n < wick__count(to); n++) {
        int16_t *at = &model[element_at(to, n)];
        for (int64_t before = 0; before < n; before++)
            twice |= element_at(to, before) == element_at(to, n);
        *at = memory[element_at(from, n)];
    }
    wick_status status = wick_tensor_copy(to, from);
    expect(status == (twice ? WICK_EVALUE : WICK_OK));
    if (!twice)
        expect(memcmp(memory, model, sizeof model) == 0);
}

static void overlapping_copies_are_as_through_a_third(void)
{
    wick_tensor *all = new_tensor(WICK_INT16, 1, SIZES(ELEMENTS + 1)), *view[VIEWS];
    for (int i = 0; i < VIEWS; i++)
        view[i] = view_number(all, i);
    for (int i = 0; i < VIEWS; i++)
        for (int j = 0; j < VIEWS; j++)
            if (view[i] && view[j] && wick__count(view[i]) == wick__count(view[j]))
                compare_copy(all, view[i], view[j]);
    for (int i = 0; i < VIEWS; i++)
        wick_tensor_release(view[i]);
    wick_tensor_release(all);
}

static void copies_need_equal_counts_only(void)
{
    const int32_t numbers[] = {1, 2, 3, 4, 5, 6};
    const double expected[] = {1, 4, 2, 5, 3, 6};
    wick_tensor *t, *turned, *room = new_tensor(WICK_FLOAT64, 2, SIZES(2, 6)), *spread, *wrong;
    expect(!wick_tensor_from(context, WICK_INT32, 2, SIZES(2, 3), numbers, &t));
    expect(!wick__view(t, 0, 2, SIZES(3, 2), SIZES(1, 3), &turned));
    expect(!wick__view(room, 1, 2, SIZES(2, 3), SIZES(6, 2), &spread));
    expect(!wick_tensor_copy(spread, turned));
    for (int i = 0; i < 6; i++)
        expect(((double *)bytes_of(room))[1 + i / 3 * 6 + i % 3 * 2] == expected[i]);
    wrong = new_tensor(WICK_FLOAT64, 1, SIZES(5));
    expect(wick_tensor_copy(wrong, t) == WICK_ESHAPE);
    expect(strcmp(wick_message(), "copy: 2 x 3 has 6 elements, 5 has 5") == 0);
    wick_tensor *made[] = {t, turned, room, spread, wrong};
    for (int i = 0; i < 5; i++)
        wick_tensor_release(made[i]);
}

static void contiguous_copies_only_when_it_must(void)
{
    wick_tensor *t = new_tensor(WICK_FLOAT32, 2, SIZES(2, 3)), *turned, *same, *dense, *converted;
    memset(bytes_of(t), 0, 24);
    expect(!wick__view(t, 0, 2, SIZES(3, 2), SIZES(1, 3), &turned));
    expect(!wick__contiguous(t, &same) && same == t);
    expect(!wick__contiguous(turned, &dense) && dense->storage != t->storage);
    expect(wick_tensor_is_contiguous(dense) && wick__same_shape(dense, turned));
    expect(!wick__convert(t, WICK_INT8, &converted) && converted->dtype == WICK_INT8);
    wick_tensor *made[] = {t, turned, same, dense, converted};
    for (int i = 0; i < 5; i++)
        wick_tensor_release(made[i]);
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("shapes read as text", shapes_read_as_text);
    test("broadcasting is numpys", broadcasting_is_numpys);
    test("types promote", types_promote);
    test("walks are as plain loops", walks_are_as_plain_loops);
    test("larger walks are too", larger_walks_are_too);
    test("dimensions in one order are one line", dimensions_in_one_order_are_one_line);
    test("large walks meet every element once", large_walks_meet_every_element_once);
    test("operands that do not fit are refused", operands_that_do_not_fit_are_refused);
    test("overlapping copies are as through a third", overlapping_copies_are_as_through_a_third);
    test("copies need equal counts only", copies_need_equal_counts_only);
    test("contiguous copies only when it must", contiguous_copies_only_when_it_must);
    test("nothing is left", nothing_is_left);
    wick_context_release(context);
    return finish();
}
