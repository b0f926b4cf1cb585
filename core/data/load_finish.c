/* What the consumer does with a load whose jobs have run: the stages that are its own, and the
 * batch. */
#include <stdio.h>

#include "base/status.h"
#include "data/load.h"

/* ---- the consumer's stages ---- */

/* What no other sample would do better. */
static bool is_fatal(wick_status status)
{
    return status == WICK_ENOMEM || status == WICK_EINTERRUPT;
}

static void apply_own_stages(wick__load *load, const wick__maker *consumer)
{
    const wick__pipeline *pipeline = consumer->pipeline;
    int first = pipeline ? wick__pipeline_threaded(pipeline) : 0;
    int last = pipeline ? wick__pipeline_of_samples(pipeline) : 0;
    for (int64_t i = 0; i < load->count && first < last; i++) {
        wick__job *job = &load->job[i];
        if (!job->status)
            wick__load_part(load, job, consumer, first, last);
    }
}

static wick_status check_fatal(const wick__load *load)
{
    for (int64_t i = 0; i < load->count; i++) {
        const wick__job *job = &load->job[i];
        if (is_fatal(job->status))
            return wick__fail(job->status, "%s", job->message ? job->message : "out of memory");
    }
    return WICK_OK;
}

/* ---- stacking ---- */

static const char *called(const wick__job *job, char *text, size_t bytes)
{
    if (job->path)
        return job->path;
    snprintf(text, bytes, "sample %lld", (long long)job->index + 1);
    return text;
}

static wick_status refuse(int part, const wick__job *a, const wick__job *b)
{
    static const char *const names[] = {"images", "masks", "targets"};
    char first[32], second[32];
    return wick__fail(WICK_ESHAPE,
                      "loader: the %s of a batch are to be alike: %s gives %s, %s gives %s%s",
                      names[part], called(a, first, sizeof first), wick__kind_shown(&a->kind[part]),
                      called(b, second, sizeof second), wick__kind_shown(&b->kind[part]),
                      part == WICK__TARGET ? ""
                                           : "; a stage such as RandomResizedCrop or CenterCrop "
                                             "gives all images one size");
}

/* All samples have the parts that the first has, of the same kind. */
static wick_status check_kinds(const wick__load *load)
{
    const wick__job *first = NULL;
    for (int64_t i = 0; i < load->count; i++) {
        const wick__job *job = &load->job[i];
        if (job->status)
            continue;
        for (int part = 0; first && part < WICK__BOXES; part++)
            if (!wick__same_kind(&first->kind[part], &job->kind[part]))
                return refuse(part, first, job);
        first = first ? first : job;
    }
    return WICK_OK;
}

/* Rows of samples that there are move up; returns how many they are. */
static int64_t close_gaps(wick__load *load)
{
    int64_t rows = load->count;
    for (int64_t i = load->count - 1; i >= 0; i--) {
        if (!load->job[i].status)
            continue;
        for (int part = 0; part < WICK__BOXES; part++)
            wick__stack_drop(&load->stack[part], i, rows);
        rows--;
    }
    return rows;
}

/* ---- the batch ---- */

static wick_status apply_batch_stages(const wick__load *load, const wick__maker *consumer,
                                      wick__loaded *loaded)
{
    if (!consumer->pipeline || !wick__pipeline_has_batch_stages(consumer->pipeline))
        return WICK_OK;
    wick__batch batch = {.context = consumer->context,
                         .images = loaded->part[WICK__IMAGE],
                         .targets = loaded->part[WICK__TARGET],
                         .stream = {load->key, 0}};
    wick_status status = wick__pipeline_apply_batch(consumer->pipeline, &batch);
    loaded->part[WICK__IMAGE] = batch.images;
    loaded->part[WICK__TARGET] = batch.targets;
    return status;
}

wick_status wick__load_finish(wick__load *load, const wick__maker *consumer, wick__loaded *loaded)
{
    *loaded = (wick__loaded){0};
    apply_own_stages(load, consumer);
    wick_status status = check_fatal(load);
    if (!status)
        status = check_kinds(load);
    if (status)
        return status;
    loaded->count = close_gaps(load);
    for (int part = 0; part < WICK__BOXES && loaded->count > 0 && !status; part++)
        status = wick__stack_take(&load->stack[part], loaded->count,
                                  part == WICK__TARGET && load->flat, &loaded->part[part]);
    if (!status && loaded->count > 0)
        status = apply_batch_stages(load, consumer, loaded);
    if (status)
        wick__loaded_close(loaded);
    return status;
}

wick_status wick__load_boxes(wick__load *load, int64_t job, wick_tensor **boxes)
{
    return wick__parcel_open(&load->job[job].part[WICK__BOXES], load->context, boxes);
}

void wick__loaded_close(wick__loaded *loaded)
{
    for (int part = 0; part < WICK__BOXES; part++) {
        wick_tensor_release(loaded->part[part]);
        loaded->part[part] = NULL;
    }
}
