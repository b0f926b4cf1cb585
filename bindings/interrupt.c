/* What a program needs to stop the operations of a Lua state from a signal handler. */
#include "interrupt.h"
#include "lua_wick.h"

static const char interrupter_key;

int lua_wick_interrupter(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &interrupter_key) == LUA_TNIL) {
        wick__interrupter *made = lua_newuserdatauv(L, sizeof(*made), 0);
        *made = (wick__interrupter){lua_wick_context(L), wick_context_interrupt,
                                    wick_context_clear_interrupt};
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &interrupter_key);
    }
    lua_pushlightuserdata(L, lua_touserdata(L, -1));
    return 1;
}
