/* Opening and closing streams, and their three classes. */
#include "stream.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static int finalise(lua_State *L)
{
    stream *s = lua_wick_to_stream(L, 1);
    if (s)
        lua_wick_stream_close(s);
    return 0;
}

/* close(file) */
static int close_stream(lua_State *L)
{
    stream *s = lua_wick_stream(L, 1);
    if (s->writer)
        lua_wick_check(L, wick_writer_commit(s->writer));
    lua_pushnil(L);
    lua_setiuservalue(L, 1, 1);
    if (!lua_wick_stream_close(s) && s->writable)
        return lua_wick_error(L, "%s: closing it failed: %s", s->name, strerror(errno));
    return 0;
}

/* Pushes a stream that is not open yet, with the class of its kind (upvalue 1: a list). */
static stream *push_stream(lua_State *L, stream_kind kind, const char *name, const char *mode)
{
    size_t length = strlen(name);
    stream *s = lua_newuserdatauv(L, sizeof *s + length + 1, 1);
    *s = (stream){.mark = &lua_wick_stream_key, .kind = kind, .long_size = 8};
    memcpy(s->name, name, length + 1);
    s->readable = strchr(mode, 'r') != NULL;
    s->writable = strchr(mode, 'w') != NULL;
    lua_rawgeti(L, lua_upvalueindex(1), kind + 1);
    lua_setmetatable(L, -2);
    lua_newtable(L);
    lua_setiuservalue(L, -2, 1);
    return s;
}

static const char *check_name(lua_State *L, int index)
{
    size_t length;
    const char *name = luaL_checklstring(L, index, &length);
    if (strlen(name) != length)
        lua_wick_error(L, "a name of a file with a NUL character");
    return name;
}

/* nil and the reason, for the caller's message. */
static int refused(lua_State *L, int error)
{
    lua_pushnil(L);
    lua_pushstring(L, strerror(error));
    return 2;
}

/* openDisk(path, mode) -> file, or nil and the reason. "rw" makes the file when there is none. */
static int open_disk(lua_State *L)
{
    struct stat about;
    const char *path = check_name(L, 1), *mode = luaL_checkstring(L, 2);
    stream *s = push_stream(L, STREAM_DISK, path, mode);
    if (strcmp(mode, "rw") == 0) {
        s->file = fopen(path, "r+be");
        if (!s->file && errno == ENOENT)
            s->file = fopen(path, "w+be");
    } else
        s->file = fopen(path, s->readable ? "rbe" : "wbe");
    if (!s->file)
        return refused(L, errno);
    s->open = true;
    if (fstat(fileno(s->file), &about) == 0 && S_ISDIR(about.st_mode)) {
        lua_wick_stream_close(s);
        return refused(L, EISDIR);
    }
    return 1;
}

/* openPipe(command, "r" or "w") -> file, or nil and the reason */
static int open_pipe(lua_State *L)
{
    const char *command = check_name(L, 1), *mode = luaL_checkstring(L, 2);
    stream *s = push_stream(L, STREAM_PIPE, command, mode);
    fflush(NULL);
    s->file = popen(command, s->readable ? "re" : "we");
    s->open = s->file != NULL;
    return s->open ? 1 : refused(L, errno);
}

/* openSave(path) -> file that takes its place when it is closed */
static int open_save(lua_State *L)
{
    stream *s = push_stream(L, STREAM_SAVE, check_name(L, 1), "w");
    lua_wick_check(L, wick_writer_new(lua_wick_context(L), s->name, &s->writer));
    s->open = true;
    return 1;
}

/* openMemory(storage, mode, size, name) -> file whose content is the first `size` elements of the
 * CharStorage, which has at least one more when it is written to */
static int open_memory(lua_State *L)
{
    wick_storage *storage = lua_wick_to_storage(L, 1);
    int64_t size = luaL_checkinteger(L, 3);
    const char *mode = luaL_checkstring(L, 2);
    if (!storage || wick_storage_dtype(storage) != WICK_INT8)
        return lua_wick_error(L, "torch.CharStorage expected, got %s", lua_wick_describe(L, 1));
    if (strchr(mode, 'w') && wick_storage_is_read_only(storage))
        return lua_wick_error(L, "torch.MemoryFile: the storage's memory is lent for reading only");
    stream *s = push_stream(L, STREAM_MEMORY, check_name(L, 4), mode);
    s->storage = lua_wick_to_storage(L, 1);
    wick_storage_retain(s->storage);
    s->size = size;
    s->open = true;
    return 1;
}

static void add_class(lua_State *L, const char *name, int kind)
{
    lua_createtable(L, 0, 8);
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__typename");
    lua_pushcfunction(L, finalise);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, finalise);
    lua_setfield(L, -2, "__close");
    lua_rawseti(L, -2, kind + 1);
}

void lua_wick_open_stream_kinds(lua_State *L)
{
    static const luaL_Reg functions[] = {{"openDisk", open_disk},
                                         {"openPipe", open_pipe},
                                         {"openSave", open_save},
                                         {"openMemory", open_memory},
                                         {NULL, NULL}};
    lua_createtable(L, 4, 0);
    add_class(L, "torch.DiskFile", STREAM_DISK);
    add_class(L, "torch.PipeFile", STREAM_PIPE);
    add_class(L, "torch.MemoryFile", STREAM_MEMORY);
    lua_rawgeti(L, -1, STREAM_DISK + 1);
    lua_rawseti(L, -2, STREAM_SAVE + 1);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "classes");
    luaL_setfuncs(L, functions, 1);
    lua_pushcfunction(L, close_stream);
    lua_setfield(L, -2, "close");
}
