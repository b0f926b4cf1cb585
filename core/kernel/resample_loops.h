/* The loops of resampling, compiled for every instruction set. Results of bytes do not depend on
 * it, those of floats by as much as products that are not rounded differ. */
#ifndef WICK_KERNEL_RESAMPLE_LOOPS_H
#define WICK_KERNEL_RESAMPLE_LOOPS_H

#include "kernel/resample.h"

/* Pixels side by side that are worked on together. */
enum { WICK__RESAMPLE_LANES = 32 };

/* Rows [begin, end) of the result, all planes' counted through, of columns `width` pixels wide. */
typedef void wick__column_loop(const wick__windows *windows, int64_t width, int64_t begin,
                               int64_t end, const void *x, void *y);
/* Rows [begin, end); scratch holds as many lines of the image as there are lanes. */
typedef void wick__row_loop(const wick__windows *windows, int64_t begin, int64_t end, const void *x,
                            void *scratch, void *y);

/* By element type: uint8, float32, float64. */
typedef struct wick__resample_loops {
    wick__column_loop *columns[3];
    wick__row_loop *rows[3];
} wick__resample_loops;

extern const wick__resample_loops wick__resample_loops_plain;
extern const wick__resample_loops wick__resample_loops_avx2;

/* Those of this processor. */
const wick__resample_loops *wick__resample_loops_best(void);

#endif
