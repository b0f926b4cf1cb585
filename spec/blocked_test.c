/* The channel-blocked layout: from and to dense images, tails with their moments, copies, sums;
 * against plain loops in double, on slices, with one and two threads (to the bit), under every
 * instruction set. */
#include "kernel/blocked.h"
#include "kernel/blocked_norm.h"
#include "support/blocked_images.h"

typedef struct shape {
    int64_t n, c, s;
} shape;

static const shape shapes[] = {{1, 1, 1},   {2, 3, 5},    {3, 16, 16}, {2, 17, 49},
                               {1, 40, 64}, {3, 33, 131}, {4, 16, 1},  {2, 20, 4200},
                               {0, 5, 7},   {2, 0, 3},    {2, 5, 0}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

/* ---- between the layouts ---- */

static void check_dense(shape p, bool slice)
{
    int64_t count = p.n * p.c * p.s;
    array x = random_array(WICK_FLOAT32, count);
    images blocked[2];
    for (int i = 0; i < 2; i++) {
        array back = new_array(WICK_FLOAT32, count);
        blocked[i] = new_images(p.n, p.c, p.s, slice);
        wick__blocked_from_dense(context_with(i + 1), p.n, p.c, p.s, x.data, blocked[i].at);
        bool exact = sound(&blocked[i]);
        FOR_EVERY_VALUE(&blocked[i], n, c, s)
        exact = exact &&
                *lane_at(&blocked[i], n, c, s) == (float)get(x, place_of(&blocked[i], n, c, s));
        expect_for(exact, "%lld x %lld x %lld", (long long)p.n, (long long)p.c, (long long)p.s);
        wick__blocked_to_dense(context_with(i + 1), p.n, p.c, p.s, blocked[i].at, back.data);
        expect(same_bits(x, back) && ((unsigned char *)back.data)[count * 4] == 0xFF);
        free(back.data);
    }
    delete_images(2, blocked);
    free(x.data);
}

static void dense_and_back(void)
{
    for (int i = 0; i < SHAPES; i++)
        for (int slice = 0; slice < 2; slice++)
            check_dense(shapes[i], slice);
}

/* ---- tails ---- */

/* Which parts a tail has. */
enum { SCALE = 1, SHIFT = 2, RESIDUAL = 4, MASK = 8, RELU = 16, MOMENTS = 32, TAILS = 64 };

typedef struct operands {
    images x, residual, mask;
    array scale, shift;
} operands;

static operands some_operands(shape p, bool slice)
{
    int64_t lanes = wick__blocks(p.c) * WICK__LANES;
    operands o = {random_images(p.n, p.c, p.s, slice, 0), random_images(p.n, p.c, p.s, !slice, 0),
                  random_images(p.n, p.c, p.s, slice, 0), random_array(WICK_FLOAT32, lanes),
                  random_array(WICK_FLOAT32, lanes)};
    for (int64_t i = p.c; i < lanes; i++)
        set(o.scale, i, 0), set(o.shift, i, 0);
    return o;
}

static void delete_operands(operands *o)
{
    delete_images(3, (images[]){o->x, o->residual, o->mask});
    delete_arrays(2, (array[]){o->scale, o->shift});
}

static wick__tail tail_of(const operands *o, int parts, float *moments)
{
    wick__tail t = {.relu = parts & RELU, .moments = parts & MOMENTS ? moments : NULL};
    if (parts & SCALE)
        t.scale = o->scale.data;
    if (parts & SHIFT)
        t.shift = o->shift.data;
    if (parts & RESIDUAL)
        t.residual = o->residual.at;
    if (parts & MASK)
        t.mask = o->mask.at;
    return t;
}

static void expected_tail(const operands *o, int parts, double *want)
{
    FOR_EVERY_VALUE(&o->x, n, c, s)
    {
        double v = *lane_at(&o->x, n, c, s);
        v = v * (parts & SCALE ? get(o->scale, c) : 1) + (parts & SHIFT ? get(o->shift, c) : 0);
        v += parts & RESIDUAL ? *lane_at(&o->residual, n, c, s) : 0;
        v = parts & RELU && v < 0 ? 0 : v;
        v = parts & MASK && *lane_at(&o->mask, n, c, s) <= 0 ? 0 : v;
        want[place_of(&o->x, n, c, s)] = v;
    }
}

/* Of values that stand in images, against two passes in double. */
static bool moments_hold(const images *y, const float *moments, double bound)
{
    bool good = true;
    for (int64_t n = 0; n < y->batch; n++)
        for (int64_t c = 0; c < wick__blocks(y->channels) * WICK__LANES; c++) {
            int64_t plane = n * wick__blocks(y->channels) + c / WICK__LANES;
            const float *got = moments + plane * WICK__MOMENTS + c % WICK__LANES;
            double mean = 0, squares = 0;
            for (int64_t s = 0; s < y->plane; s++)
                mean += *lane_at(y, n, c, s) / (double)y->plane;
            for (int64_t s = 0; s < y->plane; s++)
                squares += pow(*lane_at(y, n, c, s) - mean, 2);
            double off = (double)got[WICK__MEANS] + got[WICK__RESTS] - mean;
            good = good && fabs(got[WICK__MEANS] - mean) <= bound * (fabs(mean) + 1) &&
                   fabs(off) <= 1e-6 * sqrt(squares / fmax((double)y->plane, 1) + 1e-6) &&
                   fabs(got[WICK__SQUARES] - squares) <= bound * (squares + 1e-3);
        }
    return good;
}

static void check_tail(shape p, int parts, bool slice)
{
    operands o = some_operands(p, slice);
    int64_t count = p.n * p.c * p.s, planes = p.n * wick__blocks(p.c);
    array moments[2];
    double *want = doubles(count);
    images y[2];
    expected_tail(&o, parts, want);
    for (int i = 0; i < 2; i++) {
        y[i] = new_images(p.n, p.c, p.s, slice);
        moments[i] = new_array(WICK_FLOAT32, planes * WICK__MOMENTS);
        wick__tail tail = tail_of(&o, parts, moments[i].data);
        wick__blocked_apply(context_with(i + 1), p.n, p.c, p.s, o.x.at, &tail, y[i].at);
        expect_for(images_hold(&y[i], want, 3e-7), "parts %d", parts);
        expect(!(parts & MOMENTS) || moments_hold(&y[i], moments[i].data, 2e-6));
    }
    expect(same_images(&y[0], &y[1]) && same_bits(moments[0], moments[1]));
    free(want);
    delete_images(2, y);
    delete_arrays(2, moments);
    delete_operands(&o);
}

static void every_tail(void)
{
    for (int parts = 0; parts < TAILS; parts++)
        check_tail((shape){2, 21, 67}, parts, parts % 2);
    for (int i = 0; i < SHAPES; i++) {
        check_tail(shapes[i], SCALE | SHIFT | RELU, true);
        check_tail(shapes[i], SCALE | SHIFT | RESIDUAL | RELU | MOMENTS, false);
    }
}

/* The result may go over what it is made of. */
static void in_place(void)
{
    shape p = {2, 19, 300};
    operands o = some_operands(p, true);
    images y = new_images(p.n, p.c, p.s, true);
    wick__tail tail = tail_of(&o, SCALE | SHIFT | RESIDUAL | MASK | RELU, NULL);
    wick__blocked_apply(context_with(2), p.n, p.c, p.s, o.x.at, &tail, y.at);
    for (int over = 0; over < 3; over++) {
        images x = copy_images(&o.x), residual = copy_images(&o.residual);
        images mask = copy_images(&o.mask), to[] = {x, residual, mask};
        tail.residual = residual.at, tail.mask = mask.at;
        wick__blocked_apply(context_with(2), p.n, p.c, p.s, x.at, &tail, to[over].at);
        bool same = true;
        FOR_EVERY_VALUE(&y, n, c, s)
        same = same && *lane_at(&y, n, c, s) == *lane_at(&to[over], n, c, s);
        expect(same);
        delete_images(3, to);
    }
    delete_images(1, &y);
    delete_operands(&o);
}

/* As the dense operations have it: relu keeps NaN, a mask of NaN lets nothing through. */
static void not_a_number(void)
{
    images x = random_images(1, 16, 3, false, 0), y = new_images(1, 16, 3, false);
    wick__tail relu = {.relu = true}, mask = {.mask = x.at};
    *lane_at(&x, 0, 4, 1) = NAN;
    wick__blocked_apply(context_with(1), 1, 16, 3, x.at, &relu, y.at);
    expect(isnan(*lane_at(&y, 0, 4, 1)) && *lane_at(&y, 0, 4, 2) >= 0);
    images g = random_images(1, 16, 3, false, 0);
    wick__blocked_apply(context_with(1), 1, 16, 3, g.at, &mask, y.at);
    expect(*lane_at(&y, 0, 4, 1) == 0);
    delete_images(3, (images[]){x, y, g});
}

/* ---- copies ---- */

static void check_copy(shape p, bool slice)
{
    images from = random_images(p.n, p.c, p.s, slice, 0);
    images to = new_images(p.n, p.c, p.s, !slice);
    bool good = true;
    wick__blocked_copy(context_with(2), p.n, p.c, p.s, from.at, to.at);
    FOR_EVERY_VALUE(&from, n, c, s)
    good = good && *lane_at(&to, n, c, s) == *lane_at(&from, n, c, s);
    expect(good && sound(&to));
    delete_images(2, (images[]){from, to});
}

static void copies(void)
{
    for (int i = 0; i < SHAPES; i++)
        for (int slice = 0; slice < 2; slice++)
            check_copy(shapes[i], slice);
}

int main(void)
{
    static const named_test tests[] = {{"dense and back", dense_and_back},
                                       {"every tail", every_tail},
                                       {"in place", in_place},
                                       {"not a number", not_a_number},
                                       {"copies", copies}};
    return run_under_every_isa(tests, 5);
}
