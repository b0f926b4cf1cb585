/* What stands around a kernel that wants whole, row-major memory: operands in, results out. A scope
 * keeps what had to be copied; after its first failure these do nothing and return NULL. */
#ifndef WICK_OP_DENSE_H
#define WICK_OP_DENSE_H

#include "op/describe.h"

/* The elements of t in row-major order, where they lie or copied. NULL gives NULL. */
const void *wick__read(wick__scope *s, wick_tensor *t);

/* Makes *out and lends its memory, which is not cleared. */
void *wick__make(wick__scope *s, wick_dtype dtype, const wick_sizes *shape, wick_tensor **out);

/* Refuses tensors that are not all float32 or all float64; NULL ones do not count. */
wick_status wick__check_one_type(const char *name, int n, wick_tensor *const *t);

/* Refuses a gradient that has not the shape of the output it belongs to. */
wick_status wick__check_gradient(const char *name, const wick_tensor *g, const wick_sizes *output);

#endif
