/* Convolution of images: the frame around kernel/blocked_conv.h. */
#include "op/conv_images.h"

#include <string.h>

#include "kernel/blocked_conv.h"
#include "op/dense.h"
#include "op/images.h"
#include "tensor/packs.h"

bool wick__conv_takes_images(const wick__conv *c, wick_dtype dtype)
{
    const wick__conv_dims *d = &c->d;
    return dtype == WICK_FLOAT32 && d->batch > 0 && d->in_channels > 0 && d->out_channels > 0 &&
           d->in[0] > 0 && d->in[1] > 0 && d->out[0] > 0 && d->out[1] > 0 &&
           wick__blocked_conv_serves(d);
}

/* ---- the kernel of pending images ---- */

static void put_dims(wick__kernel *kernel, const wick__conv_dims *d)
{
    _Static_assert(sizeof *d <= sizeof kernel->detail, "the dims have to fit into the details");
    _Static_assert(sizeof *d <= sizeof(wick__pack_key), "the dims have to fit into a key");
    memcpy(kernel->detail, d, sizeof *d);
}

static wick__conv_dims dims_of(const int64_t *detail)
{
    wick__conv_dims d;
    memcpy(&d, detail, sizeof d);
    return d;
}

typedef wick_status run_conv(wick_context *context, const wick__conv_dims *d, wick__blocked source,
                             const void *pack, const wick__tail *tail, wick__blocked to);

/* The pack of a weight, kept from an earlier use or new. *owned: to be freed after use. Where packs
 * are not kept, those that training has made useless go. */
static wick_status pack_of(wick_context *context, const wick__conv_dims *d, bool keeps,
                           wick__direction direction, wick_tensor *weight, const void **pack,
                           void **owned)
{
    wick__pack_key key = {{0}};
    size_t bytes = wick__blocked_pack_bytes(d, direction);
    wick__conv_dims any_batch = *d;
    any_batch.batch = direction + 2 * wick__blocked_pack_form(d);
    memcpy(&key, &any_batch, sizeof any_batch);
    bool ours = weight->storage->context == context;
    void *w;
    *pack = keeps && ours ? wick__pack_find(weight, &key) : NULL;
    if (*pack)
        return WICK_OK;
    wick_status status = wick__dense(weight, &w);
    if (!status)
        status = wick__alloc(context, bytes, owned);
    if (!status)
        status = wick__blocked_pack(context, d, direction, w, *owned);
    *pack = *owned;
    if (!keeps && ours)
        wick__packs_refresh(weight->storage);
    else if (!status && ours && wick__pack_keep(weight, &key, *owned, bytes))
        *owned = NULL;
    return status;
}

static wick_status packed(wick_context *context, const int64_t *detail, bool keeps,
                          wick__direction direction, run_conv *run_it, wick__blocked source,
                          wick_tensor *weight, const wick__tail *tail, wick__blocked to)
{
    wick__conv_dims d = dims_of(detail);
    size_t bytes = wick__blocked_pack_bytes(&d, direction);
    const void *pack;
    void *owned = NULL;
    wick_status status = pack_of(context, &d, keeps, direction, weight, &pack, &owned);
    if (!status)
        status = run_it(context, &d, source, pack, tail, to);
    wick__free(context, owned, owned ? bytes : 0);
    return status;
}

static wick_status compute_forward(wick_context *context, const wick__image_size *size,
                                   const int64_t *detail, wick__blocked source, wick_tensor *weight,
                                   const wick__tail *tail, wick__blocked to)
{
    (void)size;
    return packed(context, detail, false, WICK__FORWARD, wick__blocked_conv_forward, source, weight,
                  tail, to);
}

/* The same outside of recordings, where the weight will probably be the same at the next call. */
static wick_status compute_inference(wick_context *context, const wick__image_size *size,
                                     const int64_t *detail, wick__blocked source,
                                     wick_tensor *weight, const wick__tail *tail, wick__blocked to)
{
    (void)size;
    return packed(context, detail, true, WICK__FORWARD, wick__blocked_conv_forward, source, weight,
                  tail, to);
}

static wick_status compute_input(wick_context *context, const wick__image_size *size,
                                 const int64_t *detail, wick__blocked source, wick_tensor *weight,
                                 const wick__tail *tail, wick__blocked to)
{
    (void)size;
    return packed(context, detail, false, WICK__BACKWARD_INPUT, wick__blocked_conv_backward_input,
                  source, weight, tail, to);
}

/* ---- operations ---- */

static wick_tensor *dense_of(wick__scope *s, wick_tensor *t)
{
    wick_tensor *dense = NULL;
    if (s->status)
        return NULL;
    wick_status status = wick__contiguous(t, &dense);
    return wick__keep(s, status, dense);
}

static wick_status make_pending(wick__kernel *kernel, const wick__image_size *size,
                                wick_tensor *source, wick_tensor *weight, wick_tensor *bias,
                                wick_tensor **out)
{
    wick__scope s;
    wick__scope_open(&s, source->context);
    wick__image_size_of(source, &kernel->source);
    int ndim = source->ndim;
    if (!wick__is_images(source))
        source = dense_of(&s, source);
    weight = dense_of(&s, weight);
    wick_tensor *shift = wick__lanes_of(&s, bias);
    if (!s.status)
        s.status = wick__pending_new(s.context, ndim, size, kernel, source, weight, shift, out);
    return wick__scope_close(&s);
}

static wick__image_size size_of(const wick__conv_dims *d, int64_t channels, const int64_t pixels[2])
{
    return (wick__image_size){d->batch, channels, pixels[0], pixels[1]};
}

wick_status wick__conv_images(const wick__conv *c, wick_tensor *x, wick_tensor *weight,
                              wick_tensor *bias, wick_tensor **out)
{
    wick__kernel kernel = {.name = "conv2d kernel",
                           .compute = x->context->taped ? compute_forward : compute_inference,
                           .dense_source = wick__blocked_conv_reads_planes(&c->d)};
    wick__image_size size = size_of(&c->d, c->d.out_channels, c->d.out);
    put_dims(&kernel, &c->d);
    return make_pending(&kernel, &size, x, weight, bias, out);
}

wick_status wick__conv_images_input(const wick__conv *c, wick_tensor *g, wick_tensor *weight,
                                    wick_tensor *bias, wick_tensor **out)
{
    wick__kernel kernel = {.name = "conv2d_input kernel", .compute = compute_input};
    wick__image_size size = size_of(&c->d, c->d.in_channels, c->d.in);
    put_dims(&kernel, &c->d);
    return make_pending(&kernel, &size, g, weight, bias, out);
}

wick_status wick__conv_images_weight(const wick__conv *c, wick_tensor *x, wick_tensor *g,
                                     wick_tensor **out)
{
    wick__scope s;
    wick__blocked from = {NULL, 0};
    wick__scope_open(&s, x->context);
    if (wick__blocked_conv_reads_planes(&c->d))
        from.data = (float *)(uintptr_t)wick__read(&s, x);
    else
        from = wick__read_images(&s, x);
    wick__blocked arriving = wick__read_images(&s, g);
    void *to = wick__make(&s, WICK_FLOAT32, &c->weight, out);
    if (!s.status)
        s.status = wick__blocked_conv_backward_weight(s.context, &c->d, from, arriving, to);
    return wick__scope_close(&s);
}
