/* What operations share that make their values from nothing: the tensor to fill, and its type. */
#ifndef WICK_OP_GENERATE_H
#define WICK_OP_GENERATE_H

#include "op/describe.h"

/* Fills the elements of a row-major tensor, which may have none. */
typedef wick_status wick__filler(wick_tensor *dense, void *data, const void *parameter);

/* Fills *out, whatever its strides are. */
wick_status wick__fill_with(wick_tensor *out, wick__filler *filler, const void *parameter);

/* Makes *out with these sizes, or gives them to the destination in *out. `dtype` is the argument's
 * value (-1: float32); a destination keeps its own type. */
wick_status wick__result_of(const wick_call *call, int64_t dtype, int ndim, const int64_t *size,
                            wick_tensor **out);

/* Refuses a type that an operation has no loop for. */
wick_status wick__no_loop(const char *name, wick_dtype dtype);

/* The element type as an option. */
#define DTYPE_OPTION                                                                               \
    {                                                                                              \
        "dtype", WICK__DTYPE, true, -1, NULL, true                                                 \
    }

/* Values from nothing: the receiver is what is filled, and nothing has a gradient. */
#define GENERATOR(WORD, LUA, ARGS, IS_RANDOM, IS_NUMBER, DOC, EXAMPLE)                             \
    const wick_op wick_op_##WORD = {.name = LUA,                                                   \
                                    .args = ARGS,                                                  \
                                    .method = WICK__METHOD_INTO,                                   \
                                    .into = true,                                                  \
                                    .number = IS_NUMBER,                                           \
                                    .constant = true,                                              \
                                    .random = IS_RANDOM,                                           \
                                    .forward = WORD##_forward,                                     \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

#endif
