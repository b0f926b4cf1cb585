/* The context's switches and counters: memory, threads, random numbers, modes. */
#include "interrupt.h"
#include "lua_wick.h"

/* memory(): a table of byte counts: live, peak, cached, limit, total; live storages and nodes. */
static int memory(lua_State *L)
{
    wick_memory m = wick_context_memory(lua_wick_context(L));
    const struct {
        const char *name;
        uint64_t value;
    } fields[] = {{"live", m.live},   {"peak", m.peak},   {"cached", m.cached},
                  {"limit", m.limit}, {"total", m.total}, {"storages", m.storages},
                  {"nodes", m.nodes}};
    lua_createtable(L, 0, 8);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        lua_pushinteger(L, (lua_Integer)fields[i].value);
        lua_setfield(L, -2, fields[i].name);
    }
    return 1;
}

static int reset_peak(lua_State *L)
{
    wick_context_reset_peak(lua_wick_context(L));
    return 0;
}

/* setMemoryLimit(bytes): 0 for none. */
static int set_limit(lua_State *L)
{
    int64_t bytes = lua_wick_whole(L, 1, "memory limit");
    if (bytes < 0)
        return lua_wick_error(L, "a memory limit is a number of bytes from 0 on, not %lld",
                              (long long)bytes);
    wick_context_set_limit(lua_wick_context(L), (size_t)bytes);
    return 0;
}

static int trim(lua_State *L)
{
    wick_context_trim(lua_wick_context(L));
    return 0;
}

/* failAfter(n): the n-th allocation and all later ones; failAfter(n, true): that one alone. */
static int fail_after(lua_State *L)
{
    uint64_t n = (uint64_t)luaL_checkinteger(L, 1);
    if (lua_toboolean(L, 2))
        wick_context_fail_at(lua_wick_context(L), n);
    else
        wick_context_fail_after(lua_wick_context(L), n);
    return 0;
}

static int interrupt(lua_State *L)
{
    wick_context_interrupt(lua_wick_context(L));
    return 0;
}

/* The address of the context, for a program that has to interrupt it from a signal handler. */
static int handle(lua_State *L)
{
    lua_pushlightuserdata(L, lua_wick_context(L));
    return 1;
}

/* liveBytes(): of all tensors. */
static int live_bytes(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)wick_context_memory(lua_wick_context(L)).live);
    return 1;
}

static int get_threads(lua_State *L)
{
    lua_pushinteger(L, wick_context_threads(lua_wick_context(L)));
    return 1;
}

static int set_threads(lua_State *L)
{
    int64_t n = lua_wick_integer(L, 1, "number of threads");
    if (n < 1)
        return lua_wick_error(L, "setnumthreads: at least one thread is needed, not %lld",
                              (long long)n);
    wick_context_set_threads(lua_wick_context(L), n > wick_cores() ? wick_cores() : (int)n);
    return 0;
}

static int cores(lua_State *L)
{
    lua_pushinteger(L, wick_cores());
    return 1;
}

static int set_check_finite(lua_State *L)
{
    wick_context_set_check_finite(lua_wick_context(L), lua_toboolean(L, 1));
    return 0;
}

/* setTorch7(on): Torch7's habits of numbers and shapes; only what asks for it is recorded. */
static int set_torch7(lua_State *L)
{
    bool on = lua_toboolean(L, 1);
    lua_wick_state(L)->torch7 = on;
    wick_context_set_equal_counts(lua_wick_context(L), on);
    wick_context_set_recording(lua_wick_context(L), !on);
    return 0;
}

static int default_type(lua_State *L)
{
    wick_lua *state = lua_wick_state(L);
    if (!lua_isnoneornil(L, 1)) {
        int dtype = lua_type(L, 1) == LUA_TSTRING ? lua_wick_dtype(lua_tostring(L, 1)) : -1;
        if (dtype < 0 || dtype == WICK_FLOAT16)
            return lua_wick_error(L, "%s is not a string describing a torch object",
                                  lua_wick_describe(L, 1));
        state->dtype = (wick_dtype)dtype;
    }
    lua_pushfstring(L, "torch.%sTensor", lua_wick_type_name(state->dtype));
    return 1;
}

/* ---- random numbers ---- */

static int manual_seed(lua_State *L)
{
    wick_seed(lua_wick_context(L), (uint64_t)lua_wick_integer(L, 1, "seed"));
    return 0;
}

static int initial_seed(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)wick_initial_seed(lua_wick_context(L)));
    return 1;
}

static int seed(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)wick_seed_from_system(lua_wick_context(L)));
    return 1;
}

/* The generator's state as a string of bytes. */
static int get_generator(lua_State *L)
{
    char state[WICK_GENERATOR_BYTES];
    wick_generator_get(lua_wick_context(L), state);
    lua_pushlstring(L, state, sizeof state);
    return 1;
}

static int set_generator(lua_State *L)
{
    size_t n;
    const char *state = luaL_checklstring(L, 1, &n);
    if (n != WICK_GENERATOR_BYTES)
        return lua_wick_error(L, "setRNGState: a generator's state has %d bytes, this has %d",
                              WICK_GENERATOR_BYTES, (int)n);
    lua_wick_check(L, wick_generator_set(lua_wick_context(L), state));
    return 0;
}

static int build_info(lua_State *L)
{
    lua_pushstring(L, wick_build_info());
    return 1;
}

static int library_version(lua_State *L)
{
    lua_pushstring(L, wick_version());
    return 1;
}

static int collect(lua_State *L)
{
    lua_wick_collect(L);
    return 0;
}

void lua_wick_open_context(lua_State *L)
{
    static const luaL_Reg functions[] = {{"memory", memory},
                                         {"liveBytes", live_bytes},
                                         {"resetPeak", reset_peak},
                                         {"setMemoryLimit", set_limit},
                                         {"trim", trim},
                                         {"failAfter", fail_after},
                                         {"interrupt", interrupt},
                                         {"handle", handle},
                                         {"interrupter", lua_wick_interrupter},
                                         {"getThreads", get_threads},
                                         {"setThreads", set_threads},
                                         {"cores", cores},
                                         {"setCheckFinite", set_check_finite},
                                         {"setTorch7", set_torch7},
                                         {"defaultType", default_type},
                                         {"manualSeed", manual_seed},
                                         {"initialSeed", initial_seed},
                                         {"seed", seed},
                                         {"getGenerator", get_generator},
                                         {"setGenerator", set_generator},
                                         {"buildInfo", build_info},
                                         {"libraryVersion", library_version},
                                         {"collect", collect},
                                         {"setLibrary", lua_wick_set_library},
                                         {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
