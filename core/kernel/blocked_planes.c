/* Convolution of few input channels, read as dense planes: forward, and the gradient of the weight.
 * It is direct convolution with blocks of one channel each. */
#include "base/alloc.h"
#include "base/checked.h"
#include "base/threads.h"
#include "kernel/blocked_direct_pack.h"
#include "kernel/blocked_direct_run.h"
#include "kernel/blocked_paths.h"

enum {
    FEW_CHANNELS = 4,
    UNIT_PIXELS = 256, /* outputs of a unit of the weight's gradient, about */
    ENOUGH_RANGES = 16
};

bool wick__blocked_planes_serves(const wick__conv_dims *d)
{
    return d->groups == 1 && d->in_channels <= FEW_CHANNELS && d->dilation[0] == 1 &&
           d->dilation[1] == 1 && wick__blocked_direct_serves(d);
}

static wick__packing packing_of(const wick__conv_dims *d)
{
    wick__packing p = wick__packing_of(d, WICK__FORWARD);
    p.lanes = 1;
    return p;
}

size_t wick__blocked_planes_pack_bytes(const wick__conv_dims *d)
{
    wick__packing p = packing_of(d);
    return (size_t)wick__packing_floats(&p) * sizeof(float);
}

wick_status wick__blocked_planes_pack(wick_context *context, const wick__conv_dims *d,
                                      const float *w, void *pack)
{
    wick__packing p = packing_of(d);
    wick__packing_pack(context, &p, w, pack);
    return WICK_OK;
}

wick_status wick__blocked_planes_forward(wick_context *context, const wick__conv_dims *dims,
                                         const float *x, const void *pack, const wick__tail *tail,
                                         wick__blocked y)
{
    wick__conv_dims d = wick__tile_plan_dims(dims);
    wick__direct_job job = {.batch = d.batch,
                            .groups = 1,
                            .channels = d.in_channels,
                            .out_blocks = wick__blocks(d.out_channels),
                            .narrow = wick__last_is_narrow(d.out_channels),
                            .lanes = 1,
                            .kernel_taps = d.kernel[0] * d.kernel[1],
                            .x = {(float *)x, d.in_channels * d.in[0] * d.in[1]},
                            .w = pack,
                            .tail = tail,
                            .y = y,
                            .out = {d.out[0], d.out[1]}};
    wick__tile_plan plan = wick__tile_plan_forward(&d, d.in_channels, 1);
    return wick__direct_run(context, &job, &plan, 1);
}

/* ---- the gradient of the weight -------------------------------------------------------------- */

/* A unit is some rows of an image. Ranges of units have sums of their own. */
typedef struct job {
    const wick__conv_dims *d;
    const wick__tiles *tiles;
    wick__packing packing;
    wick__tile_plan plan;
    const float *x;
    wick__blocked gy;
    int64_t rows, image_units, units; /* rows of a unit; units of an image and in all */
    int64_t ranges, range_units;
    float *sums, *copies;
    int64_t copy_floats; /* of a worker */
} job;

static int64_t at_most(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t at_least(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t rounded_up(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

/* Adds the products of output rows [begin, end) at row r of the kernel, input channel c, for `outs`
 * output blocks from `block` on. `copy` begins with the source of row `first`. */
static void add_kernel_row(const job *j, int64_t image, const int64_t rows[2], int64_t c, int64_t r,
                           int64_t block, int outs, const float *copy, float *sums)
{
    const wick__conv_dims *d = j->d;
    int64_t stride = d->stride[0], floats = wick__packing_block_floats(&j->packing);
    int64_t begin = at_least(rows[0], rounded_up(at_least(d->pad[0] - r, 0), stride));
    int64_t end = at_most(rows[1], rounded_up(at_least(d->in[0] + d->pad[0] - r, 0), stride));
    if (begin >= end)
        return;
    const float *x =
        copy + c * j->plan.x_block + ((begin - rows[0]) * stride + r) * j->plan.x_position[0];
    const float *gy =
        j->gy.data + image * j->gy.image + (block * d->out[0] + begin) * d->out[1] * WICK__LANES;
    float *g = sums + block * floats + (c * d->kernel[0] + r) * d->kernel[1] * WICK__LANES;
    wick__tile_pixels pixels = {.images = 1,
                                .rows = end - begin,
                                .columns = d->out[1],
                                .x_row = stride * j->plan.x_position[0],
                                .x_step = d->stride[1],
                                .gy_row = d->out[1] * WICK__LANES,
                                .gy_block = d->out[0] * d->out[1] * WICK__LANES,
                                .g_block = floats};
    int64_t taps = d->kernel[1], parts = rounded_up(taps, j->tiles->most[outs]);
    bool narrow =
        block + outs == wick__blocks(d->out_channels) && wick__last_is_narrow(d->out_channels);
    for (int64_t k = 0; k < parts; k++) {
        int64_t width = taps / parts + (k < taps % parts);
        j->tiles->product[narrow][outs][width](&pixels, x, gy, g);
        x += width;
        g += width * WICK__LANES;
    }
}

static void add_unit(const job *j, int64_t unit, float *copy, float *sums)
{
    const wick__conv_dims *d = j->d;
    int64_t image = unit / j->image_units, plane = d->in[0] * d->in[1];
    int64_t rows[2] = {unit % j->image_units * j->rows, 0};
    rows[1] = at_most(rows[0] + j->rows, d->out[0]);
    const int64_t begin[2] = {rows[0] * d->stride[0], 0};
    const int64_t end[2] = {(rows[1] - 1) * d->stride[0] + 1, j->plan.axis[1].outs};
    wick__tile_plan_copy(&j->plan, begin, end, d->in_channels,
                         j->x + image * d->in_channels * plane, copy);
    int outs;
    for (int64_t block = 0; block < wick__blocks(d->out_channels); block += outs) {
        outs = wick__tile_outs(j->tiles, wick__blocks(d->out_channels) - block, d->kernel[1], 1);
        for (int64_t c = 0; c < d->in_channels; c++)
            for (int64_t r = 0; r < d->kernel[0]; r++)
                add_kernel_row(j, image, rows, c, r, block, outs, copy, sums);
    }
}

static void add_ranges(void *data, int worker, int64_t begin, int64_t end)
{
    const job *j = data;
    int64_t first = begin * j->range_units, last = at_most(end * j->range_units, j->units);
    for (int64_t unit = first; unit < last; unit++)
        add_unit(j, unit, j->copies + worker * j->copy_floats,
                 j->sums + unit / j->range_units * wick__packing_floats(&j->packing));
}

static job new_job(const wick__conv_dims *d, const float *x, wick__blocked gy)
{
    job j = {.d = d, .tiles = wick__tiles_here(), .packing = packing_of(d), .x = x, .gy = gy};
    j.rows = at_most(at_least(UNIT_PIXELS / d->out[1], 1), d->out[0]);
    j.image_units = rounded_up(d->out[0], j.rows);
    j.units = d->batch * j.image_units;
    j.range_units = at_least(rounded_up(j.units, ENOUGH_RANGES), 1);
    j.ranges = at_least(rounded_up(j.units, j.range_units), 1);
    j.plan = wick__tile_plan_padded(d, j.rows);
    j.copy_floats = wick__tile_plan_copy_floats(&j.plan, d->in_channels);
    return j;
}

wick_status wick__blocked_planes_backward_weight(wick_context *context, const wick__conv_dims *d,
                                                 const float *x, wick__blocked gy, float *gw)
{
    job j = new_job(d, x, gy);
    size_t sums_bytes = (size_t)(j.ranges * wick__packing_floats(&j.packing)) * sizeof *gw;
    size_t copies_bytes = (size_t)(wick__workers(context) * j.copy_floats) * sizeof *gw;
    wick_status status = wick__alloc_zeroed(context, sums_bytes, (void **)&j.sums);
    if (!status)
        status = wick__alloc(context, copies_bytes, (void **)&j.copies);
    if (!status) {
        wick__parallel_workers(context, j.ranges, 1, add_ranges, &j);
        wick__packing_unpack(context, &j.packing, j.ranges, j.sums, gw);
    }
    wick__free(context, j.copies, copies_bytes);
    wick__free(context, j.sums, sums_bytes);
    return status;
}
