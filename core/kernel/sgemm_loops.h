/* The loops of sgemm.c, compiled for every instruction set. A block is packed and computed in
 * register tiles; a thin product, which memory bounds, reads its large matrix once as it lies. */
#ifndef WICK_KERNEL_SGEMM_LOOPS_H
#define WICK_KERNEL_SGEMM_LOOPS_H

#include "kernel/sgemm.h"

enum {
    WICK__SGEMM_STEPS = 256, /* the most steps along k that are packed at once */
    WICK__SGEMM_THIN = 8,    /* the most rows of a thin product */
    WICK__SGEMM_LINE = 16    /* floats in a cache line, which packing may write too many */
};

/* out[r][l] = sum over i of x[r][i] matrix[l][i], or matrix[i][l] in a thin product of columns. */
typedef struct wick__sgemm_thin {
    int64_t rows, length, k; /* of out, of its rows, of the sums */
    const float *x;          /* rows x k */
    int64_t x_row;           /* from one of its rows to the next */
    const float *matrix;
    int64_t ld; /* of matrix */
    float alpha, beta;
    float *out;
    int64_t row, column; /* elements from one to the next in out */
} wick__sgemm_thin;

typedef struct wick__sgemm_loops {
    int rows, columns; /* of the largest register tile */
    /* The whole product in one thread. `room` is aligned to a line and has floats for (m + chunk) x
     * least(k, WICK__SGEMM_STEPS) and two lines; `chunk`, a multiple of `columns`, is how many
     * columns are packed at once. */
    void (*block)(const wick__sgemm *product, int64_t chunk, float *room);
    /* The same, reading a (and most of b, if it is not transposed) as it lies, for at most
     * WICK__SGEMM_STEPS steps; `room` has floats for `columns` x k and two lines. */
    void (*small)(const wick__sgemm *product, float *room);
    /* Elements [begin, end) of the rows of out. */
    void (*thin_rows)(const wick__sgemm_thin *product, int64_t begin, int64_t end);
    void (*thin_columns)(const wick__sgemm_thin *product, int64_t begin, int64_t end);
} wick__sgemm_loops;

extern const wick__sgemm_loops wick__sgemm_loops_plain;
extern const wick__sgemm_loops wick__sgemm_loops_avx2;
extern const wick__sgemm_loops wick__sgemm_loops_avx512;

/* Those of this processor. */
const wick__sgemm_loops *wick__sgemm_loops_best(void);

#endif
