/* Operations that replace some elements of their first input: Torch7's in-place methods. Without a
 * destination they change a copy; the receiver itself they change where it lies. */
#ifndef WICK_OP_OVERWRITE_H
#define WICK_OP_OVERWRITE_H

#include "graph/descriptor.h"
#include "tensor/tensor.h"

/* Writes into `to`, which holds the first input's elements and shares no memory with the others.
 * Checks everything before it writes anything. */
typedef wick_status wick__overwrite(const wick_call *call, wick_tensor *to);

/* The forward of such an operation, which declares itself `elementwise` because it takes any
 * destination. row_major: `overwrite` can write to nothing else. */
wick_status wick__overwrite_first(const wick_call *call, wick_tensor **out, bool row_major,
                                  wick__overwrite *overwrite);

/* One element of that type; `element` has room for 8 bytes. */
void wick__element_of(double number, wick_dtype dtype, void *element);

#endif
