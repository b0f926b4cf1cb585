/* Checking and working out a pooling of volumes, and its two poolings of images. */
#include "op/pool3d_dims.h"

#include <string.h>

static wick_status check_pad(const char *name, const wick__volume *v)
{
    bool fits = true;
    for (int i = 0; i < 3; i++)
        fits = fits && v->pad[i] <= v->kernel[i] / 2;
    if (fits)
        return WICK_OK;
    return wick__fail(WICK_EVALUE,
                      "%s: pad should be smaller than half of kernel size, but pad is "
                      "%lld x %lld x %lld and the kernel %lld x %lld x %lld",
                      name, (long long)v->pad[0], (long long)v->pad[1], (long long)v->pad[2],
                      (long long)v->kernel[0], (long long)v->kernel[1], (long long)v->kernel[2]);
}

wick_status wick__pool3d_read(const char *name, const wick_sizes *shape, const wick_value *value,
                              const wick_sizes *dilation, bool up, wick__pool3d *p)
{
    static const int64_t ones[3] = {1, 1, 1}, zeros[3] = {0, 0, 0};
    wick__volume *v = &p->v;
    *p = (wick__pool3d){.v.up = up, .volume = *shape};
    wick_status status =
        wick__read_triple(name, "kernel", value[WICK__POOL_KERNEL].sizes, zeros, 1, v->kernel);
    if (!status)
        status = wick__read_triple(name, "stride", value[WICK__POOL_STRIDE].sizes, v->kernel, 1,
                                   v->stride);
    if (!status)
        status = wick__read_triple(name, "pad", value[WICK__POOL_PAD].sizes, zeros, 0, v->pad);
    if (!status)
        status = wick__read_triple(name, "dilation", dilation, ones, 1, v->dilation);
    if (!status)
        status = check_pad(name, v);
    if (!status)
        status = wick__read_volume(name, shape, v);
    if (!status)
        status = wick__count_volume_places(name, shape, v->channels, v);
    if (!status)
        p->output = wick__volume_with(shape, v->channels, v->out);
    return status;
}

wick_sizes wick__pool3d_frames(const wick__volume *v, const int64_t sides[2])
{
    return (wick_sizes){4, {v->batch * v->channels, v->in[0], sides[0], sides[1]}};
}

wick_sizes wick__pool3d_columns(const wick__volume *v, int64_t depth)
{
    return (wick_sizes){3, {v->batch * v->channels, depth, v->out[1] * v->out[2]}};
}

void wick__pool3d_fill(const wick__volume *v, bool columns, wick__pool3d_options *o)
{
    const int64_t *from[] = {v->kernel, v->stride, v->pad, v->dilation};
    memset(o, 0, sizeof *o);
    for (int i = 0; i < 4; i++) {
        const int64_t *triple = from[i];
        o->size[i] = columns ? (wick_sizes){2, {triple[0], i == WICK__POOL_PAD ? 0 : 1}}
                             : (wick_sizes){2, {triple[1], triple[2]}};
        o->value[i].sizes = &o->size[i];
    }
}
