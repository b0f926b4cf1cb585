/* The dimensions of a pooling: one struct, filled by one function, which also says what does not
 * fit. */
#ifndef WICK_OP_POOL_DIMS_H
#define WICK_OP_POOL_DIMS_H

#include "kernel/pooling.h"
#include "op/window.h"

#define POOL_WINDOW SIZES("kernel"), PAIR_OR_NONE("stride"), PAIR_OR_NONE("pad")

typedef struct wick__pool {
    wick__pool_dims d;
    wick_sizes image, output;
} wick__pool;

/* From the image's shape and the options: value[] begins with kernel, stride (the kernel where it
 * is left out) and pad; dilation may be NULL. */
wick_status wick__pool_read(const char *name, const wick_sizes *image, const wick_value *value,
                            const wick_sizes *dilation, bool up, wick__pool *p);

/* Of windows that share the image out: value[0] says how many. */
wick_status wick__pool_read_adaptive(const char *name, const wick_sizes *image,
                                     const wick_value *value, wick__pool *p);

#endif
