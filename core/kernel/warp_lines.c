/* Warping along even lines to the nearest pixels. From column to column the position moves by the
 * same step, so that it is known beforehand where a row of the result enters the image and where it
 * leaves it, and between the two whole numbers are all that is needed. */
#include <math.h>
#include <string.h>

#include "kernel/cut.h"
#include "kernel/warp.h"

enum { RUN = 256, FRACTION = 32 };

/* Positions in units of 2^-FRACTION of a pixel, half a pixel on, along a row: in column i they are
 * from + i * step. The pixel is the whole part; there is one from `low` to `high`. */
typedef struct line {
    int64_t from, step, low, high;
} line;

void wick__affine_positions(const wick__warp *w, int64_t row, int64_t begin, int64_t n, double *y,
                            double *x)
{
    const double *a = w->from;
    double down = (double)row + 0.5, scale = 1 / a[8], across = (double)begin + 0.5;
    double fx = (a[0] * across + a[1] * down + a[2]) * scale - 0.5, sx = a[0] * scale;
    double fy = (a[3] * across + a[4] * down + a[5]) * scale - 0.5, sy = a[3] * scale;
    for (int64_t i = 0; i < n; i++) {
        x[i] = fx + (double)(int32_t)i * sx;
        y[i] = fy + (double)(int32_t)i * sy;
    }
}

/* ---- lines ---- */

static int64_t units(double pixels)
{
    return (int64_t)rint(ldexp(pixels, FRACTION));
}

/* One direction of a row; false when its numbers are too large. */
static bool open_line(const wick__warp *w, int64_t row, int axis, line *l)
{
    static const double limit = 1 << 28;
    const double *a = (const double *)w->from + (axis == 0 ? 3 : 0);
    double scale = 1 / ((const double *)w->from)[8], step = a[0] * scale;
    double from = (a[0] * 0.5 + a[1] * ((double)row + 0.5) + a[2]) * scale;
    double last = from + (double)w->out[1] * step;
    if (!(fabs(from) < limit && fabs(last) < limit && w->in[axis] < limit))
        return false;
    *l = (line){units(from), units(step), 1, (w->in[axis] << FRACTION) - 1};
    return true;
}

static int64_t ceiling(int64_t a, int64_t positive)
{
    return a > 0 ? (a - 1) / positive + 1 : -(-a / positive);
}

/* Narrows columns [*begin, *end) to those whose positions have a pixel. */
static void narrow(line l, int64_t *begin, int64_t *end)
{
    if (l.step < 0)
        l = (line){-l.from, -l.step, -l.high, -l.low};
    if (l.step == 0) {
        if (l.from < l.low || l.from > l.high)
            *end = *begin;
        return;
    }
    int64_t first = ceiling(l.low - l.from, l.step), beyond = ceiling(l.high + 1 - l.from, l.step);
    first = first > *begin ? first : *begin;
    beyond = beyond < *end ? beyond : *end;
    if (first < beyond)
        *begin = first;
    *end = first < beyond ? beyond : *begin;
}

/* ---- pixels ---- */

static int64_t pixel(const line *l, int64_t i)
{
    int64_t at = l->from + i * l->step;
    at = at < l->low ? l->low : at > l->high ? l->high : at;
    return at >> FRACTION;
}

static void pick(size_t element, int64_t n, const int32_t *index, const char *x, char *restrict y)
{
    if (element == 1) {
#pragma GCC unroll 4
        for (int64_t i = 0; i < n; i++)
            y[i] = x[index[i]];
    } else if (element == 4) {
        for (int64_t i = 0; i < n; i++)
            memcpy(y + 4 * i, x + 4 * (int64_t)index[i], 4);
    } else {
        for (int64_t i = 0; i < n; i++)
            memcpy(y + 8 * i, x + 8 * (int64_t)index[i], 8);
    }
}

/* Columns [begin, end) of the row whose first element is number `at` of every plane. */
static void pick_planes(const wick__warp *w, int64_t at, int64_t n, const int32_t *index)
{
    size_t element = wick_dtype_size(w->dtype);
    size_t in = (size_t)(w->in[0] * w->in[1]) * element;
    size_t out = (size_t)(w->out[0] * w->out[1]) * element;
    const char *x = w->source;
    char *y = (char *)w->target + (size_t)at * element;
    for (int64_t plane = 0; plane < w->planes; plane++, x += in, y += out)
        pick(element, n, index, x, y);
}

/* Where every position has a pixel. */
static void pick_inside(const wick__warp *w, const line *l, int64_t row, int64_t begin, int64_t end)
{
    int32_t index[RUN];
    int64_t y = l[0].from + begin * l[0].step, x = l[1].from + begin * l[1].step;
    for (int64_t c = begin; c < end; c += RUN) {
        int64_t n = end - c < RUN ? end - c : RUN;
        for (int64_t i = 0; i < n; i++, y += l[0].step, x += l[1].step)
            index[i] = (int32_t)(y >> FRACTION) * (int32_t)w->in[1] + (int32_t)(x >> FRACTION);
        pick_planes(w, row * w->out[1] + c, n, index);
    }
}

/* The nearest pixels there are. */
static void pick_edge(const wick__warp *w, const line *l, int64_t row, int64_t begin, int64_t end)
{
    for (int64_t c = begin; c < end; c++) {
        int32_t index = (int32_t)(pixel(&l[0], c) * w->in[1] + pixel(&l[1], c));
        pick_planes(w, row * w->out[1] + c, 1, &index);
    }
}

static void fill(const wick__warp *w, const void *beyond, int64_t row, int64_t begin, int64_t end)
{
    size_t element = wick_dtype_size(w->dtype);
    size_t out = (size_t)(w->out[0] * w->out[1]) * element;
    char *y = (char *)w->target + (size_t)(row * w->out[1] + begin) * element;
    for (int64_t plane = 0; plane < w->planes; plane++, y += out)
        wick__fill_elements(element, end - begin, beyond, y);
}

bool wick__warp_line(const wick__warp *w, const void *beyond, int64_t row)
{
    line l[2];
    int64_t begin = 0, end = w->out[1];
    if (w->in[0] * w->in[1] > INT32_MAX || !open_line(w, row, 0, &l[0]) ||
        !open_line(w, row, 1, &l[1]))
        return false;
    narrow(l[0], &begin, &end);
    narrow(l[1], &begin, &end);
    pick_inside(w, l, row, begin, end);
    if (w->edge == WICK__EDGE_NEAREST) {
        pick_edge(w, l, row, 0, begin);
        pick_edge(w, l, row, end, w->out[1]);
    } else {
        fill(w, beyond, row, 0, begin);
        fill(w, beyond, row, end, w->out[1]);
    }
    return true;
}
