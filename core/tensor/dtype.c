/* What there is to know about an element type. */
#include "tensor/tensor.h"

static const char *const names[WICK_DTYPES] = {
    [WICK_UINT8] = "uint8",     [WICK_INT8] = "int8",       [WICK_INT16] = "int16",
    [WICK_INT32] = "int32",     [WICK_INT64] = "int64",     [WICK_FLOAT16] = "float16",
    [WICK_FLOAT32] = "float32", [WICK_FLOAT64] = "float64",
};

const uint8_t wick__dtype_bytes[WICK_DTYPES] = {
    [WICK_UINT8] = 1, [WICK_INT8] = 1,    [WICK_INT16] = 2,   [WICK_INT32] = 4,
    [WICK_INT64] = 8, [WICK_FLOAT16] = 2, [WICK_FLOAT32] = 4, [WICK_FLOAT64] = 8,
};

const char *wick_dtype_name(wick_dtype dtype)
{
    return names[dtype];
}

size_t wick_dtype_size(wick_dtype dtype)
{
    return wick__dtype_bytes[dtype];
}

bool wick_dtype_is_floating(wick_dtype dtype)
{
    return dtype >= WICK_FLOAT16;
}
