/* Lua closures on the tape live in links: tables that the boxes of tensors hold in their user
 * value, never in the registry, so that the collector sees every cycle through them. A link names
 * its closure and the links it came from; nodes hold its number, and a weak table finds it again
 * when a tensor is boxed anew. */
#include "function.h"

/* In the registry: number -> link, weak values. */
static const char links_key;

void lua_wick_open_links(lua_State *L)
{
    lua_newtable(L);
    lua_newtable(L);
    lua_pushliteral(L, "v");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &links_key);
}

/* Pushes the link of a number, or nil. */
void lua_wick_push_link(lua_State *L, uint64_t number)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &links_key);
    lua_rawgeti(L, -1, (lua_Integer)number);
    lua_remove(L, -2);
}

/* Pushes a new link with a number of its own. */
uint64_t lua_wick_new_link(lua_State *L)
{
    uint64_t number = lua_wick_state(L)->next_link++;
    lua_newtable(L);
    lua_pushinteger(L, (lua_Integer)number);
    lua_setfield(L, -2, "number");
    lua_rawgetp(L, LUA_REGISTRYINDEX, &links_key);
    lua_pushvalue(L, -2);
    lua_rawseti(L, -2, (lua_Integer)number);
    lua_pop(L, 1);
    return number;
}

void lua_wick_find_link(lua_State *L, int index, const wick_tensor *tensor)
{
    uint64_t number = wick_tensor_link(tensor);
    if (!number)
        return;
    index = lua_absindex(L, index);
    lua_wick_push_link(L, number);
    lua_setiuservalue(L, index, 1);
}

static void give_link(lua_State *L, int index)
{
    wick_tensor *tensor = lua_wick_to_tensor(L, index);
    lua_getfield(L, -1, "number");
    wick_tensor_set_link(tensor, (uint64_t)lua_tointeger(L, -1));
    lua_pop(L, 1);
    lua_setiuservalue(L, index, 1);
}

/* One link is passed on as it is; several meet in a new one. */
void lua_wick_inherit_links(lua_State *L, const wick_lua *state, int index, int first, int n)
{
    if (state->next_link == 1)
        return; /* there are none */
    wick_tensor *tensor = lua_wick_to_tensor(L, index);
    int found = 0, top = lua_gettop(L);
    if (!wick_tensor_requires_grad(tensor) || wick_tensor_is_leaf(tensor))
        return;
    luaL_checkstack(L, n + 8, "too many histories meet");
    for (int i = first; i < first + n; i++) {
        bool has = lua_isuserdata(L, i) && lua_getiuservalue(L, i, 1) == LUA_TTABLE;
        if (has && !(found > 0 && lua_rawequal(L, -1, top + 1)))
            found++;
        else
            lua_settop(L, top + found);
    }
    if (found > 1) {
        lua_wick_new_link(L);
        for (int i = 1; i <= found; i++) {
            lua_pushvalue(L, top + i);
            lua_rawseti(L, -2, i);
        }
    }
    if (found > 0)
        give_link(L, index);
    lua_settop(L, top);
}
