/* What every element-wise operation does around its loop: promotion, broadcasting or Torch7's equal
 * counts, the result or destination, and the walk. */
#ifndef WICK_OP_ELEMENTWISE_H
#define WICK_OP_ELEMENTWISE_H

#include "kernel/line.h"
#include "op/list.h"

typedef struct wick__map {
    const char *name;
    const wick__lines *lines;
    bool mask;            /* the result is uint8 */
    bool condition_first; /* input 0 is a uint8 mask and takes no part in promotion */
} wick__map;

/* Carries an element-wise operation out; the loop's parameter is call->value. */
wick_status wick__elementwise(const wick__map *map, const wick_call *call, wick_tensor **out);

/* Refuses an integer divisor (a number, or a tensor with such an element) of zero. */
wick_status wick__check_divisor(const char *name, wick_dtype dtype, double divisor);
wick_status wick__check_divisors(const char *name, wick_tensor *divisor);

#endif
