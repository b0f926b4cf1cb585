/* Reading and checking windows over volumes. */
#include "op/volume.h"

#include <string.h>

wick_status wick__read_triple(const char *name, const char *option, const wick_sizes *given,
                              const int64_t fallback[3], int64_t least, int64_t triple[3])
{
    return wick__read_axes(name, option, given, 3, fallback, least, triple);
}

wick_status wick__read_volume(const char *name, const wick_sizes *shape, wick__volume *v)
{
    char text[WICK__SHAPE_TEXT];
    const int64_t *size = shape->v;
    if (shape->count != 4 && shape->count != 5)
        return wick__fail(WICK_ESHAPE,
                          "%s: 4D or 5D (batch mode) tensor expected for input, but got: [%s]; "
                          "volumes are C x T x H x W or N x C x T x H x W",
                          name, wick__sizes_text(shape->count, size, text, sizeof text));
    v->batch = shape->count == 5 ? *size++ : 1;
    v->channels = *size++;
    memcpy(v->in, size, sizeof v->in);
    return wick__check_countable(name, "input", shape);
}

wick_status wick__fail_small_volume(const char *name, int64_t in_channels, const int64_t in[3],
                                    int64_t out_channels, const int64_t out[3])
{
    return wick__fail(WICK_ESHAPE,
                      "%s: Given input size: (%lldx%lldx%lldx%lld). Calculated output size: "
                      "(%lldx%lldx%lldx%lld). Output size is too small",
                      name, (long long)in_channels, (long long)in[0], (long long)in[1],
                      (long long)in[2], (long long)out_channels, (long long)out[0],
                      (long long)out[1], (long long)out[2]);
}

wick_status wick__count_volume_places(const char *name, const wick_sizes *shape, int64_t channels,
                                      wick__volume *v)
{
    for (int i = 0; i < 3; i++)
        v->out[i] =
            wick__places(v->in[i], v->kernel[i], v->stride[i], v->pad[i], v->dilation[i], v->up);
    if (v->out[0] < 1 || v->out[1] < 1 || v->out[2] < 1)
        return wick__fail_small_volume(name, v->channels, v->in, channels, v->out);
    wick_sizes output = wick__volume_with(shape, channels, v->out);
    return wick__check_countable(name, "output", &output);
}

wick_sizes wick__volume_with(const wick_sizes *shape, int64_t channels, const int64_t sides[3])
{
    wick_sizes result = *shape;
    result.v[result.count - 4] = channels;
    memcpy(result.v + result.count - 3, sides, 3 * sizeof *sides);
    return result;
}

wick_tensor *wick__volumes(wick__scope *s, wick_tensor *t)
{
    wick_tensor *seen = NULL;
    int64_t size[5] = {1}, stride[5] = {0};
    if (s->status || !t)
        return NULL;
    memcpy(size + 5 - t->ndim, t->size, sizeof *size * (size_t)t->ndim);
    memcpy(stride + 5 - t->ndim, t->stride, sizeof *stride * (size_t)t->ndim);
    wick_status status = wick__view(t, t->offset, 5, size, stride, &seen);
    return wick__keep(s, status, seen);
}

wick_tensor *wick__dense_view(wick__scope *s, wick_tensor *t, const wick_sizes *shape)
{
    wick_tensor *dense = NULL, *seen = NULL;
    int64_t stride[WICK_MAX_DIM], step = 1;
    if (s->status || !t)
        return NULL;
    wick_status status = wick__contiguous(t, &dense);
    dense = wick__keep(s, status, dense);
    if (!dense)
        return NULL;
    for (int d = shape->count - 1; d >= 0; d--) {
        stride[d] = step;
        step *= shape->v[d];
    }
    status = wick__view(dense, dense->offset, shape->count, shape->v, stride, &seen);
    return wick__keep(s, status, seen);
}

wick_tensor *wick__dense_result(wick__scope *s, wick_tensor *t, const wick_sizes *shape)
{
    t = wick__dense_view(s, t, shape);
    if (t)
        wick_tensor_retain(t);
    return t;
}
