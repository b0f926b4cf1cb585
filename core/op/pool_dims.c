/* Checking and working out a pooling's dimensions. */
#include "op/pool_dims.h"

static wick_status check_pad(const char *name, const wick__windows *w)
{
    if (w->pad[0] <= w->kernel[0] / 2 && w->pad[1] <= w->kernel[1] / 2)
        return WICK_OK;
    return wick__fail(WICK_EVALUE,
                      "%s: pad should be smaller than half of kernel size, but pad is %lld x %lld "
                      "and the kernel %lld x %lld",
                      name, (long long)w->pad[0], (long long)w->pad[1], (long long)w->kernel[0],
                      (long long)w->kernel[1]);
}

/* Padding never wins, so every window needs a pixel of its own. */
static bool has_empty_window(const wick__windows *w)
{
    for (int axis = 0; axis < 2; axis++)
        for (int64_t i = 0; i < w->out[axis]; i++) {
            int64_t begin = i * w->stride[axis] - w->pad[axis], step = w->dilation[axis];
            int64_t tap = begin < 0 ? (-begin + step - 1) / step : 0;
            if (tap >= w->kernel[axis] || begin + tap * step >= w->in[axis])
                return true;
        }
    return false;
}

static wick_status check_windows(const char *name, const wick_sizes *image, const wick__windows *w)
{
    char text[WICK__SHAPE_TEXT];
    if (!has_empty_window(w))
        return WICK_OK;
    return wick__fail(WICK_ESHAPE,
                      "%s: some windows of %lld x %lld, dilated %lld x %lld and padded, hold no "
                      "pixel of %s",
                      name, (long long)w->kernel[0], (long long)w->kernel[1],
                      (long long)w->dilation[0], (long long)w->dilation[1],
                      wick__sizes_text(image->count, image->v, text, sizeof text));
}

static void finish(const wick_sizes *image, const wick__windows *w, wick__pool *p)
{
    p->image = *image;
    p->output = wick__image_with(image, wick__channels(image), w->out);
    p->d.planes = wick__planes_of(image);
    for (int i = 0; i < 2; i++) {
        p->d.in[i] = w->in[i];
        p->d.kernel[i] = w->kernel[i];
        p->d.stride[i] = w->stride[i];
        p->d.pad[i] = w->pad[i];
        p->d.dilation[i] = w->dilation[i];
        p->d.out[i] = w->out[i];
    }
}

wick_status wick__pool_read(const char *name, const wick_sizes *image, const wick_value *value,
                            const wick_sizes *dilation, bool up, wick__pool *p)
{
    static const int64_t ones[2] = {1, 1}, zeros[2] = {0, 0};
    wick__windows w = {.up = up};
    wick_status status = wick__read_pair(name, "kernel", value[0].sizes, zeros, 1, w.kernel);
    if (!status)
        status = wick__read_pair(name, "stride", value[1].sizes, w.kernel, 1, w.stride);
    if (!status)
        status = wick__read_pair(name, "pad", value[2].sizes, zeros, 0, w.pad);
    if (!status)
        status = wick__read_pair(name, "dilation", dilation, ones, 1, w.dilation);
    if (!status)
        status = check_pad(name, &w);
    if (!status)
        status = wick__read_image(name, image, &w);
    if (!status)
        status = wick__count_places(name, image, wick__channels(image), &w);
    if (!status)
        status = check_windows(name, image, &w);
    if (!status)
        finish(image, &w, p);
    return status;
}

wick_status wick__pool_read_adaptive(const char *name, const wick_sizes *image,
                                     const wick_value *value, wick__pool *p)
{
    static const int64_t none[2] = {0, 0};
    char text[WICK__SHAPE_TEXT];
    wick__windows w = {.up = false};
    wick_status status = wick__read_pair(name, "size", value->sizes, none, 1, w.out);
    if (!status)
        status = wick__read_image(name, image, &w);
    if (status)
        return status;
    if (w.in[0] == 0 || w.in[1] == 0)
        return wick__fail(WICK_ESHAPE, "%s: there is no pixel to pool in %s", name,
                          wick__sizes_text(image->count, image->v, text, sizeof text));
    finish(image, &w, p);
    return wick__check_countable(name, "output", &p->output);
}
