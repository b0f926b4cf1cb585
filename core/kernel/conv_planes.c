/* Scratch planes of direct convolution: their geometry, memory and filling. */
#include "kernel/conv_planes.h"

#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/status.h"
#include "base/threads.h"
#include "kernel/conv_tile.h"

/* Bytes laid out at once: what the shared cache holds beside everything else. */
enum { CHUNK_BYTES = 8 << 20 };

typedef struct range {
    int64_t begin, end;
} range;

/* Where the source's part of an axis without stride begins and ends in the plane. */
static range inside(const wick__plane_axis *a)
{
    int64_t begin = a->pad < 0 ? 0 : a->pad < a->size ? a->pad : a->size;
    int64_t end = a->in + a->pad < a->size ? a->in + a->pad : a->size;
    return (range){begin, end < begin ? begin : end};
}

#define EACH "kernel/conv_planes.inc"
#include "kernel/each_real.h"

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

int64_t wick__plane_phases(int64_t kernel, int64_t stride, int64_t dilation)
{
    int64_t period = stride / common_divisor(stride, dilation);
    return kernel < period ? kernel : period;
}

wick__planes wick__input_planes(const wick__conv_dims *d)
{
    wick__planes p = {.channels = d->in_channels, .plane = 1};
    for (int i = 0; i < 2; i++) {
        int64_t reach = (d->kernel[i] - 1) * d->dilation[i];
        p.axis[i] = (wick__plane_axis){
            .in = d->in[i],
            .stride = d->stride[i],
            .dilation = d->dilation[i],
            .pad = d->pad[i],
            .phases = wick__plane_phases(d->kernel[i], d->stride[i], d->dilation[i]),
            .size = d->out[i] + reach / d->stride[i]};
        p.plane *= p.axis[i].phases * p.axis[i].size;
    }
    return p;
}

int64_t wick__input_tap(const wick__planes *p, int64_t row, int64_t column)
{
    const wick__plane_axis *h = &p->axis[0], *v = &p->axis[1];
    int64_t phase = row % h->phases * v->phases + column % v->phases;
    return (phase * h->size + row * h->dilation / h->stride) * v->size +
           column * v->dilation / v->stride;
}

static size_t element(wick_dtype dtype)
{
    return dtype == WICK_FLOAT64 ? sizeof(double) : sizeof(float);
}

int64_t wick__planes_images(const wick__planes *p, wick_dtype dtype, int64_t batch)
{
    double bytes = (double)p->plane * (double)p->channels * (double)element(dtype);
    double images = CHUNK_BYTES / (bytes + 1);
    return images < 1 ? 1 : images < (double)batch ? (int64_t)images : batch;
}

wick_status wick__conv_planes_open(wick_context *context, wick_dtype dtype, int64_t images,
                                   wick__planes *p)
{
    int64_t count;
    void *data;
    if (!wick__count_fits(3, (int64_t[]){images, p->channels, p->plane}, &count) ||
        !wick__add_fits(count, WICK__SLACK, &count) ||
        !wick__bytes_fit(count, element(dtype), &p->bytes))
        return wick__fail(WICK_ENOMEM, "convolution: its padded input is too large to count");
    wick_status status = wick__alloc(context, p->bytes, &data);
    p->data = data;
    if (status == WICK_OK) {
        size_t slack = WICK__SLACK * element(dtype);
        memset((char *)data + p->bytes - slack, 0, slack);
    }
    return status;
}

void wick__conv_planes_close(wick_context *context, wick__planes *p)
{
    wick__free(context, p->data, p->bytes);
    p->data = NULL;
}

typedef struct filling {
    const wick__planes *planes;
    wick_dtype dtype;
    const char *source;
} filling;

static void fill_part(void *job, int64_t begin, int64_t end)
{
    const filling *f = job;
    const wick__planes *p = f->planes;
    int64_t size = (int64_t)element(f->dtype), image = p->axis[0].in * p->axis[1].in;
    for (int64_t i = begin; i < end; i++) {
        const char *source = f->source + i * image * size;
        char *target = (char *)p->data + i * p->plane * size;
        if (f->dtype == WICK_FLOAT64)
            lay_plane_double(p, source, target);
        else
            lay_plane_float(p, source, target);
    }
}

void wick__planes_fill(wick_context *context, wick_dtype dtype, int64_t images, const void *source,
                       wick__planes *p)
{
    filling f = {p, dtype, source};
    int64_t grain = (1 << 15) / (p->plane + 1) + 1;
    wick__parallel(context, images * p->channels, grain, fill_part, &f);
}
