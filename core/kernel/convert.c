/* Conversion loops for every pair of element types: convert_to.inc makes those towards one type,
 * convert.inc a single one. */
#include "kernel/convert.h"

#include "kernel/bits.h"

/* ---- half precision ---- */

/* Halves have 5 bits of exponent and 10 of fraction. Below 2^-14 they are multiples of 2^-24, and
 * adding the number whose last bit is worth 2^-24 lets the processor round to one. 65520 and above
 * round to infinity. A NaN keeps the top of its payload. */
static inline uint16_t half_from_float(float x)
{
    uint32_t bits = wick__bits_of_float(x), magnitude = bits & 0x7FFFFFFFu;
    uint32_t tiny = wick__bits_of_float(wick__float_of_bits(magnitude) + 0x1p-1f) -
                    wick__bits_of_float(0x1p-1f);
    uint32_t normal = (magnitude - (112u << 23) + 0xFFFu + ((magnitude >> 13) & 1)) >> 13;
    uint32_t huge = magnitude > 0x7F800000u ? 0x7E00u | ((magnitude >> 13) & 0x3FFu) : 0x7C00u;
    uint32_t half = magnitude < 0x38800000u ? tiny : normal;
    return (uint16_t)((bits >> 16 & 0x8000u) | (magnitude >= 0x477FF000u ? huge : half));
}

static inline uint16_t half_from_double(double x)
{
    uint64_t bits = wick__bits_of_double(x), magnitude = bits & UINT64_C(0x7FFFFFFFFFFFFFFF);
    uint64_t sign = bits >> 48 & 0x8000u;
    if (magnitude > UINT64_C(0x7FF0000000000000))
        return (uint16_t)(sign | 0x7E00u | (magnitude >> 42 & 0x3FFu));
    if (magnitude >= UINT64_C(0x40EFFE0000000000))
        return (uint16_t)(sign | 0x7C00u);
    if (magnitude < UINT64_C(0x3F10000000000000))
        return (uint16_t)(sign | (wick__bits_of_double(wick__double_of_bits(magnitude) + 0x1p28) -
                                  wick__bits_of_double(0x1p28)));
    uint64_t rounded = magnitude + ((UINT64_C(1) << 41) - 1) + (magnitude >> 42 & 1);
    return (uint16_t)(sign | ((rounded - (UINT64_C(1008) << 52)) >> 42));
}

static inline float half_to_float(uint16_t half)
{
    uint32_t magnitude = half & 0x7FFFu, sign = (uint32_t)(half & 0x8000u) << 16;
    uint32_t tiny = wick__bits_of_float((float)magnitude * 0x1p-24f);
    uint32_t normal = (magnitude << 13) + (112u << 23);
    uint32_t huge = (magnitude << 13) + (224u << 23);
    return wick__float_of_bits(sign | (magnitude >= 0x7C00u ? huge
                                       : magnitude < 0x400u ? tiny
                                                            : normal));
}

uint16_t wick__half_from_float(float x)
{
    return half_from_float(x);
}

uint16_t wick__half_from_double(double x)
{
    return half_from_double(x);
}

float wick__half_to_float(uint16_t half)
{
    return half_to_float(half);
}

/* ---- floating to integer ---- */

/* In C the conversion itself is undefined outside the type's range. `beyond` is the first power of
 * two above `high`. */
#define CUT(TYPE, low, high, beyond, x)                                                            \
    ((x) > (low) ? (x) < (beyond) ? (TYPE)(x) : (high) : (x) == (x) ? (low) : 0)

/* ---- the loops ---- */

#define TO uint8_t
#define TO_NAME uint8
#define TO_TYPE 0
#define FROM_INTEGER(x) ((uint8_t)(x))
#define FROM_REAL(x) CUT(uint8_t, 0, UINT8_MAX, 0x1p8f, x)
#include "kernel/convert_to.inc"

#define TO int8_t
#define TO_NAME int8
#define TO_TYPE 1
#define FROM_INTEGER(x) ((int8_t)(x))
#define FROM_REAL(x) CUT(int8_t, INT8_MIN, INT8_MAX, 0x1p7f, x)
#include "kernel/convert_to.inc"

#define TO int16_t
#define TO_NAME int16
#define TO_TYPE 2
#define FROM_INTEGER(x) ((int16_t)(x))
#define FROM_REAL(x) CUT(int16_t, INT16_MIN, INT16_MAX, 0x1p15f, x)
#include "kernel/convert_to.inc"

#define TO int32_t
#define TO_NAME int32
#define TO_TYPE 3
#define FROM_INTEGER(x) ((int32_t)(x))
#define FROM_REAL(x) CUT(int32_t, INT32_MIN, INT32_MAX, 0x1p31f, x)
#include "kernel/convert_to.inc"

#define TO int64_t
#define TO_NAME int64
#define TO_TYPE 4
#define FROM_INTEGER(x) ((int64_t)(x))
#define FROM_REAL(x) CUT(int64_t, INT64_MIN, INT64_MAX, 0x1p63f, x)
#include "kernel/convert_to.inc"

#define TO uint16_t
#define TO_NAME float16
#define TO_TYPE 5
#define FROM_INTEGER(x) half_from_float((float)(x))
#define FROM_REAL(x) _Generic((x), float : half_from_float, double : half_from_double)(x)
#include "kernel/convert_to.inc"

#define TO float
#define TO_NAME float32
#define TO_TYPE 6
#define FROM_INTEGER(x) ((float)(x))
#define FROM_REAL(x) ((float)(x))
#include "kernel/convert_to.inc"

#define TO double
#define TO_NAME float64
#define TO_TYPE 7
#define FROM_INTEGER(x) ((double)(x))
#define FROM_REAL(x) ((double)(x))
#include "kernel/convert_to.inc"

#define ROW(to)                                                                                    \
    {                                                                                              \
        to##_from_uint8, to##_from_int8, to##_from_int16, to##_from_int32, to##_from_int64,        \
            to##_from_float16, to##_from_float32, to##_from_float64                                \
    }

wick__line *const wick__convert_lines[WICK_DTYPES][WICK_DTYPES] = {
    ROW(uint8), ROW(int8),    ROW(int16),   ROW(int32),
    ROW(int64), ROW(float16), ROW(float32), ROW(float64),
};
