/* Factorisations, systems of equations and eigenvalues: the one place that calls LAPACK. Matrices
 * are column-major and dense: element (i, j) of one with m rows stands at i + j m. Every size fits
 * an int, which the caller checks with wick__lapack_fits. `info` is LAPACK's: 0, or where a
 * factorisation failed, counted from 1. All functions fail with WICK_ENOMEM only. */
#ifndef WICK_KERNEL_LAPACK_H
#define WICK_KERNEL_LAPACK_H

#include "wick.h"

typedef struct wick__lapack {
    wick_context *context;
    wick_dtype dtype; /* WICK_FLOAT32 or WICK_FLOAT64 */
    int info;
} wick__lapack;

/* Whether this build has LAPACK; where it has not, the functions below do nothing. */
bool wick__lapack_is_there(void);

/* Whether LAPACK can count an m x n matrix. */
bool wick__lapack_fits(int64_t m, int64_t n);

/* Whether all n elements are finite: what the iterations below take for granted. */
bool wick__lapack_finite(wick_dtype dtype, int64_t n, const void *x);

/* a (n x n) becomes its factors L and U, b (n x k) the solution of a x = b. */
wick_status wick__lapack_gesv(wick__lapack *l, int64_t n, int64_t k, void *a, void *b);
/* a (n x n) becomes its inverse. */
wick_status wick__lapack_inverse(wick__lapack *l, int64_t n, void *a);
/* The least squares solution of a x = b, or the shortest one: a (m x n) becomes its factors, b of
 * max(m, n) rows, the first m filled, holds the n x k solution in its first n. */
wick_status wick__lapack_gels(wick__lapack *l, int64_t m, int64_t n, int64_t k, void *a, void *b);
/* b (n x k) becomes the solution of op(a) x = b with the triangle of a (n x n). */
wick_status wick__lapack_trtrs(wick__lapack *l, bool lower, bool transpose, bool unit, int64_t n,
                               int64_t k, const void *a, void *b);

/* The triangle of a (n x n) becomes its Cholesky factor; the other triangle stays. */
wick_status wick__lapack_potrf(wick__lapack *l, bool lower, int64_t n, void *a);
/* b (n x k) becomes the solution of A x = b, where a is the Cholesky factor of A. */
wick_status wick__lapack_potrs(wick__lapack *l, bool lower, int64_t n, int64_t k, const void *a,
                               void *b);
/* The triangle of a, a Cholesky factor, becomes that of the inverse. */
wick_status wick__lapack_potri(wick__lapack *l, bool lower, int64_t n, void *a);
/* Cholesky with pivots: row i of the factor belongs to row pivots[i] (from 1); rows behind the rank
 * were left unfactored as their pivots were at most `tolerance` (below 0: n eps max a_ii). */
wick_status wick__lapack_pstrf(wick__lapack *l, bool lower, int64_t n, void *a, int32_t *pivots,
                               double tolerance, int *rank);

/* a (m x n) becomes R and the reflectors below it, tau min(m, n) their factors. */
wick_status wick__lapack_geqrf(wick__lapack *l, int64_t m, int64_t n, void *a, void *tau);
/* a (m x n, n <= m), k reflectors as geqrf leaves them, becomes the first n columns of Q. */
wick_status wick__lapack_orgqr(wick__lapack *l, int64_t m, int64_t n, int64_t k, void *a,
                               const void *tau);
/* c (m x n) becomes op(Q) c or c op(Q), with k reflectors in the columns of a (`rows` rows). */
wick_status wick__lapack_ormqr(wick__lapack *l, bool right, bool transpose, int64_t m, int64_t n,
                               int64_t k, int64_t rows, const void *a, const void *tau, void *c);

/* The eigenvalues of a symmetric matrix (n x n, of which a triangle is read), ascending; with
 * `vectors` a becomes its eigenvectors, else it is used up. */
wick_status wick__lapack_syevd(wick__lapack *l, bool vectors, bool lower, int64_t n, void *a,
                               void *values);
/* The eigenvalues of any matrix, real and imaginary parts, and its right eigenvectors (NULL: not
 * wanted): a pair of conjugates has its real and its imaginary part in two columns. Uses a up. */
wick_status wick__lapack_geev(wick__lapack *l, int64_t n, void *a, void *real, void *imaginary,
                              void *vectors);
/* a (m x n) = u diag(s) vt with min(m, n) = k values, descending: u m x k and vt k x n, or square
 * with `all`. Uses a up. The first is faster and may give up (info above 0) where the second, by
 * iteration, does not. */
wick_status wick__lapack_gesdd(wick__lapack *l, bool all, int64_t m, int64_t n, void *a, void *u,
                               void *s, void *vt);
wick_status wick__lapack_gesvd(wick__lapack *l, bool all, int64_t m, int64_t n, void *a, void *u,
                               void *s, void *vt);

#endif
