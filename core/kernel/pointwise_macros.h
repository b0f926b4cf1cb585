/* How an element-wise loop is written: one expression in x, z, u (the inputs) and a, b (the call's
 * numbers). Runs of neighbouring elements, the usual case, get a loop of their own that compilers
 * vectorise; the output may be one of the inputs, element for element. */
#ifndef WICK_KERNEL_POINTWISE_MACROS_H
#define WICK_KERNEL_POINTWISE_MACROS_H

#include "wick.h"

/* Torch7 truncates a number that meets integers; what no int64 can hold goes to its limits. */
static inline int64_t wick__truncated(double value)
{
    if (value >= 9223372036854775807.0)
        return INT64_MAX;
    return value > -9223372036854775808.0 ? (int64_t)value : value != value ? 0 : INT64_MIN;
}

#define WICK__NUMBERS(TYPE)                                                                        \
    const wick_value *number = parameter;                                                          \
    const TYPE a = number ? NUMBER(TYPE, number[0].number) : (TYPE)0;                              \
    const TYPE b = number ? NUMBER(TYPE, number[1].number) : (TYPE)0;                              \
    (void)a, (void)b

#define UNARY(NAME, EXPRESSION)                                                                    \
    static void K(NAME)(int64_t n, void *const *p, const int64_t *s, const void *parameter)        \
    {                                                                                              \
        REAL *out = p[0];                                                                          \
        const REAL *in = p[1];                                                                     \
        const int64_t so = s[0], si = s[1];                                                        \
        WICK__NUMBERS(REAL);                                                                       \
        if (so == 1 && si == 1) {                                                                  \
            _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++)                                   \
            {                                                                                      \
                const REAL x = in[i];                                                              \
                out[i] = (REAL)(EXPRESSION);                                                       \
            }                                                                                      \
            return;                                                                                \
        }                                                                                          \
        for (int64_t i = 0; i < n; i++) {                                                          \
            const REAL x = in[i * si];                                                             \
            out[i * so] = (REAL)(EXPRESSION);                                                      \
        }                                                                                          \
    }

#define BINARY_OUT(OUT, NAME, EXPRESSION)                                                          \
    static void K(NAME)(int64_t n, void *const *p, const int64_t *s, const void *parameter)        \
    {                                                                                              \
        OUT *out = p[0];                                                                           \
        const REAL *left = p[1], *right = p[2];                                                    \
        const int64_t so = s[0], sl = s[1], sr = s[2];                                             \
        WICK__NUMBERS(REAL);                                                                       \
        if (so == 1 && sl == 1 && sr == 1) {                                                       \
            _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++)                                   \
            {                                                                                      \
                const REAL x = left[i], z = right[i];                                              \
                out[i] = (OUT)(EXPRESSION);                                                        \
            }                                                                                      \
        } else if (so == 1 && sl == 1 && sr == 0) {                                                \
            const REAL z = *right;                                                                 \
            _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++)                                   \
            {                                                                                      \
                const REAL x = left[i];                                                            \
                out[i] = (OUT)(EXPRESSION);                                                        \
            }                                                                                      \
        } else                                                                                     \
            for (int64_t i = 0; i < n; i++) {                                                      \
                const REAL x = left[i * sl], z = right[i * sr];                                    \
                out[i * so] = (OUT)(EXPRESSION);                                                   \
            }                                                                                      \
    }

#define BINARY(NAME, EXPRESSION) BINARY_OUT(REAL, NAME, EXPRESSION)
#define COMPARE(NAME, OPERATOR) BINARY_OUT(uint8_t, NAME, x OPERATOR z)

/* Comparison with a number happens in double, so that 2.5 stays 2.5 beside integers. */
#define COMPARE_NUMBER(NAME, OPERATOR)                                                             \
    static void K(NAME)(int64_t n, void *const *p, const int64_t *s, const void *parameter)        \
    {                                                                                              \
        uint8_t *out = p[0];                                                                       \
        const REAL *in = p[1];                                                                     \
        const int64_t so = s[0], si = s[1];                                                        \
        const double a = ((const wick_value *)parameter)[0].number;                                \
        for (int64_t i = 0; i < n; i++)                                                            \
            out[i * so] = (double)in[i * si] OPERATOR a;                                           \
    }

#define TERNARY(NAME, EXPRESSION)                                                                  \
    static void K(NAME)(int64_t n, void *const *p, const int64_t *s, const void *parameter)        \
    {                                                                                              \
        REAL *out = p[0];                                                                          \
        const REAL *first = p[1], *second = p[2], *third = p[3];                                   \
        const int64_t so = s[0], s1 = s[1], s2 = s[2], s3 = s[3];                                  \
        WICK__NUMBERS(REAL);                                                                       \
        if (so == 1 && s1 == 1 && s2 == 1 && s3 == 1) {                                            \
            _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++)                                   \
            {                                                                                      \
                const REAL x = first[i], z = second[i], u = third[i];                              \
                out[i] = (REAL)(EXPRESSION);                                                       \
            }                                                                                      \
            return;                                                                                \
        }                                                                                          \
        for (int64_t i = 0; i < n; i++) {                                                          \
            const REAL x = first[i * s1], z = second[i * s2], u = third[i * s3];                   \
            out[i * so] = (REAL)(EXPRESSION);                                                      \
        }                                                                                          \
    }

#endif
