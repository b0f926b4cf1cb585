/* Loads: the samples of a batch on their way from files or tensors, through a pipeline, into one
 * tensor. Whoever wants the batch, the consumer, describes each sample as a job; the jobs are run
 * by any threads in any order; the consumer finishes the load. */
#ifndef WICK_DATA_LOAD_H
#define WICK_DATA_LOAD_H

#include "data/decode.h"
#include "data/parcel.h"
#include "data/pipeline.h"

/* The tensors of a sample. Those before WICK__BOXES are stacked, which boxes cannot be, as images
 * have different numbers of them. */
typedef enum wick__part {
    WICK__IMAGE,
    WICK__MASK,
    WICK__TARGET,
    WICK__BOXES,
    WICK__PARTS
} wick__part;

/* Who makes samples: a worker, or the consumer. */
typedef struct wick__maker {
    wick_context *context;          /* of the samples that it makes; used by one thread at a time */
    const wick__pipeline *pipeline; /* NULL: samples stay as they are */
    wick__decoding decoding;
    void *host; /* of the samples */
} wick__maker;

/* A sample that is to be made. */
typedef struct wick__job {
    int64_t index;                   /* in the data set, from 0 */
    uint64_t key;                    /* of the sample's stream */
    char *path;                      /* a file with the image; NULL: the image is given */
    wick__parcel *part[WICK__PARTS]; /* what is given; in the end the boxes, and all that waits for
                                        stages on the consumer's thread */
    wick__kind kind[WICK__BOXES];    /* of what was stacked */
    wick__stream stream;             /* as the stages so far left it */
    wick_status status;
    char *message; /* why there is no sample; NULL: there is */
} wick__job;

typedef struct wick__load {
    wick_context *context; /* the consumer's, retained */
    uint64_t key;          /* of the stages of batches */
    int64_t room, count;   /* of jobs */
    int64_t begun, done;   /* jobs; kept by the loader under its lock */
    bool flat;             /* targets are numbers, one a sample */
    wick__job *job;
    wick__stack stack[WICK__BOXES];
    struct wick__load *next; /* in the loader's queue */
} wick__load;

/* What a load comes to: tensors of the consumer's context; NULL where samples have no such part. */
typedef struct wick__loaded {
    int64_t count; /* samples */
    wick_tensor *part[WICK__BOXES];
} wick__loaded;

/* A load for at most `room` samples, in memory of the consumer's context. */
wick_status wick__load_new(wick_context *context, int64_t room, uint64_t key, wick__load **load);
void wick__load_free(wick__load *load); /* NULL is fine */

/* Describes the next sample by copies of what is given: `path` or part[WICK__IMAGE], and what else
 * there is. `flat`: the target is a number, a tensor of one element. */
wick_status wick__load_add(wick__load *load, int64_t index, uint64_t key, const char *path,
                           wick_tensor *const part[WICK__PARTS], bool flat);

/* Makes a sample as far as any thread may. What fails is kept in the job. Different jobs may run at
 * the same time, with different makers. */
void wick__load_run(wick__load *load, int64_t job, const wick__maker *maker);
/* The stages in [first, last) of a job that has come to the first; failures are kept, too. */
void wick__load_part(wick__load *load, wick__job *job, const wick__maker *maker, int first,
                     int last);

/* On the consumer's thread when all jobs have run: the stages that only it may apply, then the
 * stages of batches. Samples that failed are left out; their jobs tell why. Fails when samples do
 * not fit together, and for what no other sample would do better: memory, interruption. */
wick_status wick__load_finish(wick__load *load, const wick__maker *consumer, wick__loaded *loaded);
/* The boxes of a job, as a tensor of the consumer's context; NULL when it has none. */
wick_status wick__load_boxes(wick__load *load, int64_t job, wick_tensor **boxes);
void wick__loaded_close(wick__loaded *loaded);

#endif
