/* Matrix products: those of floats are sgemm.c's, those of doubles OpenBLAS's. BLAS runs
 * single-threaded on parts of ours; what its interface leaves to chance (alpha 0, k 0, beta 0 over
 * NaN, its int, its locks) is decided here. */
#include "kernel/matmul.h"

#ifndef WICK_WITHOUT_OPENBLAS
#include <cblas.h>
#endif
#include <limits.h>
#include <string.h>

#include "base/threads.h"
#include "kernel/blas.h"
#include "kernel/sgemm.h"

/* The longest side handed to BLAS at once. */
enum { BLAS_MOST = 1 << 30 };

/* A product of doubles. */
typedef struct product {
    bool ta, tb;
    int64_t m, n, k;
    double alpha, beta;
    const double *a, *b;
    double *c;
    int64_t lda, ldb, ldc;
} product;

/* ---- one product ----------------------------------------------------------------------------- */

/* c = beta c; beta 0 overwrites NaN as well. */
static void scale(const product *p)
{
    for (int64_t i = 0; i < p->m && p->beta == 0; i++)
        memset(p->c + i * p->ldc, 0, (size_t)p->n * sizeof *p->c);
    for (int64_t i = 0; i < p->m && p->beta != 0 && p->beta != 1; i++)
        for (int64_t j = 0; j < p->n; j++)
            p->c[i * p->ldc + j] *= p->beta;
}

/* c += alpha a b with any strides: for matrices that BLAS's arguments cannot describe. */
static void add_product(const product *p)
{
    int64_t a_row = p->ta ? 1 : p->lda, a_step = p->ta ? p->lda : 1;
    int64_t b_step = p->tb ? 1 : p->ldb, b_column = p->tb ? p->ldb : 1;
    for (int64_t i = 0; i < p->m; i++) {
        for (int64_t j = 0; j < p->n; j++) {
            double sum = 0;
            for (int64_t l = 0; l < p->k; l++)
                sum += p->a[i * a_row + l * a_step] * p->b[l * b_step + j * b_column];
            p->c[i * p->ldc + j] += p->alpha * sum;
        }
    }
}

/* `p` with rows [row, row + m), columns [column, column + n) and steps [step, step + k). */
static product piece(const product *p, int64_t row, int64_t m, int64_t column, int64_t n,
                     int64_t step, int64_t k)
{
    product q = *p;
    q.m = m, q.n = n, q.k = k;
    q.a += p->ta ? step * p->lda + row : row * p->lda + step;
    q.b += p->tb ? column * p->ldb + step : step * p->ldb + column;
    q.c += row * p->ldc + column;
    return q;
}

/* Whether BLAS can be told of a stored matrix; the stride of a single row is of no account. */
static bool describe(int64_t rows, int64_t columns, int64_t *ld)
{
    if (rows <= 1)
        *ld = columns;
    return *ld >= columns && *ld <= INT_MAX;
}

#ifdef WICK_WITHOUT_OPENBLAS

/* c += alpha a b by rows of b, which lie side by side. */
static void add_rows(const product *p)
{
    for (int64_t i = 0; i < p->m; i++)
        for (int64_t l = 0; l < p->k; l++) {
            double by = p->alpha * p->a[p->ta ? l * p->lda + i : i * p->lda + l];
            const double *row = p->b + l * p->ldb;
            double *sum = p->c + i * p->ldc;
            for (int64_t j = 0; j < p->n; j++)
                sum[j] += by * row[j];
        }
}

/* What OpenBLAS does in other builds, without its speed. */
static void blas_call(const product *p)
{
    scale(p);
    if (p->tb)
        add_product(p);
    else
        add_rows(p);
}

#else

/* A matrix (rows x columns as stored) times a vector. y is cleared by us when beta is 0: what BLAS
 * does with a NaN in it depends on the processor. */
static void blas_vector(const product *p, bool transpose, int64_t rows, int64_t columns,
                        const double *a, int64_t lda, const double *x, int64_t sx, int64_t sy)
{
    CBLAS_TRANSPOSE t = transpose ? CblasTrans : CblasNoTrans;
    double beta = p->beta;
    if (beta == 0) {
        scale(p);
        beta = 1;
    }
    cblas_dgemv(CblasRowMajor, t, (int)rows, (int)columns, p->alpha, a, (int)lda, x, (int)sx, beta,
                p->c, (int)sy);
}

static void blas_matrix(const product *p)
{
    CBLAS_TRANSPOSE ta = p->ta ? CblasTrans : CblasNoTrans;
    CBLAS_TRANSPOSE tb = p->tb ? CblasTrans : CblasNoTrans;
    int m = (int)p->m, n = (int)p->n, k = (int)p->k;
    cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, p->alpha, p->a, (int)p->lda, p->b, (int)p->ldb,
                p->beta, p->c, (int)p->ldc);
}

/* The one function that calls BLAS; every size fits its int. */
static void blas_call(const product *p)
{
    wick__blas_begin();
    if (p->n == 1)
        blas_vector(p, p->ta, p->ta ? p->k : p->m, p->ta ? p->m : p->k, p->a, p->lda, p->b,
                    p->tb ? 1 : p->ldb, p->ldc);
    else if (p->m == 1)
        blas_vector(p, !p->tb, p->tb ? p->n : p->k, p->tb ? p->k : p->n, p->b, p->ldb, p->a,
                    p->ta ? p->lda : 1, 1);
    else
        blas_matrix(p);
    wick__blas_end();
}

#endif

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Cuts a product into what BLAS's int can count. */
static void blas_pieces(const product *p)
{
    for (int64_t row = 0; row < p->m; row += BLAS_MOST)
        for (int64_t column = 0; column < p->n; column += BLAS_MOST)
            for (int64_t step = 0; step < p->k; step += BLAS_MOST) {
                product q =
                    piece(p, row, least(p->m - row, BLAS_MOST), column,
                          least(p->n - column, BLAS_MOST), step, least(p->k - step, BLAS_MOST));
                q.beta = step > 0 ? 1 : p->beta;
                blas_call(&q);
            }
}

static void multiply(product p)
{
    if (p.m <= 0 || p.n <= 0)
        return;
    if (p.alpha == 0 || p.k <= 0) {
        scale(&p);
        return;
    }
    if (describe(p.ta ? p.k : p.m, p.ta ? p.m : p.k, &p.lda) &&
        describe(p.tb ? p.n : p.k, p.tb ? p.k : p.n, &p.ldb) && describe(p.m, p.n, &p.ldc)) {
        blas_pieces(&p);
        return;
    }
    scale(&p);
    add_product(&p);
}

/* ---- sharing --------------------------------------------------------------------------------- */

static void row_part(void *job, int64_t begin, int64_t end)
{
    const product *p = job;
    multiply(piece(p, begin, end - begin, 0, p->n, 0, p->k));
}

static void column_part(void *job, int64_t begin, int64_t end)
{
    const product *p = job;
    multiply(piece(p, 0, p->m, begin, end - begin, 0, p->k));
}

/* How many rows (or columns) of `side` make a part: at most 16 parts, none below some ten
 * microseconds of work, in steps that suit BLAS's register tiles. A product with a vector is bound
 * by memory, so less of it is worth a thread. */
static int64_t part_of(const product *p, int64_t side)
{
    double work = (double)p->m * (double)p->n * (double)p->k;
    double small = p->m == 1 || p->n == 1 ? 1 << 17 : 1 << 19;
    double parts = work / small < 16 ? work / small : 16;
    if (parts < 2)
        return side;
    return ((int64_t)((double)side / parts) / 16 + 1) * 16;
}

void wick__gemm(wick_context *context, wick_dtype dtype, bool ta, bool tb, int64_t m, int64_t n,
                int64_t k, double alpha, const void *a, int64_t lda, const void *b, int64_t ldb,
                double beta, void *c, int64_t ldc)
{
    if (dtype == WICK_FLOAT32) {
        wick__sgemm_run(context, &(wick__sgemm){ta, tb, m, n, k, (float)alpha, (float)beta, a, b, c,
                                                lda, ldb, ldc});
        return;
    }
    product p = {ta, tb, m, n, k, alpha, beta, a, b, c, lda, ldb, ldc};
    if (m <= 0 || n <= 0)
        return;
    if (m >= n)
        wick__parallel(context, m, part_of(&p, m), row_part, &p);
    else
        wick__parallel(context, n, part_of(&p, n), column_part, &p);
}

/* ---- many ------------------------------------------------------------------------------------ */

typedef struct batch {
    wick_context *context;
    wick_dtype dtype;
    bool ta, tb;
    int64_t m, n, k;
    double alpha, beta;
    const char *a, *b;
    char *c;
    int64_t lda, ldb, ldc;
    int64_t stride_a, stride_b, stride_c; /* bytes */
} batch;

/* Inside a part the pool is taken, and a product is computed by the part's thread. */
static void batch_part(void *job, int64_t begin, int64_t end)
{
    const batch *s = job;
    for (int64_t i = begin; i < end; i++)
        wick__gemm(s->context, s->dtype, s->ta, s->tb, s->m, s->n, s->k, s->alpha,
                   s->a + i * s->stride_a, s->lda, s->b + i * s->stride_b, s->ldb, s->beta,
                   s->c + i * s->stride_c, s->ldc);
}

/* A few large products are cut inside, many small ones are dealt out whole. */
void wick__gemm_batch(wick_context *context, wick_dtype dtype, bool ta, bool tb, int64_t n_batch,
                      int64_t m, int64_t n, int64_t k, double alpha, const void *a, int64_t lda,
                      int64_t stride_a, const void *b, int64_t ldb, int64_t stride_b, double beta,
                      void *c, int64_t ldc, int64_t stride_c)
{
    const int64_t size = (int64_t)wick_dtype_size(dtype);
    batch s = {context,
               dtype,
               ta,
               tb,
               m,
               n,
               k,
               alpha,
               beta,
               a,
               b,
               c,
               lda,
               ldb,
               ldc,
               stride_a * size,
               stride_b * size,
               stride_c * size};
    double work = (double)m * (double)n * (double)k;
    if (n_batch >= 4 || work < 1 << 20) {
        int64_t grain = work < 1 << 19 ? (int64_t)((1 << 19) / (work + 1)) + 1 : 1;
        wick__parallel(context, n_batch, grain, batch_part, &s);
        return;
    }
    batch_part(&s, 0, n_batch);
}

/* ---- dot product ----------------------------------------------------------------------------- */

#define EACH "kernel/matmul.inc"
#include "kernel/each_real.h"

enum { DOT_PARTS = 64 };

typedef struct dot {
    wick_dtype dtype;
    const char *x, *y;
    int64_t sx, sy, grain;
    double sum[DOT_PARTS];
} dot;

static void dot_part(void *job, int64_t begin, int64_t end)
{
    dot *d = job;
    int64_t size = d->dtype == WICK_FLOAT64 ? 8 : 4;
    const char *x = d->x + begin * d->sx * size, *y = d->y + begin * d->sy * size;
    d->sum[begin / d->grain] = d->dtype == WICK_FLOAT64
                                   ? dot_double(end - begin, x, d->sx, y, d->sy)
                                   : dot_float(end - begin, x, d->sx, y, d->sy);
}

double wick__dot(wick_context *context, wick_dtype dtype, int64_t n, const void *x, int64_t sx,
                 const void *y, int64_t sy)
{
    dot d = {.dtype = dtype, .x = x, .y = y, .sx = sx, .sy = sy};
    double sum = 0;
    d.grain = n / DOT_PARTS < 1 << 15 ? 1 << 15 : n / DOT_PARTS + 1;
    wick__parallel(context, n, d.grain, dot_part, &d);
    for (int i = 0; i < DOT_PARTS; i++)
        sum += d.sum[i];
    return sum;
}
