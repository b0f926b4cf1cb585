/* Loads: describing the samples of a batch, and making each of them. load_finish.c makes the batch
 * of them. */
#include "data/load.h"

#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/status.h"

/* ---- describing ---- */

static void close_job(wick_context *context, wick__job *job)
{
    for (int i = 0; i < WICK__PARTS; i++)
        wick__parcel_release(job->part[i]);
    wick__free(context, job->path, job->path ? strlen(job->path) + 1 : 0);
    wick__free(context, job->message, job->message ? strlen(job->message) + 1 : 0);
}

wick_status wick__load_new(wick_context *context, int64_t room, uint64_t key, wick__load **load)
{
    size_t bytes;
    *load = NULL;
    if (room < 0 || !wick__bytes_fit(room, sizeof(wick__job), &bytes))
        return wick__fail(WICK_EVALUE, "loader: a batch of %lld samples is none", (long long)room);
    wick__load *l;
    wick_status status = wick__alloc(context, sizeof *l, (void **)&l);
    if (status)
        return status;
    *l = (wick__load){.context = context, .key = key, .room = room, .flat = true};
    status = wick__alloc(context, bytes, (void **)&l->job);
    if (status) {
        wick__free(context, l, sizeof *l);
        return status;
    }
    for (int i = 0; i < WICK__BOXES; i++)
        wick__stack_open(&l->stack[i], context, room);
    wick_context_retain(context);
    *load = l;
    return WICK_OK;
}

void wick__load_free(wick__load *load)
{
    if (!load)
        return;
    wick_context *context = load->context;
    for (int64_t i = 0; i < load->count; i++)
        close_job(context, &load->job[i]);
    for (int i = 0; i < WICK__BOXES; i++)
        wick__stack_close(&load->stack[i]);
    wick__free(context, load->job, (size_t)load->room * sizeof *load->job);
    wick__free(context, load, sizeof *load);
    wick_context_release(context);
}

static wick_status copy_text(wick_context *context, const char *text, char **copy)
{
    size_t bytes = strlen(text) + 1;
    wick_status status = wick__alloc(context, bytes, (void **)copy);
    if (!status)
        memcpy(*copy, text, bytes);
    return status;
}

wick_status wick__load_add(wick__load *load, int64_t index, uint64_t key, const char *path,
                           wick_tensor *const part[WICK__PARTS], bool flat)
{
    if (load->count == load->room)
        return wick__fail(WICK_EVALUE, "loader: the batch has its %lld samples",
                          (long long)load->room);
    wick__job *job = &load->job[load->count];
    *job = (wick__job){.index = index, .key = key, .stream = {key, 0}};
    wick_status status = path ? copy_text(load->context, path, &job->path) : WICK_OK;
    for (int i = 0; i < WICK__PARTS && !status; i++)
        status = wick__parcel_pack(load->context, part[i], &job->part[i]);
    if (status) {
        close_job(load->context, job);
        return status;
    }
    load->flat = load->flat && flat;
    load->count++;
    return WICK_OK;
}

/* ---- failing ---- */

/* Keeps the calling thread's message, behind what the sample is called. */
static void keep_failure(wick__load *load, wick__job *job, wick_status status)
{
    size_t length = job->path ? strlen(job->path) : 0;
    const char *message = wick_message();
    if (!job->path)
        wick__fail_in(status, "sample %lld: ", (long long)job->index + 1);
    else if (strncmp(message, job->path, length) != 0)
        wick__fail_in(status, "%s: ", job->path);
    job->status = status;
    if (copy_text(load->context, wick_message(), &job->message))
        job->status = WICK_ENOMEM;
}

/* ---- making ---- */

static wick_tensor **slot_of(wick__sample *sample, int part)
{
    wick_tensor **const slots[WICK__PARTS] = {&sample->image, &sample->mask, &sample->target,
                                              &sample->boxes};
    return slots[part];
}

/* The sample as it stands in the job's parcels and file. */
static wick_status open_sample(wick__job *job, const wick__maker *maker, wick__sample *sample)
{
    *sample = (wick__sample){.context = maker->context, .stream = job->stream, .host = maker->host};
    wick_status status = WICK_OK;
    for (int i = 0; i < WICK__PARTS && !status; i++)
        status = wick__parcel_open(&job->part[i], maker->context, slot_of(sample, i));
    if (!status && job->path && !sample->image)
        status = wick__decode_file(maker->context, job->path, &maker->decoding, &sample->image);
    return status;
}

/* Back into parcels, for another thread to go on with. */
static wick_status put_aside(wick__load *load, wick__job *job, wick__sample *sample)
{
    wick_status status = WICK_OK;
    job->stream = sample->stream;
    for (int i = 0; i < WICK__PARTS && !status; i++)
        status = wick__parcel_pack(load->context, *slot_of(sample, i), &job->part[i]);
    return status;
}

/* Into the job's row of the batch. */
static wick_status put_in_place(wick__load *load, wick__job *job, wick__sample *sample)
{
    wick_status status = WICK_OK;
    for (int i = 0; i < WICK__BOXES && !status; i++) {
        wick_tensor *tensor = *slot_of(sample, i);
        job->kind[i] = wick__kind_of(tensor);
        if (tensor)
            status = wick__stack_put(&load->stack[i], job - load->job, tensor);
    }
    if (!status)
        status = wick__parcel_pack(load->context, sample->boxes, &job->part[WICK__BOXES]);
    return status;
}

void wick__load_part(wick__load *load, wick__job *job, const wick__maker *maker, int first,
                     int last)
{
    const wick__pipeline *pipeline = maker->pipeline;
    bool whole = !pipeline || last == wick__pipeline_of_samples(pipeline);
    wick__sample sample;
    wick_status status = open_sample(job, maker, &sample);
    if (!status && pipeline)
        status = wick__pipeline_apply_part(pipeline, first, last, &sample);
    if (!status)
        status = whole ? put_in_place(load, job, &sample) : put_aside(load, job, &sample);
    wick__sample_close(&sample);
    if (status)
        keep_failure(load, job, status);
}

void wick__load_run(wick__load *load, int64_t job, const wick__maker *maker)
{
    int last = maker->pipeline ? wick__pipeline_threaded(maker->pipeline) : 0;
    wick__load_part(load, &load->job[job], maker, 0, last);
}
