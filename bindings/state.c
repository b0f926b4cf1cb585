/* The state of a Lua state: finding it, and the budget of the collector that it keeps. */
#include "lua_wick.h"

static const char state_key;
/* In the registry: a wick_allocator. */
static const char allocator_key;

static wick_lua *state_in(lua_State *L, wick_lua *const *slot)
{
    if (!slot || !*slot)
        luaL_error(L, "wick.core is closed: this runs after the Lua state began to close");
    return *slot;
}

void lua_wick_push_state(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &state_key);
}

wick_lua *const *lua_wick_state_slot(lua_State *L)
{
    lua_wick_push_state(L);
    wick_lua *const *slot = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return slot;
}

wick_lua *lua_wick_state(lua_State *L)
{
    return state_in(L, lua_wick_state_slot(L));
}

wick_lua *lua_wick_method_state(lua_State *L)
{
    return state_in(L, lua_touserdata(L, lua_upvalueindex(1)));
}

wick_context *lua_wick_context(lua_State *L)
{
    return lua_wick_state(L)->context;
}

void lua_wick_keep_state(lua_State *L)
{
    lua_rawsetp(L, LUA_REGISTRYINDEX, &state_key);
}

void lua_wick_keep_allocator(lua_State *L, const wick_allocator *allocator)
{
    wick_allocator *kept = lua_newuserdatauv(L, sizeof *kept, 0);
    *kept = *allocator;
    lua_rawsetp(L, LUA_REGISTRYINDEX, &allocator_key);
}

const wick_allocator *lua_wick_allocator(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &allocator_key);
    const wick_allocator *kept = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return kept;
}

/* ---- the budget ---- */

void lua_wick_collect(lua_State *L)
{
    wick_lua *state = lua_wick_state(L);
    lua_gc(L, LUA_GCCOLLECT);
    wick_memory memory = wick_context_memory(state->context);
    state->collected = memory.total;
    state->survived = memory.live;
}

/* Bytes of tensors between two looks for young garbage: what a core's cache holds, and more where
 * looking finds little. */
static const uint64_t LEAST_STRIDE = UINT64_C(8) << 20, MOST_STRIDE = UINT64_C(64) << 20;

static void step(lua_State *L, wick_lua *state)
{
    if (!lua_gc(L, LUA_GCISRUNNING))
        return;
    uint64_t before = wick_context_memory(state->context).live;
    lua_gc(L, LUA_GCSTEP, 0);
    wick_memory now = wick_context_memory(state->context);
    bool pays = now.live + LEAST_STRIDE / 2 <= before;
    state->stride = pays ? LEAST_STRIDE : 2 * state->stride;
    if (state->stride < LEAST_STRIDE || state->stride > MOST_STRIDE)
        state->stride = state->stride < LEAST_STRIDE ? LEAST_STRIDE : MOST_STRIDE;
    state->stepped = now.total;
}

/* Young boxes are collected while what they hold is still in the caches, as Lua would not: it waits
 * for a fifth of its heap, and longer when finalizers make its collections look fruitless. */
static void collect_young(lua_State *L, wick_lua *state)
{
    enum { YOUNG = 512, KILOBYTES = 16 };
    uint64_t spent = wick_context_allocated(state->context) - state->stepped;
    if (state->young-- > 0 && spent < state->stride)
        return;
    step(L, state);
    int large = lua_gc(L, LUA_GCCOUNT) / KILOBYTES; /* a large heap costs more to look through */
    state->young = large > YOUNG ? large : YOUNG;
}

/* Whether more than the budget stands since the last collection, and may be garbage; what steps
 * have freed in between is not counted again. */
static bool has_grown(wick_lua *state, uint64_t budget)
{
    wick_memory now = wick_context_memory(state->context);
    if (state->survived > now.live)
        state->survived = now.live;
    uint64_t grown = now.live - state->survived;
    if (grown <= budget)
        state->collected = now.total - grown;
    return grown > budget;
}

/* Lua sees eight bytes where megabytes stand; without this 12 GB of temporaries all stay. Single
 * steps are not enough in generational mode. */
void lua_wick_spend(lua_State *L, wick_lua *state)
{
    collect_young(L, state);
    uint64_t spent = wick_context_allocated(state->context) - state->collected;
    uint64_t budget = UINT64_C(64) << 20;
    if (spent <= budget)
        return;
    uint64_t heap = 2048 * (uint64_t)lua_gc(L, LUA_GCCOUNT);
    if (budget < state->survived / 2)
        budget = state->survived / 2;
    if (budget < heap)
        budget = heap;
    if (spent > budget && has_grown(state, budget))
        lua_wick_collect(L);
}
