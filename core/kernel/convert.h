/* Loops that turn elements of one type into another. */
#ifndef WICK_KERNEL_CONVERT_H
#define WICK_KERNEL_CONVERT_H

#include "kernel/line.h"

/* [to][from]: p[0] takes p[1], element by element; no parameter. Between integers values wrap
 * around; from floating to integer they are cut toward zero, stop at the limits of the type, and
 * NaN becomes 0; towards a shorter floating type they are rounded to the nearest, ties to even.
 * The same type copies bits. */
extern wick__line *const wick__convert_lines[WICK_DTYPES][WICK_DTYPES];

/* One half-precision number, given and taken as its bits. */
uint16_t wick__half_from_float(float x);
uint16_t wick__half_from_double(double x);
float wick__half_to_float(uint16_t half);

#endif
