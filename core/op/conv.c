/* Convolution of images as networks know it (cross-correlation), the same transposed, and their
 * gradients. */
#include "op/conv_images.h"
#include "op/conv_rules.h"
#include "op/dense.h"
#include "op/images.h"

#define BOTH (WICK__SAVE_IN(0) | WICK__SAVE_IN(1))

static const wick__conv_family family = {&wick_op_conv2d, &wick_op_conv2d_input,
                                         &wick_op_conv2d_weight};

/* g added up over batch and pixels, where a bias wants it. */
static void bias_backward(wick__rule *r)
{
    if (wick__wants_bias(r))
        r->dx[2] = wick__unary(r->scope, &wick_op_channel_sums, G);
}

/* ---- channel_sums: the gradient of the bias ---- */

static const wick__arg sums_args[] = {TENSOR("g"), END};

static wick_status channel_sums_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *g = call->in[0];
    wick__image_size size;
    wick__scope s;
    if (!wick__image_size_of(g, &size))
        return wick__fail(WICK_ESHAPE, "channel_sums: %s are no images", wick__shape(g));
    wick_sizes channels = {1, {size.channels}};
    bool images = wick__is_images(g);
    wick__scope_open(&s, g->context);
    wick__blocked blocked = images ? wick__read_images(&s, g) : (wick__blocked){NULL, 0};
    const void *dense = images ? NULL : wick__read(&s, g);
    void *sums = wick__make(&s, g->dtype, &channels, out);
    if (!s.status && images)
        s.status = wick__images_sums(g->context, &size, blocked, sums);
    else if (!s.status)
        wick__conv_backward_bias(g->context, g->dtype, size.batch, size.channels,
                                 wick__plane(&size), dense, sums);
    return wick__scope_close(&s);
}

static void channel_sums_backward(wick__rule *r)
{
    wick_sizes shape = wick__sizes_of(r, 0);
    wick_sizes aligned = {3, {shape.v[shape.count - 3], 1, 1}};
    r->dx[0] = wick__expand(r->scope, wick__reshape(r->scope, G, &aligned), &shape);
}

const wick_op wick_op_channel_sums = {.name = "channel_sums",
                                      .args = sums_args,
                                      .method = WICK__METHOD_NONE,
                                      .internal = true,
                                      .forward = channel_sums_forward,
                                      .backward = channel_sums_backward,
                                      .doc = "conv2d's gradient with respect to the bias"};

/* ---- conv2d ---- */

static const wick__arg conv2d_args[] = {TENSOR("x"), TENSOR("weight"), OPTIONAL_TENSOR("bias"),
                                        CONV_OPTIONS, END};

static wick_status conv2d_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *w = call->in[1], *bias = wick__bias_of(call);
    wick_sizes image = wick__sizes_like(x), weight = wick__sizes_like(w);
    wick__conv c;
    wick__scope s;
    wick_status status = wick__check_one_type("conv2d", call->inputs, call->in);
    if (!status)
        status = wick__conv_read("conv2d", &image, &weight, call->value, &c);
    if (!status)
        status = wick__conv_check_bias("conv2d", bias, c.d.out_channels, &weight);
    if (status)
        return status;
    if (wick__conv_takes_images(&c, x->dtype))
        return wick__conv_images(&c, x, w, bias, out);
    wick__scope_open(&s, x->context);
    const void *px = wick__read(&s, x), *pw = wick__read(&s, w), *pb = wick__read(&s, bias);
    void *py = wick__make(&s, x->dtype, &c.output, out);
    if (!s.status)
        s.status = wick__conv_forward(x->context, x->dtype, &c.d, px, pw, pb, py);
    return wick__scope_close(&s);
}

static void conv2d_backward(wick__rule *r)
{
    wick__convolve_backward(r, &family);
    bias_backward(r);
}

const wick_op wick_op_conv2d = {
    .name = "conv2d",
    .args = conv2d_args,
    .saves = BOTH,
    .forward = conv2d_forward,
    .backward = conv2d_backward,
    .doc = "Every window of the images x, C x H x W or N x C x H x W, times every filter of the "
           "weight, O x C / groups x kH x kW, plus a bias (O) (nn.SpatialConvolution; kernels are "
           "not flipped). stride, pad and dilation are one number or {height, width}",
    .example = "local x, weight = torch.ones(3, 8, 8), torch.ones(16, 3, 3, 3)\n"
               "print(x:conv2d(weight, torch.ones(16), {stride = 2, pad = 1}):size())"};

/* ---- conv2d_input: the gradient that arrives, back to the image ---- */

static const wick__arg input_args[] = {TENSOR("g"), TENSOR("weight"), CONV_OPTIONS, SIZES("size"),
                                       END};

static wick_status conv2d_input_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *g = call->in[0], *w = call->in[1];
    wick_sizes weight = wick__sizes_like(w);
    wick__conv c;
    wick__scope s;
    wick_status status = wick__check_one_type("conv2d_input", 2, call->in);
    if (!status)
        status = wick__conv_read("conv2d_input", call->value[WICK__CONV_OPTIONS].sizes, &weight,
                                 call->value, &c);
    if (!status)
        status = wick__check_gradient("conv2d_input", g, &c.output);
    if (status)
        return status;
    if (wick__conv_takes_images(&c, g->dtype))
        return wick__conv_images_input(&c, g, w, NULL, out);
    wick__scope_open(&s, g->context);
    const void *pg = wick__read(&s, g), *pw = wick__read(&s, w);
    void *px = wick__make(&s, g->dtype, &c.image, out);
    if (!s.status)
        s.status = wick__conv_backward_input(g->context, g->dtype, &c.d, pw, pg, NULL, px);
    return wick__scope_close(&s);
}

static void conv2d_input_backward(wick__rule *r)
{
    wick__conv_input_backward(r, &family);
}

const wick_op wick_op_conv2d_input = {.name = "conv2d_input",
                                      .args = input_args,
                                      .saves = BOTH,
                                      .method = WICK__METHOD_NONE,
                                      .internal = true,
                                      .forward = conv2d_input_forward,
                                      .backward = conv2d_input_backward,
                                      .doc = "conv2d's gradient with respect to x"};

/* ---- conv2d_weight ---- */

static const wick__arg weight_args[] = {TENSOR("x"), TENSOR("g"), CONV_OPTIONS, SIZES("size"), END};

static wick_status conv2d_weight_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *g = call->in[1];
    wick_sizes image = wick__sizes_like(x);
    wick__conv c;
    wick__scope s;
    wick_status status = wick__check_one_type("conv2d_weight", 2, call->in);
    if (!status)
        status = wick__conv_read("conv2d_weight", &image, call->value[WICK__CONV_OPTIONS].sizes,
                                 call->value, &c);
    if (!status)
        status = wick__check_gradient("conv2d_weight", g, &c.output);
    if (status)
        return status;
    if (wick__conv_takes_images(&c, x->dtype))
        return wick__conv_images_weight(&c, x, g, out);
    wick__scope_open(&s, x->context);
    const void *px = wick__read(&s, x), *pg = wick__read(&s, g);
    void *pw = wick__make(&s, x->dtype, &c.weight, out);
    if (!s.status)
        s.status = wick__conv_backward_weight(x->context, x->dtype, &c.d, px, pg, pw, NULL);
    return wick__scope_close(&s);
}

static void conv2d_weight_backward(wick__rule *r)
{
    wick__conv_weight_backward(r, &family);
}

const wick_op wick_op_conv2d_weight = {.name = "conv2d_weight",
                                       .args = weight_args,
                                       .saves = BOTH,
                                       .method = WICK__METHOD_NONE,
                                       .internal = true,
                                       .forward = conv2d_weight_forward,
                                       .backward = conv2d_weight_backward,
                                       .doc = "conv2d's gradient with respect to the weight"};

/* ---- convTranspose2d ---- */

static const wick__arg transposed_args[] = {
    TENSOR("x"), TENSOR("weight"), OPTIONAL_TENSOR("bias"), CONV_OPTIONS, PAIR_OR_NONE("adj"), END};

static wick_status conv_transpose2d_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *w = call->in[1], *bias = wick__bias_of(call);
    wick_sizes input = wick__sizes_like(x), weight = wick__sizes_like(w);
    wick__conv c;
    wick__scope s;
    wick_status status = wick__check_one_type("convTranspose2d", call->inputs, call->in);
    if (!status)
        status = wick__conv_read_transposed("convTranspose2d", &input, &weight, call->value, &c);
    if (!status)
        status = wick__conv_check_bias("convTranspose2d", bias, c.d.in_channels, &weight);
    if (status)
        return status;
    if (wick__conv_takes_images(&c, x->dtype))
        return wick__conv_images_input(&c, x, w, bias, out);
    wick__scope_open(&s, x->context);
    const void *px = wick__read(&s, x), *pw = wick__read(&s, w), *pb = wick__read(&s, bias);
    void *py = wick__make(&s, x->dtype, &c.image, out);
    if (!s.status)
        s.status = wick__conv_backward_input(x->context, x->dtype, &c.d, pw, px, pb, py);
    return wick__scope_close(&s);
}

static void conv_transpose2d_backward(wick__rule *r)
{
    wick__conv_input_backward(r, &family);
    bias_backward(r);
}

const wick_op wick_op_conv_transpose2d = {
    .name = "convTranspose2d",
    .args = transposed_args,
    .saves = BOTH,
    .forward = conv_transpose2d_forward,
    .backward = conv_transpose2d_backward,
    .doc =
        "conv2d the other way round, from its output to an image of its input's size "
        "(nn.SpatialFullConvolution): x I x H x W or N x I x H x W, weight I x O / groups x kH x "
        "kW, bias O; height (H - 1) stride - 2 pad + dilation (kH - 1) + 1 + adj",
    .example = "local x, weight = torch.ones(16, 4, 4), torch.ones(16, 3, 3, 3)\n"
               "print(x:convTranspose2d(weight, {stride = 2, pad = 1, adj = 1}):size())"};
