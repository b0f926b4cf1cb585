/* Operators: + - * / % ^ and unary minus make new tensors; * between tensors is Torch7's: dot
 * product and matrix products. A recorded one-element tensor computes and compares like a number.
 */
#include <math.h>

#include "lua_wick.h"

static wick_tensor *number_like(lua_State *L, int index)
{
    wick_tensor *t = lua_wick_to_tensor(L, index);
    return t && wick_tensor_requires_grad(t) && wick_tensor_count(t) == 1 ? t : NULL;
}

static int unsupported(lua_State *L, const char *operator)
{
    lua_settop(L, 2);
    const char *left = lua_wick_describe(L, 1), *right = lua_wick_describe(L, 2);
    return lua_wick_error(L, "%s and %s have no operator %s", left, right, operator);
}

static int with_number(lua_State *L, wick_lua *state, const wick_op *op, int tensor, int number)
{
    lua_wick_apply_in(L, state, op, tensor, 1, (wick_value[]){{.number = lua_tonumber(L, number)}});
    return 1;
}

static int with_tensor(lua_State *L, wick_lua *state, const wick_op *op)
{
    lua_wick_apply_in(L, state, op, 1, 2, (wick_value[]){{.number = 1}});
    return 1;
}

/* Numbers come first or second; `swapped` is the operation for number first, NULL: none. */
static int arithmetic(lua_State *L, wick_lua *state, const char *operator, const wick_op * tensors,
                      const wick_op *number, const wick_op *swapped)
{
    bool left = lua_wick_to_tensor(L, 1), right = lua_wick_to_tensor(L, 2);
    if (left && right && tensors)
        return with_tensor(L, state, tensors);
    if (left && lua_isnumber(L, 2))
        return with_number(L, state, number, 1, 2);
    if (right && lua_isnumber(L, 1) && swapped)
        return with_number(L, state, swapped, 2, 1);
    return unsupported(L, operator);
}

static int tensor_add(lua_State *L)
{
    wick_lua *state = lua_wick_method_state(L);
    const lua_wick_used *op = &state->op;
    return arithmetic(L, state, "+", op->add, op->add_number, op->add_number);
}

static int tensor_sub(lua_State *L)
{
    wick_lua *state = lua_wick_method_state(L);
    const lua_wick_used *op = &state->op;
    return arithmetic(L, state, "-", op->csub, op->subtract_number, op->subtract_from);
}

static int tensor_unm(lua_State *L)
{
    lua_wick_check_tensor(L, 1, "-");
    lua_wick_apply(L, lua_wick_op(L, neg), 1, 1, NULL);
    return 1;
}

static int product(lua_State *L, wick_lua *state)
{
    const lua_wick_used *op = &state->op;
    int left = wick_tensor_ndim(lua_wick_to_tensor(L, 1));
    int right = wick_tensor_ndim(lua_wick_to_tensor(L, 2));
    if (number_like(L, 1) || number_like(L, 2))
        return with_tensor(L, state, op->cmul);
    if (left == 2 && (right == 1 || right == 2)) {
        lua_wick_apply_in(L, state, right == 1 ? op->mv : op->mm, 1, 2, NULL);
        return 1;
    }
    if (left != 1 || right != 1)
        return lua_wick_error(L,
                              "multiplication between %dD and %dD tensors not yet supported: "
                              "* is the dot product and the matrix products; cmul goes element "
                              "by element",
                              left, right);
    lua_wick_apply_in(L, state, op->dot, 1, 2, NULL);
    wick_tensor *dot = lua_wick_to_tensor(L, -1);
    if (!wick_tensor_requires_grad(dot))
        lua_wick_push_item(L, dot);
    return 1;
}

static int tensor_mul(lua_State *L)
{
    wick_lua *state = lua_wick_method_state(L);
    if (lua_wick_to_tensor(L, 1) && lua_wick_to_tensor(L, 2))
        return product(L, state);
    return arithmetic(L, state, "*", NULL, state->op.mul, state->op.mul);
}

static int tensor_div(lua_State *L)
{
    wick_lua *state = lua_wick_method_state(L);
    const lua_wick_used *op = &state->op;
    bool tensors = lua_wick_to_tensor(L, 1) && lua_wick_to_tensor(L, 2);
    if (tensors && !number_like(L, 1) && !number_like(L, 2))
        return lua_wick_error(L, "/ divides a tensor by a number; cdiv divides element by element");
    return arithmetic(L, state, "/", op->cdiv, op->div, op->divide_number);
}

static int tensor_mod(lua_State *L)
{
    wick_lua *state = lua_wick_method_state(L);
    return arithmetic(L, state, "%", state->op.cremainder, state->op.remainder, NULL);
}

static int tensor_pow(lua_State *L)
{
    wick_lua *state = lua_wick_method_state(L);
    return arithmetic(L, state, "^", state->op.cpow, state->op.pow, state->op.pow_of);
}

/* ---- order: for recorded one-element tensors ---- */

static double value_of(lua_State *L, int index, const char *operator)
{
    double value = 0;
    wick_tensor *t = lua_wick_to_tensor(L, index);
    if (!t && lua_isnumber(L, index))
        return lua_tonumber(L, index);
    if (!t || wick_tensor_count(t) != 1) {
        lua_settop(L, 2);
        const char *left = lua_wick_describe(L, 1), *right = lua_wick_describe(L, 2);
        lua_wick_error(L,
                       "%s and %s have no operator %s; x:lt(y), x:gt(y) and their like compare "
                       "elements",
                       left, right, operator);
    }
    lua_wick_check(L, wick_tensor_item(t, &value));
    return value;
}

static int tensor_lt(lua_State *L)
{
    lua_pushboolean(L, value_of(L, 1, "<") < value_of(L, 2, "<"));
    return 1;
}

static int tensor_le(lua_State *L)
{
    lua_pushboolean(L, value_of(L, 1, "<=") <= value_of(L, 2, "<="));
    return 1;
}

void lua_wick_open_operators(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"__add", tensor_add}, {"__sub", tensor_sub}, {"__unm", tensor_unm}, {"__mul", tensor_mul},
        {"__div", tensor_div}, {"__mod", tensor_mod}, {"__pow", tensor_pow}, {"__lt", tensor_lt},
        {"__le", tensor_le},   {NULL, NULL}};
    lua_wick_tensor_methods(L, methods);
}
