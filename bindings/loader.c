/* The loader in Lua: core.loader makes one, which lua/wick/data/loader.lua drives. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/loader.h"
#include "pipeline.h"
#include "threads.h"

static const char *const CLASS = "wick.Loader";
enum { MOST_WORKERS = 256 };

/* What stands in the box of a loader. */
typedef struct box {
    wick__loader *loader; /* NULL: closed */
    lua_places *places;   /* for the workers' states */
} box;

/* ---- workers' states ---- */

/* Runs under lua_pcall: (places). */
static int open_state(lua_State *L)
{
    lua_wick_open_places(L, lua_touserdata(L, 1));
    return 0;
}

static wick_status open_worker(void *data, wick_context **context, void **state)
{
    lua_State *L = luaL_newstate();
    if (!L)
        return wick__stage_failed("not enough memory for a worker's Lua state");
    lua_pushcfunction(L, open_state);
    lua_pushlightuserdata(L, data);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
        wick_status status = wick__stage_failed(lua_tostring(L, -1));
        lua_close(L);
        return status;
    }
    *context = lua_wick_context(L);
    *state = L;
    return WICK_OK;
}

static void close_worker(void *state)
{
    lua_close(state);
}

/* ---- making ---- */

static int close_loader(lua_State *L)
{
    box *b = luaL_checkudata(L, 1, CLASS);
    wick__loader_free(b->loader);
    lua_wick_free_places(b->places);
    *b = (box){0};
    return 0;
}

static wick__loader *check_loader(lua_State *L)
{
    box *b = luaL_checkudata(L, 1, CLASS);
    if (!b->loader)
        lua_wick_error(L, "loader: it is closed");
    return b->loader;
}

static int64_t whole_field(lua_State *L, const char *name, int64_t otherwise)
{
    lua_getfield(L, 1, name);
    int64_t value = lua_isnil(L, -1) ? otherwise : lua_wick_whole(L, -1, name);
    lua_pop(L, 1);
    return value;
}

static wick__loader_options read_options(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    int64_t workers = whole_field(L, "workers", 0);
    if (workers < 0 || workers > MOST_WORKERS)
        lua_wick_error(L, "loader: workers is a number from 0 to %d, not %lld", (int)MOST_WORKERS,
                       (long long)workers);
    lua_getfield(L, 1, "pipeline");
    return (wick__loader_options){
        .workers = (int)workers,
        .pipeline = lua_isnil(L, -1) ? NULL : lua_wick_check_pipeline(L, -1, "loader"),
        .decoding = {.channels = (int)whole_field(L, "channels", 3),
                     .limit = (size_t)whole_field(L, "limit", 0),
                     .least_height = whole_field(L, "leastHeight", 0),
                     .least_width = whole_field(L, "leastWidth", 0)}};
}

/* loader{pipeline =, workers =, channels =, limit =, leastHeight =, leastWidth =} */
static int new_loader(lua_State *L)
{
    wick__loader_options options = read_options(L);
    box *b = lua_newuserdatauv(L, sizeof *b, 0);
    *b = (box){0};
    luaL_setmetatable(L, CLASS);
    b->places = lua_wick_places(L);
    if (!b->places)
        return luaL_error(L, "not enough memory");
    options.host = (wick__loader_host){open_worker, close_worker, b->places};
    lua_wick_check(L, wick__loader_new(lua_wick_context(L), &options, &b->loader));
    return 1;
}

/* ---- submitting ---- */

enum { ENTRIES = 2, INDICES, SEED, EPOCH, NUMBER, LOAD };

static int free_load(lua_State *L)
{
    wick__load **slot = lua_touserdata(L, 1);
    wick__load_free(*slot);
    *slot = NULL;
    return 0;
}

static wick__load **push_load_box(lua_State *L)
{
    wick__load **slot = lua_newuserdatauv(L, sizeof *slot, 0);
    *slot = NULL;
    if (luaL_newmetatable(L, "wick.Load")) {
        lua_pushcfunction(L, free_load);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return slot;
}

/* Pushes the field of the entry on top; NULL when it is nil. */
static wick_tensor *tensor_field(lua_State *L, int entry, const char *name, lua_Integer index)
{
    lua_getfield(L, entry, name);
    if (lua_isnil(L, -1))
        return NULL;
    wick_tensor *tensor = lua_wick_to_tensor(L, -1);
    if (!tensor)
        lua_wick_error(L, "loader: sample %lld has %s as its %s, a tensor expected",
                       (long long)index, lua_wick_describe(L, -1), name);
    return tensor;
}

/* Pushes the boxes; an empty tensor is none of them, 0 x 4. */
static wick_tensor *boxes_field(lua_State *L, int entry, lua_Integer index)
{
    static const int64_t none[] = {0, 4};
    wick_tensor *boxes = tensor_field(L, entry, "boxes", index);
    if (!boxes || wick_tensor_count(boxes) > 0)
        return boxes;
    wick_tensor **slot = lua_wick_push_box(L);
    lua_wick_check(L, wick_tensor_new(lua_wick_context(L), WICK_FLOAT32, 2, none, slot));
    return *slot;
}

/* Pushes a tensor of one element. */
static wick_tensor *push_number(lua_State *L, int at)
{
    static const int64_t one[] = {1};
    int64_t integer = lua_tointeger(L, at);
    float number = (float)lua_tonumber(L, at);
    bool whole = lua_isinteger(L, at);
    wick_tensor **slot = lua_wick_push_box(L);
    lua_wick_check(L, wick_tensor_from(lua_wick_context(L), whole ? WICK_INT64 : WICK_FLOAT32, 1,
                                       one, whole ? (void *)&integer : (void *)&number, slot));
    lua_wick_settle(L, -1);
    return *slot;
}

/* Pushes the target, or leaves what it is made of; *flat: it is a number. */
static wick_tensor *target_field(lua_State *L, int entry, lua_Integer index, bool *flat)
{
    *flat = lua_getfield(L, entry, "target") == LUA_TNUMBER;
    if (*flat)
        return push_number(L, -1);
    lua_pop(L, 1);
    return tensor_field(L, entry, "target", index);
}

/* The entry on top of the stack. */
static void add_entry(lua_State *L, wick__load *load, lua_Integer index)
{
    int entry = lua_gettop(L);
    bool flat;
    wick_tensor *part[WICK__PARTS] = {
        [WICK__IMAGE] = tensor_field(L, entry, "input", index),
        [WICK__MASK] = tensor_field(L, entry, "mask", index),
        [WICK__BOXES] = boxes_field(L, entry, index),
    };
    part[WICK__TARGET] = target_field(L, entry, index, &flat);
    lua_getfield(L, entry, "path");
    const char *path = part[WICK__IMAGE] ? NULL : lua_tostring(L, -1);
    if (!path && !part[WICK__IMAGE])
        lua_wick_error(L, "loader: sample %lld has neither an input nor a path", (long long)index);
    uint64_t key =
        wick__sample_seed((uint64_t)lua_tointeger(L, SEED), lua_tointeger(L, EPOCH), index - 1);
    lua_wick_check(L, wick__load_add(load, index - 1, key, path, part, flat));
}

/* submit(entries, indices, seed, epoch, number): a batch's samples, tables with input or path,
 * target, mask and boxes, and their places in the data set. */
static int submit(lua_State *L)
{
    wick__loader *loader = check_loader(L);
    lua_settop(L, NUMBER);
    luaL_checktype(L, ENTRIES, LUA_TTABLE);
    luaL_checktype(L, INDICES, LUA_TTABLE);
    lua_Integer count = (lua_Integer)lua_rawlen(L, ENTRIES);
    uint64_t key = wick__sample_seed((uint64_t)luaL_checkinteger(L, SEED),
                                     luaL_checkinteger(L, EPOCH), -luaL_checkinteger(L, NUMBER));
    wick__load **slot = push_load_box(L);
    lua_wick_check(L, wick__load_new(lua_wick_context(L), count, key, slot));
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, INDICES, i);
        lua_Integer index = luaL_checkinteger(L, -1);
        lua_rawgeti(L, ENTRIES, i);
        add_entry(L, *slot, index);
        lua_settop(L, LOAD);
    }
    wick__loader_submit(loader, *slot);
    *slot = NULL;
    return 0;
}

/* ---- taking ---- */

static int close_loaded(lua_State *L)
{
    wick__loaded_close(lua_touserdata(L, 1));
    return 0;
}

static wick__loaded *push_loaded_box(lua_State *L)
{
    wick__loaded *loaded = lua_newuserdatauv(L, sizeof *loaded, 0);
    *loaded = (wick__loaded){0};
    if (luaL_newmetatable(L, "wick.Loaded")) {
        lua_pushcfunction(L, close_loaded);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return loaded;
}

static void set_tensors(lua_State *L, wick__loaded *loaded)
{
    static const char *const names[WICK__BOXES] = {"input", "mask", "target"};
    for (int i = 0; i < WICK__BOXES; i++) {
        if (!loaded->part[i])
            continue;
        *lua_wick_push_box(L) = loaded->part[i];
        loaded->part[i] = NULL;
        lua_wick_settle(L, -1);
        lua_setfield(L, -2, names[i]);
    }
}

/* The places in the data set of the samples that there are, and the boxes of each if there are. */
static void set_lists(lua_State *L, wick__load *load)
{
    lua_Integer n = 0;
    lua_newtable(L);
    lua_newtable(L);
    for (int64_t i = 0; i < load->count; i++) {
        if (load->job[i].status)
            continue;
        lua_pushinteger(L, load->job[i].index + 1);
        lua_rawseti(L, -3, ++n);
        if (!load->job[i].part[WICK__BOXES])
            continue;
        wick_tensor **slot = lua_wick_push_box(L);
        lua_wick_check(L, wick__load_boxes(load, i, slot));
        lua_wick_settle(L, -1);
        lua_rawseti(L, -2, n);
    }
    if (lua_rawlen(L, -1) == 0)
        lua_pop(L, 1);
    else
        lua_setfield(L, -3, "boxes");
    lua_setfield(L, -2, "index");
}

/* Pushes a list of { index =, path =, message = }. */
static void push_failures(lua_State *L, const wick__load *load)
{
    lua_Integer n = 0;
    lua_newtable(L);
    for (int64_t i = 0; i < load->count; i++) {
        const wick__job *job = &load->job[i];
        if (!job->status)
            continue;
        lua_createtable(L, 0, 3);
        lua_pushinteger(L, job->index + 1);
        lua_setfield(L, -2, "index");
        lua_pushstring(L, job->path);
        lua_setfield(L, -2, "path");
        lua_pushstring(L, job->message);
        lua_setfield(L, -2, "message");
        lua_rawseti(L, -2, ++n);
    }
}

/* take(seconds) -> the batch { input =, target =, mask =, boxes =, index = } that was submitted
 * first and a list of the samples that failed; nothing when it is not ready in that time */
static int take(lua_State *L)
{
    wick__loader *loader = check_loader(L);
    double seconds = luaL_checknumber(L, 2);
    wick__load **slot = push_load_box(L);
    lua_wick_check(L, wick__loader_take(loader, seconds > 0 ? seconds : 0, L, slot));
    if (!*slot)
        return 0;
    wick__loaded *loaded = push_loaded_box(L);
    wick__maker consumer = wick__loader_consumer(loader, L);
    lua_wick_check(L, wick__load_finish(*slot, &consumer, loaded));
    lua_createtable(L, 0, 4);
    set_tensors(L, loaded);
    set_lists(L, *slot);
    push_failures(L, *slot);
    wick__load_free(*slot);
    *slot = NULL;
    return 2;
}

void lua_wick_open_loader(lua_State *L)
{
    static const luaL_Reg methods[] = {{"submit", submit},        {"take", take},
                                       {"close", close_loader},   {"__gc", close_loader},
                                       {"__close", close_loader}, {NULL, NULL}};
    luaL_newmetatable(L, CLASS);
    luaL_setfuncs(L, methods, 0);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    lua_pushcfunction(L, new_loader);
    lua_setfield(L, -2, "loader");
}
