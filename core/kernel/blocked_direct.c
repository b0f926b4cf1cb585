/* Direct convolution in the channel-blocked layout: forward, and the gradient of the input. */
#include "base/alloc.h"
#include "kernel/blocked_direct_pack.h"
#include "kernel/blocked_direct_run.h"
#include "kernel/blocked_paths.h"

/* Groups of whole blocks. */
static bool fills_blocks(const wick__conv_dims *d)
{
    return d->in_channels / d->groups % WICK__LANES == 0 &&
           d->out_channels / d->groups % WICK__LANES == 0;
}

bool wick__blocked_direct_serves(const wick__conv_dims *d)
{
    for (int i = 0; i < 2; i++)
        if (d->in[i] < 1 || d->out[i] < 1 || d->kernel[i] > WICK__KERNEL_MOST ||
            d->stride[i] > WICK__KERNEL_MOST)
            return false;
    if (d->in_channels < 1 || d->out_channels < 1)
        return false;
    return d->groups == 1 || wick__conv_is_depthwise(d) || fills_blocks(d);
}

/* ---- weights --------------------------------------------------------------------------------- */

size_t wick__blocked_direct_pack_bytes(const wick__conv_dims *d, wick__direction direction)
{
    wick__packing p = wick__packing_of(d, direction);
    return (size_t)wick__packing_floats(&p) * sizeof(float);
}

wick_status wick__blocked_direct_pack(wick_context *context, const wick__conv_dims *d,
                                      wick__direction direction, const float *w, void *pack)
{
    wick__packing p = wick__packing_of(d, direction);
    wick__packing_pack(context, &p, w, pack);
    return WICK_OK;
}

/* ---- both directions ------------------------------------------------------------------------- */

/* From `ins` channels to `outs`. */
static wick__direct_job job_of(const wick__conv_dims *d, int64_t ins, int64_t outs)
{
    wick__direct_job job = {.batch = d->batch,
                            .groups = d->groups,
                            .channels = ins / d->groups,
                            .out_blocks = wick__blocks(outs / d->groups),
                            .narrow = wick__last_is_narrow(outs / d->groups),
                            .lanes = WICK__LANES,
                            .kernel_taps = d->kernel[0] * d->kernel[1]};
    if (!wick__conv_is_depthwise(d))
        return job;
    job.depthwise = true;
    job.groups = wick__blocks(outs);
    job.channels = WICK__LANES;
    job.out_blocks = 1;
    return job;
}

wick_status wick__blocked_direct_forward(wick_context *context, const wick__conv_dims *dims,
                                         wick__blocked x, const void *pack, const wick__tail *tail,
                                         wick__blocked y)
{
    wick__conv_dims d = wick__tile_plan_dims(dims);
    wick__direct_job job = job_of(&d, d.in_channels, d.out_channels);
    job.x = x;
    job.w = pack;
    job.tail = tail;
    job.y = y;
    job.out[0] = d.out[0];
    job.out[1] = d.out[1];
    wick__tile_plan plan = wick__tile_plan_forward(&d, job.channels, WICK__LANES);
    return wick__direct_run(context, &job, &plan, 1);
}

static int64_t at_most(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* One plan for every residue of rows and columns by the strides. */
wick_status wick__blocked_direct_backward_input(wick_context *context, const wick__conv_dims *dims,
                                                wick__blocked gy, const void *pack,
                                                const wick__tail *tail, wick__blocked gx)
{
    wick__conv_dims d = wick__tile_plan_dims(dims);
    wick__direct_job job = job_of(&d, d.out_channels, d.in_channels);
    job.x = gy;
    job.w = pack;
    job.tail = tail;
    job.y = gx;
    job.out[0] = d.in[0];
    job.out[1] = d.in[1];
    int64_t rows = at_most(d.stride[0], d.in[0]), columns = at_most(d.stride[1], d.in[1]);
    wick__tile_plan *plans;
    size_t bytes = (size_t)(rows * columns) * sizeof *plans;
    wick_status status = wick__alloc(context, bytes, (void **)&plans);
    if (status)
        return status;
    for (int64_t p = 0; p < rows * columns; p++)
        plans[p] =
            wick__tile_plan_backward(&d, job.channels, (int64_t[2]){p / columns, p % columns});
    status = wick__direct_run(context, &job, plans, rows * columns);
    wick__free(context, plans, bytes);
    return status;
}
