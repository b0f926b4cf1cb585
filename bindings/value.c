/* Numbers, lists of numbers and nested tables, between Lua and the core. */
#include <math.h>
#include <string.h>

#include "lua_wick.h"

/* ---- elements ---- */

static float half_to_float(uint16_t h)
{
    int exponent = h >> 10 & 31, fraction = h & 1023;
    float magnitude = exponent == 31 ? (fraction ? NAN : INFINITY)
                      : exponent     ? ldexpf((float)(fraction + 1024), exponent - 25)
                                     : ldexpf((float)fraction, -24);
    return h & 0x8000 ? -magnitude : magnitude;
}

/* To the nearest, to even between two. */
static uint16_t float_to_half(float value)
{
    uint16_t sign = signbit(value) ? 0x8000 : 0;
    float magnitude = fabsf(value);
    int exponent;
    if (magnitude != magnitude)
        return sign | 0x7e00;
    if (magnitude >= 65520.0f)
        return sign | 0x7c00;
    frexpf(magnitude, &exponent);
    if (exponent < -13 || magnitude == 0)
        return sign | (uint16_t)nearbyintf(ldexpf(magnitude, 24));
    int fraction = (int)nearbyintf(ldexpf(magnitude, 11 - exponent)) - 1024;
    return (uint16_t)(sign | (((exponent + 14) << 10) + fraction));
}

static void push_float(lua_State *L, const wick_lua *state, double value)
{
    lua_Integer integer;
    if (state->torch7 && fabs(value) < 9007199254740992.0 && lua_numbertointeger(value, &integer) &&
        (double)integer == value)
        lua_pushinteger(L, integer);
    else
        lua_pushnumber(L, value);
}

void lua_wick_push_element(lua_State *L, const wick_lua *state, wick_dtype dtype, const void *at)
{
    switch (dtype) {
    case WICK_UINT8:
        lua_pushinteger(L, *(const uint8_t *)at);
        return;
    case WICK_INT8:
        lua_pushinteger(L, *(const int8_t *)at);
        return;
    case WICK_INT16:
        lua_pushinteger(L, *(const int16_t *)at);
        return;
    case WICK_INT32:
        lua_pushinteger(L, *(const int32_t *)at);
        return;
    case WICK_INT64:
        lua_pushinteger(L, *(const int64_t *)at);
        return;
    case WICK_FLOAT16:
        push_float(L, state, half_to_float(*(const uint16_t *)at));
        return;
    case WICK_FLOAT32:
        push_float(L, state, *(const float *)at);
        return;
    case WICK_FLOAT64:
        push_float(L, state, *(const double *)at);
        return;
    }
}

void lua_wick_push_item(lua_State *L, wick_tensor *tensor)
{
    const void *data;
    wick_lua *state = lua_wick_state(L);
    lua_wick_check(L, wick_tensor_read(tensor, &data));
    state->looked = true;
    lua_wick_push_element(L, state, wick_tensor_dtype(tensor), data);
}

static int64_t truncated(double value)
{
    if (value >= 9223372036854775807.0)
        return INT64_MAX;
    return value > -9223372036854775808.0 ? (int64_t)value : value != value ? 0 : INT64_MIN;
}

void lua_wick_write_element(lua_State *L, wick_dtype dtype, void *at, int index)
{
    double real = lua_tonumber(L, index);
    int64_t whole = lua_isinteger(L, index) ? lua_tointeger(L, index) : truncated(real);
    switch (dtype) {
    case WICK_UINT8:
        *(uint8_t *)at = (uint8_t)whole;
        return;
    case WICK_INT8:
        *(int8_t *)at = (int8_t)whole;
        return;
    case WICK_INT16:
        *(int16_t *)at = (int16_t)whole;
        return;
    case WICK_INT32:
        *(int32_t *)at = (int32_t)whole;
        return;
    case WICK_INT64:
        *(int64_t *)at = whole;
        return;
    case WICK_FLOAT32:
        *(float *)at = (float)real;
        return;
    case WICK_FLOAT64:
        *(double *)at = real;
        return;
    case WICK_FLOAT16:
        *(uint16_t *)at = float_to_half((float)real);
        return;
    }
}

/* ---- whole numbers ---- */

static int64_t integer_of(lua_State *L, int index, const char *name, bool may_truncate)
{
    if (lua_isinteger(L, index))
        return lua_tointeger(L, index);
    int is_number;
    double value = lua_tonumberx(L, index, &is_number);
    if (!is_number)
        lua_wick_error(L, "%s: expected a whole number, got %s", name, lua_wick_describe(L, index));
    bool fits = value >= -9223372036854775808.0 && value < 9223372036854775808.0;
    if (!fits || (!may_truncate && value != floor(value)))
        lua_wick_error(L, "%s is %g; it has to be a whole number%s", name, value,
                       fits ? ", for example by math.floor" : "");
    return (int64_t)value;
}

int64_t lua_wick_integer(lua_State *L, int index, const char *name)
{
    return integer_of(L, index, name, true);
}

int64_t lua_wick_whole(lua_State *L, int index, const char *name)
{
    return integer_of(L, index, name, false);
}

static void add_size(lua_State *L, const char *name, wick_sizes *sizes, int64_t value)
{
    if (sizes->count == WICK_MAX_DIM)
        lua_wick_error(L, "%s: more than %d numbers in a list of sizes", name, WICK_MAX_DIM);
    sizes->v[sizes->count++] = value;
}

static void storage_sizes(lua_State *L, const char *name, wick_storage *storage, wick_sizes *sizes)
{
    void *data;
    if (wick_storage_dtype(storage) != WICK_INT64)
        lua_wick_error(L, "%s: expected sizes as a torch.LongStorage, got a torch.%sStorage", name,
                       lua_wick_type_name(wick_storage_dtype(storage)));
    lua_wick_check(L, wick_storage_data(storage, &data));
    for (int64_t i = 0; i < wick_storage_size(storage); i++)
        add_size(L, name, sizes, ((int64_t *)data)[i]);
}

static void table_sizes(lua_State *L, int index, const char *name, wick_sizes *sizes)
{
    lua_Integer n = luaL_len(L, index);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, index, i);
        add_size(L, name, sizes, lua_wick_integer(L, -1, name));
        lua_pop(L, 1);
    }
}

int lua_wick_sizes(lua_State *L, int index, const char *name, wick_sizes *sizes)
{
    sizes->count = 0;
    wick_storage *storage = lua_wick_to_storage(L, index);
    if (storage) {
        storage_sizes(L, name, storage, sizes);
        return 1;
    }
    if (lua_istable(L, index)) {
        table_sizes(L, index, name, sizes);
        return 1;
    }
    int top = lua_gettop(L), first = index;
    while (index <= top && lua_isnumber(L, index))
        add_size(L, name, sizes, lua_wick_integer(L, index++, name));
    return index - first;
}

/* ---- kinds of tables ---- */

lua_options lua_wick_options(lua_State *L, int index)
{
    if (!lua_istable(L, index) || lua_rawlen(L, index) > 0)
        return LUA_WICK_NO_OPTIONS;
    if (lua_getmetatable(L, index)) {
        lua_pop(L, 1);
        return LUA_WICK_NO_OPTIONS;
    }
    lua_pushnil(L);
    if (!lua_next(L, index))
        return LUA_WICK_EMPTY_OPTIONS;
    bool named = lua_type(L, -2) == LUA_TSTRING;
    lua_pop(L, 2);
    return named ? LUA_WICK_OPTIONS : LUA_WICK_NO_OPTIONS;
}

bool lua_wick_is_tensor_list(lua_State *L, int index)
{
    if (!lua_istable(L, index))
        return false;
    lua_rawgeti(L, index, 1);
    bool is_tensor = lua_wick_to_tensor(L, -1) != NULL;
    lua_pop(L, 1);
    return is_tensor;
}

bool lua_wick_is_number_list(lua_State *L, int index)
{
    if (!lua_istable(L, index))
        return false;
    lua_rawgeti(L, index, 1);
    bool is_number = lua_isnumber(L, -1);
    lua_pop(L, 1);
    return is_number || lua_rawlen(L, index) == 0;
}

/* ---- nested tables ---- */

/* The shape by the first entries of each level. */
static void measure(lua_State *L, int index, wick_sizes *sizes)
{
    luaL_checkstack(L, WICK_MAX_DIM + 4, "a table nested too deeply");
    lua_pushvalue(L, index);
    while (lua_istable(L, -1)) {
        int64_t n = (int64_t)lua_rawlen(L, -1);
        if (n == 0 && sizes->count == 0)
            break;
        if (sizes->count == WICK_MAX_DIM)
            lua_wick_error(L,
                           "a tensor from a table: the table is nested more than %d deep, the "
                           "most dimensions a tensor has",
                           WICK_MAX_DIM);
        add_size(L, "a tensor from a table", sizes, n);
        if (n == 0)
            break;
        lua_rawgeti(L, -1, 1);
        lua_remove(L, -2);
    }
    lua_pop(L, 1);
}

static char *fill(lua_State *L, int index, const wick_sizes *sizes, int level, wick_dtype dtype,
                  char *at)
{
    if (level == sizes->count) {
        if (!lua_isnumber(L, index))
            lua_wick_error(L,
                           "invalid element (not a number): a tensor is made of numbers, but "
                           "the table holds %s",
                           lua_wick_describe(L, index));
        lua_wick_write_element(L, dtype, at, index);
        return at + wick_dtype_size(dtype);
    }
    if (!lua_istable(L, index) || (int64_t)lua_rawlen(L, index) != sizes->v[level])
        lua_wick_error(L,
                       "invalid tensor sizes: the table is ragged; at depth %d it has %s where "
                       "%d entries are expected",
                       level + 1, lua_istable(L, index) ? "another number of entries" : "a value",
                       (int)sizes->v[level]);
    for (int64_t i = 1; i <= sizes->v[level]; i++) {
        lua_rawgeti(L, index, i);
        at = fill(L, lua_gettop(L), sizes, level + 1, dtype, at);
        lua_pop(L, 1);
    }
    return at;
}

void lua_wick_table_to_tensor(lua_State *L, int index, wick_dtype dtype)
{
    wick_sizes sizes = {.count = 0};
    void *data;
    index = lua_absindex(L, index);
    measure(L, index, &sizes);
    wick_tensor **slot = lua_wick_push_box(L);
    lua_wick_check(L, wick_tensor_new(lua_wick_context(L), dtype, sizes.count, sizes.v, slot));
    lua_wick_settle(L, -1);
    if (wick_tensor_count(*slot) == 0)
        return;
    lua_wick_check(L, wick_tensor_data(*slot, &data));
    fill(L, index, &sizes, 0, dtype, data);
}
