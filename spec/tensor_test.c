/* Tensors and storages: views, sizes, the gate, versions, resizing, counting, failing. */
#include "tensor/tensor.h"

#include <string.h>

#include "support/context.h"

static wick_tensor *new_tensor(wick_dtype dtype, int ndim, const int64_t *size)
{
    wick_tensor *t = NULL;
    expect(wick_tensor_new(context, dtype, ndim, size, &t) == WICK_OK);
    return t;
}

static wick_storage *new_storage(wick_dtype dtype, int64_t size)
{
    wick_storage *s = NULL;
    expect(wick_storage_new(context, dtype, size, &s) == WICK_OK);
    return s;
}

static wick_tensor *look(wick_storage *s, int64_t offset, int ndim, const int64_t *size,
                         const int64_t *stride)
{
    wick_tensor *t = NULL;
    expect(wick_tensor_on(s, offset, ndim, size, stride, &t) == WICK_OK);
    return t;
}

static wick_status write_to(wick_tensor *t)
{
    void *data;
    return wick__writable(t, &data);
}

#define SIZES(...) ((const int64_t[]){__VA_ARGS__})

/* ---- geometry ---- */

/* Visits every index of up to 3 dimensions; false when one leaves [0, elements). Counts visits. */
static bool visit(const int64_t *size, const int64_t *stride, int64_t offset, int64_t elements,
                  int *visits)
{
    bool inside = true;
    for (int64_t i = 0; i < size[0]; i++)
        for (int64_t j = 0; j < size[1]; j++)
            for (int64_t k = 0; k < size[2]; k++) {
                int64_t at = offset + i * stride[0] + j * stride[1] + k * stride[2];
                if (at >= 0 && at < elements)
                    visits[at]++;
                else
                    inside = false;
            }
    return inside;
}

/* All views of three dimensions with small sizes and strides: refused exactly when they leave the
 * storage, writable exactly when they meet no element twice. */
static void small_views_are_judged_right(void)
{
    enum { ELEMENTS = 9, SIZE = 4, STRIDE = 5 };
    wick_storage *s = new_storage(WICK_INT16, ELEMENTS);
    int judged = SIZE * SIZE * SIZE * STRIDE * STRIDE * STRIDE * 3;
    for (int n = 0; n < judged; n++) {
        int64_t size[3], stride[3], offset = n % 3 * 3, rest = n / 3, most = 0;
        for (int i = 0; i < 3; i++, rest /= SIZE * STRIDE) {
            size[i] = rest % SIZE;
            stride[i] = rest / SIZE % STRIDE;
        }
        int visits[ELEMENTS] = {0};
        bool inside = visit(size, stride, offset, ELEMENTS, visits);
        for (int i = 0; i < ELEMENTS; i++)
            most = visits[i] > most ? visits[i] : most;
        wick_tensor *t;
        bool made = wick_tensor_on(s, offset, 3, size, stride, &t) == WICK_OK;
        expect_for(made == inside, "view %d", n);
        if (made && inside)
            expect_for((write_to(t) == WICK_OK) == (most <= 1), "view %d", n);
        wick_tensor_release(t);
    }
    wick_storage_release(s);
}

static void views_out_of_range_are_refused(void)
{
    const int64_t huge = INT64_MAX;
    const struct {
        int64_t offset;
        int64_t size[2], stride[2];
    } tried[] = {
        {huge, {1, 1}, {1, 1}},
        {huge, {0, 1}, {1, 1}},
        {-1, {1, 1}, {1, 1}},
        {INT64_MIN, {1, 1}, {1, 1}},
        {0, {2, 2}, {huge, 1}},
        {0, {2, 2}, {huge, huge}},
        {1, {2, 1}, {huge, 1}},
        {0, {huge, 2}, {huge, 1}},
        {0, {huge, 1}, {0, 1}},
        {0, {2, 2}, {-1, 1}},
        {5, {2, 2}, {-1, -1}},
        {0, {2, 1}, {INT64_MIN, 1}},
        {0, {-1, -1}, {1, 1}},
        {0, {huge, huge}, {0, 0}},
        {0, {1LL << 32, 1LL << 32}, {0, 0}},
        {7, {1, 1}, {1, 1}},
        {7, {0, 1}, {1, 1}},
        {0, {7, 1}, {1, 1}},
        {1, {3, 2}, {2, 1}},
        {0, {3, 2}, {2, huge - 4}},
    };
    const size_t last = sizeof tried / sizeof *tried - 1;
    wick_storage *s = new_storage(WICK_FLOAT32, 6);
    wick_tensor *base = look(s, 0, 1, SIZES(6), NULL), *t;
    for (size_t i = 0; i <= last; i++) {
        wick_status on = wick_tensor_on(s, tried[i].offset, 2, tried[i].size, tried[i].stride, &t);
        /* size huge, stride 0 stays inside: an expanded tensor, which is fine */
        bool expanded = tried[i].stride[0] == 0 && tried[i].size[1] == 1;
        expect_for((on == WICK_OK) == expanded && !t == !expanded, "case %zu", i);
        wick_tensor_release(t);
        wick_status view = wick__view(base, tried[i].offset, 2, tried[i].size, tried[i].stride, &t);
        expect_for(view == on && !t == !expanded, "case %zu", i);
        wick_tensor_release(t);
    }
    wick_tensor_release(base);
    wick_storage_release(s);
}

static void sizes_that_overflow_are_refused(void)
{
    wick_tensor *t;
    wick_storage *s;
    const int64_t many[13] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const int64_t half = 1LL << 31, large = 1LL << 62;
    expect(wick_tensor_new(context, WICK_UINT8, 3, SIZES(half, half, 4), &t) == WICK_ESHAPE && !t);
    expect(wick_tensor_new(context, WICK_UINT8, 2, SIZES(large, 4), &t) == WICK_ESHAPE && !t);
    expect(wick_tensor_new(context, WICK_FLOAT64, 1, SIZES(large), &t) == WICK_ENOMEM && !t);
    expect(wick_tensor_new(context, WICK_UINT8, 1, SIZES(-1), &t) == WICK_ESHAPE && !t);
    expect(wick_tensor_new(context, WICK_UINT8, 13, many, &t) == WICK_ESHAPE && !t);
    expect(wick_tensor_new(context, WICK_UINT8, -1, many, &t) == WICK_ESHAPE && !t);
    expect(wick_tensor_new(context, (wick_dtype)8, 1, many, &t) == WICK_EDTYPE && !t);
    expect(wick_storage_new(context, WICK_INT64, INT64_MAX, &s) == WICK_ENOMEM && !s);
    expect(wick_storage_new(context, WICK_INT64, -1, &s) == WICK_EVALUE && !s);
    wick_context_set_limit(context, 1 << 20);
    expect(wick_tensor_new(context, WICK_FLOAT32, 1, SIZES(1000000), &t) == WICK_ENOMEM && !t);
    wick_context_set_limit(context, 0);
    expect(wick_tensor_new(context, WICK_UINT8, 12, many, &t) == WICK_OK);
    wick_tensor_release(t);
}

static void tensors_without_elements_work(void)
{
    wick_tensor *none = new_tensor(WICK_FLOAT32, 0, NULL), *empty, *t;
    void *data;
    double value;
    empty = new_tensor(WICK_FLOAT32, 3, SIZES(2, 0, 3));
    expect(wick__count(none) == 0 && wick__count(empty) == 0);
    expect(wick_tensor_is_contiguous(none) && wick_tensor_is_contiguous(empty));
    expect(wick__dense(none, &data) == WICK_OK && data);
    expect(wick__writable(empty, &data) == WICK_OK && data);
    expect(wick_tensor_copy(none, empty) == WICK_OK);
    expect(wick__clone(empty, &t) == WICK_OK && wick__same_shape(t, empty));
    wick_tensor_release(t);
    expect(wick__view(empty, 0, 2, SIZES(0, 5), SIZES(5, 1), &t) == WICK_OK);
    wick_tensor_release(t);
    expect(wick__view(none, 0, 1, SIZES(1), SIZES(1), &t) == WICK_ESHAPE && !t);
    expect(wick_tensor_item(none, &value) == WICK_ESHAPE);
    expect(wick_tensor_item(empty, &value) == WICK_ESHAPE);
    expect(!wick__overlap(none, empty) && wick__version(none) == 0);
    wick_tensor_release(empty);
    wick_tensor_release(none);
}

/* ---- the gate ---- */

/* Strides that do not nest: 7 * 1000 = 1000 * 7 is the first that both reach. */
static void large_odd_views_are_judged_right(void)
{
    wick_storage *s = new_storage(WICK_UINT8, 1 << 20);
    wick_tensor *apart = look(s, 0, 2, SIZES(1000, 8), SIZES(7, 1000));
    wick_tensor *meeting = look(s, 0, 2, SIZES(1001, 8), SIZES(7, 1000));
    wick_tensor *windows = look(s, 0, 2, SIZES(1000, 3), SIZES(1, 1));
    wick_tensor *many = look(s, 0, 8, SIZES(9, 9, 9, 9, 9, 9, 9, 9),
                             SIZES(1009, 1013, 1019, 1021, 1031, 1033, 1039, 1049));
    expect(write_to(apart) == WICK_OK);
    expect(write_to(meeting) == WICK_EVALUE && write_to(windows) == WICK_EVALUE);
    expect(write_to(many) == WICK_EVALUE);
    wick_tensor_release(apart);
    wick_tensor_release(meeting);
    wick_tensor_release(windows);
    wick_tensor_release(many);
    wick_storage_release(s);
}

static void shrunk_storages_are_noticed(void)
{
    wick_tensor *t = new_tensor(WICK_FLOAT64, 2, SIZES(2, 3)), *front;
    void *data;
    double value;
    expect(wick__view(t, 1, 1, SIZES(2), SIZES(1), &front) == WICK_OK);
    uint64_t before = wick__version(front);
    expect(wick_storage_resize(t->storage, 3) == WICK_OK);
    expect_for(wick__version(front) > before, "what was cut off may come back different");
    expect(wick__dense(t, &data) == WICK_EVALUE && write_to(t) == WICK_EVALUE);
    expect(wick_tensor_get(t, SIZES(1, 0), &value) == WICK_EVALUE);
    expect(wick_tensor_get(t, SIZES(0, 2), &value) == WICK_OK && write_to(front) == WICK_OK);
    expect(wick_storage_resize(t->storage, 6) == WICK_OK && write_to(t) == WICK_OK);
    wick_tensor_release(front);
    wick_tensor_release(t);
}

static void single_elements_are_checked(void)
{
    wick_tensor *t = new_tensor(WICK_INT8, 2, SIZES(2, 2)), *expanded, *one;
    double value;
    for (int64_t i = 0; i < 4; i++)
        expect(wick_tensor_set_element(t, SIZES(i / 2, i % 2), (double)i + 0.5) == WICK_OK);
    expect(wick_tensor_get(t, SIZES(1, 1), &value) == WICK_OK && value == 3);
    expect(wick_tensor_set_element(t, SIZES(0, 0), 1000) == WICK_OK);
    expect(wick_tensor_get(t, SIZES(0, 0), &value) == WICK_OK && value == 127);
    expect(wick_tensor_get(t, SIZES(2, 0), &value) == WICK_EVALUE);
    expect(wick_tensor_get(t, SIZES(0, -1), &value) == WICK_EVALUE);
    expect(wick_tensor_set_element(t, SIZES(0, INT64_MAX), 0) == WICK_EVALUE);
    expect(wick_tensor_item(t, &value) == WICK_ESHAPE);
    expect(wick__view(t, 3, 2, SIZES(1, 1), SIZES(9, 9), &one) == WICK_OK);
    expect(wick_tensor_item(one, &value) == WICK_OK && value == 3);
    expect(wick__view(t, 3, 1, SIZES(5), SIZES(0), &expanded) == WICK_OK);
    expect_for(wick_tensor_set_element(expanded, SIZES(4), 7) == WICK_OK,
               "one element is one element");
    expect(wick_tensor_item(one, &value) == WICK_OK && value == 7);
    expect(write_to(expanded) == WICK_EVALUE);
    wick_tensor_release(one);
    wick_tensor_release(expanded);
    wick_tensor_release(t);
}

/* ---- versions ---- */

static void every_write_is_counted(void)
{
    wick_tensor *t = new_tensor(WICK_FLOAT32, 1, SIZES(4)), *alias, *other = NULL;
    void *data;
    double value;
    expect(wick__alias(t, &alias) == WICK_OK && wick__clone(t, &other) == WICK_OK);
    uint64_t v = wick__version(t);
    expect(wick_tensor_copy(t, other) == WICK_OK && wick__version(alias) == ++v);
    expect(wick_tensor_set_element(alias, SIZES(1), 2) == WICK_OK && wick__version(t) == ++v);
    expect(wick_tensor_touch(t) == WICK_OK && wick__version(t) == ++v);
    context->writing = "here";
    expect(write_to(t) == WICK_OK && wick__version(t) == ++v);
    context->writing = NULL;
    expect(t->storage->cell->writer && strcmp(t->storage->cell->writer, "here") == 0);
    expect(wick_tensor_data(t, &data) == WICK_OK && wick_tensor_copy(other, t) == WICK_OK);
    expect(wick_tensor_get(t, SIZES(0), &value) == WICK_OK && wick__version(t) == v);
    expect(other->storage->cell->number != t->storage->cell->number);
    wick_tensor_release(alias);
    wick_tensor_release(other);
    wick_tensor_release(t);
}

static void divided_storages_count_by_range(void)
{
    wick_storage *s = new_storage(WICK_INT32, 10);
    wick_tensor *all = look(s, 0, 1, SIZES(10), NULL), *a = look(s, 0, 1, SIZES(3), NULL);
    wick_tensor *b = look(s, 3, 1, SIZES(2), NULL), *c = look(s, 7, 1, SIZES(3), NULL);
    wick_tensor *astride = look(s, 2, 1, SIZES(2), SIZES(1)), *gap = look(s, 5, 1, SIZES(2), NULL);
    wick_tensor *none = look(s, 3, 1, SIZES(0), NULL);
    expect(write_to(a) == WICK_OK && wick__version(c) == 1);
    expect(wick_storage_divide(s, 3, SIZES(0, 12, 28), SIZES(12, 20, 40)) == WICK_OK);
    expect(s->cells == 3 && s->cell[0].number != s->cell[1].number);
    uint64_t va = wick__version(a), vb = wick__version(b), vc = wick__version(c);
    expect(va >= 1 && vb >= 1 && vc >= 1 && wick__version(all) == va + vb + vc);
    expect(write_to(b) == WICK_OK && write_to(none) == WICK_OK);
    expect(wick__version(a) == va && wick__version(b) == vb + 1 && wick__version(c) == vc);
    expect(write_to(astride) == WICK_OK && wick__version(astride) == va + vb + 3);
    expect(wick__version(a) == va + 1 && wick__version(b) == vb + 2 && wick__version(c) == vc);
    uint64_t before = wick__version(all);
    expect(write_to(gap) == WICK_OK && wick__version(all) > before && wick__version(c) == vc);
    before = wick__version(all);
    expect(wick_storage_divide(s, 2, SIZES(0, 20), SIZES(20, 40)) == WICK_OK);
    expect(wick__version(all) >= before && wick__version(b) >= vb + 2);
    expect(wick_storage_divide(s, 2, SIZES(0, 4), SIZES(8, 40)) == WICK_EVALUE);
    expect(wick_storage_divide(s, 2, SIZES(0, 20), SIZES(20, 41)) == WICK_EVALUE);
    wick_tensor *made[] = {all, a, b, c, astride, gap, none};
    for (int i = 0; i < 7; i++)
        wick_tensor_release(made[i]);
    wick_storage_release(s);
}

static void overlap_is_by_address(void)
{
    int64_t memory[8];
    wick_storage *s, *same;
    expect(!wick_storage_borrow(context, WICK_INT64, 8, memory, false, NULL, NULL, &s));
    expect(!wick_storage_borrow(context, WICK_INT64, 8, memory, false, NULL, NULL, &same));
    wick_tensor *a = look(s, 0, 1, SIZES(4), NULL), *b = look(same, 3, 1, SIZES(2), NULL);
    wick_tensor *c = look(same, 4, 1, SIZES(4), NULL), *again = look(s, 0, 1, SIZES(4), NULL);
    expect(wick__overlap(a, b) && wick__overlap(b, c) && !wick__overlap(a, c));
    expect(wick__same_elements(a, again) && !wick__same_elements(a, b));
    wick_tensor_release(a);
    wick_tensor_release(b);
    wick_tensor_release(c);
    wick_tensor_release(again);
    wick_storage_release(s);
    wick_storage_release(same);
}

/* ---- set and resize ---- */

static void resize_follows_torch7(void)
{
    const float numbers[] = {1, 2, 3, 4, 5, 6};
    wick_tensor *t, *turned, *tail;
    double value;
    expect(!wick_tensor_from(context, WICK_FLOAT32, 2, SIZES(2, 3), numbers, &t));
    expect(!wick__view(t, 0, 2, SIZES(3, 2), SIZES(1, 3), &turned));
    expect(!wick__view(t, 4, 1, SIZES(2), SIZES(1), &tail));
    expect_for(!wick_tensor_resize(turned, 2, SIZES(3, 2)) && turned->stride[1] == 3, "no change");
    expect(!wick_tensor_resize(turned, 2, SIZES(2, 3)) && turned->stride[0] == 3);
    expect_for(!wick_tensor_get(turned, SIZES(0, 1), &value) && value == 2, "flat order");
    expect(!wick_tensor_resize(t, 1, SIZES(2)) && wick_storage_size(t->storage) == 6);
    expect(!wick_tensor_resize(tail, 2, SIZES(3, 2)) && wick_storage_size(t->storage) == 10);
    expect_for(!wick_tensor_get(tail, SIZES(0, 1), &value) && value == 6, "kept");
    expect_for(!wick_tensor_get(t, SIZES(1), &value) && value == 2, "kept for the others too");
    expect(wick_tensor_resize(tail, 1, SIZES(-1)) == WICK_ESHAPE);
    expect(wick_tensor_resize(tail, 1, SIZES(INT64_MAX - 2)) == WICK_ESHAPE);
    expect(wick_tensor_resize(tail, 1, SIZES(INT64_MAX / 8)) == WICK_ENOMEM);
    expect_for(tail->ndim == 2 && wick_storage_size(t->storage) == 10, "unchanged by failures");
    expect(!wick_tensor_resize(tail, 0, NULL) && wick__count(tail) == 0);
    expect(!wick_tensor_resize(tail, 1, SIZES(1)) && tail->offset == 4);
    wick_tensor_release(t);
    wick_tensor_release(turned);
    wick_tensor_release(tail);
}

static void set_looks_elsewhere(void)
{
    wick_tensor *t = new_tensor(WICK_INT32, 0, NULL), *at = new_tensor(WICK_INT32, 1, SIZES(3));
    wick_tensor *other = new_tensor(WICK_INT16, 1, SIZES(3)), *empty;
    expect(wick_tensor_set(t, other) == WICK_EDTYPE && wick_tensor_ndim(t) == 0);
    expect(wick_tensor_set(t, at) == WICK_OK && wick__same_elements(t, at));
    expect(wick_tensor_set(t, t) == WICK_OK && wick__same_elements(t, at));
    empty = new_tensor(WICK_INT32, 0, NULL);
    expect(wick_tensor_set(at, empty) == WICK_OK && !wick_tensor_storage(at));
    wick_tensor_release(empty);
    expect(wick_tensor_resize(at, 1, SIZES(2)) == WICK_OK && write_to(at) == WICK_OK);
    expect(wick__output(context, WICK_INT32, 1, SIZES(5), &at) == WICK_OK && wick__count(at) == 5);
    expect(wick__output(context, WICK_INT16, 1, SIZES(5), &at) == WICK_EDTYPE);
    wick_tensor_release(other);
    wick_tensor_release(at);
    wick_tensor_release(t);
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("small views are judged right", small_views_are_judged_right);
    test("views out of range are refused", views_out_of_range_are_refused);
    test("sizes that overflow are refused", sizes_that_overflow_are_refused);
    test("tensors without elements work", tensors_without_elements_work);
    test("large odd views are judged right", large_odd_views_are_judged_right);
    test("shrunk storages are noticed", shrunk_storages_are_noticed);
    test("single elements are checked", single_elements_are_checked);
    test("every write is counted", every_write_is_counted);
    test("divided storages count by range", divided_storages_count_by_range);
    test("overlap is by address", overlap_is_by_address);
    test("resize follows torch7", resize_follows_torch7);
    test("set looks elsewhere", set_looks_elsewhere);
    test("nothing is left", nothing_is_left);
    wick_context_release(context);
    return finish();
}
