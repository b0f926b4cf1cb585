/* The element-wise loops for each element type, and the tables by which operations find them. */
#include "kernel/pointwise.h"

#include <math.h>

#include "kernel/exp_lines.h"
#include "kernel/pointwise_macros.h"

/* Loops of floats that are compiled for every instruction set. */
#define BEST_LINE(NAME)                                                                            \
    static void NAME##_float(int64_t n, void *const *p, const int64_t *s, const void *parameter)   \
    {                                                                                              \
        wick__exp_lines_best()->NAME(n, p, s, parameter);                                          \
    }
BEST_LINE(exp)
BEST_LINE(tanh)
BEST_LINE(sigmoid)

#define NUMBER(TYPE, value) (TYPE)(value)
#define SUM(x, z) ((x) + (z))
#define DIFFERENCE(x, z) ((x) - (z))
#define PRODUCT(x, z) ((x) * (z))
#define QUOTIENT(x, z) ((x) / (z))
#define EACH "kernel/pointwise_real.inc"
#include "kernel/each_real.h"
#define EACH "kernel/pointwise_all.inc"
#include "kernel/each_real.h"
#define REAL double
#define K(name) name##_double
UNARY(exp, exp(x))
UNARY(tanh, tanh(x))
UNARY(sigmoid, 1 / (1 + exp(-x)))
#undef REAL
#undef K
#undef NUMBER
#undef SUM
#undef DIFFERENCE
#undef PRODUCT
#undef QUOTIENT

/* Torch7 truncates a number that meets integers; what no int64 can hold goes to its limits. */
static inline int64_t truncated(double value)
{
    if (value >= 9223372036854775807.0)
        return INT64_MAX;
    return value > -9223372036854775808.0 ? (int64_t)value : value != value ? 0 : INT64_MIN;
}

/* One text for all types: "x < 0" is never true of unsigned ones. */
#pragma GCC diagnostic ignored "-Wtype-limits"

#define NUMBER(TYPE, value) (TYPE) truncated(value)
#define SUM(x, z) (REAL)((uint64_t)(x) + (uint64_t)(z))
#define DIFFERENCE(x, z) (REAL)((uint64_t)(x) - (uint64_t)(z))
#define PRODUCT(x, z) (REAL)((uint64_t)(x) * (uint64_t)(z))
#define QUOTIENT(x, z) K(quotient)((REAL)(x), (REAL)(z))
#define EACH "kernel/pointwise_integer.inc"
#include "kernel/each_integer.h"
#define EACH "kernel/pointwise_all.inc"
#include "kernel/each_integer.h"

#define WICK__REAL_LINES(name)                                                                     \
    const wick__lines wick__##name##_lines = {                                                     \
        [WICK_FLOAT32] = name##_float, [WICK_FLOAT64] = name##_double};
#define WICK__ALL_LINES(name)                                                                      \
    const wick__lines wick__##name##_lines = {name##_uint8, name##_int8,  name##_int16,            \
                                              name##_int32, name##_int64, NULL,                    \
                                              name##_float, name##_double};
#define WICK__MASK_LINES WICK__ALL_LINES
#include "kernel/pointwise.def"
