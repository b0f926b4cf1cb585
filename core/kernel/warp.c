/* Warping: a run of positions becomes indices and weights once, and is then gathered from every
 * plane. */
#include "kernel/warp.h"

#include <math.h>
#include <string.h>

#include "base/threads.h"

enum { RUN = 64, TAPS = 6, GRAIN = 1 << 12 };

/* Value i is the sum over v and u of the weights of row v and column u times the pixel at the sum
 * of their indices, and `rest` times the value of what lies outside. */
typedef struct run {
    int64_t n;
    int taps; /* a direction */
    int64_t index[2][TAPS][RUN];
    double weight[2][TAPS][RUN];
    double rest[RUN];
    bool outside[RUN];
} run;

static inline uint8_t settle_uint8(double value)
{
    value += 0.5;
    return value >= 255 ? 255 : value > 0 ? (uint8_t)value : 0;
}

static inline float settle_float(double value)
{
    return (float)value;
}

static inline double settle_double(double value)
{
    return value;
}

#define EACH "kernel/warp.inc"
#include "kernel/each_pixel.h"

/* ---- weights ---- */

/* Catmull-Rom: the cubic through four pixels, x of the way from the second to the third. */
static void cubic_weights(double x, double *w)
{
    w[0] = 0.5 * x * (-1 + x * (2 - x));
    w[1] = 1 + 0.5 * x * x * (3 * x - 5);
    w[2] = 0.5 * x * (1 + x * (4 - 3 * x));
    w[3] = 0.5 * x * x * (x - 1);
}

/* Of the three lobes' product sin(pi d) sin(pi d / 3) / d^2 at the distances d = x + 2 - t; three
 * values at x give all of them. */
static void lanczos_weights(double x, double *w)
{
    static const double cosine[TAPS] = {-0.5, 0.5, 1, 0.5, -0.5, -1}; /* of (2 - t) pi / 3 */
    static const double sine[TAPS] = {0.86602540378443865,  0.86602540378443865,  0,
                                      -0.86602540378443865, -0.86602540378443865, 0};
    double s = sin(M_PI * x), s3 = sin(M_PI * x / 3), c3 = cos(M_PI * x / 3), sum = 0;
    bool on_pixel = x < 1e-6 || x > 1 - 1e-6;
    for (int t = 0; t < TAPS; t++, s = -s) {
        double d = x + 2 - t;
        w[t] = on_pixel ? fabs(d) < 0.5 : s * (s3 * cosine[t] + c3 * sine[t]) / (d * d);
        sum += w[t];
    }
    for (int t = 0; t < TAPS; t++)
        w[t] /= sum;
}

static int taps_of(wick_filter filter)
{
    return filter == WICK_NEAREST    ? 1
           : filter == WICK_BILINEAR ? 2
           : filter == WICK_BICUBIC  ? 4
                                     : TAPS;
}

/* Where the taps around `position`, which is in the image, begin, and what each weighs. */
static int64_t weigh(wick_filter filter, wick__edge edge, double position, double *w)
{
    bool half = filter == WICK_NEAREST && edge != WICK__EDGE_CORNERS;
    int64_t from = (int64_t)(half ? position + 0.5 : position);
    double x = position - (double)from;
    switch (filter) {
    case WICK_BILINEAR:
        w[0] = 1 - x;
        w[1] = x;
        return from;
    case WICK_BICUBIC:
        cubic_weights(x, w);
        return from - 1;
    case WICK_LANCZOS:
        lanczos_weights(x, w);
        return from - 2;
    default:
        w[0] = 1;
        return from;
    }
}

/* ---- edges ---- */

/* Whether a position has no pixel; one just beyond the outermost is brought back. NaN is outside,
 * or where everything is inside, the first pixel. */
static bool leaves(wick__edge edge, int64_t size, double *position)
{
    double last = (double)(size - 1);
    bool inside = true;
    if (edge == WICK__EDGE_VALUE)
        inside = *position >= 0 && *position <= last;
    else if (edge == WICK__EDGE_PIXELS)
        inside = *position > -0.5 && *position < last + 0.5;
    else if (edge == WICK__EDGE_CORNERS)
        return !(*position >= 0 && *position < (double)size);
    *position = *position > 0 ? *position : 0;
    *position = *position < last ? *position : last;
    return !inside;
}

/* One direction of pixel i: indices clamped to the image, weights; returns how much of the weight
 * falls on pixels of the image, of a bicubic sum. */
static double place(const wick__warp *w, run *r, int axis, int64_t i, double position)
{
    double weight[TAPS], inside = 0;
    int64_t size = w->in[axis], step = axis == 0 ? w->in[1] : 1;
    int64_t first = weigh(w->filter, w->edge, position, weight);
    bool cut = first < 0 || first + r->taps > size, drop = cut && w->filter == WICK_BICUBIC;
    for (int t = 0; t < r->taps; t++) {
        int64_t at = first + t, near = at < 0 ? 0 : at >= size ? size - 1 : at;
        r->index[axis][t][i] = near * step;
        r->weight[axis][t][i] = drop && at != near ? 0 : weight[t];
        inside += r->weight[axis][t][i];
    }
    return drop ? inside : 1;
}

/* At corners a pixel of the last row or column has no neighbour to go to in either direction. */
static void take_pixel(const wick__warp *w, run *r, int64_t i, double y, double x)
{
    bool last = (int64_t)y + 1 >= w->in[0] || (int64_t)x + 1 >= w->in[1];
    for (int axis = 0; axis < 2 && last && w->filter == WICK_BILINEAR; axis++) {
        r->weight[axis][0][i] = 1;
        r->weight[axis][1][i] = 0;
    }
}

static void fill(const wick__warp *w, run *r, const double *y, const double *x)
{
    for (int64_t i = 0; i < r->n; i++) {
        double at[2] = {y[i], x[i]};
        bool above = leaves(w->edge, w->in[0], &at[0]), beside = leaves(w->edge, w->in[1], &at[1]);
        r->outside[i] = above || beside;
        if (r->outside[i])
            at[0] = at[1] = 0;
        double inside = place(w, r, 0, i, at[0]) * place(w, r, 1, i, at[1]);
        r->rest[i] = 1 - inside;
        if (w->edge == WICK__EDGE_CORNERS && !r->outside[i])
            take_pixel(w, r, i, at[0], at[1]);
    }
}

/* ---- one pixel, or two a direction: what most warps take ---- */

static bool is_close(const wick__warp *w)
{
    bool close = w->filter == WICK_NEAREST || w->filter == WICK_BILINEAR;
    return close && w->edge != WICK__EDGE_CORNERS;
}

/* Positions from *low to *high have a pixel. */
static void bounds_of(wick__edge edge, double last, double *low, double *high)
{
    *low = edge == WICK__EDGE_NEAREST ? -INFINITY : edge == WICK__EDGE_VALUE ? 0 : -0.5;
    *high = edge == WICK__EDGE_NEAREST ? INFINITY : edge == WICK__EDGE_VALUE ? last : last + 0.5;
    if (edge == WICK__EDGE_PIXELS) {
        *low = nextafter(*low, 0);
        *high = nextafter(*high, 0);
    }
}

static void fill_axis(const wick__warp *w, run *r, int axis, const double *position)
{
    int64_t size = w->in[axis], step = axis == 0 ? w->in[1] : 1;
    double last = (double)(size - 1), low, high, half = r->taps == 1 ? 0.5 : 0, inside[RUN];
    bounds_of(w->edge, last, &low, &high);
    for (int64_t i = 0; i < r->n; i++) {
        double p = position[i];
        r->outside[i] |= !(p >= low && p <= high) && w->edge != WICK__EDGE_NEAREST;
        p = p > 0 ? p : 0;
        inside[i] = p < last ? p : last;
        r->index[axis][0][i] = (int64_t)(inside[i] + half) * step;
    }
    for (int64_t i = 0; i < r->n && r->taps == 2; i++) {
        int64_t from = (int64_t)inside[i];
        r->index[axis][1][i] = (from + (from < size - 1)) * step;
        r->weight[axis][1][i] = inside[i] - (double)from;
        r->weight[axis][0][i] = 1 - r->weight[axis][1][i];
    }
}

static void fill_close(const wick__warp *w, run *r, const double *y, const double *x)
{
    memset(r->outside, 0, sizeof r->outside);
    memset(r->rest, 0, sizeof r->rest);
    fill_axis(w, r, 0, y);
    fill_axis(w, r, 1, x);
}

/* ---- rows ---- */

static void make_row(const wick__warp *w, run *r, int64_t row)
{
    double y[RUN], x[RUN];
    for (int64_t c = 0; c < w->out[1]; c += RUN) {
        r->n = w->out[1] - c < RUN ? w->out[1] - c : RUN;
        w->positions(w, row, c, r->n, y, x);
        (is_close(w) ? fill_close : fill)(w, r, y, x);
        int64_t at = row * w->out[1] + c;
        if (w->dtype == WICK_UINT8)
            gather_planes_uint8(w, r, at);
        else if (w->dtype == WICK_FLOAT32)
            gather_planes_float(w, r, at);
        else
            gather_planes_double(w, r, at);
    }
}

static bool is_on_lines(const wick__warp *w)
{
    return w->positions == wick__affine_positions && w->filter == WICK_NEAREST &&
           (w->edge == WICK__EDGE_NEAREST || w->edge == WICK__EDGE_PIXELS);
}

/* `value` as an element. */
static void encode(const wick__warp *w, void *element)
{
    if (w->dtype == WICK_UINT8)
        *(uint8_t *)element = settle_uint8(w->value);
    else if (w->dtype == WICK_FLOAT32)
        *(float *)element = settle_float(w->value);
    else
        *(double *)element = settle_double(w->value);
}

static void rows(void *job, int64_t begin, int64_t end)
{
    const wick__warp *w = job;
    double beyond[1];
    run r = {.taps = taps_of(w->filter)};
    encode(w, beyond);
    for (int64_t row = begin; row < end; row++)
        if (!is_on_lines(w) || !wick__warp_line(w, beyond, row))
            make_row(w, &r, row);
}

void wick__warp_run(wick_context *context, const wick__warp *warp)
{
    wick__parallel(context, warp->out[0], GRAIN / (warp->out[1] * warp->planes + 1) + 1, rows,
                   (void *)warp);
}
