/* Element-wise loops on the bits of integers, and shifts, which floating types know as products
 * with powers of two. A shift by less than 0 or by more than the type has bits leaves 0; integers
 * shifted to the right are filled with zeros from the left. */
#ifndef WICK_KERNEL_BITWISE_H
#define WICK_KERNEL_BITWISE_H

#include "kernel/line.h"

extern const wick__lines wick__bitand_lines;
extern const wick__lines wick__bitor_lines;
extern const wick__lines wick__bitxor_lines;
extern const wick__lines wick__lshift_lines;
extern const wick__lines wick__rshift_lines;
extern const wick__lines wick__cbitand_lines;
extern const wick__lines wick__cbitor_lines;
extern const wick__lines wick__cbitxor_lines;
extern const wick__lines wick__clshift_lines;
extern const wick__lines wick__crshift_lines;

#endif
