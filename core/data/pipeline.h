/* A pipeline is a list of stages, each a kind (stage.h) with the values of its arguments. It is
 * built once, by name, and does not change after that: any number of threads may apply it at the
 * same time, each to samples of its own context. */
#ifndef WICK_DATA_PIPELINE_H
#define WICK_DATA_PIPELINE_H

#include "data/sample.h"

typedef struct wick__pipeline wick__pipeline;

/* ---- building ---- */

/* An empty pipeline with one reference, in memory of the context, which it retains. */
wick_status wick__pipeline_new(wick_context *context, wick__pipeline **pipeline);
void wick__pipeline_retain(wick__pipeline *pipeline);
/* The last reference frees the pipeline; NULL is fine. */
void wick__pipeline_release(wick__pipeline *pipeline);

typedef enum wick__given_kind {
    WICK__GIVEN_NUMBERS, /* one, or a list */
    WICK__GIVEN_BOOLEAN,
    WICK__GIVEN_WORD,
    WICK__GIVEN_STAGES
} wick__given_kind;

/* A value for an argument of a stage as the user wrote it. */
typedef struct wick__given {
    const char *name;
    wick__given_kind kind;
    int count;            /* of numbers */
    const double *number; /* of a boolean, 0 or 1 */
    const char *word;
    wick__pipeline *stages; /* retained */
} wick__given;

/* Appends the stage `name`, its arguments from `given`, the others with their defaults. Fails with
 * WICK_EVALUE for an unknown stage or argument, a value of the wrong kind or out of range, an
 * argument that must be given and is not, and a stage of samples behind one of batches; the
 * pipeline is as before then. */
wick_status wick__pipeline_add(wick__pipeline *pipeline, const char *name, int count,
                               const wick__given *given);

/* Works on a sample in the host's way. Called from whichever threads apply the pipeline. */
typedef wick_status wick__stage_call(void *data, wick__sample *sample);

/* Sets the message of a call that failed and returns WICK_ECALLBACK. */
wick_status wick__stage_failed(const char *text);

/* Appends a stage that calls back. `label` is its name in messages and lists (copied); `data` is
 * given to `release` (may be NULL) with the pipeline's end, or now if appending fails.
 * `here_only`: it may be called on the thread that built the pipeline alone. */
wick_status wick__pipeline_add_call(wick__pipeline *pipeline, const char *label, bool here_only,
                                    wick__stage_call *call, void *data, void (*release)(void *));

/* ---- looking ---- */

/* The number of stages. */
int wick__pipeline_count(const wick__pipeline *pipeline);
/* How many of them, from the first on, any thread may apply: those before the first here_only one
 * and before the first of batches. */
int wick__pipeline_threaded(const wick__pipeline *pipeline);
/* Whether some of those call back, so that threads want what the calls find in a sample's host. */
bool wick__pipeline_calls_back(const wick__pipeline *pipeline);
/* How many of them work on samples; the others, which come behind, work on batches. */
int wick__pipeline_of_samples(const wick__pipeline *pipeline);
/* Whether a stage works on batches: the images are stacked before it. */
bool wick__pipeline_has_batch_stages(const wick__pipeline *pipeline);

/* ---- applying ---- */

/* Applies all stages of samples, in order. On failure the message begins with the stage's place
 * and name, and the sample is as some stage left it, to be closed. */
wick_status wick__pipeline_apply(const wick__pipeline *pipeline, wick__sample *sample);
/* Applies the stages of samples in [first, last), counted from 0, so that one thread can begin what
 * another ends. */
wick_status wick__pipeline_apply_part(const wick__pipeline *pipeline, int first, int last,
                                      wick__sample *sample);
/* Applies the stages of batches. */
wick_status wick__pipeline_apply_batch(const wick__pipeline *pipeline, wick__batch *batch);

#endif
