/* Loops over pixels. */
#include "kernel/pixels.h"

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
