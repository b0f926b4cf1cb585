/* Pooling: windows along each axis, and loops over planes that are shared by plane. */
#include "kernel/pooling.h"

#include <math.h>
#include <string.h>

#include "base/threads.h"
#include "kernel/pooling_tap.h"

/* The most pixels of a window that rows of windows serve. */
enum { TAPS = 128 };

/* The part of a window that lies inside the plane, along one axis. */
typedef struct window {
    int64_t begin, end, step; /* end is exclusive */
    int64_t padded;           /* elements inside the padded plane */
} window;

typedef struct pooling pooling;
struct pooling {
    wick_dtype dtype;
    int64_t in[2], out[2], kernel[2], stride[2], pad[2], dilation[2];
    window (*window)(const pooling *, int axis, int64_t i);
    wick__pool_divisor divisor;
    int64_t whole_begin, whole_end; /* windows of a row with all columns inside; none if adaptive */
    const wick__pool_taps *taps;
    const void *source;
    void *target;
    int64_t *index;
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Window i of a pooling with kernel, stride, padding and dilation. */
static window sliding(const pooling *p, int axis, int64_t i)
{
    int64_t step = p->dilation[axis], begin = i * p->stride[axis] - p->pad[axis];
    int64_t end = begin + (p->kernel[axis] - 1) * step + 1;
    int64_t padded = least(end, p->in[axis] + p->pad[axis]) - begin;
    if (begin < 0)
        begin += (-begin + step - 1) / step * step;
    return (window){begin, least(end, p->in[axis]), step, padded};
}

/* The offsets of the pixels that the sliding windows inside row `h` share, from x on for window
 * whole_begin; 0 where they are too many or there are none. */
static int64_t taps_of(const pooling *p, const window *h, int32_t *offset)
{
    int64_t rows = h->begin < h->end ? (h->end - 1 - h->begin) / h->step + 1 : 0, taps = 0;
    if (p->whole_begin >= p->whole_end || rows * p->kernel[1] > TAPS)
        return 0;
    for (int64_t i = h->begin; i < h->end; i += h->step)
        for (int64_t s = 0; s < p->kernel[1]; s++)
            offset[taps++] = (int32_t)(i * p->in[1] + p->whole_begin * p->stride[1] - p->pad[1] +
                                       s * p->dilation[1]);
    return taps;
}

/* Window i of an adaptive pooling. */
static window adaptive(const pooling *p, int axis, int64_t i)
{
    int64_t in = p->in[axis], out = p->out[axis];
    int64_t begin = i * in / out, end = ((i + 1) * in + out - 1) / out;
    return (window){begin, end, 1, end - begin};
}

/* What a window's sum is divided by; 1 where there is nothing to divide. */
static double divisor_of(const pooling *p, const window *h, const window *v)
{
    bool empty = h->end <= h->begin || v->end <= v->begin;
    if (p->divisor == WICK__DIVIDE_NONE || empty)
        return 1;
    if (p->divisor == WICK__DIVIDE_PADDED)
        return (double)h->padded * (double)v->padded;
    return (double)(h->end - h->begin) * (double)(v->end - v->begin);
}

#define EACH "kernel/pooling.inc"
#include "kernel/each_real.h"

#define PARTS(name)                                                                                \
    static void name##_part(void *job, int64_t begin, int64_t end)                                 \
    {                                                                                              \
        const pooling *p = job;                                                                    \
        if (p->dtype == WICK_FLOAT64)                                                              \
            name##_double(p, begin, end);                                                          \
        else                                                                                       \
            name##_float(p, begin, end);                                                           \
    }
PARTS(max_planes)
PARTS(max_planes_backward)
PARTS(average_planes)
PARTS(average_planes_backward)

/* Parts of some 2^14 window elements. */
static void share(wick_context *context, int64_t planes, wick__part *part, pooling *p)
{
    int64_t work = p->in[0] * p->in[1] + p->out[0] * p->out[1] * 4;
    wick__parallel(context, planes, (1 << 14) / (work + 1) + 1, part, p);
}

/* Finds the windows of a row that need no clipping. */
static void find_whole(pooling *p)
{
    int64_t stride = p->stride[1], out = p->out[1];
    int64_t last = p->in[1] - 1 - (p->kernel[1] - 1) * p->dilation[1] + p->pad[1];
    if (last < 0 || p->in[0] * p->in[1] > INT32_MAX)
        return;
    p->whole_begin = least((p->pad[1] + stride - 1) / stride, out);
    p->whole_end = least(last / stride + 1, out);
}

static pooling sliding_pooling(wick_dtype dtype, const wick__pool_dims *d, bool dilated,
                               const void *source, void *target, int64_t *index)
{
    pooling p = {.dtype = dtype,
                 .window = sliding,
                 .taps = wick__pool_taps_for(dtype),
                 .source = source,
                 .target = target,
                 .index = index};
    for (int i = 0; i < 2; i++) {
        p.in[i] = d->in[i], p.out[i] = d->out[i];
        p.kernel[i] = d->kernel[i], p.stride[i] = d->stride[i], p.pad[i] = d->pad[i];
        p.dilation[i] = dilated ? d->dilation[i] : 1;
    }
    find_whole(&p);
    return p;
}

static pooling adaptive_pooling(wick_dtype dtype, const int64_t in[2], const int64_t out[2],
                                const void *source, void *target, int64_t *index)
{
    return (pooling){.dtype = dtype,
                     .window = adaptive,
                     .in = {in[0], in[1]},
                     .out = {out[0], out[1]},
                     .divisor = WICK__DIVIDE_INSIDE,
                     .source = source,
                     .target = target,
                     .index = index};
}

void wick__max_pool_forward(wick_context *context, wick_dtype dtype, const wick__pool_dims *d,
                            const void *x, void *y, int64_t *index)
{
    pooling p = sliding_pooling(dtype, d, true, x, y, index);
    share(context, d->planes, max_planes_part, &p);
}

void wick__max_pool_backward(wick_context *context, wick_dtype dtype, int64_t planes,
                             int64_t in_plane, int64_t out_plane, const void *gy,
                             const int64_t *index, void *gx)
{
    pooling p = {.dtype = dtype,
                 .in = {1, in_plane},
                 .out = {1, out_plane},
                 .source = gy,
                 .target = gx,
                 .index = (int64_t *)index};
    share(context, planes, max_planes_backward_part, &p);
}

void wick__average_pool_forward(wick_context *context, wick_dtype dtype, const wick__pool_dims *d,
                                wick__pool_divisor divisor, const void *x, void *y)
{
    pooling p = sliding_pooling(dtype, d, false, x, y, NULL);
    p.divisor = divisor;
    share(context, d->planes, average_planes_part, &p);
}

void wick__average_pool_backward(wick_context *context, wick_dtype dtype, const wick__pool_dims *d,
                                 wick__pool_divisor divisor, const void *gy, void *gx)
{
    pooling p = sliding_pooling(dtype, d, false, gy, gx, NULL);
    p.divisor = divisor;
    share(context, d->planes, average_planes_backward_part, &p);
}

void wick__adaptive_max_pool_forward(wick_context *context, wick_dtype dtype, int64_t planes,
                                     const int64_t in[2], const int64_t out[2], const void *x,
                                     void *y, int64_t *index)
{
    pooling p = adaptive_pooling(dtype, in, out, x, y, index);
    share(context, planes, max_planes_part, &p);
}

void wick__adaptive_average_pool_forward(wick_context *context, wick_dtype dtype, int64_t planes,
                                         const int64_t in[2], const int64_t out[2], const void *x,
                                         void *y)
{
    pooling p = adaptive_pooling(dtype, in, out, x, y, NULL);
    share(context, planes, average_planes_part, &p);
}

void wick__adaptive_average_pool_backward(wick_context *context, wick_dtype dtype, int64_t planes,
                                          const int64_t in[2], const int64_t out[2], const void *gy,
                                          void *gx)
{
    pooling p = adaptive_pooling(dtype, in, out, gy, gx, NULL);
    share(context, planes, average_planes_backward_part, &p);
}
