/* What the tests of Winograd convolution share: plain loops in double, images in the blocked layout
 * that are slices of wider ones, and running the functions on them. */
#ifndef WICK_SPEC_WINOGRAD_H
#define WICK_SPEC_WINOGRAD_H

#include "kernel/blocked_paths.h"
#include "support/kernels.h"

/* ---- references ------------------------------------------------------------------------------ */

/* Dense operands and what the three functions ought to give. */
typedef struct sample {
    wick__conv_dims d;
    float *x, *w, *gy;
    double *y, *gx, *gw;
} sample;

static inline int64_t x_size(const wick__conv_dims *d)
{
    return d->batch * d->in_channels * d->in[0] * d->in[1];
}

static inline int64_t y_size(const wick__conv_dims *d)
{
    return d->batch * d->out_channels * d->out[0] * d->out[1];
}

static inline int64_t w_size(const wick__conv_dims *d)
{
    return d->out_channels * (d->in_channels / d->groups) * 9;
}

static inline void *memory_of(int64_t n, size_t element)
{
    void *memory = NULL;
    if (posix_memalign(&memory, 64, (size_t)(n + 16) * element))
        abort();
    memset(memory, 0, (size_t)(n + 16) * element);
    return memory;
}

/* Near enough to a normal number of mean 0 and variance 1. */
static inline double normal(void)
{
    double sum = 0;
    for (int i = 0; i < 12; i++)
        sum += next_random();
    return sum / 2;
}

typedef double number(void);

static inline float *numbers(int64_t n, number *next)
{
    float *values = memory_of(n, sizeof *values);
    for (int64_t i = 0; i < n; i++)
        values[i] = (float)next();
    return values;
}

/* The terms of one output plane and one input plane. */
static inline void add_planes(sample *s, int64_t x_plane, int64_t w_at, int64_t y_plane)
{
    const wick__conv_dims *d = &s->d;
    for (int64_t i = 0; i < d->out[0]; i++)
        for (int64_t j = 0; j < d->out[1]; j++)
            for (int64_t t = 0; t < 9; t++) {
                int64_t row = i - d->pad[0] + t / 3, column = j - d->pad[1] + t % 3;
                if (row < 0 || row >= d->in[0] || column < 0 || column >= d->in[1])
                    continue;
                int64_t x = (x_plane * d->in[0] + row) * d->in[1] + column;
                int64_t y = (y_plane * d->out[0] + i) * d->out[1] + j;
                s->y[y] += (double)s->x[x] * s->w[w_at + t];
                s->gx[x] += (double)s->gy[y] * s->w[w_at + t];
                s->gw[w_at + t] += (double)s->gy[y] * s->x[x];
            }
}

static inline sample new_sample(const wick__conv_dims *d, number *next)
{
    int64_t ins = d->in_channels / d->groups, outs = d->out_channels / d->groups;
    sample s = {.d = *d,
                .x = numbers(x_size(d), next),
                .w = numbers(w_size(d), normal),
                .gy = numbers(y_size(d), next),
                .y = memory_of(y_size(d), sizeof(double)),
                .gx = memory_of(x_size(d), sizeof(double)),
                .gw = memory_of(w_size(d), sizeof(double))};
    for (int64_t n = 0; n < d->batch; n++)
        for (int64_t o = 0; o < d->out_channels; o++)
            for (int64_t c = 0; c < ins; c++)
                add_planes(&s, n * d->in_channels + o / outs * ins + c, (o * ins + c) * 9,
                           n * d->out_channels + o);
    return s;
}

static inline void delete_sample(sample *s)
{
    void *all[] = {s->x, s->w, s->gy, s->y, s->gx, s->gw};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

/* The root of the mean squared error, relative to that of the values. */
static inline double error(int64_t n, const float *got, const double *want)
{
    double off = 0, size = 0;
    for (int64_t i = 0; i < n; i++) {
        off += ((double)got[i] - want[i]) * ((double)got[i] - want[i]);
        size += want[i] * want[i];
    }
    return size > 0 ? sqrt(off / size) : off;
}

/* ---- the layout ------------------------------------------------------------------------------ */

/* Blocked images that are the middle of wider ones, with NaN around and in them. */
typedef struct layout {
    int64_t batch, channels, plane;
    int64_t size;
    float *all;
    wick__blocked images;
} layout;

static inline layout new_layout(int64_t batch, int64_t channels, int64_t plane)
{
    layout l = {.batch = batch, .channels = channels, .plane = plane};
    l.images.image = (wick__blocks(channels) + 3) * plane * WICK__LANES;
    l.size = batch * l.images.image;
    l.all = memory_of(l.size, sizeof(float));
    memset(l.all, 0xFF, (size_t)l.size * sizeof(float));
    l.images.data = l.all + plane * WICK__LANES;
    return l;
}

static inline float *at(const layout *l, int64_t image, int64_t channel, int64_t pixel)
{
    return l->images.data + image * l->images.image +
           (channel / WICK__LANES * l->plane + pixel) * WICK__LANES + channel % WICK__LANES;
}

static inline layout blocked_from(int64_t batch, int64_t channels, int64_t plane,
                                  const float *dense)
{
    layout l = new_layout(batch, channels, plane);
    for (int64_t n = 0; n < batch; n++)
        for (int64_t c = 0; c < wick__blocks(channels) * WICK__LANES; c++)
            for (int64_t i = 0; i < plane; i++)
                *at(&l, n, c, i) = c < channels ? dense[(n * channels + c) * plane + i] : 0;
    return l;
}

static inline float *dense_from(const layout *l)
{
    float *dense = memory_of(l->batch * l->channels * l->plane, sizeof *dense);
    for (int64_t n = 0; n < l->batch; n++)
        for (int64_t c = 0; c < l->channels; c++)
            for (int64_t i = 0; i < l->plane; i++)
                dense[(n * l->channels + c) * l->plane + i] = *at(l, n, c, i);
    return dense;
}

/* Whether the lanes without a channel hold zeros and the blocks around the slice were left alone.
 */
static inline bool is_kept(const layout *l)
{
    int64_t blocks = wick__blocks(l->channels), block = l->plane * WICK__LANES;
    for (int64_t n = 0; n < l->batch; n++) {
        for (int64_t c = l->channels; c < blocks * WICK__LANES; c++)
            for (int64_t i = 0; i < l->plane; i++)
                if (*at(l, n, c, i) != 0)
                    return false;
        for (int64_t i = 0; i < l->images.image; i++)
            if ((i < block || i >= block * (blocks + 1)) && l->all[n * l->images.image + i] == 0)
                return false;
    }
    return true;
}

/* ---- running --------------------------------------------------------------------------------- */

/* Forward or backward to the input; the result is dense. */
static inline layout run(const sample *s, int tile, wick__direction direction, int threads,
                         const wick__tail *tail)
{
    const wick__conv_dims *d = &s->d;
    wick_context *context = context_with(threads);
    int64_t in = d->in[0] * d->in[1], out = d->out[0] * d->out[1];
    bool forward = direction == WICK__FORWARD;
    layout from = forward ? blocked_from(d->batch, d->in_channels, in, s->x)
                          : blocked_from(d->batch, d->out_channels, out, s->gy);
    layout to = forward ? new_layout(d->batch, d->out_channels, out)
                        : new_layout(d->batch, d->in_channels, in);
    size_t bytes = wick__winograd_pack_bytes(d, tile, direction);
    float *pack = memory_of((int64_t)(bytes / sizeof(float)), sizeof(float));
    memset(pack, 0xFF, bytes);
    expect(!wick__winograd_pack(context, d, tile, direction, s->w, pack));
    expect(!(forward ? wick__winograd_forward : wick__winograd_backward_input)(
        context, d, tile, from.images, pack, tail, to.images));
    free(pack);
    free(from.all);
    return to;
}

static inline float *run_weight(const sample *s, int tile, int threads)
{
    const wick__conv_dims *d = &s->d;
    layout x = blocked_from(d->batch, d->in_channels, d->in[0] * d->in[1], s->x);
    layout gy = blocked_from(d->batch, d->out_channels, d->out[0] * d->out[1], s->gy);
    float *gw = memory_of(w_size(d), sizeof *gw);
    memset(gw, 0xFF, (size_t)w_size(d) * sizeof *gw);
    expect(
        !wick__winograd_backward_weight(context_with(threads), d, tile, x.images, gy.images, gw));
    free(x.all);
    free(gy.all);
    return gw;
}

static inline const char *name_of(const wick__conv_dims *d)
{
    static char name[128];
    snprintf(name, sizeof name, "%d x %d x %d x %d to %d x %d x %d, %d groups, pad %d x %d",
             (int)d->batch, (int)d->in_channels, (int)d->in[0], (int)d->in[1], (int)d->out_channels,
             (int)d->out[0], (int)d->out[1], (int)d->groups, (int)d->pad[0], (int)d->pad[1]);
    return name;
}

/* ---- shapes and bounds ----------------------------------------------------------------------- */

/* Bounds for tiles of 2 and 4. */
typedef struct bounds {
    double image[2], weight[2];
} bounds;

/* `less` rows and columns of output are left out. */
static inline wick__conv_dims dims_of(int64_t batch, int64_t groups, int64_t in, int64_t out,
                                      int64_t height, int64_t width, int64_t pad0, int64_t pad1,
                                      int64_t less)
{
    return (wick__conv_dims){batch,
                             groups,
                             in,
                             out,
                             {height, width},
                             {3, 3},
                             {1, 1},
                             {pad0, pad1},
                             {1, 1},
                             {height + 2 * pad0 - 2 - less, width + 2 * pad1 - 2 - less}};
}

/* Some 6e-7 and 3e-6 are reached with the most channels and tiles here. */
static const bounds normal_bounds = {{8e-7, 4e-6}, {8e-7, 4e-6}};

#endif
