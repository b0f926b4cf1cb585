/* Checking and working out a convolution's dimensions. */
#include "op/conv_dims.h"

#include <stdio.h>

wick_status wick__conv_read_options(const char *name, const wick_value *value, int axes,
                                    int64_t *stride, int64_t *pad, int64_t *dilation,
                                    int64_t *groups)
{
    static const int64_t ones[3] = {1, 1, 1}, zeros[3] = {0, 0, 0};
    wick_status status =
        wick__read_axes(name, "stride", value[WICK__STRIDE].sizes, axes, ones, 1, stride);
    if (!status)
        status = wick__read_axes(name, "pad", value[WICK__PAD].sizes, axes, zeros, 0, pad);
    if (!status)
        status =
            wick__read_axes(name, "dilation", value[WICK__DILATION].sizes, axes, ones, 1, dilation);
    *groups = value[WICK__GROUPS].integer;
    return status ? status : wick__check_number(name, "groups", *groups, 1);
}

wick_status wick__conv_read_weight(const char *name, const char *rows, const wick_sizes *weight,
                                   int64_t groups, int axes, int64_t *kernel, int64_t *channels)
{
    char text[WICK__SHAPE_TEXT];
    const int64_t *size = weight->v;
    if (weight->count != axes + 2)
        return wick__fail(WICK_ESHAPE,
                          "%s: the weight has %s dimensions, %s first and the kernel "
                          "last; got %s",
                          name, axes == 2 ? "four" : "five", rows,
                          wick__sizes_text(weight->count, size, text, sizeof text));
    if (size[0] % groups)
        return wick__fail(WICK_ESHAPE, "%s: %lld groups do not divide the %lld %s of weight %s",
                          name, (long long)groups, (long long)size[0], rows,
                          wick__sizes_text(weight->count, size, text, sizeof text));
    if (!wick__mul_fits(size[1], groups, channels))
        return wick__fail(WICK_ESHAPE,
                          "%s: %lld channels in each of %lld groups are too many to count", name,
                          (long long)size[1], (long long)groups);
    wick_status status =
        wick__read_axes(name, "the weight's kernel", NULL, axes, size + 2, 1, kernel);
    return status ? status : wick__check_countable(name, "weight", weight);
}

wick_status wick__conv_check_channels(const char *name, const wick_sizes *x,
                                      const wick_sizes *weight, int64_t groups, int axes,
                                      int64_t takes)
{
    char input[WICK__SHAPE_TEXT], text[WICK__SHAPE_TEXT], in_groups[40] = "";
    int dim = x->count - axes - 1;
    if (x->v[dim] == takes)
        return WICK_OK;
    wick__sizes_text(x->count, x->v, input, sizeof input);
    if (groups > 1)
        snprintf(in_groups, sizeof in_groups, " in %lld groups", (long long)groups);
    return wick__fail(WICK_ESHAPE,
                      "%s: input %s has %lld channels, weight %s takes %lld%s. Need input of "
                      "dimension %d and input.size[%d] == %lld but got input to be of shape: [%s]",
                      name, input, (long long)x->v[dim],
                      wick__sizes_text(weight->count, weight->v, text, sizeof text),
                      (long long)takes, in_groups, x->count, dim, (long long)takes, input);
}

static wick_status read_options(const char *name, const wick_value *value, wick__windows *w,
                                int64_t *groups)
{
    return wick__conv_read_options(name, value, 2, w->stride, w->pad, w->dilation, groups);
}

static void finish(const wick__windows *w, int64_t groups, const wick_sizes *weight,
                   const wick_sizes *image, wick__conv *c)
{
    c->weight = *weight;
    c->image = *image;
    c->output = wick__image_with(image, weight->v[0], w->out);
    c->d = (wick__conv_dims){.batch = image->count == 4 ? image->v[0] : 1,
                             .groups = groups,
                             .in_channels = wick__channels(image),
                             .out_channels = weight->v[0]};
    for (int i = 0; i < 2; i++) {
        c->d.in[i] = w->in[i];
        c->d.kernel[i] = w->kernel[i];
        c->d.stride[i] = w->stride[i];
        c->d.pad[i] = w->pad[i];
        c->d.dilation[i] = w->dilation[i];
        c->d.out[i] = w->out[i];
    }
}

wick_status wick__conv_read(const char *name, const wick_sizes *image, const wick_sizes *weight,
                            const wick_value *value, wick__conv *c)
{
    wick__windows w = {.up = false};
    int64_t groups, channels;
    wick_status status = read_options(name, value, &w, &groups);
    if (!status)
        status = wick__read_image(name, image, &w);
    if (!status)
        status = wick__conv_read_weight(name, "outputs", weight, groups, 2, w.kernel, &channels);
    if (!status)
        status = wick__conv_check_channels(name, image, weight, groups, 2, channels);
    if (!status)
        status = wick__count_places(name, image, weight->v[0], &w);
    if (!status)
        finish(&w, groups, weight, image, c);
    return status;
}

/* ---- transposed ---- */

/* The image that a convolution takes to w->out, with `more` pixels. */
static wick_status read_image_of(const char *name, const wick_sizes *output, int64_t channels,
                                 const int64_t more[2], wick__windows *w, wick_sizes *image)
{
    for (int i = 0; i < 2; i++) {
        int64_t reach = w->dilation[i] * (w->kernel[i] - 1) + 1 - 2 * w->pad[i] + more[i];
        if (more[i] >= w->stride[i])
            return wick__fail(WICK_EVALUE,
                              "%s: adj is %lld x %lld; it has to be smaller than the "
                              "stride, %lld x %lld",
                              name, (long long)more[0], (long long)more[1], (long long)w->stride[0],
                              (long long)w->stride[1]);
        if (!wick__mul_fits(w->out[i] - 1, w->stride[i], &w->in[i]) ||
            !wick__add_fits(w->in[i], reach, &w->in[i]))
            return wick__fail(WICK_ESHAPE, "%s: the output is too large to count", name);
    }
    *image = wick__image_with(output, channels, w->in);
    if (w->out[0] < 1 || w->out[1] < 1 || w->in[0] < 1 || w->in[1] < 1)
        return wick__fail(
            WICK_ESHAPE,
            "%s: Given input size: (%lld x %lld x %lld). Calculated output size: (%lld x %lld x "
            "%lld). Output size is too small",
            name, (long long)wick__channels(output), (long long)w->out[0], (long long)w->out[1],
            (long long)channels, (long long)w->in[0], (long long)w->in[1]);
    return wick__check_countable(name, "output", image);
}

wick_status wick__conv_read_transposed(const char *name, const wick_sizes *output,
                                       const wick_sizes *weight, const wick_value *value,
                                       wick__conv *c)
{
    wick__windows w = {.up = false};
    static const int64_t zeros[2] = {0, 0};
    int64_t groups, channels, more[2];
    wick_sizes image;
    wick_status status = read_options(name, value, &w, &groups);
    if (!status)
        status = wick__read_pair(name, "adj", value[WICK__CONV_OPTIONS].sizes, zeros, 0, more);
    if (!status)
        status = wick__read_image(name, output, &w);
    if (!status)
        status = wick__conv_read_weight(name, "inputs", weight, groups, 2, w.kernel, &channels);
    if (!status)
        status = wick__conv_check_channels(name, output, weight, groups, 2, weight->v[0]);
    w.out[0] = w.in[0];
    w.out[1] = w.in[1];
    if (!status)
        status = read_image_of(name, output, channels, more, &w, &image);
    if (!status)
        finish(&w, groups, weight, &image, c);
    return status;
}

wick_status wick__conv_check_bias(const char *name, const wick_tensor *bias, int64_t channels,
                                  const wick_sizes *weight)
{
    char text[WICK__SHAPE_TEXT];
    if (!bias || (bias->ndim == 1 && bias->size[0] == channels))
        return WICK_OK;
    return wick__fail(WICK_ESHAPE, "%s: bias %s does not fit weight %s, which has %lld outputs",
                      name, wick__shape(bias),
                      wick__sizes_text(weight->count, weight->v, text, sizeof text),
                      (long long)channels);
}
