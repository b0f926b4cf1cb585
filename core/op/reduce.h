/* What every reduction does around its loop: checks, the result's shape, the walk. */
#ifndef WICK_OP_REDUCE_H
#define WICK_OP_REDUCE_H

#include "kernel/reduce.h"
#include "op/describe.h"

/* The dimension that argument `value` names, -1 standing for the last; fails with Torch7's words
 * when x has it not. */
wick_status wick__check_dim(const char *name, const wick_tensor *x, int64_t value, int *dim);

/* *y = x reduced over dimension `dim`, which stays with size 1, or over everything (dim -1), which
 * gives one element. y has x's type, but sums and products of whole integer tensors
 * are int64. Max and min also give *index (int64, counted from 1), NULL otherwise. */
wick_status wick__reduce_over(const char *name, wick__reduction kind, double p, wick_tensor *x,
                              int dim, wick_tensor **y, wick_tensor **index);

/* The same with a mask over x's dimensions. */
wick_status wick__reduce_dims(const char *name, wick__reduction kind, double p, wick_tensor *x,
                              const bool *folded, wick_tensor **y);

/* g, which keeps the reduced dimension or is one element, spread over the shape of input 0. */
wick_tensor *wick__spread(wick__rule *r, wick_tensor *g);

/* Whether an element is 0; false after a failure. */
bool wick__has_zero(wick__scope *s, wick_tensor *x);

/* The tensor with 1 where it was 0: a divisor that does no harm where the dividend is 0. */
wick_tensor *wick__without_zeros(wick__scope *s, wick_tensor *x);

#define REDUCE_ALL(WORD, LUA, ARGS, SAVES, DOC, EXAMPLE)                                           \
    const wick_op wick_op_##WORD = {.name = LUA,                                                   \
                                    .args = ARGS,                                                  \
                                    .saves = SAVES,                                                \
                                    .number = true,                                                \
                                    .forward = WORD##_forward,                                     \
                                    .backward = WORD##_backward,                                   \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

#define REDUCE_DIM(WORD, LUA, ARGS, SAVES, DOC, EXAMPLE)                                           \
    const wick_op wick_op_##WORD = {.name = LUA,                                                   \
                                    .args = ARGS,                                                  \
                                    .saves = SAVES,                                                \
                                    .forward = WORD##_forward,                                     \
                                    .backward = WORD##_backward,                                   \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

#endif
