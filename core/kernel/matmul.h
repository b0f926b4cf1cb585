/* Matrix products: the one place that calls BLAS, which computes those of doubles. Matrices are
 * row-major with a leading dimension in elements; `dtype` is WICK_FLOAT32 or WICK_FLOAT64. Large
 * products are cut by size alone and shared among the context's threads, so results never depend on
 * their number. */
#ifndef WICK_KERNEL_MATMUL_H
#define WICK_KERNEL_MATMUL_H

#include "wick.h"

/* c = alpha op(a) op(b) + beta c with op(a) m x k, op(b) k x n, c m x n; op transposes where `ta`
 * or `tb` says so. lda counts elements from row to row of a as stored (m x k, or k x m when `ta`),
 * ldb and ldc likewise. alpha 0 or k 0 reads neither a nor b; beta 0 overwrites c whatever it
 * holds. Never fails: sizes beyond BLAS's int are cut, strides beyond it use loops of our own. */
void wick__gemm(wick_context *context, wick_dtype dtype, bool ta, bool tb, int64_t m, int64_t n,
                int64_t k, double alpha, const void *a, int64_t lda, const void *b, int64_t ldb,
                double beta, void *c, int64_t ldc);

/* `n_batch` products; operand i starts i times its stride (in elements) after the first. A stride
 * of 0 uses one a or b for all of them. */
void wick__gemm_batch(wick_context *context, wick_dtype dtype, bool ta, bool tb, int64_t n_batch,
                      int64_t m, int64_t n, int64_t k, double alpha, const void *a, int64_t lda,
                      int64_t stride_a, const void *b, int64_t ldb, int64_t stride_b, double beta,
                      void *c, int64_t ldc, int64_t stride_c);

/* The sum of x[i * sx] * y[i * sy] over n elements, added up in double. */
double wick__dot(wick_context *context, wick_dtype dtype, int64_t n, const void *x, int64_t sx,
                 const void *y, int64_t sy);

#endif
