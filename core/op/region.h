/* Box-shaped parts of tensors. */
#ifndef WICK_OP_REGION_H
#define WICK_OP_REGION_H

#include "op/describe.h"

/* Copies `from` over the slices of `to` that begin at `start`. */
wick_status wick__copy_slice(wick_tensor *to, int dim, int64_t start, wick_tensor *from);
/* x with zeros before and after it along a dimension; negative numbers crop. */
wick_tensor *wick__padded(wick__scope *s, wick_tensor *x, int64_t dim, int64_t before,
                          int64_t after);

#endif
