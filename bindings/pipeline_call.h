/* Stages that are Lua functions. */
#ifndef LUA_WICK_PIPELINE_CALL_H
#define LUA_WICK_PIPELINE_CALL_H

#include "pipeline.h"

/* What such a stage calls, for lua_wick_call_stage: function `name` of `module`, looked up in the
 * state that runs it, or with NULL for both one kept by lua_wick_keep_call. Raises when there is no
 * memory. */
void *lua_wick_new_call(lua_State *L, const char *module, const char *name);
/* Makes the function at `index` what is called, in this state, as long as something else refers to
 * the function. */
void lua_wick_keep_call(lua_State *L, void *call, int index);
void lua_wick_release_call(void *call);

#endif
