/* Pipelines: building, looking, applying. */
#include "data/pipeline.h"

#include <string.h>

#include "data/stage.h"
#include "tensor/tensor.h"

struct wick__pipeline {
    atomic_size_t refs;
    wick_context *context;
    int count, room;
    wick__stage *stages;
};

static size_t stages_bytes(int room)
{
    return (size_t)room * sizeof(wick__stage);
}

wick_status wick__pipeline_new(wick_context *context, wick__pipeline **pipeline)
{
    void *memory;
    *pipeline = NULL;
    wick_status status = wick__alloc_zeroed(context, sizeof **pipeline, &memory);
    if (status)
        return status;
    *pipeline = memory;
    atomic_init(&(*pipeline)->refs, 1);
    (*pipeline)->context = context;
    wick_context_retain(context);
    return WICK_OK;
}

void wick__pipeline_retain(wick__pipeline *pipeline)
{
    atomic_fetch_add_explicit(&pipeline->refs, 1, memory_order_relaxed);
}

void wick__pipeline_release(wick__pipeline *pipeline)
{
    if (!pipeline || atomic_fetch_sub_explicit(&pipeline->refs, 1, memory_order_acq_rel) > 1)
        return;
    wick_context *context = pipeline->context;
    for (int i = 0; i < pipeline->count; i++)
        wick__stage_close(context, &pipeline->stages[i]);
    wick__free(context, pipeline->stages, stages_bytes(pipeline->room));
    wick__free(context, pipeline, sizeof *pipeline);
    wick_context_release(context);
}

void wick__stage_close(wick_context *context, wick__stage *stage)
{
    for (int i = 0; i < WICK__STAGE_ARGS; i++)
        wick__pipeline_release(stage->value[i].stages);
    if (stage->label)
        wick__free(context, stage->label, strlen(stage->label) + 1);
    if (stage->release)
        stage->release(stage->data);
}

/* ---- building ---- */

static const char *name_of(const wick__stage *stage)
{
    return stage->label ? stage->label : stage->kind->name;
}

static wick_status reserve(wick__pipeline *p)
{
    void *stages;
    int room = p->room > 0 ? 2 * p->room : 4;
    if (p->count < p->room)
        return WICK_OK;
    wick_status status = wick__alloc(p->context, stages_bytes(room), &stages);
    if (status)
        return status;
    if (p->count > 0)
        memcpy(stages, p->stages, stages_bytes(p->count));
    wick__free(p->context, p->stages, stages_bytes(p->room));
    p->stages = stages;
    p->room = room;
    return WICK_OK;
}

/* Takes the stage over. */
static wick_status append(wick__pipeline *p, wick__stage *stage)
{
    wick_status status = WICK_OK;
    if (stage->kind->apply && wick__pipeline_has_batch_stages(p))
        status =
            wick__fail(WICK_EVALUE, "stands behind %s, which works on batches; those come last",
                       name_of(&p->stages[p->count - 1]));
    if (!status)
        status = reserve(p);
    if (!status)
        p->stages[p->count++] = *stage;
    return status;
}

/* Whether one of its values is a pipeline that not any thread may apply. */
static bool holds_here_only(const wick__stage *stage)
{
    for (int i = 0; i < WICK__STAGE_ARGS; i++) {
        const wick__pipeline *inner = stage->value[i].stages;
        if (inner && wick__pipeline_threaded(inner) < inner->count)
            return true;
    }
    return false;
}

wick_status wick__pipeline_add(wick__pipeline *p, const char *name, int count,
                               const wick__given *given)
{
    wick__stage stage = {.kind = wick__stage_find(name)};
    if (!stage.kind)
        return wick__fail(WICK_EVALUE, "stage %d: there is no stage %s", p->count + 1, name);
    wick_status status = wick__stage_fill(&stage, count, given);
    stage.here_only = holds_here_only(&stage);
    if (!status)
        status = append(p, &stage);
    if (status) {
        wick__stage_close(p->context, &stage);
        return wick__fail_in(status, "stage %d, %s: ", p->count + 1, stage.kind->name);
    }
    return WICK_OK;
}

/* ---- stages that call back ---- */

static wick_status apply_call(const wick__stage *stage, wick__sample *sample)
{
    return stage->call(stage->data, sample);
}

static const wick__stage_arg no_args[] = {{.kind = WICK__STAGE_END}};
static const wick__stage_kind call_kind = {.name = "call", .args = no_args, .apply = apply_call};

wick_status wick__stage_failed(const char *text)
{
    return wick__fail(WICK_ECALLBACK, "%s", text);
}

wick_status wick__pipeline_add_call(wick__pipeline *p, const char *label, bool here_only,
                                    wick__stage_call *call, void *data, void (*release)(void *))
{
    void *copy;
    wick__stage stage = {
        .kind = &call_kind, .here_only = here_only, .call = call, .data = data, .release = release};
    wick_status status = wick__alloc(p->context, strlen(label) + 1, &copy);
    if (!status) {
        stage.label = strcpy(copy, label);
        status = append(p, &stage);
    }
    if (status)
        wick__stage_close(p->context, &stage);
    return status ? wick__fail_in(status, "stage %d, %s: ", p->count + 1, label) : WICK_OK;
}

/* ---- looking ---- */

int wick__pipeline_count(const wick__pipeline *p)
{
    return p->count;
}

int wick__pipeline_threaded(const wick__pipeline *p)
{
    int i = 0;
    while (i < p->count && p->stages[i].kind->apply && !p->stages[i].here_only)
        i++;
    return i;
}

int wick__pipeline_of_samples(const wick__pipeline *p)
{
    int count = p->count;
    while (count > 0 && p->stages[count - 1].kind->apply_batch)
        count--;
    return count;
}

bool wick__pipeline_has_batch_stages(const wick__pipeline *p)
{
    return wick__pipeline_of_samples(p) < p->count;
}

/* Whether the stage calls back, itself or through a pipeline that it holds. */
static bool calls_back(const wick__stage *stage)
{
    for (int i = 0; i < WICK__STAGE_ARGS; i++) {
        const wick__pipeline *inner = stage->value[i].stages;
        if (inner && wick__pipeline_calls_back(inner))
            return true;
    }
    return stage->call != NULL;
}

bool wick__pipeline_calls_back(const wick__pipeline *p)
{
    int threaded = wick__pipeline_threaded(p);
    for (int i = 0; i < threaded; i++)
        if (calls_back(&p->stages[i]))
            return true;
    return false;
}

/* ---- applying ---- */

static wick_status in_stage(wick_status status, int i, const wick__stage *stage)
{
    return status ? wick__fail_in(status, "stage %d, %s: ", i + 1, name_of(stage)) : WICK_OK;
}

wick_status wick__pipeline_apply(const wick__pipeline *p, wick__sample *sample)
{
    return wick__pipeline_apply_part(p, 0, p->count, sample);
}

wick_status wick__pipeline_apply_part(const wick__pipeline *p, int first, int last,
                                      wick__sample *sample)
{
    wick_status status = wick__sample_check(sample);
    for (int i = first; i < last && i < p->count && !status; i++) {
        const wick__stage *stage = &p->stages[i];
        if (stage->kind->apply && wick__stage_happens(stage, &sample->stream))
            status = in_stage(stage->kind->apply(stage, sample), i, stage);
    }
    return status;
}

wick_status wick__pipeline_apply_batch(const wick__pipeline *p, wick__batch *batch)
{
    wick_status status = wick__batch_check(batch);
    for (int i = wick__pipeline_of_samples(p); i < p->count && !status; i++) {
        const wick__stage *stage = &p->stages[i];
        if (wick__stage_happens(stage, &batch->stream))
            status = in_stage(stage->kind->apply_batch(stage, batch), i, stage);
    }
    return status;
}
