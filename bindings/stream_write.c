/* The pieces of which Lua writes objects in Torch7's format: values that hold no others and runs of
 * them, tensors without their storages, and storages. */
#include "stream.h"

#include <limits.h>

static void put(lua_State *L, stream *s, wick_dtype dtype, const void *data, int64_t n)
{
    int64_t done = lua_wick_stream_put_numbers(L, s, dtype, data, n);
    if (done != n)
        lua_wick_stream_fail(L, s, "write error: wrote %lld blocks instead of %lld",
                             (long long)done, (long long)n);
}

static void put_int(lua_State *L, stream *s, lua_Integer value)
{
    int32_t number = (int32_t)value;
    if (number != value)
        lua_wick_error(L, "%s: %lld is more than the format can count", s->name, (long long)value);
    put(L, s, WICK_INT32, &number, 1);
}

static void put_text(lua_State *L, stream *s, int index)
{
    size_t n;
    const char *text = lua_tolstring(L, index, &n);
    put_int(L, s, n > INT_MAX ? LUA_MAXINTEGER : (lua_Integer)n);
    put(L, s, WICK_INT8, text, (int64_t)n);
}

/* Whether the value holds no other and has an exact place in the format. */
static bool is_plain(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNIL:
    case LUA_TBOOLEAN:
    case LUA_TSTRING:
        return true;
    case LUA_TNUMBER:
        return !lua_isinteger(L, index) ||
               (lua_tointeger(L, index) <= (lua_Integer)LUA_WICK_EXACT &&
                lua_tointeger(L, index) >= -(lua_Integer)LUA_WICK_EXACT);
    default:
        return false;
    }
}

static void put_plain(lua_State *L, stream *s, int index)
{
    double number;
    switch (lua_type(L, index)) {
    case LUA_TNIL:
        put_int(L, s, LUA_WICK_TAG_NIL);
        return;
    case LUA_TBOOLEAN:
        put_int(L, s, LUA_WICK_TAG_BOOLEAN);
        put_int(L, s, lua_toboolean(L, index));
        return;
    case LUA_TSTRING:
        put_int(L, s, LUA_WICK_TAG_STRING);
        put_text(L, s, index);
        return;
    default:
        number = lua_tonumber(L, index);
        put_int(L, s, LUA_WICK_TAG_NUMBER);
        put(L, s, WICK_FLOAT64, &number, 1);
    }
}

/* writePlain(file, value) -> whether it was one that holds no other */
static int write_plain(lua_State *L)
{
    stream *s = lua_wick_stream_writing(L, 1);
    bool plain = is_plain(L, 2);
    if (plain)
        put_plain(L, s, 2);
    lua_pushboolean(L, plain);
    return 1;
}

/* writeEntries(file, table [, key]): keys and values behind `key` until one of them is not plain,
 * which is returned unwritten with its key; nothing at the end of the table. */
static int write_entries(lua_State *L)
{
    stream *s = lua_wick_stream_writing(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 3);
    while (lua_next(L, 2)) {
        if (!is_plain(L, -2) || !is_plain(L, -1))
            return 2;
        put_plain(L, s, -2); /* numbers stay numbers: strings alone go through lua_tolstring */
        put_plain(L, s, -1);
        lua_pop(L, 1);
    }
    return 0;
}

/* writeInts(file, ...) */
static int write_ints(lua_State *L)
{
    stream *s = lua_wick_stream_writing(L, 1);
    int top = lua_gettop(L);
    for (int i = 2; i <= top; i++)
        put_int(L, s, luaL_checkinteger(L, i));
    return 0;
}

/* writeText(file, string): its length and bytes */
static int write_text(lua_State *L)
{
    stream *s = lua_wick_stream_writing(L, 1);
    luaL_checktype(L, 2, LUA_TSTRING);
    put_text(L, s, 2);
    return 0;
}

/* countEntries(table) */
static int count_entries(lua_State *L)
{
    lua_Integer n = 0;
    luaL_checktype(L, 1, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1))
        n++;
    lua_pushinteger(L, n);
    return 1;
}

/* writeTensor(file, tensor): all but the storage */
static int write_tensor(lua_State *L)
{
    stream *s = lua_wick_stream_writing(L, 1);
    const wick_tensor *t = lua_wick_check_tensor(L, 2, "writeTensor");
    int ndim = wick_tensor_ndim(t);
    int64_t size[WICK_MAX_DIM], stride[WICK_MAX_DIM], offset = wick_tensor_offset(t) + 1;
    for (int i = 0; i < ndim; i++) {
        size[i] = wick_tensor_size(t, i);
        stride[i] = wick_tensor_stride(t, i);
    }
    put_int(L, s, ndim);
    put(L, s, WICK_INT64, size, ndim);
    put(L, s, WICK_INT64, stride, ndim);
    put(L, s, WICK_INT64, &offset, 1);
    return 0;
}

/* The elements, through a view: a storage that lends its memory itself counts as lent for good. */
static const void *elements_of(lua_State *L, wick_storage *storage)
{
    const void *data;
    int64_t n = wick_storage_size(storage);
    wick_tensor **view = lua_wick_push_box(L);
    lua_wick_check(L, wick_tensor_on(storage, 0, n > 0, &n, NULL, view));
    lua_wick_check(L, wick_tensor_read(*view, &data));
    return data;
}

/* writeStorage(file, storage): size and elements */
static int write_storage(lua_State *L)
{
    stream *s = lua_wick_stream_writing(L, 1);
    wick_storage *storage = lua_wick_to_storage(L, 2);
    if (!storage)
        return lua_wick_error(L, "storage expected, got %s", lua_wick_describe(L, 2));
    if (s->storage == storage)
        return lua_wick_error(L, "a MemoryFile cannot write its own storage into itself");
    int64_t n = wick_storage_size(storage);
    put(L, s, WICK_INT64, &n, 1);
    put(L, s, wick_storage_dtype(storage), elements_of(L, storage), n);
    return 0;
}

void lua_wick_open_stream_writing(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"writePlain", write_plain},     {"writeEntries", write_entries},
        {"writeInts", write_ints},       {"writeText", write_text},
        {"countEntries", count_entries}, {"writeTensor", write_tensor},
        {"writeStorage", write_storage}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
