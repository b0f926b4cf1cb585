/* Convolution by its definition, in double, for the tests of its kernels, and images in the
 * channel-blocked layout beside others, with tails. */
#ifndef WICK_SPEC_CONVOLUTION_H
#define WICK_SPEC_CONVOLUTION_H

#include "kernel/blocked_conv.h"
#include "support/kernels.h"

static inline int64_t conv_x_size(const wick__conv_dims *d)
{
    return d->batch * d->in_channels * d->in[0] * d->in[1];
}

static inline int64_t conv_y_size(const wick__conv_dims *d)
{
    return d->batch * d->out_channels * d->out[0] * d->out[1];
}

static inline int64_t conv_w_size(const wick__conv_dims *d)
{
    return d->out_channels * (d->in_channels / d->groups) * d->kernel[0] * d->kernel[1];
}

/* Dense operands, and what the three functions ought to give. */
typedef struct conv_sample {
    array x, w, gy;
    double *y, *gx, *gw;
} conv_sample;

/* One multiplication: y[y_at] takes x[x_at] w[w_at]. */
static inline void conv_take(conv_sample *s, int64_t x_at, int64_t w_at, int64_t y_at)
{
    const float *x = s->x.data, *w = s->w.data, *gy = s->gy.data;
    s->y[y_at] += (double)x[x_at] * w[w_at];
    s->gx[x_at] += (double)gy[y_at] * w[w_at];
    s->gw[w_at] += (double)gy[y_at] * x[x_at];
}

/* The multiplications of one output of channel o of image n at row i, column j. */
static inline void conv_take_output(conv_sample *s, const wick__conv_dims *d, int64_t n, int64_t o,
                                    int64_t i, int64_t j)
{
    int64_t channels = d->in_channels / d->groups, group = o / (d->out_channels / d->groups);
    int64_t y_at = ((n * d->out_channels + o) * d->out[0] + i) * d->out[1] + j;
    for (int64_t c = 0; c < channels; c++)
        for (int64_t r = 0; r < d->kernel[0]; r++)
            for (int64_t q = 0; q < d->kernel[1]; q++) {
                int64_t row = i * d->stride[0] - d->pad[0] + r * d->dilation[0];
                int64_t column = j * d->stride[1] - d->pad[1] + q * d->dilation[1];
                if (row < 0 || row >= d->in[0] || column < 0 || column >= d->in[1])
                    continue;
                int64_t plane = n * d->in_channels + group * channels + c;
                conv_take(s, (plane * d->in[0] + row) * d->in[1] + column,
                          ((o * channels + c) * d->kernel[0] + r) * d->kernel[1] + q, y_at);
            }
}

static inline double *conv_zeros(int64_t n)
{
    double *values = calloc((size_t)n + 1, sizeof *values);
    return values ? values : (abort(), NULL);
}

static inline conv_sample new_conv_sample(const wick__conv_dims *d)
{
    conv_sample s = {.x = random_array(WICK_FLOAT32, conv_x_size(d)),
                     .w = random_array(WICK_FLOAT32, conv_w_size(d)),
                     .gy = random_array(WICK_FLOAT32, conv_y_size(d)),
                     .y = conv_zeros(conv_y_size(d)),
                     .gx = conv_zeros(conv_x_size(d)),
                     .gw = conv_zeros(conv_w_size(d))};
    for (int64_t n = 0; n < d->batch; n++)
        for (int64_t o = 0; o < d->out_channels; o++)
            for (int64_t i = 0; i < d->out[0]; i++)
                for (int64_t j = 0; j < d->out[1]; j++)
                    conv_take_output(&s, d, n, o, i, j);
    return s;
}

static inline void delete_conv_sample(conv_sample *s)
{
    delete_arrays(3, (array[]){s->x, s->w, s->gy});
    free(s->y);
    free(s->gx);
    free(s->gw);
}

/* Some blocks of wider images: one block lies before them, one behind. */
typedef struct blocked_array {
    int64_t batch, channels, plane;
    int64_t floats;
    float *memory;
    wick__blocked images;
} blocked_array;

/* Every float is NaN. */
static inline blocked_array new_blocked_array(int64_t batch, int64_t channels, int64_t plane)
{
    blocked_array a = {batch, channels, plane, 0, NULL, {NULL, 0}};
    a.images.image = (wick__blocks(channels) + 2) * plane * WICK__LANES;
    a.floats = batch * a.images.image;
    void *memory;
    if (posix_memalign(&memory, 64, (size_t)(a.floats + WICK__LANES) * sizeof(float)))
        abort();
    memset(memory, 0xFF, (size_t)(a.floats + WICK__LANES) * sizeof(float));
    a.memory = memory;
    a.images.data = a.memory + plane * WICK__LANES;
    return a;
}

static inline float *blocked_at(const blocked_array *a, int64_t n, int64_t channel, int64_t pixel)
{
    int64_t block = channel / WICK__LANES, lane = channel % WICK__LANES;
    return a->images.data + n * a->images.image + (block * a->plane + pixel) * WICK__LANES + lane;
}

static inline blocked_array blocked_from(int64_t batch, int64_t channels, int64_t plane,
                                         const float *dense)
{
    blocked_array a = new_blocked_array(batch, channels, plane);
    for (int64_t n = 0; n < batch; n++)
        for (int64_t c = 0; c < wick__blocks(channels) * WICK__LANES; c++)
            for (int64_t p = 0; p < plane; p++)
                *blocked_at(&a, n, c, p) = c < channels ? dense[(n * channels + c) * plane + p] : 0;
    return a;
}

/* Whether the images hold these values, as `holds` does, lanes without a channel are 0, and nothing
 * was written beside the images. */
static inline bool blocked_holds(const blocked_array *a, const double *values, double bound)
{
    array dense = new_array(WICK_FLOAT32, a->batch * a->channels * a->plane);
    int64_t untouched = 0, blocks = wick__blocks(a->channels);
    bool zero = true;
    for (int64_t n = 0; n < a->batch; n++)
        for (int64_t c = 0; c < blocks * WICK__LANES; c++)
            for (int64_t p = 0; p < a->plane; p++) {
                float value = *blocked_at(a, n, c, p);
                if (c < a->channels)
                    set(dense, (n * a->channels + c) * a->plane + p, value);
                else
                    zero &= value == 0;
            }
    for (int64_t i = 0; i < a->floats + WICK__LANES; i++)
        untouched += isnan(a->memory[i]);
    bool good = holds(dense, values, bound);
    delete_arrays(1, &dense);
    return good && zero && untouched == 2 * a->batch * a->plane * WICK__LANES + WICK__LANES;
}

static inline bool blocked_same_bits(const blocked_array *a, const blocked_array *b)
{
    return memcmp(a->memory, b->memory, (size_t)a->floats * sizeof(float)) == 0;
}

/* FAR_MOMENTS: moments of values far from 0. */
enum { NOTHING, FAR_MOMENTS, INFERENCE, MASKED, EVERYTHING, TAILS };

/* A tail over images, and what it makes of values. */
typedef struct test_tail {
    wick__tail tail;
    array scale, shift, residual, mask; /* dense */
    blocked_array residual_images, mask_images;
    array moments;
} test_tail;

static inline array padded_random(int64_t channels)
{
    array a = random_array(WICK_FLOAT32, wick__blocks(channels) * WICK__LANES);
    for (int64_t c = channels; c < a.n; c++)
        set(a, c, 0);
    return a;
}

static inline test_tail new_tail(int kind, int64_t batch, int64_t channels, int64_t plane)
{
    test_tail t = {.scale = padded_random(channels), .shift = padded_random(channels)};
    t.residual = random_array(WICK_FLOAT32, batch * channels * plane);
    t.mask = random_array(WICK_FLOAT32, batch * channels * plane);
    t.residual_images = blocked_from(batch, channels, plane, t.residual.data);
    t.mask_images = blocked_from(batch, channels, plane, t.mask.data);
    t.moments = new_array(WICK_FLOAT32, batch * wick__blocks(channels) * WICK__MOMENTS);
    if (kind == INFERENCE || kind == EVERYTHING) {
        t.tail.scale = t.scale.data;
        t.tail.shift = t.shift.data;
        t.tail.relu = true;
    }
    if (kind == MASKED || kind == EVERYTHING) {
        t.tail.residual = t.residual_images.images;
        t.tail.mask = t.mask_images.images;
    }
    if (kind == FAR_MOMENTS) {
        for (int64_t c = 0; c < channels; c++)
            set(t.shift, c, 1000);
        t.tail.shift = t.shift.data;
    }
    if (kind == FAR_MOMENTS || kind == EVERYTHING)
        t.tail.moments = t.moments.data;
    return t;
}

static inline void delete_tail(test_tail *t)
{
    delete_arrays(5, (array[]){t->scale, t->shift, t->residual, t->mask, t->moments});
    free(t->residual_images.memory);
    free(t->mask_images.memory);
}

static inline double *tailed(const test_tail *t, int64_t batch, int64_t channels, int64_t plane,
                             const double *values)
{
    double *y = conv_zeros(batch * channels * plane);
    for (int64_t i = 0; i < batch * channels * plane; i++) {
        int64_t c = i / plane % channels;
        y[i] = values[i];
        if (t->tail.scale)
            y[i] *= get(t->scale, c);
        if (t->tail.shift)
            y[i] += get(t->shift, c);
        if (t->tail.residual.data)
            y[i] += get(t->residual, i);
        if (t->tail.relu)
            y[i] = fmax(y[i], 0);
        if (t->tail.mask.data && get(t->mask, i) <= 0)
            y[i] = 0;
    }
    return y;
}

/* Means and sums of squared deviations of `values`, planes of images. */
static inline bool moments_hold(const test_tail *t, int64_t batch, int64_t channels, int64_t plane,
                                const double *values)
{
    double *want = conv_zeros(t->moments.n);
    for (int64_t i = 0; i < batch * channels; i++) {
        int64_t n = i / channels, c = i % channels;
        double *moments = want + (n * wick__blocks(channels) + c / WICK__LANES) * WICK__MOMENTS;
        double mean = 0, squares = 0;
        for (int64_t p = 0; p < plane; p++)
            mean += values[i * plane + p] / (double)plane;
        for (int64_t p = 0; p < plane; p++)
            squares += pow(values[i * plane + p] - mean, 2);
        moments[c % WICK__LANES] = mean;
        moments[WICK__SQUARES + c % WICK__LANES] = squares; /* rests are next to nothing */
    }
    bool good = holds(t->moments, want, 1e-4);
    free(want);
    return good;
}

#endif
