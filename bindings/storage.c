/* Storages as Lua sees them: flat, 1-based arrays. */
#include "storage.h"

#include <string.h>

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

/* The memory, to be read. */
static char *data_of(lua_State *L, wick_storage *storage)
{
    void *data;
    lua_wick_check(L, wick_storage_data(storage, &data));
    return data;
}

/* The memory, to be written. */
static char *writable(lua_State *L, wick_storage *storage, const char *what)
{
    if (wick_storage_is_read_only(storage))
        lua_wick_error(L, "%s: the storage's memory is lent for reading only; write to a copy",
                       what);
    return data_of(L, storage);
}

void lua_wick_push_sizes(lua_State *L, int count, const int64_t *v)
{
    wick_storage *storage = push_new(L, WICK_INT64, count);
    if (count)
        memcpy(data_of(L, storage), v, sizeof(int64_t) * (size_t)count);
}

/* Pushes a 1-D view of the whole storage. */
static wick_tensor *push_view(lua_State *L, wick_storage *storage)
{
    int64_t n = wick_storage_size(storage);
    wick_tensor **slot = lua_wick_push_box(L);
    lua_wick_check(L, wick_tensor_on(storage, 0, n > 0, &n, NULL, slot));
    return *slot;
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

/* (storage [, offset [, size]]): shares the other's memory. */
static void view_of(lua_State *L, wick_dtype dtype, wick_storage *storage)
{
    if (wick_storage_dtype(storage) != dtype)
        lua_wick_error(L, "torch.%sStorage expected, got %s", lua_wick_type_name(dtype),
                       lua_wick_describe(L, 2));
    int64_t offset = lua_isnoneornil(L, 3) ? 1 : lua_wick_integer(L, 3, "offset");
    if (offset < 1)
        lua_wick_error(L, "offset %lld out of bounds: a storage begins at 1", (long long)offset);
    int64_t size = lua_isnoneornil(L, 4) ? wick_storage_size(storage) - (offset - 1)
                                         : lua_wick_integer(L, 4, "size");
    if (offset - 1 > wick_storage_size(storage) || size < 0 ||
        size > wick_storage_size(storage) - (offset - 1))
        lua_wick_error(L, "size out of bounds: %lld elements from %lld on, of a storage of %lld",
                       (long long)size, (long long)offset, (long long)wick_storage_size(storage));
    wick_storage **slot = lua_wick_push_storage_box(L);
    lua_wick_check(L, wick_storage_view(storage, offset - 1, size, slot));
    lua_wick_settle_storage(L, -1);
}

/* newStorage(type name [, size or table]), (type name, storage [, offset [, size]]) or (type name,
 * path [, shared [, size [, whether the path names shared memory]]]) */
static int new_storage(lua_State *L)
{
    int dtype = lua_wick_dtype(luaL_checkstring(L, 1));
    wick_storage *storage = lua_wick_to_storage(L, 2);
    if (dtype < 0)
        return lua_wick_error(L, "%s is not a string describing a torch object",
                              lua_tostring(L, 1));
    if (lua_istable(L, 2))
        from_table(L, (wick_dtype)dtype);
    else if (storage)
        view_of(L, (wick_dtype)dtype, storage);
    else if (lua_type(L, 2) == LUA_TSTRING)
        lua_wick_map_storage(L, (wick_dtype)dtype);
    else
        push_new(L, (wick_dtype)dtype, lua_isnoneornil(L, 2) ? 0 : lua_wick_integer(L, 2, "size"));
    return 1;
}

static int storage_size(lua_State *L)
{
    lua_pushinteger(L, wick_storage_size(check_storage(L, 1, "size")));
    return 1;
}

/* Where the element is whose index stands at 2, in the memory that begins at `data`. */
static char *element(lua_State *L, const wick_storage *storage, char *data)
{
    int64_t i = lua_wick_integer(L, 2, "index");
    if (i < 1 || i > wick_storage_size(storage))
        lua_wick_error(L, "index %lld out of bounds of a storage of %lld elements", (long long)i,
                       (long long)wick_storage_size(storage));
    return data + (size_t)(i - 1) * wick_dtype_size(wick_storage_dtype(storage));
}

static int storage_index(lua_State *L)
{
    wick_storage *storage = check_storage(L, 1, "index");
    if (lua_type(L, 2) == LUA_TNUMBER) {
        lua_wick_push_element(L, lua_wick_method_state(L), wick_storage_dtype(storage),
                              element(L, storage, data_of(L, storage)));
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
    char *at = element(L, storage, writable(L, storage, "storage"));
    lua_wick_write_element(L, wick_storage_dtype(storage), at, 3);
    wick_storage_touch(storage);
    return 0;
}

static int storage_fill(lua_State *L)
{
    wick_storage *storage = check_storage(L, 1, "fill");
    if (!lua_isnumber(L, 2))
        return lua_wick_error(L, "fill: a storage is filled with a number, not %s",
                              lua_wick_describe(L, 2));
    size_t size = wick_dtype_size(wick_storage_dtype(storage));
    char *data = writable(L, storage, "fill");
    for (int64_t i = 0; i < wick_storage_size(storage); i++)
        lua_wick_write_element(L, wick_storage_dtype(storage), data + (size_t)i * size, 2);
    wick_storage_touch(storage);
    lua_settop(L, 1);
    return 1;
}

static int storage_copy(lua_State *L)
{
    wick_storage *to_storage = check_storage(L, 1, "copy");
    wick_storage *from_storage = check_storage(L, 2, "copy");
    if (wick_storage_size(to_storage) != wick_storage_size(from_storage))
        return lua_wick_error(L, "copy: size mismatch: a storage of %lld elements into one of %lld",
                              (long long)wick_storage_size(from_storage),
                              (long long)wick_storage_size(to_storage));
    wick_tensor *to = push_view(L, to_storage), *from = push_view(L, from_storage);
    lua_wick_check(L, wick_tensor_copy(to, from));
    lua_settop(L, 1);
    return 1;
}

static int storage_resize(lua_State *L)
{
    wick_storage *storage = check_storage(L, 1, "resize");
    lua_wick_check(L, wick_storage_resize(storage, lua_wick_integer(L, 2, "size")));
    lua_wick_spend(L, lua_wick_state(L));
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
        lua_wick_push_element(L, lua_wick_state(L), dtype,
                              data + (size_t)i * wick_dtype_size(dtype));
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
    writable(L, storage, "string");
    lua_wick_check(L, wick_storage_resize(storage, (int64_t)n));
    char *data = data_of(L, storage);
    if (n > 0)
        memcpy(data, text, n);
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

/* free(): lets go of the memory; any later use raises. */
static int storage_free(lua_State *L)
{
    check_storage(L, 1, "free");
    luaL_callmeta(L, 1, "__gc");
    return 0;
}

/* retain(): memory is counted by who looks at it, so there is nothing to do. */
static int storage_retain(lua_State *L)
{
    check_storage(L, 1, "retain");
    return 0;
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
                                       {"elementSize", storage_element_size},
                                       {"free", storage_free},
                                       {"retain", storage_retain},
                                       {"string", storage_string},
                                       {NULL, NULL}};
    static const luaL_Reg functions[] = {{"newStorage", new_storage}, {NULL, NULL}};
    lua_wick_storage_methods(L, methods);
    luaL_setfuncs(L, functions, 0);
}
