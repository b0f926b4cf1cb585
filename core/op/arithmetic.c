/* Arithmetic of tensors with tensors and with numbers, under Torch7's names: mul and div take a
 * number, cmul and cdiv go element by element, add and csub take either, with a factor. */
#include "op/describe.h"
#include "op/images.h"

#define ARITHMETIC(NAME, LUA, ARGS, SAVES, DOC, EXAMPLE)                                           \
    const wick_op wick_op_##NAME = {.name = LUA,                                                   \
                                    .args = ARGS,                                                  \
                                    .saves = SAVES,                                                \
                                    .method = WICK__METHOD_IN_PLACE,                               \
                                    .elementwise = true,                                           \
                                    .forward = NAME##_forward,                                     \
                                    .backward = NAME##_backward,                                   \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

#define FIRST WICK__SAVE_IN(0)
#define SECOND WICK__SAVE_IN(1)
#define THIRD WICK__SAVE_IN(2)
#define RESULT WICK__SAVE_OUT(0)

static const wick__arg number_args[] = {TENSOR("x"), NUMBER("value"), END};
static const wick__arg number_first_args[] = {NUMBER("value"), TENSOR("x"), END};
static const wick__arg tensor_args[] = {TENSOR("x"), TENSOR("z"), END};
static const wick__arg factor_args[] = {TENSOR("x"), NUMBER_OR("alpha", 1), TENSOR("z"), END};

/* Integers refuse a divisor of 0. */
static wick_status divided_by_number(const wick__map *map, const wick_call *call, wick_tensor **out)
{
    wick_status status = wick__check_divisor(map->name, call->in[0]->dtype, call->value[0].number);
    return status ? status : wick__elementwise(map, call, out);
}

static wick_status divided_by_tensor(const wick__map *map, const wick_call *call, wick_tensor **out)
{
    wick_status status = wick_dtype_is_floating(call->in[0]->dtype)
                             ? WICK_OK
                             : wick__check_divisors(map->name, call->in[1]);
    return status ? status : wick__elementwise(map, call, out);
}

#define DIVISION(NAME, DIVIDED)                                                                    \
    static wick_status NAME##_forward(const wick_call *call, wick_tensor **out)                    \
    {                                                                                              \
        static const wick__map map = {.name = #NAME, .lines = &wick__##NAME##_lines};              \
        return DIVIDED(&map, call, out);                                                           \
    }

/* ---- with a number ---- */

FORWARD(add_number, "add")
BACKWARD(add_number, G)
ARITHMETIC(add_number, "add", number_args, 0, "x + value",
           "print(torch.add(torch.Tensor{1, 2}, 10))")

FORWARD(subtract_number, "csub")
BACKWARD(subtract_number, G)
ARITHMETIC(subtract_number, "csub", number_args, 0, "x - value",
           "print(torch.csub(torch.Tensor{1, 2}, 10))")

FORWARD(subtract_from, "subtractFrom")
BACKWARD(subtract_from, wick__negate(s, G))
ARITHMETIC(subtract_from, "subtractFrom", number_args, 0, "value - x; what `value - x` calls",
           "print(10 - torch.Tensor{1, 2})")

FORWARD(mul, "mul")
BACKWARD(mul, wick__scale(s, G, wick__number(r, 0)))
ARITHMETIC(mul, "mul", number_args, 0, "x times a number; integers truncate the number first",
           "print(torch.mul(torch.Tensor{1, 2}, 10))")

DIVISION(div, divided_by_number)
BACKWARD(div, wick__with_number(s, &wick_op_div, G, wick__number(r, 0)))
ARITHMETIC(div, "div", number_args, 0,
           "x divided by a number; integers truncate the number first and the result toward zero",
           "print(torch.div(torch.Tensor{1, 2}, 10))")

FORWARD(divide_number, "divideNumber")
static void divide_number_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_tensor *slope = wick__divide(s, Y, X);
    r->dx[0] = wick__negate(s, wick__multiply(s, G, slope));
}
ARITHMETIC(divide_number, "divideNumber", number_args, FIRST | RESULT,
           "value / x; what `value / x` calls", "print(1 / torch.Tensor{1, 2})")

DIVISION(fmod, divided_by_number)
BACKWARD(fmod, G)
ARITHMETIC(fmod, "fmod", number_args, 0,
           "The rest of x divided by a number, with the sign of x (mod is an old alias)",
           "print(torch.fmod(torch.Tensor{5, -5}, 3))")

DIVISION(remainder, divided_by_number)
BACKWARD(remainder, G)
ARITHMETIC(remainder, "remainder", number_args, 0,
           "The rest of x divided by a number, with the sign of the divisor; the operator %",
           "print(torch.remainder(torch.Tensor{5, -5}, 3))")

FORWARD(pow, "pow")
static void pow_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    double a = wick__number(r, 0);
    wick_tensor *slope =
        a == 0 ? wick__scale(s, X, 0) : wick__scale(s, wick__power(s, X, a - 1), a);
    r->dx[0] = wick__multiply(s, G, slope);
}
ARITHMETIC(pow, "pow", number_args, FIRST, "x to the power of a number",
           "print(torch.pow(torch.Tensor{1, 2}, 3))")

static wick_status pow_of_forward(const wick_call *call, wick_tensor **out)
{
    static const wick__map map = {.name = "pow", .lines = &wick__pow_of_lines};
    return wick__elementwise(&map, call, out);
}
/* log 0 is endless, but 0 to a power that is not negative (a finite result) does not slope. */
static wick_tensor *slope_of_zero(wick__scope *s, wick_tensor *y)
{
    wick_tensor *finite = wick__with_number(s, &wick_op_lt_number, y, __builtin_inf());
    if (!finite)
        return NULL;
    wick_value dtype = {.integer = y->dtype};
    finite = wick__run(s, &wick_op_convert, 1, &finite, &dtype);
    return wick__multiply(s, y, wick__unary(s, &wick_op_log, finite));
}
static void pow_of_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    double base = wick__number(r, 0);
    wick_tensor *slope = base == 0 ? slope_of_zero(s, Y) : wick__scale(s, Y, __builtin_log(base));
    r->dx[0] = wick__multiply(s, G, slope);
}
ARITHMETIC(pow_of, "pow", number_first_args, RESULT, "A number to the power x",
           "print(torch.pow(2, torch.Tensor{1, 3}))")

/* The gradient goes to x where it is on its side of the number. */
FORWARD(max_number, "cmax")
BACKWARD(max_number,
         wick__multiply(s, G, wick__with_number(s, &wick_op_ge_number, X, wick__number(r, 0))))
ARITHMETIC(max_number, "cmax", number_args, FIRST, "The larger of x and a number",
           "print(torch.cmax(torch.Tensor{1, 5}, 3))")

FORWARD(min_number, "cmin")
BACKWARD(min_number,
         wick__multiply(s, G, wick__with_number(s, &wick_op_le_number, X, wick__number(r, 0))))
ARITHMETIC(min_number, "cmin", number_args, FIRST, "The smaller of x and a number",
           "print(torch.cmin(torch.Tensor{1, 5}, 3))")

/* ---- two tensors ---- */

static wick_status add_forward(const wick_call *call, wick_tensor **out)
{
    static const wick__map map = {.name = "add", .lines = &wick__add_lines};
    bool done = false;
    wick_status status = WICK_OK;
    if (call->value[0].number == 1)
        status = wick__images_add(call->in[0], call->in[1], out, &done);
    return status || done ? status : wick__elementwise(&map, call, out);
}
static void add_backward(wick__rule *r)
{
    double alpha = wick__number(r, 0);
    r->dx[0] = G;
    if (r->wants[1])
        r->dx[1] = alpha == 1 ? G : wick__scale(r->scope, G, alpha);
}
ARITHMETIC(add, "add", factor_args, 0, "x + alpha z, with broadcasting",
           "print(torch.add(torch.Tensor{1, 2}, 10, torch.Tensor{3, 4}))")

static wick_status csub_forward(const wick_call *call, wick_tensor **out)
{
    static const wick__map map = {.name = "csub", .lines = &wick__subtract_lines};
    return wick__elementwise(&map, call, out);
}
static void csub_backward(wick__rule *r)
{
    r->dx[0] = G;
    if (r->wants[1])
        r->dx[1] = wick__scale(r->scope, G, -wick__number(r, 0));
}
ARITHMETIC(csub, "csub", factor_args, 0, "x - alpha z, with broadcasting",
           "print(torch.csub(torch.Tensor{1, 2}, torch.Tensor{3, 4}))")

FORWARD(cmul, "cmul")
static void cmul_backward(wick__rule *r)
{
    if (r->wants[0])
        r->dx[0] = wick__multiply(r->scope, G, Z);
    if (r->wants[1])
        r->dx[1] = wick__multiply(r->scope, G, X);
}
ARITHMETIC(cmul, "cmul", tensor_args, FIRST | SECOND, "x z element by element, with broadcasting",
           "print(torch.cmul(torch.Tensor{1, 2}, torch.Tensor{3, 4}))")

DIVISION(cdiv, divided_by_tensor)
static void cdiv_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    if (r->wants[0])
        r->dx[0] = wick__divide(s, G, Z);
    if (r->wants[1]) {
        wick_tensor *slope = wick__divide(s, wick__divide(s, X, Z), Z);
        r->dx[1] = wick__negate(s, wick__multiply(s, G, slope));
    }
}
ARITHMETIC(cdiv, "cdiv", tensor_args, FIRST | SECOND, "x / z element by element, with broadcasting",
           "print(torch.cdiv(torch.Tensor{1, 2}, torch.Tensor{3, 4}))")

static wick_tensor *is_zero(wick__scope *s, wick_tensor *x)
{
    return wick__with_number(s, &wick_op_eq_number, x, 0);
}

/* At x = 0 the limits are meant, not 0 times infinity: what is taken to the power of 0, or to the
 * power z >= 0, does not slope there. */
FORWARD(cpow, "cpow")
static void cpow_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    if (r->wants[0]) {
        wick_tensor *exponent = wick__add(s, wick__shift(s, Z, -1), is_zero(s, Z));
        wick_tensor *lower = wick__binary(s, &wick_op_cpow, X, exponent);
        r->dx[0] = wick__multiply(s, G, wick__multiply(s, Z, lower));
    }
    if (r->wants[1]) {
        wick_tensor *above = wick__with_number(s, &wick_op_ge_number, Z, 0);
        wick_tensor *base = wick__add(s, X, wick__multiply(s, is_zero(s, X), above));
        wick_tensor *slope = wick__multiply(s, Y, wick__unary(s, &wick_op_log, base));
        r->dx[1] = wick__multiply(s, G, slope);
    }
}
ARITHMETIC(cpow, "cpow", tensor_args, FIRST | SECOND | RESULT,
           "x to the power z element by element, with broadcasting",
           "print(torch.cpow(torch.Tensor{2, 3}, torch.Tensor{3, 2}))")

/* d/dz of x - z trunc(x / z) or x - z floor(x / z) is minus the whole number. */
static void rest_backward(wick__rule *r, const wick_op *whole)
{
    wick__scope *s = r->scope;
    r->dx[0] = G;
    if (r->wants[1]) {
        wick_tensor *times = wick__unary(s, whole, wick__divide(s, X, Z));
        r->dx[1] = wick__negate(s, wick__multiply(s, G, times));
    }
}

DIVISION(cfmod, divided_by_tensor)
static void cfmod_backward(wick__rule *r)
{
    rest_backward(r, &wick_op_trunc);
}
ARITHMETIC(cfmod, "cfmod", tensor_args, FIRST | SECOND,
           "The rest of x / z element by element, with the sign of x (cmod is an old alias)",
           "print(torch.cfmod(torch.Tensor{5, -5}, torch.Tensor{3, 3}))")

DIVISION(cremainder, divided_by_tensor)
static void cremainder_backward(wick__rule *r)
{
    rest_backward(r, &wick_op_floor);
}
ARITHMETIC(cremainder, "cremainder", tensor_args, FIRST | SECOND,
           "The rest of x / z element by element, with the sign of z",
           "print(torch.cremainder(torch.Tensor{5, -5}, torch.Tensor{3, 3}))")

/* At ties the gradient goes to the first. */
static void extreme_backward(wick__rule *r, const wick_op *first_wins, const wick_op *second_wins)
{
    wick__scope *s = r->scope;
    if (r->wants[0])
        r->dx[0] = wick__multiply(s, G, wick__binary(s, first_wins, X, Z));
    if (r->wants[1])
        r->dx[1] = wick__multiply(s, G, wick__binary(s, second_wins, X, Z));
}

FORWARD(cmax, "cmax")
static void cmax_backward(wick__rule *r)
{
    extreme_backward(r, &wick_op_ge, &wick_op_lt);
}
ARITHMETIC(cmax, "cmax", tensor_args, FIRST | SECOND,
           "The larger of x and z element by element, with broadcasting; NaN wins",
           "print(torch.cmax(torch.Tensor{1, 5}, torch.Tensor{3, 4}))")

FORWARD(cmin, "cmin")
static void cmin_backward(wick__rule *r)
{
    extreme_backward(r, &wick_op_le, &wick_op_gt);
}
ARITHMETIC(cmin, "cmin", tensor_args, FIRST | SECOND,
           "The smaller of x and z element by element, with broadcasting; NaN wins",
           "print(torch.cmin(torch.Tensor{1, 5}, torch.Tensor{3, 4}))")

/* The gradient at the origin, which has no angle, is 0. */
FORWARD(atan2, "atan2")
static void atan2_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_tensor *square = wick__add(s, wick__square(s, X), wick__square(s, Z));
    wick_tensor *g = wick__divide(s, G, wick__add(s, square, is_zero(s, square)));
    if (r->wants[0])
        r->dx[0] = wick__multiply(s, g, Z);
    if (r->wants[1])
        r->dx[1] = wick__negate(s, wick__multiply(s, g, X));
}
ARITHMETIC(atan2, "atan2", tensor_args, FIRST | SECOND,
           "The angle of the point (z, x) in radians, with broadcasting",
           "print(torch.atan2(torch.Tensor{1, -1}, torch.Tensor{1, 1}))")

/* ---- three tensors ---- */

static const wick__arg addc_args[] = {TENSOR("x"), NUMBER_OR("alpha", 1), TENSOR("z"), TENSOR("u"),
                                      END};
#define U (wick__input(r, 2))

FORWARD(addcmul, "addcmul")
static void addcmul_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    r->dx[0] = G;
    if (r->wants[1])
        r->dx[1] = wick__multiply(s, wick__scale(s, G, wick__number(r, 0)), U);
    if (r->wants[2])
        r->dx[2] = wick__multiply(s, wick__scale(s, G, wick__number(r, 0)), Z);
}
ARITHMETIC(addcmul, "addcmul", addc_args, SECOND | THIRD, "x + alpha z u, with broadcasting",
           "print(torch.addcmul(torch.Tensor{1}, 2, torch.Tensor{3}, torch.Tensor{4}))")

static wick_status addcdiv_forward(const wick_call *call, wick_tensor **out)
{
    static const wick__map map = {.name = "addcdiv", .lines = &wick__addcdiv_lines};
    wick_status status = wick__check_divisors("addcdiv", call->in[2]);
    return status ? status : wick__elementwise(&map, call, out);
}
static void addcdiv_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_tensor *g = wick__scale(s, G, wick__number(r, 0));
    r->dx[0] = G;
    if (r->wants[1])
        r->dx[1] = wick__divide(s, g, U);
    if (r->wants[2]) {
        wick_tensor *slope = wick__divide(s, wick__divide(s, Z, U), U);
        r->dx[2] = wick__negate(s, wick__multiply(s, g, slope));
    }
}
ARITHMETIC(addcdiv, "addcdiv", addc_args, SECOND | THIRD, "x + alpha z / u, with broadcasting",
           "print(torch.addcdiv(torch.Tensor{1}, 2, torch.Tensor{3}, torch.Tensor{4}))")

static const wick__arg lerp_args[] = {TENSOR("x"), TENSOR("z"), NUMBER("weight"), END};
FORWARD(lerp, "lerp")
static void lerp_backward(wick__rule *r)
{
    double weight = wick__number(r, 0);
    if (r->wants[0])
        r->dx[0] = wick__scale(r->scope, G, 1 - weight);
    if (r->wants[1])
        r->dx[1] = wick__scale(r->scope, G, weight);
}
ARITHMETIC(lerp, "lerp", lerp_args, 0, "x + weight (z - x), with broadcasting",
           "print(torch.lerp(torch.Tensor{0}, torch.Tensor{10}, 0.5))")
