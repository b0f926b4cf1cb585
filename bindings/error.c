/* Raising: the core's status and message become a Lua error at the script's line. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lua_wick.h"

/* In the registry: what all sources of the Lua library have in front. */
static const char library_key;
/* In the registry: the error value of the Lua callback that failed last. */
static const char callback_key;

static bool is_library(lua_State *L, const lua_Debug *info)
{
    bool inside = false;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &library_key) == LUA_TSTRING) {
        const char *root = lua_tostring(L, -1);
        inside = strncmp(info->source, root, strlen(root)) == 0;
    }
    lua_pop(L, 1);
    return inside;
}

/* Pushes "script.lua:12: " of the first function outside the library, or "". */
static void push_position(lua_State *L)
{
    lua_Debug info;
    for (int level = 1; lua_getstack(L, level, &info); level++) {
        lua_getinfo(L, "Sl", &info);
        if (info.currentline > 0 && !is_library(L, &info)) {
            lua_pushfstring(L, "%s:%d: ", info.short_src, info.currentline);
            return;
        }
    }
    lua_pushliteral(L, "");
}

int lua_wick_error(lua_State *L, const char *format, ...)
{
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    push_position(L);
    lua_pushstring(L, text);
    lua_concat(L, 2);
    return lua_error(L);
}

int lua_wick_raise(lua_State *L, wick_status status)
{
    if (status == WICK_ECALLBACK && lua_rawgetp(L, LUA_REGISTRYINDEX, &callback_key) != LUA_TNIL) {
        lua_pushnil(L);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &callback_key);
        return lua_error(L);
    }
    push_position(L);
    lua_pushstring(L, status == WICK_EINTERRUPT ? "interrupted" : wick_message());
    lua_concat(L, 2);
    return lua_error(L);
}

void lua_wick_check(lua_State *L, wick_status status)
{
    if (status)
        lua_wick_raise(L, status);
}

void lua_wick_keep_callback_error(lua_State *L)
{
    lua_rawsetp(L, LUA_REGISTRYINDEX, &callback_key);
}

int lua_wick_set_library(lua_State *L)
{
    luaL_checkstring(L, 1);
    lua_settop(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &library_key);
    return 0;
}

const char *lua_wick_describe(lua_State *L, int index)
{
    wick_tensor *tensor = lua_wick_to_tensor(L, index);
    char shape[160];
    if (tensor)
        return lua_pushfstring(L, "torch.%sTensor %s",
                               lua_wick_type_name(wick_tensor_dtype(tensor)),
                               wick_tensor_shape_text(tensor, shape, sizeof shape));
    if (luaL_getmetafield(L, index, "__typename") == LUA_TSTRING)
        return lua_tostring(L, -1);
    if (lua_type(L, index) == LUA_TSTRING) {
        enum { SHOWN = 60 };
        const char *text = lua_tostring(L, index);
        if (strlen(text) <= SHOWN)
            return lua_pushfstring(L, "\"%s\"", text);
        lua_pushlstring(L, text, SHOWN);
        return lua_pushfstring(L, "\"%s...\"", lua_tostring(L, -1));
    }
    if (lua_type(L, index) == LUA_TNUMBER)
        return lua_pushfstring(L, "number %s", luaL_tolstring(L, index, NULL));
    return lua_pushstring(L, luaL_typename(L, index));
}
