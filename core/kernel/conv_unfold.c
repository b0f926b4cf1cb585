/* Convolution by unfolding: the windows of output pixels become rows of a matrix, all images one
 * after the other, and BLAS multiplies. Rows are taken as many at a time as a cache holds. */
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/status.h"
#include "base/threads.h"
#include "kernel/conv_paths.h"
#include "kernel/matmul.h"

/* Bytes of windows unfolded at once. */
enum { CHUNK_BYTES = 8 << 20 };

#define EACH "kernel/conv_unfold.inc"
#include "kernel/each_real.h"

/* One group of a convolution, unfolded. */
typedef struct unfolding {
    const wick__conv_dims *d;
    wick_dtype dtype;
    int64_t size;
    int64_t channels, outs, columns, pixels; /* of a group; of a window; of an output plane */
    int64_t most, begin, end;                /* rows at once, and those at work now */
    const char *x, *bias;                    /* of the group's first channel */
    char *gx, *y;
    const char *gy;
    char *window, *row; /* rows x columns, rows x outs */
    size_t window_bytes, row_bytes;
} unfolding;

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static wick_status open_unfolding(wick_context *context, wick_dtype dtype, const wick__conv_dims *d,
                                  unfolding *u)
{
    *u = (unfolding){.d = d,
                     .dtype = dtype,
                     .size = dtype == WICK_FLOAT64 ? 8 : 4,
                     .channels = d->in_channels / d->groups,
                     .outs = d->out_channels / d->groups,
                     .pixels = d->out[0] * d->out[1]};
    u->columns = u->channels * d->kernel[0] * d->kernel[1];
    u->most = CHUNK_BYTES / u->size / (u->columns + u->outs) + 16;
    u->most = least(u->most, d->batch * u->pixels);
    int64_t windows, rows;
    if (!wick__mul_fits(u->most, u->columns, &windows) ||
        !wick__bytes_fit(windows, (size_t)u->size, &u->window_bytes) ||
        !wick__mul_fits(u->most, u->outs, &rows) ||
        !wick__bytes_fit(rows, (size_t)u->size, &u->row_bytes))
        return wick__fail(WICK_ENOMEM, "convolution: its unfolded input is too large to count");
    void *window, *row = NULL;
    wick_status status = wick__alloc(context, u->window_bytes, &window);
    if (status == WICK_OK)
        status = wick__alloc(context, u->row_bytes, &row);
    u->window = window;
    u->row = row;
    return status;
}

static void close_unfolding(wick_context *context, unfolding *u)
{
    wick__free(context, u->window, u->window_bytes);
    wick__free(context, u->row, u->row_bytes);
}

/* Chooses the rows from `begin` on; false when there are none left. */
static bool take_rows(unfolding *u, int64_t begin)
{
    u->begin = begin;
    u->end = least(begin + u->most, u->d->batch * u->pixels);
    return begin < u->end;
}

static void unfold_part(void *job, int64_t begin, int64_t end)
{
    const unfolding *u = job;
    int64_t image = u->d->in_channels * u->d->in[0] * u->d->in[1] * u->size;
    for (int64_t i = begin; i < end; i++) {
        int64_t row = u->begin + i;
        const char *x = u->x + row / u->pixels * image;
        char *window = u->window + i * u->columns * u->size;
        if (u->dtype == WICK_FLOAT64)
            unfold_row_double(u->d, u->channels, row % u->pixels, x, window);
        else
            unfold_row_float(u->d, u->channels, row % u->pixels, x, window);
    }
}

static void unfold(wick_context *context, unfolding *u)
{
    wick__parallel(context, u->end - u->begin, (1 << 14) / (u->columns + 1) + 1, unfold_part, u);
}

/* Adds the windows to one input channel of every image at work. */
static void fold_part(void *job, int64_t begin, int64_t end)
{
    const unfolding *u = job;
    int64_t taps = u->d->kernel[0] * u->d->kernel[1], plane = u->d->in[0] * u->d->in[1];
    for (int64_t c = begin; c < end; c++) {
        for (int64_t row = u->begin; row < u->end;) {
            int64_t image = row / u->pixels, stop = least((image + 1) * u->pixels, u->end);
            int64_t first = row - image * u->pixels, last = stop - image * u->pixels;
            const char *window = u->window + ((row - u->begin) * u->columns + c * taps) * u->size;
            char *gx = u->gx + (image * u->d->in_channels + c) * plane * u->size;
            if (u->dtype == WICK_FLOAT64)
                fold_channel_double(u->d, first, last, u->columns, window, gx);
            else
                fold_channel_float(u->d, first, last, u->columns, window, gx);
            row = stop;
        }
    }
}

/* Moves the rows at work to output planes, or from them. */
static void move_rows(const unfolding *u, bool from_planes)
{
    for (int64_t row = u->begin; row < u->end;) {
        int64_t image = row / u->pixels, stop = least((image + 1) * u->pixels, u->end);
        int64_t at = (image * u->d->out_channels * u->pixels + row - image * u->pixels) * u->size;
        char *rows = u->row + (row - u->begin) * u->outs * u->size;
        if (from_planes && u->dtype == WICK_FLOAT64)
            planes_to_rows_double(stop - row, u->outs, u->pixels, u->gy + at, rows);
        else if (from_planes)
            planes_to_rows_float(stop - row, u->outs, u->pixels, u->gy + at, rows);
        else if (u->dtype == WICK_FLOAT64)
            rows_to_planes_double(stop - row, u->outs, u->pixels, rows, u->bias, u->y + at);
        else
            rows_to_planes_float(stop - row, u->outs, u->pixels, rows, u->bias, u->y + at);
        row = stop;
    }
}

wick_status wick__unfold_forward(wick_context *context, wick_dtype dtype, const wick__conv_dims *d,
                                 const void *x, const void *w, const void *bias, void *y)
{
    unfolding u;
    wick_status status = open_unfolding(context, dtype, d, &u);
    for (int64_t g = 0; g < d->groups && status == WICK_OK; g++) {
        const char *group_w = (const char *)w + g * u.outs * u.columns * u.size;
        u.x = (const char *)x + g * u.channels * d->in[0] * d->in[1] * u.size;
        u.y = (char *)y + g * u.outs * u.pixels * u.size;
        u.bias = bias ? (const char *)bias + g * u.outs * u.size : NULL;
        for (int64_t begin = 0; take_rows(&u, begin); begin = u.end) {
            unfold(context, &u);
            wick__gemm(context, dtype, false, true, u.end - u.begin, u.outs, u.columns, 1, u.window,
                       u.columns, group_w, u.columns, 0, u.row, u.outs);
            move_rows(&u, false);
        }
    }
    close_unfolding(context, &u);
    return status;
}

wick_status wick__unfold_backward_input(wick_context *context, wick_dtype dtype,
                                        const wick__conv_dims *d, const void *w, const void *gy,
                                        const void *bias, void *gx)
{
    unfolding u;
    wick_status status = open_unfolding(context, dtype, d, &u);
    if (status == WICK_OK)
        wick__conv_fill_bias(context, dtype, d->batch, d->in_channels, d->in[0] * d->in[1], bias,
                             gx);
    for (int64_t g = 0; g < d->groups && status == WICK_OK; g++) {
        const char *group_w = (const char *)w + g * u.outs * u.columns * u.size;
        u.gx = (char *)gx + g * u.channels * d->in[0] * d->in[1] * u.size;
        u.gy = (const char *)gy + g * u.outs * u.pixels * u.size;
        for (int64_t begin = 0; take_rows(&u, begin); begin = u.end) {
            move_rows(&u, true);
            wick__gemm(context, dtype, false, false, u.end - u.begin, u.columns, u.outs, 1, u.row,
                       u.outs, group_w, u.columns, 0, u.window, u.columns);
            int64_t grain = (1 << 14) / ((u.end - u.begin) * d->kernel[0] * d->kernel[1]) + 1;
            wick__parallel(context, u.channels, grain, fold_part, &u);
        }
    }
    close_unfolding(context, &u);
    return status;
}

wick_status wick__unfold_backward_weight(wick_context *context, wick_dtype dtype,
                                         const wick__conv_dims *d, const void *x, const void *gy,
                                         void *gw)
{
    unfolding u;
    wick_status status = open_unfolding(context, dtype, d, &u);
    for (int64_t g = 0; g < d->groups && status == WICK_OK; g++) {
        char *group_gw = (char *)gw + g * u.outs * u.columns * u.size;
        u.x = (const char *)x + g * u.channels * d->in[0] * d->in[1] * u.size;
        u.gy = (const char *)gy + g * u.outs * u.pixels * u.size;
        for (int64_t begin = 0; take_rows(&u, begin); begin = u.end) {
            unfold(context, &u);
            move_rows(&u, true);
            wick__gemm(context, dtype, true, false, u.outs, u.columns, u.end - u.begin, 1, u.row,
                       u.outs, u.window, u.columns, begin == 0 ? 0 : 1, group_gw, u.columns);
        }
    }
    close_unfolding(context, &u);
    return status;
}

/* ---- bias ------------------------------------------------------------------------------------ */

typedef struct biasing {
    wick_dtype dtype;
    int64_t batch, channels, plane;
    const void *in;
    void *out;
} biasing;

static void fill_part(void *job, int64_t begin, int64_t end)
{
    const biasing *b = job;
    if (b->dtype == WICK_FLOAT64)
        fill_planes_double(begin, end, b->channels, b->plane, b->in, b->out);
    else
        fill_planes_float(begin, end, b->channels, b->plane, b->in, b->out);
}

void wick__conv_fill_bias(wick_context *context, wick_dtype dtype, int64_t batch, int64_t channels,
                          int64_t plane, const void *bias, void *y)
{
    biasing b = {dtype, batch, channels, plane, bias, y};
    wick__parallel(context, batch * channels, (1 << 16) / (plane + 1) + 1, fill_part, &b);
}

static void sum_part(void *job, int64_t begin, int64_t end)
{
    const biasing *b = job;
    if (b->dtype == WICK_FLOAT64)
        sum_planes_double(begin, end, b->batch, b->channels, b->plane, b->in, b->out);
    else
        sum_planes_float(begin, end, b->batch, b->channels, b->plane, b->in, b->out);
}

void wick__conv_backward_bias(wick_context *context, wick_dtype dtype, int64_t batch,
                              int64_t channels, int64_t plane, const void *gy, void *gb)
{
    biasing b = {dtype, batch, channels, plane, gy, gb};
    int64_t grain = (1 << 15) / (batch * plane + 1) + 1;
    wick__parallel(context, channels, grain, sum_part, &b);
}
