/* Matrix products on OpenBLAS. BLAS runs single-threaded on parts of ours; what its interface
 * leaves to chance (alpha 0, k 0, beta 0 over NaN, its int, its locks) is decided here. */
#include "kernel/matmul.h"

#include <cblas.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>

#include "base/threads.h"

/* The longest side handed to BLAS at once. */
enum { BLAS_MOST = 1 << 30 };

typedef struct product {
    wick_dtype dtype;
    bool ta, tb;
    int64_t m, n, k;
    double alpha, beta;
    const void *a, *b;
    void *c;
    int64_t lda, ldb, ldc;
} product;

/* ---- BLAS set-up ----------------------------------------------------------------------------- */

static pthread_once_t blas_once = PTHREAD_ONCE_INIT;
static pthread_mutex_t blas_lock = PTHREAD_MUTEX_INITIALIZER;
static bool blas_needs_lock;

/* A serial build without locks gives wrong products when two threads call it. */
static void blas_open(void)
{
    openblas_set_num_threads(1);
    blas_needs_lock = openblas_get_parallel() == OPENBLAS_SEQUENTIAL &&
                      !strstr(openblas_get_config(), "USE_LOCKING");
}

/* ---- one product ----------------------------------------------------------------------------- */

#define EACH "kernel/matmul.inc"
#include "kernel/each_real.h"

static const void *at(const product *p, const void *matrix, int64_t offset)
{
    return (const char *)matrix + offset * (p->dtype == WICK_FLOAT64 ? 8 : 4);
}

/* `p` with rows [row, row + m), columns [column, column + n) and steps [step, step + k). */
static product piece(const product *p, int64_t row, int64_t m, int64_t column, int64_t n,
                     int64_t step, int64_t k)
{
    product q = *p;
    q.m = m, q.n = n, q.k = k;
    q.a = at(p, p->a, p->ta ? step * p->lda + row : row * p->lda + step);
    q.b = at(p, p->b, p->tb ? column * p->ldb + step : step * p->ldb + column);
    q.c = (void *)at(p, p->c, row * p->ldc + column);
    return q;
}

/* Whether BLAS can be told of a stored matrix; the stride of a single row is of no account. */
static bool describe(int64_t rows, int64_t columns, int64_t *ld)
{
    if (rows <= 1)
        *ld = columns;
    return *ld >= columns && *ld <= INT_MAX;
}

/* A matrix (rows x columns as stored) times a vector. y is cleared by us when beta is 0: what BLAS
 * does with a NaN in it depends on the processor. */
static void blas_vector(const product *p, bool transpose, int64_t rows, int64_t columns,
                        const void *a, int64_t lda, const void *x, int64_t sx, int64_t sy)
{
    CBLAS_TRANSPOSE t = transpose ? CblasTrans : CblasNoTrans;
    double beta = p->beta;
    if (beta == 0) {
        if (p->dtype == WICK_FLOAT64)
            scale_double(p->m, p->n, 0, p->c, p->ldc);
        else
            scale_float(p->m, p->n, 0, p->c, p->ldc);
        beta = 1;
    }
    if (p->dtype == WICK_FLOAT64)
        cblas_dgemv(CblasRowMajor, t, (int)rows, (int)columns, p->alpha, a, (int)lda, x, (int)sx,
                    beta, p->c, (int)sy);
    else
        cblas_sgemv(CblasRowMajor, t, (int)rows, (int)columns, (float)p->alpha, a, (int)lda, x,
                    (int)sx, (float)beta, p->c, (int)sy);
}

static void blas_matrix(const product *p)
{
    CBLAS_TRANSPOSE ta = p->ta ? CblasTrans : CblasNoTrans;
    CBLAS_TRANSPOSE tb = p->tb ? CblasTrans : CblasNoTrans;
    int m = (int)p->m, n = (int)p->n, k = (int)p->k;
    if (p->dtype == WICK_FLOAT64)
        cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, p->alpha, p->a, (int)p->lda, p->b, (int)p->ldb,
                    p->beta, p->c, (int)p->ldc);
    else
        cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, (float)p->alpha, p->a, (int)p->lda, p->b,
                    (int)p->ldb, (float)p->beta, p->c, (int)p->ldc);
}

/* The one function that calls BLAS; every size fits its int. */
static void blas_call(const product *p)
{
    pthread_once(&blas_once, blas_open);
    if (blas_needs_lock)
        pthread_mutex_lock(&blas_lock);
    if (p->n == 1)
        blas_vector(p, p->ta, p->ta ? p->k : p->m, p->ta ? p->m : p->k, p->a, p->lda, p->b,
                    p->tb ? 1 : p->ldb, p->ldc);
    else if (p->m == 1)
        blas_vector(p, !p->tb, p->tb ? p->n : p->k, p->tb ? p->k : p->n, p->b, p->ldb, p->a,
                    p->ta ? p->lda : 1, 1);
    else
        blas_matrix(p);
    if (blas_needs_lock)
        pthread_mutex_unlock(&blas_lock);
}

static void scale(const product *p)
{
    if (p->dtype == WICK_FLOAT64)
        scale_double(p->m, p->n, p->beta, p->c, p->ldc);
    else
        scale_float(p->m, p->n, p->beta, p->c, p->ldc);
}

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
    if (p.dtype == WICK_FLOAT64)
        product_double(&p);
    else
        product_float(&p);
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
    product p = {dtype, ta, tb, m, n, k, alpha, beta, a, b, c, lda, ldb, ldc};
    if (m <= 0 || n <= 0)
        return;
    if (m >= n)
        wick__parallel(context, m, part_of(&p, m), row_part, &p);
    else
        wick__parallel(context, n, part_of(&p, n), column_part, &p);
}

typedef struct batch {
    product first;
    int64_t stride_a, stride_b, stride_c;
} batch;

static void batch_part(void *job, int64_t begin, int64_t end)
{
    const batch *s = job;
    for (int64_t i = begin; i < end; i++) {
        product p = s->first;
        p.a = at(&p, p.a, i * s->stride_a);
        p.b = at(&p, p.b, i * s->stride_b);
        p.c = (void *)at(&p, p.c, i * s->stride_c);
        multiply(p);
    }
}

/* A few large products are cut inside, many small ones are dealt out whole. */
void wick__gemm_batch(wick_context *context, wick_dtype dtype, bool ta, bool tb, int64_t n_batch,
                      int64_t m, int64_t n, int64_t k, double alpha, const void *a, int64_t lda,
                      int64_t stride_a, const void *b, int64_t ldb, int64_t stride_b, double beta,
                      void *c, int64_t ldc, int64_t stride_c)
{
    batch s = {{dtype, ta, tb, m, n, k, alpha, beta, a, b, c, lda, ldb, ldc},
               stride_a,
               stride_b,
               stride_c};
    double work = (double)m * (double)n * (double)k;
    if (n_batch >= 4 || work < 1 << 20) {
        int64_t grain = work < 1 << 19 ? (int64_t)((1 << 19) / (work + 1)) + 1 : 1;
        wick__parallel(context, n_batch, grain, batch_part, &s);
        return;
    }
    for (int64_t i = 0; i < n_batch; i++)
        wick__gemm(context, dtype, ta, tb, m, n, k, alpha, at(&s.first, a, i * stride_a), lda,
                   at(&s.first, b, i * stride_b), ldb, beta, (void *)at(&s.first, c, i * stride_c),
                   ldc);
}

/* ---- dot product ----------------------------------------------------------------------------- */

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
