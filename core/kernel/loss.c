/* Losses, their parts shared among threads. */
#include "kernel/loss.h"

#include <string.h>

#include "base/threads.h"

/* LANES: running sums of a line. PARTS: the most partial sums. GRAIN: elements that pay for handing
 * them to a thread. */
enum { LANES = 16, PARTS = 64, GRAIN = 1 << 14 };

static double total(const double *sum)
{
    double all = 0;
    for (int lane = 0; lane < LANES; lane++)
        all += sum[lane];
    return all;
}

/* Where target i's score stands. */
static inline int64_t place(const wick__scores *s, int64_t i)
{
    if (s->inner == 1)
        return i * s->classes + s->index[i];
    return (i / s->inner * s->classes + s->index[i]) * s->inner + i % s->inner;
}

#define EACH "kernel/loss.inc"
#include "kernel/each_real.h"

typedef struct loops {
    double (*sum)(int64_t n, const void *x, const void *t);
    void (*each)(int64_t n, const void *x, const void *t, void *y);
    void (*slope)(int64_t n, const void *x, const void *t, const void *g, int64_t sg, double factor,
                  void *gx);
} loops;

#define LOOPS(T)                                                                                   \
    {                                                                                              \
        [WICK__SQUARED] = {squared_sum_##T, squared_each_##T, squared_slope_##T},                  \
        [WICK__ABSOLUTE] = {absolute_sum_##T, absolute_each_##T, absolute_slope_##T},              \
        [WICK__HUBER] = {huber_sum_##T, huber_each_##T, huber_slope_##T},                          \
    }

static const loops *loops_of(wick_dtype dtype, wick__distance kind)
{
    static const loops of_float[] = LOOPS(float), of_double[] = LOOPS(double);
    return dtype == WICK_FLOAT64 ? &of_double[kind] : &of_float[kind];
}

/* ---- distances ---- */

typedef struct distance {
    const loops *loops;
    int64_t size, sg, grain;
    double factor;
    const char *x, *t, *g;
    char *y;
    double sum[PARTS];
} distance;

static void sum_part(void *job, int64_t begin, int64_t end)
{
    distance *d = job;
    int64_t at = begin * d->size;
    d->sum[begin / d->grain] = d->loops->sum(end - begin, d->x + at, d->t + at);
}

/* Elements a part, so that there are at most PARTS. */
static int64_t grain_of(int64_t n)
{
    return n / PARTS < GRAIN ? GRAIN : n / PARTS + 1;
}

static double add_up(const double *sum)
{
    double all = 0;
    for (int i = 0; i < PARTS; i++)
        all += sum[i];
    return all;
}

double wick__distance_sum(wick_context *context, wick_dtype dtype, wick__distance kind, int64_t n,
                          const void *x, const void *t)
{
    distance d = {.loops = loops_of(dtype, kind),
                  .size = (int64_t)wick_dtype_size(dtype),
                  .grain = grain_of(n),
                  .x = x,
                  .t = t};
    wick__parallel(context, n, d.grain, sum_part, &d);
    return add_up(d.sum);
}

static void each_part(void *job, int64_t begin, int64_t end)
{
    const distance *d = job;
    int64_t at = begin * d->size;
    d->loops->each(end - begin, d->x + at, d->t + at, d->y + at);
}

void wick__distance_each(wick_context *context, wick_dtype dtype, wick__distance kind, int64_t n,
                         const void *x, const void *t, void *y)
{
    distance d = {.loops = loops_of(dtype, kind),
                  .size = (int64_t)wick_dtype_size(dtype),
                  .x = x,
                  .t = t,
                  .y = y};
    wick__parallel(context, n, GRAIN, each_part, &d);
}

static void slope_part(void *job, int64_t begin, int64_t end)
{
    const distance *d = job;
    int64_t at = begin * d->size;
    d->loops->slope(end - begin, d->x + at, d->t + at, d->g + at * d->sg, d->sg, d->factor,
                    d->y + at);
}

void wick__distance_slope(wick_context *context, wick_dtype dtype, wick__distance kind, int64_t n,
                          const void *x, const void *t, const void *g, bool one_g, double factor,
                          void *gx)
{
    distance d = {.loops = loops_of(dtype, kind),
                  .size = (int64_t)wick_dtype_size(dtype),
                  .sg = !one_g,
                  .factor = factor,
                  .x = x,
                  .t = t,
                  .g = g,
                  .y = gx};
    wick__parallel(context, n, GRAIN, slope_part, &d);
}

/* ---- classes ---- */

int64_t wick__class_indices(int64_t n, const double *target, int64_t classes, double ignored,
                            int64_t *index)
{
    for (int64_t i = 0; i < n; i++) {
        double t = target[i];
        if (t == ignored)
            index[i] = -1;
        else if (t >= 1 && t <= (double)classes && t == (double)(int64_t)t)
            index[i] = (int64_t)t - 1;
        else
            return i;
    }
    return -1;
}

typedef struct pick {
    const wick__scores *scores;
    bool is_double;
    int64_t sg, grain;
    const void *x;
    void *y;
    double sum[PARTS];
} pick;

static void pick_sum_part(void *job, int64_t begin, int64_t end)
{
    pick *p = job;
    p->sum[begin / p->grain] = p->is_double ? pick_sum_double(p->scores, begin, end, p->x)
                                            : pick_sum_float(p->scores, begin, end, p->x);
}

double wick__pick_sum(wick_context *context, wick_dtype dtype, const wick__scores *scores,
                      const void *x)
{
    int64_t n = scores->samples * scores->inner;
    pick p = {.scores = scores, .is_double = dtype == WICK_FLOAT64, .grain = grain_of(n), .x = x};
    wick__parallel(context, n, p.grain, pick_sum_part, &p);
    return add_up(p.sum);
}

static void pick_each_part(void *job, int64_t begin, int64_t end)
{
    const pick *p = job;
    if (p->is_double)
        pick_each_double(p->scores, begin, end, p->x, p->y);
    else
        pick_each_float(p->scores, begin, end, p->x, p->y);
}

void wick__pick_each(wick_context *context, wick_dtype dtype, const wick__scores *scores,
                     const void *x, void *y)
{
    pick p = {.scores = scores, .is_double = dtype == WICK_FLOAT64, .x = x, .y = y};
    wick__parallel(context, scores->samples * scores->inner, GRAIN, pick_each_part, &p);
}

static void pick_spread_part(void *job, int64_t begin, int64_t end)
{
    const pick *p = job;
    if (p->is_double)
        pick_spread_double(p->scores, begin, end, p->x, p->sg, p->y);
    else
        pick_spread_float(p->scores, begin, end, p->x, p->sg, p->y);
}

void wick__pick_spread(wick_context *context, wick_dtype dtype, const wick__scores *scores,
                       const void *g, bool one_g, void *gx)
{
    pick p = {.scores = scores, .is_double = dtype == WICK_FLOAT64, .sg = !one_g, .x = g, .y = gx};
    int64_t row = scores->classes * scores->inner;
    wick__parallel(context, scores->samples, GRAIN / (row + 1) + 1, pick_spread_part, &p);
}
