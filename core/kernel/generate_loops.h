/* What random words become in floats, compiled for every instruction set. Every number is that of
 * the plain loops of generate_real.inc, to the last bit. */
#ifndef WICK_KERNEL_GENERATE_LOOPS_H
#define WICK_KERNEL_GENERATE_LOOPS_H

#include "wick.h"

/* n numbers of a distribution with parameters a and b from as many words. */
typedef void wick__draw_loop(int64_t n, const uint32_t *word, double a, double b, void *y);

typedef struct wick__draw_loops {
    wick__draw_loop *uniform, *normal;
} wick__draw_loops;

extern const wick__draw_loops wick__draw_loops_plain;
extern const wick__draw_loops wick__draw_loops_avx2;
extern const wick__draw_loops wick__draw_loops_avx512;

/* Those of this processor. */
const wick__draw_loops *wick__draw_loops_best(void);

/* The pair of normal numbers that two words make, as the generator makes them. */
void wick__normal_pair(const uint32_t *word, double a, double b, float *y);

#endif
