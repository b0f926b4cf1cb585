/* Convolution against plain loops in double: every way of computing it, both directions, over odd
 * shapes, both types, one and two threads (to the bit), every instruction set. */
#include "kernel/conv.h"
#include "kernel/conv_paths.h"
#include "support/kernels.h"

static int64_t x_size(const wick__conv_dims *d)
{
    return d->batch * d->in_channels * d->in[0] * d->in[1];
}

static int64_t y_size(const wick__conv_dims *d)
{
    return d->batch * d->out_channels * d->out[0] * d->out[1];
}

static int64_t w_size(const wick__conv_dims *d)
{
    return d->out_channels * (d->in_channels / d->groups) * d->kernel[0] * d->kernel[1];
}

/* One multiplication of the convolution: y[y_at] takes x[x_at] w[w_at]. */
typedef void term(int64_t x_at, int64_t w_at, int64_t y_at, void *data);

/* Calls `f` for the terms of output element y_at, one of channel o of image n at row i, column j.
 */
static void each_term_at(const wick__conv_dims *d, int64_t n, int64_t o, int64_t i, int64_t j,
                         term *f, void *data)
{
    int64_t channels = d->in_channels / d->groups, g = o / (d->out_channels / d->groups);
    int64_t y_at = ((n * d->out_channels + o) * d->out[0] + i) * d->out[1] + j;
    for (int64_t c = 0; c < channels; c++)
        for (int64_t r = 0; r < d->kernel[0]; r++)
            for (int64_t s = 0; s < d->kernel[1]; s++) {
                int64_t row = i * d->stride[0] - d->pad[0] + r * d->dilation[0];
                int64_t column = j * d->stride[1] - d->pad[1] + s * d->dilation[1];
                if (row < 0 || row >= d->in[0] || column < 0 || column >= d->in[1])
                    continue;
                int64_t plane = n * d->in_channels + g * channels + c;
                f((plane * d->in[0] + row) * d->in[1] + column,
                  ((o * channels + c) * d->kernel[0] + r) * d->kernel[1] + s, y_at, data);
            }
}

static void each_term(const wick__conv_dims *d, term *f, void *data)
{
    for (int64_t n = 0; n < d->batch; n++)
        for (int64_t o = 0; o < d->out_channels; o++)
            for (int64_t i = 0; i < d->out[0]; i++)
                for (int64_t j = 0; j < d->out[1]; j++)
                    each_term_at(d, n, o, i, j, f, data);
}

/* Operands, and what the three functions ought to give. */
typedef struct sample {
    wick_dtype dtype;
    array x, w, gy, bias, x_bias;
    double *y, *gx, *gw, *gb;
} sample;

static void take_term(int64_t x_at, int64_t w_at, int64_t y_at, void *data)
{
    sample *s = data;
    s->y[y_at] += get(s->x, x_at) * get(s->w, w_at);
    s->gx[x_at] += get(s->gy, y_at) * get(s->w, w_at);
    s->gw[w_at] += get(s->gy, y_at) * get(s->x, x_at);
}

static double *zeros(int64_t n)
{
    double *values = calloc((size_t)n + 1, sizeof *values);
    return values ? values : (abort(), NULL);
}

static sample new_sample(const wick__conv_dims *d, wick_dtype dtype)
{
    int64_t out = d->out[0] * d->out[1], in = d->in[0] * d->in[1];
    sample s = {.dtype = dtype,
                .x = random_array(dtype, x_size(d)),
                .w = random_array(dtype, w_size(d)),
                .gy = random_array(dtype, y_size(d)),
                .bias = random_array(dtype, d->out_channels),
                .x_bias = random_array(dtype, d->in_channels),
                .y = zeros(y_size(d)),
                .gx = zeros(x_size(d)),
                .gw = zeros(w_size(d)),
                .gb = zeros(d->out_channels)};
    for (int64_t i = 0; i < y_size(d); i++) {
        s.y[i] = get(s.bias, i / out % d->out_channels);
        s.gb[i / out % d->out_channels] += get(s.gy, i);
    }
    for (int64_t i = 0; i < x_size(d); i++)
        s.gx[i] = get(s.x_bias, i / in % d->in_channels);
    each_term(d, take_term, &s);
    return s;
}

static void delete_sample(sample *s)
{
    delete_arrays(5, (array[]){s->x, s->w, s->gy, s->bias, s->x_bias});
    free(s->y);
    free(s->gx);
    free(s->gw);
    free(s->gb);
}

/* A way of computing: the three functions. */
typedef struct way {
    const char *name;
    wick_status (*forward)(wick_context *, wick_dtype, const wick__conv_dims *, const void *,
                           const void *, const void *, void *);
    wick_status (*input)(wick_context *, wick_dtype, const wick__conv_dims *, const void *,
                         const void *, const void *, void *);
    wick_status (*weight)(wick_context *, wick_dtype, const wick__conv_dims *, const void *,
                          const void *, void *);
} way;

static wick_status chosen_weight(wick_context *context, wick_dtype dtype, const wick__conv_dims *d,
                                 const void *x, const void *gy, void *gw)
{
    return wick__conv_backward_weight(context, dtype, d, x, gy, gw, NULL);
}

static const way ways[] = {
    {"chosen", wick__conv_forward, wick__conv_backward_input, chosen_weight},
    {"direct", wick__direct_forward, wick__direct_backward_input, wick__direct_backward_weight},
    {"unfolded", wick__unfold_forward, wick__unfold_backward_input, wick__unfold_backward_weight}};

static void compute(const way *how, const wick__conv_dims *d, const sample *s, int threads,
                    array out[3])
{
    wick_context *context = context_with(threads);
    out[0] = new_array(s->dtype, y_size(d));
    out[1] = new_array(s->dtype, x_size(d));
    out[2] = new_array(s->dtype, w_size(d));
    expect(!how->forward(context, s->dtype, d, s->x.data, s->w.data, s->bias.data, out[0].data));
    expect(!how->input(context, s->dtype, d, s->w.data, s->gy.data, s->x_bias.data, out[1].data));
    expect(!how->weight(context, s->dtype, d, s->x.data, s->gy.data, out[2].data));
}

/* Rounding grows with the number of terms of a sum. */
static double bound(const wick__conv_dims *d)
{
    return 2e-6 * (1 + (double)(d->batch * d->out[0] * d->out[1]) / 10000);
}

static bool check_way(const way *how, const wick__conv_dims *d, const sample *s)
{
    array one[3], two[3];
    compute(how, d, s, 1, one);
    compute(how, d, s, 2, two);
    bool good = expect(holds(one[0], s->y, bound(d)));
    good &= expect(holds(one[1], s->gx, bound(d)));
    good &= expect(holds(one[2], s->gw, bound(d)));
    for (int i = 0; i < 3; i++)
        good &= expect(same_bits(one[i], two[i]));
    delete_arrays(3, one);
    delete_arrays(3, two);
    return good;
}

static void check_bias(const wick__conv_dims *d, const sample *s)
{
    array gb = new_array(s->dtype, d->out_channels), gw = new_array(s->dtype, w_size(d));
    expect(!wick__conv_backward_weight(context_with(2), s->dtype, d, s->x.data, s->gy.data, gw.data,
                                       gb.data));
    expect(holds(gb, s->gb, bound(d)));
    expect(holds(gw, s->gw, bound(d)));
    delete_arrays(2, (array[]){gb, gw});
}

static void check_shape(wick__conv_dims d)
{
    for (int i = 0; i < 2; i++)
        d.out[i] =
            (d.in[i] + 2 * d.pad[i] - d.dilation[i] * (d.kernel[i] - 1) - 1) / d.stride[i] + 1;
    for (int type = 0; type < 2; type++) {
        sample s = new_sample(&d, type ? WICK_FLOAT64 : WICK_FLOAT32);
        bool empty = x_size(&d) == 0 || y_size(&d) == 0;
        for (int i = 0; i < (empty ? 1 : 3); i++)
            if (!check_way(&ways[i], &d, &s))
                printf("# %s: batch %d, groups %d, %d -> %d channels, in %d x %d, kernel %d x %d\n",
                       ways[i].name, (int)d.batch, (int)d.groups, (int)d.in_channels,
                       (int)d.out_channels, (int)d.in[0], (int)d.in[1], (int)d.kernel[0],
                       (int)d.kernel[1]);
        check_bias(&d, &s);
        delete_sample(&s);
    }
}

/* batch, groups, in, out channels; in, kernel, stride, pad, dilation: height and width each. */
static void plain_shapes(void)
{
    static const wick__conv_dims shapes[] = {
        {1, 1, 1, 1, {1, 1}, {1, 1}, {1, 1}, {0, 0}, {1, 1}, {0, 0}},
        {3, 1, 1, 6, {32, 32}, {5, 5}, {1, 1}, {0, 0}, {1, 1}, {0, 0}},
        {3, 1, 6, 16, {14, 14}, {5, 5}, {1, 1}, {0, 0}, {1, 1}, {0, 0}},
        {5, 1, 16, 30, {5, 5}, {5, 5}, {1, 1}, {0, 0}, {1, 1}, {0, 0}},
        {2, 1, 3, 13, {17, 9}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0, 0}},
        {2, 1, 7, 5, {6, 6}, {1, 1}, {1, 1}, {0, 0}, {1, 1}, {0, 0}},
        {1, 1, 4, 3, {3, 40}, {2, 4}, {1, 1}, {1, 3}, {1, 1}, {0, 0}},
        {9, 1, 20, 24, {2, 2}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0, 0}}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        check_shape(shapes[i]);
}

static void odd_shapes(void)
{
    static const wick__conv_dims shapes[] = {
        {2, 1, 3, 8, {23, 21}, {7, 7}, {2, 2}, {3, 3}, {1, 1}, {0, 0}},
        {2, 1, 4, 7, {10, 11}, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {0, 0}},
        {2, 1, 5, 6, {9, 9}, {1, 1}, {2, 2}, {0, 0}, {1, 1}, {0, 0}},
        {2, 1, 2, 3, {15, 13}, {3, 2}, {1, 1}, {2, 1}, {2, 3}, {0, 0}},
        {2, 1, 2, 3, {16, 18}, {3, 3}, {2, 3}, {2, 4}, {2, 2}, {0, 0}},
        {1, 1, 2, 3, {12, 12}, {2, 2}, {4, 3}, {0, 0}, {1, 1}, {0, 0}},
        {1, 1, 1, 2, {30, 5}, {5, 1}, {3, 1}, {6, 2}, {6, 1}, {0, 0}},
        {3, 1, 2, 2, {4, 4}, {2, 2}, {1, 1}, {5, 4}, {1, 1}, {0, 0}},
        {1, 1, 3, 4, {8, 8}, {8, 8}, {8, 8}, {0, 0}, {1, 1}, {0, 0}}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        check_shape(shapes[i]);
}

static void groups(void)
{
    static const wick__conv_dims shapes[] = {
        {2, 2, 4, 6, {9, 8}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0, 0}},
        {2, 8, 8, 8, {12, 12}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0, 0}},
        {2, 5, 5, 10, {11, 7}, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {0, 0}},
        {3, 3, 6, 3, {5, 5}, {5, 5}, {1, 1}, {0, 0}, {1, 1}, {0, 0}},
        {1, 4, 4, 28, {6, 6}, {1, 1}, {1, 1}, {0, 0}, {1, 1}, {0, 0}}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        check_shape(shapes[i]);
}

/* Enough work for several chunks of images and several parts each. */
static void large_shapes(void)
{
    check_shape((wick__conv_dims){3, 1, 8, 20, {70, 66}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0, 0}});
    check_shape((wick__conv_dims){40, 1, 6, 16, {14, 14}, {5, 5}, {1, 1}, {0, 0}, {1, 1}, {0, 0}});
    check_shape((wick__conv_dims){3, 1, 3, 1, {700, 680}, {2, 2}, {2, 2}, {0, 0}, {1, 1}, {0, 0}});
    check_shape((wick__conv_dims){2, 1, 3, 4, {300, 300}, {1, 2}, {1, 1}, {0, 0}, {1, 1}, {0, 0}});
}

static void empty_shapes(void)
{
    check_shape((wick__conv_dims){0, 1, 2, 3, {5, 5}, {3, 3}, {1, 1}, {0, 0}, {1, 1}, {0, 0}});
    check_shape((wick__conv_dims){2, 1, 0, 3, {5, 5}, {3, 3}, {1, 1}, {0, 0}, {1, 1}, {0, 0}});
    check_shape((wick__conv_dims){2, 1, 2, 0, {5, 5}, {3, 3}, {1, 1}, {0, 0}, {1, 1}, {0, 0}});
}

/* Every allocation of the three functions fails once; each must say so and leave nothing behind. */
static void failing_memory(void)
{
    wick__conv_dims d = {2, 1, 3, 4, {9, 9}, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {5, 5}};
    wick_context *context = context_with(1);
    sample s = new_sample(&d, WICK_FLOAT32);
    array out[3];
    size_t live = wick_context_memory(context).live;
    for (size_t i = 1; i < sizeof ways / sizeof *ways; i++) {
        for (uint64_t n = 1; n <= 2; n++) {
            for (int k = 0; k < 3; k++)
                out[k] = new_array(s.dtype, k == 0 ? y_size(&d) : k == 1 ? x_size(&d) : w_size(&d));
            wick_context_fail_after(context, n);
            expect(ways[i].forward(context, s.dtype, &d, s.x.data, s.w.data, NULL, out[0].data) ==
                   WICK_ENOMEM);
            wick_context_fail_after(context, n);
            expect(ways[i].input(context, s.dtype, &d, s.w.data, s.gy.data, NULL, out[1].data) ==
                   WICK_ENOMEM);
            wick_context_fail_after(context, n);
            expect(ways[i].weight(context, s.dtype, &d, s.x.data, s.gy.data, out[2].data) ==
                   WICK_ENOMEM);
            wick_context_fail_after(context, 0);
            expect(wick_context_memory(context).live == live);
            delete_arrays(3, out);
        }
    }
    delete_sample(&s);
}

int main(void)
{
    static const named_test tests[] = {{"plain shapes", plain_shapes},
                                       {"stride, padding and dilation", odd_shapes},
                                       {"groups", groups},
                                       {"large shapes", large_shapes},
                                       {"empty shapes", empty_shapes},
                                       {"failing memory", failing_memory}};
    return run_under_every_isa(tests, sizeof tests / sizeof *tests);
}
