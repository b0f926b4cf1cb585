/* Reading and checking windows. */
#include "op/window.h"

wick_status wick__check_number(const char *name, const char *option, int64_t value, int64_t least)
{
    if (value >= least && value <= INT32_MAX)
        return WICK_OK;
    return wick__fail(WICK_EVALUE, "%s: %s is %lld; it has to be from %lld to %lld", name, option,
                      (long long)value, (long long)least, (long long)INT32_MAX);
}

wick_status wick__read_axes(const char *name, const char *option, const wick_sizes *given, int axes,
                            const int64_t *fallback, int64_t least, int64_t *values)
{
    char text[WICK__SHAPE_TEXT];
    int count = given ? given->count : 0;
    wick_status status = WICK_OK;
    if (count > 1 && count != axes)
        return wick__fail(WICK_EVALUE, "%s: %s is %s; it has to be one number, or %s", name, option,
                          wick__sizes_text(given->count, given->v, text, sizeof text),
                          axes == 2 ? "height and width" : "depth, height and width");
    for (int i = 0; i < axes && !status; i++) {
        values[i] = count == 0 ? fallback[i] : given->v[count == axes ? i : 0];
        status = wick__check_number(name, option, values[i], least);
    }
    return status;
}

wick_status wick__check_countable(const char *name, const char *what, const wick_sizes *shape)
{
    char text[WICK__SHAPE_TEXT];
    int64_t bytes = sizeof(double);
    for (int d = 0; d < shape->count; d++)
        if (shape->v[d] > 0 && !wick__mul_fits(bytes, shape->v[d], &bytes))
            return wick__fail(WICK_ESHAPE, "%s: %s %s has too many elements to count", name, what,
                              wick__sizes_text(shape->count, shape->v, text, sizeof text));
    return WICK_OK;
}

wick_status wick__read_image(const char *name, const wick_sizes *image, wick__windows *w)
{
    char text[WICK__SHAPE_TEXT];
    if (image->count != 3 && image->count != 4)
        return wick__fail(WICK_ESHAPE,
                          "%s: 3D or 4D input tensor expected but got: [%s]; images are C x H x W "
                          "or N x C x H x W",
                          name, wick__sizes_text(image->count, image->v, text, sizeof text));
    w->in[0] = image->v[image->count - 2];
    w->in[1] = image->v[image->count - 1];
    return wick__check_countable(name, "input", image);
}

static int64_t divide_down(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t wick__places(int64_t in, int64_t kernel, int64_t stride, int64_t pad, int64_t dilation,
                     bool up)
{
    int64_t reach = dilation * (kernel - 1) + 1;
    int64_t room = in + 2 * pad - reach + (up ? stride - 1 : 0);
    int64_t n = divide_down(room, stride) + 1;
    bool outside = up && n > 1 && (n - 1) * stride >= in + pad;
    return n - outside;
}

wick_status wick__count_places(const char *name, const wick_sizes *image, int64_t channels,
                               wick__windows *w)
{
    for (int i = 0; i < 2; i++)
        w->out[i] =
            wick__places(w->in[i], w->kernel[i], w->stride[i], w->pad[i], w->dilation[i], w->up);
    if (w->out[0] < 1 || w->out[1] < 1)
        return wick__fail(
            WICK_ESHAPE,
            "%s: Given input size: (%lld x %lld x %lld). Calculated output size: (%lld x %lld x "
            "%lld). Output size is too small: windows of %lld x %lld reach beyond the padded input",
            name, (long long)wick__channels(image), (long long)w->in[0], (long long)w->in[1],
            (long long)channels, (long long)w->out[0], (long long)w->out[1],
            (long long)(w->dilation[0] * (w->kernel[0] - 1) + 1),
            (long long)(w->dilation[1] * (w->kernel[1] - 1) + 1));
    wick_sizes output = wick__image_with(image, channels, w->out);
    return wick__check_countable(name, "output", &output);
}

wick_sizes wick__image_with(const wick_sizes *image, int64_t channels, const int64_t pixels[2])
{
    wick_sizes shape = *image;
    shape.v[shape.count - 3] = channels;
    shape.v[shape.count - 2] = pixels[0];
    shape.v[shape.count - 1] = pixels[1];
    return shape;
}
