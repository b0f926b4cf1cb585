/* Pipelines of augmentation as Lua values, for the files of the binding that take them. */
#ifndef LUA_WICK_PIPELINE_H
#define LUA_WICK_PIPELINE_H

#include "data/pipeline.h"
#include "lua_wick.h"

/* The pipeline at `index`: a handle of the C module, or a table that has one as `handle`. Lent.
 * Raises when the value is neither; `what` names the function. */
wick__pipeline *lua_wick_check_pipeline(lua_State *L, int index, const char *what);

/* What stages that are Lua functions do: `sample->host` is the lua_State * that runs them, NULL
 * where there is none. */
wick__stage_call lua_wick_call_stage;

#endif
