/* Gradients, first and second, of indexing and joining; and what in-place forms do to the tape. */
#include "support/indexing.h"

#define HOLDS(WORD, VALUE, ...)                                                                    \
    expect_for(gradients_hold(&(trial){WORD, COUNT(IN(__VA_ARGS__)), {__VA_ARGS__}, VALUE}), "%s", \
               WORD)

static const wick_sizes shapes[] = {{1, {5}}, {2, {3, 4}}, {3, {2, 3, 2}}};

static void of_slices(void)
{
    for (int s = 0; s < COUNT(shapes) * LAYOUTS; s++)
        for (int dim = 0; dim < shapes[s / LAYOUTS].count; dim++) {
            wick_sizes shape = shapes[s / LAYOUTS];
            int64_t n = shape.v[dim];
            wick_tensor *x = numbers(WICK_FLOAT64, shape, s % LAYOUTS);
            shape.v[dim] = 4;
            wick_tensor *list = positions(SHAPE(4), n, 0);
            wick_tensor *source = numbers(WICK_FLOAT64, shape, (s + 1) % LAYOUTS);
            const wick_value *value = VALUES(INTEGER(dim), NUMBER(2));
            HOLDS("index", value, x, list);
            HOLDS("index_add", value, x, list, source);
            HOLDS("index_copy", value, x, list, source);
            HOLDS("index_fill", value, x, list);
            RELEASE(x, list, source);
        }
}

static void of_elements(void)
{
    for (int s = 0; s < COUNT(shapes) * LAYOUTS; s++)
        for (int dim = 0; dim < shapes[s / LAYOUTS].count; dim++) {
            wick_sizes shape = shapes[s / LAYOUTS];
            int64_t n = shape.v[dim];
            wick_tensor *x = numbers(WICK_FLOAT64, shape, s % LAYOUTS);
            shape.v[dim] = 4;
            wick_tensor *table = positions(shape, n, (s + 2) % LAYOUTS);
            wick_tensor *source = numbers(WICK_FLOAT64, shape, (s + 1) % LAYOUTS);
            const wick_value *value = VALUES(INTEGER(dim), NUMBER(2));
            HOLDS("gather", value, x, table);
            HOLDS("scatter_add", value, x, table, source);
            HOLDS("scatter", value, x, table, source);
            HOLDS("scatter_number", value, x, table);
            RELEASE(x, table, source);
        }
}

static void of_masks(void)
{
    for (int s = 0; s < COUNT(shapes) * LAYOUTS; s++)
        for (int density = 0; density < 3; density++) {
            wick_sizes shape = shapes[s / LAYOUTS];
            wick_tensor *x = numbers(WICK_FLOAT64, shape, s % LAYOUTS);
            wick_tensor *mask = laid_out(WICK_UINT8, shape, (s + 1) % LAYOUTS);
            wick_tensor *source = numbers(WICK_FLOAT64, SHAPE(7, 2), s % LAYOUTS);
            for (int64_t i = 0; i < wick_tensor_count(mask); i++)
                set(mask, i, whole_number(1, 2) <= density);
            HOLDS("masked_select", VALUES({0}), x, mask);
            HOLDS("masked_fill", VALUES(NUMBER(2)), x, mask);
            HOLDS("masked_copy", VALUES({0}), x, mask, source);
            RELEASE(x, mask, source);
        }
}

static void of_regions(void)
{
    wick_tensor *x = numbers(WICK_FLOAT64, SHAPE(3, 4, 2), 1),
                *one = numbers(WICK_FLOAT64, SHAPE(1), 0);
    wick_tensor *line = numbers(WICK_FLOAT64, SHAPE(8), 0),
                *box = numbers(WICK_FLOAT64, SHAPE(1, 2, 2, 2), 1);
    wick_tensor *single = numbers(WICK_FLOAT64, SHAPE(1, 1, 1, 1), 0);
    const wick_value *part = VALUES(SIZES(1, 1, 0), SIZES(2, 2, 2));
    const wick_value *element = VALUES(SIZES(1, 1, 0), SIZES(1, 1, 1));
    HOLDS("assign", part, x, one);
    HOLDS("assign", part, x, single);
    HOLDS("assign", part, x, line);
    HOLDS("assign", part, x, box);
    HOLDS("assign", element, x, one);
    HOLDS("assign", element, x, single);
    HOLDS("pad", VALUES(INTEGER(1), INTEGER(2), INTEGER(1), NUMBER(3)), x);
    HOLDS("pad", VALUES(INTEGER(1), INTEGER(-2), INTEGER(1), NUMBER(3)), x);
    HOLDS("pad", VALUES(INTEGER(2), INTEGER(-1), INTEGER(-1)), x);
    RELEASE(x, one, line, box, single);
}

static void of_joining(void)
{
    wick_tensor *a = numbers(WICK_FLOAT64, SHAPE(2, 3), 1),
                *b = numbers(WICK_FLOAT64, SHAPE(2, 2), 2);
    wick_tensor *c = numbers(WICK_FLOAT64, SHAPE(2), 0),
                *none = tensor_of(WICK_FLOAT64, (wick_sizes){0}),
                *empty = tensor_of(WICK_FLOAT64, SHAPE(2, 0));
    const wick_value *last = VALUES(INTEGER(INT64_MIN));
    HOLDS("cat", last, a, b);
    HOLDS("cat", last, a, none, c, b);
    HOLDS("cat", VALUES(INTEGER(0)), a, a);
    HOLDS("cat", VALUES(INTEGER(1)), c, c);
    HOLDS("cat", VALUES(INTEGER(2)), a, a);
    HOLDS("cat", VALUES(INTEGER(0)), empty, empty);
    HOLDS("repeat_tensor", VALUES(SIZES(3, 2)), a);
    HOLDS("repeat_tensor", VALUES(SIZES(2, 1, 3)), a);
    HOLDS("repeat_tensor", VALUES(SIZES(2, 0, 3)), a);
    HOLDS("repeat_tensor", VALUES(SIZES(1, 1)), a);
    HOLDS("flip", VALUES(INTEGER(0)), a);
    HOLDS("flip", VALUES(INTEGER(1)), a);
    RELEASE(a, b, c, none, empty);
}

static void of_diagonals(void)
{
    wick_tensor *line = numbers(WICK_FLOAT64, SHAPE(3), 0),
                *many = numbers(WICK_FLOAT64, SHAPE(2, 3, 2), 1);
    wick_tensor *matrix = numbers(WICK_FLOAT64, SHAPE(4, 3), 1);
    for (int64_t k = -4; k <= 4; k++) {
        const wick_value *value = VALUES(INTEGER(k));
        HOLDS("diag", value, line);
        HOLDS("diag", value, matrix);
        HOLDS("tril", value, matrix);
        HOLDS("triu", value, matrix);
        HOLDS("triu", value, many);
    }
    RELEASE(line, many, matrix);
}

/* ---- in place, on the tape ---- */

typedef struct in_place {
    const char *word;
    int inputs;
    const wick_value *value;
} in_place;

/* y = 2 x; y:word(...); the gradient is that of word(2 x, ...). */
static void expect_recorded(const in_place *c, wick_tensor *x, wick_tensor *fixed,
                            wick_tensor *source)
{
    wick_tensor *twice[2], *grad[2][2] = {{NULL}}, *leaf = recorded_copy(x), *w;
    wick_tensor *from = recorded_copy(source);
    for (int i = 0; i < 2; i++) {
        wick_tensor *y = apply("mul", leaf, VALUES(NUMBER(2)));
        twice[i] = y;
        if (i == 0)
            twice[0] = run(c->word, c->inputs, IN(y, fixed, from), c->value);
        else
            expect(run_into(c->word, c->inputs, IN(y, fixed, from), c->value, y) == WICK_OK);
        w = weights_of(twice[i]);
        must(wick_grad(1, &twice[i], &w, 2, IN(leaf, from), (wick_backward_options){false, false},
                       grad[i]));
        wick_tensor_release(w);
        if (i == 0)
            wick_tensor_release(y);
    }
    expect_for(same(twice[0], twice[1]), "%s", c->word);
    expect_for(same(grad[0][0], grad[1][0]), "%s", c->word);
    expect_for(!grad[0][1] == !grad[1][1] && (!grad[0][1] || same(grad[0][1], grad[1][1])), "%s",
               c->word);
    RELEASE(twice[0], twice[1], leaf, from, grad[0][0], grad[0][1], grad[1][0], grad[1][1]);
}

static void in_place_forms_are_recorded(void)
{
    wick_tensor *x = numbers(WICK_FLOAT64, SHAPE(3, 4), 0), *list = LONGS(3, 1, 3);
    wick_tensor *table = positions(SHAPE(3, 4), 3, 0), *mask = tensor_of(WICK_UINT8, SHAPE(3, 4));
    wick_tensor *source = numbers(WICK_FLOAT64, SHAPE(3, 4), 0);
    for (int64_t i = 0; i < 12; i++)
        set(mask, i, (double)(i % 2));
    const wick_value *value = VALUES(INTEGER(0), NUMBER(5));
    expect_recorded(&(in_place){"index_add", 3, value}, x, list, source);
    expect_recorded(&(in_place){"index_copy", 3, value}, x, list, source);
    expect_recorded(&(in_place){"index_fill", 2, value}, x, list, source);
    expect_recorded(&(in_place){"scatter", 3, value}, x, table, source);
    expect_recorded(&(in_place){"scatter_add", 3, value}, x, table, source);
    expect_recorded(&(in_place){"scatter_number", 2, value}, x, table, source);
    expect_recorded(&(in_place){"masked_fill", 2, VALUES(NUMBER(5))}, x, mask, source);
    expect_recorded(&(in_place){"masked_copy", 3, VALUES({0})}, x, mask, source);
    RELEASE(x, list, table, mask, source);
}

static void a_write_to_a_leaf_is_refused(void)
{
    wick_tensor *x = numbers(WICK_FLOAT64, SHAPE(3), 0), *leaf = recorded_copy(x), *list = LONGS(1);
    expect_failure(run_into("index_fill", 2, IN(leaf, list), VALUES(INTEGER(0), NUMBER(1)), leaf),
                   WICK_EGRAD, "indexFill: this tensor (3) is a leaf");
    expect(same(x, leaf));
    RELEASE(x, leaf, list);
}

static void positions_that_changed_are_noticed(void)
{
    wick_tensor *x = numbers(WICK_FLOAT64, SHAPE(3), 0), *leaf = recorded_copy(x), *list = LONGS(1);
    wick_tensor *y = run("index", 2, IN(leaf, list), VALUES(INTEGER(0))), *grad = NULL;
    set(list, 0, 2);
    expect_failure(wick_grad(1, &y, NULL, 1, &leaf, (wick_backward_options){false, false}, &grad),
                   WICK_EGRAD, "index needs a 1 value for its gradient that was changed");
    RELEASE(x, leaf, list, y);
}

/* ---- memory ---- */

/* Fails every allocation of the operation and its gradient in turn. */
static void expect_clean_failures(const char *word, int inputs, wick_tensor **in,
                                  const wick_value *value)
{
    wick_status status = WICK_ENOMEM;
    for (uint64_t n = 1; status && n < 500; n++) {
        wick_tensor *leaf = recorded_copy(in[0]), *grad = NULL, *all[MOST_INPUTS] = {leaf}, *w;
        wick_tensor *out[WICK_MAX_OUTPUTS] = {NULL};
        memcpy(all + 1, in + 1, sizeof *in * (size_t)(inputs - 1));
        wick_tensor *y = run(word, inputs, all, value);
        w = weights_of(y);
        wick_tensor_release(y);
        uint64_t storages = wick_context_memory(context).storages;
        wick_context_fail_after(context, n);
        status = apply_all(word, inputs, all, value, out);
        if (!status)
            status = wick_grad(1, out, &w, 1, &leaf, (wick_backward_options){false, false}, &grad);
        wick_context_fail_after(context, 0);
        expect_for(status == WICK_OK || status == WICK_ENOMEM, "%s, allocation %d", word, (int)n);
        RELEASE(out[0], grad);
        expect_for(wick_context_memory(context).storages == storages, "%s, allocation %d", word,
                   (int)n);
        RELEASE(leaf, w);
    }
    expect_for(status == WICK_OK, "%s", word);
}

static void running_out_of_memory_leaves_nothing(void)
{
    wick_tensor *x = numbers(WICK_FLOAT64, SHAPE(3, 4), 1), *list = LONGS(3, 1, 3);
    wick_tensor *table = positions(SHAPE(3, 4), 3, 1), *mask = tensor_of(WICK_UINT8, SHAPE(3, 4));
    wick_tensor *source = numbers(WICK_FLOAT32, SHAPE(3, 4), 0);
    wick_tensor *real = numbers(WICK_FLOAT32, SHAPE(3), 0);
    for (int64_t i = 0; i < 12; i++)
        set(mask, i, (double)(i % 2));
    for (int64_t i = 0; i < 3; i++)
        set(real, i, (double)i + 1);
    const wick_value *value = VALUES(INTEGER(0), NUMBER(5));
    expect_clean_failures("index", 2, IN(x, real), value);
    expect_clean_failures("index_add", 3, IN(x, list, source), value);
    expect_clean_failures("index_copy", 3, IN(x, list, source), value);
    expect_clean_failures("index_fill", 2, IN(x, list), value);
    expect_clean_failures("gather", 2, IN(x, table), value);
    expect_clean_failures("scatter", 3, IN(x, table, source), value);
    expect_clean_failures("masked_select", 2, IN(x, mask), value);
    expect_clean_failures("masked_fill", 2, IN(x, mask), VALUES(NUMBER(5)));
    expect_clean_failures("masked_copy", 3, IN(x, mask, source), value);
    expect_clean_failures("assign", 2, IN(x, list), VALUES(SIZES(1, 0), SIZES(1, 3)));
    expect_clean_failures("pad", 1, IN(x), VALUES(INTEGER(1), INTEGER(1), INTEGER(1)));
    expect_clean_failures("cat", 2, IN(x, x), value);
    expect_clean_failures("repeat_tensor", 1, IN(x), VALUES(SIZES(2, 3, 2)));
    expect_clean_failures("flip", 1, IN(x), value);
    expect_clean_failures("diag", 1, IN(x), VALUES(INTEGER(1)));
    expect_clean_failures("triu", 1, IN(x), VALUES(INTEGER(1)));
    RELEASE(x, list, table, mask, source, real);
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("gradients of slices by position", of_slices);
    test("gradients of elements by position", of_elements);
    test("gradients of masked elements", of_masks);
    test("gradients of regions", of_regions);
    test("gradients of joining", of_joining);
    test("gradients of diagonals and triangles", of_diagonals);
    test("in-place forms are recorded", in_place_forms_are_recorded);
    test("a write to a leaf is refused", a_write_to_a_leaf_is_refused);
    test("positions that changed are noticed", positions_that_changed_are_noticed);
    test("running out of memory leaves nothing", running_out_of_memory_leaves_nothing);
    expect(wick_context_memory(context).storages == 0 && wick_context_memory(context).nodes == 0);
    wick_context_release(context);
    return finish();
}
