/* The inner loops of the kernels on the channel-blocked layout that are bound by memory (blocked.h,
 * blocked_norm.h, blocked_pool.h, blocked_lrn.h), compiled for every instruction set, and the jobs
 * they are given. */
#ifndef WICK_KERNEL_BLOCKED_LOOPS_H
#define WICK_KERNEL_BLOCKED_LOOPS_H

#include "base/threads.h"
#include "kernel/blocked.h"
#include "kernel/blocked_norm.h"
#include "kernel/pooling.h"

enum {
    WICK__CHUNK = 64,     /* pixels whose streams stay in the nearest cache together */
    WICK__SEGMENT = 2048, /* the most pixels of an item where planes may be cut */
    WICK__LRN_TILE = 32   /* pixels of all channels that are normalised together */
};

/* Pixels of planes. An item is a segment of a block of an image. */
typedef struct wick__plane_job {
    int64_t channels, plane, segment; /* segment: pixels */
    wick__blocked from, to;
    const float *in; /* dense images */
    float *out;
    const wick__tail *tail;
    float *moments; /* or NULL */
} wick__plane_job;

/* Pixels [first, end) of a plane. */
typedef struct wick__piece {
    int64_t image, block, first, end;
} wick__piece;

static inline wick__piece wick__piece_of(const wick__plane_job *j, int64_t item)
{
    int64_t segments = (j->plane + j->segment - 1) / j->segment, blocks = wick__blocks(j->channels);
    int64_t first = item % segments * j->segment, end = first + j->segment;
    int64_t plane = item / segments;
    return (wick__piece){plane / blocks, plane % blocks, first, end < j->plane ? end : j->plane};
}

/* Pixel `pixel` of a block; NULL where there are no images. */
static inline float *wick__pixel(wick__blocked images, int64_t image, int64_t block, int64_t plane,
                                 int64_t pixel)
{
    if (!images.data)
        return NULL;
    return images.data + image * images.image + (block * plane + pixel) * WICK__LANES;
}

/* How many channels a block holds. */
static inline int64_t wick__lanes_of(int64_t channels, int64_t block)
{
    int64_t rest = channels - block * WICK__LANES;
    return rest < WICK__LANES ? rest : WICK__LANES;
}

/* Both passes of batch normalisation's backward. An item of the sums is a group of images at a
 * block, and writes 2 x 16 doubles: the sums of g, then those of g (x - mean). An item of the
 * second pass is a segment of a block of an image. */
typedef struct wick__norm_job {
    const wick__blocked_norm *n;
    wick__blocked gy, mask, masked; /* of this pass */
    const float *scale, *shift;     /* the tail to be asked for what counts, or NULL */
    int64_t group, segment;         /* images, pixels */
    double *sums;
    const float *mean, *factor, *share, *slope; /* by lane:
                                                   gx = factor (g - share - (x - mean) slope) */
} wick__norm_job;

/* An item is a row of a block of an image: of the output forwards, of the input backwards. */
typedef struct wick__pool_job {
    int64_t channels;
    wick__pool_dims d;
    wick__pool_divisor divisor;
    wick__blocked from, to;
    void *index;
    bool wide;                      /* the index has 4 bytes */
    int64_t whole_begin, whole_end; /* windows of a row with all columns inside the plane */
} wick__pool_job;

/* The part of a window that lies inside the plane, along one axis: taps [begin, end), the first of
 * which (inside or not) is at `start`. */
typedef struct wick__taps {
    int64_t start, begin, end;
} wick__taps;

static inline wick__taps wick__taps_of(const wick__pool_dims *d, int axis, int64_t i)
{
    int64_t step = d->dilation[axis], kernel = d->kernel[axis];
    wick__taps t = {i * d->stride[axis] - d->pad[axis], 0, kernel};
    if (t.start < 0)
        t.begin = (-t.start + step - 1) / step;
    if (t.start + (kernel - 1) * step >= d->in[axis])
        t.end = d->in[axis] > t.start ? (d->in[axis] - t.start + step - 1) / step : 0;
    return t;
}

/* An item is a tile of pixels of an image. */
typedef struct wick__lrn_job {
    int64_t channels, plane;
    int64_t before, after;            /* channels of the window beside this one */
    float factor, beta, k;            /* factor: alpha / size */
    wick__blocked x, scale, from, to; /* from: gy */
} wick__lrn_job;

typedef struct wick__blocked_loops {
    wick__part *from_dense, *to_dense, *apply, *moments; /* wick__plane_job */
    wick__part *global_average, *spread;                 /* wick__plane_job */
    wick__part *norm_sums, *norm_apply;                  /* wick__norm_job */
    wick__part *max_forward, *max_backward;              /* wick__pool_job */
    wick__part *average_forward, *average_backward;      /* wick__pool_job */
    wick__part *lrn_forward, *lrn_backward;              /* wick__lrn_job */
} wick__blocked_loops;

extern const wick__blocked_loops wick__blocked_loops_plain;
extern const wick__blocked_loops wick__blocked_loops_avx2;
extern const wick__blocked_loops wick__blocked_loops_avx512;

/* Those of this processor. */
const wick__blocked_loops *wick__blocked_loops_best(void);

/* wick__parallel for items that touch that many floats each: in parts of some 2^15. */
void wick__blocked_share(wick_context *context, int64_t items, int64_t floats, wick__part *part,
                         void *job);

#endif
