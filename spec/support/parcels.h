/* Two contexts, and tensors that pass between them. */
#ifndef WICK_SPEC_PARCELS_H
#define WICK_SPEC_PARCELS_H

#include "support/context.h"
#include "tensor/tensor.h"

#define SIZES(...) ((const int64_t[]){__VA_ARGS__})

static wick_context *other;

/* Whether nothing of the context's is in use. */
static inline bool is_clean(wick_context *c)
{
    wick_memory memory = wick_context_memory(c);
    return memory.live == 0 && memory.storages == 0;
}

/* Lends the tensor's memory. */
static inline const void *bytes_of(wick_tensor *t)
{
    void *data;
    must(wick_tensor_data(t, &data));
    return data;
}

/* Two floats in the other context. */
static inline wick_tensor *pair(float a, float b)
{
    wick_tensor *t;
    must(wick_tensor_from(other, WICK_FLOAT32, 1, SIZES(2), (const float[]){a, b}, &t));
    return t;
}

#endif
