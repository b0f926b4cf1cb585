/* Tensors of positions, as indexing operations take them, and moving elements by them. */
#ifndef WICK_OP_POSITIONS_H
#define WICK_OP_POSITIONS_H

#include "op/reduce.h"

/* *positions = `given` as a row-major int64 tensor of which every element is a position along
 * dimension `dim` of x, counted from 1; other integers and whole numbers of a floating type are
 * taken too. The error names the first that is not, and `name`. */
wick_status wick__positions(const char *name, const wick_tensor *x, int dim, wick_tensor *given,
                            wick_tensor **positions);

typedef enum wick__move { WICK__TAKE, WICK__PUT, WICK__PUT_SUM } wick__move;

/* Moves elements between `part` and the positions along `dim` of `whole`; one of the two, by the
 * move, is written. positions: from wick__positions; one list for all (1-D), or of the part's
 * shape. part NULL: the one element at `element` for every place. Types are equal. */
wick_status wick__move_by(wick__move move, wick_tensor *whole, int dim,
                          const wick_tensor *positions, wick_tensor *part, const void *element);

/* `t` as it is, or converted to x's type; the caller's to release. */
wick_status wick__in_type_of(const wick_tensor *x, wick_tensor *t, wick_tensor **same);

/* Refuses to add up elements of a type that only stores. */
wick_status wick__check_sums(const char *name, const wick_tensor *x);

/* A new tensor of zeros. */
wick_status wick__zeros(wick_context *context, wick_dtype dtype, const wick_sizes *shape,
                        wick_tensor **zeros);

/* The sum at positions along a dimension of `shape` of g's slices or elements, zero elsewhere: the
 * gradient of index and gather. */
wick_tensor *wick__sum_at(wick__scope *s, wick_tensor *g, int64_t dim, wick_tensor *positions,
                          const wick_sizes *shape);

/* 1 where a position is the last among equals along `dim`, as a ByteTensor of their shape. */
wick_tensor *wick__last_among_equals(wick__scope *s, wick_tensor *positions, int dim,
                                     int64_t limit);

#endif
