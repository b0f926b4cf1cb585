/* Storages: what their files share. */
#ifndef LUA_WICK_STORAGE_H
#define LUA_WICK_STORAGE_H

#include "lua_wick.h"

/* Pushes a storage on the memory of a file: the path stands at 2, then (optional) whether writes go
 * to the file, how many elements, and whether the path names shared memory. */
void lua_wick_map_storage(lua_State *L, wick_dtype dtype);

#endif
