/* Matrix products of floats, of our own: OpenBLAS knows only the processors of its day. Whether
 * matrices are packed, and how work is cut, follows from shapes alone. */
#ifndef WICK_KERNEL_SGEMM_H
#define WICK_KERNEL_SGEMM_H

#include "wick.h"

/* c = alpha op(a) op(b) + beta c, as wick__gemm has it. */
typedef struct wick__sgemm {
    bool ta, tb;
    int64_t m, n, k;
    float alpha, beta;
    const float *a, *b;
    float *c;
    int64_t lda, ldb, ldc;
} wick__sgemm;

/* Shared among the context's threads. Never fails: without memory for packing it takes less. */
void wick__sgemm_run(wick_context *context, const wick__sgemm *product);

#endif
