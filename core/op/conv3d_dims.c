/* Checking and working out the dimensions of a convolution of volumes. */
#include "op/conv3d_dims.h"

static wick_status read_options(const char *name, const wick_value *value, wick__conv3d *c)
{
    wick__volume *v = &c->v;
    return wick__conv_read_options(name, value, 3, v->stride, v->pad, v->dilation, &c->groups);
}

/* Checks the weight, and that x has as many channels as it takes; *channels = those of the weight's
 * second dimension. A transposed convolution takes what its first counts. */
static wick_status read_weight(const char *name, const wick_sizes *x, bool transposed,
                               wick__conv3d *c, int64_t *channels)
{
    const char *rows = transposed ? "inputs" : "outputs";
    wick_status status =
        wick__conv_read_weight(name, rows, &c->weight, c->groups, 3, c->v.kernel, channels);
    if (status)
        return status;
    int64_t takes = transposed ? c->out_channels : *channels;
    return wick__conv_check_channels(name, x, &c->weight, c->groups, 3, takes);
}

wick_sizes wick__frames_shape(const wick__conv3d *c)
{
    const wick__volume *v = &c->v;
    return (wick_sizes){4, {v->batch * v->out[0], v->channels * v->kernel[0], v->in[1], v->in[2]}};
}

/* Volume and output can be counted, so that their parts can be. */
static wick_status check_frames(const char *name, const wick__conv3d *c)
{
    const wick__volume *v = &c->v;
    int64_t channels;
    wick_sizes frames = wick__frames_shape(c);
    if (wick__mul_fits(v->channels, v->kernel[0], &channels))
        return wick__check_countable(name, "the input of every window,", &frames);
    return wick__fail(WICK_ESHAPE, "%s: %lld channels and a depth of %lld are too many to count",
                      name, (long long)v->channels, (long long)v->kernel[0]);
}

/* Where windows see one place of depth and height, frames one below the other are an image. */
static void join_frames(wick__volume *v)
{
    for (int i = 0; i < 2; i++)
        if (v->kernel[i] > 1 || v->stride[i] > 1 || v->pad[i] > 0)
            return;
    v->in[1] *= v->in[0];
    v->out[1] *= v->out[0];
    v->in[0] = v->out[0] = 1;
}

/* The last step of reading. */
static wick_status finish(const char *name, wick__conv3d *c)
{
    join_frames(&c->v);
    return check_frames(name, c);
}

wick_status wick__conv3d_read(const char *name, const wick_sizes *volume, const wick_sizes *weight,
                              const wick_value *value, wick__conv3d *c)
{
    int64_t channels;
    *c = (wick__conv3d){.volume = *volume, .weight = *weight, .out_channels = weight->v[0]};
    wick_status status = read_options(name, value, c);
    if (!status)
        status = wick__read_volume(name, volume, &c->v);
    if (!status)
        status = read_weight(name, volume, false, c, &channels);
    if (!status)
        status = wick__count_volume_places(name, volume, c->out_channels, &c->v);
    if (!status)
        c->output = wick__volume_with(volume, c->out_channels, c->v.out);
    return status ? status : finish(name, c);
}

/* ---- transposed ---- */

/* v->in of the volume that a convolution takes to v->out, with `more` places. */
static wick_status count_sides(const char *name, const int64_t more[3], int64_t channels,
                               wick__conv3d *c)
{
    wick__volume *v = &c->v;
    for (int i = 0; i < 3; i++) {
        int64_t reach = v->dilation[i] * (v->kernel[i] - 1) + 1 - 2 * v->pad[i] + more[i];
        if (more[i] >= v->stride[i])
            return wick__fail(WICK_EVALUE,
                              "%s: adj is %lld x %lld x %lld; it has to be smaller than the "
                              "stride, %lld x %lld x %lld",
                              name, (long long)more[0], (long long)more[1], (long long)more[2],
                              (long long)v->stride[0], (long long)v->stride[1],
                              (long long)v->stride[2]);
        if (!wick__mul_fits(v->out[i] - 1, v->stride[i], &v->in[i]) ||
            !wick__add_fits(v->in[i], reach, &v->in[i]))
            return wick__fail(WICK_ESHAPE, "%s: the output is too large to count", name);
    }
    for (int i = 0; i < 3; i++)
        if (v->out[i] < 1 || v->in[i] < 1)
            return wick__fail_small_volume(name, c->out_channels, v->out, channels, v->in);
    return WICK_OK;
}

wick_status wick__conv3d_read_transposed(const char *name, const wick_sizes *output,
                                         const wick_sizes *weight, const wick_value *value,
                                         wick__conv3d *c)
{
    static const int64_t zeros[3] = {0, 0, 0};
    int64_t channels, more[3];
    *c = (wick__conv3d){.output = *output, .weight = *weight, .out_channels = weight->v[0]};
    wick__volume *v = &c->v;
    wick_status status = read_options(name, value, c);
    if (!status)
        status = wick__read_triple(name, "adj", value[WICK__CONV_OPTIONS].sizes, zeros, 0, more);
    if (!status)
        status = wick__read_volume(name, output, v);
    if (!status)
        status = read_weight(name, output, true, c, &channels);
    for (int i = 0; i < 3; i++)
        v->out[i] = v->in[i];
    if (!status)
        status = count_sides(name, more, channels, c);
    if (status)
        return status;
    v->channels = channels;
    c->volume = wick__volume_with(output, channels, v->in);
    status = wick__check_countable(name, "output", &c->volume);
    return status ? status : finish(name, c);
}
