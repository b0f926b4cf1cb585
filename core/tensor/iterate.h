/* Walking several tensors at once. Dimensions are coalesced, then a line kernel sees runs of n
 * elements with one stride an operand; broadcasting is stride 0. Large walks are shared among
 * threads. */
#ifndef WICK_TENSOR_ITERATE_H
#define WICK_TENSOR_ITERATE_H

#include "kernel/line.h"
#include "tensor/tensor.h"

enum { WICK__MAX_OPERANDS = 8 };

/* Calls `line` over operands broadcast to `shape`; the first `outputs` operands are written (their
 * bytes are gated with wick__writable), the others read. Outputs have that shape themselves.
 * Operands may have different types: a stride counts elements of its operand.
 *
 * Elements come in any order and on several threads at once, so `line` must work on each by itself.
 * An output may be one of the inputs, seen with the same strides. Where it shares memory with an
 * input in another geometry the result is undefined: callers check with wick__overlap and
 * wick__same_elements and give a copy instead. */
wick_status wick__iterate(const wick_sizes *shape, int outputs, int operands,
                          wick_tensor *const *operand, wick__line *line, const void *parameter);
/* The same where all operands are row-major and have one shape, of `count` elements. */
wick_status wick__iterate_rows(int64_t count, int outputs, int operands,
                               wick_tensor *const *operand, wick__line *line,
                               const void *parameter);

#endif
