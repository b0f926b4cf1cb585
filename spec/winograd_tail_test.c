/* The tail of Winograd convolution: each of its parts and all together against plain loops, moments
 * of many tiles and around large means, in place; failing memory. */
#include "support/winograd.h"

/* ---- tails ----------------------------------------------------------------------------------- */

/* A tail's operands, dense and blocked. */
typedef struct operands {
    float *scale, *shift, *residual, *mask;
    layout residual_images, mask_images;
} operands;

static double often_zero(void)
{
    double value = normal();
    return value < 0.3 && value > -0.3 ? 0 : value;
}

static float *lane_numbers(int64_t channels, double mean)
{
    float *values = numbers(wick__blocks(channels) * WICK__LANES, normal);
    for (int64_t i = 0; i < wick__blocks(channels) * WICK__LANES; i++)
        values[i] = i < channels ? values[i] + (float)mean : 0;
    return values;
}

static operands new_operands(int64_t batch, int64_t channels, int64_t plane, double shift)
{
    operands o = {.scale = lane_numbers(channels, 1),
                  .shift = lane_numbers(channels, shift),
                  .residual = numbers(batch * channels * plane, normal),
                  .mask = numbers(batch * channels * plane, often_zero)};
    o.residual_images = blocked_from(batch, channels, plane, o.residual);
    o.mask_images = blocked_from(batch, channels, plane, o.mask);
    return o;
}

static void delete_operands(operands *o)
{
    void *all[] = {o->scale,          o->shift, o->residual, o->mask, o->residual_images.all,
                   o->mask_images.all};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

/* The parts of a tail that a number's bits ask for. */
static wick__tail tail_of(const operands *o, int bits, float *moments)
{
    wick__tail tail = {.relu = bits & 8, .moments = bits & 32 ? moments : NULL};
    tail.scale = bits & 1 ? o->scale : NULL;
    tail.shift = bits & 2 ? o->shift : NULL;
    if (bits & 4)
        tail.residual = o->residual_images.images;
    if (bits & 16)
        tail.mask = o->mask_images.images;
    return tail;
}

static double finished(const operands *o, int bits, int64_t channel, int64_t i, double value)
{
    value = (bits & 1 ? o->scale[channel] : 1) * value;
    value += (bits & 2 ? o->shift[channel] : 0) + (double)(bits & 4 ? o->residual[i] : 0);
    if ((bits & 8 && value < 0) || (bits & 16 && o->mask[i] <= 0))
        value = 0;
    return value;
}

/* Moments against those of what was stored. */
static void check_moments(const layout *y, const float *moments)
{
    int64_t lanes = wick__blocks(y->channels) * WICK__LANES;
    for (int64_t n = 0; n < y->batch; n++)
        for (int64_t c = 0; c < lanes; c++, moments += c % WICK__LANES ? 0 : WICK__MOMENTS) {
            double mean = 0, deviation = 0;
            const float *got = moments + c % WICK__LANES;
            for (int64_t i = 0; i < y->plane; i++)
                mean += *at(y, n, c, i) / (double)y->plane;
            for (int64_t i = 0; i < y->plane; i++)
                deviation += (*at(y, n, c, i) - mean) * (*at(y, n, c, i) - mean);
            expect_for(fabs(got[0] - mean) <= 3e-7 * (fabs(mean) + sqrt(deviation)),
                       "mean %.9g, expected %.9g", got[0], mean);
            double off = (double)got[WICK__MEANS] + got[WICK__RESTS] - mean;
            expect_for(fabs(off) <= 1e-6 * sqrt(deviation / (double)y->plane + 1e-12),
                       "mean off by %.3g of %.9g", off, mean);
            expect_for(fabs(got[WICK__SQUARES] - deviation) <= 1e-5 * deviation + 1e-12,
                       "deviation %.9g, expected %.9g", got[WICK__SQUARES], deviation);
        }
}

static void check_tail(const sample *s, const operands *o, int tile, wick__direction direction,
                       int bits)
{
    bool forward = direction == WICK__FORWARD;
    const double *plain = forward ? s->y : s->gx;
    int64_t channels = forward ? s->d.out_channels : s->d.in_channels;
    int64_t n = forward ? y_size(&s->d) : x_size(&s->d), plane = n / s->d.batch / channels;
    int64_t records = s->d.batch * wick__blocks(channels) * WICK__MOMENTS;
    float *moments[2] = {numbers(records, normal), numbers(records, normal)};
    double *want = memory_of(n, sizeof *want);
    wick__tail tail[2] = {tail_of(o, bits, moments[0]), tail_of(o, bits, moments[1])};
    layout one = run(s, tile, direction, 1, &tail[0]), two = run(s, tile, direction, 2, &tail[1]);
    float *dense = dense_from(&one);
    for (int64_t i = 0; i < n; i++)
        want[i] = finished(o, bits, i / plane % channels, i, plain[i]);
    expect_for(error(n, dense, want) <= normal_bounds.image[tile == 4],
               "tile %d, direction %d, parts %d, error %g", tile, (int)direction, bits,
               error(n, dense, want));
    expect(is_kept(&one));
    expect(memcmp(one.all, two.all, (size_t)one.size * sizeof(float)) == 0);
    if (bits & 32) {
        check_moments(&one, moments[0]);
        expect(memcmp(moments[0], moments[1], (size_t)records * sizeof(float)) == 0);
    }
    void *all[] = {moments[0], moments[1], want, dense, one.all, two.all};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static void check_tails(wick__conv_dims d, double shift, int first, int step)
{
    sample s = new_sample(&d, normal);
    operands out = new_operands(d.batch, d.out_channels, d.out[0] * d.out[1], shift);
    operands in = new_operands(d.batch, d.in_channels, d.in[0] * d.in[1], shift);
    for (int bits = first; bits < 64; bits += step)
        for (int tile = 2; tile <= 4; tile += 2) {
            check_tail(&s, &out, tile, WICK__FORWARD, bits);
            check_tail(&s, &in, tile, WICK__BACKWARD_INPUT, bits);
        }
    delete_operands(&out);
    delete_operands(&in);
    delete_sample(&s);
}

static void tails(void)
{
    check_tails(dims_of(2, 1, 19, 36, 7, 10, 1, 1, 0), 0, 1, 1);
    check_tails(dims_of(2, 2, 32, 64, 6, 5, 1, 1, 0), 0, 31, 16);
}

static void moments_of_many_tiles(void)
{
    check_tails(dims_of(9, 1, 20, 16, 4, 3, 1, 1, 0), 0, 32, 32);
    check_tails(dims_of(3, 1, 16, 16, 54, 60, 1, 1, 0), 0, 32, 32);
}

static void moments_around_a_large_mean(void)
{
    check_tails(dims_of(2, 1, 16, 20, 18, 18, 1, 1, 0), 10000, 34, 64);
    check_tails(dims_of(2, 1, 16, 20, 18, 18, 1, 1, 0), -3000, 38, 64);
}

/* Residual and mask may be the images that are written. */
static void tail_in_place(void)
{
    wick__conv_dims d = dims_of(2, 1, 16, 24, 9, 9, 1, 1, 0);
    sample s = new_sample(&d, normal);
    float *before = numbers(y_size(&d), normal);
    for (int tile = 2; tile <= 4; tile += 2) {
        layout x = blocked_from(2, 16, 81, s.x), y = blocked_from(2, 24, 81, before);
        wick__tail tail = {.residual = y.images, .mask = y.images};
        size_t bytes = wick__winograd_pack_bytes(&d, tile, WICK__FORWARD);
        float *pack = memory_of((int64_t)bytes, 1);
        wick_context *context = context_with(2);
        expect(!wick__winograd_pack(context, &d, tile, WICK__FORWARD, s.w, pack));
        expect(!wick__winograd_forward(context, &d, tile, x.images, pack, &tail, y.images));
        float *dense = dense_from(&y);
        double *want = memory_of(y_size(&d), sizeof *want);
        for (int64_t i = 0; i < y_size(&d); i++)
            want[i] = before[i] <= 0 ? 0 : s.y[i] + (double)before[i];
        expect(error(y_size(&d), dense, want) <= normal_bounds.image[tile == 4]);
        void *all[] = {x.all, y.all, pack, dense, want};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            free(all[i]);
    }
    free(before);
    delete_sample(&s);
}

/* Infinities and NaN stay out of lanes that hold no channel, and relu keeps NaN. */
static void special_numbers(void)
{
    wick__conv_dims d = dims_of(1, 1, 16, 5, 8, 8, 1, 1, 0);
    sample s = new_sample(&d, normal);
    s.x[17] = INFINITY;
    for (int tile = 2; tile <= 4; tile += 2) {
        layout y = run(&s, tile, WICK__FORWARD, 1, &(wick__tail){.relu = true});
        expect(is_kept(&y));
        expect(isnan(*at(&y, 0, 4, 9)));
        free(y.all);
    }
    delete_sample(&s);
}

/* ---- the rest -------------------------------------------------------------------------------- */

static void failing_memory(void)
{
    wick__conv_dims d = dims_of(2, 1, 16, 16, 8, 8, 1, 1, 0);
    wick_context *context = context_with(1);
    layout x = new_layout(2, 16, 64), y = new_layout(2, 16, 64);
    float gw[16 * 16 * 9], moments[2 * WICK__MOMENTS];
    wick__tail tail = {.moments = moments};
    size_t bytes = wick__winograd_pack_bytes(&d, 4, WICK__FORWARD);
    float *pack = memory_of((int64_t)bytes, 1);
    size_t live = wick_context_memory(context).live;
    for (uint64_t n = 1; n <= 2; n++) {
        wick_context_fail_after(context, n);
        expect(wick__winograd_forward(context, &d, 4, x.images, pack, &tail, y.images) ==
               WICK_ENOMEM);
        wick_context_fail_after(context, n);
        expect(wick__winograd_backward_input(context, &d, 2, y.images, pack, &tail, x.images) ==
               WICK_ENOMEM);
        wick_context_fail_after(context, 0);
        expect(wick_context_memory(context).live == live);
    }
    wick_context_fail_after(context, 1);
    expect(wick__winograd_backward_weight(context, &d, 4, x.images, y.images, gw) == WICK_ENOMEM);
    wick_context_fail_after(context, 0);
    expect(wick_context_memory(context).live == live);
    free(x.all);
    free(y.all);
    free(pack);
}

int main(void)
{
    static const named_test tests[] = {{"tails", tails},
                                       {"moments of many tiles", moments_of_many_tiles},
                                       {"moments around a large mean", moments_around_a_large_mean},
                                       {"tail in place", tail_in_place},
                                       {"special numbers", special_numbers},
                                       {"failing memory", failing_memory}};
    return run_under_every_isa(tests, sizeof tests / sizeof *tests);
}
