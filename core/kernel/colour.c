/* Colours: lines of pixels, cut into parts. */
#include "kernel/colour.h"

#include <math.h>

#include "base/threads.h"

enum { GRAIN = 1 << 12, RUN = 256 };

typedef struct job {
    wick_dtype dtype;
    wick_colours to;
    int planes; /* of the result */
    int64_t n;
    const void *x;
    void *y;
} job;

/* ---- sRGB and Lab (IEC 61966-2-1; CIE 1976) ---- */

static const double EPSILON = 216.0 / 24389, KAPPA = 24389.0 / 27;
static const double WHITE_X = 0.950456, WHITE_Z = 1.088754; /* D65 */

static double linear_of(double coded_value)
{
    return coded_value <= 0.04045 ? coded_value / 12.92 : pow((coded_value + 0.055) / 1.055, 2.4);
}

static double coded(double linear)
{
    return linear <= 0.0031308 ? linear * 12.92 : 1.055 * pow(linear, 1 / 2.4) - 0.055;
}

static double bent(double t)
{
    return t > EPSILON ? cbrt(t) : (KAPPA * t + 16) / 116;
}

static double straightened(double t)
{
    double cube = t * t * t;
    return cube > EPSILON ? cube : (116 * t - 16) / KAPPA;
}

static void lab_of(const double *rgb, double *lab)
{
    double r = rgb[0], g = rgb[1], b = rgb[2];
    double x = bent((0.412453 * r + 0.357580 * g + 0.180423 * b) / WHITE_X);
    double y = bent(0.212671 * r + 0.715160 * g + 0.072169 * b);
    double z = bent((0.019334 * r + 0.119193 * g + 0.950227 * b) / WHITE_Z);
    lab[0] = 116 * y - 16;
    lab[1] = 500 * (x - y);
    lab[2] = 200 * (y - z);
}

static void linear_of_lab(const double *lab, double *rgb)
{
    double fy = (lab[0] + 16) / 116;
    double x = straightened(fy + lab[1] / 500) * WHITE_X, y = straightened(fy);
    double z = straightened(fy - lab[2] / 200) * WHITE_Z;
    rgb[0] = 3.2404542 * x - 1.5371385 * y - 0.4985314 * z;
    rgb[1] = -0.9692660 * x + 1.8760108 * y + 0.0415560 * z;
    rgb[2] = 0.0556434 * x - 0.2040259 * y + 1.0572252 * z;
}

#define EACH "kernel/colour.inc"
#include "kernel/each_real.h"

/* ---- bytes ---- */

static uint8_t byte_of(float value)
{
    value += 0.5f;
    return value >= 255 ? 255 : value > 0 ? (uint8_t)value : 0;
}

/* Computed in float from 0 to 1, a run at a time. Luminance needs no scale. */
static void convert_uint8(const job *j, int64_t begin, int64_t end)
{
    float in[3][RUN], out[3][RUN], scale = j->to == WICK_RGB_TO_Y ? 1 : 255;
    for (int64_t i = begin; i < end; i += RUN) {
        int64_t n = end - i < RUN ? end - i : RUN;
        for (int c = 0; c < 3; c++)
            for (int64_t k = 0; k < n; k++)
                in[c][k] = ((const uint8_t *)j->x)[c * j->n + i + k] / scale;
        lines_float[j->to](n, (const float *[]){in[0], in[1], in[2]},
                           (float *[]){out[0], out[1], out[2]});
        for (int c = 0; c < j->planes; c++)
            for (int64_t k = 0; k < n; k++)
                ((uint8_t *)j->y)[c * j->n + i + k] = byte_of(out[c][k] * scale);
    }
}

static void part(void *job_, int64_t begin, int64_t end)
{
    const job *j = job_;
    if (j->dtype == WICK_UINT8)
        convert_uint8(j, begin, end);
    else if (j->dtype == WICK_FLOAT32)
        convert_float(j, begin, end);
    else
        convert_double(j, begin, end);
}

void wick__colours(wick_context *context, wick_dtype dtype, wick_colours to, int64_t n,
                   const void *x, void *y)
{
    job j = {
        .dtype = dtype, .to = to, .planes = to == WICK_RGB_TO_Y ? 1 : 3, .n = n, .x = x, .y = y};
    wick__parallel(context, n, GRAIN, part, &j);
}
