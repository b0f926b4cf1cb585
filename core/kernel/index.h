/* Elements moved to and from given positions along one dimension of a tensor, the `whole`. The
 * other tensor, the `part`, has as many slices along it as there are positions. Positions count
 * from 1 and have been checked. Operands are strided; strides count elements. */
#ifndef WICK_KERNEL_INDEX_H
#define WICK_KERNEL_INDEX_H

#include "wick.h"

typedef struct wick__indexing {
    wick_dtype dtype;
    int64_t count; /* positions along the indexed dimension */
    int64_t part_step, whole_step, position_step;
    int ndim; /* the other dimensions, outermost first; both tensors have these sizes */
    int64_t size[WICK_MAX_DIM];
    int64_t part_stride[WICK_MAX_DIM]; /* all 0: one element for every place */
    int64_t whole_stride[WICK_MAX_DIM];
    int64_t position_stride[WICK_MAX_DIM]; /* all 0: the same positions everywhere */
    void *part, *whole;
    const int64_t *position;
} wick__indexing;

/* part = whole at the positions. */
void wick__take(wick_context *context, const wick__indexing *indexing);
/* whole at the positions = part; of equal positions the last one holds. */
void wick__put(wick_context *context, const wick__indexing *indexing);
/* whole at the positions += part, in the order of the positions; integers wrap. Not for float16. */
void wick__put_sum(wick_context *context, const wick__indexing *indexing);

/* The first of n positions outside [1, limit]; n: there is none. */
int64_t wick__first_outside(wick_context *context, int64_t n, const int64_t *position,
                            int64_t limit);
/* mask[i] = whether no later one of n positions is equal. `seen` has room for every position that
 * occurs, up to `limit`, and holds nothing above `mark`, which no other call uses. */
void wick__mark_last(int64_t n, int64_t stride, const int64_t *position, int64_t mark,
                     int64_t *seen, uint8_t *mask);

#endif
