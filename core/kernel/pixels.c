/* Loops over pixels. */
#include "kernel/pixels.h"

#include <string.h>

void wick__scale_bytes(int64_t n, float scale, float shift, const uint8_t *restrict x,
                       float *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = (float)x[i] * scale + shift;
}

void wick__scale_floats(int64_t n, float scale, float shift, const float *restrict x,
                        float *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i] * scale + shift;
}

void wick__floats_to_bytes(int64_t n, const float *restrict x, uint8_t *restrict y)
{
    for (int64_t i = 0; i < n; i++) {
        float v = x[i] * 255 + 0.5F;
        v = v > 0 ? v : 0;
        y[i] = (uint8_t)(int)(v < 255 ? v : 255);
    }
}

void wick__look_up(int64_t n, const uint8_t *table, const uint8_t *restrict x, uint8_t *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = table[x[i]];
}

/* ---- sharpening ---- */

/* Rows of `width` pixels above, at and below the one that is made, without its ends. */
#define SHARPEN(NAME, TYPE, SETTLE)                                                                \
    static void NAME##_row(int64_t width, float amount, const TYPE *restrict x, TYPE *restrict y)  \
    {                                                                                              \
        const TYPE *above = x - width, *below = x + width;                                         \
        for (int64_t i = 1; i < width - 1; i++) {                                                  \
            float sum = (float)(above[i - 1] + above[i] + above[i + 1]) +                          \
                        (float)(x[i - 1] + x[i + 1]) +                                             \
                        (float)(below[i - 1] + below[i] + below[i + 1]);                           \
            float s = (sum + 5 * (float)x[i]) * (1.0F / 13);                                       \
            y[i] = SETTLE(s + amount * ((float)x[i] - s));                                         \
        }                                                                                          \
    }                                                                                              \
    void wick__##NAME(int64_t height, int64_t width, float amount, const TYPE *x, TYPE *y)         \
    {                                                                                              \
        memcpy(y, x, (size_t)(height * width) * sizeof *x);                                        \
        for (int64_t row = 1; row < height - 1; row++)                                             \
            NAME##_row(width, amount, x + row * width, y + row * width);                           \
    }

static inline uint8_t settle_byte(float v)
{
    v += 0.5F;
    v = v > 0 ? v : 0;
    return (uint8_t)(int)(v < 255 ? v : 255);
}

static inline float settle_float(float v)
{
    v = v > 0 ? v : 0;
    return v < 1 ? v : 1;
}

SHARPEN(sharpen_bytes, uint8_t, settle_byte)
SHARPEN(sharpen_floats, float, settle_float)
