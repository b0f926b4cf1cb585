/* Files in Lua: the table `io` of the C module. */
#include <stdlib.h>
#include <string.h>

#include "lua_wick.h"

/* ---- arguments ---- */

/* A string that C can hold; `what` names it. */
static const char *check_text(lua_State *L, int index, const char *what)
{
    size_t length;
    if (lua_type(L, index) != LUA_TSTRING)
        lua_wick_error(L, "%s: expected a string, got %s", what, lua_wick_describe(L, index));
    const char *text = lua_tolstring(L, index, &length);
    if (strlen(text) != length)
        lua_wick_error(L, "%s: has a NUL character", what);
    return text;
}

static const char *check_path(lua_State *L, const char *function)
{
    if (lua_type(L, 1) != LUA_TSTRING)
        lua_wick_error(L, "%s: expected a path, got %s", function, lua_wick_describe(L, 1));
    return check_text(L, 1, function);
}

static void check_table(lua_State *L, int index, const char *function, const char *what)
{
    if (!lua_istable(L, index))
        lua_wick_error(L, "%s: expected %s, got %s", function, what, lua_wick_describe(L, index));
}

/* ---- whole files ---- */

/* readFile(path) -> string */
static int read_file(lua_State *L)
{
    const char *path = check_path(L, "readFile");
    void *data = NULL;
    wick_tensor **bytes = lua_wick_push_box(L);
    lua_wick_check(L, wick_file_read(lua_wick_context(L), path, bytes));
    size_t count = (size_t)wick_tensor_count(*bytes);
    if (count > 0)
        lua_wick_check(L, wick_tensor_data(*bytes, &data));
    lua_pushlstring(L, data, count);
    wick_tensor_release(*bytes);
    *bytes = NULL;
    return 1;
}

/* writeFile(path, string): durable */
static int write_file(lua_State *L)
{
    size_t bytes;
    const char *path = check_path(L, "writeFile");
    if (lua_type(L, 2) != LUA_TSTRING)
        lua_wick_error(L, "writeFile: expected a string to write, got %s", lua_wick_describe(L, 2));
    const char *data = lua_tolstring(L, 2, &bytes);
    lua_wick_check(L, wick_file_write(lua_wick_context(L), path, data, bytes));
    return 0;
}

/* ---- data sets ---- */

/* idx(path [, limit]) -> tensor; `limit` is the most bytes that a gzip file may unpack to */
static int load_idx(lua_State *L)
{
    const char *path = check_path(L, "idx");
    int64_t limit = lua_isnoneornil(L, 2) ? 0 : lua_wick_whole(L, 2, "idx: limit");
    if (limit < 0)
        lua_wick_error(L, "idx: a limit of %lld bytes is negative", (long long)limit);
    wick_tensor **tensor = lua_wick_push_box(L);
    lua_wick_check(L, wick_idx_load(lua_wick_context(L), path, (size_t)limit, tensor));
    lua_wick_settle(L, -1);
    return 1;
}

/* cifar(path) -> images N x 3 x 32 x 32, labels N */
static int load_cifar(lua_State *L)
{
    const char *path = check_path(L, "cifar");
    wick_tensor **images = lua_wick_push_box(L);
    wick_tensor **labels = lua_wick_push_box(L);
    lua_wick_check(L, wick_cifar_load(lua_wick_context(L), path, images, labels));
    lua_wick_settle(L, -2);
    lua_wick_settle(L, -1);
    return 2;
}

/* cifar100(path) -> images N x 3 x 32 x 32, coarse labels N, fine labels N */
static int load_cifar100(lua_State *L)
{
    const char *path = check_path(L, "cifar100");
    wick_tensor **images = lua_wick_push_box(L);
    wick_tensor **coarse = lua_wick_push_box(L);
    wick_tensor **fine = lua_wick_push_box(L);
    lua_wick_check(L, wick_cifar100_load(lua_wick_context(L), path, images, coarse, fine));
    for (int i = -3; i < 0; i++)
        lua_wick_settle(L, i);
    return 3;
}

/* ---- safetensors: loading ---- */

static int close_file(lua_State *L)
{
    wick_safetensors **file = lua_touserdata(L, 1);
    wick_safetensors_close(*file);
    *file = NULL;
    return 0;
}

/* The box of an open file. */
static wick_safetensors **push_file(lua_State *L)
{
    wick_safetensors **file = lua_newuserdatauv(L, sizeof(*file), 0);
    *file = NULL;
    if (luaL_newmetatable(L, "wick.safetensors")) {
        lua_pushcfunction(L, close_file);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return file;
}

static void push_tensors(lua_State *L, wick_safetensors *file)
{
    lua_newtable(L);
    for (size_t i = 0; i < wick_safetensors_count(file); i++) {
        wick_tensor **tensor = lua_wick_push_box(L);
        lua_wick_check(L, wick_safetensors_get(file, i, tensor));
        lua_wick_settle(L, -1);
        lua_setfield(L, -2, wick_safetensors_name(file, i));
    }
}

static void push_metadata(lua_State *L, const wick_safetensors *file)
{
    lua_newtable(L);
    wick_pair pair;
    for (size_t i = 0; (pair = wick_safetensors_pair(file, i)).key != NULL; i++) {
        lua_pushstring(L, pair.value);
        lua_setfield(L, -2, pair.key);
    }
}

static void push_names(lua_State *L, const wick_safetensors *file)
{
    lua_newtable(L);
    for (size_t i = 0; i < wick_safetensors_count(file); i++) {
        lua_pushstring(L, wick_safetensors_name(file, i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

/* safetensorsLoad(path [, map]) -> tensors by name, metadata, names in the order of the file. With
 * `map` true the tensors are read-only views of the file, which nobody may cut short meanwhile: see
 * wick_safetensors_map. */
static int load_safetensors(lua_State *L)
{
    const char *path = check_path(L, "safetensorsLoad");
    bool map = lua_toboolean(L, 2);
    wick_safetensors **file = push_file(L);
    wick_context *context = lua_wick_context(L);
    lua_wick_check(L, map ? wick_safetensors_map(context, path, file)
                          : wick_safetensors_open(context, path, file));
    push_tensors(L, *file);
    push_metadata(L, *file);
    push_names(L, *file);
    wick_safetensors_close(*file);
    *file = NULL;
    return 3;
}

/* ---- safetensors: saving ---- */

/* What is to be saved, in arrays that Lua owns. The strings and tensors belong to the caller's
 * tables: nothing may run Lua code (or its collector) between reading them and saving. */
typedef struct contents {
    size_t count, pairs, pair_room;
    const char **name;
    wick_tensor **tensor;
    wick_pair *pair;
} contents;

enum { NAMES = 2, TENSORS = 3, METADATA = 4 };

static size_t count_pairs(lua_State *L)
{
    size_t count = 0;
    if (lua_isnil(L, METADATA))
        return 0;
    for (lua_pushnil(L); lua_next(L, METADATA) != 0; lua_pop(L, 1))
        count++;
    return count;
}

static void make_arrays(lua_State *L, contents *c)
{
    c->count = (size_t)lua_rawlen(L, NAMES);
    c->pair_room = count_pairs(L);
    c->name = lua_newuserdatauv(L, c->count * sizeof *c->name + 1, 0);
    c->tensor = lua_newuserdatauv(L, c->count * sizeof *c->tensor + 1, 0);
    c->pair = lua_newuserdatauv(L, c->pair_room * sizeof *c->pair + 1, 0);
}

static void read_tensors(lua_State *L, contents *c)
{
    for (size_t i = 0; i < c->count; i++) {
        lua_rawgeti(L, NAMES, (lua_Integer)i + 1);
        c->name[i] = check_text(L, -1, "safetensorsSave: a name");
        lua_rawget(L, TENSORS);
        c->tensor[i] = lua_wick_to_tensor(L, -1);
        if (c->tensor[i] == NULL)
            lua_wick_error(L, "safetensorsSave: expected a tensor called \"%s\", got %s",
                           c->name[i], lua_wick_describe(L, -1));
        lua_pop(L, 1);
    }
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const wick_pair *)a)->key, ((const wick_pair *)b)->key);
}

/* In the order of the keys, so that the same tables make the same file. */
static void read_pairs(lua_State *L, contents *c)
{
    if (lua_isnil(L, METADATA))
        return;
    for (lua_pushnil(L); lua_next(L, METADATA) != 0 && c->pairs < c->pair_room; lua_pop(L, 1)) {
        wick_pair *pair = &c->pair[c->pairs++];
        pair->key = check_text(L, -2, "safetensorsSave: a name of metadata");
        pair->value = check_text(L, -1, "safetensorsSave: a value of metadata");
    }
    qsort(c->pair, c->pairs, sizeof *c->pair, by_key);
}

/* safetensorsSave(path, names, tensors by name [, metadata]): durable, in the order of the names */
static int save_safetensors(lua_State *L)
{
    contents c = {0};
    const char *path = check_path(L, "safetensorsSave");
    lua_settop(L, METADATA);
    check_table(L, NAMES, "safetensorsSave", "a list of names");
    check_table(L, TENSORS, "safetensorsSave", "a table of tensors");
    if (!lua_isnil(L, METADATA))
        check_table(L, METADATA, "safetensorsSave", "a table of metadata");
    luaL_checkstack(L, 16, NULL);
    make_arrays(L, &c);
    read_tensors(L, &c);
    read_pairs(L, &c);
    lua_wick_check(L, wick_safetensors_save(lua_wick_context(L), path, c.count, c.name, c.tensor,
                                            c.pairs, c.pair));
    return 0;
}

void lua_wick_open_io(lua_State *L)
{
    static const luaL_Reg functions[] = {{"readFile", read_file},
                                         {"writeFile", write_file},
                                         {"idx", load_idx},
                                         {"cifar", load_cifar},
                                         {"cifar100", load_cifar100},
                                         {"safetensorsLoad", load_safetensors},
                                         {"safetensorsSave", save_safetensors},
                                         {NULL, NULL}};
    luaL_newlib(L, functions);
    lua_setfield(L, -2, "io");
}
