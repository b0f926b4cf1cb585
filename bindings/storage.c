/* Storages as Lua sees them: flat, 1-based arrays. */
#include <string.h>

#include "lua_wick.h"

static wick_storage *check_storage(lua_State *L, int index, const char *what)
{
    wick_storage *storage = lua_wick_to_storage(L, index);
    if (!storage)
        lua_wick_error(L, "%s: expected a storage as argument %d, got %s", what, index,
                       lua_wick_describe(L, index));
    return storage;
}

static wick_storage *push_new(lua_State *L, wick_dtype dtype, int64_t size)
{
    wick_storage **slot = lua_wick_push_storage_box(L);
    lua_wick_check(L, wick_storage_new(lua_wick_context(L), dtype, size, slot));
    lua_wick_settle_storage(L, -1);
    return *slot;
}

static char *data_of(lua_State *L, wick_storage *storage)
{
    void *data;
    lua_wick_check(L, wick_storage_data(storage, &data));
    return data;
}

void lua_wick_push_sizes(lua_State *L, int count, const int64_t *v)
{
    wick_storage *storage = push_new(L, WICK_INT64, count);
    if (count)
        memcpy(data_of(L, storage), v, sizeof(int64_t) * (size_t)count);
}

static void from_table(lua_State *L, wick_dtype dtype)
{
    int64_t n = (int64_t)lua_rawlen(L, 2);
    char *data = data_of(L, push_new(L, dtype, n));
    for (int64_t i = 0; i < n; i++) {
        lua_rawgeti(L, 2, i + 1);
        if (!lua_isnumber(L, -1))
            lua_wick_error(L,
                           "torch.%sStorage: entry %lld of the table is %s; it has to be a "
                           "number",
                           lua_wick_type_name(dtype), (long long)i + 1, lua_wick_describe(L, -1));
        lua_wick_write_element(L, dtype, data + (size_t)i * wick_dtype_size(dtype), -1);
        lua_pop(L, 1);
    }
}

/* newStorage(type name [, size or table]) */
static int new_storage(lua_State *L)
{
    int dtype = lua_wick_dtype(luaL_checkstring(L, 1));
    if (dtype < 0)
        return lua_wick_error(L, "%s is not a string describing a torch object",
                              lua_tostring(L, 1));
    if (lua_istable(L, 2))
        from_table(L, (wick_dtype)dtype);
    else
        push_new(L, (wick_dtype)dtype, lua_isnoneornil(L, 2) ? 0 : lua_wick_integer(L, 2, "size"));
    return 1;
}

static int storage_size(lua_State *L)
{
    lua_pushinteger(L, wick_storage_size(check_storage(L, 1, "size")));
    return 1;
}

static char *element(lua_State *L, wick_storage *storage, int index)
{
    int64_t i = lua_wick_integer(L, index, "index");
    if (i < 1 || i > wick_storage_size(storage))
        lua_wick_error(L, "index %lld out of bounds of a storage of %lld elements", (long long)i,
                       (long long)wick_storage_size(storage));
    return data_of(L, storage) + (size_t)(i - 1) * wick_dtype_size(wick_storage_dtype(storage));
}

static int storage_index(lua_State *L)
{
    wick_storage *storage = check_storage(L, 1, "index");
    if (lua_isnumber(L, 2)) {
        lua_wick_push_element(L, wick_storage_dtype(storage), element(L, storage, 2));
        return 1;
    }
    lua_getmetatable(L, 1);
    lua_pushvalue(L, 2);
    lua_rawget(L, -2);
    return 1;
}

static int storage_newindex(lua_State *L)
{
    wick_storage *storage = check_storage(L, 1, "index");
    if (!lua_isnumber(L, 2) || !lua_isnumber(L, 3))
        return lua_wick_error(L, "a storage takes numbers at whole indices, not %s at %s",
                              lua_wick_describe(L, 3), lua_wick_describe(L, 2));
    lua_wick_write_element(L, wick_storage_dtype(storage), element(L, storage, 2), 3);
    wick_storage_touch(storage);
    return 0;
}

static int storage_fill(lua_State *L)
{
    wick_storage *storage = check_storage(L, 1, "fill");
    wick_dtype dtype = wick_storage_dtype(storage);
    char *data = data_of(L, storage);
    if (!lua_isnumber(L, 2))
        return lua_wick_error(L, "fill: a storage is filled with a number, not %s",
                              lua_wick_describe(L, 2));
    for (int64_t i = 0; i < wick_storage_size(storage); i++)
        lua_wick_write_element(L, dtype, data + (size_t)i * wick_dtype_size(dtype), 2);
    wick_storage_touch(storage);
    lua_settop(L, 1);
    return 1;
}

/* Pushes a 1-D view of the whole storage. */
static wick_tensor *push_view(lua_State *L, wick_storage *storage)
{
    int64_t n = wick_storage_size(storage);
    wick_tensor **slot = lua_wick_push_box(L);
    lua_wick_check(L, wick_tensor_on(storage, 0, n > 0, &n, NULL, slot));
    return *slot;
}

static int storage_copy(lua_State *L)
{
    wick_tensor *to = push_view(L, check_storage(L, 1, "copy"));
    wick_tensor *from = push_view(L, check_storage(L, 2, "copy"));
    lua_wick_check(L, wick_tensor_copy(to, from));
    lua_settop(L, 1);
    return 1;
}

static int storage_resize(lua_State *L)
{
    wick_storage *storage = check_storage(L, 1, "resize");
    lua_wick_check(L, wick_storage_resize(storage, lua_wick_integer(L, 2, "size")));
    lua_wick_spend(L);
    lua_settop(L, 1);
    return 1;
}

static int storage_totable(lua_State *L)
{
    wick_storage *storage = check_storage(L, 1, "totable");
    wick_dtype dtype = wick_storage_dtype(storage);
    const char *data = data_of(L, storage);
    lua_newtable(L);
    for (int64_t i = 0; i < wick_storage_size(storage); i++) {
        lua_wick_push_element(L, dtype, data + (size_t)i * wick_dtype_size(dtype));
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

static int storage_string(lua_State *L)
{
    wick_storage *storage = check_storage(L, 1, "string");
    if (wick_dtype_size(wick_storage_dtype(storage)) != 1)
        return lua_wick_error(L, "string: only Byte and Char storages hold text, this is %s",
                              lua_wick_describe(L, 1));
    if (lua_isnoneornil(L, 2)) {
        lua_pushlstring(L, data_of(L, storage), (size_t)wick_storage_size(storage));
        return 1;
    }
    size_t n;
    const char *text = luaL_checklstring(L, 2, &n);
    lua_wick_check(L, wick_storage_resize(storage, (int64_t)n));
    memcpy(data_of(L, storage), text, n);
    wick_storage_touch(storage);
    lua_settop(L, 1);
    return 1;
}

static int storage_element_size(lua_State *L)
{
    wick_dtype dtype = wick_storage_dtype(check_storage(L, 1, "elementSize"));
    lua_pushinteger(L, (lua_Integer)wick_dtype_size(dtype));
    return 1;
}

void lua_wick_open_storage(lua_State *L)
{
    static const luaL_Reg methods[] = {{"size", storage_size},
                                       {"__len", storage_size},
                                       {"__index", storage_index},
                                       {"__newindex", storage_newindex},
                                       {"fill", storage_fill},
                                       {"copy", storage_copy},
                                       {"resize", storage_resize},
                                       {"totable", storage_totable},
                                       {"string", storage_string},
                                       {"elementSize", storage_element_size},
                                       {NULL, NULL}};
    static const luaL_Reg functions[] = {{"newStorage", new_storage}, {NULL, NULL}};
    lua_wick_storage_methods(L, methods);
    luaL_setfuncs(L, functions, 0);
}
