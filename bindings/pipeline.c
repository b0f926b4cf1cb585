/* Pipelines of augmentation in Lua, in the table `pipeline` of the C module: kinds of stages,
 * handles, and applying. lua/wick/data/pipeline.lua has the face. */
#include "pipeline.h"

#include <string.h>

#include "data/stage.h"
#include "pipeline_call.h"

static const char handle_name[] = "wick.pipeline";
enum { NUMBERS = WICK__STAGE_LIST };

static wick__pipeline **to_handle(lua_State *L, int index)
{
    return luaL_testudata(L, index, handle_name);
}

static wick__pipeline **check_handle(lua_State *L)
{
    return luaL_checkudata(L, 1, handle_name);
}

wick__pipeline *lua_wick_check_pipeline(lua_State *L, int index, const char *what)
{
    wick__pipeline **handle = to_handle(L, index);
    if (!handle && lua_istable(L, index)) {
        lua_getfield(L, index, "handle");
        handle = to_handle(L, -1);
        lua_pop(L, 1);
    }
    if (!handle || !*handle)
        lua_wick_error(L, "%s: the pipeline is %s; wick.data.pipeline makes one", what,
                       lua_wick_describe(L, index));
    return *handle;
}

static int release(lua_State *L)
{
    wick__pipeline **handle = lua_touserdata(L, 1);
    wick__pipeline_release(*handle);
    *handle = NULL;
    return 0;
}

/* new(): an empty pipeline. */
static int new_pipeline(lua_State *L)
{
    wick__pipeline **handle = lua_newuserdatauv(L, sizeof *handle, 1);
    *handle = NULL;
    luaL_setmetatable(L, handle_name);
    lua_newtable(L); /* keeps the functions of its stages */
    lua_setiuservalue(L, -2, 1);
    lua_wick_check(L, wick__pipeline_new(lua_wick_context(L), handle));
    return 1;
}

/* ---- kinds of stages as tables ---- */

static void set_string(lua_State *L, const char *name, const char *value)
{
    lua_pushstring(L, value);
    lua_setfield(L, -2, name);
}

static void push_argument(lua_State *L, const wick__stage_arg *arg)
{
    static const char *const kinds[] = {
        [WICK__STAGE_NUMBER] = "number",   [WICK__STAGE_WHOLE] = "whole",
        [WICK__STAGE_BOOLEAN] = "boolean", [WICK__STAGE_CHOICE] = "choice",
        [WICK__STAGE_RANGE] = "range",     [WICK__STAGE_SPREAD] = "spread",
        [WICK__STAGE_FACTOR] = "factor",   [WICK__STAGE_WHOLES] = "wholes",
        [WICK__STAGE_NUMBERS] = "numbers", [WICK__STAGE_STAGES] = "stages"};
    lua_createtable(L, 0, 6);
    set_string(L, "name", arg->name);
    set_string(L, "kind", kinds[arg->kind]);
    set_string(L, "choices", arg->choices);
    lua_pushnumber(L, arg->least);
    lua_setfield(L, -2, "least");
    lua_pushnumber(L, arg->most);
    lua_setfield(L, -2, "most");
    if (arg->known == 0)
        return;
    lua_createtable(L, arg->known, 0);
    for (int i = 0; i < arg->known; i++) {
        lua_pushnumber(L, arg->fallback[i]);
        lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "default");
}

static void push_kind(lua_State *L, const wick__stage_kind *kind)
{
    lua_createtable(L, 0, 5);
    set_string(L, "name", kind->name);
    set_string(L, "also", kind->also);
    set_string(L, "doc", kind->doc);
    lua_pushboolean(L, kind->apply_batch != NULL);
    lua_setfield(L, -2, "batch");
    lua_newtable(L);
    for (int i = 0; kind->args[i].kind != WICK__STAGE_END; i++) {
        push_argument(L, &kind->args[i]);
        lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "args");
}

/* kinds(): the descriptors of all stages, in list order. */
static int kinds(lua_State *L)
{
    const wick__stage_kind *kind;
    lua_newtable(L);
    for (int i = 0; (kind = wick__stage_at(i)); i++) {
        push_kind(L, kind);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

/* ---- building ---- */

/* Reads the list at the top of the stack into `number`; how many there were. */
static int read_list(lua_State *L, const char *name, double *number)
{
    lua_Integer count = luaL_len(L, -1);
    if (count > NUMBERS)
        lua_wick_error(L, "%s: %lld numbers given; at most %d expected", name, (long long)count,
                       NUMBERS);
    for (lua_Integer i = 0; i < count; i++) {
        if (lua_geti(L, -1, i + 1) != LUA_TNUMBER)
            lua_wick_error(L, "%s: element %lld is %s; a number expected", name, (long long)i + 1,
                           lua_wick_describe(L, -1));
        number[i] = lua_tonumber(L, -1);
        lua_pop(L, 1);
    }
    return (int)count;
}

/* Reads the value at the top of the stack. */
static void read_given(lua_State *L, wick__given *given, double *number)
{
    given->number = number;
    given->count = 1;
    switch (lua_type(L, -1)) {
    case LUA_TNUMBER:
        number[0] = lua_tonumber(L, -1);
        break;
    case LUA_TBOOLEAN:
        given->kind = WICK__GIVEN_BOOLEAN;
        number[0] = lua_toboolean(L, -1);
        break;
    case LUA_TSTRING:
        given->kind = WICK__GIVEN_WORD;
        given->word = lua_tostring(L, -1);
        break;
    case LUA_TUSERDATA:
        given->kind = WICK__GIVEN_STAGES;
        given->stages = lua_wick_check_pipeline(L, -1, given->name);
        break;
    case LUA_TTABLE:
        given->count = read_list(L, given->name, number);
        break;
    default:
        lua_wick_error(L, "%s is %s", given->name, lua_wick_describe(L, -1));
    }
}

/* Makes the handle at 1 keep the value at the top of the stack, under this key. */
static void keep(lua_State *L, void *key)
{
    lua_getiuservalue(L, 1, 1);
    lua_pushvalue(L, -2);
    lua_rawsetp(L, -2, key);
    lua_pop(L, 1);
}

/* add(pipeline, stage, values): values by name are numbers, lists of them, booleans, words and
 * pipelines. */
static int add(lua_State *L)
{
    wick__given given[WICK__STAGE_ARGS];
    double number[WICK__STAGE_ARGS][NUMBERS];
    wick__pipeline *pipeline = *check_handle(L);
    const char *name = luaL_checkstring(L, 2);
    int count = 0;
    luaL_checktype(L, 3, LUA_TTABLE);
    lua_settop(L, 3);
    for (lua_pushnil(L); lua_next(L, 3); lua_pop(L, 1), count++) {
        if (count == WICK__STAGE_ARGS)
            return lua_wick_error(L, "%s: more than %d arguments", name, WICK__STAGE_ARGS);
        given[count] = (wick__given){.name = luaL_checkstring(L, -2)};
        read_given(L, &given[count], number[count]);
        if (given[count].kind == WICK__GIVEN_STAGES) /* and the functions of its stages */
            keep(L, lua_touserdata(L, -1));
    }
    lua_wick_check(L, wick__pipeline_add(pipeline, name, count, given));
    return 0;
}

/* addCall(pipeline, label, function) or addCall(pipeline, label, module, name): a Lua stage. */
static int add_call(lua_State *L)
{
    wick__pipeline *pipeline = *check_handle(L);
    const char *label = luaL_checkstring(L, 2);
    bool here_only = lua_isfunction(L, 3);
    lua_settop(L, 4);
    const char *module = here_only ? NULL : luaL_checkstring(L, 3);
    const char *name = here_only ? NULL : luaL_checkstring(L, 4);
    void *call = lua_wick_new_call(L, module, name);
    lua_wick_check(L, wick__pipeline_add_call(pipeline, label, here_only, lua_wick_call_stage, call,
                                              lua_wick_release_call));
    if (here_only) {
        lua_pushvalue(L, 3);
        keep(L, call);
        lua_wick_keep_call(L, call, 3);
    }
    return 0;
}

/* count(pipeline): stages; then how many any thread may apply; then how many are of samples. */
static int count(lua_State *L)
{
    wick__pipeline *pipeline = lua_wick_check_pipeline(L, 1, "pipeline");
    lua_pushinteger(L, wick__pipeline_count(pipeline));
    lua_pushinteger(L, wick__pipeline_threaded(pipeline));
    lua_pushinteger(L, wick__pipeline_of_samples(pipeline));
    return 3;
}

/* ---- applying ---- */

/* A tensor of its own, or NULL for nil. */
static wick_tensor *taken(lua_State *L, int index, const char *name)
{
    wick_tensor *tensor = lua_wick_to_tensor(L, index);
    if (!tensor && !lua_isnoneornil(L, index))
        lua_wick_error(L, "pipeline: the %s is %s; a tensor expected", name,
                       lua_wick_describe(L, index));
    return tensor;
}

static void retain(wick_tensor *tensor)
{
    if (tensor)
        wick_tensor_retain(tensor);
}

/* Hands results over to the boxes from `first` on; nil for none. */
static int push_results(lua_State *L, int first, int n, wick_tensor ***box, wick_tensor *const *t)
{
    for (int i = 0; i < n; i++)
        *box[i] = t[i];
    for (int i = 0; i < n; i++) {
        if (t[i]) {
            lua_wick_settle(L, first + i);
            continue;
        }
        lua_pushnil(L);
        lua_replace(L, first + i);
    }
    return n;
}

/* apply(pipeline, seed, image, mask, boxes, target): gives the last four anew. */
static int apply(lua_State *L)
{
    enum { PARTS = 4, FIRST = 7 };
    wick__pipeline *pipeline = lua_wick_check_pipeline(L, 1, "pipeline");
    wick__sample sample = {.context = lua_wick_context(L),
                           .stream = {.key = (uint64_t)luaL_checkinteger(L, 2)},
                           .image = taken(L, 3, "image"),
                           .mask = taken(L, 4, "mask"),
                           .boxes = taken(L, 5, "boxes"),
                           .target = taken(L, 6, "target"),
                           .host = L};
    wick_tensor **box[PARTS];
    lua_settop(L, FIRST - 1);
    for (int i = 0; i < PARTS; i++)
        box[i] = lua_wick_push_box(L);
    retain(sample.image);
    retain(sample.mask);
    retain(sample.boxes);
    retain(sample.target);
    wick_status status = wick__pipeline_apply(pipeline, &sample);
    if (!status)
        status = wick__sample_settle(&sample);
    if (status) {
        wick__sample_close(&sample);
        return lua_wick_raise(L, status);
    }
    return push_results(L, FIRST, PARTS, box,
                        (wick_tensor *[]){sample.image, sample.mask, sample.boxes, sample.target});
}

/* applyBatch(pipeline, seed, images, targets): gives both anew. */
static int apply_batch(lua_State *L)
{
    enum { PARTS = 2, FIRST = 5 };
    wick__pipeline *pipeline = lua_wick_check_pipeline(L, 1, "pipeline");
    wick__batch batch = {.context = lua_wick_context(L),
                         .stream = {.key = (uint64_t)luaL_checkinteger(L, 2)},
                         .images = taken(L, 3, "images"),
                         .targets = taken(L, 4, "targets")};
    wick_tensor **box[PARTS];
    lua_settop(L, FIRST - 1);
    for (int i = 0; i < PARTS; i++)
        box[i] = lua_wick_push_box(L);
    retain(batch.images);
    retain(batch.targets);
    wick_status status = wick__pipeline_apply_batch(pipeline, &batch);
    if (status) {
        wick__batch_close(&batch);
        return lua_wick_raise(L, status);
    }
    return push_results(L, FIRST, PARTS, box, (wick_tensor *[]){batch.images, batch.targets});
}

void lua_wick_open_pipeline(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"new", new_pipeline},       {"kinds", kinds}, {"add", add},
        {"addCall", add_call},       {"count", count}, {"apply", apply},
        {"applyBatch", apply_batch}, {NULL, NULL}};
    luaL_newmetatable(L, handle_name);
    lua_pushcfunction(L, release);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
    luaL_newlib(L, functions);
    lua_setfield(L, -2, "pipeline");
}
