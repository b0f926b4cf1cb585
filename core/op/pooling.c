/* Pooling by the largest of every window, with windows that slide or that share the image out
 * evenly, and the way back: the gradient is linear in what arrives, and so is its own. */
#include <string.h>

#include "op/dense.h"
#include "op/pooling_images.h"
#include "op/positions.h"

/* ---- maxUnpool2d: planes of zeros with values at positions; the gradient of maxPool2d ---- */

static const wick__arg unpool_args[] = {TENSOR("x"), TENSOR("indices"), INTEGER("height"),
                                        INTEGER("width"), END};
static const wick__arg at_args[] = {TENSOR("x"), TENSOR("indices"), END};

/* t, an image or a batch of images, as planes x pixels; the scope keeps it. */
static wick_tensor *as_planes(wick__scope *s, wick_tensor *t)
{
    wick_tensor *dense = NULL, *planes = NULL;
    wick_status status = s->status ? s->status : wick__contiguous(t, &dense);
    dense = wick__keep(s, status, dense);
    if (!dense)
        return NULL;
    wick_sizes image = wick__sizes_like(t);
    int64_t count = wick__planes_of(&image);
    const int64_t size[2] = {count, t->size[t->ndim - 2] * t->size[t->ndim - 1]};
    status = wick__view(dense, dense->offset, 2, size, (int64_t[]){size[1], 1}, &planes);
    return wick__keep(s, status, planes);
}

/* indices as planes x places, every one a pixel of `whole`, planes x pixels, counted from 1. */
static wick_tensor *read_places(wick__scope *s, const char *name, const wick_tensor *whole,
                                wick_tensor *indices)
{
    wick_tensor *positions = NULL, *places = as_planes(s, indices);
    if (s->status || !whole)
        return NULL;
    wick_status status = wick__positions(name, whole, 1, places, &positions);
    return wick__keep(s, status, positions);
}

/* y, zero but for the values of x; the kernel counts from 0. */
static void put(wick__scope *s, wick_tensor *x, wick_tensor *indices, wick_tensor *y)
{
    wick_tensor *planes = as_planes(s, y);
    wick_tensor *places = read_places(s, "maxUnpool2d", planes, indices);
    const void *index = wick__read(s, wick__shift(s, places, -1)), *px = wick__read(s, x);
    void *py = NULL;
    if (!s->status)
        s->status = wick__writable(y, &py);
    if (!s->status)
        wick__max_pool_backward(y->context, y->dtype, planes->size[0], planes->size[1],
                                places->size[1], px, index, py);
}

static wick_status max_unpool2d_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *indices = call->in[1];
    wick_sizes image = wick__sizes_like(x);
    wick__windows w;
    wick__scope s;
    const int64_t pixels[2] = {call->value[0].integer, call->value[1].integer};
    wick_status status = wick__check_one_type("maxUnpool2d", 1, &x);
    if (!status)
        status = wick__read_image("maxUnpool2d", &image, &w);
    if (!status && !wick__same_shape(x, indices))
        status =
            wick__fail(WICK_ESHAPE, "maxUnpool2d: x is %s, indices are %s; they need one shape",
                       wick__shape(x), wick__shape(indices));
    if (!status)
        status = wick__check_number("maxUnpool2d", "height", pixels[0], 1);
    if (!status)
        status = wick__check_number("maxUnpool2d", "width", pixels[1], 1);
    if (status)
        return status;
    image = wick__image_with(&image, wick__channels(&image), pixels);
    status = wick__check_countable("maxUnpool2d", "output", &image);
    if (status)
        return status;
    wick__scope_open(&s, x->context);
    if (wick__make(&s, x->dtype, &image, out))
        put(&s, x, indices, *out);
    return wick__scope_close(&s);
}

static wick_tensor *values_at(wick__scope *s, wick_tensor *planes, wick_tensor *indices)
{
    wick_tensor *in[] = {planes, indices};
    return planes && indices ? wick__run(s, &wick_op_plane_values, 2, in, NULL) : NULL;
}

static wick_tensor *planes_with(wick__scope *s, wick_tensor *values, wick_tensor *indices,
                                int64_t height, int64_t width)
{
    wick_tensor *in[] = {values, indices};
    wick_value pixels[] = {{.integer = height}, {.integer = width}};
    return values && indices ? wick__run(s, &wick_op_max_unpool2d, 2, in, pixels) : NULL;
}

static void max_unpool2d_backward(wick__rule *r)
{
    if (r->wants[0])
        r->dx[0] = values_at(r->scope, G, Z);
}

const wick_op wick_op_max_unpool2d = {
    .name = "maxUnpool2d",
    .args = unpool_args,
    .saves = WICK__SAVE_IN(1),
    .forward = max_unpool2d_forward,
    .backward = max_unpool2d_backward,
    .doc = "Zero planes of height x width with the values of x, C x h x w or N x C x h x w, where "
           "maxPool2d's indices say; values that meet are added (nn.SpatialMaxUnpooling)",
    .example = "local y, indices = torch.range(1, 16):view(1, 4, 4):maxPool2d(2)\n"
               "print(y:maxUnpool2d(indices, 4, 4))"};

/* The other way round. */
static wick_status plane_values_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *indices = call->in[1];
    wick_sizes image = wick__sizes_like(x), shape = wick__sizes_like(indices);
    wick__windows w, v;
    wick__scope s;
    wick_status status = wick__read_image("plane_values", &image, &w);
    if (!status)
        status = wick__read_image("plane_values", &shape, &v);
    if (!status && image.count == shape.count)
        image = wick__image_with(&image, wick__channels(&image), v.in);
    if (!status && !wick__has_shape(indices, &image))
        status = wick__fail(WICK_ESHAPE, "plane_values: indices of %s do not fit %s",
                            wick__shape(indices), wick__shape(x));
    if (status)
        return status;
    wick__scope_open(&s, x->context);
    wick__make(&s, x->dtype, &shape, out);
    wick_tensor *planes = as_planes(&s, x), *values = as_planes(&s, *out);
    wick_tensor *places = read_places(&s, "plane_values", planes, indices);
    if (!s.status)
        s.status = wick__move_by(WICK__TAKE, planes, 1, places, values, NULL);
    return wick__scope_close(&s);
}

static void plane_values_backward(wick__rule *r)
{
    const wick__geometry *x = wick__shape_of(r, 0);
    if (r->wants[0])
        r->dx[0] = planes_with(r->scope, G, Z, x->size[x->ndim - 2], x->size[x->ndim - 1]);
}

const wick_op wick_op_plane_values = {.name = "plane_values",
                                      .args = at_args,
                                      .saves = WICK__SAVE_IN(1),
                                      .method = WICK__METHOD_NONE,
                                      .internal = true,
                                      .forward = plane_values_forward,
                                      .backward = plane_values_backward,
                                      .doc = "The pixels of planes at maxPool2d's indices"};

/* ---- maxPool2d and adaptiveMaxPool2d ---- */

static const wick__arg max_args[] = {TENSOR("x"),
                                     POOL_WINDOW,
                                     PAIR_OR_NONE("dilation"),
                                     BOOLEAN_OPTION("ceil", 0),
                                     BOOLEAN_OPTION("indices", 1),
                                     END};
static const wick__arg size_args[] = {TENSOR("x"), SIZES("size"), END};
/* Makes both results and runs the kernel; indices count from 1, as Torch7's do. */
static wick_status max_pool(wick_tensor *x, const wick__pool *p, bool adaptive, wick_tensor **out)
{
    wick__scope s;
    wick__scope_open(&s, x->context);
    const void *px = wick__read(&s, x);
    void *py = wick__make(&s, x->dtype, &p->output, &out[0]);
    int64_t *index = wick__make(&s, WICK_INT64, &p->output, &out[1]);
    if (!s.status && adaptive)
        wick__adaptive_max_pool_forward(x->context, x->dtype, p->d.planes, p->d.in, p->d.out, px,
                                        py, index);
    else if (!s.status)
        wick__max_pool_forward(x->context, x->dtype, &p->d, px, py, index);
    wick_call shift = {.inputs = 1, .in = &out[1], .value = {{.number = 1}}};
    if (!s.status)
        s.status = wick_apply_into(&wick_op_add_number, &shift, &out[1]);
    return wick__scope_close(&s);
}

static wick_status max_pool2d_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    wick_sizes image = wick__sizes_like(x);
    const wick_value *v = call->value;
    wick__pool p;
    wick_status status = wick__check_one_type("maxPool2d", 1, call->in);
    if (!status)
        status = wick__pool_read("maxPool2d", &image, v, v[3].sizes, v[4].integer, &p);
    if (status)
        return status;
    if (!v[5].integer && wick__is_images(x))
        return wick__max_pool_images(x, &p, out);
    return max_pool(x, &p, false, out);
}

static void max_backward(wick__rule *r)
{
    const wick__geometry *x = wick__shape_of(r, 0);
    r->dx[0] =
        planes_with(r->scope, G, wick__result(r, 1), x->size[x->ndim - 2], x->size[x->ndim - 1]);
}

/* A gradient that is on the tape needs the places as numbers; images know their position in the
 * window alone. */
static void max_pool2d_backward(wick__rule *r)
{
    wick_tensor *index = wick__result(r, 1);
    wick_sizes image = wick__sizes_of(r, 0);
    if (!index || index->dtype != WICK_UINT8) {
        max_backward(r);
        return;
    }
    wick_value value[WICK_MAX_ARGS];
    memcpy(value, r->node->value, sizeof *value * WICK__POOL_OPTIONS);
    value[WICK__POOL_OPTIONS].sizes = &image;
    wick_tensor *in[] = {G, index};
    if (!wick_context_recording(r->scope->context))
        r->dx[0] = wick__run(r->scope, &wick_op_max_pool2d_images, 2, in, value);
    else
        r->dx[0] = planes_with(r->scope, G, wick__run(r->scope, &wick_op_pool_places, 2, in, value),
                               image.v[image.count - 2], image.v[image.count - 1]);
}

const wick_op wick_op_max_pool2d = {
    .name = "maxPool2d",
    .args = max_args,
    .outputs = 2,
    .saves = WICK__SAVE_OUT(1),
    .forward = max_pool2d_forward,
    .backward = max_pool2d_backward,
    .doc =
        "The largest of every window of x, C x H x W or N x C x H x W, and where in its plane it "
        "stands, row by row from 1; the first among equals (nn.SpatialMaxPooling). Numbers or "
        "{height, width}: kernel, stride (the kernel), pad, dilation; ceil: a last window may "
        "reach beyond the padding; indices = false: places are kept for the gradient alone, in a "
        "form of their own",
    .example = "print(torch.range(1, 16):view(1, 4, 4):maxPool2d(2, {stride = 2}))"};

static wick_status adaptive_max_pool2d_forward(const wick_call *call, wick_tensor **out)
{
    wick_sizes image = wick__sizes_like(call->in[0]);
    wick__pool p;
    wick_status status = wick__check_one_type("adaptiveMaxPool2d", 1, call->in);
    if (!status)
        status = wick__pool_read_adaptive("adaptiveMaxPool2d", &image, call->value, &p);
    return status ? status : max_pool(call->in[0], &p, true, out);
}

const wick_op wick_op_adaptive_max_pool2d = {
    .name = "adaptiveMaxPool2d",
    .args = size_args,
    .outputs = 2,
    .saves = WICK__SAVE_OUT(1),
    .forward = adaptive_max_pool2d_forward,
    .backward = max_backward,
    .doc = "The largest of the windows that share x, C x H x W or N x C x H x W, out over size "
           "{height, width}, and where in its plane it stands",
    .example = "print(torch.range(1, 9):view(1, 3, 3):adaptiveMaxPool2d(2))"};
