/* Running Lua functions as stages: function(image, sample), where sample has the fields image,
 * mask, boxes and target. The function returns a new image, or nothing; what it puts into the
 * fields of the sample counts too. */
#include "pipeline_call.h"

#include <stdlib.h>
#include <string.h>

/* In the registry: call -> function, weak. */
static const char functions_key;

typedef struct stage_call {
    char *module, *name; /* in one piece behind the struct; NULL: a function that is kept */
} stage_call;

void *lua_wick_new_call(lua_State *L, const char *module, const char *name)
{
    size_t length = module ? strlen(module) + 1 : 0, rest = name ? strlen(name) + 1 : 0;
    stage_call *call = malloc(sizeof *call + length + rest);
    if (!call)
        lua_wick_error(L, "not enough memory");
    *call = (stage_call){0};
    if (module) {
        call->module = memcpy(call + 1, module, length);
        call->name = memcpy(call->module + length, name, rest);
    }
    return call;
}

void lua_wick_keep_call(lua_State *L, void *call, int index)
{
    index = lua_absindex(L, index);
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &functions_key) == LUA_TNIL) {
        lua_newtable(L);
        lua_createtable(L, 0, 1);
        lua_pushliteral(L, "v");
        lua_setfield(L, -2, "__mode");
        lua_setmetatable(L, -2);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &functions_key);
        lua_remove(L, -2);
    }
    lua_pushvalue(L, index);
    lua_rawsetp(L, -2, call);
    lua_pop(L, 1);
}

void lua_wick_release_call(void *call)
{
    free(call);
}

/* ---- the sample as a table ---- */

typedef struct part {
    const char *name;
    wick_tensor **slot;
} part;

enum { PARTS = 4 };

static void list_parts(wick__sample *sample, part *parts)
{
    parts[0] = (part){"image", &sample->image};
    parts[1] = (part){"mask", &sample->mask};
    parts[2] = (part){"boxes", &sample->boxes};
    parts[3] = (part){"target", &sample->target};
}

static void push_sample(lua_State *L, const part *parts)
{
    lua_createtable(L, 0, PARTS);
    for (int i = 0; i < PARTS; i++) {
        lua_wick_push_tensor(L, *parts[i].slot);
        lua_setfield(L, -2, parts[i].name);
    }
}

/* Takes the fields of the table at `index` over. */
static void read_sample(lua_State *L, int index, const part *parts)
{
    for (int i = 0; i < PARTS; i++) {
        lua_getfield(L, index, parts[i].name);
        wick_tensor *tensor = lua_wick_to_tensor(L, -1);
        if (!tensor && !lua_isnil(L, -1))
            luaL_error(L, "the %s became %s; a tensor expected", parts[i].name,
                       lua_wick_describe(L, -1));
        if (tensor)
            wick_tensor_retain(tensor);
        wick_tensor_release(*parts[i].slot);
        *parts[i].slot = tensor;
        lua_pop(L, 1);
    }
}

/* ---- calling ---- */

/* Pushes the function; raises when there is none. */
static void push_function(lua_State *L, const stage_call *call)
{
    if (call->module) {
        lua_getglobal(L, "require");
        lua_pushstring(L, call->module);
        lua_call(L, 1, 1);
        if (lua_istable(L, -1))
            lua_getfield(L, -1, call->name);
    } else {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &functions_key);
        if (lua_istable(L, -1))
            lua_rawgetp(L, -1, call);
    }
    if (!lua_isfunction(L, -1))
        luaL_error(L, "%s has no function %s", call->module ? call->module : "the pipeline",
                   call->name ? call->name : "here any more");
    lua_replace(L, 1);
    lua_settop(L, 1);
}

/* Runs protected: (call, sample). */
static int run(lua_State *L)
{
    const stage_call *call = lua_touserdata(L, 1);
    part parts[PARTS];
    list_parts(lua_touserdata(L, 2), parts);
    push_function(L, call);
    push_sample(L, parts); /* function sample */
    lua_insert(L, 1);
    lua_getfield(L, 1, "image");
    lua_pushvalue(L, 1); /* sample function image sample */
    lua_call(L, 2, 1);
    if (!lua_isnil(L, -1))
        lua_setfield(L, 1, "image");
    read_sample(L, 1, parts);
    return 0;
}

/* The error stays what it was; the message, for threads that nobody watches, has the traceback. */
static int note_error(lua_State *L)
{
    luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
    wick__stage_failed(lua_tostring(L, -1));
    lua_settop(L, 1);
    return 1;
}

wick_status lua_wick_call_stage(void *call, wick__sample *sample)
{
    lua_State *L = sample->host;
    if (!L)
        return wick__stage_failed("there is no Lua state to run it in");
    int top = lua_gettop(L);
    lua_pushcfunction(L, note_error);
    lua_pushcfunction(L, run);
    lua_pushlightuserdata(L, call);
    lua_pushlightuserdata(L, sample);
    int failed = lua_pcall(L, 2, 0, top + 1);
    if (failed)
        lua_wick_keep_callback_error(L);
    lua_settop(L, top);
    return failed ? WICK_ECALLBACK : wick__sample_check(sample);
}
