/* wick_lua.h: opening Wick in a host's Lua state, where a searcher finds the compiled-in modules,
 * and tensors on its stack. In libwick_lua alone. */
#include "wick_lua.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lualib.h>

#include "lua_wick.h"
#include "modules.h"
#include "threads.h"

int luaopen_wick_core(lua_State *L);
int luaopen_wick_system(lua_State *L);

/* ---- modules --------------------------------------------------------------------------------- */

static int by_name(const void *name, const void *module)
{
    return strcmp(name, ((const wick__module *)module)->name);
}

static lua_CFunction native_module(const char *name)
{
    if (strcmp(name, "wick.core") == 0)
        return luaopen_wick_core;
    return strcmp(name, "wick.system") == 0 ? luaopen_wick_system : NULL;
}

/* Sources are called (wick)/nn/linear.lua in messages. */
static int push_module(lua_State *L, const wick__module *module)
{
    const char *chunk = lua_pushfstring(L, "@(wick)/%s", module->file);
    if (luaL_loadbufferx(L, module->source, module->bytes, chunk, "t") != LUA_OK)
        return lua_error(L);
    lua_pushstring(L, chunk + 1);
    return 2;
}

/* A searcher as package.searchers has them: (name) -> loader and its place, or a reason. */
static int search(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    lua_CFunction native = native_module(name);
    if (native) {
        lua_pushcfunction(L, native);
        lua_pushliteral(L, "(wick)");
        return 2;
    }
    const wick__module *module =
        bsearch(name, wick__modules, wick__module_count, sizeof *wick__modules, by_name);
    if (module)
        return push_module(L, module);
    lua_pushfstring(L, "no module '%s' in libwick_lua", name);
    return 1;
}

/* Right behind package.preload: files of the same names do not get in the way. */
static int add_searcher(lua_State *L)
{
    lua_getglobal(L, "package");
    if (lua_getfield(L, -1, "searchers") != LUA_TTABLE)
        return luaL_error(L, "package.searchers is no table");
    for (lua_Integer i = (lua_Integer)lua_rawlen(L, -1); i >= 2; i--) {
        lua_rawgeti(L, -1, i);
        lua_rawseti(L, -2, i + 1);
    }
    lua_pushcfunction(L, search);
    lua_rawseti(L, -2, 2);
    return 0;
}

/* ---- opening --------------------------------------------------------------------------------- */

static void set_limits(lua_State *L, const wick_lua_options *options)
{
    wick_context *context = lua_wick_context(L);
    if (options->memory_limit > 0)
        wick_context_set_limit(context, options->memory_limit);
    if (options->threads > 0)
        wick_context_set_threads(context, options->threads);
}

/* Runs under lua_pcall: (options). */
static int open_with(lua_State *L)
{
    const wick_lua_options *options = lua_touserdata(L, 1);
    luaL_openlibs(L);
    if (options->allocator)
        lua_wick_keep_allocator(L, options->allocator);
    lua_pushcfunction(L, add_searcher);
    lua_call(L, 0, 0);
    lua_wick_keep_opener(L, add_searcher);
    lua_wick_require(L, "wick.core");
    set_limits(L, options);
    if (options->sandbox) {
        lua_wick_require(L, "wick.sandbox");
        lua_call(L, 0, 0);
    }
    return 0;
}

wick_status wick_lua_open(lua_State *L, const wick_lua_options *options)
{
    static const wick_lua_options none;
    lua_pushcfunction(L, open_with);
    lua_pushlightuserdata(L, (void *)(options ? options : &none));
    int status = lua_pcall(L, 1, 0, 0);
    if (status == LUA_OK)
        return WICK_OK;
    return status == LUA_ERRMEM ? WICK_ENOMEM : WICK_ECALLBACK;
}

__attribute__((visibility("default"))) int luaopen_wick(lua_State *L)
{
    if (wick_lua_open(L, NULL))
        return lua_error(L);
    lua_wick_require(L, "torch");
    return 1;
}

/* ---- what a state holds ---------------------------------------------------------------------- */

wick_context *wick_lua_context(lua_State *L)
{
    return lua_wick_context(L);
}

void wick_lua_push(lua_State *L, wick_tensor *tensor)
{
    lua_wick_push_tensor(L, tensor);
}

wick_tensor *wick_lua_get(lua_State *L, int index)
{
    return lua_wick_to_tensor(L, index);
}
