/* Steps of optimisers in one pass: what optim uses where nothing asks for more. */
#include "lua_wick.h"

static double number(lua_State *L, const char *name)
{
    lua_getfield(L, -1, name);
    double value = luaL_optnumber(L, -1, 0);
    lua_pop(L, 1);
    return value;
}

static bool flag(lua_State *L, const char *name)
{
    lua_getfield(L, -1, name);
    bool value = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return value;
}

/* sgdStep(x, gradient, velocity, {rate, momentum, dampening, decay, nesterov}) */
static int sgd_step(lua_State *L)
{
    wick_tensor *x = lua_wick_check_tensor(L, 1, "sgdStep");
    wick_tensor *gradient = lua_wick_check_tensor(L, 2, "sgdStep");
    wick_tensor *velocity = lua_wick_check_tensor(L, 3, "sgdStep");
    luaL_checktype(L, 4, LUA_TTABLE);
    lua_settop(L, 4);
    wick_sgd o = {.rate = number(L, "rate"),
                  .momentum = number(L, "momentum"),
                  .dampening = number(L, "dampening"),
                  .decay = number(L, "decay"),
                  .nesterov = flag(L, "nesterov")};
    lua_wick_check(L, wick_sgd_step(x, gradient, velocity, &o));
    return 0;
}

/* adamStep(x, gradient, mean, square, {rate, beta1, beta2, epsilon, decay}) */
static int adam_step(lua_State *L)
{
    wick_tensor *x = lua_wick_check_tensor(L, 1, "adamStep");
    wick_tensor *gradient = lua_wick_check_tensor(L, 2, "adamStep");
    wick_tensor *mean = lua_wick_check_tensor(L, 3, "adamStep");
    wick_tensor *square = lua_wick_check_tensor(L, 4, "adamStep");
    luaL_checktype(L, 5, LUA_TTABLE);
    lua_settop(L, 5);
    wick_adam o = {.rate = number(L, "rate"),
                   .beta1 = number(L, "beta1"),
                   .beta2 = number(L, "beta2"),
                   .epsilon = number(L, "epsilon"),
                   .decay = number(L, "decay")};
    lua_wick_check(L, wick_adam_step(x, gradient, mean, square, &o));
    return 0;
}

void lua_wick_open_update(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"adamStep", adam_step}, {"sgdStep", sgd_step}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
