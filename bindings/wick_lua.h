/* wick_lua.h: Wick in a host's own Lua states. Every Lua module of Wick is compiled in, so that
 * `require "nn"` finds it without a search path. Link with libwick_lua, which holds the core too,
 * and with Lua 5.4.
 *
 * A host may open as many states as it likes, in any threads; each is used by one thread at a time,
 * as Lua wants it, and has a wick_context of its own, whose tensors go into that state alone. */
#ifndef WICK_LUA_H
#define WICK_LUA_H

#include <lua.h>

#include "wick.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- opening --------------------------------------------------------------------------------- */

typedef struct wick_lua_options {
    const wick_allocator *allocator; /* where tensors lie; NULL: the C library's memory */
    size_t memory_limit;             /* the most bytes of tensors; 0: no limit */
    int threads;                     /* the most an operation uses; 0: every processor */
    bool sandbox;                    /* scripts reach no files, programs, threads, raw memory or
                                      * environment, and load text, never bytecode */
} wick_lua_options;

/* Opens Lua's standard libraries and Wick in a state; `options` NULL: all zero. To be called once,
 * before scripts run. Returns WICK_OK, or WICK_ENOMEM or WICK_ECALLBACK and leaves a message on the
 * stack. The allocator's functions must work until the last tensor is gone. */
wick_status wick_lua_open(lua_State *L, const wick_lua_options *options);

/* The same without options for luaL_requiref(L, "wick", luaopen_wick, 0): returns the module
 * `torch`. Raises errors. */
int luaopen_wick(lua_State *L);

/* The context of a state, lent. It lives as long as the state or, longer, a tensor of it. Raises
 * where Wick is not open. */
wick_context *wick_lua_context(lua_State *L);

/* ---- tensors on the stack -------------------------------------------------------------------- */

/* Pushes a tensor of the state's context without copying: Lua holds a reference of its own. NULL
 * pushes nil. Raises when Lua has no memory. */
void wick_lua_push(lua_State *L, wick_tensor *tensor);

/* The tensor at `index`, lent while the value lives; retained it outlives Lua's. NULL: no tensor.
 * Raises for a tensor that the script has freed. */
wick_tensor *wick_lua_get(lua_State *L, int index);

/* ---- calling scripts ------------------------------------------------------------------------- */

/* What a call may take; 0: as much as it likes. */
typedef struct wick_lua_limits {
    double seconds;      /* of wall time */
    size_t lua_bytes;    /* of Lua's own memory, beyond what is in use when the call begins */
    size_t tensor_bytes; /* of tensors, likewise */
} wick_lua_limits;

/* lua_pcall within limits (NULL: none): takes a function and its arguments from the stack. Returns
 * WICK_OK and leaves the results; or leaves a message and returns
 *   WICK_EINTERRUPT  the time was up: pcall in the script does not hold it up
 *   WICK_ENOMEM      Lua found no memory, or no thread could be had to watch the time
 *   WICK_ECALLBACK   the script raised an error: also when its tensors found no memory
 * Time is watched by a thread that lives for the call. It ends loops and operations of the core,
 * between two of them; a long function of Lua's own libraries (string.rep, table.sort) and a
 * finalizer run to their end. */
wick_status wick_lua_call(lua_State *L, int arguments, int results, const wick_lua_limits *limits);

#ifdef __cplusplus
}
#endif

#endif
