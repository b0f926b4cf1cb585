/* Images in the channel-blocked layout for the tests of its kernels: alone or as a slice of wider
 * ones, over memory that is NaN wherever nothing has been written. */
#ifndef WICK_SPEC_BLOCKED_IMAGES_H
#define WICK_SPEC_BLOCKED_IMAGES_H

#include "kernel/blocked.h"
#include "support/kernels.h"

typedef struct images {
    int64_t batch, channels, plane;
    int64_t skipped, wide; /* blocks of each wider image before these, and in all */
    float *all;
    wick__blocked at;
} images;

static inline size_t bytes_of(const images *x)
{
    return (size_t)(x->batch * x->wide * x->plane * WICK__LANES) * sizeof(float);
}

static inline images new_images(int64_t batch, int64_t channels, int64_t plane, bool slice)
{
    images x = {batch, channels, plane, slice ? 1 : 0, wick__blocks(channels) + (slice ? 3 : 0),
                NULL,  {NULL, 0}};
    size_t bytes = bytes_of(&x);
    x.all = aligned_alloc(64, bytes + 64);
    if (!x.all)
        abort();
    memset(x.all, 0xFF, bytes + 64);
    x.at.data = x.all + x.skipped * plane * WICK__LANES;
    x.at.image = x.wide * plane * WICK__LANES;
    return x;
}

static inline float *lane_at(const images *x, int64_t n, int64_t c, int64_t pixel)
{
    int64_t block = c / WICK__LANES;
    return x->at.data + n * x->at.image + (block * x->plane + pixel) * WICK__LANES +
           c % WICK__LANES;
}

/* Channels, batch and plane run fastest in the reverse order: n, c, pixel. */
#define FOR_EVERY_VALUE(x, n, c, pixel)                                                            \
    for (int64_t n = 0; n < (x)->batch; n++)                                                       \
        for (int64_t c = 0; c < (x)->channels; c++)                                                \
            for (int64_t pixel = 0; pixel < (x)->plane; pixel++)

static inline int64_t place_of(const images *x, int64_t n, int64_t c, int64_t pixel)
{
    return (n * x->channels + c) * x->plane + pixel;
}

static inline int64_t values_of(const images *x)
{
    return x->batch * x->channels * x->plane;
}

/* Values in [offset - 1, offset + 1], zeros beyond the last channel. */
static inline images random_images(int64_t batch, int64_t channels, int64_t plane, bool slice,
                                   double offset)
{
    images x = new_images(batch, channels, plane, slice);
    for (int64_t n = 0; n < batch; n++)
        for (int64_t c = 0; c < wick__blocks(channels) * WICK__LANES; c++)
            for (int64_t p = 0; p < plane; p++)
                *lane_at(&x, n, c, p) = c < channels ? (float)(next_random() + offset) : 0;
    return x;
}

static inline images copy_images(const images *x)
{
    images y = *x;
    y.all = aligned_alloc(64, bytes_of(x) + 64);
    if (!y.all)
        abort();
    memcpy(y.all, x->all, bytes_of(x) + 64);
    y.at.data = y.all + (x->at.data - x->all);
    return y;
}

static inline void delete_images(int count, images *x)
{
    for (int i = 0; i < count; i++)
        free(x[i].all);
}

static inline double *doubles(int64_t n)
{
    double *values = calloc((size_t)n + 1, sizeof *values);
    return values ? values : (abort(), NULL);
}

static inline bool is_untouched(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits == 0xFFFFFFFFu;
}

/* Whether lanes beyond the last channel are 0 and nothing outside the images was written. */
static inline bool sound(const images *x)
{
    int64_t end = x->skipped + wick__blocks(x->channels);
    for (int64_t n = 0; n < x->batch; n++)
        for (int64_t b = 0; b < x->wide; b++)
            for (int64_t i = 0; i < x->plane * WICK__LANES; i++) {
                float value = x->all[(n * x->wide + b) * x->plane * WICK__LANES + i];
                int64_t c = (b - x->skipped) * WICK__LANES + i % WICK__LANES;
                bool outside = b < x->skipped || b >= end;
                if (outside ? !is_untouched(value) : c >= x->channels && value != 0) {
                    printf("# image %lld, block %lld, float %lld is %g\n", (long long)n,
                           (long long)b, (long long)i, value);
                    return false;
                }
            }
    return is_untouched(x->all[bytes_of(x) / sizeof(float)]);
}

/* Whether the images are sound and every value is within `bound` of what is wanted, relative to
 * the largest. */
static inline bool images_hold(const images *x, const double *want, double bound)
{
    array values = new_array(WICK_FLOAT32, values_of(x));
    FOR_EVERY_VALUE(x, n, c, p)
    set(values, place_of(x, n, c, p), *lane_at(x, n, c, p));
    bool good = holds(values, want, bound) && sound(x);
    free(values.data);
    return good;
}

static inline bool same_images(const images *a, const images *b)
{
    return bytes_of(a) == bytes_of(b) && memcmp(a->all, b->all, bytes_of(a)) == 0;
}

#endif
