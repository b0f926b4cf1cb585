/* Direct convolution: sweeps of register tiles over padded planes. Forward is one sweep over the
 * input; the gradient of the input one over the output's gradient for each phase of the stride; the
 * gradient of the weight products of both. Every element is computed whole by one part, in an order
 * that depends on the shape alone. */
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/status.h"
#include "base/threads.h"
#include "kernel/conv_paths.h"
#include "kernel/conv_planes.h"
#include "kernel/conv_tile.h"

typedef struct pass {
    wick__sweep sweep;
    int64_t start; /* of the outputs in their plane */
} pass;

/* What a run of sweeps reads and writes. */
typedef struct sweeping {
    const wick__conv_tiles *tiles;
    wick_dtype dtype;
    int64_t size;                    /* bytes an element */
    int64_t groups, outs, out_plane; /* outputs of a group, elements from one to the next */
    int64_t images, blocks, bands;   /* how the work is cut */
    int64_t passes, taps;
    pass *pass;
    int64_t *offset; /* taps' offsets in planes, then in weights */
    size_t bytes;
    wick__planes planes;
    const char *w, *bias;
    char *y;
} sweeping;

static int64_t element(wick_dtype dtype)
{
    return dtype == WICK_FLOAT64 ? sizeof(double) : sizeof(float);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t blocks_of(int64_t outs)
{
    return (outs + WICK__OUTS - 1) / WICK__OUTS;
}

/* Part of the work of one image and group: a block of output channels in a band of rows. */
static void sweep_item(const sweeping *s, int64_t item)
{
    int64_t band = item % s->bands, block = item / s->bands % s->blocks;
    int64_t group = item / s->bands / s->blocks % s->groups;
    int64_t image = item / s->bands / s->blocks / s->groups;
    int64_t first = s->outs * block / s->blocks, outs = s->outs * (block + 1) / s->blocks - first;
    int64_t out = group * s->outs + first;
    int64_t channels = s->planes.channels / s->groups;
    const char *x = (const char *)s->planes.data +
                    (image * s->groups + group) * channels * s->planes.plane * s->size;
    char *y = s->y + (image * s->groups * s->outs + out) * s->out_plane * s->size;
    const char *bias = s->bias ? s->bias + out * s->size : NULL;
    const char *group_w = s->w + group * s->outs * channels * s->taps * s->size;
    for (int64_t i = 0; i < s->passes; i++) {
        const pass *p = &s->pass[i];
        int64_t begin = p->sweep.rows * band / s->bands;
        int64_t end = p->sweep.rows * (band + 1) / s->bands;
        if (begin < end && p->sweep.columns > 0)
            s->tiles->sweep(&p->sweep, begin, end, (int)outs, x,
                            group_w + first * p->sweep.w_out * s->size, bias,
                            y + p->start * s->size);
    }
}

static void sweep_part(void *job, int64_t begin, int64_t end)
{
    for (int64_t item = begin; item < end; item++)
        sweep_item(job, item);
}

/* Lays out a few images at a time and sweeps over them. */
static wick_status run_sweeps(wick_context *context, sweeping *s, int64_t batch, const char *source)
{
    wick__planes *p = &s->planes;
    int64_t images = wick__planes_images(p, s->dtype, batch);
    int64_t source_image = p->channels * p->axis[0].in * p->axis[1].in * s->size;
    wick_status status = wick__conv_planes_open(context, s->dtype, images, p);
    if (status != WICK_OK)
        return status;
    s->blocks = blocks_of(s->outs);
    int64_t items = least(images, 16) * s->groups * s->blocks;
    s->bands = items < 16 ? 16 / items : 1;
    int64_t work = s->taps * (p->channels / s->groups) * s->outs * s->out_plane;
    int64_t grain = (1 << 18) / (work / (s->blocks * s->bands) + 1) + 1;
    for (int64_t image = 0; image < batch; image += images) {
        int64_t count = least(images, batch - image);
        wick__planes_fill(context, s->dtype, count, source, p);
        wick__parallel(context, count * s->groups * s->blocks * s->bands, grain, sweep_part, s);
        source += count * source_image;
        s->y += count * s->groups * s->outs * s->out_plane * s->size;
    }
    wick__conv_planes_close(context, p);
    return WICK_OK;
}

/* Memory for the passes and for the offsets of their taps. */
static wick_status open_passes(wick_context *context, sweeping *s)
{
    int64_t words;
    void *memory;
    if (!wick__mul_fits(2, s->taps, &words) ||
        !wick__add_fits(words, s->passes * (int64_t)(sizeof(pass) / sizeof(int64_t)), &words) ||
        !wick__bytes_fit(words, sizeof(int64_t), &s->bytes))
        return wick__fail(WICK_ENOMEM, "convolution: its kernel is too large to count");
    wick_status status = wick__alloc(context, s->bytes, &memory);
    s->pass = memory;
    if (status == WICK_OK)
        s->offset = (int64_t *)(s->pass + s->passes);
    return status;
}

/* ---- forward --------------------------------------------------------------------------------- */

static void forward_pass(const wick__conv_dims *d, sweeping *s)
{
    int64_t *x_offset = s->offset, *w_offset = s->offset + s->taps;
    for (int64_t t = 0; t < s->taps; t++) {
        x_offset[t] = wick__input_tap(&s->planes, t / d->kernel[1], t % d->kernel[1]);
        w_offset[t] = t;
    }
    int64_t channels = d->in_channels / d->groups;
    s->pass[0] = (pass){.sweep = {.rows = d->out[0],
                                  .columns = d->out[1],
                                  .pitch = s->planes.axis[1].size,
                                  .channels = channels,
                                  .plane = s->planes.plane,
                                  .taps = s->taps,
                                  .x_offset = x_offset,
                                  .w_offset = w_offset,
                                  .w_out = channels * s->taps,
                                  .w_channel = s->taps,
                                  .y_out = s->out_plane,
                                  .y_row = d->out[1],
                                  .y_column = 1}};
}

wick_status wick__direct_forward(wick_context *context, wick_dtype dtype, const wick__conv_dims *d,
                                 const void *x, const void *w, const void *bias, void *y)
{
    sweeping s = {.tiles = wick__conv_tiles_for(dtype),
                  .dtype = dtype,
                  .size = element(dtype),
                  .groups = d->groups,
                  .outs = d->out_channels / d->groups,
                  .out_plane = d->out[0] * d->out[1],
                  .passes = 1,
                  .taps = d->kernel[0] * d->kernel[1],
                  .planes = wick__input_planes(d),
                  .w = w,
                  .bias = bias,
                  .y = y};
    wick_status status = open_passes(context, &s);
    if (status == WICK_OK) {
        forward_pass(d, &s);
        status = run_sweeps(context, &s, d->batch, x);
    }
    wick__free(context, s.pass, s.bytes);
    return status;
}

/* ---- gradient of the input ------------------------------------------------------------------- */

/* The input elements that the taps of one phase reach along one axis: `count` of them from `first`
 * on, a stride apart; `row` is what tap 0 of the phase would read for the first of them. */
typedef struct reach {
    int64_t first, count, row;
} reach;

static reach reach_of(const wick__conv_dims *d, int axis, int64_t tap)
{
    int64_t stride = d->stride[axis], phase = tap * d->dilation[axis] % stride;
    int64_t first = (phase - d->pad[axis] % stride + stride) % stride;
    int64_t count = first < d->in[axis] ? (d->in[axis] - 1 - first) / stride + 1 : 0;
    return (reach){first, count, (first + d->pad[axis] - phase) / stride};
}

/* What tap `tap` reads for the first element of its phase. */
static int64_t read_of(const wick__conv_dims *d, int axis, int64_t tap)
{
    return reach_of(d, axis, tap).row - tap * d->dilation[axis] / d->stride[axis];
}

/* Planes of the output's gradient, with zeros as far as any tap reads. */
static wick__planes gradient_planes(const wick__conv_dims *d)
{
    wick__planes p = {.channels = d->out_channels, .plane = 1};
    for (int i = 0; i < 2; i++) {
        int64_t low = 0, high = 1;
        for (int64_t tap = 0; tap < d->kernel[i]; tap++) {
            int64_t first = read_of(d, i, tap), end = first + reach_of(d, i, tap).count;
            low = first < low || tap == 0 ? first : low;
            high = end > high || tap == 0 ? end : high;
        }
        p.axis[i] = (wick__plane_axis){.in = d->out[i],
                                       .stride = 1,
                                       .dilation = 1,
                                       .pad = -low,
                                       .phases = 1,
                                       .size = high > low ? high - low : 1};
        p.plane *= p.axis[i].size;
    }
    return p;
}

/* The pass of one pair of phases; returns how many taps it took from the tables at `t`. */
static int64_t backward_pass(const wick__conv_dims *d, const sweeping *s, const int64_t phases[2],
                             int64_t index, int64_t t)
{
    const wick__plane_axis *axis = s->planes.axis;
    int64_t *x_offset = s->offset + t, *w_offset = s->offset + s->taps + t, taps = 0;
    int64_t p = index / phases[1], q = index % phases[1];
    reach h = reach_of(d, 0, p), v = reach_of(d, 1, q);
    for (int64_t i = p; i < d->kernel[0]; i += phases[0])
        for (int64_t j = q; j < d->kernel[1]; j += phases[1], taps++) {
            x_offset[taps] =
                (read_of(d, 0, i) + axis[0].pad) * axis[1].size + read_of(d, 1, j) + axis[1].pad;
            w_offset[taps] = i * d->kernel[1] + j;
        }
    s->pass[index] = (pass){.start = h.first * d->in[1] + v.first,
                            .sweep = {.rows = h.count,
                                      .columns = v.count,
                                      .pitch = axis[1].size,
                                      .channels = d->out_channels / d->groups,
                                      .plane = s->planes.plane,
                                      .taps = taps,
                                      .x_offset = x_offset,
                                      .w_offset = w_offset,
                                      .w_out = s->taps,
                                      .w_channel = s->outs * s->taps,
                                      .y_out = s->out_plane,
                                      .y_row = d->stride[0] * d->in[1],
                                      .y_column = d->stride[1]}};
    return taps;
}

wick_status wick__direct_backward_input(wick_context *context, wick_dtype dtype,
                                        const wick__conv_dims *d, const void *w, const void *gy,
                                        const void *bias, void *gx)
{
    int64_t phases[2], taps = 0;
    for (int i = 0; i < 2; i++)
        phases[i] = wick__plane_phases(d->kernel[i], d->stride[i], d->dilation[i]);
    sweeping s = {.tiles = wick__conv_tiles_for(dtype),
                  .dtype = dtype,
                  .size = element(dtype),
                  .groups = d->groups,
                  .outs = d->in_channels / d->groups,
                  .out_plane = d->in[0] * d->in[1],
                  .passes = phases[0] * phases[1],
                  .taps = d->kernel[0] * d->kernel[1],
                  .planes = gradient_planes(d),
                  .w = w,
                  .bias = bias,
                  .y = gx};
    wick_status status = open_passes(context, &s);
    if (status == WICK_OK) {
        for (int64_t i = 0; i < s.passes; i++)
            taps += backward_pass(d, &s, phases, i, taps);
        if (phases[0] < d->stride[0] || phases[1] < d->stride[1])
            wick__conv_fill_bias(context, dtype, d->batch, d->in_channels, s.out_plane, bias, gx);
        status = run_sweeps(context, &s, d->batch, gy);
    }
    wick__free(context, s.pass, s.bytes);
    return status;
}

/* ---- gradient of the weight ------------------------------------------------------------------ */

typedef struct weighing {
    const wick__conv_tiles *tiles;
    wick_dtype dtype;
    int64_t size;
    int64_t groups, outs, columns; /* rows and columns of a group's gradient */
    int64_t images, run;           /* laid out, and taken at once by a tile */
    int64_t blocks, slice, slices; /* blocks of rows, slices of columns */
    wick__weight_tile tile;
    wick__planes x, gy;
    char *gw;
} weighing;

/* One block of rows by one slice of columns, over all images laid out, `run` of them at a time so
 * that what a tile reads again stays in the cache. */
static void weight_item(const weighing *g, int64_t item)
{
    int64_t slice = item % g->slices, block = item / g->slices % g->blocks;
    int64_t group = item / g->slices / g->blocks;
    int64_t first = g->outs * block / g->blocks, outs = g->outs * (block + 1) / g->blocks - first;
    int64_t out = group * g->outs + first, begin = slice * g->slice;
    const char *x =
        (const char *)g->x.data + group * (g->x.channels / g->groups) * g->x.plane * g->size;
    const char *gy = (const char *)g->gy.data + out * g->gy.plane * g->size;
    wick__weight_tile tile = g->tile;
    for (int64_t image = 0; image < g->images; image += g->run) {
        tile.images = least(g->run, g->images - image);
        g->tiles->weight(&tile, begin, least(begin + g->slice, g->columns), (int)outs, x, gy,
                         g->gw + out * g->columns * g->size);
        x += tile.images * tile.x_image * g->size;
        gy += tile.images * tile.gy_image * g->size;
    }
}

static void weight_part(void *job, int64_t begin, int64_t end)
{
    for (int64_t item = begin; item < end; item++)
        weight_item(job, item);
}

/* Planes of the output's gradient with the input's pitch and zeros between rows. */
static wick__planes product_planes(const wick__conv_dims *d, int64_t pitch)
{
    int64_t positions = (d->out[0] - 1) * pitch + d->out[1];
    wick__planes p = {.channels = d->out_channels, .plane = (positions + 15) / 16 * 16};
    p.axis[0] = (wick__plane_axis){d->out[0], 1, 1, 0, 1, d->out[0]};
    p.axis[1] = (wick__plane_axis){d->out[1], 1, 1, 0, 1, pitch};
    return p;
}

/* Cuts the work: tiles' rows, slices of columns for some 16 parts and more, runs of images. */
static void cut_weight(const wick__conv_dims *d, const int64_t *x_offset, weighing *g)
{
    int64_t taps = d->kernel[0] * d->kernel[1];
    int64_t row = (WICK__OUTS * g->gy.plane + g->x.plane) * g->size;
    g->columns = d->in_channels / d->groups * taps;
    g->blocks = blocks_of(g->outs);
    g->slice = g->columns * g->groups * g->blocks / 32 / 4 * 4;
    g->slice = g->slice < 4 ? 4 : g->slice;
    g->slices = (g->columns + g->slice - 1) / g->slice;
    g->run = (1 << 18) / row + 1;
    g->tile = (wick__weight_tile){.x_image = g->x.channels * g->x.plane,
                                  .gy_image = g->gy.channels * g->gy.plane,
                                  .gy_plane = g->gy.plane,
                                  .x_plane = g->x.plane,
                                  .taps = taps,
                                  .x_offset = x_offset,
                                  .w_out = g->columns};
}

static wick_status run_weight(wick_context *context, weighing *g, const wick__conv_dims *d,
                              const char *x, const char *gy)
{
    int64_t most = least(wick__planes_images(&g->x, g->dtype, d->batch),
                         wick__planes_images(&g->gy, g->dtype, d->batch));
    wick_status status = wick__conv_planes_open(context, g->dtype, most, &g->x);
    if (status == WICK_OK)
        status = wick__conv_planes_open(context, g->dtype, most, &g->gy);
    for (int64_t image = 0; image < d->batch && status == WICK_OK; image += most) {
        g->images = least(most, d->batch - image);
        wick__planes_fill(context, g->dtype, g->images, x, &g->x);
        wick__planes_fill(context, g->dtype, g->images, gy, &g->gy);
        int64_t work = g->images * g->gy.plane * g->slice * least(g->outs, WICK__OUTS);
        wick__parallel(context, g->groups * g->blocks * g->slices, (1 << 18) / (work + 1) + 1,
                       weight_part, g);
        x += g->images * d->in_channels * d->in[0] * d->in[1] * g->size;
        gy += g->images * d->out_channels * d->out[0] * d->out[1] * g->size;
    }
    wick__conv_planes_close(context, &g->gy);
    wick__conv_planes_close(context, &g->x);
    return status;
}

wick_status wick__direct_backward_weight(wick_context *context, wick_dtype dtype,
                                         const wick__conv_dims *d, const void *x, const void *gy,
                                         void *gw)
{
    weighing g = {.tiles = wick__conv_tiles_for(dtype),
                  .dtype = dtype,
                  .size = element(dtype),
                  .groups = d->groups,
                  .outs = d->out_channels / d->groups,
                  .x = wick__input_planes(d),
                  .gw = gw};
    int64_t taps = d->kernel[0] * d->kernel[1];
    size_t bytes = (size_t)taps * sizeof(int64_t);
    void *memory;
    wick_status status = wick__alloc(context, bytes, &memory);
    if (status != WICK_OK)
        return status;
    int64_t *x_offset = memory;
    for (int64_t t = 0; t < taps; t++)
        x_offset[t] = wick__input_tap(&g.x, t / d->kernel[1], t % d->kernel[1]);
    g.gy = product_planes(d, g.x.axis[1].size);
    cut_weight(d, x_offset, &g);
    memset(gw, 0, (size_t)(d->out_channels * g.columns * g.size));
    status = run_weight(context, &g, d, x, gy);
    wick__free(context, memory, bytes);
    return status;
}
