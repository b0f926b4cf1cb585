/* Normalisation of pixels by their neighbours in other channels. */
#include "kernel/norm.h"

#include "kernel/blocked_lrn.h"
#include "op/dense.h"
#include "op/images.h"
#include "op/window.h"

/* x as n x c x s. */
typedef struct layout {
    int64_t n, c, s;
} layout;

static const wick__arg local_args[] = {TENSOR("x"),
                                       INTEGER("size"),
                                       NUMBER_OR("alpha", 1e-4),
                                       NUMBER_OR("beta", 0.75),
                                       NUMBER_OR("k", 1),
                                       END};
static const wick__arg local_grad_args[] = {
    TENSOR("g"),    TENSOR("x"), TENSOR("scale"), INTEGER("size"), NUMBER("alpha"),
    NUMBER("beta"), END};

static layout image_layout(const wick_tensor *x)
{
    layout l = {x->ndim == 4 ? x->size[0] : 1, x->size[x->ndim - 3],
                x->size[x->ndim - 2] * x->size[x->ndim - 1]};
    return l;
}

static void images_forward(wick__scope *s, wick_tensor *x, const wick_value *v, wick_tensor **out)
{
    layout l = image_layout(x);
    wick__image_size size;
    wick__image_size_of(x, &size);
    wick__blocked from = wick__read_images(s, x);
    wick__blocked to = wick__make_images(s, x->ndim, &size, &out[0]);
    wick__blocked scale = wick__make_images(s, x->ndim, &size, &out[1]);
    if (!s->status)
        wick__blocked_lrn_forward(x->context, l.n, l.c, l.s, v[0].integer, v[1].number, v[2].number,
                                  v[3].number, from, scale, to);
}

static wick_status local_response_norm_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    const wick_value *v = call->value;
    wick_sizes shape = wick__sizes_like(x);
    wick__windows w;
    wick__scope s;
    wick_status status = wick__check_one_type("localResponseNorm", 1, call->in);
    if (!status)
        status = wick__read_image("localResponseNorm", &shape, &w);
    if (!status)
        status = wick__check_number("localResponseNorm", "size", v[0].integer, 1);
    if (status)
        return status;
    layout l = image_layout(x);
    wick__scope_open(&s, x->context);
    if (wick__is_images(x) && wick__blocked_lrn_serves(v[0].integer)) {
        images_forward(&s, x, v, out);
        return wick__scope_close(&s);
    }
    const void *px = wick__read(&s, x);
    void *py = wick__make(&s, x->dtype, &shape, &out[0]);
    void *scale = wick__make(&s, x->dtype, &shape, &out[1]);
    if (!s.status)
        wick__lrn_forward(x->context, x->dtype, l.n, l.c, l.s, v[0].integer, v[1].number,
                          v[2].number, v[3].number, px, scale, py);
    return wick__scope_close(&s);
}

static void local_response_norm_backward(wick__rule *r)
{
    wick_tensor *in[] = {G, X, wick__result(r, 1)};
    r->dx[0] = wick__run(r->scope, &wick_op_local_response_norm_grad, 3, in, r->node->value);
}

const wick_op wick_op_local_response_norm = {
    .name = "localResponseNorm",
    .args = local_args,
    .kept = 1,
    .saves = WICK__SAVE_IN(0),
    .forward = local_response_norm_forward,
    .backward = local_response_norm_backward,
    .doc = "x / (k + alpha / size sum x^2)^beta with the sum over `size` neighbouring channels of "
           "x, C x H x W or N x C x H x W (nn.SpatialCrossMapLRN); gradients once",
    .example = "print(torch.ones(4, 1, 2):localResponseNorm(3, {alpha = 1}))"};

static void images_backward(wick__scope *s, const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[1];
    const wick_value *v = call->value;
    layout l = image_layout(x);
    wick__image_size size;
    wick__image_size_of(x, &size);
    wick__blocked g = wick__read_images(s, call->in[0]), from = wick__read_images(s, x);
    wick__blocked scale = wick__read_images(s, call->in[2]);
    wick__blocked to = wick__make_images(s, x->ndim, &size, out);
    if (!s->status)
        wick__blocked_lrn_backward(x->context, l.n, l.c, l.s, v[0].integer, v[1].number,
                                   v[2].number, from, scale, g, to);
}

static wick_status local_response_norm_grad_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[1];
    const wick_value *v = call->value;
    wick_sizes shape = wick__sizes_like(x);
    wick__windows w;
    wick__scope s;
    wick_status status = wick__check_one_type("local_response_norm_grad", 3, call->in);
    if (!status)
        status = wick__read_image("local_response_norm_grad", &shape, &w);
    for (int i = 0; i < 3 && !status; i++)
        status = wick__check_gradient("local_response_norm_grad", call->in[i], &shape);
    if (status)
        return status;
    layout l = image_layout(x);
    wick__scope_open(&s, x->context);
    if (wick__is_images(call->in[2])) {
        images_backward(&s, call, out);
        return wick__scope_close(&s);
    }
    const void *pg = wick__read(&s, call->in[0]), *px = wick__read(&s, x);
    const void *scale = wick__read(&s, call->in[2]);
    void *gx = wick__make(&s, x->dtype, &shape, out);
    if (!s.status)
        wick__lrn_backward(x->context, x->dtype, l.n, l.c, l.s, v[0].integer, v[1].number,
                           v[2].number, px, scale, pg, gx);
    return wick__scope_close(&s);
}

const wick_op wick_op_local_response_norm_grad = {
    .name = "local_response_norm_grad",
    .args = local_grad_args,
    .method = WICK__METHOD_NONE,
    .internal = true,
    .forward = local_response_norm_grad_forward,
    .doc = "localResponseNorm's gradient; it has none itself"};
