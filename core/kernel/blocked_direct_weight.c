/* The gradient of the weight in the channel-blocked layout: outer products of the lines of output
 * gradients and inputs, added up over pixels.
 *
 * The pixels are cut into units that stay in a core's cache. A task adds up the units of one range
 * for a square of output by input blocks, whose sums stay in cache; ranges have sums of their own,
 * which are added at the end. How work is cut depends on the shape alone. */
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/threads.h"
#include "kernel/blocked_direct_pack.h"
#include "kernel/blocked_direct_tile.h"
#include "kernel/blocked_direct_plan.h"
#include "kernel/blocked_paths.h"

enum {
    UNIT_PIXELS = 192,
    SQUARE_SUMS = 160, /* the most 16 x 16 sums of a task, about 160 KiB */
    ENOUGH_TASKS = 16
};

typedef struct job {
    const wick__conv_dims *d;
    const wick__tiles *tiles;
    wick__packing packing;  /* of the sums */
    bool depthwise, narrow; /* narrow: a group's last output block (wick__last_is_narrow) */
    wick__blocked x, gy;
    int64_t groups, out_blocks, in_blocks; /* blocks of a group */
    int64_t side;                          /* blocks of a square */
    int64_t size[3], units[3];             /* images, rows and columns of a unit; how many */
    int64_t ranges, range_units;
    float *sums;
} job;

/* Images, rows and columns [begin, end). */
typedef struct unit {
    int64_t begin[3], end[3];
} unit;

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

/* ---- products -------------------------------------------------------------------------------- */

/* The outputs of [*begin, *end) whose input at kernel row (i = 0) or column (i = 1) k is there. */
static void narrow(const wick__conv_dims *d, int i, int64_t k, int64_t *begin, int64_t *end)
{
    int64_t offset = k * d->dilation[i] - d->pad[i], stride = d->stride[i];
    *begin = at_least(*begin, rounded_up(at_least(-offset, 0), stride));
    *end = at_most(*end, rounded_up(at_least(d->in[i] - offset, 0), stride));
}

/* Adds the products of a unit at one tap to g: `outs` output blocks from `block` on by input block
 * `in`, `lanes` channels. */
static void add_tap(const job *j, unit u, const int64_t tap[2], int64_t block, int outs, int64_t in,
                    int lanes, float *g)
{
    const wick__conv_dims *d = j->d;
    for (int i = 0; i < 2; i++)
        narrow(d, i, tap[i], &u.begin[1 + i], &u.end[1 + i]);
    if (u.begin[1] >= u.end[1] || u.begin[2] >= u.end[2])
        return;
    int64_t row = u.begin[1] * d->stride[0] + tap[0] * d->dilation[0] - d->pad[0];
    int64_t column = u.begin[2] * d->stride[1] + tap[1] * d->dilation[1] - d->pad[1];
    const float *x = j->x.data + u.begin[0] * j->x.image +
                     ((in * d->in[0] + row) * d->in[1] + column) * WICK__LANES;
    const float *gy = j->gy.data + u.begin[0] * j->gy.image +
                      ((block * d->out[0] + u.begin[1]) * d->out[1] + u.begin[2]) * WICK__LANES;
    wick__tile_pixels pixels = {.images = u.end[0] - u.begin[0],
                                .rows = u.end[1] - u.begin[1],
                                .columns = u.end[2] - u.begin[2],
                                .x_image = j->x.image,
                                .x_row = d->stride[0] * d->in[1] * WICK__LANES,
                                .x_step = d->stride[1] * WICK__LANES,
                                .gy_image = j->gy.image,
                                .gy_row = d->out[1] * WICK__LANES,
                                .gy_block = d->out[0] * d->out[1] * WICK__LANES,
                                .g_block = wick__packing_block_floats(&j->packing)};
    if (j->depthwise) {
        j->tiles->product_depthwise(&pixels, x, gy, g);
        return;
    }
    int64_t most = j->tiles->most[outs], parts = rounded_up(lanes, most);
    bool narrow = j->narrow && (block + outs) % j->out_blocks == 0;
    for (int64_t k = 0; k < parts; k++) {
        int64_t width = lanes / parts + (k < lanes % parts);
        j->tiles->product[narrow][outs][width](&pixels, x, gy, g);
        x += width;
        g += width * WICK__LANES;
    }
}

/* `outs` output blocks from `block` on, counted through all groups, by input block `in` of the
 * group. */
static void add_block(const job *j, const unit *u, int64_t block, int outs, int64_t in, float *sums)
{
    const wick__packing *p = &j->packing;
    int64_t tap_floats = p->lanes * WICK__LANES;
    int lanes = (int)at_most(p->ins - in * p->lanes, p->lanes);
    int64_t group = block / j->out_blocks;
    float *g = sums + block * wick__packing_block_floats(p) + in * p->taps * tap_floats;
    for (int64_t t = 0; t < p->taps; t++, g += tap_floats)
        add_tap(j, *u, (int64_t[2]){t / j->d->kernel[1], t % j->d->kernel[1]}, block, outs,
                group * j->in_blocks + in, lanes, g);
}

/* ---- tasks ----------------------------------------------------------------------------------- */

static unit unit_at(const job *j, int64_t index)
{
    const int64_t whole[3] = {j->d->batch, j->d->out[0], j->d->out[1]};
    unit u;
    for (int i = 2; i >= 0; i--) {
        u.begin[i] = index % j->units[i] * j->size[i];
        u.end[i] = at_most(u.begin[i] + j->size[i], whole[i]);
        index /= j->units[i];
    }
    return u;
}

static int64_t unit_count(const job *j)
{
    return j->units[0] * j->units[1] * j->units[2];
}

static void add_range(const job *j, int64_t range, int64_t group, const int64_t square[2])
{
    float *sums = j->sums + range * wick__packing_floats(&j->packing);
    int64_t last_unit = at_most((range + 1) * j->range_units, unit_count(j));
    int64_t end_block = at_most((square[0] + 1) * j->side, j->out_blocks);
    int64_t end_in = at_most((square[1] + 1) * j->side, j->in_blocks);
    for (int64_t index = range * j->range_units; index < last_unit; index++) {
        unit u = unit_at(j, index);
        int outs;
        for (int64_t block = square[0] * j->side; block < end_block; block += outs) {
            outs = j->depthwise ? 1
                                : wick__tile_outs(j->tiles, end_block - block, j->packing.lanes, 3);
            for (int64_t in = square[1] * j->side; in < end_in; in++)
                add_block(j, &u, group * j->out_blocks + block, outs, in, sums);
        }
    }
}

static void add_tasks(void *data, int64_t begin, int64_t end)
{
    const job *j = data;
    int64_t across = rounded_up(j->in_blocks, j->side), down = rounded_up(j->out_blocks, j->side);
    for (int64_t task = begin; task < end; task++) {
        int64_t square[2] = {task / across % down, task % across};
        int64_t index = task / (across * down);
        add_range(j, index / j->groups, index % j->groups, square);
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Units of about UNIT_PIXELS: images, rows of one, or columns of a row. */
static void cut_units(job *j)
{
    const int64_t whole[3] = {j->d->batch, j->d->out[0], j->d->out[1]};
    int64_t left = UNIT_PIXELS;
    for (int i = 2; i >= 0; i--) {
        int64_t most = at_most(at_least(left, 1), at_least(whole[i], 1));
        int64_t count = rounded_up(whole[i], most);
        j->size[i] = count ? rounded_up(whole[i], count) : 1;
        j->units[i] = count;
        left /= j->size[i];
    }
}

static void cut_tasks(job *j)
{
    int64_t taps = j->packing.taps;
    j->side = 8;
    while (j->side > 1 && j->side * j->side * taps > SQUARE_SUMS)
        j->side--;
    int64_t squares =
        j->groups * rounded_up(j->in_blocks, j->side) * rounded_up(j->out_blocks, j->side);
    int64_t wanted = at_most(rounded_up(ENOUGH_TASKS, squares), at_least(unit_count(j), 1));
    j->range_units = at_least(rounded_up(unit_count(j), wanted), 1);
    j->ranges = at_least(rounded_up(unit_count(j), j->range_units), 1);
}

static job new_job(const wick__conv_dims *d, wick__blocked x, wick__blocked gy)
{
    job j = {.d = d,
             .tiles = wick__tiles_here(),
             .packing = wick__packing_of(d, WICK__FORWARD),
             .depthwise = wick__conv_is_depthwise(d),
             .narrow = wick__last_is_narrow(d->out_channels / d->groups),
             .x = x,
             .gy = gy};
    j.groups = j.depthwise ? wick__blocks(d->groups) : d->groups;
    j.out_blocks = j.depthwise ? 1 : wick__blocks(d->out_channels / d->groups);
    j.in_blocks = j.depthwise ? 1 : wick__blocks(d->in_channels / d->groups);
    cut_units(&j);
    cut_tasks(&j);
    return j;
}

wick_status wick__blocked_direct_backward_weight(wick_context *context, const wick__conv_dims *dims,
                                                 wick__blocked x, wick__blocked gy, float *gw)
{
    wick__conv_dims d = wick__tile_plan_dims(dims);
    job j = new_job(&d, x, gy);
    int64_t floats;
    size_t bytes;
    if (!wick__mul_fits(wick__packing_floats(&j.packing), j.ranges, &floats) ||
        !wick__bytes_fit(floats, sizeof *gw, &bytes))
        bytes = SIZE_MAX;
    wick_status status = wick__alloc_zeroed(context, bytes, (void **)&j.sums);
    if (status)
        return status;
    int64_t squares = j.groups * rounded_up(j.in_blocks, j.side) * rounded_up(j.out_blocks, j.side);
    wick__parallel(context, squares * j.ranges, 1, add_tasks, &j);
    wick__packing_unpack(context, &j.packing, j.ranges, j.sums, gw);
    wick__free(context, j.sums, bytes);
    return WICK_OK;
}
