/* Checking and working out the dimensions of a convolution of volumes. */
#include "op/conv3d_dims.h"

static const int64_t ones[3] = {1, 1, 1}, zeros[3] = {0, 0, 0};

static wick_status read_options(const char *name, const wick_value *value, wick__conv3d *c)
{
    wick__volume *v = &c->v;
    wick_status status =
        wick__read_triple(name, "stride", value[WICK__STRIDE].sizes, ones, 1, v->stride);
    if (!status)
        status = wick__read_triple(name, "pad", value[WICK__PAD].sizes, zeros, 0, v->pad);
    if (!status)
        status =
            wick__read_triple(name, "dilation", value[WICK__DILATION].sizes, ones, 1, v->dilation);
    c->groups = value[WICK__GROUPS].integer;
    return status ? status : wick__check_number(name, "groups", c->groups, 1);
}

/* `rows`: what the weight's first dimension counts. *channels = those of all groups together. */
static wick_status read_weight(const char *name, const char *rows, const wick_sizes *weight,
                               wick__conv3d *c, int64_t *channels)
{
    char text[WICK__SHAPE_TEXT];
    const int64_t *size = weight->v;
    wick__sizes_text(weight->count, size, text, sizeof text);
    c->weight = *weight;
    if (weight->count != 5)
        return wick__fail(WICK_ESHAPE,
                          "%s: the weight has five dimensions, %s first and the kernel "
                          "last; got %s",
                          name, rows, text);
    if (size[0] % c->groups || !wick__mul_fits(size[1], c->groups, channels))
        return wick__fail(WICK_ESHAPE, "%s: %lld groups do not divide the %lld %s of weight %s",
                          name, (long long)c->groups, (long long)size[0], rows, text);
    wick_status status =
        wick__read_triple(name, "the weight's kernel", NULL, size + 2, 1, c->v.kernel);
    return status ? status : wick__check_countable(name, "weight", weight);
}

static wick_status check_channels(const char *name, const wick_sizes *x, const wick_sizes *weight,
                                  int64_t has, int64_t takes)
{
    char input[WICK__SHAPE_TEXT], text[WICK__SHAPE_TEXT];
    if (has == takes)
        return WICK_OK;
    wick__sizes_text(x->count, x->v, input, sizeof input);
    return wick__fail(WICK_ESHAPE,
                      "%s: input %s has %lld channels, weight %s takes %lld. Need input of "
                      "dimension %d and input.size[%d] == %lld but got input to be of shape: [%s]",
                      name, input, (long long)has,
                      wick__sizes_text(weight->count, weight->v, text, sizeof text),
                      (long long)takes, x->count, x->count - 4, (long long)takes, input);
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
    *c = (wick__conv3d){.volume = *volume, .out_channels = weight->v[0]};
    wick_status status = read_options(name, value, c);
    if (!status)
        status = wick__read_volume(name, volume, &c->v);
    if (!status)
        status = read_weight(name, "outputs", weight, c, &channels);
    if (!status)
        status = check_channels(name, volume, weight, c->v.channels, channels);
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
    int64_t channels, more[3];
    *c = (wick__conv3d){.output = *output, .out_channels = weight->v[0]};
    wick__volume *v = &c->v;
    wick_status status = read_options(name, value, c);
    if (!status)
        status = wick__read_triple(name, "adj", value[WICK__CONV_OPTIONS].sizes, zeros, 0, more);
    if (!status)
        status = wick__read_volume(name, output, v);
    if (!status)
        status = read_weight(name, "inputs", weight, c, &channels);
    if (!status)
        status = check_channels(name, output, weight, v->channels, c->out_channels);
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
