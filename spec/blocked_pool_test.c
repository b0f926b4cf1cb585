/* Pooling on the channel-blocked layout against plain loops in double: windows of every kind, all
 * divisors, ties, NaN, slices, one and two threads (to the bit), every instruction set. */
#include "kernel/blocked_pool.h"
#include "support/blocked_images.h"

typedef struct setting {
    int64_t batch, channels;
    wick__pool_dims d;
} setting;

#define SETTING(N, C, H, W, KH, KW, SH, SW, PH, PW, DH, DW, OH, OW)                                \
    {                                                                                              \
        N, C,                                                                                      \
        {                                                                                          \
            0, {H, W}, {KH, KW}, {SH, SW}, {PH, PW}, {DH, DW},                                     \
            {                                                                                      \
                OH, OW                                                                             \
            }                                                                                      \
        }                                                                                          \
    }

static const setting settings[] = {
    SETTING(2, 3, 4, 6, 2, 2, 2, 2, 0, 0, 1, 1, 2, 3),
    SETTING(3, 35, 31, 29, 3, 3, 2, 2, 1, 1, 1, 1, 16, 15),
    SETTING(2, 16, 13, 40, 3, 3, 1, 1, 1, 1, 1, 1, 13, 40),
    SETTING(1, 20, 14, 11, 3, 3, 2, 2, 0, 0, 1, 1, 7, 5),     /* ceil mode: beyond the plane */
    SETTING(1, 17, 9, 12, 2, 3, 3, 4, 0, 1, 1, 1, 3, 3),      /* pixels between windows */
    SETTING(2, 5, 12, 33, 3, 2, 1, 2, 2, 1, 2, 3, 12, 16),    /* dilated */
    SETTING(1, 18, 3, 3, 2, 2, 3, 3, 0, 0, 1, 1, 3, 3),       /* windows without a pixel */
    SETTING(1, 16, 20, 23, 16, 17, 1, 2, 3, 8, 1, 1, 11, 12), /* positions beyond a byte */
    SETTING(1, 16, 15, 17, 15, 17, 1, 1, 0, 0, 1, 1, 1, 1),   /* 255 positions */
    SETTING(1, 4, 3, 4, 7, 9, 2, 2, 3, 4, 1, 1, 2, 2),        /* windows around the plane */
    SETTING(0, 4, 3, 4, 2, 2, 1, 1, 0, 0, 1, 1, 2, 3),
    SETTING(2, 0, 3, 4, 2, 2, 1, 1, 0, 0, 1, 1, 2, 3),
};
enum { SETTINGS = sizeof settings / sizeof *settings };

static int64_t in_plane(const setting *p)
{
    return p->d.in[0] * p->d.in[1];
}

static int64_t out_plane(const setting *p)
{
    return p->d.out[0] * p->d.out[1];
}

/* ---- the largest ---- */

/* The pixel of tap t (of all) of window `o`, or -1 where it is outside. */
static int64_t pixel_of(const wick__pool_dims *d, int64_t o, int64_t t)
{
    int64_t i = o / d->out[1] * d->stride[0] - d->pad[0] + t / d->kernel[1] * d->dilation[0];
    int64_t j = o % d->out[1] * d->stride[1] - d->pad[1] + t % d->kernel[1] * d->dilation[1];
    return i < 0 || j < 0 || i >= d->in[0] || j >= d->in[1] ? -1 : i * d->in[1] + j;
}

static void expected_max(const setting *p, const images *x, const images *gy, double *y, double *gx,
                         int64_t *places)
{
    FOR_EVERY_VALUE(gy, n, c, o)
    {
        int64_t best = -1;
        double most = -INFINITY;
        for (int64_t t = 0; t < p->d.kernel[0] * p->d.kernel[1]; t++) {
            int64_t at = pixel_of(&p->d, o, t);
            double value = at < 0 ? 0 : *lane_at(x, n, c, at);
            if (at >= 0 && (best < 0 || value > most || (isnan(value) && !isnan(most))))
                best = at, most = value;
        }
        y[place_of(gy, n, c, o)] = most;
        places[place_of(gy, n, c, o)] = best;
        if (best >= 0)
            gx[place_of(x, n, c, best)] += *lane_at(gy, n, c, o);
    }
}

/* Random values of which many are equal, and some are not numbers or infinite. */
static images difficult_images(const setting *p, bool slice)
{
    images x = random_images(p->batch, p->channels, in_plane(p), slice, 0);
    FOR_EVERY_VALUE(&x, n, c, s)
    {
        float *value = lane_at(&x, n, c, s), chance = (float)next_random();
        *value = chance < -0.98f   ? NAN
                 : chance < -0.96f ? -INFINITY
                 : c == 1          ? -INFINITY
                 : chance < 0.2f   ? roundf(*value * 2) / 2
                                   : *value;
    }
    return x;
}

static void check_max(const setting *p, bool slice)
{
    int64_t count = p->batch * p->channels, outs = count * out_plane(p);
    images x = difficult_images(p, slice), y[2], gx[2];
    images gy = random_images(p->batch, p->channels, out_plane(p), !slice, 0);
    double *want_y = doubles(outs), *want_gx = doubles(count * in_plane(p));
    array want = new_array(WICK_INT64, outs), got = new_array(WICK_INT64, outs), index[2];
    size_t bytes = wick__blocked_pool_index_bytes(p->batch, p->channels, &p->d);
    expected_max(p, &x, &gy, want_y, want_gx, want.data);
    for (int i = 0; i < 2; i++) {
        wick_context *context = context_with(i + 1);
        y[i] = new_images(p->batch, p->channels, out_plane(p), !slice);
        gx[i] = new_images(p->batch, p->channels, in_plane(p), slice);
        index[i] = new_array(WICK_UINT8, (int64_t)bytes);
        wick__blocked_max_pool_forward(context, p->batch, p->channels, &p->d, x.at, y[i].at,
                                       index[i].data);
        wick__blocked_max_pool_backward(context, p->batch, p->channels, &p->d, gy.at, index[i].data,
                                        gx[i].at);
        wick__blocked_pool_places(context, p->batch, p->channels, &p->d, index[i].data, got.data);
        expect(images_hold(&y[i], want_y, 0) && same_bits(want, got));
        expect(images_hold(&gx[i], want_gx, 1e-6));
        expect(((unsigned char *)index[i].data)[bytes] == 0xFF);
    }
    expect(same_images(&y[0], &y[1]) && same_images(&gx[0], &gx[1]) &&
           same_bits(index[0], index[1]));
    images alone = new_images(p->batch, p->channels, out_plane(p), !slice);
    wick__blocked_max_pool_forward(context_with(2), p->batch, p->channels, &p->d, x.at, alone.at,
                                   NULL);
    expect(images_hold(&alone, want_y, 0));
    delete_images(7, (images[]){x, gy, y[0], y[1], gx[0], gx[1], alone});
    delete_arrays(4, (array[]){want, got, index[0], index[1]});
    free(want_y);
    free(want_gx);
}

static void largest(void)
{
    for (int i = 0; i < SETTINGS; i++)
        for (int slice = 0; slice < 2; slice++)
            check_max(&settings[i], slice);
}

/* The kernel of dense planes gives the same, and gradients added up in the same order. */
static void as_dense(void)
{
    const setting *p = &settings[1];
    wick__pool_dims d = p->d;
    d.planes = p->batch * p->channels;
    images x = difficult_images(p, false),
           y = new_images(p->batch, p->channels, out_plane(p), false);
    images gx = new_images(p->batch, p->channels, in_plane(p), false);
    images gy = random_images(p->batch, p->channels, out_plane(p), false, 0);
    array flat[4], places = new_array(WICK_INT64, values_of(&y));
    void *index = malloc(wick__blocked_pool_index_bytes(p->batch, p->channels, &d));
    for (int i = 0; i < 4; i++)
        flat[i] = new_array(WICK_FLOAT32, i % 2 ? values_of(&y) : values_of(&x));
    wick_context *context = context_with(2);
    wick__blocked_max_pool_forward(context, p->batch, p->channels, &d, x.at, y.at, index);
    wick__blocked_max_pool_backward(context, p->batch, p->channels, &d, gy.at, index, gx.at);
    wick__blocked_to_dense(context, p->batch, p->channels, x.plane, x.at, flat[0].data);
    wick__blocked_to_dense(context, p->batch, p->channels, gy.plane, gy.at, flat[1].data);
    wick__max_pool_forward(context, WICK_FLOAT32, &d, flat[0].data, flat[3].data, places.data);
    wick__max_pool_backward(context, WICK_FLOAT32, d.planes, x.plane, y.plane, flat[1].data,
                            places.data, flat[2].data);
    array back = new_array(WICK_FLOAT32, values_of(&x));
    wick__blocked_to_dense(context, p->batch, p->channels, x.plane, gx.at, back.data);
    expect(same_bits(back, flat[2]));
    wick__blocked_from_dense(context, p->batch, p->channels, y.plane, flat[3].data, gy.at);
    expect(same_images(&gy, &y));
    delete_images(4, (images[]){x, y, gx, gy});
    delete_arrays(6, (array[]){flat[0], flat[1], flat[2], flat[3], places, back});
    free(index);
}

/* ---- means ---- */

/* What window `o` is divided by, and how many pixels it has. */
static double divisor_of(const wick__pool_dims *d, wick__pool_divisor divisor, int64_t o,
                         int64_t *pixels)
{
    int64_t padded = 0, kernel = d->kernel[0] * d->kernel[1];
    *pixels = 0;
    for (int64_t t = 0; t < kernel; t++) {
        int64_t i = o / d->out[1] * d->stride[0] - d->pad[0] + t / d->kernel[1];
        int64_t j = o % d->out[1] * d->stride[1] - d->pad[1] + t % d->kernel[1];
        padded += i < d->in[0] + d->pad[0] && j < d->in[1] + d->pad[1];
        *pixels += pixel_of(d, o, t) >= 0;
    }
    if (divisor == WICK__DIVIDE_NONE || *pixels == 0)
        return 1;
    return (double)(divisor == WICK__DIVIDE_PADDED ? padded : *pixels);
}

static void expected_mean(const setting *p, wick__pool_divisor divisor, const images *x,
                          const images *gy, double *y, double *gx)
{
    wick__pool_dims d = p->d;
    d.dilation[0] = d.dilation[1] = 1;
    FOR_EVERY_VALUE(gy, n, c, o)
    {
        int64_t pixels;
        double by = divisor_of(&d, divisor, o, &pixels);
        for (int64_t t = 0; t < d.kernel[0] * d.kernel[1]; t++) {
            int64_t at = pixel_of(&d, o, t);
            if (at < 0)
                continue;
            y[place_of(gy, n, c, o)] += *lane_at(x, n, c, at) / by;
            gx[place_of(x, n, c, at)] += *lane_at(gy, n, c, o) / by;
        }
    }
}

static void check_mean(const setting *p, wick__pool_divisor divisor, bool slice)
{
    int64_t count = p->batch * p->channels;
    images x = random_images(p->batch, p->channels, in_plane(p), slice, 0), y[2], gx[2];
    images gy = random_images(p->batch, p->channels, out_plane(p), !slice, 0);
    double *want_y = doubles(count * out_plane(p)), *want_gx = doubles(count * in_plane(p));
    expected_mean(p, divisor, &x, &gy, want_y, want_gx);
    for (int i = 0; i < 2; i++) {
        wick_context *context = context_with(i + 1);
        y[i] = new_images(p->batch, p->channels, out_plane(p), !slice);
        gx[i] = new_images(p->batch, p->channels, in_plane(p), slice);
        wick__blocked_average_pool_forward(context, p->batch, p->channels, &p->d, divisor, x.at,
                                           y[i].at);
        wick__blocked_average_pool_backward(context, p->batch, p->channels, &p->d, divisor, gy.at,
                                            gx[i].at);
        expect(images_hold(&y[i], want_y, 2e-6));
        expect(images_hold(&gx[i], want_gx, 2e-6));
    }
    expect(same_images(&y[0], &y[1]) && same_images(&gx[0], &gx[1]));
    delete_images(6, (images[]){x, gy, y[0], y[1], gx[0], gx[1]});
    free(want_y);
    free(want_gx);
}

static void means(void)
{
    for (int i = 0; i < SETTINGS; i++)
        for (int divisor = WICK__DIVIDE_PADDED; divisor <= WICK__DIVIDE_NONE; divisor++)
            for (int slice = 0; slice < 2; slice++)
                check_mean(&settings[i], divisor, slice);
}

static void check_global(int64_t batch, int64_t channels, int64_t plane, bool slice)
{
    images x = random_images(batch, channels, plane, slice, 3), y[2], gx[2];
    double *want_y = doubles(batch * channels), *want_gx = doubles(values_of(&x));
    FOR_EVERY_VALUE(&x, n, c, s)
    want_y[n * channels + c] += *lane_at(&x, n, c, s) / (double)plane;
    for (int i = 0; i < 2; i++) {
        y[i] = new_images(batch, channels, 1, !slice);
        gx[i] = new_images(batch, channels, plane, slice);
        wick__blocked_global_average_forward(context_with(i + 1), batch, channels, plane, x.at,
                                             y[i].at);
        wick__blocked_global_average_backward(context_with(i + 1), batch, channels, plane, y[i].at,
                                              gx[i].at);
        expect(images_hold(&y[i], want_y, 3e-7));
    }
    FOR_EVERY_VALUE(&x, n, c, s)
    want_gx[place_of(&x, n, c, s)] = *lane_at(&y[0], n, c, 0) / (double)plane;
    expect(images_hold(&gx[0], want_gx, 1e-7));
    expect(same_images(&y[0], &y[1]) && same_images(&gx[0], &gx[1]));
    delete_images(5, (images[]){x, y[0], y[1], gx[0], gx[1]});
    free(want_y);
    free(want_gx);
}

static void global_means(void)
{
    check_global(3, 21, 49, true);
    check_global(2, 16, 5000, false);
    check_global(2, 3, 1, true);
    check_global(0, 3, 4, false);
    check_global(2, 3, 0, false);
}

int main(void)
{
    static const named_test tests[] = {{"the largest", largest},
                                       {"as dense planes", as_dense},
                                       {"means", means},
                                       {"global means", global_means}};
    return run_under_every_isa(tests, 4);
}
