/* Batch normalisation on the channel-blocked layout: statistics, and both passes of the backward.
 */
#include "kernel/blocked_norm.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/status.h"
#include "kernel/blocked_loops.h"

/* ---- statistics ---- */

void wick__blocked_moments(wick_context *context, int64_t batch, int64_t channels, int64_t plane,
                           wick__blocked x, float *moments)
{
    int64_t segment = plane > 0 ? plane : 1;
    wick__plane_job j = {
        .channels = channels, .plane = plane, .segment = segment, .from = x, .moments = moments};
    if (plane == 0)
        memset(moments, 0,
               (size_t)(batch * wick__blocks(channels) * WICK__MOMENTS) * sizeof *moments);
    else
        wick__blocked_share(context, batch * wick__blocks(channels), plane * WICK__LANES,
                            wick__blocked_loops_best()->moments, &j);
}

/* A channel's mean; `moments` are its lane of the record. */
static double mean_of(const float *moments)
{
    return (double)moments[WICK__MEANS] + (double)moments[WICK__RESTS];
}

/* Every plane has as many values, so the mean of the means is the mean, and their squared
 * distances from it count `plane` times. */
void wick__blocked_combine_moments(int64_t batch, int64_t channels, int64_t plane,
                                   const float *moments, float *mean, float *variance)
{
    int64_t image = wick__blocks(channels) * WICK__MOMENTS;
    for (int64_t c = 0; c < channels; c++) {
        const float *first = moments + c / WICK__LANES * WICK__MOMENTS + c % WICK__LANES;
        double middle = 0, squares = 0, apart = 0, count = (double)batch * (double)plane;
        for (int64_t n = 0; n < batch; n++)
            middle += mean_of(first + n * image);
        middle /= (double)batch;
        for (int64_t n = 0; n < batch; n++) {
            double distance = mean_of(first + n * image) - middle;
            squares += first[n * image + WICK__SQUARES];
            apart += distance * distance;
        }
        mean[c] = count > 0 ? (float)middle : NAN;
        variance[c] = count > 0 ? (float)((squares + apart * (double)plane) / count) : NAN;
    }
}

/* The shift goes with the rounded scale: what that is off then counts for values less their mean.
 */
void wick__blocked_norm_tail(int64_t channels, double eps, const float *mean, const float *variance,
                             const float *weight, const float *bias, float *scale, float *shift)
{
    for (int64_t c = 0; c < wick__blocks(channels) * WICK__LANES; c++) {
        bool inside = c < channels;
        scale[c] = inside ? (float)((weight ? weight[c] : 1) / sqrt(variance[c] + eps)) : 0;
        shift[c] = inside ? (float)((bias ? bias[c] : 0) - (double)mean[c] * scale[c]) : 0;
    }
}

/* ---- backward ---- */

/* Memory of a backward: the sums of every group and block, and five numbers a lane. */
typedef struct workspace {
    double *sums;
    float *mean, *factor, *share, *slope;
    int64_t groups, lanes;
    size_t bytes;
} workspace;

static wick_status open_workspace(wick_context *context, const wick__blocked_norm *n, int64_t group,
                                  workspace *w)
{
    int64_t doubles;
    void *memory;
    w->groups = (n->batch + group - 1) / group;
    w->lanes = wick__blocks(n->channels) * WICK__LANES;
    if (!wick__mul_fits(w->groups + 1, 2 * w->lanes, &doubles) ||
        !wick__bytes_fit(doubles, sizeof(double), &w->bytes))
        return wick__fail(WICK_ENOMEM, "batchNorm: %lld images have too many sums to count",
                          (long long)n->batch);
    wick_status status = wick__alloc(context, w->bytes, &memory);
    if (status)
        return status;
    w->sums = memory;
    w->mean = (float *)(w->sums + w->groups * 2 * w->lanes);
    w->factor = w->mean + w->lanes;
    w->share = w->factor + w->lanes;
    w->slope = w->share + w->lanes;
    memset(w->mean, 0, (size_t)(4 * w->lanes) * sizeof(float));
    memcpy(w->mean, n->mean, (size_t)n->channels * sizeof(float));
    return WICK_OK;
}

/* The groups' sums of lane i (of all lanes) or, `products`, the sums of their products. */
static double total(const workspace *w, int64_t i, bool products)
{
    const double *sums = w->sums + i / WICK__LANES * 2 * WICK__LANES + i % WICK__LANES;
    double all = 0;
    for (int64_t g = 0; g < w->groups; g++)
        all += sums[g * 2 * w->lanes + (products ? WICK__LANES : 0)];
    return all;
}

/* The gradients of weight and bias, and what the second pass takes. */
static void finish_sums(const wick__blocked_norm *n, bool summed, workspace *w)
{
    double count = (double)n->batch * (double)n->plane;
    for (int64_t c = 0; c < n->channels; c++) {
        double inverse = 1 / sqrt(n->variance[c] + n->eps);
        double sum = summed ? total(w, c, false) : 0, product = summed ? total(w, c, true) : 0;
        if (n->gweight)
            n->gweight[c] = (float)(product * inverse);
        if (n->gbias)
            n->gbias[c] = (float)sum;
        w->factor[c] = (float)((n->weight ? n->weight[c] : 1) * inverse);
        w->share[c] = n->training ? (float)(sum / count) : 0;
        w->slope[c] = n->training ? (float)(product * inverse * inverse / count) : 0;
    }
}

/* Images that are added up together: planes may have a single pixel. */
static int64_t group_of(const wick__blocked_norm *n)
{
    return 1 + 4 * WICK__CHUNK / (n->plane + 1);
}

static void run_passes(wick_context *context, const wick__blocked_norm *n, bool summed,
                       wick__norm_job *j, workspace *w)
{
    const wick__blocked_loops *loops = wick__blocked_loops_best();
    int64_t blocks = wick__blocks(n->channels), floats = n->plane * WICK__LANES * 2;
    if (summed) {
        wick__blocked_share(context, w->groups * blocks, floats * j->group, loops->norm_sums, j);
        if (j->masked.data)
            j->gy = j->masked, j->mask.data = NULL, j->masked.data = NULL, j->scale = NULL;
    }
    finish_sums(n, summed, w);
    if (!n->gx.data && !j->masked.data)
        return;
    int64_t segments = (n->plane + j->segment - 1) / j->segment;
    wick__blocked_share(context, n->batch * blocks * segments,
                        segments > 1 ? j->segment * WICK__LANES * 2 : floats, loops->norm_apply, j);
}

wick_status wick__blocked_norm_backward(wick_context *context, const wick__blocked_norm *n)
{
    workspace w = {0};
    bool summed = n->training || n->gweight || n->gbias;
    wick__norm_job j = {.n = n,
                        .gy = n->gy,
                        .mask = n->mask,
                        .masked = n->masked,
                        .scale = n->mask.data ? NULL : n->scale,
                        .shift = n->shift,
                        .group = group_of(n),
                        .segment = WICK__SEGMENT};
    wick_status status = open_workspace(context, n, j.group, &w);
    if (status)
        return status;
    j.sums = w.sums, j.mean = w.mean, j.factor = w.factor, j.share = w.share, j.slope = w.slope;
    run_passes(context, n, summed, &j, &w);
    wick__free(context, w.sums, w.bytes);
    return WICK_OK;
}
