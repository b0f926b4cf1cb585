/* The element-wise loops of floats, compiled for every instruction set: a member for each row of
 * pointwise.def. */
#ifndef WICK_KERNEL_FLOAT_LINES_H
#define WICK_KERNEL_FLOAT_LINES_H

#include "kernel/line.h"

typedef struct wick__float_lines {
#define WICK__LINES(name) wick__line *name;
#include "kernel/pointwise.def"
#undef WICK__LINES
} wick__float_lines;

extern const wick__float_lines wick__float_lines_plain;
extern const wick__float_lines wick__float_lines_avx2;
extern const wick__float_lines wick__float_lines_avx512;

/* x - a floor(x / a), which has the divisor's sign, of an element and a number or of two elements;
 * in pointwise.c, which is compiled without fused multiply-adds everywhere. */
wick__line wick__remainder_unfused, wick__cremainder_unfused;

/* Those of this processor. */
const wick__float_lines *wick__float_lines_best(void);

#endif
