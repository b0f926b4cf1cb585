/* What there is to know about an element type. */
#include "wick.h"

static const struct {
    const char *name;
    size_t size;
} types[WICK_DTYPES] = {
    [WICK_UINT8] = {"uint8", 1},     [WICK_INT8] = {"int8", 1},
    [WICK_INT16] = {"int16", 2},     [WICK_INT32] = {"int32", 4},
    [WICK_INT64] = {"int64", 8},     [WICK_FLOAT16] = {"float16", 2},
    [WICK_FLOAT32] = {"float32", 4}, [WICK_FLOAT64] = {"float64", 8},
};

const char *wick_dtype_name(wick_dtype dtype)
{
    return types[dtype].name;
}

size_t wick_dtype_size(wick_dtype dtype)
{
    return types[dtype].size;
}

bool wick_dtype_is_floating(wick_dtype dtype)
{
    return dtype >= WICK_FLOAT16;
}
