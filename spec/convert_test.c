/* Conversion of every pair of element types against a model in long double, which holds every
 * 64-bit integer and every double exactly. */
#include "kernel/convert.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/tap.h"

enum { MOST = 96 };

/* ---- the model ---- */

static const int bits_of[] = {8, 8, 16, 32, 64};

static bool is_integer(int type)
{
    return type <= WICK_INT64;
}

static bool is_signed(int type)
{
    return type != WICK_UINT8;
}

static long double half_value(uint16_t half)
{
    int exponent = half >> 10 & 31, fraction = half & 1023;
    long double size = exponent == 31 ? (fraction ? (long double)NAN : (long double)INFINITY)
                       : exponent     ? ldexpl(1024 + fraction, exponent - 25)
                                      : ldexpl(fraction, -24);
    return half & 0x8000 ? -size : size;
}

/* The half nearest to x, found by halving the interval of the positive ones; ties to even. */
static uint16_t nearest_half(long double x)
{
    uint16_t sign = signbit(x) ? 0x8000 : 0, low = 0, high = 0x7C00;
    x = fabsl(x);
    if (x >= 65520)
        return sign | 0x7C00;
    while (high - low > 1) {
        uint16_t middle = (uint16_t)((low + high) / 2);
        if (half_value(middle) <= x)
            low = middle;
        else
            high = middle;
    }
    long double above = high == 0x7C00 ? 65536 : half_value(high);
    long double down = x - half_value(low), up = above - x;
    return sign | (down < up || (down == up && low % 2 == 0) ? low : high);
}

static long double read_one(int type, const void *at)
{
    switch (type) {
    case WICK_UINT8:
        return *(const uint8_t *)at;
    case WICK_INT8:
        return *(const int8_t *)at;
    case WICK_INT16:
        return *(const int16_t *)at;
    case WICK_INT32:
        return *(const int32_t *)at;
    case WICK_INT64:
        return *(const int64_t *)at;
    case WICK_FLOAT16:
        return half_value(*(const uint16_t *)at);
    case WICK_FLOAT32:
        return *(const float *)at;
    default:
        return *(const double *)at;
    }
}

/* The low bits of an integer as a number of the type. */
static __int128 wrap(int type, __int128 x)
{
    __int128 range = (__int128)1 << bits_of[type];
    x = ((x % range) + range) % range;
    return is_signed(type) && x >= range / 2 ? x - range : x;
}

static __int128 cut(int type, long double x)
{
    __int128 range = (__int128)1 << bits_of[type];
    __int128 low = is_signed(type) ? -range / 2 : 0, high = low + range - 1;
    if (isnan(x))
        return 0;
    return x <= (long double)low ? low : x >= (long double)high ? high : (__int128)truncl(x);
}

static bool agrees(int to_type, const void *to, int from_type, const void *from)
{
    long double x = read_one(from_type, from), y = read_one(to_type, to);
    if (is_integer(to_type))
        return (__int128)y ==
               (is_integer(from_type) ? wrap(to_type, (__int128)x) : cut(to_type, x));
    if (isnan(x))
        return isnan(y);
    if (to_type == WICK_FLOAT16)
        return *(const uint16_t *)to == nearest_half(x);
    long double expected = to_type == WICK_FLOAT32 ? (long double)(float)x : (double)x;
    return y == expected && signbit(y) == signbit(expected);
}

/* ---- values worth trying ---- */

static const double values[] = {
    0.0,
    -0.0,
    1,
    -1,
    0.5,
    -0.5,
    0.999999,
    -0.999999,
    1.5,
    2.5,
    126.9,
    127,
    127.5,
    128,
    -128,
    -128.5,
    -129,
    255,
    255.5,
    256,
    257,
    32767,
    32767.9,
    32768,
    -32768,
    -32769,
    65504,
    65519.99,
    65520,
    65535,
    65536,
    16777215,
    16777216,
    16777217,
    2147483520,
    2147483647,
    2147483648,
    4294967296.5,
    -2147483648,
    -2147483649,
    9223372036854774784.0,
    9223372036854775808.0,
    -9223372036854775808.0,
    -9223372036854777856.0,
    1e300,
    -1e300,
    1e39,
    3.4e38,
    1e-8,
    2.98e-8,
    2.9802322387695312e-8,
    3e-8,
    5.96e-8,
    6.1e-5,
    6.103515625e-5,
    1.00048828125,
    1.0004883,
    1.00146484375,
    -2049,
    2051,
    1e-45,
    1e-310,
    3.141592653589793,
    (double)INFINITY,
    -(double)INFINITY,
    (double)NAN,
};
enum { VALUES = sizeof values / sizeof *values };

static void write_one(int type, void *at, double x)
{
    long double all = x;
    int64_t integer = is_integer(type) ? (int64_t)cut(type, all) : 0;
    uint16_t half = isnan(x) ? 0x7E01 : nearest_half(all);
    float single = (float)x;
    if (is_integer(type))
        memcpy(at, &integer, wick_dtype_size(type)); /* little endian, as every host so far */
    else if (type == WICK_FLOAT16)
        memcpy(at, &half, sizeof half);
    else if (type == WICK_FLOAT32)
        memcpy(at, &single, sizeof single);
    else
        memcpy(at, &x, sizeof x);
}

static void try_line(int to_type, int from_type, int64_t n, int64_t to_stride, int64_t from_stride)
{
    size_t to_size = wick_dtype_size(to_type), from_size = wick_dtype_size(from_type);
    _Alignas(64) char to[8 * 3 * MOST], from[8 * 3 * MOST];
    memset(to, 0x5A, sizeof to);
    for (int64_t i = 0; i < n; i++)
        write_one(from_type, from + (size_t)(i * from_stride) * from_size,
                  values[(i + n) % VALUES]);
    wick__convert_lines[to_type][from_type](n, (void *const[]){to, from},
                                            (int64_t[]){to_stride, from_stride}, NULL);
    for (int64_t i = 0; i < n; i++)
        expect_for(agrees(to_type, to + (size_t)(i * to_stride) * to_size, from_type,
                          from + (size_t)(i * from_stride) * from_size),
                   "%s to %s, %g became %Lg", wick_dtype_name(from_type), wick_dtype_name(to_type),
                   (double)read_one(from_type, from + (size_t)(i * from_stride) * from_size),
                   read_one(to_type, to + (size_t)(i * to_stride) * to_size));
    for (int64_t i = 0; i < 3 * MOST; i++)
        if (i % to_stride != 0 || i / to_stride >= n)
            expect_for(to[(size_t)i * to_size] == 0x5A, "wrote between or behind elements");
}

/* ---- tests ---- */

static void all_pairs_give_the_models_values(void)
{
    static const int64_t lengths[] = {0, 1, 7, 31, VALUES, MOST};
    for (int to = 0; to < WICK_DTYPES; to++)
        for (int from = 0; from < WICK_DTYPES; from++)
            for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
                try_line(to, from, lengths[i], 1, 1);
                try_line(to, from, lengths[i], 2, 3);
                try_line(to, from, lengths[i], 3, 1);
                try_line(to, from, lengths[i], 1, 0);
            }
}

static void extreme_integers_wrap(void)
{
    const int64_t from[] = {INT64_MIN, INT64_MAX, 255, 256, -1, 0x123456789ABCDEF0};
    int8_t small[6];
    int32_t middle[6];
    wick__convert_lines[WICK_INT8][WICK_INT64](6, (void *const[]){small, (void *)from},
                                               (int64_t[]){1, 1}, NULL);
    wick__convert_lines[WICK_INT32][WICK_INT64](6, (void *const[]){middle, (void *)from},
                                                (int64_t[]){1, 1}, NULL);
    const int8_t small_expected[] = {0, -1, -1, 0, -1, (int8_t)0xF0};
    const int32_t middle_expected[] = {0, -1, 255, 256, -1, (int32_t)0x9ABCDEF0};
    expect(memcmp(small, small_expected, sizeof small) == 0);
    expect(memcmp(middle, middle_expected, sizeof middle) == 0);
}

static void every_half_is_read_and_comes_back(void)
{
    for (unsigned bits = 0; bits < 65536; bits++) {
        uint16_t half = (uint16_t)bits;
        float x = wick__half_to_float(half);
        long double expected = half_value(half);
        if (isnan(expected)) {
            expect_for(isnan(x) && !signbit(x) == !(half >> 15), "half %04x", half);
            expect_for(isnan(half_value(wick__half_from_float(x))), "half %04x", half);
            expect_for(isnan(half_value(wick__half_from_double(x))), "half %04x", half);
            continue;
        }
        expect_for((long double)x == expected && !signbit(x) == !(half >> 15), "half %04x", half);
        expect_for(wick__half_from_float(x) == half, "half %04x", half);
        expect_for(wick__half_from_double(x) == half, "half %04x", half);
    }
}

static void ties_between_halves_go_to_even(void)
{
    for (uint16_t low = 0; low < 0x7C00; low++) {
        double below = (double)half_value(low);
        double above = low == 0x7BFF ? 65536 : (double)half_value((uint16_t)(low + 1));
        double tie = (below + above) / 2;
        const double tried[] = {tie, nextafter(tie, below), nextafter(tie, above)};
        for (int i = 0; i < 3; i++) {
            float single = (float)tried[i];
            expect_for(wick__half_from_double(tried[i]) == nearest_half(tried[i]), "%a", tried[i]);
            expect_for(wick__half_from_double(-tried[i]) == nearest_half(-tried[i]), "%a",
                       -tried[i]);
            expect_for(wick__half_from_float(single) == nearest_half(single), "%a", (double)single);
        }
        float beside = nextafterf((float)tie, (float)above);
        expect_for(wick__half_from_float(beside) == nearest_half(beside), "%a", (double)beside);
    }
}

static void same_type_keeps_every_bit(void)
{
    const uint32_t signalling[] = {0x7FA00001u, 0xFFA00001u, 1u, 0x80000000u};
    uint32_t dense[4], spread[8];
    wick__line *line = wick__convert_lines[WICK_FLOAT32][WICK_FLOAT32];
    line(4, (void *const[]){dense, (void *)signalling}, (int64_t[]){1, 1}, NULL);
    line(4, (void *const[]){spread, (void *)signalling}, (int64_t[]){2, 1}, NULL);
    for (int i = 0; i < 4; i++)
        expect_for(dense[i] == signalling[i] && spread[2 * i] == signalling[i], "element %d", i);
}

int main(void)
{
    test("all pairs give the models values", all_pairs_give_the_models_values);
    test("extreme integers wrap", extreme_integers_wrap);
    test("every half is read and comes back", every_half_is_read_and_comes_back);
    test("ties between halves go to even", ties_between_halves_go_to_even);
    test("same type keeps every bit", same_type_keeps_every_bit);
    return finish();
}
