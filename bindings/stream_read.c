/* The pieces of which Lua reads objects in Torch7's format: values that hold no others and runs of
 * them, tensors without their storages, and storages. What a file says is checked against the bytes
 * that follow before memory is asked for. */
#include "stream.h"

#include <inttypes.h>
#include <math.h>

enum { TRUSTED = 4096, TEXT_PART = 1 << 16 }; /* bytes read without asking what follows; at once */

static void get(lua_State *L, stream *s, wick_dtype dtype, void *data, int64_t n)
{
    int64_t got = lua_wick_stream_numbers(L, s, dtype, data, n);
    if (got != n)
        lua_wick_stream_refuse(L, s, "read error: read %lld blocks instead of %lld", (long long)got,
                               (long long)n);
}

static int32_t get_int(lua_State *L, stream *s)
{
    int32_t number;
    get(L, s, WICK_INT32, &number, 1);
    return number;
}

/* Refuses counts of things of `least` bytes each that the rest of the file cannot hold. */
static void check_room(lua_State *L, stream *s, int64_t n, int64_t least, const char *what)
{
    if (n < 0)
        lua_wick_stream_refuse(L, s, "%s of %lld is announced, less than nothing", what,
                               (long long)n);
    if (n <= TRUSTED / least)
        return;
    int64_t rest = lua_wick_stream_remaining(s);
    if (rest >= 0 && n > rest / least)
        lua_wick_stream_refuse(L, s, "%s of %lld is announced, but only %lld bytes follow", what,
                               (long long)n, (long long)rest);
}

static void push_text(lua_State *L, stream *s)
{
    luaL_Buffer text;
    int64_t n = get_int(L, s), done = 0;
    check_room(L, s, n, 1, "a string with a length");
    luaL_buffinit(L, &text);
    while (done < n) {
        int64_t part = n - done < TEXT_PART ? n - done : TEXT_PART;
        int64_t got = (int64_t)lua_wick_stream_read(L, s, luaL_prepbuffsize(&text, (size_t)part),
                                                    (size_t)part);
        luaL_addsize(&text, (size_t)got);
        done += got;
        if (got < part)
            lua_wick_stream_refuse(L, s, "read error: read %lld blocks instead of %lld",
                                   (long long)done, (long long)n);
    }
    luaL_pushresult(&text);
    if (n > 0 && !s->binary && !s->unspaced) {
        int byte = lua_wick_stream_get(L, s);
        if (byte != '\n')
            lua_wick_stream_unget(s, byte);
    }
}

/* Whole numbers come back as integers: files know doubles alone. */
static void push_number(lua_State *L, double number)
{
    if (fabs(number) <= LUA_WICK_EXACT && number == floor(number) &&
        !(number == 0 && signbit(number)))
        lua_pushinteger(L, (lua_Integer)number);
    else
        lua_pushnumber(L, number);
}

/* Reads what follows a tag and pushes the value, or the index of one that holds others (nothing for
 * the oldest functions, which have none); returns whether the value is there. */
static bool push_value(lua_State *L, stream *s, int32_t tag)
{
    double number;
    switch (tag) {
    case LUA_WICK_TAG_NIL:
        lua_pushnil(L);
        return true;
    case LUA_WICK_TAG_NUMBER:
        get(L, s, WICK_FLOAT64, &number, 1);
        push_number(L, number);
        return true;
    case LUA_WICK_TAG_STRING:
        push_text(L, s);
        return true;
    case LUA_WICK_TAG_BOOLEAN:
        lua_pushboolean(L, get_int(L, s) != 0);
        return true;
    case LUA_WICK_TAG_OLDEST_FUNCTION:
        lua_pushnil(L);
        return false;
    case LUA_WICK_TAG_TABLE:
    case LUA_WICK_TAG_TORCH:
    case LUA_WICK_TAG_OLD_FUNCTION:
    case LUA_WICK_TAG_FUNCTION:
        lua_pushinteger(L, get_int(L, s));
        return false;
    default:
        return lua_wick_stream_refuse(L, s, "%" PRId32 " is no type of an object (0 to 8)", tag);
    }
}

/* readValue(file) -> tag, value or index; nothing when a quiet file is at its end */
static int read_value(lua_State *L)
{
    stream *s = lua_wick_stream_reading(L, 1);
    int32_t tag;
    if (lua_wick_stream_numbers(L, s, WICK_INT32, &tag, 1) != 1) {
        lua_wick_stream_short(L, s, 0, 1);
        return 0;
    }
    lua_pushinteger(L, tag);
    push_value(L, s, tag);
    return 2;
}

static void check_key(lua_State *L, stream *s)
{
    lua_Number number = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : 0;
    if (lua_isnil(L, -1) || number != number)
        lua_wick_stream_refuse(L, s, "%s as the key of a table",
                               lua_isnil(L, -1) ? "nil" : "not a number");
}

/* readEntries(file, table, left): entries of plain keys and values into the table. Gives what is
 * left (this entry included), and of an entry that holds others: tag and index, and the key when it
 * is the value that does. */
static int read_entries(lua_State *L)
{
    stream *s = lua_wick_stream_reading(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_Integer left = luaL_checkinteger(L, 3);
    for (; left > 0; left--) {
        lua_settop(L, 3);
        int32_t tag = get_int(L, s);
        if (!push_value(L, s, tag)) {
            lua_pushinteger(L, left);
            lua_pushinteger(L, tag);
            lua_pushvalue(L, 4);
            return 3;
        }
        check_key(L, s);
        tag = get_int(L, s);
        if (!push_value(L, s, tag)) {
            lua_pushinteger(L, left);
            lua_pushinteger(L, tag);
            lua_pushvalue(L, 5);
            lua_pushvalue(L, 4);
            return 4;
        }
        lua_rawset(L, 2);
    }
    lua_pushinteger(L, 0);
    return 1;
}

/* readCount(file) -> entries of a table */
static int read_count(lua_State *L)
{
    stream *s = lua_wick_stream_reading(L, 1);
    int64_t n = get_int(L, s);
    check_room(L, s, n, s->binary ? 12 : 2, "a table with a number of entries");
    lua_pushinteger(L, n);
    return 1;
}

static int read_int(lua_State *L)
{
    lua_pushinteger(L, get_int(L, lua_wick_stream_reading(L, 1)));
    return 1;
}

static int read_text(lua_State *L)
{
    push_text(L, lua_wick_stream_reading(L, 1));
    return 1;
}

/* ---- tensors and storages ---- */

typedef struct geometry {
    const void *mark;
    int ndim;
    int64_t size[WICK_MAX_DIM], stride[WICK_MAX_DIM], offset;
} geometry;

static const char geometry_key;

/* readTensor(file) -> all but the storage, for setTensor */
static int read_tensor(lua_State *L)
{
    stream *s = lua_wick_stream_reading(L, 1);
    geometry *g = lua_newuserdatauv(L, sizeof *g, 0);
    g->mark = &geometry_key;
    g->ndim = get_int(L, s);
    if (g->ndim < 0 || g->ndim > WICK_MAX_DIM)
        return lua_wick_stream_refuse(L, s, "a tensor of %d dimensions, there are 0 to %d", g->ndim,
                                      WICK_MAX_DIM);
    get(L, s, WICK_INT64, g->size, g->ndim);
    get(L, s, WICK_INT64, g->stride, g->ndim);
    get(L, s, WICK_INT64, &g->offset, 1);
    return 1;
}

static const geometry *check_geometry(lua_State *L, int index)
{
    const geometry *g = lua_touserdata(L, index);
    if (!g || lua_rawlen(L, index) != sizeof *g || g->mark != &geometry_key)
        lua_wick_error(L, "setTensor: what readTensor gave expected");
    return g;
}

/* A storage of the tensor's type: that of the file, or an empty one. */
static wick_storage *storage_for(lua_State *L, stream *s, int index, wick_dtype dtype)
{
    wick_storage *storage = lua_wick_to_storage(L, index);
    if (!storage) {
        wick_storage **slot = lua_wick_push_storage_box(L);
        lua_wick_check(L, wick_storage_new(lua_wick_context(L), dtype, 0, slot));
        return *slot;
    }
    if (wick_storage_dtype(storage) != dtype)
        lua_wick_stream_refuse(L, s, "a torch.%sTensor in a torch.%sStorage",
                               lua_wick_type_name(dtype),
                               lua_wick_type_name(wick_storage_dtype(storage)));
    return storage;
}

/* setTensor(file, tensor, geometry, storage or nil): lets the tensor be what the file says, if its
 * storage has the elements. */
static int set_tensor(lua_State *L)
{
    stream *s = lua_wick_stream(L, 1);
    wick_tensor *tensor = lua_wick_check_tensor(L, 2, "setTensor");
    const geometry *g = check_geometry(L, 3);
    if (lua_isnil(L, 4) && g->ndim == 0)
        return 0;
    wick_storage *storage = storage_for(L, s, 4, wick_tensor_dtype(tensor));
    wick_tensor **view = lua_wick_push_box(L);
    bool empty = g->ndim == 0 || wick_storage_size(storage) == 0;
    if (wick_tensor_on(storage, empty ? 0 : g->offset - 1, g->ndim, g->size, g->stride, view))
        return lua_wick_stream_refuse(L, s, "%s", wick_message());
    lua_wick_check(L, wick_tensor_set(tensor, *view));
    return 0;
}

/* readStorage(file, type name) -> storage */
static int read_storage(lua_State *L)
{
    int64_t n;
    stream *s = lua_wick_stream_reading(L, 1);
    int dtype = lua_wick_dtype(luaL_checkstring(L, 2));
    if (dtype < 0)
        return lua_wick_error(L, "%s is no type of storages", lua_tostring(L, 2));
    get(L, s, WICK_INT64, &n, 1);
    int64_t room = lua_wick_stream_room(s, (wick_dtype)dtype);
    if (n < 0 || (room >= 0 && n > room))
        return lua_wick_stream_refuse(L, s,
                                      "a torch.%sStorage of %lld elements is announced, but only "
                                      "%lld bytes follow",
                                      lua_wick_type_name((wick_dtype)dtype), (long long)n,
                                      (long long)lua_wick_stream_remaining(s));
    int64_t got = lua_wick_stream_storage(L, s, (wick_dtype)dtype, n);
    if (got != n)
        return lua_wick_stream_refuse(L, s, "read error: read %lld blocks instead of %lld",
                                      (long long)got, (long long)n);
    return 1;
}

/* refuse(file, message): raises with the file's name and position in front */
static int refuse(lua_State *L)
{
    stream *s = lua_wick_stream(L, 1);
    return lua_wick_stream_refuse(L, s, "%s", luaL_checkstring(L, 2));
}

/* state(file): the table of what Lua remembers of it */
static int state(lua_State *L)
{
    lua_wick_stream(L, 1);
    lua_getiuservalue(L, 1, 1);
    return 1;
}

static int name(lua_State *L)
{
    lua_pushstring(L, lua_wick_stream(L, 1)->name);
    return 1;
}

void lua_wick_open_stream_reading(lua_State *L)
{
    static const luaL_Reg functions[] = {{"readValue", read_value},
                                         {"readEntries", read_entries},
                                         {"readCount", read_count},
                                         {"readInt", read_int},
                                         {"readText", read_text},
                                         {"readTensor", read_tensor},
                                         {"setTensor", set_tensor},
                                         {"readStorage", read_storage},
                                         {"refuse", refuse},
                                         {"state", state},
                                         {"name", name},
                                         {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
