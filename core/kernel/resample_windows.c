/* The windows of resampling: which pixels each new one is made of, and what they weigh. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/status.h"
#include "kernel/resample.h"

/* What a window is laid out in: weights as numbers, before they become those of a type. */
typedef struct layout {
    int64_t in, out, taps;
    wick_filter filter;
    double scale;   /* old pixels a new one */
    double stretch; /* of the filter */
    double sigma;   /* of a Gaussian, and how far it reaches */
    int64_t radius;
    double *line; /* the weights of one window, `taps` */
} layout;

/* ---- filters: weight at a distance, 0 from `reach` on ---- */

static double sinc(double x)
{
    return x == 0 ? 1 : sin(M_PI * x) / (M_PI * x);
}

/* Keys' cubic convolution with a = -1/2 (Keys, 1981). */
static double cubic(double x)
{
    x = fabs(x);
    if (x < 1)
        return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

static double weight_at(wick_filter filter, double x)
{
    switch (filter) {
    case WICK_BILINEAR:
        return fabs(x) < 1 ? 1 - fabs(x) : 0;
    case WICK_BICUBIC:
        return cubic(x);
    case WICK_LANCZOS:
        return fabs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
    default: /* a box, closed on one side */
        return x > -0.5 && x <= 0.5;
    }
}

static double reach_of(wick_filter filter)
{
    static const double reach[] = {[WICK_NEAREST] = 0.5,
                                   [WICK_AREA] = 0.5,
                                   [WICK_BILINEAR] = 1,
                                   [WICK_BICUBIC] = 2,
                                   [WICK_LANCZOS] = 3};
    return reach[filter];
}

/* ---- windows, which give where they begin ---- */

/* A window may begin no later than where all its taps find a pixel. */
static int64_t within(const layout *l, int64_t first)
{
    int64_t last = l->in - l->taps;
    return first < 0 ? 0 : first > last ? last : first;
}

static int64_t single(const layout *l, int64_t at)
{
    int64_t first = within(l, at);
    at = at < 0 ? 0 : at > l->in - 1 ? l->in - 1 : at;
    l->line[at - first] = 1;
    return first;
}

/* Pillow's: all pixels whose centres the filter reaches from the centre of the new one. */
static int64_t centred(const layout *l, int64_t i)
{
    double centre = ((double)i + 0.5) * l->scale, reach = reach_of(l->filter) * l->stretch, sum = 0;
    if (l->filter == WICK_NEAREST)
        return single(l, (int64_t)centre);
    int64_t begin = (int64_t)fmax(centre - reach + 0.5, 0);
    int64_t end = (int64_t)fmin(centre + reach + 0.5, (double)l->in);
    int64_t first = within(l, begin);
    for (int64_t at = begin; at < end; at++) {
        double weight = weight_at(l->filter, ((double)at - centre + 0.5) / l->stretch);
        l->line[at - first] = weight;
        sum += weight;
    }
    if (sum == 0)
        return single(l, (int64_t)centre);
    for (int64_t t = 0; t < l->taps; t++)
        l->line[t] /= sum;
    return first;
}

/* Torch7's shrinking: the mean over [i scale, (i + 1) scale). Its positions are floats. */
static int64_t averaged(const layout *l, int64_t i)
{
    float scale = (float)l->in / (float)l->out, low = (float)i * scale;
    float high = (float)(i + 1) * scale;
    int64_t begin = (int64_t)low, first = within(l, begin);
    double sum = 0;
    for (int64_t at = begin; at < l->in && (float)at < high; at++) {
        double share = fmin((double)high, (double)at + 1) - fmax((double)low, (double)at);
        l->line[at - first] = share;
        sum += share;
    }
    for (int64_t t = 0; t < l->taps; t++)
        l->line[t] /= sum;
    return first;
}

/* Torch7's position of a new pixel where the corners' centres meet. */
static float aligned(const layout *l, int64_t i, int64_t *at)
{
    float scale = l->out > 1 ? (float)(l->in - 1) / (float)(l->out - 1) : (float)(l->in - 1);
    float position = (float)i * scale;
    *at = (int64_t)position;
    if (*at > l->in - 2)
        *at = l->in - 2;
    return position - (float)*at;
}

static int64_t between(const layout *l, int64_t i)
{
    int64_t at;
    if (i == l->out - 1 || l->in == 1)
        return single(l, l->in == 1 ? 0 : l->in - 1);
    double x = aligned(l, i, &at);
    int64_t first = within(l, at);
    l->line[at - first] = 1 - x;
    l->line[at - first + 1] = x;
    return first;
}

/* Through four pixels; those outside continue the line of the last two. */
static int64_t through(const layout *l, int64_t i)
{
    int64_t at;
    if (i == l->out - 1 || l->in == 1)
        return single(l, l->in == 1 ? 0 : l->in - 1);
    double x = aligned(l, i, &at), w[4] = {cubic(x + 1), cubic(x), cubic(1 - x), cubic(2 - x)};
    if (at == 0) {
        w[1] += 2 * w[0];
        w[2] -= w[0];
    }
    if (at == l->in - 2) {
        w[2] += 2 * w[3];
        w[1] -= w[3];
    }
    int64_t first = within(l, at - 1);
    for (int64_t t = 0; t < 4; t++) {
        int64_t place = at - 1 + t;
        if (place >= 0 && place < l->in)
            l->line[place - first] = w[t];
    }
    return first;
}

static int64_t simple(const layout *l, int64_t i)
{
    return single(l, (int64_t)((float)i * ((float)l->in / (float)l->out)));
}

/* A Gaussian's: pixels outside count as those that they mirror. */
static int64_t smoothed(const layout *l, int64_t i)
{
    int64_t period = l->in > 1 ? 2 * l->in - 2 : 1, first = within(l, i - l->radius);
    double sum = 0;
    for (int64_t d = -l->radius; d <= l->radius; d++) {
        double distance = (double)d / l->sigma, weight = exp(-0.5 * distance * distance);
        int64_t at = ((i + d) % period + period) % period;
        at = at < l->in ? at : period - at;
        l->line[at - first] += weight;
        sum += weight;
    }
    for (int64_t t = 0; t < l->taps; t++)
        l->line[t] /= sum;
    return first;
}

/* ---- all windows of a direction ---- */

typedef int64_t lay(const layout *l, int64_t i);

static lay *lay_of(wick__grid grid, wick_filter filter, int64_t in, int64_t out)
{
    if (grid != WICK__TORCH7)
        return centred;
    if (filter == WICK_BILINEAR)
        return out < in ? averaged : between;
    return filter == WICK_BICUBIC ? through : simple;
}

static int64_t taps_of(const layout *l, lay *by)
{
    double taps = by == centred    ? floor(2 * reach_of(l->filter) * l->stretch) + 2
                  : by == averaged ? floor(l->scale) + 3
                  : by == between  ? 2
                  : by == through  ? 4
                                   : 1;
    taps = l->filter == WICK_NEAREST ? 1 : taps;
    return taps < (double)l->in ? (int64_t)taps : l->in;
}

/* Bytes are weighed in steps of 2^-22, rounded to the nearest. */
static void store_weights(wick__windows *w, int64_t i, const double *line)
{
    for (int64_t t = 0; t < w->taps; t++) {
        int64_t at = i * w->taps + t;
        if (w->dtype == WICK_UINT8)
            ((int32_t *)w->weight)[at] =
                (int32_t)(line[t] * (1 << 22) + (line[t] < 0 ? -0.5 : 0.5));
        else if (w->dtype == WICK_FLOAT32)
            ((float *)w->weight)[at] = (float)line[t];
        else
            ((double *)w->weight)[at] = line[t];
    }
}

static size_t weight_size(wick_dtype dtype)
{
    return dtype == WICK_FLOAT64 ? sizeof(double) : sizeof(float);
}

static size_t line_bytes(const wick__windows *w)
{
    return (size_t)w->taps * sizeof(double);
}

static size_t first_bytes(const wick__windows *w)
{
    return (size_t)w->out * sizeof(int64_t);
}

static size_t weight_bytes(const wick__windows *w)
{
    return (size_t)w->out * (size_t)w->taps * weight_size(w->dtype);
}

static wick_status take_memory(wick__windows *w, double **line)
{
    int64_t weights;
    size_t bytes;
    void *memory = NULL;
    if (!wick__mul_fits(w->out, w->taps, &weights) || !wick__bytes_fit(weights, 8, &bytes))
        return wick__fail(WICK_ENOMEM, "no memory for %lld pixels of %lld others each",
                          (long long)w->out, (long long)w->taps);
    wick_status status = wick__alloc(w->context, first_bytes(w), &memory);
    w->first = memory;
    if (!status)
        status = wick__alloc(w->context, weight_bytes(w), &w->weight);
    memory = NULL;
    if (!status)
        status = wick__alloc(w->context, line_bytes(w), &memory);
    *line = memory;
    return status;
}

static wick_status lay_all(wick_context *context, wick_dtype dtype, layout *l, lay *by,
                           wick__windows *w)
{
    *w = (wick__windows){
        .context = context, .dtype = dtype, .in = l->in, .out = l->out, .taps = l->taps};
    wick_status status = take_memory(w, &l->line);
    for (int64_t i = 0; i < l->out && !status; i++) {
        memset(l->line, 0, line_bytes(w));
        w->first[i] = by(l, i);
        store_weights(w, i, l->line);
    }
    w->rounding = dtype == WICK_UINT8 ? 1 << 21 : 0;
    wick__free(context, l->line, line_bytes(w));
    if (status)
        wick__windows_close(w);
    return status;
}

wick_status wick__windows_open(wick_context *context, wick_dtype dtype, wick__grid grid,
                               wick_filter filter, int64_t in, int64_t out, wick__windows *windows)
{
    double scale = (double)in / (double)out;
    layout l = {.in = in, .out = out, .filter = filter, .scale = scale};
    l.stretch = grid == WICK__ANTIALIAS ? fmax(scale, 1) : 1;
    lay *by = lay_of(grid, filter, in, out);
    l.taps = taps_of(&l, by);
    wick_status status = lay_all(context, dtype, &l, by, windows);
    /* Torch7 rounds a half up: so do weights that are a little short of adding up to it. */
    if (grid == WICK__TORCH7 && dtype == WICK_UINT8)
        windows->rounding += (int32_t)fmin((double)l.taps, 64) * 128;
    return status;
}

wick_status wick__windows_open_gaussian(wick_context *context, wick_dtype dtype, double sigma,
                                        int64_t radius, int64_t n, wick__windows *windows)
{
    layout l = {.in = n, .out = n, .sigma = sigma, .radius = radius};
    l.taps = 2 * radius + 1 < n ? 2 * radius + 1 : n;
    return lay_all(context, dtype, &l, smoothed, windows);
}

void wick__windows_close(wick__windows *windows)
{
    wick__free(windows->context, windows->first, first_bytes(windows));
    wick__free(windows->context, windows->weight, weight_bytes(windows));
    *windows = (wick__windows){.context = windows->context};
}
