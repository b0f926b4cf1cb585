/* Lua states for other threads: they find modules where the state finds them that asked for one. */
#include "threads.h"

#include <stdlib.h>
#include <string.h>

#include <lualib.h>

struct lua_places {
    char *path, *cpath;
    lua_CFunction opener; /* NULL: the paths are enough */
};

/* In the registry: the opener. */
static const char opener_key;

static char *copy_field(lua_State *L, const char *field)
{
    lua_getglobal(L, "package");
    lua_getfield(L, -1, field);
    const char *text = lua_tostring(L, -1);
    char *copy = text ? strdup(text) : NULL;
    lua_pop(L, 2);
    return copy;
}

void lua_wick_free_places(lua_places *places)
{
    if (!places)
        return;
    free(places->path);
    free(places->cpath);
    free(places);
}

lua_places *lua_wick_places(lua_State *L)
{
    lua_places *places = calloc(1, sizeof *places);
    if (!places)
        return NULL;
    places->path = copy_field(L, "path");
    places->cpath = copy_field(L, "cpath");
    lua_rawgetp(L, LUA_REGISTRYINDEX, &opener_key);
    places->opener = lua_tocfunction(L, -1);
    lua_pop(L, 1);
    if (places->path && places->cpath)
        return places;
    lua_wick_free_places(places);
    return NULL;
}

static void set_path(lua_State *L, const char *field, const char *path)
{
    lua_getglobal(L, "package");
    lua_pushstring(L, path);
    lua_setfield(L, -2, field);
    lua_pop(L, 1);
}

void lua_wick_require(lua_State *L, const char *name)
{
    lua_getglobal(L, "require");
    lua_pushstring(L, name);
    lua_call(L, 1, 1);
}

void lua_wick_keep_opener(lua_State *L, lua_CFunction opener)
{
    lua_pushcfunction(L, opener);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &opener_key);
}

void lua_wick_open_places(lua_State *L, const lua_places *places)
{
    luaL_openlibs(L);
    set_path(L, "path", places->path);
    set_path(L, "cpath", places->cpath);
    if (places->opener) {
        lua_wick_keep_opener(L, places->opener);
        lua_pushcfunction(L, places->opener);
        lua_call(L, 0, 0);
    }
    lua_wick_require(L, "wick.core");
}

int lua_wick_traceback(lua_State *L)
{
    const char *message = lua_tostring(L, 1);
    luaL_traceback(L, L, message ? message : "(an error that is not a string)", 1);
    return 1;
}
