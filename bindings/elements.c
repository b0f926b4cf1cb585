/* Elements one by one: callbacks and tables. */
#include "construct.h"

/* A private row-major copy, so that a callback may do what it likes with the tensor. */
static char *push_copy(lua_State *L, wick_tensor *t)
{
    void *data = NULL;
    wick_sizes sizes = {.count = wick_tensor_ndim(t)};
    for (int i = 0; i < sizes.count; i++)
        sizes.v[i] = wick_tensor_size(t, i);
    lua_wick_push_new(L, wick_tensor_dtype(t), &sizes);
    wick_tensor *copy = lua_wick_to_tensor(L, -1);
    lua_wick_state(L)->looked = true;
    if (wick_tensor_count(copy) > 0) {
        lua_wick_check(L, wick_tensor_copy(copy, t));
        lua_wick_check(L, wick_tensor_data(copy, &data));
    }
    return data;
}

/* (t, [others,] f): f(x, ...) for every element; a number it returns takes the element's place. */
static int map_elements(lua_State *L, const char *name, int others)
{
    wick_tensor *t = lua_wick_check_tensor(L, 1, name);
    wick_dtype dtype = wick_tensor_dtype(t);
    int64_t n = wick_tensor_count(t);
    const wick_lua *state = lua_wick_state(L);
    char *data[3];
    wick_dtype types[3];
    lua_wick_check_function(L, others + 2, name);
    lua_settop(L, others + 2);
    for (int i = 0; i <= others; i++) {
        wick_tensor *o = lua_wick_check_tensor(L, i + 1, name);
        if (wick_tensor_count(o) != n)
            return lua_wick_error(L, "%s: size mismatch: %lld and %lld elements", name,
                                  (long long)n, (long long)wick_tensor_count(o));
        types[i] = wick_tensor_dtype(o);
        data[i] = push_copy(L, o);
    }
    for (int64_t i = 0; i < n; i++) {
        lua_pushvalue(L, others + 2);
        for (int j = 0; j <= others; j++)
            lua_wick_push_element(L, state, types[j],
                                  data[j] + (size_t)i * wick_dtype_size(types[j]));
        lua_call(L, others + 1, 1);
        if (lua_isnumber(L, -1))
            lua_wick_write_element(L, dtype, data[0] + (size_t)i * wick_dtype_size(dtype), -1);
        else if (!lua_isnil(L, -1))
            return lua_wick_error(L,
                                  "%s: the function returned %s; it has to return a number, or "
                                  "nil to leave the element",
                                  name, lua_wick_describe(L, -1));
        lua_pop(L, 1);
    }
    if (n > 0)
        lua_wick_apply_into(L, lua_wick_op(L, copy), others + 3, 1, NULL, 1);
    lua_settop(L, 1);
    return 1;
}

static int tensor_apply(lua_State *L)
{
    return map_elements(L, "apply", 0);
}

static int tensor_map(lua_State *L)
{
    return map_elements(L, "map", 1);
}

static int tensor_map2(lua_State *L)
{
    return map_elements(L, "map2", 2);
}

/* Pushes the sub-table at `level`; `at` walks the row-major copy. */
static const char *push_table(lua_State *L, const wick_lua *state, wick_tensor *t, int level,
                              const char *at)
{
    luaL_checkstack(L, 3, "a tensor of many dimensions");
    if (level == wick_tensor_ndim(t)) {
        lua_wick_push_element(L, state, wick_tensor_dtype(t), at);
        return at + wick_dtype_size(wick_tensor_dtype(t));
    }
    int64_t n = wick_tensor_size(t, level);
    lua_createtable(L, n < INT32_MAX ? (int)n : 0, 0);
    for (int64_t i = 1; i <= n; i++) {
        at = push_table(L, state, t, level + 1, at);
        lua_rawseti(L, -2, i);
    }
    return at;
}

static int tensor_totable(lua_State *L)
{
    wick_tensor *t = lua_wick_check_tensor(L, 1, "totable");
    const char *data = push_copy(L, t);
    if (wick_tensor_ndim(t) == 0)
        lua_newtable(L);
    else
        push_table(L, lua_wick_state(L), t, 0, data);
    return 1;
}

/* tensorString(t): the bytes of a Byte or Char tensor, row-major. */
static int tensor_string(lua_State *L)
{
    wick_tensor *t = lua_wick_check_tensor(L, 1, "string");
    if (wick_dtype_size(wick_tensor_dtype(t)) != 1)
        return lua_wick_error(L, "string: only Byte and Char tensors hold text, this is %s",
                              lua_wick_describe(L, 1));
    const char *data = push_copy(L, t);
    lua_pushlstring(L, data ? data : "", (size_t)wick_tensor_count(t));
    return 1;
}

void lua_wick_open_elements(lua_State *L)
{
    static const luaL_Reg methods[] = {{"apply", tensor_apply},
                                       {"map", tensor_map},
                                       {"map2", tensor_map2},
                                       {"totable", tensor_totable},
                                       {NULL, NULL}};
    static const luaL_Reg functions[] = {{"tensorString", tensor_string}, {NULL, NULL}};
    lua_wick_tensor_methods(L, methods);
    luaL_setfuncs(L, functions, 0);
}
