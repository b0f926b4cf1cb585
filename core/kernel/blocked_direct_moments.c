/* Joins the moments of the parts of planes, in an order that depends on the shape alone. */
#include "kernel/blocked_direct_run.h"

static int64_t at_most(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Adds the moments of `n` more values to those of `count` (Chan, Golub and LeVeque, 1979). */
static void add_moments(float *sum, int64_t count, const float *more, int64_t n)
{
    double share = (double)n / (double)(count + n), weight = share * (double)count;
    for (int i = 0; i < WICK__LANES; i++) {
        const float *m = more + i;
        float *s = sum + i;
        double mean = (double)s[WICK__MEANS] + (double)s[WICK__RESTS];
        double away = (double)m[WICK__MEANS] + (double)m[WICK__RESTS] - mean;
        mean += away * share;
        s[WICK__MEANS] = (float)mean;
        s[WICK__RESTS] = (float)(mean - s[WICK__MEANS]);
        s[WICK__SQUARES] += (float)(m[WICK__SQUARES] + away * away * weight);
    }
}

static int64_t part_count(const wick__tile_plan *p, int64_t part)
{
    int64_t chunk[2] = {part / p->chunks[1], part % p->chunks[1]}, count = 1;
    for (int i = 0; i < 2; i++)
        count *= at_most(p->axis[i].outs - chunk[i] * p->chunk[i], p->chunk[i]);
    return count;
}

void wick__direct_join_moments(const wick__direct_job *job, const wick__tile_plan *plans,
                               int64_t plan_count, const float *parts)
{
    float *sum = job->tail->moments;
    for (int64_t b = 0; b < job->batch * job->groups * job->out_blocks; b++, sum += WICK__MOMENTS) {
        int64_t count = 0;
        for (int i = 0; i < WICK__MOMENTS; i++)
            sum[i] = 0;
        for (int64_t p = 0; p < plan_count; p++)
            for (int64_t part = 0; part < wick__tile_plan_parts(&plans[p]);
                 part++, parts += WICK__MOMENTS) {
                int64_t n = part_count(&plans[p], part);
                add_moments(sum, count, parts, n);
                count += n;
            }
    }
}
