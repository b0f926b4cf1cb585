/* Pooling of volumes by the mean of every window; a gradient and its own gradient are each other.
 */
#include <string.h>

#include "op/dense.h"
#include "op/pool3d_dims.h"

static const wick__arg mean_args[] = {TENSOR("x"),
                                      POOL_WINDOW_3D,
                                      BOOLEAN_OPTION("ceil", 0),
                                      BOOLEAN_OPTION("countIncludePad", 1),
                                      BOOLEAN_OPTION("divide", 1),
                                      END};
static const wick__arg mean_gradient_args[] = {TENSOR("g"),
                                               POOL_WINDOW_3D,
                                               BOOLEAN_OPTION("ceil", 0),
                                               BOOLEAN_OPTION("countIncludePad", 1),
                                               BOOLEAN_OPTION("divide", 1),
                                               SIZES("volume"),
                                               END};
/* The means of x's windows, or with `image` what arrives at them, back to that image. */
static wick_tensor *mean_of(wick__scope *s, const wick__volume *v, bool columns,
                            const wick_value *value, wick_tensor *x, const wick_sizes *image)
{
    wick__pool3d_options o;
    wick__pool3d_fill(v, columns, &o);
    memcpy(o.value + WICK__MEAN_CEIL, value + WICK__MEAN_CEIL, 3 * sizeof *value);
    o.value[WICK__MEAN_OPTIONS].sizes = image;
    const wick_op *op = image ? &wick_op_avg_pool2d_grad : &wick_op_avg_pool2d;
    return x ? wick__run(s, op, 1, &x, o.value) : NULL;
}

static wick_status avg_pool3d_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    const wick_value *value = call->value;
    wick_sizes shape = wick__sizes_like(x);
    wick__pool3d p;
    wick__scope s;
    wick_status status = wick__check_one_type("avgPool3d", 1, call->in);
    if (!status)
        status =
            wick__pool3d_read("avgPool3d", &shape, value, NULL, value[WICK__MEAN_CEIL].integer, &p);
    if (status)
        return status;
    wick_sizes frames = wick__pool3d_frames(&p.v, p.v.in + 1),
               columns = wick__pool3d_columns(&p.v, p.v.in[0]);
    wick__scope_open(&s, x->context);
    wick_tensor *y = mean_of(&s, &p.v, false, value, wick__dense_view(&s, x, &frames), NULL);
    y = mean_of(&s, &p.v, true, value, wick__dense_view(&s, y, &columns), NULL);
    *out = wick__dense_result(&s, y, &p.output);
    return wick__scope_close(&s);
}

static void avg_pool3d_backward(wick__rule *r)
{
    wick_sizes volume = wick__sizes_of(r, 0);
    wick_value value[WICK_MAX_ARGS];
    memcpy(value, r->node->value, WICK__MEAN_OPTIONS * sizeof *value);
    value[WICK__MEAN_OPTIONS].sizes = &volume;
    r->dx[0] = wick__run(r->scope, &wick_op_avg_pool3d_grad, 1, &G, value);
}

const wick_op wick_op_avg_pool3d = {
    .name = "avgPool3d",
    .args = mean_args,
    .forward = avg_pool3d_forward,
    .backward = avg_pool3d_backward,
    .doc = "The mean of every window of x, C x T x H x W or N x C x T x H x W "
           "(nn.VolumetricAveragePooling). Numbers or {depth, height, width}: kernel, stride (the "
           "kernel), pad; ceil: a last window may reach beyond the padding; countIncludePad = "
           "false: padding does not count; divide = false: sums",
    .example = "print(torch.range(1, 16):view(1, 4, 2, 2):avgPool3d(2))"};

/* The same two steps back. */
static wick_status avg_pool3d_grad_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *g = call->in[0];
    const wick_value *value = call->value;
    wick__pool3d p;
    wick__scope s;
    wick_status status = wick__check_one_type("avg_pool3d_grad", 1, call->in);
    if (!status)
        status = wick__pool3d_read("avg_pool3d_grad", value[WICK__MEAN_OPTIONS].sizes, value, NULL,
                                   value[WICK__MEAN_CEIL].integer, &p);
    if (!status)
        status = wick__check_gradient("avg_pool3d_grad", g, &p.output);
    if (status)
        return status;
    const wick__volume *v = &p.v;
    wick_sizes image = wick__pool3d_frames(v, v->in + 1),
               frames = wick__pool3d_frames(v, v->out + 1);
    wick_sizes places = wick__pool3d_columns(v, v->out[0]),
               columns = wick__pool3d_columns(v, v->in[0]);
    wick__scope_open(&s, g->context);
    g = mean_of(&s, v, true, value, wick__dense_view(&s, g, &places), &columns);
    g = mean_of(&s, v, false, value, wick__dense_view(&s, g, &frames), &image);
    *out = wick__dense_result(&s, g, &p.volume);
    return wick__scope_close(&s);
}

static void avg_pool3d_grad_backward(wick__rule *r)
{
    r->dx[0] = wick__run(r->scope, &wick_op_avg_pool3d, 1, &G, r->node->value);
}

const wick_op wick_op_avg_pool3d_grad = {.name = "avg_pool3d_grad",
                                         .args = mean_gradient_args,
                                         .method = WICK__METHOD_NONE,
                                         .internal = true,
                                         .forward = avg_pool3d_grad_forward,
                                         .backward = avg_pool3d_grad_backward,
                                         .doc = "avgPool3d's gradient"};
