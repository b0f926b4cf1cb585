/* What a pipeline works on: one sample, and a batch made of samples. Tensors are owned; a stage
 * puts new ones in their place and never writes to those it found, which may be a data set's. */
#ifndef WICK_DATA_SAMPLE_H
#define WICK_DATA_SAMPLE_H

#include "data/stream.h"
#include "wick.h"

typedef struct wick__sample {
    wick_context *context; /* lent; that of the tensors, used by one thread at a time */
    wick_tensor *image;    /* channels x height x width, uint8 (0 to 255) or float32 (0 to 1) */
    wick_tensor *mask;     /* height x width as the image, of one of its types; NULL: none */
    wick_tensor *boxes;    /* n x 4, float32: left, top, right, bottom in pixels; NULL: none */
    wick_tensor *target;   /* anything; stages of images pass it on; NULL: none */
    wick__stream stream;
    void *host; /* lent: what stages that call back find, such as the worker's own Lua state */
} wick__sample;

typedef struct wick__batch {
    wick_context *context; /* as a sample's */
    wick_tensor *images;   /* n x channels x height x width */
    wick_tensor *targets;  /* n classes counted from 1 (int64), or n x classes shares (float32) */
    wick__stream stream;
} wick__batch;

/* The key of a sample's stream: the same whichever worker makes it, another for every epoch and
 * index. A batch takes its own from a negative index: -1 - number of the batch. */
uint64_t wick__sample_seed(uint64_t seed, int64_t epoch, int64_t index);

/* Fails with WICK_ESHAPE or WICK_EDTYPE when the tensors are not as described. A mask may be of
 * int32 or int64 too; boxes without an element are none. */
wick_status wick__sample_check(const wick__sample *sample);
/* The same of a batch, whose images are float32. */
wick_status wick__batch_check(const wick__batch *batch);
/* Gives the sample row-major tensors in memory that nobody else sees. */
wick_status wick__sample_settle(wick__sample *sample);
/* Releases what the slot holds and puts `made` there. */
void wick__replace(wick_tensor **slot, wick_tensor *made);
/* Releases the tensors. */
void wick__sample_close(wick__sample *sample);
void wick__batch_close(wick__batch *batch);

#endif
