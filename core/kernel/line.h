/* The shape of every element-wise loop: n elements, one pointer and one stride (in elements) an
 * operand, outputs first, and whatever scalars the loop needs. */
#ifndef WICK_KERNEL_LINE_H
#define WICK_KERNEL_LINE_H

#include <stddef.h>

#include "wick.h"

typedef void wick__line(int64_t n, void *const *p, const int64_t *s, const void *parameter);

/* A loop for every element type; NULL where there is none, which makes the message by itself. */
typedef wick__line *wick__lines[WICK_DTYPES];

#endif
