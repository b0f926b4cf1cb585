/* Products: values against plain loops over all layouts, factors, destinations, and
 * independence of threads. */
#include "support/products.h"

static const extents sizes[] = {{3, 4, 5, 6},   {1, 1, 7, 1}, {2, 3, 1, 5}, {4, 1, 4, 9},
                                {2, 17, 33, 1}, {0, 2, 3, 2}, {2, 3, 0, 4}, {2, 0, 3, 4}};

static double entry(const kind *k, extents e, wick_tensor *a, wick_tensor *b, int64_t at)
{
    int64_t batch = k->sums ? 0 : at / (e.m * e.n), i = at / e.n % e.m, j = at % e.n;
    int64_t last = k->sums ? e.batch : batch + 1;
    double sum = 0;
    for (; batch < last; batch++)
        for (int64_t l = 0; l < e.k; l++)
            sum += get(a, (batch * e.m + i) * e.k + l) * get(b, (batch * e.k + l) * e.n + j);
    return sum;
}

static bool is_product(const kind *k, extents e, wick_tensor *y, double alpha, wick_tensor *a,
                       wick_tensor *b, double beta, wick_tensor *c)
{
    double terms = (double)(e.k * (k->sums ? e.batch : 1) + 1);
    double tolerance = (wick_tensor_dtype(a) == WICK_FLOAT32 ? 4e-7 : 1e-15) * sqrt(terms);
    wick_sizes shape = shape_c(k, e);
    bool good = wick_tensor_ndim(y) == shape.count;
    for (int d = 0; good && d < shape.count; d++)
        good = wick_tensor_size(y, d) == shape.v[d];
    for (int64_t i = 0; good && i < wick_tensor_count(y); i++) {
        double expected = alpha * entry(k, e, a, b, i) + (beta != 0 ? beta * get(c, i) : 0);
        good = near(get(y, i), expected, tolerance);
    }
    return good;
}

/* ---- values ---- */

static bool product_is_right(const kind *k, wick_dtype dtype, extents e, int of_a, int of_b)
{
    wick_tensor *y;
    call c = {k->word,
              2,
              {laid_out(dtype, shape_a(k, e), of_a), laid_out(dtype, shape_b(k, e), of_b)},
              VALUES({0}),
              1};
    must(try_call(&c, &y));
    bool good = is_product(k, e, y, 1, c.in[0], c.in[1], 0, NULL);
    release_inputs(&c);
    wick_tensor_release(y);
    return good;
}

static void products_are_those_of_plain_loops(void)
{
    for (int k = 0; k < COUNT(kinds); k++)
        for (int s = 0; s < COUNT(sizes); s++)
            for (int l = 0; l < LAYOUTS * LAYOUTS * 2; l++) {
                extents e = reduced(&kinds[k], sizes[s]);
                wick_dtype dtype = l % 2 ? WICK_FLOAT32 : WICK_FLOAT64;
                int of_a = l / 2 % LAYOUTS, of_b = l / 2 / LAYOUTS;
                if (kinds[k].word)
                    expect_for(product_is_right(&kinds[k], dtype, e, of_a, of_b),
                               "%s, sizes %d, layouts %d and %d", kinds[k].word, s, of_a, of_b);
            }
}

static bool sum_is_right(const kind *k, bool beta_first, wick_dtype dtype, extents e, int layout,
                         double beta)
{
    const double alpha = -0.75;
    wick_value first = NUMBER(alpha), second = NUMBER(beta);
    wick_tensor *y, *c = laid_out(dtype, shape_c(k, e), layout);
    call add = {beta_first ? k->beta : k->add,
                3,
                {c, laid_out(dtype, shape_a(k, e), 4 - layout), laid_out(dtype, shape_b(k, e), 1)},
                beta_first ? VALUES(second, first) : VALUES(first, second),
                1};
    if (beta == 0 && layout != 4)
        for (int64_t i = 0; i < wick_tensor_count(c); i++)
            set(c, i, NAN);
    must(try_call(&add, &y));
    bool good = is_product(k, e, y, alpha, add.in[1], add.in[2], beta, c);
    release_inputs(&add);
    wick_tensor_release(y);
    return good;
}

static void factors_count_and_beta_0_forgets(void)
{
    static const double betas[] = {0, 1, 2.5};
    for (int k = 0; k < COUNT(kinds); k++)
        for (int s = 0; s < COUNT(sizes); s++)
            for (int l = 0; l < LAYOUTS * 3 * 4; l++) {
                extents e = reduced(&kinds[k], sizes[s]);
                wick_dtype dtype = l % 2 ? WICK_FLOAT32 : WICK_FLOAT64;
                expect_for(sum_is_right(&kinds[k], l / 2 % 2, dtype, e, l / 4 % LAYOUTS,
                                        betas[l / 4 / LAYOUTS]),
                           "%s, sizes %d, layout %d", kinds[k].add, s, l / 4 % LAYOUTS);
            }
}

static void large_products_do_not_depend_on_threads(void)
{
    static const extents e = {3, 150, 170, 130};
    for (int k = 0; k < COUNT(kinds); k++) {
        extents r = reduced(&kinds[k], e);
        call c = {kinds[k].add,
                  3,
                  {laid_out(WICK_FLOAT32, shape_c(&kinds[k], r), 3),
                   laid_out(WICK_FLOAT32, shape_a(&kinds[k], r), 1),
                   laid_out(WICK_FLOAT32, shape_b(&kinds[k], r), 1)},
                  VALUES(NUMBER(1), NUMBER(1)),
                  1};
        wick_tensor *y = result_of(&c);
        expect(is_product(&kinds[k], r, y, 1, c.in[1], c.in[2], 1, c.in[0]));
        expect(same_on_threads(&c));
        wick_tensor_release(y);
        release_inputs(&c);
    }
}

/* ---- destinations ---- */

static bool lands_in(const kind *k, extents e, int layout)
{
    wick_tensor *to = laid_out(WICK_FLOAT64, shape_c(k, e), layout);
    wick_tensor *in[] = {laid_out(WICK_FLOAT64, shape_a(k, e), 0),
                         laid_out(WICK_FLOAT64, shape_b(k, e), 1)};
    wick_call into = {.context = context, .inputs = 2, .in = in};
    int64_t stride = wick_tensor_stride(to, 0);
    for (int64_t i = 0; i < wick_tensor_count(to); i++)
        set(to, i, NAN);
    bool good = wick_apply_into(wick_op_find(k->word), &into, &to) == WICK_OK &&
                is_product(k, e, to, 1, in[0], in[1], 0, NULL) &&
                wick_tensor_stride(to, 0) == stride;
    wick_tensor_release(to);
    wick_tensor_release(in[0]);
    wick_tensor_release(in[1]);
    return good;
}

static void destinations_may_lie_in_any_way(void)
{
    for (int k = 0; k < COUNT(kinds); k++)
        for (int s = 0; s < COUNT(sizes); s++)
            for (int layout = 0; layout < 4; layout++)
                if (kinds[k].word)
                    expect_for(lands_in(&kinds[k], reduced(&kinds[k], sizes[s]), layout),
                               "%s, sizes %d, layout %d", kinds[k].word, s, layout);
}

static void a_product_may_replace_its_operands(void)
{
    wick_tensor *c = random_tensor(WICK_FLOAT64, SHAPE(3, 3)),
                *a = random_tensor(WICK_FLOAT64, SHAPE(3, 3));
    wick_tensor *was = weights_of(c), *dot = NULL;
    const kind *mm = &kinds[0];
    extents e = {1, 3, 3, 3};
    must(wick_tensor_copy(was, c));
    wick_call into = {
        .inputs = 3, .in = (wick_tensor *[]){c, c, a}, .value = {NUMBER(2), NUMBER(0.5)}};
    expect(wick_apply_into(wick_op_find("addmm"), &into, &c) == WICK_OK);
    expect(is_product(mm, e, c, 2, was, a, 0.5, was));
    must(wick_tensor_copy(was, c));
    into = (wick_call){.inputs = 2, .in = (wick_tensor *[]){c, c}};
    expect(wick_apply_into(wick_op_find("mm"), &into, &c) == WICK_OK);
    expect(is_product(mm, e, c, 1, was, was, 0, NULL));
    must(wick_tensor_new(context, WICK_FLOAT64, 0, NULL, &dot));
    expect(wick_apply_into(wick_op_find("mm"), &into, &dot) == WICK_OK);
    expect(wick_tensor_ndim(dot) == 2 && wick_tensor_count(dot) == 9);
    wick_tensor_release(c);
    wick_tensor_release(a);
    wick_tensor_release(was);
    wick_tensor_release(dot);
}

/* Whether c = 2 a b + c / 2 comes out right, and takes memory only where BLAS cannot write to c. */
static bool adds_in_place(const kind *k, extents e, int layout)
{
    wick_tensor *c = laid_out(WICK_FLOAT64, shape_c(k, e), layout), *was = weights_of(c);
    wick_tensor *in[] = {c, laid_out(WICK_FLOAT64, shape_a(k, e), 0),
                         laid_out(WICK_FLOAT64, shape_b(k, e), 1)};
    wick_call into = {.inputs = 3, .in = in, .value = {NUMBER(2), NUMBER(0.5)}};
    must(wick_tensor_copy(was, c));
    uint64_t before = wick_context_allocated(context);
    bool good = wick_apply_into(wick_op_find(k->add), &into, &c) == WICK_OK;
    good = good && (layout == 2 || wick_context_allocated(context) == before) &&
           is_product(k, e, c, 2, in[1], in[2], 0.5, was);
    wick_tensor_release(was);
    for (int i = 0; i < 3; i++)
        wick_tensor_release(in[i]);
    return good;
}

static void sums_go_into_their_first_term(void)
{
    for (int k = 0; k < COUNT(kinds); k++)
        for (int layout = 0; layout < 4; layout++)
            expect_for(adds_in_place(&kinds[k], reduced(&kinds[k], sizes[0]), layout),
                       "%s, layout %d", kinds[k].add, layout);
}

/* ---- dot and linear ---- */

static bool dot_is_right(wick_dtype dtype, wick_sizes of_x, wick_sizes of_z, int layout)
{
    call c = {"dot",
              2,
              {laid_out(dtype, of_x, layout), laid_out(dtype, of_z, 4 - layout)},
              VALUES({0}),
              1};
    wick_tensor *y = result_of(&c);
    double sum = 0;
    for (int64_t i = 0; i < wick_tensor_count(c.in[0]); i++)
        sum += get(c.in[0], i) * get(c.in[1], i);
    bool good =
        wick_tensor_ndim(y) == 1 && near(item(y), sum, dtype == WICK_FLOAT32 ? 1e-6 : 1e-13);
    wick_tensor_release(y);
    release_inputs(&c);
    return good;
}

static void dot_takes_any_shapes_of_equal_count(void)
{
    for (int layout = 0; layout < LAYOUTS * 2; layout++) {
        wick_dtype dtype = layout % 2 ? WICK_FLOAT32 : WICK_FLOAT64;
        expect(dot_is_right(dtype, SHAPE(7), SHAPE(7), layout / 2));
        expect(dot_is_right(dtype, SHAPE(3, 4), SHAPE(2, 3, 2), layout / 2));
        expect(dot_is_right(dtype, SHAPE(0), SHAPE(2, 0), layout / 2));
    }
    wick_tensor *none = tensor_of(WICK_FLOAT64, (wick_sizes){0, {0}});
    call c = {"dot", 2, {none, none}, VALUES({0}), 1};
    wick_tensor *y = result_of(&c);
    expect(item_of(y) == 0);
    wick_tensor_release(none);
}

static bool linear_is_right(wick_dtype dtype, int64_t batch, int layout, bool with_bias)
{
    enum { IN = 5, OUT = 4 };
    wick_sizes shape = batch < 0 ? SHAPE(IN) : SHAPE(batch, IN);
    call c = {"linear",
              3,
              {laid_out(dtype, shape, layout), laid_out(dtype, SHAPE(OUT, IN), layout),
               with_bias ? laid_out(dtype, SHAPE(OUT), layout) : NULL},
              VALUES({0}),
              1};
    wick_tensor *y = result_of(&c);
    bool good =
        wick_tensor_ndim(y) == shape.count && wick_tensor_count(y) == OUT * (batch < 0 ? 1 : batch);
    for (int64_t i = 0; i < wick_tensor_count(y); i++) {
        double sum = with_bias ? get(c.in[2], i % OUT) : 0;
        for (int64_t l = 0; l < IN; l++)
            sum += get(c.in[0], i / OUT * IN + l) * get(c.in[1], i % OUT * IN + l);
        good = good && near(get(y, i), sum, dtype == WICK_FLOAT32 ? 1e-6 : 1e-13);
    }
    wick_tensor_release(y);
    release_inputs(&c);
    return good;
}

static void linear_takes_vectors_and_matrices(void)
{
    for (int layout = 0; layout < LAYOUTS * 4; layout++)
        for (int64_t batch = -1; batch < 4; batch++)
            expect_for(linear_is_right(layout % 2 ? WICK_FLOAT32 : WICK_FLOAT64, batch, layout / 4,
                                       layout / 2 % 2),
                       "batch %lld, layout %d", (long long)batch, layout / 4);
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("products are those of plain loops", products_are_those_of_plain_loops);
    test("factors count and beta 0 forgets", factors_count_and_beta_0_forgets);
    test("large products do not depend on threads", large_products_do_not_depend_on_threads);
    test("destinations may lie in any way", destinations_may_lie_in_any_way);
    test("a product may replace its operands", a_product_may_replace_its_operands);
    test("sums go into their first term", sums_go_into_their_first_term);
    test("dot takes any shapes of equal count", dot_takes_any_shapes_of_equal_count);
    test("linear takes vectors and matrices", linear_takes_vectors_and_matrices);
    test("nothing is left", nothing_is_left);
    wick_context_release(context);
    return finish();
}
