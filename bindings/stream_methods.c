/* The methods of torch.File: numbers and text in and out, switches, and where the file stands. */
#include "stream.h"

#include <string.h>

/* ---- numbers ---- */

static wick_dtype type_of(lua_State *L)
{
    return (wick_dtype)lua_tointeger(L, lua_upvalueindex(1));
}

/* The storage at index 2, which has to be of the method's type. */
static wick_storage *check_storage(lua_State *L, wick_dtype dtype)
{
    wick_storage *storage = lua_wick_to_storage(L, 2);
    if (!storage || wick_storage_dtype(storage) != dtype)
        lua_wick_error(L, "torch.%sStorage or number expected, got %s", lua_wick_type_name(dtype),
                       lua_wick_describe(L, 2));
    return storage;
}

static int read_one(lua_State *L, stream *s, wick_dtype dtype)
{
    int64_t element = 0;
    int64_t got = lua_wick_stream_numbers(L, s, dtype, &element, 1);
    if (got != 1)
        lua_wick_stream_short(L, s, got, 1);
    lua_wick_push_element(L, lua_wick_state(L), dtype, &element);
    return 1;
}

static int read_list(lua_State *L, stream *s, wick_dtype dtype)
{
    int64_t n = lua_wick_integer(L, 2, "number of elements");
    if (n < 0)
        return lua_wick_error(L, "%lld elements cannot be read; a number from 0 on expected",
                              (long long)n);
    int64_t got = lua_wick_stream_storage(L, s, dtype, n);
    if (got != n)
        lua_wick_stream_short(L, s, got, n);
    return 1;
}

static int fill_storage(lua_State *L, stream *s, wick_dtype dtype)
{
    void *data;
    wick_storage *storage = check_storage(L, dtype);
    int64_t n = wick_storage_size(storage);
    if (wick_storage_is_read_only(storage))
        return lua_wick_error(L, "the storage's memory is lent for reading only");
    if (s->storage == storage)
        return lua_wick_error(L, "a MemoryFile cannot be read into its own storage");
    lua_wick_check(L, wick_storage_data(storage, &data));
    int64_t got = lua_wick_stream_numbers(L, s, dtype, data, n);
    wick_storage_touch(storage);
    if (got != n)
        lua_wick_stream_short(L, s, got, n);
    lua_pushinteger(L, got);
    return 1;
}

/* readInt() -> number; readInt(n) -> storage; readInt(storage) -> how many */
static int read_numbers(lua_State *L)
{
    stream *s = lua_wick_stream_reading(L, 1);
    wick_dtype dtype = type_of(L);
    if (lua_isnoneornil(L, 2))
        return read_one(L, s, dtype);
    return lua_isnumber(L, 2) ? read_list(L, s, dtype) : fill_storage(L, s, dtype);
}

static int write_elements(lua_State *L, stream *s, wick_dtype dtype, const void *data, int64_t n)
{
    int64_t put = lua_wick_stream_put_numbers(L, s, dtype, data, n);
    if (put != n)
        lua_wick_stream_fail(L, s, "write error: wrote %lld blocks instead of %lld", (long long)put,
                             (long long)n);
    lua_pushinteger(L, put);
    return 1;
}

/* writeInt(number); writeInt(storage) -> how many */
static int write_numbers(lua_State *L)
{
    stream *s = lua_wick_stream_writing(L, 1);
    wick_dtype dtype = type_of(L);
    void *data;
    if (lua_isnumber(L, 2)) {
        int64_t element = 0;
        lua_wick_write_element(L, dtype, &element, 2);
        write_elements(L, s, dtype, &element, 1);
        return 0;
    }
    wick_storage *storage = check_storage(L, dtype);
    if (s->storage == storage)
        return lua_wick_error(L, "a MemoryFile cannot write its own storage into itself");
    lua_wick_check(L, wick_storage_data(storage, &data));
    return write_elements(L, s, dtype, data, wick_storage_size(storage));
}

static int read_bool(lua_State *L)
{
    stream *s = lua_wick_stream_reading(L, 1);
    read_one(L, s, WICK_INT32);
    lua_pushboolean(L, lua_tointeger(L, -1) == 1);
    return 1;
}

static int write_bool(lua_State *L)
{
    stream *s = lua_wick_stream_writing(L, 1);
    int32_t value = lua_isboolean(L, 2) && lua_toboolean(L, 2);
    write_elements(L, s, WICK_INT32, &value, 1);
    return 0;
}

/* ---- text ---- */

static size_t read_all(lua_State *L, stream *s, luaL_Buffer *text)
{
    size_t total = 0, got;
    int64_t rest = lua_wick_stream_remaining(s);
    size_t part = rest >= 0 && rest < 1 << 16 ? (size_t)rest + 1 : 1 << 16;
    do {
        char *to = luaL_prepbuffsize(text, part);
        got = lua_wick_stream_read(L, s, to, part);
        luaL_addsize(text, got);
        total += got;
    } while (got > 0);
    return total;
}

/* Bytes taken from the file, the newline included. */
static size_t read_line(lua_State *L, stream *s, luaL_Buffer *text)
{
    size_t total = 0;
    int byte;
    while ((byte = lua_wick_stream_get(L, s)) != EOF && total++ != SIZE_MAX && byte != '\n')
        luaL_addchar(text, byte);
    return total;
}

/* readString("*a" or "*l") */
static int read_string(lua_State *L)
{
    luaL_Buffer text;
    stream *s = lua_wick_stream_reading(L, 1);
    const char *format = luaL_checkstring(L, 2);
    format += format[0] == '*';
    if (format[0] != 'a' && format[0] != 'l')
        return lua_wick_error(L, "format must be '*a' or '*l', not \"%s\"", lua_tostring(L, 2));
    luaL_buffinit(L, &text);
    size_t got = format[0] == 'a' ? read_all(L, s, &text) : read_line(L, s, &text);
    luaL_pushresult(&text);
    if (got == 0)
        lua_wick_stream_short(L, s, 0, 1);
    return 1;
}

/* writeString(text) -> bytes written */
static int write_string(lua_State *L)
{
    size_t n;
    stream *s = lua_wick_stream_writing(L, 1);
    const char *text = luaL_checklstring(L, 2, &n);
    size_t put = lua_wick_stream_write(L, s, text, n);
    if (put != n)
        lua_wick_stream_fail(L, s, "write error: wrote %zu blocks instead of %zu", put, n);
    lua_pushinteger(L, (lua_Integer)put);
    return 1;
}

/* ---- places ---- */

static int seek(lua_State *L)
{
    stream *s = lua_wick_stream(L, 1);
    int64_t position = lua_wick_integer(L, 2, "position");
    if (position < 1)
        return lua_wick_error(L, "position has to be greater than 0!");
    if (!lua_wick_stream_seek(s, position - 1))
        lua_wick_stream_fail(L, s, "unable to seek at position %lld", (long long)position);
    lua_settop(L, 1);
    return 1;
}

static int seek_end(lua_State *L)
{
    stream *s = lua_wick_stream(L, 1);
    if (!lua_wick_stream_seek_end(s))
        lua_wick_stream_fail(L, s, "unable to seek at end of file");
    lua_settop(L, 1);
    return 1;
}

static int position(lua_State *L)
{
    lua_pushinteger(L, lua_wick_stream_position(lua_wick_stream(L, 1)) + 1);
    return 1;
}

static int synchronize(lua_State *L)
{
    stream *s = lua_wick_stream(L, 1);
    if (!lua_wick_stream_flush(s))
        lua_wick_stream_fail(L, s, "unable to synchronize");
    lua_settop(L, 1);
    return 1;
}

/* ---- switches: each returns the file ---- */

#define SWITCH(function, statement)                                                                \
    static int function(lua_State *L)                                                              \
    {                                                                                              \
        stream *s = lua_wick_stream(L, 1);                                                         \
        statement;                                                                                 \
        lua_settop(L, 1);                                                                          \
        return 1;                                                                                  \
    }

SWITCH(ascii, s->binary = false)
SWITCH(binary, s->binary = true)
SWITCH(auto_spacing, s->unspaced = false)
SWITCH(no_auto_spacing, s->unspaced = true)
SWITCH(set_quiet, s->quiet = true)
SWITCH(pedantic, s->quiet = false)
SWITCH(clear_error, s->failed = false)
SWITCH(native_endian, s->swapped = false)
SWITCH(little_endian, s->swapped = __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
SWITCH(big_endian, s->swapped = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

#define QUERY(function, value)                                                                     \
    static int function(lua_State *L)                                                              \
    {                                                                                              \
        const stream *s = lua_wick_stream(L, 1);                                                   \
        (void)s;                                                                                   \
        lua_pushboolean(L, value);                                                                 \
        return 1;                                                                                  \
    }

QUERY(has_error, s->failed)
QUERY(is_quiet, s->quiet)
QUERY(is_readable, s->readable)
QUERY(is_writable, s->writable)
QUERY(is_binary, s->binary)
QUERY(is_auto_spacing, !s->unspaced)
QUERY(is_little_endian_cpu, __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
QUERY(is_big_endian_cpu, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

/* longSize(0, 4 or 8): bytes of a Long in binary mode; 0 is this machine's, 8. */
static int long_size(lua_State *L)
{
    stream *s = lua_wick_stream(L, 1);
    int64_t size = lua_wick_integer(L, 2, "size of a Long");
    if (size != 0 && size != 4 && size != 8)
        return lua_wick_error(L, "Invalid long size specified: %lld; it is 0, 4 or 8",
                              (long long)size);
    s->long_size = size == 4 ? 4 : 8;
    lua_settop(L, 1);
    return 1;
}

static int no_buffer(lua_State *L)
{
    stream *s = lua_wick_stream(L, 1);
    if (s->kind != STREAM_DISK || !lua_wick_stream_flush(s) ||
        setvbuf(s->file, NULL, _IONBF, 0) != 0)
        lua_wick_stream_fail(L, s, "unable to set noBuffer");
    lua_settop(L, 1);
    return 1;
}

/* ---- the memory, the name ---- */

/* storage(): the memory itself, a NUL behind the content. */
static int storage(lua_State *L)
{
    stream *s = lua_wick_stream(L, 1);
    if (s->kind != STREAM_MEMORY)
        return lua_wick_error(L, "storage: only a torch.MemoryFile has one");
    lua_wick_stream_settle(L, s);
    lua_wick_push_storage(L, s->storage);
    return 1;
}

/* content(): what a MemoryFile holds, as a string. */
static int content(lua_State *L)
{
    void *data;
    stream *s = lua_wick_stream(L, 1);
    if (s->kind != STREAM_MEMORY)
        return lua_wick_error(L, "content: only a torch.MemoryFile has it in memory");
    lua_wick_stream_settle(L, s);
    lua_wick_check(L, wick_storage_data(s->storage, &data));
    lua_pushlstring(L, data, (size_t)s->size);
    return 1;
}

static int to_string(lua_State *L)
{
    const stream *s = lua_wick_to_stream(L, 1);
    if (!s)
        return lua_wick_error(L, "torch.File expected, got %s", lua_wick_describe(L, 1));
    luaL_getmetafield(L, 1, "__typename");
    bool memory = s->kind == STREAM_MEMORY;
    if (memory)
        lua_pushliteral(L, "");
    else
        lua_pushfstring(L, " on <%s>", s->name);
    if (s->open)
        lua_pushfstring(L, "open -- mode%s %s%s", memory ? ":" : "", s->readable ? "r" : " ",
                        s->writable ? "w" : " ");
    else
        lua_pushliteral(L, "closed");
    lua_pushfstring(L, "%s%s [status: %s]", lua_tostring(L, -3), lua_tostring(L, -2),
                    lua_tostring(L, -1));
    return 1;
}

static void add_numbers(lua_State *L, wick_dtype dtype)
{
    static const struct {
        const char *verb;
        lua_CFunction function;
    } kinds[] = {{"read", read_numbers}, {"write", write_numbers}};
    for (int i = 0; i < 2; i++) {
        lua_pushfstring(L, "%s%s", kinds[i].verb, lua_wick_type_name(dtype));
        lua_pushinteger(L, dtype);
        lua_pushcclosure(L, kinds[i].function, 1);
        lua_rawset(L, -3);
    }
}

void lua_wick_open_stream_methods(lua_State *L)
{
    static const luaL_Reg methods[] = {{"readBool", read_bool},
                                       {"writeBool", write_bool},
                                       {"readString", read_string},
                                       {"writeString", write_string},
                                       {"seek", seek},
                                       {"seekEnd", seek_end},
                                       {"position", position},
                                       {"synchronize", synchronize},
                                       {"ascii", ascii},
                                       {"binary", binary},
                                       {"autoSpacing", auto_spacing},
                                       {"noAutoSpacing", no_auto_spacing},
                                       {"quiet", set_quiet},
                                       {"pedantic", pedantic},
                                       {"clearError", clear_error},
                                       {"hasError", has_error},
                                       {"isQuiet", is_quiet},
                                       {"isReadable", is_readable},
                                       {"isWritable", is_writable},
                                       {"isBinary", is_binary},
                                       {"isAutoSpacing", is_auto_spacing},
                                       {NULL, NULL}};
    static const luaL_Reg disk[] = {{"nativeEndianEncoding", native_endian},
                                    {"littleEndianEncoding", little_endian},
                                    {"bigEndianEncoding", big_endian},
                                    {"isLittleEndianCPU", is_little_endian_cpu},
                                    {"isBigEndianCPU", is_big_endian_cpu},
                                    {"longSize", long_size},
                                    {"noBuffer", no_buffer},
                                    {"storage", storage},
                                    {"content", content},
                                    {"tostring", to_string},
                                    {NULL, NULL}};
    luaL_newlib(L, methods);
    for (int i = 0; i < WICK_DTYPES; i++)
        if (i != WICK_FLOAT16)
            add_numbers(L, (wick_dtype)i);
    lua_setfield(L, -2, "methods");
    luaL_setfuncs(L, disk, 0);
}

void lua_wick_open_stream(lua_State *L)
{
    lua_newtable(L);
    lua_wick_open_stream_kinds(L);
    lua_wick_open_stream_methods(L);
    lua_wick_open_stream_reading(L);
    lua_wick_open_stream_writing(L);
    lua_setfield(L, -2, "stream");
}
