/* The element-wise loops for each element type, and the tables by which operations find them. */
#include "kernel/pointwise.h"

#include <math.h>

#include "kernel/float_lines.h"
#include "kernel/pointwise_macros.h"

/* ---- floats ---------------------------------------------------------------------------------- */

#define WICK__LINES(name)                                                                          \
    static void name##_float(int64_t n, void *const *p, const int64_t *s, const void *parameter)   \
    {                                                                                              \
        wick__float_lines_best()->name(n, p, s, parameter);                                        \
    }
#include "kernel/pointwise.def"
#undef WICK__LINES

void wick__remainder_unfused(int64_t n, void *const *p, const int64_t *s, const void *parameter)
{
    const float *x = p[1], divisor = (float)((const wick_value *)parameter)->number;
    float *out = p[0];
    for (int64_t i = 0; i < n; i++) {
        const float whole = floorf(x[i * s[1]] / divisor);
        out[i * s[0]] = x[i * s[1]] - divisor * whole;
    }
}

void wick__cremainder_unfused(int64_t n, void *const *p, const int64_t *s, const void *parameter)
{
    const float *x = p[1], *z = p[2];
    float *out = p[0];
    (void)parameter;
    for (int64_t i = 0; i < n; i++) {
        const float whole = floorf(x[i * s[1]] / z[i * s[2]]);
        out[i * s[0]] = x[i * s[1]] - z[i * s[2]] * whole;
    }
}

/* ---- doubles --------------------------------------------------------------------------------- */

#define NUMBER(TYPE, value) (TYPE)(value)
#define SUM(x, z) ((x) + (z))
#define DIFFERENCE(x, z) ((x) - (z))
#define PRODUCT(x, z) ((x) * (z))
#define QUOTIENT(x, z) ((x) / (z))
#define REAL double
#define K(name) name##_double
#define M(name) name

static inline double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static inline double log1p_exp(double x)
{
    return (x < 0 ? 0 : x) + log1p(exp(-fabs(x)));
}

UNARY(sin, sin(x))
UNARY(cos, cos(x))
UNARY(tan, tan(x))
UNARY(remainder, x - a * floor(x / a)) /* the divisor's sign */
BINARY(cremainder, x - z * floor(x / z))
#include "kernel/pointwise_all.inc"
#include "kernel/pointwise_real.inc"
#undef REAL
#undef K
#undef M
#undef NUMBER
#undef SUM
#undef DIFFERENCE
#undef PRODUCT
#undef QUOTIENT

/* ---- integers -------------------------------------------------------------------------------- */

/* One text for all types: "x < 0" is never true of unsigned ones. */
#pragma GCC diagnostic ignored "-Wtype-limits"

#define NUMBER(TYPE, value) (TYPE) wick__truncated(value)
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
