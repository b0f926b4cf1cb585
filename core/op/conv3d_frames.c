/* Volumes as frames. */
#include "op/conv3d_frames.h"

#include <string.h>

#include "op/dense.h"

wick_sizes wick__frames_weight(const wick__conv3d *c)
{
    const int64_t *size = c->weight.v;
    return (wick_sizes){4, {size[0], size[1] * size[2], size[3], size[4]}};
}

/* ---- one depth of the kernel ---- */

/* The output frames [first, first + count) that meet a frame of the volume at depth `tap`. */
static int64_t frames_met(const wick__volume *v, int64_t tap, int64_t *first)
{
    int64_t stride = v->stride[0], shift = v->pad[0] - tap * v->dilation[0];
    int64_t room = v->in[0] - 1 + shift;
    int64_t last = room < 0 ? -1 : room / stride;
    *first = shift > 0 ? (shift + stride - 1) / stride : 0;
    if (last >= v->out[0])
        last = v->out[0] - 1;
    return last < *first ? 0 : last - *first + 1;
}

/* What depth `tap` of the kernel meets, N x frames x C x H x W, in frames and in volumes (of five
 * dimensions); false where it meets nothing. */
static bool view_tap(wick__scope *s, const wick__volume *v, int64_t tap, wick_tensor *frames,
                     wick_tensor *volumes, wick_tensor **in_frames, wick_tensor **in_volumes)
{
    int64_t first, count = frames_met(v, tap, &first);
    *in_frames = *in_volumes = NULL;
    if (count == 0 || s->status || wick__count(frames) == 0)
        return false;
    const int64_t size[5] = {v->batch, count, v->channels, v->in[1], v->in[2]};
    const int64_t *step = volumes->stride, *f = frames->stride;
    const int64_t there[5] = {step[0], v->stride[0] * step[2], step[1], step[3], step[4]};
    const int64_t here[5] = {v->out[0] * f[0], f[0], v->kernel[0] * f[1], f[2], f[3]};
    int64_t depth = first * v->stride[0] - v->pad[0] + tap * v->dilation[0];
    wick_status status =
        wick__view(frames, frames->offset + first * f[0] + tap * f[1], 5, size, here, in_frames);
    *in_frames = wick__keep(s, status, *in_frames);
    if (!s->status)
        status = wick__view(volumes, volumes->offset + depth * step[2], 5, size, there, in_volumes);
    *in_volumes = wick__keep(s, status, *in_volumes);
    return !s->status;
}

/* ---- frames ---- */

static void copy(wick__scope *s, wick_tensor *to, wick_tensor *from)
{
    if (!s->status)
        s->status = wick_tensor_copy(to, from);
}

/* Whether a volume has one frame, all of its depth, and so lies as that frame does. */
static bool is_one_frame(const wick__volume *v)
{
    return v->out[0] == 1 && v->in[0] == v->kernel[0] && v->pad[0] == 0 &&
           (v->dilation[0] == 1 || v->kernel[0] == 1);
}

wick_tensor *wick__frames_of(wick__scope *s, const wick__conv3d *c, wick_tensor *x)
{
    wick_tensor *frames = NULL, *to = NULL, *from = NULL;
    wick_sizes shape = wick__frames_shape(c);
    if (is_one_frame(&c->v))
        return wick__dense_view(s, x, &shape);
    void *data = wick__make(s, x->dtype, &shape, &frames);
    frames = wick__keep(s, s->status, frames);
    if (frames && c->v.pad[0] > 0)
        memset(data, 0, (size_t)wick__count(frames) * wick_dtype_size(x->dtype));
    x = wick__volumes(s, x);
    for (int64_t tap = 0; tap < c->v.kernel[0] && !s->status; tap++)
        if (view_tap(s, &c->v, tap, frames, x, &to, &from))
            copy(s, to, from);
    return s->status ? NULL : frames;
}

static void add_to(wick__scope *s, wick_tensor *sum, wick_tensor *more)
{
    wick_call add = {.inputs = 2, .in = (wick_tensor *[]){sum, more}, .value = {{.number = 1}}};
    if (!s->status)
        s->status = wick_apply_into(&wick_op_add, &add, &sum);
}

void wick__add_frames(wick__scope *s, const wick__conv3d *c, wick_tensor *frames,
                      wick_tensor *volumes)
{
    wick_tensor *to = NULL, *from = NULL;
    if (is_one_frame(&c->v)) {
        add_to(s, volumes, wick__dense_view(s, frames, &c->volume));
        return;
    }
    volumes = wick__volumes(s, volumes);
    for (int64_t tap = 0; tap < c->v.kernel[0] && !s->status; tap++)
        if (view_tap(s, &c->v, tap, frames, volumes, &from, &to))
            add_to(s, to, from);
}

/* ---- the output ---- */

static wick_sizes images_shape(const wick__conv3d *c)
{
    const wick__volume *v = &c->v;
    return (wick_sizes){4, {v->batch * v->out[0], c->out_channels, v->out[1], v->out[2]}};
}

wick_tensor *wick__output_images(wick__scope *s, const wick__conv3d *c, wick_tensor *output)
{
    wick_sizes shape = images_shape(c);
    if (c->v.out[0] > 1)
        output = wick__transpose(s, wick__volumes(s, output), 1, 2);
    return wick__dense_view(s, output, &shape);
}

void wick__output_of(wick__scope *s, const wick__conv3d *c, wick_tensor *images,
                     wick_tensor **output)
{
    const wick__volume *v = &c->v;
    wick_sizes shape = {5, {v->batch, v->out[0], c->out_channels, v->out[1], v->out[2]}};
    if (v->out[0] == 1) {
        *output = wick__dense_result(s, images, &c->output);
        return;
    }
    wick_tensor *from = wick__transpose(s, wick__dense_view(s, images, &shape), 1, 2);
    if (from && wick__make(s, from->dtype, &c->output, output))
        copy(s, wick__volumes(s, *output), from);
}

wick_tensor *wick__run_frames(wick__scope *s, const wick_op *op, const wick__conv3d *c,
                              wick_tensor *a, wick_tensor *b, wick_tensor *bias,
                              const wick_sizes *size)
{
    const wick__volume *v = &c->v;
    wick_sizes stride = {2, {v->stride[1], v->stride[2]}}, pad = {2, {v->pad[1], v->pad[2]}};
    wick_sizes dilation = {2, {v->dilation[1], v->dilation[2]}};
    wick_value value[] = {{.sizes = &stride},
                          {.sizes = &pad},
                          {.sizes = &dilation},
                          {.integer = c->groups},
                          {.sizes = size}};
    wick_tensor *in[] = {a, b, bias};
    return a && b ? wick__run(s, op, bias ? 3 : 2, in, value) : NULL;
}
