/* Pooling of images (tensor/form.h): the frame around kernel/blocked_pool.h. */
#include "op/pooling_images.h"

#include "kernel/blocked_pool.h"
#include "op/dense.h"

/* ---- maxima ---- */

wick_status wick__max_pool_images(wick_tensor *x, const wick__pool *p, wick_tensor **out)
{
    wick__image_size size, pooled;
    wick__scope s;
    wick__image_size_of(x, &size);
    pooled = (wick__image_size){size.batch, size.channels, p->d.out[0], p->d.out[1]};
    wick_sizes bytes = {
        1, {(int64_t)wick__blocked_pool_index_bytes(size.batch, size.channels, &p->d)}};
    wick__scope_open(&s, x->context);
    wick__blocked from = wick__read_images(&s, x);
    wick__blocked to = wick__make_images(&s, x->ndim, &pooled, &out[0]);
    void *index = wick__make(&s, WICK_UINT8, &bytes, &out[1]);
    if (!s.status)
        wick__blocked_max_pool_forward(x->context, size.batch, size.channels, &p->d, from, to,
                                       index);
    return wick__scope_close(&s);
}

static const wick__arg images_args[] = {TENSOR("g"),
                                        TENSOR("index"),
                                        POOL_WINDOW,
                                        PAIR_OR_NONE("dilation"),
                                        BOOLEAN_OPTION("ceil", 0),
                                        SIZES("image"),
                                        END};

/* The dims of what pooled images of the last value's shape, and their size. */
static wick_status read_images_pool(const wick_call *call, wick__pool *p, wick__image_size *size)
{
    const wick_value *v = call->value;
    const wick_sizes *image = v[WICK__POOL_OPTIONS].sizes;
    int64_t index = wick__count(call->in[1]);
    wick_status status = wick__pool_read("maxPool2d", image, v, v[3].sizes, v[4].integer, p);
    if (!status)
        status = wick__check_gradient("maxPool2d", call->in[0], &p->output);
    if (status)
        return status;
    *size = (wick__image_size){image->count == 4 ? image->v[0] : 1, image->v[image->count - 3],
                               p->d.in[0], p->d.in[1]};
    if (index == (int64_t)wick__blocked_pool_index_bytes(size->batch, size->channels, &p->d))
        return WICK_OK;
    return wick__fail(WICK_ESHAPE, "maxPool2d: an index of %lld bytes is of another pooling",
                      (long long)index);
}

static wick_status max_pool2d_images_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *g = call->in[0];
    wick__image_size size;
    wick__pool p;
    wick__scope s;
    wick_status status = read_images_pool(call, &p, &size);
    if (status)
        return status;
    wick__scope_open(&s, g->context);
    const void *index = wick__read(&s, call->in[1]);
    wick__blocked from = wick__read_images(&s, g);
    wick__blocked to = wick__make_images(&s, g->ndim, &size, out);
    if (!s.status)
        wick__blocked_max_pool_backward(g->context, size.batch, size.channels, &p.d, from, index,
                                        to);
    return wick__scope_close(&s);
}

const wick_op wick_op_max_pool2d_images = {.name = "max_pool2d_images",
                                           .args = images_args,
                                           .method = WICK__METHOD_NONE,
                                           .internal = true,
                                           .forward = max_pool2d_images_forward,
                                           .doc = "maxPool2d's gradient on images"};

/* Indices as the visible result has them, from those of images. */
static wick_status pool_places_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *g = call->in[0];
    wick__image_size size;
    wick__pool p;
    wick__scope s;
    wick_status status = read_images_pool(call, &p, &size);
    if (status)
        return status;
    wick__scope_open(&s, g->context);
    const void *index = wick__read(&s, call->in[1]);
    int64_t *places = wick__make(&s, WICK_INT64, &p.output, out);
    if (!s.status)
        wick__blocked_pool_places(g->context, size.batch, size.channels, &p.d, index, places);
    for (int64_t i = 0; i < wick__count(g) && !s.status; i++)
        places[i]++;
    return wick__scope_close(&s);
}

const wick_op wick_op_pool_places = {.name = "pool_places",
                                     .args = images_args,
                                     .method = WICK__METHOD_NONE,
                                     .internal = true,
                                     .constant = true,
                                     .forward = pool_places_forward,
                                     .doc = "Where maxPool2d of images found its results"};

/* ---- means ---- */

static wick__image_size size_with(const wick__image_size *size, const int64_t pixels[2])
{
    return (wick__image_size){size->batch, size->channels, pixels[0], pixels[1]};
}

wick_status wick__average_pool_images(wick_tensor *x, const wick__pool *p,
                                      wick__pool_divisor divisor, bool back, wick_tensor **out)
{
    wick__image_size size;
    wick__scope s;
    wick__image_size_of(x, &size);
    size = size_with(&size, back ? p->d.in : p->d.out);
    wick__scope_open(&s, x->context);
    wick__blocked from = wick__read_images(&s, x);
    wick__blocked to = wick__make_images(&s, x->ndim, &size, out);
    if (!s.status)
        (back ? wick__blocked_average_pool_backward : wick__blocked_average_pool_forward)(
            x->context, size.batch, size.channels, &p->d, divisor, from, to);
    return wick__scope_close(&s);
}

wick_status wick__plane_means_images(wick_tensor *x, const wick__pool *p, bool back,
                                     wick_tensor **out)
{
    wick__image_size size;
    wick__scope s;
    wick__image_size_of(x, &size);
    size = size_with(&size, back ? p->d.in : p->d.out);
    int64_t plane = p->d.in[0] * p->d.in[1];
    wick__scope_open(&s, x->context);
    wick__blocked from = wick__read_images(&s, x);
    wick__blocked to = wick__make_images(&s, x->ndim, &size, out);
    if (!s.status)
        (back ? wick__blocked_global_average_backward : wick__blocked_global_average_forward)(
            x->context, size.batch, size.channels, plane, from, to);
    return wick__scope_close(&s);
}
