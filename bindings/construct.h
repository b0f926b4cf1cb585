/* What makes tensors, for the files that need new ones. */
#ifndef LUA_WICK_CONSTRUCT_H
#define LUA_WICK_CONSTRUCT_H

#include "lua_wick.h"

/* Torch7 cuts the list of sizes at the first that is not positive. */
void lua_wick_cut_sizes(wick_sizes *sizes);
/* Pushes an uninitialised tensor. */
void lua_wick_push_new(lua_State *L, wick_dtype dtype, const wick_sizes *sizes);
/* Pushes a view of the storage that stands at `at`, with offset, sizes and strides behind it. */
void lua_wick_push_view(lua_State *L, wick_dtype dtype, int at, wick_storage *storage);
/* Raises unless the two types agree; `what` is "Tensor" or "Storage". */
void lua_wick_check_type(lua_State *L, wick_dtype wanted, wick_dtype found, const char *what);
/* The Lua function new(type name, ...): Torch7's constructor patterns. */
int lua_wick_new_tensor(lua_State *L);
/* Adds apply, map, map2 and totable. */
void lua_wick_open_elements(lua_State *L);

#endif
