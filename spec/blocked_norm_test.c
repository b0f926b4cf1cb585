/* Batch normalisation and local response normalisation on the channel-blocked layout against plain
 * loops in double: every way to tell where relu let nothing through, slices, one and two threads
 * (to the bit), every instruction set. */
#include "kernel/blocked_norm.h"
#include "base/alloc.h"
#include "kernel/blocked_lrn.h"
#include "kernel/norm.h"
#include "support/blocked_images.h"

typedef struct shape {
    int64_t n, c, s;
} shape;

static const double eps = 1e-3;

/* ---- statistics ---- */

static void statistics_of(const images *x, int64_t c, double *mean, double *variance)
{
    double count = (double)(x->batch * x->plane);
    *mean = *variance = 0;
    for (int64_t n = 0; n < x->batch; n++)
        for (int64_t s = 0; s < x->plane; s++)
            *mean += *lane_at(x, n, c, s) / count;
    for (int64_t n = 0; n < x->batch; n++)
        for (int64_t s = 0; s < x->plane; s++)
            *variance += pow(*lane_at(x, n, c, s) - *mean, 2) / count;
}

static void measure(wick_context *context, const images *x, array mean, array variance)
{
    int64_t planes = x->batch * wick__blocks(x->channels);
    array moments = new_array(WICK_FLOAT32, planes * WICK__MOMENTS);
    wick__blocked_moments(context, x->batch, x->channels, x->plane, x->at, moments.data);
    wick__blocked_combine_moments(x->batch, x->channels, x->plane, moments.data, mean.data,
                                  variance.data);
    free(moments.data);
}

static void check_statistics(shape p, double offset, double width, double bound)
{
    images x = random_images(p.n, p.c, p.s, p.c % 2, 0);
    array mean[2], variance[2];
    FOR_EVERY_VALUE(&x, n, c, s)
    *lane_at(&x, n, c, s) = (float)(offset + width * *lane_at(&x, n, c, s));
    for (int i = 0; i < 2; i++) {
        mean[i] = new_array(WICK_FLOAT32, p.c), variance[i] = new_array(WICK_FLOAT32, p.c);
        measure(context_with(i + 1), &x, mean[i], variance[i]);
    }
    for (int64_t c = 0; c < p.c; c++) {
        double want, spread;
        statistics_of(&x, c, &want, &spread);
        expect_for(fabs(get(mean[0], c) - want) <= 2e-7 * (fabs(want) + 1), "%g, not %g",
                   get(mean[0], c), want);
        expect_for(fabs(get(variance[0], c) - spread) <= bound * (spread + 1e-9), "%g, not %g",
                   get(variance[0], c), spread);
    }
    expect(same_bits(mean[0], mean[1]) && same_bits(variance[0], variance[1]));
    delete_arrays(2, mean);
    delete_arrays(2, variance);
    delete_images(1, &x);
}

static void statistics(void)
{
    check_statistics((shape){4, 3, 10}, 0, 1, 1e-6);
    check_statistics((shape){64, 37, 1}, 0, 1, 1e-6);
    check_statistics((shape){2, 16, 3000}, 0, 1, 1e-6);
    check_statistics((shape){16, 20, 196}, 5, 1, 1e-6);
    /* A plane's mean is a float, so that this much of the variance between planes is its rounding:
     * some 2^-24 mean / deviation. */
    check_statistics((shape){3, 5, 131}, 1000, 1, 1e-4);
    check_statistics((shape){3, 5, 131}, 1000, 1e-2, 1e-2);
    check_statistics((shape){5, 0, 7}, 0, 1, 1e-6);
}

/* A large mean must not drown the variance; no values have none. */
static void distant_mean(void)
{
    images x = new_images(4, 16, 250, false);
    array mean = new_array(WICK_FLOAT32, 16), variance = new_array(WICK_FLOAT32, 16);
    FOR_EVERY_VALUE(&x, n, c, s)
    *lane_at(&x, n, c, s) = 1e6f + (float)(s % 2);
    measure(context_with(1), &x, mean, variance);
    expect(get(mean, 5) == 1000000.5 && get(variance, 5) == 0.25);
    images none = new_images(0, 16, 250, false), empty = new_images(2, 16, 0, false);
    measure(context_with(1), &none, mean, variance);
    expect(isnan(get(mean, 3)) && isnan(get(variance, 3)));
    measure(context_with(1), &empty, mean, variance);
    expect(isnan(get(mean, 3)) && isnan(get(variance, 3)));
    delete_images(3, (images[]){x, none, empty});
    delete_arrays(2, (array[]){mean, variance});
}

/* ---- normalising and the way back ---- */

typedef struct problem {
    images x, gy, residual, y;
    array mean, variance, weight, bias, scale, shift;
} problem;

/* y = relu(normalised x, and a residual if there is one). */
static problem new_problem(shape p, bool slice, bool residual)
{
    int64_t lanes = wick__blocks(p.c) * WICK__LANES;
    problem q = {random_images(p.n, p.c, p.s, slice, 0.5),
                 random_images(p.n, p.c, p.s, !slice, 0),
                 random_images(p.n, p.c, p.s, slice, 0),
                 new_images(p.n, p.c, p.s, slice),
                 new_array(WICK_FLOAT32, p.c),
                 new_array(WICK_FLOAT32, p.c),
                 random_array(WICK_FLOAT32, p.c),
                 random_array(WICK_FLOAT32, p.c),
                 new_array(WICK_FLOAT32, lanes),
                 new_array(WICK_FLOAT32, lanes)};
    wick__tail tail = {.scale = q.scale.data, .shift = q.shift.data, .relu = true};
    measure(context_with(1), &q.x, q.mean, q.variance);
    for (int64_t c = 0; c < p.c && p.n * p.s == 0; c++)
        set(q.mean, c, 0), set(q.variance, c, 1);
    wick__blocked_norm_tail(p.c, eps, q.mean.data, q.variance.data, q.weight.data, q.bias.data,
                            q.scale.data, q.shift.data);
    if (residual)
        tail.residual = q.residual.at;
    wick__blocked_apply(context_with(1), p.n, p.c, p.s, q.x.at, &tail, q.y.at);
    return q;
}

static void delete_problem(problem *q)
{
    delete_images(4, (images[]){q->x, q->gy, q->residual, q->y});
    delete_arrays(6, (array[]){q->mean, q->variance, q->weight, q->bias, q->scale, q->shift});
}

static void normalised(void)
{
    problem q = new_problem((shape){3, 18, 77}, true, true);
    double *want = doubles(values_of(&q.x));
    FOR_EVERY_VALUE(&q.x, n, c, s)
    {
        double inverse = 1 / sqrt(get(q.variance, c) + eps);
        double v = (*lane_at(&q.x, n, c, s) - get(q.mean, c)) * inverse * get(q.weight, c) +
                   get(q.bias, c) + *lane_at(&q.residual, n, c, s);
        want[place_of(&q.x, n, c, s)] = v < 0 ? 0 : v;
    }
    expect(images_hold(&q.y, want, 1e-6));
    wick__blocked_norm_tail(18, eps, q.mean.data, q.variance.data, NULL, NULL, q.scale.data,
                            q.shift.data);
    double factor = 1 / sqrt(get(q.variance, 17) + eps);
    expect(fabs(get(q.scale, 17) - factor) < 1e-6 * factor && get(q.scale, 18) == 0);
    expect(fabs(get(q.shift, 17) + get(q.mean, 17) * factor) < 1e-6 && get(q.shift, 31) == 0);
    free(want);
    delete_problem(&q);
}

/* How relu's zeros are known, and what else is asked of a backward. */
enum { PLAIN, BY_MASK, BY_TAIL };
typedef struct way {
    int relu;
    bool training, masked, masked_over_gy, gx, gx_over_gy, parameters, no_weight;
} way;

static bool counts(const problem *q, const way *w, int64_t n, int64_t c, int64_t s)
{
    return w->relu == PLAIN || *lane_at(&q->y, n, c, s) > 0;
}

/* gx, the gradient that counts, gweight, gbias. */
enum { GX, MASKED, GWEIGHT, GBIAS, RESULTS };

static void expected_channel(const problem *q, const way *w, int64_t c, double *want[RESULTS])
{
    const images *x = &q->x;
    double inverse = 1 / sqrt(get(q->variance, c) + eps), sum = 0, product = 0;
    double count = (double)(x->batch * x->plane), weight = w->no_weight ? 1 : get(q->weight, c);
    for (int64_t k = 0; k < x->batch * x->plane; k++) {
        int64_t n = k / x->plane, s = k % x->plane;
        double g = counts(q, w, n, c, s) ? *lane_at(&q->gy, n, c, s) : 0;
        want[MASKED][place_of(x, n, c, s)] = g;
        sum += g;
        product += g * (*lane_at(x, n, c, s) - get(q->mean, c)) * inverse;
    }
    want[GWEIGHT][c] = product, want[GBIAS][c] = sum;
    for (int64_t k = 0; k < x->batch * x->plane; k++) {
        int64_t at = place_of(x, k / x->plane, c, k % x->plane);
        double normal = (*lane_at(x, k / x->plane, c, k % x->plane) - get(q->mean, c)) * inverse;
        double through = w->training ? sum / count + normal * product / count : 0;
        want[GX][at] = weight * inverse * (want[MASKED][at] - through);
    }
}

/* Results of one run; gy is copied, so that results may go over it. */
typedef struct results {
    images gy, gx, masked;
    array gweight, gbias;
} results;

static results run(const problem *q, const way *w, int threads)
{
    const images *x = &q->x;
    int64_t n = x->batch, c = x->channels, s = x->plane;
    results r = {copy_images(&q->gy), new_images(n, c, s, false), new_images(n, c, s, true),
                 new_array(WICK_FLOAT32, c), new_array(WICK_FLOAT32, c)};
    wick__blocked_norm b = {.batch = n,
                            .channels = c,
                            .plane = s,
                            .eps = eps,
                            .training = w->training,
                            .mean = q->mean.data,
                            .variance = q->variance.data,
                            .weight = w->no_weight ? NULL : q->weight.data,
                            .x = x->at,
                            .gy = r.gy.at};
    if (w->relu == BY_MASK)
        b.mask = q->y.at;
    if (w->relu == BY_TAIL)
        b.scale = q->scale.data, b.shift = q->shift.data;
    if (w->masked)
        b.masked = w->masked_over_gy ? r.gy.at : r.masked.at;
    if (w->gx)
        b.gx = w->gx_over_gy ? r.gy.at : r.gx.at;
    if (w->parameters)
        b.gweight = r.gweight.data, b.gbias = r.gbias.data;
    expect(!wick__blocked_norm_backward(context_with(threads), &b));
    return r;
}

static void delete_results(results *r)
{
    delete_images(3, (images[]){r->gy, r->gx, r->masked});
    delete_arrays(2, (array[]){r->gweight, r->gbias});
}

static void check_backward(shape p, bool slice, way w)
{
    problem q = new_problem(p, slice, w.relu == BY_MASK);
    double *want[RESULTS], bound = 1e-6 * (1 + (double)(p.n * p.s) / 1000);
    for (int i = 0; i < RESULTS; i++)
        want[i] = doubles(p.n * p.c * p.s + p.c);
    for (int64_t c = 0; c < p.c; c++)
        expected_channel(&q, &w, c, want);
    results one = run(&q, &w, 1), two = run(&q, &w, 2);
    if (w.gx)
        expect(images_hold(w.gx_over_gy ? &one.gy : &one.gx, want[GX], bound));
    if (w.masked)
        expect(images_hold(w.masked_over_gy ? &one.gy : &one.masked, want[MASKED], 0));
    if (w.parameters)
        expect(holds(one.gweight, want[GWEIGHT], bound) && holds(one.gbias, want[GBIAS], bound));
    expect(same_images(&one.gx, &two.gx) && same_images(&one.masked, &two.masked) &&
           same_images(&one.gy, &two.gy));
    expect(same_bits(one.gweight, two.gweight) && same_bits(one.gbias, two.gbias));
    for (int i = 0; i < RESULTS; i++)
        free(want[i]);
    delete_results(&one);
    delete_results(&two);
    delete_problem(&q);
}

static void backward(void)
{
    static const shape shapes[] = {{3, 18, 77}, {40, 33, 1}, {2, 16, 2500}, {1, 5, 9},
                                   {0, 5, 4},   {2, 0, 3},   {2, 3, 0}};
    for (int i = 0; i < (int)(sizeof shapes / sizeof *shapes); i++)
        for (int relu = PLAIN; relu <= BY_TAIL; relu++)
            for (int training = 0; training < 2; training++) {
                way w = {.relu = relu, .training = training, .gx = true, .parameters = true};
                check_backward(shapes[i], i % 2, w);
            }
}

static void every_way(void)
{
    shape p = {3, 21, 130};
    for (int bits = 0; bits < 256; bits++) {
        way w = {bits % 2 ? BY_MASK : BY_TAIL,
                 bits & 2,
                 bits & 4,
                 bits & 8,
                 bits & 16,
                 bits & 32,
                 bits & 64,
                 bits & 128};
        if (!(w.masked && w.masked_over_gy && w.gx && w.gx_over_gy))
            check_backward(p, bits & 1, w);
    }
}

static void no_memory(void)
{
    problem q = new_problem((shape){2, 3, 4}, false, false);
    images gx = new_images(2, 3, 4, false);
    wick__blocked_norm b = {.batch = INT64_MAX / 64,
                            .channels = 3,
                            .plane = 400,
                            .eps = eps,
                            .mean = q.mean.data,
                            .variance = q.variance.data,
                            .x = q.x.at,
                            .gy = q.gy.at,
                            .gx = gx.at};
    expect_failure(wick__blocked_norm_backward(context_with(1), &b), WICK_ENOMEM, "");
    expect(is_untouched(gx.all[0]));
    delete_images(1, &gx);
    delete_problem(&q);
}

/* ---- local response normalisation ---- */

typedef struct response {
    shape p;
    int64_t size;
    double alpha, beta, k;
} response;

/* The dense kernel in double, which has tests of its own, is the measure. */
static void expected_response(const response *r, const images *x, const images *gy, array *want)
{
    array dense[2] = {new_array(WICK_FLOAT64, values_of(x)), new_array(WICK_FLOAT64, values_of(x))};
    for (int i = 0; i < 3; i++)
        want[i] = new_array(WICK_FLOAT64, values_of(x));
    FOR_EVERY_VALUE(x, n, c, s)
    {
        set(dense[0], place_of(x, n, c, s), *lane_at(x, n, c, s));
        set(dense[1], place_of(x, n, c, s), *lane_at(gy, n, c, s));
    }
    wick__lrn_forward(context_with(1), WICK_FLOAT64, r->p.n, r->p.c, r->p.s, r->size, r->alpha,
                      r->beta, r->k, dense[0].data, want[0].data, want[1].data);
    wick__lrn_backward(context_with(1), WICK_FLOAT64, r->p.n, r->p.c, r->p.s, r->size, r->alpha,
                       r->beta, dense[0].data, want[0].data, dense[1].data, want[2].data);
    delete_arrays(2, dense);
}

static void check_response(response r, bool slice)
{
    int64_t n = r.p.n, c = r.p.c, s = r.p.s;
    images x = random_images(n, c, s, slice, 0), gy = random_images(n, c, s, !slice, 0);
    images scale[2], y[2], gx[2];
    array want[3];
    expected_response(&r, &x, &gy, want);
    for (int i = 0; i < 2; i++) {
        wick_context *context = context_with(i + 1);
        scale[i] = new_images(n, c, s, slice);
        y[i] = copy_images(&x), gx[i] = copy_images(&gy); /* over what they are made of */
        wick__blocked_lrn_forward(context, n, c, s, r.size, r.alpha, r.beta, r.k, y[i].at,
                                  scale[i].at, y[i].at);
        wick__blocked_lrn_backward(context, n, c, s, r.size, r.alpha, r.beta, x.at, scale[i].at,
                                   gx[i].at, gx[i].at);
        expect(images_hold(&scale[i], want[0].data, 1e-6));
        expect(images_hold(&y[i], want[1].data, 2e-6));
        expect_for(images_hold(&gx[i], want[2].data, 2e-6), "size %lld", (long long)r.size);
    }
    expect(same_images(&y[0], &y[1]) && same_images(&gx[0], &gx[1]));
    images alone = new_images(n, c, s, slice);
    wick__blocked_lrn_forward(context_with(2), n, c, s, r.size, r.alpha, r.beta, r.k, x.at,
                              (wick__blocked){NULL, 0}, alone.at);
    expect(images_hold(&alone, want[1].data, 2e-6));
    delete_images(8, (images[]){x, gy, scale[0], scale[1], y[0], y[1], gx[0], gx[1]});
    delete_images(1, &alone);
    delete_arrays(3, want);
}

static void local_response(void)
{
    check_response((response){{2, 40, 77}, 5, 1e-4, 0.75, 1}, true);
    check_response((response){{3, 16, 33}, 5, 2, 0.75, 2}, false);
    check_response((response){{1, 50, 40}, 3, 0.5, 0.6, 1}, true);
    check_response((response){{1, 70, 5}, 32, 0.7, 0.75, 1}, false);
    check_response((response){{1, 33, 5}, 8, 0.7, 0.5, 1}, false);
    check_response((response){{2, 3, 7}, 1, 1, 1, 1}, true);
    check_response((response){{2, 96, 300}, 4, 1, 0.75, 1}, false);
    check_response((response){{0, 5, 3}, 3, 1, 0.75, 1}, false);
    expect(wick__blocked_lrn_serves(32) && !wick__blocked_lrn_serves(33));
}

/* Without a constant, 0 over 0 is no number; lanes without a channel stay 0 all the same. */
static void empty_lanes(void)
{
    images x = new_images(1, 3, 4, false), y = new_images(1, 3, 4, false);
    images scale = new_images(1, 3, 4, false), gx = new_images(1, 3, 4, false);
    wick__blocked_from_dense(context_with(1), 1, 3, 4, (const float[12]){0}, x.at);
    wick__blocked_lrn_forward(context_with(1), 1, 3, 4, 5, 1, 0.75, 0, x.at, scale.at, y.at);
    wick__blocked_lrn_backward(context_with(1), 1, 3, 4, 5, 1, 0.75, x.at, scale.at, x.at, gx.at);
    expect(isnan(*lane_at(&y, 0, 1, 2)) && isnan(*lane_at(&gx, 0, 1, 2)));
    expect(sound(&y) && sound(&scale) && sound(&gx));
    delete_images(4, (images[]){x, y, scale, gx});
}

int main(void)
{
    static const named_test tests[] = {
        {"statistics", statistics},         {"distant mean", distant_mean},
        {"normalised", normalised},         {"backward", backward},
        {"every way", every_way},           {"no memory", no_memory},
        {"local response", local_response}, {"empty lanes", empty_lanes}};
    return run_under_every_isa(tests, 8);
}
