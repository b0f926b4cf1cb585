/* Batch normalisation of images: the frame around kernel/blocked_norm.h. */
#include "op/norm_images.h"

#include "kernel/blocked_norm.h"

/* ---- forward ---- */

void wick__images_statistics(wick__scope *s, wick_tensor *x, float *mean, float *variance)
{
    wick__image_size size;
    wick__blocked images;
    float *moments;
    bool given;
    if (s->status)
        return;
    wick__image_size_of(x, &size);
    size_t bytes = sizeof *moments * (size_t)wick__moments_count(&size);
    s->status = wick__alloc(s->context, bytes, (void **)&moments);
    if (s->status)
        return;
    s->status = wick__images_read_moments(x, moments, &images, &given);
    if (!s->status && !given)
        wick__blocked_moments(s->context, size.batch, size.channels, wick__plane(&size), images,
                              moments);
    if (!s->status)
        wick__blocked_combine_moments(size.batch, size.channels, wick__plane(&size), moments, mean,
                                      variance);
    wick__free(s->context, moments, bytes);
}

/* Adds the two vectors to x's tail, or to a new one. */
static wick_status scale_and_shift(wick_tensor *x, bool onto, wick_tensor *scale,
                                   wick_tensor *shift, wick_tensor **out)
{
    bool done = false;
    wick_tensor *tail;
    wick_status status = onto ? wick__append_affine(x, scale, shift, out, &done) : WICK_OK;
    if (status || done)
        return status;
    status = wick__tail_new(x, &tail);
    if (!status)
        status = wick__append_affine(tail, scale, shift, out, &done);
    wick_tensor_release(tail);
    return status;
}

static float *make_lanes(wick__scope *s, int64_t channels, wick_tensor **lanes)
{
    int64_t count = wick__blocks(channels) * WICK__LANES;
    void *data = NULL;
    if (s->status)
        return NULL;
    wick_status status = wick_tensor_new(s->context, WICK_FLOAT32, 1, &count, lanes);
    *lanes = wick__keep(s, status, *lanes);
    if (*lanes)
        s->status = wick__dense(*lanes, &data);
    return data;
}

void wick__images_normalise(wick__scope *s, wick_tensor *x, bool onto, double eps,
                            const float *mean, const float *variance, const float *weight,
                            const float *bias, wick_tensor **out)
{
    wick_tensor *scale = NULL, *shift = NULL;
    int64_t channels = x->size[1];
    float *scales = make_lanes(s, channels, &scale), *shifts = make_lanes(s, channels, &shift);
    if (s->status)
        return;
    wick__blocked_norm_tail(channels, eps, mean, variance, weight, bias, scales, shifts);
    s->status = scale_and_shift(x, onto, scale, shift, out);
}

/* ---- backward ---- */

void wick__images_norm_gradient(wick__scope *s, wick_tensor *g, wick_tensor *x, bool training,
                                double eps, const float *mean, const float *variance,
                                const float *weight, wick_tensor **gx, float *gweight, float *gbias)
{
    wick_tensor *mask = NULL;
    wick__image_size size;
    if (s->status)
        return;
    wick__image_size_of(x, &size);
    wick__blocked_norm n = {.batch = size.batch,
                            .channels = size.channels,
                            .plane = wick__plane(&size),
                            .eps = eps,
                            .training = training,
                            .mean = mean,
                            .variance = variance,
                            .weight = weight,
                            .gweight = gweight,
                            .gbias = gbias};
    wick__is_masked(g, &g, &mask);
    n.x = wick__read_images(s, x);
    n.gy = wick__read_images(s, g);
    if (mask)
        n.mask = wick__read_images(s, mask);
    if (gx)
        n.gx = wick__make_images(s, x->ndim, &size, gx);
    if (!s->status)
        s->status = wick__blocked_norm_backward(s->context, &n);
}
