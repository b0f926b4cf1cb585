/* What the operations on matrices share that LAPACK computes: copies by columns, as it wants them,
 * checks and triangles. Results keep the order of columns where LAPACK leaves it, as in Torch7. */
#ifndef WICK_OP_LAPACK_H
#define WICK_OP_LAPACK_H

#include "kernel/lapack.h"
#include "op/dense.h"

#define UPLO_OPTION CHOICE_OR("uplo", "U|L", 0)

/* What a kernel call of x's type needs. */
#define WICK__LAPACK_OF(X)                                                                         \
    {                                                                                              \
        .context = (X)->context, .dtype = (X)->dtype                                               \
    }

/* ---- checks ---- */

/* Refuses an `a` that is no matrix of float32 or float64; the message calls it `what`. */
wick_status wick__check_matrix(const char *name, const char *what, wick_tensor *a);
/* The same for one that is not square. */
wick_status wick__check_square(const char *name, const char *what, wick_tensor *a);
/* For an equation: `a` a matrix, square where `square` says so, b a vector or matrix of as many
 * rows, both of one type. `what` is what a is called. */
wick_status wick__check_equation(const char *name, const char *what, bool square, wick_tensor *b,
                                 wick_tensor *a);
/* Refuses NaN and infinity, with which LAPACK's iterations would not end. */
wick_status wick__check_finite_elements(const char *name, const wick_tensor *a, const void *data);
/* The failure for an argument that LAPACK does not take, or else WICK_OK. */
wick_status wick__lapack_taken(const char *name, int info);

/* ---- memory ---- */

/* Makes *out, of that type, rows x columns, laid out by columns; lends its memory, not cleared. */
void *wick__make_columns(wick__scope *s, wick_dtype dtype, int64_t rows, int64_t columns,
                         wick_tensor **out);
/* The same with the elements of x, a matrix or a vector, which counts as one column. */
void *wick__copy_columns(wick__scope *s, wick_tensor *x, wick_tensor **out);
/* The same in memory that goes with the scope. */
void *wick__read_columns(wick__scope *s, wick_tensor *x);
/* Memory for n elements that goes with the scope. */
void *wick__scratch(wick__scope *s, wick_dtype dtype, int64_t n);
/* Makes *out, a vector. */
void *wick__make_vector(wick__scope *s, wick_dtype dtype, int64_t n, wick_tensor **out);

/* Zeros left of (or with `lower` right of) the diagonal of an n x n matrix by columns. */
void wick__clear_triangle(bool lower, int64_t n, size_t element, void *a);
/* The other triangle of such a matrix becomes the mirror image of this one. */
void wick__mirror_triangle(bool lower, int64_t n, size_t element, void *a);

/* ---- gradients ---- */

wick_tensor *wick__transposed(wick__scope *s, wick_tensor *x);
/* x with zeros outside the triangle that begins with diagonal k. */
wick_tensor *wick__kept_triangle(wick__scope *s, bool lower, int64_t k, wick_tensor *x);
/* The gradient of the one triangle that is read of a symmetric matrix, where df = <x, dA>. */
wick_tensor *wick__symmetric_gradient(wick__scope *s, bool lower, wick_tensor *x);
/* x^-1 b with the triangle of x, or of its transpose. */
wick_tensor *wick__triangle_solve(wick__scope *s, bool lower, bool transpose, wick_tensor *b,
                                  wick_tensor *x);
/* g in the shape of input i: what was a vector is a column in the result. */
wick_tensor *wick__as_input(wick__rule *r, int i, wick_tensor *g);
/* Refuses gradients of a result that has none; `which` is what it is called. */
void wick__refuse_gradient(wick__rule *r, const char *which);

#endif
