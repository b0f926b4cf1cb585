/* Luminance, saturation and hue. Bytes are taken through floats, a run at a time. */
#include "kernel/adjust.h"

#include <math.h>

#include "kernel/pixels.h"

enum { RUN = 512 };

/* Rec. 601 in steps of 2^-16. */
enum { RED = 19595, GREEN = 38470, BLUE = 7471 };

void wick__grey_bytes(int64_t n, const uint8_t *const *x, uint8_t *y)
{
    const uint8_t *r = x[0], *g = x[1], *b = x[2];
    for (int64_t i = 0; i < n; i++)
        y[i] = (uint8_t)((RED * r[i] + GREEN * g[i] + BLUE * b[i] + (1 << 15)) >> 16);
}

void wick__grey_floats(int64_t n, const float *const *x, float *y)
{
    const float *r = x[0], *g = x[1], *b = x[2];
    for (int64_t i = 0; i < n; i++)
        y[i] = 0.299F * r[i] + 0.587F * g[i] + 0.114F * b[i];
}

/* ---- pixels ---- */

static inline float bounded(float v)
{
    v = v > 0 ? v : 0;
    return v < 1 ? v : 1;
}

static void saturate(int64_t n, float amount, float (*c)[RUN])
{
    for (int64_t i = 0; i < n; i++) {
        float grey = 0.299F * c[0][i] + 0.587F * c[1][i] + 0.114F * c[2][i];
        for (int k = 0; k < 3; k++)
            c[k][i] = bounded(grey + amount * (c[k][i] - grey));
    }
}

/* The hue in sixths of the circle, from red over green to blue, -1 to 5; 0 for grey. */
static inline float hue_of(float r, float g, float b, float high, float chroma)
{
    float scale = chroma > 0 ? 1 / chroma : 0;
    float from_red = (g - b) * scale, from_green = (b - r) * scale + 2;
    float from_blue = (r - g) * scale + 4;
    return high == r ? from_red : high == g ? from_green : from_blue;
}

/* A channel whose colour lies `centre` sixths along the circle, for a hue of 0 to 6: the chroma
 * fades over a sixth at a distance of one. */
static inline float channel_at(float hue, float centre, float low, float chroma)
{
    float distance = fabsf(hue - centre);
    distance = distance > 3 ? 6 - distance : distance;
    return low + chroma * bounded(2 - distance);
}

/* `sixths` is from 0 to 6. No branches, so that it becomes vectors. */
static void turn_hues(int64_t n, float sixths, float (*c)[RUN])
{
    for (int64_t i = 0; i < n; i++) {
        float r = c[0][i], g = c[1][i], b = c[2][i];
        float high = r > g ? r : g, low = r < g ? r : g;
        high = high > b ? high : b;
        low = low < b ? low : b;
        float chroma = high - low, hue = hue_of(r, g, b, high, chroma) + sixths;
        hue = hue < 0 ? hue + 6 : hue;
        hue = hue >= 6 ? hue - 6 : hue;
        c[0][i] = channel_at(hue, 0, low, chroma);
        c[1][i] = channel_at(hue, 2, low, chroma);
        c[2][i] = channel_at(hue, 4, low, chroma);
    }
}

/* ---- lines ---- */

static void load(wick_dtype dtype, int64_t n, const void *x, int64_t at, float *to)
{
    if (dtype == WICK_UINT8)
        wick__scale_bytes(n, 1.0F / 255, 0, (const uint8_t *)x + at, to);
    else
        wick__scale_floats(n, 1, 0, (const float *)x + at, to);
}

static void store(wick_dtype dtype, int64_t n, const float *from, void *y, int64_t at)
{
    if (dtype == WICK_UINT8)
        wick__floats_to_bytes(n, from, (uint8_t *)y + at);
    else
        wick__scale_floats(n, 1, 0, from, (float *)y + at);
}

void wick__adjust(wick__adjustment adjustment, double amount, wick_dtype dtype, int64_t n,
                  const void *const *x, void *const *y)
{
    float c[3][RUN];
    for (int64_t at = 0; at < n; at += RUN) {
        int64_t run = n - at < RUN ? n - at : RUN;
        for (int k = 0; k < 3; k++)
            load(dtype, run, x[k], at, c[k]);
        if (adjustment == WICK__SATURATION)
            saturate(run, (float)amount, c);
        else
            turn_hues(run, 6 * (float)(amount - floor(amount)), c);
        for (int k = 0; k < 3; k++)
            store(dtype, run, c[k], y[k], at);
    }
}
