/* Element-wise loops, a table an operation: outputs first, then inputs; the parameter is the call's
 * array of wick_value. What each computes stands beside its loop in pointwise*.inc. */
#ifndef WICK_KERNEL_POINTWISE_H
#define WICK_KERNEL_POINTWISE_H

#include "kernel/line.h"

#define WICK__LINES(name) extern const wick__lines wick__##name##_lines;
#include "kernel/pointwise.def"
#undef WICK__LINES

#endif
