/* Convolution of volumes (cross-correlation), the same transposed, and their gradients, all made of
 * those of images: conv3d_frames.h says how. */
#include "op/conv3d_frames.h"
#include "op/conv_rules.h"
#include "op/dense.h"

#define BOTH (WICK__SAVE_IN(0) | WICK__SAVE_IN(1))

static const wick__conv_family family = {&wick_op_conv3d, &wick_op_conv3d_input,
                                         &wick_op_conv3d_weight};

/* g added up over batch and places, where a bias wants it: frames one below the other are images
 * to it. */
static void bias_backward(wick__rule *r)
{
    if (!wick__wants_bias(r))
        return;
    const int64_t *size = G->size + G->ndim - 4;
    wick_sizes tall = {4, {G->ndim == 5 ? G->size[0] : 1, size[0], size[1] * size[2], size[3]}};
    r->dx[2] = wick__unary(r->scope, &wick_op_channel_sums, wick__reshape(r->scope, G, &tall));
}

/* The weight as that of frames. */
static wick_tensor *flat_weight(wick__scope *s, const wick__conv3d *c, wick_tensor *w)
{
    wick_sizes shape = wick__frames_weight(c);
    return wick__dense_view(s, w, &shape);
}

/* ---- conv3d ---- */

static const wick__arg conv3d_args[] = {TENSOR("x"), TENSOR("weight"), OPTIONAL_TENSOR("bias"),
                                        CONV_OPTIONS, END};

static wick_status conv3d_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *w = call->in[1], *bias = wick__bias_of(call);
    wick_sizes volume = wick__sizes_like(x), weight = wick__sizes_like(w);
    wick__conv3d c;
    wick__scope s;
    wick_status status = wick__check_one_type("conv3d", call->inputs, call->in);
    if (!status)
        status = wick__conv3d_read("conv3d", &volume, &weight, call->value, &c);
    if (!status)
        status = wick__conv_check_bias("conv3d", bias, c.out_channels, &weight);
    if (status)
        return status;
    wick__scope_open(&s, x->context);
    wick_tensor *y = wick__run_frames(&s, &wick_op_conv2d, &c, wick__frames_of(&s, &c, x),
                                      flat_weight(&s, &c, w), bias, NULL);
    wick__output_of(&s, &c, y, out);
    return wick__scope_close(&s);
}

static void conv3d_backward(wick__rule *r)
{
    wick__convolve_backward(r, &family);
    bias_backward(r);
}

const wick_op wick_op_conv3d = {
    .name = "conv3d",
    .args = conv3d_args,
    .saves = BOTH,
    .forward = conv3d_forward,
    .backward = conv3d_backward,
    .doc = "Every window of the volumes x, C x T x H x W or N x C x T x H x W, times every filter "
           "of the weight, O x C / groups x kT x kH x kW, plus a bias (O) "
           "(nn.VolumetricConvolution; kernels are not flipped). stride, pad and dilation are one "
           "number or {depth, height, width}",
    .example = "local x, weight = torch.ones(3, 4, 8, 8), torch.ones(16, 3, 3, 3, 3)\n"
               "print(x:conv3d(weight, torch.ones(16), {stride = {1, 2, 2}, pad = 1}):size())"};

/* ---- conv3d_input: the gradient that arrives, back to the volume ---- */

static const wick__arg input_args[] = {TENSOR("g"), TENSOR("weight"), CONV_OPTIONS, SIZES("size"),
                                       END};

/* The volumes begin as zeros or as their channel's bias. */
static void begin_volumes(wick__scope *s, wick_tensor *volumes, wick_tensor *bias)
{
    wick_sizes shape = wick__sizes_like(volumes), channels = {4, {0, 1, 1, 1}};
    wick_call zero = {.value = {{.number = 0}}};
    if (s->status)
        return;
    if (!bias) {
        s->status = wick_apply_into(&wick_op_fill, &zero, &volumes);
        return;
    }
    channels.v[0] = bias->size[0];
    wick_tensor *spread = wick__expand(s, wick__reshape(s, bias, &channels), &shape);
    if (spread)
        s->status = wick_tensor_copy(volumes, spread);
}

static wick_status back_to_volumes(const wick__conv3d *c, wick_tensor *g, wick_tensor *w,
                                   wick_tensor *bias, wick_tensor **out)
{
    wick_sizes shape = wick__frames_shape(c);
    wick__scope s;
    wick__scope_open(&s, g->context);
    wick_tensor *frames =
        wick__run_frames(&s, &wick_op_conv2d_input, c, wick__output_images(&s, c, g),
                         flat_weight(&s, c, w), NULL, &shape);
    if (wick__make(&s, g->dtype, &c->volume, out)) {
        begin_volumes(&s, *out, bias);
        wick__add_frames(&s, c, frames, *out);
    }
    return wick__scope_close(&s);
}

static wick_status conv3d_input_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *g = call->in[0], *w = call->in[1];
    wick_sizes weight = wick__sizes_like(w);
    wick__conv3d c;
    wick_status status = wick__check_one_type("conv3d_input", 2, call->in);
    if (!status)
        status = wick__conv3d_read("conv3d_input", call->value[WICK__CONV_OPTIONS].sizes, &weight,
                                   call->value, &c);
    if (!status)
        status = wick__check_gradient("conv3d_input", g, &c.output);
    return status ? status : back_to_volumes(&c, g, w, NULL, out);
}

static void conv3d_input_backward(wick__rule *r)
{
    wick__conv_input_backward(r, &family);
}

const wick_op wick_op_conv3d_input = {.name = "conv3d_input",
                                      .args = input_args,
                                      .saves = BOTH,
                                      .method = WICK__METHOD_NONE,
                                      .internal = true,
                                      .forward = conv3d_input_forward,
                                      .backward = conv3d_input_backward,
                                      .doc = "conv3d's gradient with respect to x"};

/* ---- conv3d_weight ---- */

static const wick__arg weight_args[] = {TENSOR("x"), TENSOR("g"), CONV_OPTIONS, SIZES("size"), END};

static wick_status conv3d_weight_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *g = call->in[1];
    wick_sizes volume = wick__sizes_like(x);
    wick__conv3d c;
    wick__scope s;
    wick_status status = wick__check_one_type("conv3d_weight", 2, call->in);
    if (!status)
        status = wick__conv3d_read("conv3d_weight", &volume, call->value[WICK__CONV_OPTIONS].sizes,
                                   call->value, &c);
    if (!status)
        status = wick__check_gradient("conv3d_weight", g, &c.output);
    if (status)
        return status;
    wick_sizes flat = wick__frames_weight(&c);
    wick__scope_open(&s, x->context);
    wick_tensor *gw = wick__run_frames(&s, &wick_op_conv2d_weight, &c, wick__frames_of(&s, &c, x),
                                       wick__output_images(&s, &c, g), NULL, &flat);
    *out = wick__dense_result(&s, gw, &c.weight);
    return wick__scope_close(&s);
}

static void conv3d_weight_backward(wick__rule *r)
{
    wick__conv_weight_backward(r, &family);
}

const wick_op wick_op_conv3d_weight = {.name = "conv3d_weight",
                                       .args = weight_args,
                                       .saves = BOTH,
                                       .method = WICK__METHOD_NONE,
                                       .internal = true,
                                       .forward = conv3d_weight_forward,
                                       .backward = conv3d_weight_backward,
                                       .doc = "conv3d's gradient with respect to the weight"};

/* ---- convTranspose3d ---- */

static const wick__arg transposed_args[] = {
    TENSOR("x"),  TENSOR("weight"),      OPTIONAL_TENSOR("bias"),
    CONV_OPTIONS, TRIPLE_OR_NONE("adj"), END};

static wick_status conv_transpose3d_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *w = call->in[1], *bias = wick__bias_of(call);
    wick_sizes input = wick__sizes_like(x), weight = wick__sizes_like(w);
    wick__conv3d c;
    wick_status status = wick__check_one_type("convTranspose3d", call->inputs, call->in);
    if (!status)
        status = wick__conv3d_read_transposed("convTranspose3d", &input, &weight, call->value, &c);
    if (!status)
        status = wick__conv_check_bias("convTranspose3d", bias, c.v.channels, &weight);
    return status ? status : back_to_volumes(&c, x, w, bias, out);
}

static void conv_transpose3d_backward(wick__rule *r)
{
    wick__conv_input_backward(r, &family);
    bias_backward(r);
}

const wick_op wick_op_conv_transpose3d = {
    .name = "convTranspose3d",
    .args = transposed_args,
    .saves = BOTH,
    .forward = conv_transpose3d_forward,
    .backward = conv_transpose3d_backward,
    .doc =
        "conv3d the other way round, from its output to a volume of its input's size "
        "(nn.VolumetricFullConvolution): x I x T x H x W or N x I x T x H x W, weight "
        "I x O / groups x kT x kH x kW, bias O; depth (T - 1) stride - 2 pad + dilation (kT - 1) + "
        "1 + adj",
    .example = "local x, weight = torch.ones(16, 2, 4, 4), torch.ones(16, 3, 3, 3, 3)\n"
               "print(x:convTranspose3d(weight, {stride = 2, pad = 1, adj = 1}):size())"};
