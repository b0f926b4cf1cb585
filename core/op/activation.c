/* Activation functions that Torch7 had as modules only; here they are operations that return a new
 * tensor. tanh and sigmoid stand in pointwise.c. The gradients' loops are operations too, so that
 * second derivatives exist. */
#include "op/describe.h"
#include "op/images.h"

static const wick__arg unary_args[] = {TENSOR("x"), END};
static const wick__arg gradient_args[] = {TENSOR("g"), TENSOR("z"), NUMBER_OR("a", 0),
                                          NUMBER_OR("b", 0), END};

#define ACTIVATION(NAME, LUA, ARGS, SAVES, DOC, EXAMPLE)                                           \
    const wick_op wick_op_##NAME = {.name = LUA,                                                   \
                                    .args = ARGS,                                                  \
                                    .saves = SAVES,                                                \
                                    .elementwise = true,                                           \
                                    .forward = NAME##_forward,                                     \
                                    .backward = NAME##_backward,                                   \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

/* A gradient loop: linear in g, so its own gradient is itself; z counts where z_gradient says so.
 */
#define GRADIENT(NAME, SAVES)                                                                      \
    const wick_op wick_op_##NAME = {.name = #NAME,                                                 \
                                    .args = gradient_args,                                         \
                                    .saves = SAVES,                                                \
                                    .method = WICK__METHOD_NONE,                                   \
                                    .elementwise = true,                                           \
                                    .internal = true,                                              \
                                    .forward = NAME##_forward,                                     \
                                    .backward = NAME##_backward,                                   \
                                    .doc = "A piece of a gradient"};

static wick_tensor *gate(wick__scope *s, const wick_op *op, wick_tensor *g, wick_tensor *z,
                         double a, double b)
{
    if (!g || !z)
        return NULL;
    return wick__run(s, op, 2, (wick_tensor *[]){g, z},
                     (wick_value[]){{.number = a}, {.number = b}});
}

/* A gate passes g where z says so: the same gate stands in its own gradient. */
static void gate_backward(wick__rule *r, const wick_op *op)
{
    r->dx[0] = gate(r->scope, op, G, Z, wick__number(r, 0), wick__number(r, 1));
}

/* ---- relu: on pending images both are part of the tail ---- */

static wick_status relu_grad_forward(const wick_call *call, wick_tensor **out)
{
    static const wick__map map = {.name = "relu_grad", .lines = &wick__relu_grad_lines};
    bool done;
    wick_status status = wick__images_mask(call->in[0], call->in[1], out, &done);
    return status || done ? status : wick__elementwise(&map, call, out);
}
static void relu_grad_backward(wick__rule *r)
{
    gate_backward(r, &wick_op_relu_grad);
}
GRADIENT(relu_grad, WICK__SAVE_IN(1))

static wick_status relu_forward(const wick_call *call, wick_tensor **out)
{
    static const wick__map map = {.name = "relu", .lines = &wick__relu_lines};
    bool done;
    wick_status status = wick__append_relu(call->in[0], out, &done);
    return status || done ? status : wick__elementwise(&map, call, out);
}
BACKWARD(relu, gate(s, &wick_op_relu_grad, G, Y, 0, 0))
ACTIVATION(relu, "relu", unary_args, WICK__SAVE_OUT(0), "max(x, 0)",
           "print(torch.relu(torch.Tensor{1, -2, 3, -1}))")

/* ---- the gradients of tanh and sigmoid, from their results ---- */

FORWARD(tanh_grad, "tanh_grad")
static void tanh_grad_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    if (r->wants[0])
        r->dx[0] = wick__binary(s, &wick_op_tanh_grad, G, Z);
    if (r->wants[1])
        r->dx[1] = wick__scale(s, wick__multiply(s, G, wick__multiply(s, X, Z)), -2);
}
GRADIENT(tanh_grad, WICK__SAVE_IN(0) | WICK__SAVE_IN(1))

FORWARD(sigmoid_grad, "sigmoid_grad")
static void sigmoid_grad_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    if (r->wants[0])
        r->dx[0] = wick__binary(s, &wick_op_sigmoid_grad, G, Z);
    if (r->wants[1]) {
        wick_tensor *slope = wick__shift(s, wick__scale(s, Z, -2), 1);
        r->dx[1] = wick__multiply(s, G, wick__multiply(s, X, slope));
    }
}
GRADIENT(sigmoid_grad, WICK__SAVE_IN(0) | WICK__SAVE_IN(1))

/* ---- threshold, clamp, leaky relu ---- */

FORWARD(threshold_grad, "threshold_grad")
static void threshold_grad_backward(wick__rule *r)
{
    gate_backward(r, &wick_op_threshold_grad);
}
GRADIENT(threshold_grad, WICK__SAVE_IN(1))

static const wick__arg threshold_args[] = {TENSOR("x"), NUMBER_OR("threshold", 1e-6),
                                           NUMBER_OR("value", 0), END};
FORWARD(threshold, "threshold")
BACKWARD(threshold, gate(s, &wick_op_threshold_grad, G, X, wick__number(r, 0), 0))
ACTIVATION(threshold, "threshold", threshold_args, WICK__SAVE_IN(0),
           "x where it is above the threshold, else the value (nn.Threshold)",
           "print(torch.threshold(torch.Tensor{0.5, 2}, 1, -7))")

FORWARD(clamp_grad, "clamp_grad")
static void clamp_grad_backward(wick__rule *r)
{
    gate_backward(r, &wick_op_clamp_grad);
}
GRADIENT(clamp_grad, WICK__SAVE_IN(1))

static const wick__arg clamp_args[] = {TENSOR("x"), NUMBER("low"), NUMBER("high"), END};
FORWARD(clamp, "clamp")
BACKWARD(clamp, gate(s, &wick_op_clamp_grad, G, X, wick__number(r, 0), wick__number(r, 1)))
const wick_op wick_op_clamp = {
    .name = "clamp",
    .args = clamp_args,
    .saves = WICK__SAVE_IN(0),
    .method = WICK__METHOD_IN_PLACE,
    .elementwise = true,
    .forward = clamp_forward,
    .backward = clamp_backward,
    .doc = "x, no lower than low and no higher than high; the gradient is zero at and outside them",
    .example = "print(torch.clamp(torch.Tensor{-2, 0.5, 2}, -1, 1))"};

FORWARD(leaky_relu_grad, "leaky_relu_grad")
static void leaky_relu_grad_backward(wick__rule *r)
{
    gate_backward(r, &wick_op_leaky_relu_grad);
}
GRADIENT(leaky_relu_grad, WICK__SAVE_IN(1))

static const wick__arg leaky_relu_args[] = {TENSOR("x"), NUMBER_OR("slope", 0.01), END};
FORWARD(leaky_relu, "leakyRelu")
static void leaky_relu_backward(wick__rule *r)
{
    r->dx[0] = gate(r->scope, &wick_op_leaky_relu_grad, G, X, wick__number(r, 0), 0);
}
ACTIVATION(leaky_relu, "leakyRelu", leaky_relu_args, WICK__SAVE_IN(0),
           "x where it is positive, else slope x (nn.LeakyReLU)",
           "print(torch.leakyRelu(torch.Tensor{1, -1}, 0.1))")

/* ---- smooth ones, their gradients composed ---- */

static wick_tensor *masked(wick__scope *s, wick_tensor *g, const wick_op *compare, wick_tensor *x,
                           double a)
{
    return wick__multiply(s, g, wick__with_number(s, compare, x, a));
}

static const wick__arg elu_args[] = {TENSOR("x"), NUMBER_OR("alpha", 1), END};
FORWARD(elu, "elu")
static void elu_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    double alpha = wick__number(r, 0);
    wick_tensor *below = wick__with_number(s, &wick_op_le_number, X, 0);
    wick_tensor *slope = wick__scale(s, wick__unary(s, &wick_op_exp, X), alpha);
    r->dx[0] = below ? wick__run(s, &wick_op_where, 3,
                                 (wick_tensor *[]){below, wick__multiply(s, G, slope), G}, NULL)
                     : NULL;
}
ACTIVATION(
    elu, "elu", elu_args, WICK__SAVE_IN(0),
    "x where it is positive, else alpha (exp(x) - 1) (Clevert, Unterthiner, Hochreiter 2015)",
    "print(torch.elu(torch.Tensor{1, -1}))")

static const wick__arg softplus_args[] = {TENSOR("x"), NUMBER_OR("beta", 1), END};
FORWARD(softplus, "softPlus")
static void softplus_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_tensor *steep = wick__scale(s, X, wick__number(r, 0));
    r->dx[0] = wick__multiply(s, G, wick__unary(s, &wick_op_sigmoid, steep));
}
ACTIVATION(softplus, "softPlus", softplus_args, WICK__SAVE_IN(0),
           "log(1 + exp(beta x)) / beta, linear where beta x > 20 (nn.SoftPlus)",
           "print(torch.softPlus(torch.Tensor{0, 30}))")

FORWARD(log_sigmoid, "logSigmoid")
static void log_sigmoid_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_tensor *slope = wick__unary(s, &wick_op_sigmoid, wick__negate(s, X));
    r->dx[0] = wick__multiply(s, G, slope);
}
ACTIVATION(log_sigmoid, "logSigmoid", unary_args, WICK__SAVE_IN(0), "log(1 / (1 + exp(-x)))",
           "print(torch.logSigmoid(torch.Tensor{2}))")

static const wick__arg shrink_args[] = {TENSOR("x"), NUMBER_OR("lambda", 0.5), END};
FORWARD(hard_shrink, "hardShrink")
static void hard_shrink_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    r->dx[0] =
        masked(s, G, &wick_op_gt_number, wick__unary(s, &wick_op_abs, X), wick__number(r, 0));
}
ACTIVATION(hard_shrink, "hardShrink", shrink_args, WICK__SAVE_IN(0),
           "x where its absolute value is above lambda, else 0 (nn.HardShrink)",
           "print(torch.hardShrink(torch.Tensor{0.3, 2}))")

FORWARD(soft_shrink, "softShrink")
static void soft_shrink_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    r->dx[0] =
        masked(s, G, &wick_op_gt_number, wick__unary(s, &wick_op_abs, X), wick__number(r, 0));
}
ACTIVATION(soft_shrink, "softShrink", shrink_args, WICK__SAVE_IN(0),
           "x brought lambda nearer to 0, and 0 within lambda of it (nn.SoftShrink)",
           "print(torch.softShrink(torch.Tensor{0.3, 2}))")
