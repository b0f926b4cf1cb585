/* Carries out plans: the sums of every output position, and the tail. */
#ifndef WICK_KERNEL_BLOCKED_DIRECT_RUN_H
#define WICK_KERNEL_BLOCKED_DIRECT_RUN_H

#include "kernel/blocked_direct_plan.h"

/* y = tail(x * w). The output blocks of a group sum over the channels of that group; depthwise,
 * every block is a group. The pack w is groups x out_blocks x (blocks of channels) x taps x lanes
 * x 16. */
typedef struct wick__direct_job {
    int64_t batch, groups;
    int64_t channels, out_blocks; /* of a group */
    bool narrow;                  /* a group's last output block is (wick__last_is_narrow) */
    int64_t lanes;                /* 16, or 1: the blocks of x are dense planes */
    bool depthwise;
    int64_t kernel_taps; /* of the whole kernel */
    wick__blocked x;
    const float *w;
    const wick__tail *tail; /* or NULL */
    wick__blocked y;
    int64_t out[2]; /* rows and columns of y */
} wick__direct_job;

/* `plans` together compute every position of y once. Fails with WICK_ENOMEM. */
wick_status wick__direct_run(wick_context *context, const wick__direct_job *job,
                             const wick__tile_plan *plans, int64_t count);

/* The moments of the job's planes from those of their parts, which are batch x blocks x parts of
 * all plans x WICK__MOMENTS. */
void wick__direct_join_moments(const wick__direct_job *job, const wick__tile_plan *plans,
                               int64_t count, const float *parts);

#endif
