/* Convolution in the channel-blocked layout against its definition: every way of computing it, with
 * and without a tail, images beside others, one and two threads (to the bit), every instruction
 * set. */
#include "kernel/blocked_paths.h"
#include "support/convolution.h"

/* ---- ways ------------------------------------------------------------------------------------ */

/* Functions as in blocked_conv.h; NULL where there is none. */
typedef struct way {
    const char *name;
    bool (*serves)(const wick__conv_dims *);
    bool (*reads_planes)(const wick__conv_dims *);
    size_t (*pack_bytes)(const wick__conv_dims *, wick__direction);
    wick_status (*pack)(wick_context *, const wick__conv_dims *, wick__direction, const float *,
                        void *);
    wick_status (*forward)(wick_context *, const wick__conv_dims *, wick__blocked, const void *,
                           const wick__tail *, wick__blocked);
    wick_status (*input)(wick_context *, const wick__conv_dims *, wick__blocked, const void *,
                         const wick__tail *, wick__blocked);
    wick_status (*weight)(wick_context *, const wick__conv_dims *, wick__blocked, wick__blocked,
                          float *);
} way;

static bool always(const wick__conv_dims *d)
{
    return d != NULL;
}

static bool never(const wick__conv_dims *d)
{
    return d == NULL;
}

static size_t planes_bytes(const wick__conv_dims *d, wick__direction direction)
{
    return direction == WICK__FORWARD ? wick__blocked_planes_pack_bytes(d) : 0;
}

static wick_status planes_pack(wick_context *context, const wick__conv_dims *d,
                               wick__direction direction, const float *w, void *pack)
{
    return direction == WICK__FORWARD ? wick__blocked_planes_pack(context, d, w, pack) : WICK_OK;
}

static wick_status planes_forward(wick_context *context, const wick__conv_dims *d, wick__blocked x,
                                  const void *pack, const wick__tail *tail, wick__blocked y)
{
    return wick__blocked_planes_forward(context, d, x.data, pack, tail, y);
}

static wick_status planes_weight(wick_context *context, const wick__conv_dims *d, wick__blocked x,
                                 wick__blocked gy, float *gw)
{
    return wick__blocked_planes_backward_weight(context, d, x.data, gy, gw);
}

enum { DIRECT, PLANES, CHOSEN, WAYS };

static const way ways[WAYS] = {
    {"direct", wick__blocked_direct_serves, never, wick__blocked_direct_pack_bytes,
     wick__blocked_direct_pack, wick__blocked_direct_forward, wick__blocked_direct_backward_input,
     wick__blocked_direct_backward_weight},
    {"planes", wick__blocked_planes_serves, always, planes_bytes, planes_pack, planes_forward, NULL,
     planes_weight},
    {"chosen", wick__blocked_conv_serves, wick__blocked_conv_reads_planes, wick__blocked_pack_bytes,
     wick__blocked_pack, wick__blocked_conv_forward, wick__blocked_conv_backward_input,
     wick__blocked_conv_backward_weight}};

/* ---- checks ---------------------------------------------------------------------------------- */

/* Rounding grows with the number of terms of a sum; Winograd's transforms add their own. */
static double bound(const way *how, const wick__conv_dims *d)
{
    double pixels = (double)(d->batch * d->out[0] * d->out[1]);
    return (how == &ways[CHOSEN] && wick__winograd_tile(d) ? 1e-4 : 2e-6) * (1 + pixels / 10000);
}

/* Both directions that give images: from `from`, `from_channels`, to `to_channels`. */
typedef struct pass {
    const way *how;
    const wick__conv_dims *d;
    wick__direction direction;
    wick__blocked from;
    const float *w;
    int64_t channels, plane; /* of the result */
} pass;

static void run_pass(const pass *p, int threads, const wick__tail *tail, blocked_array *to)
{
    wick_context *context = context_with(threads);
    void *pack;
    if (posix_memalign(&pack, 64, p->how->pack_bytes(p->d, p->direction) + 64))
        abort();
    *to = new_blocked_array(p->d->batch, p->channels, p->plane);
    expect(!p->how->pack(context, p->d, p->direction, p->w, pack));
    if (p->direction == WICK__FORWARD)
        expect(!p->how->forward(context, p->d, p->from, pack, tail, to->images));
    else
        expect(!p->how->input(context, p->d, p->from, pack, tail, to->images));
    free(pack);
}

static void note_shape(const char *what, const way *how, const wick__conv_dims *d)
{
    tap_note("# %s, %s: batch %d, groups %d, %d -> %d channels, in %d x %d, kernel %d x %d\n", what,
             how->name, (int)d->batch, (int)d->groups, (int)d->in_channels, (int)d->out_channels,
             (int)d->in[0], (int)d->in[1], (int)d->kernel[0], (int)d->kernel[1]);
}

static void check_pass(const pass *p, const double *values)
{
    int64_t batch = p->d->batch, channels = p->channels, plane = p->plane;
    for (int kind = 0; kind < TAILS; kind++) {
        test_tail t = new_tail(kind, batch, channels, plane);
        double *want = tailed(&t, batch, channels, plane, values);
        blocked_array one, two = {0};
        if (kind == NOTHING || kind == EVERYTHING)
            run_pass(p, 2, kind == NOTHING ? NULL : &t.tail, &two);
        run_pass(p, 1, &t.tail, &one);
        bool good = expect(blocked_holds(&one, want, bound(p->how, p->d)));
        good &= expect(!two.memory || blocked_same_bits(&one, &two));
        good &= expect(!t.tail.moments || moments_hold(&t, batch, channels, plane, want));
        if (!good)
            note_shape(p->direction == WICK__FORWARD ? "forward" : "input", p->how, p->d);
        free(one.memory);
        free(two.memory);
        free(want);
        delete_tail(&t);
    }
}

static void check_weight(const way *how, const wick__conv_dims *d, const conv_sample *s,
                         wick__blocked x, wick__blocked gy)
{
    array one = new_array(WICK_FLOAT32, conv_w_size(d));
    array two = new_array(WICK_FLOAT32, conv_w_size(d));
    expect(!how->weight(context_with(1), d, x, gy, one.data));
    expect(!how->weight(context_with(2), d, x, gy, two.data));
    bool good = expect(holds(one, s->gw, bound(how, d)));
    good &= expect(same_bits(one, two));
    if (!good)
        note_shape("weight", how, d);
    delete_arrays(2, (array[]){one, two});
}

static void check_way(const way *how, const wick__conv_dims *d, const conv_sample *s)
{
    int64_t in = d->in[0] * d->in[1], out = d->out[0] * d->out[1];
    blocked_array x = blocked_from(d->batch, d->in_channels, in, s->x.data);
    blocked_array gy = blocked_from(d->batch, d->out_channels, out, s->gy.data);
    wick__blocked from = x.images;
    if (how->reads_planes(d))
        from = (wick__blocked){s->x.data, d->in_channels * in};
    check_pass(&(pass){how, d, WICK__FORWARD, from, s->w.data, d->out_channels, out}, s->y);
    if (how->input)
        check_pass(&(pass){how, d, WICK__BACKWARD_INPUT, gy.images, s->w.data, d->in_channels, in},
                   s->gx);
    check_weight(how, d, s, from, gy.images);
    free(x.memory);
    free(gy.memory);
}

/* `d` with its output sizes; `less` rows and columns of padding are left out at the end. */
static wick__conv_dims complete(wick__conv_dims d, int64_t less)
{
    for (int i = 0; i < 2; i++)
        d.out[i] =
            (d.in[i] + 2 * d.pad[i] - less - d.dilation[i] * (d.kernel[i] - 1) - 1) / d.stride[i] +
            1;
    return d;
}

static void check_dims(wick__conv_dims d)
{
    conv_sample s = new_conv_sample(&d);
    int served = 0;
    for (int i = 0; i < WAYS; i++)
        if (ways[i].serves(&d)) {
            check_way(&ways[i], &d, &s);
            served++;
        }
    expect(served > 0);
    delete_conv_sample(&s);
}

static void check_shapes(const wick__conv_dims *shapes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check_dims(complete(shapes[i], 0));
}

/* ---- shapes ---------------------------------------------------------------------------------- */
/* batch, groups, in, out channels; in, kernel, stride, pad, dilation: height and width each. */

#define CHECK(shapes) check_shapes(shapes, sizeof shapes / sizeof *shapes)

static void small_strides(void)
{
    static const wick__conv_dims shapes[] = {
        {1, 1, 16, 16, {1, 1}, {1, 1}, {1, 1}, {0, 0}, {1, 1}, {0, 0}},
        {2, 1, 16, 16, {7, 7}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0, 0}},
        {2, 1, 19, 37, {9, 30}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0, 0}},
        {1, 1, 48, 80, {6, 14}, {5, 5}, {1, 1}, {2, 2}, {1, 1}, {0, 0}},
        {2, 1, 33, 64, {8, 8}, {3, 3}, {1, 1}, {0, 0}, {1, 1}, {0, 0}},
        {1, 1, 20, 24, {5, 6}, {3, 2}, {1, 1}, {2, 3}, {1, 1}, {0, 0}},
        {3, 1, 17, 16, {2, 2}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0, 0}},
        {1, 1, 7, 5, {4, 60}, {1, 7}, {1, 1}, {0, 3}, {1, 1}, {0, 0}},
        {1, 1, 20, 18, {13, 9}, {3, 3}, {1, 1}, {2, 3}, {2, 3}, {0, 0}}};
    CHECK(shapes);
}

static void points(void)
{
    static const wick__conv_dims shapes[] = {
        {2, 1, 16, 64, {7, 7}, {1, 1}, {1, 1}, {0, 0}, {1, 1}, {0, 0}},
        {2, 1, 70, 50, {9, 11}, {1, 1}, {1, 1}, {0, 0}, {1, 1}, {0, 0}},
        {1, 1, 300, 33, {17, 17}, {1, 1}, {1, 1}, {0, 0}, {1, 1}, {0, 0}},
        {2, 1, 32, 48, {9, 9}, {1, 1}, {2, 2}, {0, 0}, {1, 1}, {0, 0}},
        {1, 1, 18, 20, {6, 7}, {1, 1}, {1, 1}, {1, 2}, {1, 1}, {0, 0}},
        {2, 2, 64, 96, {5, 5}, {1, 1}, {1, 1}, {0, 0}, {1, 1}, {0, 0}}};
    CHECK(shapes);
}

static void large_strides(void)
{
    static const wick__conv_dims shapes[] = {
        {2, 1, 18, 20, {9, 12}, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {0, 0}},
        {1, 1, 32, 33, {8, 8}, {4, 4}, {2, 2}, {1, 1}, {1, 1}, {0, 0}},
        {1, 1, 16, 16, {12, 13}, {2, 2}, {4, 3}, {0, 0}, {1, 1}, {0, 0}},
        {1, 1, 21, 17, {16, 18}, {3, 3}, {2, 3}, {2, 4}, {2, 2}, {0, 0}},
        {1, 1, 16, 24, {30, 5}, {5, 1}, {3, 1}, {6, 2}, {6, 1}, {0, 0}},
        {1, 1, 17, 16, {3, 3}, {3, 3}, {16, 16}, {1, 1}, {1, 1}, {0, 0}}};
    CHECK(shapes);
}

static void groups(void)
{
    static const wick__conv_dims shapes[] = {
        {2, 2, 32, 96, {9, 8}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0, 0}},
        {1, 3, 96, 48, {11, 7}, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {0, 0}},
        {2, 16, 16, 16, {9, 30}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0, 0}},
        {2, 37, 37, 37, {8, 9}, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {0, 0}},
        {1, 20, 20, 20, {11, 10}, {5, 3}, {1, 2}, {2, 1}, {1, 1}, {0, 0}},
        {1, 18, 18, 18, {12, 12}, {3, 3}, {1, 1}, {2, 2}, {2, 2}, {0, 0}}};
    CHECK(shapes);
}

static void few_channels(void)
{
    static const wick__conv_dims shapes[] = {
        {2, 1, 3, 16, {12, 31}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0, 0}},
        {2, 1, 3, 70, {21, 23}, {7, 7}, {2, 2}, {3, 3}, {1, 1}, {0, 0}},
        {1, 1, 3, 33, {39, 43}, {11, 11}, {4, 4}, {2, 2}, {1, 1}, {0, 0}},
        {3, 1, 1, 6, {14, 14}, {5, 5}, {1, 1}, {0, 0}, {1, 1}, {0, 0}},
        {2, 1, 4, 20, {9, 8}, {3, 3}, {1, 2}, {1, 0}, {1, 1}, {0, 0}},
        {2, 1, 2, 20, {9, 18}, {3, 3}, {1, 1}, {2, 2}, {2, 2}, {0, 0}},
        {2, 1, 1, 17, {6, 5}, {1, 1}, {1, 1}, {0, 0}, {1, 1}, {0, 0}}};
    CHECK(shapes);
}

/* Padding that is larger at the beginning than at the end. */
static void uneven_padding(void)
{
    check_dims(complete(
        (wick__conv_dims){2, 1, 17, 33, {8, 9}, {4, 4}, {1, 1}, {2, 2}, {1, 1}, {0, 0}}, 1));
    check_dims(complete(
        (wick__conv_dims){1, 1, 16, 16, {10, 10}, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {0, 0}}, 1));
    check_dims(complete(
        (wick__conv_dims){1, 1, 3, 16, {9, 9}, {6, 6}, {1, 1}, {3, 3}, {1, 1}, {0, 0}}, 1));
}

/* Enough for several chunks, units, ranges and parts. */
static void large_shapes(void)
{
    static const wick__conv_dims shapes[] = {
        {1, 1, 64, 16, {40, 41}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0, 0}},
        {1, 1, 40, 20, {3, 1700}, {3, 3}, {1, 2}, {1, 1}, {1, 1}, {0, 0}},
        {2, 1, 320, 16, {1, 500}, {1, 1}, {1, 1}, {0, 0}, {1, 1}, {0, 0}},
        {2, 1, 3, 24, {100, 150}, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {0, 0}},
        {33, 1, 16, 32, {4, 4}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0, 0}},
        {2, 64, 64, 64, {50, 60}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0, 0}}};
    CHECK(shapes);
}

static void empty_batch(void)
{
    wick__conv_dims d = {0, 1, 16, 32, {5, 5}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {5, 5}};
    conv_sample s = new_conv_sample(&d);
    check_weight(&ways[DIRECT], &d, &s, (wick__blocked){NULL, 400}, (wick__blocked){NULL, 800});
    check_weight(&ways[CHOSEN], &d, &s, (wick__blocked){NULL, 400}, (wick__blocked){NULL, 800});
    delete_conv_sample(&s);
}

/* Every allocation fails once; each function must say so and leave nothing behind. */
static void failing_memory(void)
{
    wick__conv_dims d = {2, 1, 32, 32, {40, 41}, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {20, 21}};
    wick_context *context = context_with(1);
    conv_sample s = new_conv_sample(&d);
    blocked_array x = blocked_from(2, 32, 40 * 41, s.x.data);
    blocked_array gy = blocked_from(2, 32, 20 * 21, s.gy.data);
    array pack = new_array(WICK_FLOAT32, 32 * 32 * 9), gw = new_array(WICK_FLOAT32, 32 * 32 * 9);
    array moments = new_array(WICK_FLOAT32, 2 * 2 * WICK__MOMENTS);
    wick__tail tail = {.moments = moments.data};
    size_t live = wick_context_memory(context).live;
    for (uint64_t n = 1; n <= 3; n++) {
        wick_context_fail_after(context, n);
        wick_status status =
            wick__blocked_direct_backward_input(context, &d, gy.images, pack.data, &tail, x.images);
        expect(status == WICK_ENOMEM);
        expect(wick_context_memory(context).live == live);
    }
    wick_context_fail_after(context, 1);
    expect(wick__blocked_direct_forward(context, &d, x.images, pack.data, &tail, gy.images) ==
           WICK_ENOMEM);
    wick_context_fail_after(context, 1);
    expect(wick__blocked_direct_backward_weight(context, &d, x.images, gy.images, gw.data) ==
           WICK_ENOMEM);
    wick_context_fail_after(context, 0);
    expect(wick_context_memory(context).live == live);
    delete_arrays(3, (array[]){pack, gw, moments});
    free(x.memory);
    free(gy.memory);
    delete_conv_sample(&s);
}

int main(void)
{
    static const named_test tests[] = {
        {"strides of one", small_strides}, {"1 x 1", points},
        {"larger strides", large_strides}, {"groups", groups},
        {"few channels", few_channels},    {"uneven padding", uneven_padding},
        {"large shapes", large_shapes},    {"empty batch", empty_batch},
        {"failing memory", failing_memory}};
    return run_under_every_isa(tests, sizeof tests / sizeof *tests);
}
