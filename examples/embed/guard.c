/* Runs a script of somebody unknown: it may compute, but reaches no file, and gets so many seconds
 * and megabytes. Prints what its function `answer` returns.
 *
 *   guard SECONDS MEGABYTES SCRIPT [ARGUMENT] */
#include <stdio.h>
#include <stdlib.h>

#include <lauxlib.h>

#include "wick_lua.h"

static int give_up(lua_State *L, const char *what)
{
    printf("%s: %s\n", what, lua_tostring(L, -1));
    return EXIT_FAILURE;
}

static const char *reason(wick_status status)
{
    return status == WICK_EINTERRUPT ? "too slow" : status == WICK_ENOMEM ? "too big" : "error";
}

/* Loads the script, which defines functions, and calls the one named `answer`. */
static int answer(lua_State *L, const char *script, const char *argument,
                  const wick_lua_limits *limits)
{
    if (luaL_loadfilex(L, script, "t") != LUA_OK)
        return give_up(L, "not a script");
    wick_status status = wick_lua_call(L, 0, 0, limits);
    if (status)
        return give_up(L, reason(status));
    lua_getglobal(L, "answer");
    lua_pushstring(L, argument);
    status = wick_lua_call(L, 1, 1, limits);
    if (status)
        return give_up(L, reason(status));
    printf("%s\n", luaL_tolstring(L, -1, NULL));
    return EXIT_SUCCESS;
}

int main(int count, char **arguments)
{
    if (count < 4)
        return EXIT_FAILURE;
    size_t bytes = (size_t)atoi(arguments[2]) << 20;
    wick_lua_limits limits = {
        .seconds = atof(arguments[1]), .lua_bytes = bytes, .tensor_bytes = bytes};
    lua_State *L = luaL_newstate();
    int outcome = EXIT_FAILURE;
    if (L && wick_lua_open(L, &(wick_lua_options){.sandbox = true}) == WICK_OK)
        outcome = answer(L, arguments[3], count > 4 ? arguments[4] : NULL, &limits);
    if (L)
        lua_close(L);
    return outcome;
}
