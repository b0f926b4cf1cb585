/* LAPACK by its Fortran symbols, which OpenBLAS exports: no header of it is needed. Arguments are
 * pointers; the lengths of texts come last. */
#include "kernel/lapack.h"

#include <limits.h>
#include <math.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "kernel/blas.h"

typedef const int *whole;
typedef const void *real;
typedef const char *word;

#ifndef WICK_WITHOUT_OPENBLAS

#define DECLARE(NAME, ...)                                                                         \
    void s##NAME##_(__VA_ARGS__);                                                                  \
    void d##NAME##_(__VA_ARGS__);

DECLARE(gesv, whole, whole, void *, whole, int *, void *, whole, int *)
DECLARE(getrf, whole, whole, void *, whole, int *, int *)
DECLARE(getri, whole, void *, whole, whole, void *, whole, int *)
DECLARE(gels, word, whole, whole, whole, void *, whole, void *, whole, void *, whole, int *, size_t)
DECLARE(trtrs, word, word, word, whole, whole, real, whole, void *, whole, int *, size_t, size_t,
        size_t)
DECLARE(potrf, word, whole, void *, whole, int *, size_t)
DECLARE(potrs, word, whole, whole, real, whole, void *, whole, int *, size_t)
DECLARE(potri, word, whole, void *, whole, int *, size_t)
DECLARE(pstrf, word, whole, void *, whole, int *, int *, real, void *, int *, size_t)
DECLARE(geqrf, whole, whole, void *, whole, void *, void *, whole, int *)
DECLARE(orgqr, whole, whole, whole, void *, whole, real, void *, whole, int *)
DECLARE(ormqr, word, word, whole, whole, whole, real, whole, real, void *, whole, void *, whole,
        int *, size_t, size_t)
DECLARE(syevd, word, word, whole, void *, whole, void *, void *, whole, int *, whole, int *, size_t,
        size_t)
DECLARE(geev, word, word, whole, void *, whole, void *, void *, void *, whole, void *, whole,
        void *, whole, int *, size_t, size_t)
DECLARE(gesvd, word, word, whole, whole, void *, whole, void *, void *, whole, void *, whole,
        void *, whole, int *, size_t, size_t)

DECLARE(gesdd, word, whole, whole, void *, whole, void *, void *, whole, void *, whole, void *,
        whole, int *, int *, size_t)

/* The routine of l's type, with `info` last but for the lengths of texts. */
#define CALL(NAME, ...)                                                                            \
    do {                                                                                           \
        wick__blas_begin();                                                                        \
        if (l->dtype == WICK_FLOAT64)                                                              \
            d##NAME##_(__VA_ARGS__);                                                               \
        else                                                                                       \
            s##NAME##_(__VA_ARGS__);                                                               \
        wick__blas_end();                                                                          \
    } while (0)

bool wick__lapack_is_there(void)
{
    return true;
}

#else

/* Takes the arguments of any routine. Operations refuse before they come here. */
static void absent(const void *first, ...)
{
    (void)first;
}

#define CALL(NAME, ...) absent(__VA_ARGS__)

bool wick__lapack_is_there(void)
{
    return false;
}

#endif

/* ---- sizes and memory ------------------------------------------------------------------------ */

bool wick__lapack_fits(int64_t m, int64_t n)
{
    return m <= INT_MAX / 2 && n <= INT_MAX / 2;
}

static int leading(int64_t rows)
{
    return rows > 1 ? (int)rows : 1;
}

static word triangle(bool lower)
{
    return lower ? "L" : "U";
}

/* Memory that LAPACK works in: what it answered when it was asked how much it wants. */
typedef struct room {
    wick_context *context;
    void *memory;
    size_t bytes;
    int count;
} room;

static wick_status open_room(const wick__lapack *l, int64_t count, size_t element, room *r)
{
    *r = (room){.context = l->context};
    if (!wick__bytes_fit(count > 1 ? count : 1, element, &r->bytes))
        r->bytes = SIZE_MAX / 2;
    return wick__alloc(l->context, r->bytes, &r->memory);
}

/* The answer stands in a number of the type: a float rounds a large one, perhaps down. */
static wick_status open_asked(const wick__lapack *l, const void *answer, room *r)
{
    bool wide = l->dtype == WICK_FLOAT64;
    double count = wide ? *(const double *)answer : (double)*(const float *)answer;
    count = ceil(wide ? count : count * (1 + 1.2e-7));
    if (!(count < INT_MAX))
        count = INT_MAX;
    wick_status status = open_room(l, (int64_t)count, wick_dtype_size(l->dtype), r);
    r->count = count > 1 ? (int)count : 1;
    return status;
}

static void close_room(room *r)
{
    wick__free(r->context, r->memory, r->bytes);
}

/* Asks a routine for its work space and then runs it; WORK and SIZE stand for the two in CALLED. */
#define ASK_AND_CALL(CALLED)                                                                       \
    do {                                                                                           \
        double answer = 0;                                                                         \
        int size = -1;                                                                             \
        void *work = &answer;                                                                      \
        room r;                                                                                    \
        CALLED;                                                                                    \
        wick_status status = open_asked(l, &answer, &r);                                           \
        if (status)                                                                                \
            return status;                                                                         \
        work = r.memory;                                                                           \
        size = r.count;                                                                            \
        CALLED;                                                                                    \
        close_room(&r);                                                                            \
    } while (0)

#define EACH "kernel/lapack.inc"
#include "kernel/each_real.h"

bool wick__lapack_finite(wick_dtype dtype, int64_t n, const void *x)
{
    return dtype == WICK_FLOAT64 ? finite_double(n, x) : finite_float(n, x);
}

/* ---- equations ------------------------------------------------------------------------------- */

wick_status wick__lapack_gesv(wick__lapack *l, int64_t n, int64_t k, void *a, void *b)
{
    room pivots;
    const int order = (int)n, columns = (int)k, ld = leading(n);
    wick_status status = open_room(l, n, sizeof(int), &pivots);
    if (!status)
        CALL(gesv, &order, &columns, a, &ld, pivots.memory, b, &ld, &l->info);
    close_room(&pivots);
    return status;
}

static wick_status invert_factors(wick__lapack *l, int order, void *a, const int *pivots)
{
    const int ld = leading(order);
    ASK_AND_CALL(CALL(getri, &order, a, &ld, pivots, work, &size, &l->info));
    return WICK_OK;
}

wick_status wick__lapack_inverse(wick__lapack *l, int64_t n, void *a)
{
    room pivots;
    const int order = (int)n, ld = leading(n);
    wick_status status = open_room(l, n, sizeof(int), &pivots);
    if (!status)
        CALL(getrf, &order, &order, a, &ld, pivots.memory, &l->info);
    if (!status && !l->info)
        status = invert_factors(l, order, a, pivots.memory);
    close_room(&pivots);
    return status;
}

wick_status wick__lapack_gels(wick__lapack *l, int64_t m, int64_t n, int64_t k, void *a, void *b)
{
    const int rows = (int)m, columns = (int)n, sides = (int)k;
    const int lda = leading(m), ldb = leading(m > n ? m : n);
    ASK_AND_CALL(
        CALL(gels, "N", &rows, &columns, &sides, a, &lda, b, &ldb, work, &size, &l->info, 1));
    return WICK_OK;
}

wick_status wick__lapack_trtrs(wick__lapack *l, bool lower, bool transpose, bool unit, int64_t n,
                               int64_t k, const void *a, void *b)
{
    const int order = (int)n, columns = (int)k, ld = leading(n);
    CALL(trtrs, triangle(lower), transpose ? "T" : "N", unit ? "U" : "N", &order, &columns, a, &ld,
         b, &ld, &l->info, 1, 1, 1);
    return WICK_OK;
}

/* ---- Cholesky -------------------------------------------------------------------------------- */

/* What becomes of NaN on the diagonal differs from build to build; here it is not positive. */
wick_status wick__lapack_potrf(wick__lapack *l, bool lower, int64_t n, void *a)
{
    const int order = (int)n, ld = leading(n);
    CALL(potrf, triangle(lower), &order, a, &ld, &l->info, 1);
    if (!l->info)
        l->info = (int)(l->dtype == WICK_FLOAT64 ? first_nan_double(n, a) : first_nan_float(n, a));
    return WICK_OK;
}

wick_status wick__lapack_potrs(wick__lapack *l, bool lower, int64_t n, int64_t k, const void *a,
                               void *b)
{
    const int order = (int)n, columns = (int)k, ld = leading(n);
    CALL(potrs, triangle(lower), &order, &columns, a, &ld, b, &ld, &l->info, 1);
    return WICK_OK;
}

wick_status wick__lapack_potri(wick__lapack *l, bool lower, int64_t n, void *a)
{
    const int order = (int)n, ld = leading(n);
    CALL(potri, triangle(lower), &order, a, &ld, &l->info, 1);
    return WICK_OK;
}

wick_status wick__lapack_pstrf(wick__lapack *l, bool lower, int64_t n, void *a, int32_t *pivots,
                               double tolerance, int *rank)
{
    room work;
    const int order = (int)n, ld = leading(n);
    const float narrow = (float)tolerance;
    const void *limit = l->dtype == WICK_FLOAT64 ? (const void *)&tolerance : &narrow;
    wick_status status = open_room(l, 2 * n, wick_dtype_size(l->dtype), &work);
    *rank = 0;
    if (!status)
        CALL(pstrf, triangle(lower), &order, a, &ld, pivots, rank, limit, work.memory, &l->info, 1);
    close_room(&work);
    return status;
}

/* ---- orthogonal factors ---------------------------------------------------------------------- */

wick_status wick__lapack_geqrf(wick__lapack *l, int64_t m, int64_t n, void *a, void *tau)
{
    const int rows = (int)m, columns = (int)n, ld = leading(m);
    ASK_AND_CALL(CALL(geqrf, &rows, &columns, a, &ld, tau, work, &size, &l->info));
    return WICK_OK;
}

wick_status wick__lapack_orgqr(wick__lapack *l, int64_t m, int64_t n, int64_t k, void *a,
                               const void *tau)
{
    const int rows = (int)m, columns = (int)n, reflectors = (int)k, ld = leading(m);
    ASK_AND_CALL(CALL(orgqr, &rows, &columns, &reflectors, a, &ld, tau, work, &size, &l->info));
    return WICK_OK;
}

wick_status wick__lapack_ormqr(wick__lapack *l, bool right, bool transpose, int64_t m, int64_t n,
                               int64_t k, int64_t rows, const void *a, const void *tau, void *c)
{
    const int height = (int)m, width = (int)n, reflectors = (int)k;
    const int lda = leading(rows), ldc = leading(m);
    ASK_AND_CALL(CALL(ormqr, right ? "R" : "L", transpose ? "T" : "N", &height, &width, &reflectors,
                      a, &lda, tau, c, &ldc, work, &size, &l->info, 1, 1));
    return WICK_OK;
}

/* ---- eigenvalues ----------------------------------------------------------------------------- */

/* By division, which wants room for integers too. */
wick_status wick__lapack_syevd(wick__lapack *l, bool vectors, bool lower, int64_t n, void *a,
                               void *values)
{
    const int order = (int)n, ld = leading(n), unknown = -1;
    word job = vectors ? "V" : "N", uplo = triangle(lower);
    double answer = 0;
    int places = 0;
    room work, integers;
    CALL(syevd, job, uplo, &order, a, &ld, values, &answer, &unknown, &places, &unknown, &l->info,
         1, 1);
    wick_status status = open_asked(l, &answer, &work);
    if (status)
        return status;
    status = open_room(l, places, sizeof(int), &integers);
    if (!status)
        CALL(syevd, job, uplo, &order, a, &ld, values, work.memory, &work.count, integers.memory,
             &places, &l->info, 1, 1);
    close_room(&integers);
    close_room(&work);
    return status;
}

wick_status wick__lapack_geev(wick__lapack *l, int64_t n, void *a, void *real_parts,
                              void *imaginary, void *vectors)
{
    const int order = (int)n, ld = leading(n), one = 1;
    double none[1];
    ASK_AND_CALL(CALL(geev, "N", vectors ? "V" : "N", &order, a, &ld, real_parts, imaginary, none,
                      &one, vectors ? vectors : none, vectors ? &ld : &one, work, &size, &l->info,
                      1, 1));
    return WICK_OK;
}

wick_status wick__lapack_gesvd(wick__lapack *l, bool all, int64_t m, int64_t n, void *a, void *u,
                               void *s, void *vt)
{
    const int rows = (int)m, columns = (int)n, lda = leading(m);
    const int ldvt = leading(all || n < m ? n : m);
    word job = all ? "A" : "S";
    ASK_AND_CALL(CALL(gesvd, job, job, &rows, &columns, a, &lda, s, u, &lda, vt, &ldvt, work, &size,
                      &l->info, 1, 1));
    return WICK_OK;
}

static wick_status divide(wick__lapack *l, bool all, int rows, int columns, void *a, void *u,
                          void *s, void *vt, int *integers)
{
    const int lda = leading(rows);
    const int ldvt = leading(all || columns < rows ? columns : rows);
    ASK_AND_CALL(CALL(gesdd, all ? "A" : "S", &rows, &columns, a, &lda, s, u, &lda, vt, &ldvt, work,
                      &size, integers, &l->info, 1));
    return WICK_OK;
}

wick_status wick__lapack_gesdd(wick__lapack *l, bool all, int64_t m, int64_t n, void *a, void *u,
                               void *s, void *vt)
{
    room integers;
    wick_status status = open_room(l, 8 * (m < n ? m : n), sizeof(int), &integers);
    if (!status)
        status = divide(l, all, (int)m, (int)n, a, u, s, vt, integers.memory);
    close_room(&integers);
    return status;
}
