/* Matrix products and softmax against plain loops in double: odd shapes, both types,
 * one and two threads (to the bit), every instruction set. */
#include "kernel/matmul.h"
#include "kernel/softmax.h"
#include "support/kernels.h"

/* ---- matrix products ------------------------------------------------------------------------- */

typedef struct product {
    bool ta, tb;
    int64_t batch, m, n, k;
    double alpha, beta;
    int64_t extra; /* elements between rows and between matrices */
} product;

/* Rows, leading dimension and elements of a stored matrix with `rows` x `columns` before op. */
typedef struct layout {
    int64_t ld, step;
} layout;

static layout layout_of(const product *p, bool transposed, int64_t rows, int64_t columns)
{
    int64_t ld = (transposed ? rows : columns) + p->extra;
    return (layout){ld, (transposed ? columns : rows) * ld + p->extra};
}

static int64_t place(layout l, bool transposed, int64_t i, int64_t row, int64_t column)
{
    return i * l.step + (transposed ? column * l.ld + row : row * l.ld + column);
}

static double *expected_product(const product *p, array a, array b, array c, layout la, layout lb,
                                layout lc)
{
    double *want = malloc((size_t)(c.n + 1) * sizeof *want);
    if (!want)
        abort();
    for (int64_t i = 0; i < c.n; i++)
        want[i] = get(c, i);
    for (int64_t t = 0; t < p->batch; t++)
        for (int64_t i = 0; i < p->m; i++)
            for (int64_t j = 0; j < p->n; j++) {
                double sum = 0, *out = &want[place(lc, false, t, i, j)];
                for (int64_t l = 0; l < p->k && p->alpha != 0; l++)
                    sum += get(a, place(la, p->ta, t, i, l)) * get(b, place(lb, p->tb, t, l, j));
                *out = (p->beta == 0 ? 0 : p->beta * *out) + p->alpha * sum;
            }
    return want;
}

static array multiply(const product *p, int threads, array a, array b, array c, layout la,
                      layout lb, layout lc)
{
    array out = new_array(c.dtype, c.n);
    memcpy(out.data, c.data, (size_t)c.n * wick_dtype_size(c.dtype));
    if (p->batch == 1)
        wick__gemm(context_with(threads), a.dtype, p->ta, p->tb, p->m, p->n, p->k, p->alpha, a.data,
                   la.ld, b.data, lb.ld, p->beta, out.data, lc.ld);
    else
        wick__gemm_batch(context_with(threads), a.dtype, p->ta, p->tb, p->batch, p->m, p->n, p->k,
                         p->alpha, a.data, la.ld, la.step, b.data, lb.ld, lb.step, p->beta,
                         out.data, lc.ld, lc.step);
    return out;
}

static void check_product(product p)
{
    for (int type = 0; type < 2; type++) {
        wick_dtype dtype = type ? WICK_FLOAT64 : WICK_FLOAT32;
        layout la = layout_of(&p, p.ta, p.m, p.k), lb = layout_of(&p, p.tb, p.k, p.n);
        layout lc = layout_of(&p, false, p.m, p.n);
        array a = random_array(dtype, p.batch * la.step),
              b = random_array(dtype, p.batch * lb.step);
        array c = random_array(dtype, p.batch * lc.step);
        for (int64_t i = 0; i < c.n && p.beta == 0; i++)
            set(c, i, i % lc.ld < p.n && i % lc.step < p.m * lc.ld ? NAN : 1);
        double *want = expected_product(&p, a, b, c, la, lb, lc);
        array one = multiply(&p, 1, a, b, c, la, lb, lc);
        array two = multiply(&p, 2, a, b, c, la, lb, lc);
        expect(holds(one, want, 3e-6));
        if (!expect(same_bits(one, two)))
            printf("# %d x %d x %d\n", (int)p.m, (int)p.n, (int)p.k);
        delete_arrays(5, (array[]){a, b, c, one, two});
        free(want);
    }
}

static void products(void)
{
    static const int64_t sizes[][3] = {{1, 1, 1},     {3, 5, 7},     {1, 9, 30},    {40, 1, 17},
                                       {1, 1, 50},    {300, 20, 40}, {17, 410, 90}, {130, 131, 129},
                                       {1, 700, 800}, {900, 1, 700}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int t = 0; t < 4; t++)
            for (int extra = 0; extra < 4; extra += 3)
                check_product((product){t & 1, t >> 1, 1, sizes[i][0], sizes[i][1], sizes[i][2],
                                        extra ? -0.5 : 1, extra ? 1.5 : 0, extra});
}

static void batched_products(void)
{
    for (int t = 0; t < 4; t++) {
        check_product((product){t & 1, t >> 1, 7, 5, 6, 4, 1, 0, 0});
        check_product((product){t & 1, t >> 1, 3, 80, 90, 160, 2, 1, 2});
        check_product((product){t & 1, t >> 1, 2, 120, 130, 140, 1, 0, 1});
        check_product((product){t & 1, t >> 1, 50, 30, 40, 20, 1, 0.5, 0});
    }
    check_product((product){false, false, 0, 3, 4, 5, 1, 0, 0});
}

/* alpha 0 and k 0 look at neither operand, whatever BLAS would do with their NaNs. */
static void degenerate_products(void)
{
    check_product((product){false, false, 1, 6, 5, 0, 1, 0, 0});
    check_product((product){false, false, 1, 6, 5, 0, 1, 0.25, 2});
    check_product((product){true, false, 1, 6, 5, 4, 0, 2, 0});
    check_product((product){false, true, 3, 6, 5, 4, 0, 0, 0});
    check_product((product){false, false, 1, 0, 5, 4, 1, 0, 0});
    float nan[4] = {NAN, NAN, NAN, NAN}, c[4] = {1, 2, 3, 4};
    wick__gemm(context_with(1), WICK_FLOAT32, false, false, 2, 2, 2, 0, nan, 2, nan, 2, 1, c, 2);
    expect(c[0] == 1 && c[3] == 4);
    wick__gemm(context_with(1), WICK_FLOAT32, false, false, 2, 2, 2, 1, nan, 2, c, 2, 0, nan, 2);
    expect(isnan(nan[0]) && isnan(nan[3]));
}

/* Strides that BLAS refuses: rows that overlap, and one row repeated. */
static void strange_strides(void)
{
    float a[6] = {1, 2, 3, 4, 5, 6}, b[4] = {1, 10, 100, 1000}, c[4];
    wick__gemm(context_with(1), WICK_FLOAT32, false, false, 2, 2, 2, 1, a, 1, b, 2, 0, c, 2);
    expect(c[0] == 201 && c[1] == 2010 && c[2] == 302 && c[3] == 3020);
    wick__gemm(context_with(1), WICK_FLOAT32, false, false, 2, 2, 2, 1, a, 0, b, 2, 0, c, 2);
    expect(c[0] == 201 && c[2] == 201);
    wick__gemm(context_with(1), WICK_FLOAT32, false, false, 1, 2, 2, 1, a, 0, b, 2, 0, c, 0);
    expect(c[0] == 201 && c[1] == 2010);
}

static void dot_products(void)
{
    for (int64_t n = 0; n < 300000; n = n * 7 + 1)
        for (int type = 0; type < 2; type++)
            for (int64_t s = 1; s < 3; s++) {
                wick_dtype dtype = type ? WICK_FLOAT64 : WICK_FLOAT32;
                array x = random_array(dtype, n * s), y = random_array(dtype, n);
                double want = 0;
                for (int64_t i = 0; i < n; i++)
                    want += get(x, i * s) * get(y, i);
                double one = wick__dot(context_with(1), dtype, n, x.data, s, y.data, 1);
                double two = wick__dot(context_with(2), dtype, n, x.data, s, y.data, 1);
                expect(fabs(one - want) <= 1e-12 * (double)(n + 1));
                expect(one == two);
                delete_arrays(2, (array[]){x, y});
            }
}

/* ---- softmax --------------------------------------------------------------------------------- */

typedef struct rows {
    int64_t outer, n, inner;
} rows;

/* y, gx of both kinds for one row, in double. */
static void expected_row(const rows *r, array x, array gy, int64_t at, double *want[4])
{
    double largest = -INFINITY, sum = 0, slope = 0, total = 0;
    for (int64_t i = 0; i < r->n; i++) {
        double value = get(x, at + i * r->inner);
        largest = value > largest ? value : largest;
    }
    for (int64_t i = 0; i < r->n; i++)
        sum += exp(get(x, at + i * r->inner) - largest);
    for (int64_t i = 0; i < r->n; i++) {
        int64_t k = at + i * r->inner;
        want[0][k] = exp(get(x, k) - largest) / sum;
        want[1][k] = get(x, k) - largest - log(sum);
        slope += want[0][k] * get(gy, k);
        total += get(gy, k);
    }
    for (int64_t i = 0; i < r->n; i++) {
        int64_t k = at + i * r->inner;
        want[2][k] = want[0][k] * (get(gy, k) - slope);
        want[3][k] = get(gy, k) - want[0][k] * total;
    }
}

static void compute_rows(const rows *r, int threads, array x, array gy, array out[4])
{
    wick_context *context = context_with(threads);
    for (int i = 0; i < 4; i++)
        out[i] = new_array(x.dtype, x.n);
    wick__softmax_forward(context, x.dtype, r->outer, r->n, r->inner, x.data, out[0].data);
    wick__log_softmax_forward(context, x.dtype, r->outer, r->n, r->inner, x.data, out[1].data);
    wick__softmax_backward(context, x.dtype, r->outer, r->n, r->inner, out[0].data, gy.data,
                           out[2].data);
    wick__log_softmax_backward(context, x.dtype, r->outer, r->n, r->inner, out[1].data, gy.data,
                               out[3].data);
}

static void check_rows(rows r, double size)
{
    int64_t count = r.outer * r.n * r.inner;
    for (int type = 0; type < 2; type++) {
        array x = random_array(type ? WICK_FLOAT64 : WICK_FLOAT32, count), one[4], two[4];
        array gy = random_array(x.dtype, count);
        double *want[4];
        for (int64_t i = 0; i < count; i++)
            set(x, i, size * get(x, i));
        for (int i = 0; i < 4; i++)
            want[i] = calloc((size_t)count + 1, sizeof(double));
        for (int64_t i = 0; i < r.outer * r.inner; i++)
            expected_row(&r, x, gy, i / r.inner * r.n * r.inner + i % r.inner, want);
        compute_rows(&r, 1, x, gy, one);
        compute_rows(&r, 2, x, gy, two);
        for (int i = 0; i < 4; i++) {
            expect(holds(one[i], want[i], 2e-6));
            expect(same_bits(one[i], two[i]));
            free(want[i]);
        }
        delete_arrays(4, one);
        delete_arrays(4, two);
        delete_arrays(2, (array[]){x, gy});
    }
}

static void softmax(void)
{
    check_rows((rows){1, 1, 1}, 1);
    check_rows((rows){64, 10, 1}, 3);
    check_rows((rows){500, 33, 1}, 1);
    check_rows((rows){3, 7, 100}, 2);
    check_rows((rows){2, 5, 33}, 1);
    check_rows((rows){0, 5, 3}, 1);
    check_rows((rows){4, 0, 3}, 1);
    check_rows((rows){5, 20, 1}, 1000);
    float x[6] = {1, NAN, 2, 1, INFINITY, -INFINITY}, y[6];
    wick__softmax_forward(context_with(1), WICK_FLOAT32, 2, 3, 1, x, y);
    expect(isnan(y[0]) && isnan(y[1]) && isnan(y[2]) && isnan(y[4]));
    float large[2] = {-3e38f, -INFINITY};
    wick__log_softmax_forward(context_with(1), WICK_FLOAT32, 1, 2, 1, large, y);
    expect(y[0] == 0 && y[1] == -INFINITY);
}

int main(void)
{
    static const named_test tests[] = {{"products", products},
                                       {"batched products", batched_products},
                                       {"degenerate products", degenerate_products},
                                       {"strange strides", strange_strides},
                                       {"dot products", dot_products},
                                       {"softmax", softmax}};
    return run_under_every_isa(tests, sizeof tests / sizeof *tests);
}
