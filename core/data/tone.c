/* Curves, and adjustments of colours. */
#include "data/tone.h"

#include <math.h>
#include <string.h>

#include "kernel/adjust.h"
#include "kernel/pixels.h"

/* ---- curves ---- */

static double bounded(double x)
{
    return x > 0 ? fmin(x, 1) : 0;
}

/* Bytes go through a table. */
static void bend_bytes(wick__curve *curve, const void *how, int64_t c, const wick__planes *p)
{
    uint8_t table[256];
    for (int i = 0; i < 256; i++)
        table[i] = (uint8_t)(bounded(curve(how, c, i / 255.0)) * 255 + 0.5);
    wick__look_up(p->plane, table, (const uint8_t *)p->x + c * p->plane,
                  (uint8_t *)p->y + c * p->plane);
}

static void bend_floats(wick__curve *curve, const void *how, int64_t c, const wick__planes *p)
{
    const float *x = (const float *)p->x + c * p->plane;
    float *y = (float *)p->y + c * p->plane;
    for (int64_t i = 0; i < p->plane; i++)
        y[i] = (float)bounded(curve(how, c, (double)x[i]));
}

void wick__planes_bend(const wick__planes *p, int64_t c, wick__curve *curve, const void *how)
{
    (p->dtype == WICK_UINT8 ? bend_bytes : bend_floats)(curve, how, c, p);
}

wick_status wick__sample_curve(wick__sample *sample, wick__curve *curve, const void *how)
{
    wick__planes p;
    wick_status status = wick__planes_open(sample->image, sample->image->dtype, &p);
    for (int64_t c = 0; c < p.planes && !status; c++)
        wick__planes_bend(&p, c, curve, how);
    return wick__planes_close(&p, status, sample);
}

/* ---- brightness and contrast ---- */

typedef struct mixture {
    double factor, other;
} mixture;

static double mix(const void *how, int64_t channel, double x)
{
    const mixture *m = how;
    (void)channel;
    return m->other + m->factor * (x - m->other);
}

wick_status wick__adjust_brightness(wick__sample *sample, double factor)
{
    mixture m = {factor, 0};
    return wick__sample_curve(sample, mix, &m);
}

/* Means of every plane, from 0 to 1. */
static double mean_of(const wick__planes *p, int64_t c)
{
    double sum = 0;
    uint64_t bytes = 0;
    if (p->dtype == WICK_UINT8) {
        const uint8_t *x = (const uint8_t *)p->x + c * p->plane;
        for (int64_t i = 0; i < p->plane; i++)
            bytes += x[i];
        return (double)bytes / (double)p->plane / 255;
    }
    const float *x = (const float *)p->x + c * p->plane;
    for (int64_t i = 0; i < p->plane; i++)
        sum += (double)x[i];
    return sum / (double)p->plane;
}

/* Luminance is linear: its mean is that of the means. */
static double mean_luminance(const wick__planes *p)
{
    if (p->planes != 3)
        return mean_of(p, 0);
    return 0.299 * mean_of(p, 0) + 0.587 * mean_of(p, 1) + 0.114 * mean_of(p, 2);
}

wick_status wick__adjust_contrast(wick__sample *sample, double factor)
{
    wick__planes p;
    wick_status status = wick__planes_open(sample->image, sample->image->dtype, &p);
    if (status)
        return status;
    mixture m = {factor, mean_luminance(&p)};
    if (p.dtype == WICK_UINT8)
        m.other = floor(m.other * 255 + 0.5) / 255;
    for (int64_t c = 0; c < p.planes; c++)
        wick__planes_bend(&p, c, mix, &m);
    return wick__planes_close(&p, WICK_OK, sample);
}

/* ---- colours ---- */

static const void *plane_of(const wick__planes *p, const void *planes, int64_t c)
{
    return (const char *)planes + (size_t)(c * p->plane) * wick_dtype_size(p->dtype);
}

static wick_status adjust(wick__sample *sample, wick__adjustment adjustment, double amount)
{
    wick__planes p;
    if (sample->image->size[0] != 3)
        return WICK_OK;
    wick_status status = wick__planes_open(sample->image, sample->image->dtype, &p);
    if (!status)
        wick__adjust(adjustment, amount, p.dtype, p.plane,
                     (const void *[]){p.x, plane_of(&p, p.x, 1), plane_of(&p, p.x, 2)},
                     (void *[]){p.y, (void *)plane_of(&p, p.y, 1), (void *)plane_of(&p, p.y, 2)});
    return wick__planes_close(&p, status, sample);
}

wick_status wick__adjust_saturation(wick__sample *sample, double factor)
{
    return adjust(sample, WICK__SATURATION, factor);
}

wick_status wick__adjust_hue(wick__sample *sample, double turn)
{
    return adjust(sample, WICK__HUE, turn);
}

/* ---- grey ---- */

static void write_grey(const wick__planes *p)
{
    if (p->dtype == WICK_UINT8) {
        const uint8_t *x = p->x;
        wick__grey_bytes(p->plane, (const uint8_t *[]){x, x + p->plane, x + 2 * p->plane}, p->y);
    } else {
        const float *x = p->x;
        wick__grey_floats(p->plane, (const float *[]){x, x + p->plane, x + 2 * p->plane}, p->y);
    }
}

wick_status wick__sample_grey(wick__sample *sample, int64_t planes)
{
    wick__planes p;
    wick_status status = wick__planes_open_as(sample->image, sample->image->dtype, planes, &p);
    if (status)
        return status;
    size_t bytes = (size_t)p.plane * wick_dtype_size(p.dtype);
    if (p.planes == 3)
        write_grey(&p);
    else
        memcpy(p.y, p.x, bytes);
    for (int64_t c = 1; c < planes; c++)
        memcpy((char *)p.y + (size_t)c * bytes, p.y, bytes);
    return wick__planes_close(&p, WICK_OK, sample);
}
