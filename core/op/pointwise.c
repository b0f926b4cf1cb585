/* Mathematics of one tensor, element by element. Torch7's method forms write in place. */
#include "op/describe.h"

static const wick__arg unary_args[] = {TENSOR("x"), END};

#define UNARY(NAME, SAVES, DOC, EXAMPLE)                                                           \
    const wick_op wick_op_##NAME = {.name = #NAME,                                                 \
                                    .args = unary_args,                                            \
                                    .saves = SAVES,                                                \
                                    .method = WICK__METHOD_IN_PLACE,                               \
                                    .elementwise = true,                                           \
                                    .forward = NAME##_forward,                                     \
                                    .backward = NAME##_backward,                                   \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

#define CONSTANT(NAME, DOC, EXAMPLE)                                                               \
    FORWARD(NAME, #NAME)                                                                           \
    const wick_op wick_op_##NAME = {.name = #NAME,                                                 \
                                    .args = unary_args,                                            \
                                    .method = WICK__METHOD_IN_PLACE,                               \
                                    .elementwise = true,                                           \
                                    .constant = true,                                              \
                                    .forward = NAME##_forward,                                     \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

#define INPUT WICK__SAVE_IN(0)
#define OUTPUT WICK__SAVE_OUT(0)

FORWARD(neg, "neg")
BACKWARD(neg, wick__negate(s, G))
UNARY(neg, 0, "-x", "print(torch.neg(torch.Tensor{1, -2}))")

FORWARD(abs, "abs")
BACKWARD(abs, wick__multiply(s, G, wick__unary(s, &wick_op_sign, X)))
UNARY(abs, INPUT, "The absolute value; its derivative at 0 is taken as 0",
      "print(torch.abs(torch.Tensor{1, -2}))")

FORWARD(square, "square")
BACKWARD(square, wick__multiply(s, G, wick__scale(s, X, 2)))
UNARY(square, INPUT, "x x", "print(torch.square(torch.Tensor{1, -2}))")

FORWARD(sqrt, "sqrt")
BACKWARD(sqrt, wick__divide(s, G, wick__scale(s, Y, 2)))
UNARY(sqrt, OUTPUT, "The square root; NaN for negative elements",
      "print(torch.sqrt(torch.Tensor{4, 9}))")

FORWARD(rsqrt, "rsqrt")
BACKWARD(rsqrt, wick__multiply(s, G, wick__scale(s, wick__power(s, Y, 3), -0.5)))
UNARY(rsqrt, OUTPUT, "1 / sqrt(x)", "print(torch.rsqrt(torch.Tensor{4, 16}))")

FORWARD(cinv, "cinv")
BACKWARD(cinv, wick__negate(s, wick__multiply(s, G, wick__square(s, Y))))
UNARY(cinv, OUTPUT, "1 / x", "print(torch.cinv(torch.Tensor{4, 2}))")

FORWARD(exp, "exp")
BACKWARD(exp, wick__multiply(s, G, Y))
UNARY(exp, OUTPUT, "e to the power x", "print(torch.exp(torch.Tensor{0, 1}))")

FORWARD(log, "log")
BACKWARD(log, wick__divide(s, G, X))
UNARY(log, INPUT, "The natural logarithm; NaN for negative elements",
      "print(torch.log(torch.Tensor{1, 10}))")

FORWARD(log1p, "log1p")
BACKWARD(log1p, wick__divide(s, G, wick__shift(s, X, 1)))
UNARY(log1p, INPUT, "log(1 + x), accurate for small x", "print(torch.log1p(torch.Tensor{0, 1}))")

FORWARD(sin, "sin")
BACKWARD(sin, wick__multiply(s, G, wick__unary(s, &wick_op_cos, X)))
UNARY(sin, INPUT, "The sine of x in radians", "print(torch.sin(torch.Tensor{0, 1}))")

FORWARD(cos, "cos")
BACKWARD(cos, wick__negate(s, wick__multiply(s, G, wick__unary(s, &wick_op_sin, X))))
UNARY(cos, INPUT, "The cosine of x in radians", "print(torch.cos(torch.Tensor{0, 1}))")

FORWARD(tan, "tan")
BACKWARD(tan, wick__multiply(s, G, wick__shift(s, wick__square(s, Y), 1)))
UNARY(tan, OUTPUT, "The tangent of x in radians", "print(torch.tan(torch.Tensor{0, 1}))")

/* sqrt(1 - x x) */
static wick_tensor *leg(wick__scope *s, wick_tensor *x)
{
    return wick__unary(s, &wick_op_sqrt, wick__minus(s, 1, wick__square(s, x)));
}

FORWARD(asin, "asin")
BACKWARD(asin, wick__divide(s, G, leg(s, X)))
UNARY(asin, INPUT, "The arc sine, in radians; NaN outside [-1, 1]",
      "print(torch.asin(torch.Tensor{0, 1}))")

FORWARD(acos, "acos")
BACKWARD(acos, wick__negate(s, wick__divide(s, G, leg(s, X))))
UNARY(acos, INPUT, "The arc cosine, in radians; NaN outside [-1, 1]",
      "print(torch.acos(torch.Tensor{0, 1}))")

FORWARD(atan, "atan")
BACKWARD(atan, wick__divide(s, G, wick__shift(s, wick__square(s, X), 1)))
UNARY(atan, INPUT, "The arc tangent, in radians", "print(torch.atan(torch.Tensor{0, 1}))")

FORWARD(sinh, "sinh")
BACKWARD(sinh, wick__multiply(s, G, wick__unary(s, &wick_op_cosh, X)))
UNARY(sinh, INPUT, "The hyperbolic sine", "print(torch.sinh(torch.Tensor{0, 1}))")

FORWARD(cosh, "cosh")
BACKWARD(cosh, wick__multiply(s, G, wick__unary(s, &wick_op_sinh, X)))
UNARY(cosh, INPUT, "The hyperbolic cosine", "print(torch.cosh(torch.Tensor{0, 1}))")

FORWARD(tanh, "tanh")
BACKWARD(tanh, wick__binary(s, &wick_op_tanh_grad, G, Y))
UNARY(tanh, OUTPUT, "The hyperbolic tangent", "print(torch.tanh(torch.Tensor{0, 1}))")

FORWARD(sigmoid, "sigmoid")
BACKWARD(sigmoid, wick__binary(s, &wick_op_sigmoid_grad, G, Y))
UNARY(sigmoid, OUTPUT, "1 / (1 + exp(-x))", "print(torch.sigmoid(torch.Tensor{0, 1}))")

/* 2 / sqrt(pi) exp(-x x) */
static wick_tensor *bell(wick__scope *s, wick_tensor *x)
{
    wick_tensor *power = wick__negate(s, wick__square(s, x));
    return wick__scale(s, wick__unary(s, &wick_op_exp, power), 1.1283791670955126);
}

FORWARD(erf, "erf")
BACKWARD(erf, wick__multiply(s, G, bell(s, X)))
UNARY(erf, INPUT, "The error function", "print(torch.erf(torch.Tensor{0, 1}))")

FORWARD(frac, "frac")
BACKWARD(frac, G)
UNARY(frac, 0, "x - trunc(x), with the sign of x", "print(torch.frac(torch.Tensor{1.25, -2.5}))")

CONSTANT(sign, "-1, 0 or 1; its gradient is zero", "print(torch.sign(torch.Tensor{3, -2}))")
CONSTANT(floor, "The largest integer not above x; its gradient is zero",
         "print(torch.floor(torch.Tensor{1.5, -1.5}))")
CONSTANT(ceil, "The smallest integer not below x; its gradient is zero",
         "print(torch.ceil(torch.Tensor{1.5, -1.5}))")
CONSTANT(round, "The nearest integer, halves away from zero; its gradient is zero",
         "print(torch.round(torch.Tensor{1.5, -2.5}))")
CONSTANT(trunc, "The integer part; its gradient is zero",
         "print(torch.trunc(torch.Tensor{1.5, -1.5}))")
