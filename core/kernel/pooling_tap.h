/* The inner loops of pooling, compiled for every instruction set: windows of one row that lie
 * inside the plane, `stride` columns apart. Each holds the same taps, pixels at an offset from
 * where it starts. */
#ifndef WICK_KERNEL_POOLING_TAP_H
#define WICK_KERNEL_POOLING_TAP_H

#include "wick.h"

/* The loops of one floating type for one instruction set. */
typedef struct wick__pool_taps {
    /* best[j] = the largest of x[offset[t] + j stride], the first of equals, the first NaN over
     * all; index[j] = where it stood, from x on. index may be NULL. */
    void (*max)(int64_t n, int64_t taps, const int32_t *offset, int64_t stride, const void *x,
                void *best, int64_t *index);
    /* sum[j] = the sum of x[offset[t] + j stride] */
    void (*sum)(int64_t n, int64_t taps, const int32_t *offset, int64_t stride, const void *x,
                void *sum);
} wick__pool_taps;

/* For float, then double. */
extern const wick__pool_taps wick__pool_taps_plain[2];
extern const wick__pool_taps wick__pool_taps_avx2[2];
extern const wick__pool_taps wick__pool_taps_avx512[2];

/* Those of this processor. */
const wick__pool_taps *wick__pool_taps_for(wick_dtype dtype);

#endif
