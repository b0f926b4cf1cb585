/* Passes over images in the channel-blocked layout: from and to dense ones, tails, copies. */
#include "kernel/blocked.h"

#include <string.h>

#include "kernel/blocked_loops.h"

static const int64_t FLOATS = WICK__LANES; /* of a pixel of a block */

/* Cuts planes into segments, of which each is an item. */
static void share_segments(wick_context *context, int64_t batch, wick__part *part,
                           wick__plane_job *j)
{
    j->segment = WICK__SEGMENT;
    int64_t segments = (j->plane + j->segment - 1) / j->segment;
    int64_t pixels = j->plane < j->segment ? j->plane : j->segment;
    wick__blocked_share(context, batch * wick__blocks(j->channels) * segments, pixels * FLOATS,
                        part, j);
}

void wick__blocked_from_dense(wick_context *context, int64_t batch, int64_t channels, int64_t plane,
                              const float *dense, wick__blocked to)
{
    wick__plane_job j = {.channels = channels, .plane = plane, .in = dense, .to = to};
    share_segments(context, batch, wick__blocked_loops_best()->from_dense, &j);
}

void wick__blocked_to_dense(wick_context *context, int64_t batch, int64_t channels, int64_t plane,
                            wick__blocked from, float *dense)
{
    wick__plane_job j = {.channels = channels, .plane = plane, .from = from, .out = dense};
    share_segments(context, batch, wick__blocked_loops_best()->to_dense, &j);
}

/* Moments are those of whole planes, which then are the items. */
void wick__blocked_apply(wick_context *context, int64_t batch, int64_t channels, int64_t plane,
                         wick__blocked from, const wick__tail *tail, wick__blocked to)
{
    wick__plane_job j = {.channels = channels,
                         .plane = plane,
                         .segment = plane > 0 ? plane : 1,
                         .from = from,
                         .to = to,
                         .tail = tail,
                         .moments = tail->moments};
    if (!tail->moments)
        share_segments(context, batch, wick__blocked_loops_best()->apply, &j);
    else if (plane > 0)
        wick__blocked_share(context, batch * wick__blocks(channels), plane * FLOATS,
                            wick__blocked_loops_best()->apply, &j);
    else
        memset(tail->moments, 0,
               (size_t)(batch * wick__blocks(channels) * WICK__MOMENTS) * sizeof *tail->moments);
}

static void copy_part(void *job, int64_t begin, int64_t end)
{
    const wick__plane_job *j = job;
    for (int64_t item = begin; item < end; item++) {
        wick__piece s = wick__piece_of(j, item);
        memcpy(wick__pixel(j->to, s.image, s.block, j->plane, s.first),
               wick__pixel(j->from, s.image, s.block, j->plane, s.first),
               (size_t)((s.end - s.first) * FLOATS) * sizeof(float));
    }
}

void wick__blocked_copy(wick_context *context, int64_t batch, int64_t channels, int64_t plane,
                        wick__blocked from, wick__blocked to)
{
    wick__plane_job j = {.channels = channels, .plane = plane, .from = from, .to = to};
    share_segments(context, batch, copy_part, &j);
}
