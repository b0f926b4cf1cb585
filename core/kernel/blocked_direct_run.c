/* Work is cut into tasks: an image, a group, a chunk of its positions, and, where these are few,
 * some of the output blocks. A task sweeps its output blocks, a few at a time, over the chunk. */
#include "kernel/blocked_direct_run.h"

#include "base/alloc.h"
#include "base/checked.h"
#include "base/threads.h"

enum {
    ENOUGH_TASKS = 16,     /* to keep threads busy to the end */
    WORTH_A_PART = 1 << 18 /* multiplications: what takes some 5 microseconds */
};

/* A plan being carried out. */
typedef struct run {
    const wick__direct_job *job;
    const wick__tile_plan *plan;
    const wick__tiles *tiles;
    wick__tile_source source;
    bool plain; /* no tail */
    int64_t y_row, y_block;
    int64_t splits, split_blocks;
    float *copies; /* `copy_floats` for every worker */
    int64_t copy_floats;
    float *moments; /* of every image, block and part, or NULL */
    int64_t parts, first_part;
} run;

/* Where a task is. */
typedef struct task {
    int64_t image, group, part;
    int64_t first_block, last_block;
    int64_t begin[2], end[2];
    const float *x;
} task;

static int64_t at_most(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t in_blocks(const wick__direct_job *job)
{
    return (job->channels + job->lanes - 1) / job->lanes;
}

/* ---- tiles ----------------------------------------------------------------------------------- */

/* `next`: the block after the tile's last. */
static wick__sum_tile *sum_for(const run *r, int64_t next, int outs, int pixels)
{
    bool narrow = r->job->narrow && next % r->job->out_blocks == 0;
    if (r->job->depthwise)
        return r->tiles->sum_depthwise[pixels];
    return r->job->lanes == 1 ? r->tiles->sum_planes[narrow][outs][pixels]
                              : r->tiles->sum[narrow][outs][pixels];
}

/* The tail at float `at` of an image. */
static wick__tile_tail tail_at(const wick__tail *tail, int64_t image, int64_t channel, int64_t at)
{
    const wick__blocked *residual = &tail->residual, *mask = &tail->mask;
    return (wick__tile_tail){
        .scale = tail->scale ? tail->scale + channel : NULL,
        .shift = tail->shift ? tail->shift + channel : NULL,
        .residual = residual->data ? residual->data + image * residual->image + at : NULL,
        .mask = mask->data ? mask->data + image * mask->image + at : NULL,
        .relu = tail->relu};
}

/* Asks for what the tail will want, so that it is there when the sums are. */
static void prefetch_tile(const run *r, const float *p, int outs, int pixels)
{
    int64_t step = r->plan->axis[1].step * WICK__LANES;
    for (int o = 0; o < outs; o++)
        for (int u = 0; u < pixels; u++)
            __builtin_prefetch(p + o * r->y_block + u * step, 1);
}

/* `pixels` pixels of `outs` blocks from `block` on, at float `at` of the image. */
static void run_tile(const run *r, const task *t, const float *x, const int taps[2], int64_t block,
                     int outs, int pixels, int64_t at)
{
    const float *w = r->job->w + block * r->source.w_out;
    float *y = r->job->y.data + t->image * r->job->y.image + at;
    int64_t step = r->plan->axis[1].step * WICK__LANES;
    wick__sum_tile *sum = sum_for(r, block + outs, outs, pixels);
    prefetch_tile(r, y, outs, pixels);
    if (r->plain) {
        sum(&r->source, x, w, taps[0], taps[1], y, r->y_block, step);
        return;
    }
    float sums[WICK__TILE_PIXELS * WICK__LANES] __attribute__((aligned(64)));
    wick__tile_tail tail = tail_at(r->job->tail, t->image, block * WICK__LANES, at);
    if (tail.residual)
        prefetch_tile(r, tail.residual, outs, pixels);
    if (tail.mask)
        prefetch_tile(r, tail.mask, outs, pixels);
    sum(&r->source, x, w, taps[0], taps[1], sums, pixels * WICK__LANES, WICK__LANES);
    r->tiles->finish(&tail, sums, outs, pixels, y, r->y_block, step);
}

/* The chunk's part of row i, in tiles of about one width. */
static void run_row(const run *r, const task *t, int64_t i, int64_t block, int outs)
{
    const wick__axis *rows = &r->plan->axis[0], *columns = &r->plan->axis[1];
    int64_t width = t->end[1] - t->begin[1], most = r->tiles->most[outs];
    int64_t tiles = (width + most - 1) / most, j = t->begin[1];
    const float *x = t->x + (i - t->begin[0]) * r->plan->x_position[0];
    int taps[2];
    wick__axis_taps(rows, i, &taps[0], &taps[1]);
    taps[0] *= columns->taps;
    taps[1] *= columns->taps;
    for (int64_t k = 0; k < tiles; k++) {
        int pixels = (int)(width / tiles + (k < width % tiles));
        int64_t at = block * r->y_block + (rows->first + i * rows->step) * r->y_row +
                     (columns->first + j * columns->step) * WICK__LANES;
        run_tile(r, t, x, taps, block, outs, pixels, at);
        x += pixels * r->plan->x_position[1];
        j += pixels;
    }
}

static void take_moments(const run *r, const task *t, int64_t block)
{
    const wick__axis *rows = &r->plan->axis[0], *columns = &r->plan->axis[1];
    int64_t blocks = r->job->groups * r->job->out_blocks;
    const float *y = r->job->y.data + t->image * r->job->y.image + block * r->y_block +
                     (rows->first + t->begin[0] * rows->step) * r->y_row +
                     (columns->first + t->begin[1] * columns->step) * WICK__LANES;
    r->tiles->moments(y, t->end[0] - t->begin[0], rows->step * r->y_row, t->end[1] - t->begin[1],
                      columns->step * WICK__LANES,
                      r->moments +
                          ((t->image * blocks + block) * r->parts + t->part) * WICK__MOMENTS);
}

/* ---- tasks ----------------------------------------------------------------------------------- */

static task task_at(const run *r, int64_t index)
{
    const wick__tile_plan *p = r->plan;
    task t;
    int64_t split = index % r->splits, part = index / r->splits % wick__tile_plan_parts(p);
    int64_t chunk[2] = {part / p->chunks[1], part % p->chunks[1]};
    index /= r->splits * wick__tile_plan_parts(p);
    t.part = r->first_part + part;
    t.group = index % r->job->groups;
    t.image = index / r->job->groups;
    for (int i = 0; i < 2; i++) {
        t.begin[i] = chunk[i] * p->chunk[i];
        t.end[i] = at_most(t.begin[i] + p->chunk[i], p->axis[i].outs);
    }
    t.first_block = t.group * r->job->out_blocks + split * r->split_blocks;
    t.last_block = at_most(t.first_block + r->split_blocks, (t.group + 1) * r->job->out_blocks);
    return t;
}

/* The source of the task's first position: a copy, or the image itself. */
static const float *source_of(const run *r, const task *t, int worker)
{
    const wick__tile_plan *p = r->plan;
    const wick__axis *rows = &p->axis[0], *columns = &p->axis[1];
    int64_t blocks = in_blocks(r->job), block = rows->size * columns->size * p->lanes;
    const float *x = r->job->x.data + t->image * r->job->x.image + t->group * blocks * block;
    if (!p->copies)
        return x + (rows->origin + t->begin[0]) * p->x_position[0] +
               (columns->origin + t->begin[1]) * p->x_position[1];
    float *copy = r->copies + worker * r->copy_floats;
    wick__tile_plan_copy(p, t->begin, t->end, blocks, x, copy);
    return copy;
}

static void run_tasks(void *data, int worker, int64_t begin, int64_t end)
{
    const run *r = data;
    for (int64_t index = begin; index < end; index++) {
        task t = task_at(r, index);
        t.x = source_of(r, &t, worker);
        for (int64_t block = t.first_block; block < t.last_block;) {
            int outs = wick__tile_outs(r->tiles, t.last_block - block, t.end[1] - t.begin[1], 4);
            for (int64_t i = t.begin[0]; i < t.end[0]; i++)
                run_row(r, &t, i, block, outs);
            for (int o = 0; o < outs && r->moments; o++)
                take_moments(r, &t, block + o);
            block += outs;
        }
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

static run new_run(const wick__direct_job *job)
{
    const wick__tail *t = job->tail;
    return (run){.job = job,
                 .tiles = wick__tiles_here(),
                 .plain =
                     !t || !(t->scale || t->shift || t->residual.data || t->mask.data || t->relu),
                 .y_row = job->out[1] * WICK__LANES,
                 .y_block = job->out[0] * job->out[1] * WICK__LANES};
}

static void find_splits(run *r, int64_t tasks)
{
    int64_t blocks = r->job->out_blocks;
    int64_t wanted = at_most(blocks, (ENOUGH_TASKS + tasks - 1) / tasks);
    r->split_blocks = (blocks + wanted - 1) / wanted;
    if (r->split_blocks > 1)
        r->split_blocks += r->split_blocks % 2;
    r->splits = (blocks + r->split_blocks - 1) / r->split_blocks;
}

static void run_plan(wick_context *context, run *r, const wick__tile_plan *plan)
{
    const wick__direct_job *job = r->job;
    int64_t lines = job->kernel_taps * job->lanes * WICK__LANES; /* of a block's weights */
    int64_t tasks = job->batch * job->groups * wick__tile_plan_parts(plan);
    if (tasks == 0)
        return;
    find_splits(r, tasks);
    r->plan = plan;
    r->source = (wick__tile_source){.channels = job->channels,
                                    .lanes = job->lanes,
                                    .x_block = plan->x_block,
                                    .w_block = lines,
                                    .w_out = lines * in_blocks(job),
                                    .x_tap = plan->x_tap,
                                    .w_tap = plan->w_tap};
    if (job->depthwise)
        r->source.w_out = job->kernel_taps * WICK__LANES;
    int64_t work = plan->chunk[0] * plan->chunk[1] * (plan->taps + 1) * r->split_blocks *
                   (job->depthwise ? 8 * WICK__LANES : job->channels * WICK__LANES);
    int64_t grain = (WORTH_A_PART + work - 1) / (work > 0 ? work : 1);
    wick__parallel_workers(context, tasks * r->splits, grain, run_tasks, r);
    r->first_part += wick__tile_plan_parts(plan);
}

static wick_status allocate_floats(wick_context *context, int64_t a, int64_t b, size_t *bytes,
                                   float **floats)
{
    int64_t count;
    if (!wick__mul_fits(a, b, &count) || !wick__bytes_fit(count, sizeof **floats, bytes))
        *bytes = SIZE_MAX;
    return *bytes ? wick__alloc(context, *bytes, (void **)floats) : WICK_OK;
}

wick_status wick__direct_run(wick_context *context, const wick__direct_job *job,
                             const wick__tile_plan *plans, int64_t count)
{
    run r = new_run(job);
    float *parts = NULL;
    size_t copies_bytes, parts_bytes = 0;
    int64_t blocks = job->batch * job->groups * job->out_blocks;
    for (int64_t p = 0; p < count; p++) {
        int64_t floats = wick__tile_plan_copy_floats(&plans[p], in_blocks(job));
        r.copy_floats = floats > r.copy_floats ? floats : r.copy_floats;
        r.parts += wick__tile_plan_parts(&plans[p]);
    }
    wick_status status =
        allocate_floats(context, wick__workers(context), r.copy_floats, &copies_bytes, &r.copies);
    if (!status && job->tail && job->tail->moments) {
        if (r.parts > 1)
            status =
                allocate_floats(context, blocks * r.parts, WICK__MOMENTS, &parts_bytes, &parts);
        r.moments = r.parts > 1 ? parts : job->tail->moments;
    }
    for (int64_t p = 0; p < count && !status; p++)
        run_plan(context, &r, &plans[p]);
    if (!status && parts)
        wick__direct_join_moments(job, plans, count, parts);
    wick__free(context, parts, parts_bytes);
    wick__free(context, r.copies, copies_bytes);
    return status;
}
