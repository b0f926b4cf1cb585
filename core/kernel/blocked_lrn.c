/* Local response normalisation on the channel-blocked layout. */
#include "kernel/blocked_lrn.h"

#include "kernel/blocked_loops.h"

static wick__lrn_job lrn_job(int64_t channels, int64_t plane, int64_t size, double alpha,
                             double beta)
{
    return (wick__lrn_job){.channels = channels,
                           .plane = plane,
                           .before = (size - 1) / 2,
                           .after = size - 1 - (size - 1) / 2,
                           .factor = (float)(alpha / (double)size),
                           .beta = (float)beta};
}

static void share_tiles(wick_context *context, int64_t batch, wick__part *part, wick__lrn_job *j)
{
    int64_t tiles = (j->plane + WICK__LRN_TILE - 1) / WICK__LRN_TILE;
    wick__blocked_share(context, batch * tiles,
                        wick__blocks(j->channels) * WICK__LANES * WICK__LRN_TILE * 4, part, j);
}

void wick__blocked_lrn_forward(wick_context *context, int64_t batch, int64_t channels,
                               int64_t plane, int64_t size, double alpha, double beta, double k,
                               wick__blocked x, wick__blocked scale, wick__blocked y)
{
    wick__lrn_job j = lrn_job(channels, plane, size, alpha, beta);
    j.k = (float)k, j.x = x, j.scale = scale, j.to = y;
    share_tiles(context, batch, wick__blocked_loops_best()->lrn_forward, &j);
}

void wick__blocked_lrn_backward(wick_context *context, int64_t batch, int64_t channels,
                                int64_t plane, int64_t size, double alpha, double beta,
                                wick__blocked x, wick__blocked scale, wick__blocked gy,
                                wick__blocked gx)
{
    wick__lrn_job j = lrn_job(channels, plane, size, alpha, beta);
    j.x = x, j.scale = scale, j.from = gy, j.to = gx;
    share_tiles(context, batch, wick__blocked_loops_best()->lrn_backward, &j);
}
