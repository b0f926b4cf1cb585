/* Links between the tape and Lua's closures. */
#ifndef LUA_WICK_FUNCTION_H
#define LUA_WICK_FUNCTION_H

#include "lua_wick.h"

/* Gives one reference to the state back; frees it with the last. */
void lua_wick_state_release(wick_lua *state);
/* Forgets the functions whose nodes are gone, links and all: the state closes. */
void lua_wick_drop_dead(wick_lua *state);
/* Clears the links of functions whose nodes are gone. */
void lua_wick_clear_dead(lua_State *L);
/* Pushes the link of a number, or nil. */
void lua_wick_push_link(lua_State *L, uint64_t number);
/* Pushes a new link and returns its number. */
uint64_t lua_wick_new_link(lua_State *L);
void lua_wick_open_function(lua_State *L);

#endif
