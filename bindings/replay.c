/* Replaying an evaluation (lua/nn/replay.lua): the operations that a network carried out are
 * carried out again on another input, by the core alone, as long as the network is what it was. */
#include "lua_wick.h"

typedef struct replay {
    wick_model *model;
    wick_tensor **weight; /* lent by the model */
    int weights;
} replay;

/* User values: the boxes of the weights, and what the network's tables held. */
enum { WEIGHTS = 1, FIELDS };

static const char *const class_name = "wick.Replay";
/* Its address stands for any value of a field that every run sets. */
static const char passing;

static int replay_gc(lua_State *L)
{
    replay *r = lua_touserdata(L, 1);
    wick_model_release(r->model);
    r->model = NULL;
    return 0;
}

/* newReplay(program, output, input, weights, fields): the result number `output` of a program
 * (wick_model_new) for inputs of the shape of `input`. `fields` says what each of the network's
 * tables holds: the table, a copy of it, how many entries that has, and so on; `passing` in a
 * copy stands for any value and does not count. Raises for what is no program. */
static int new_replay(lua_State *L)
{
    const char *program = luaL_checkstring(L, 1);
    int output = (int)luaL_checkinteger(L, 2);
    wick_tensor *input = lua_wick_check_tensor(L, 3, "newReplay");
    luaL_checktype(L, 4, LUA_TTABLE);
    luaL_checktype(L, 5, LUA_TTABLE);
    int weights = (int)lua_rawlen(L, 4);
    size_t bytes = sizeof(replay) + (size_t)weights * sizeof(wick_tensor *);
    replay *r = lua_newuserdatauv(L, bytes, FIELDS);
    *r = (replay){.weight = (wick_tensor **)(r + 1), .weights = weights};
    luaL_setmetatable(L, class_name);
    for (int i = 0; i < weights; i++) {
        lua_rawgeti(L, 4, i + 1);
        r->weight[i] = lua_wick_check_tensor(L, -1, "newReplay");
        lua_pop(L, 1);
    }
    for (int i = WEIGHTS; i <= FIELDS; i++) {
        lua_pushvalue(L, 3 + i);
        lua_setiuservalue(L, -2, i);
    }
    lua_wick_check(L, wick_model_new(lua_wick_context(L), program, output, input, weights,
                                     r->weight, &r->model));
    return 1;
}

/* ---- whether the network is what it was ---- */

/* Whether the table at `live` holds the `entries` of the one at `copy` and nothing else. */
static bool is_alike(lua_State *L, int live, int copy, lua_Integer entries)
{
    lua_pushnil(L);
    while (lua_next(L, live)) {
        lua_pushvalue(L, -2);
        lua_rawget(L, copy);
        if (!lua_islightuserdata(L, -1)) { /* any value may stand there */
            if (!lua_rawequal(L, -1, -2)) {
                lua_pop(L, 3);
                return false;
            }
            entries--;
        }
        lua_pop(L, 2);
    }
    return entries == 0;
}

static bool has_fields(lua_State *L)
{
    lua_getiuservalue(L, 1, FIELDS);
    int list = lua_gettop(L), n = (int)lua_rawlen(L, list);
    bool alike = true;
    for (int i = 1; i < n && alike; i += 3) {
        lua_rawgeti(L, list, i);
        lua_rawgeti(L, list, i + 1);
        lua_rawgeti(L, list, i + 2);
        alike = is_alike(L, list + 1, list + 2, lua_tointeger(L, list + 3));
        lua_settop(L, list);
    }
    lua_pop(L, 1);
    return alike;
}

static bool has_weights(lua_State *L, const replay *r)
{
    bool same = true;
    lua_getiuservalue(L, 1, WEIGHTS);
    for (int i = 0; i < r->weights && same; i++) {
        lua_rawgeti(L, -1, i + 1);
        same = lua_wick_holds(L, -1, r->weight[i]);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return same;
}

/* ---- running ---- */

/* What came and went inside the run is no garbage that Lua could collect. */
static void forgive(wick_lua *state, uint64_t before, const wick_tensor *output)
{
    uint64_t bytes = wick_context_allocated(state->context) - before;
    uint64_t kept =
        (uint64_t)wick_tensor_count(output) * wick_dtype_size(wick_tensor_dtype(output));
    bytes -= bytes < kept ? bytes : kept;
    state->collected += bytes;
    state->stepped += bytes;
}

/* fits(replay, input): whether the input is of the replay's shape and type. */
static int fits(lua_State *L)
{
    const replay *r = luaL_checkudata(L, 1, class_name);
    lua_pushboolean(L, wick_model_fits(r->model, lua_wick_check_tensor(L, 2, "fits")));
    return 1;
}

/* isSame(replay): whether the network is what it was. */
static int is_same(lua_State *L)
{
    const replay *r = luaL_checkudata(L, 1, class_name);
    lua_pushboolean(L, has_fields(L) && has_weights(L, r));
    return 1;
}

/* run(replay, input) -> output: nil where the network is not what it was, or where its run fails:
 * run by itself it can tell by which of its modules. */
static int run(lua_State *L)
{
    const replay *r = luaL_checkudata(L, 1, class_name);
    wick_lua *state = lua_wick_state(L);
    wick_tensor *input = lua_wick_check_tensor(L, 2, "run");
    if (state->noting || !has_fields(L) || !has_weights(L, r))
        return 0;
    uint64_t before = wick_context_allocated(state->context);
    wick_tensor *output = NULL, **slot = lua_wick_push_box(L);
    wick_status status = wick_model_run(r->model, input, &output);
    if (status == WICK_EINTERRUPT)
        return lua_wick_raise(L, status);
    if (status)
        return 0;
    *slot = output;
    forgive(state, before, output);
    lua_wick_settle(L, -1);
    return 1;
}

/* ---- outputs inside ---- */

/* The type of a tensor whose box may be empty, -1 for anything else: told by the class, so that
 * nothing comes back. */
static int dtype_of(lua_State *L, int index)
{
    const wick_lua *state = lua_wick_state(L);
    int found = -1;
    if (!lua_wick_is_box(L, index) || !lua_getmetatable(L, index))
        return -1;
    for (int i = 0; i < WICK_DTYPES && found < 0; i++) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, state->classes[i]);
        found = lua_rawequal(L, -1, -2) ? i : -1;
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return found;
}

/* Pushes what stands for a module's output: the number of a tensor's type, a list of these for a
 * list; nil for anything else. */
static void push_kind(lua_State *L, int index)
{
    int dtype = dtype_of(L, index);
    if (dtype >= 0) {
        lua_pushinteger(L, dtype);
        return;
    }
    lua_pushnil(L);
    if (!lua_istable(L, index) || lua_rawlen(L, index) == 0)
        return;
    luaL_checkstack(L, 8, "outputs nested too deeply");
    int n = (int)lua_rawlen(L, index), list = lua_gettop(L) + 1;
    lua_createtable(L, n, 0);
    for (int i = 1; i <= n; i++) {
        lua_rawgeti(L, index, i);
        push_kind(L, lua_gettop(L));
        if (lua_isnil(L, -1)) {
            lua_settop(L, list - 1);
            return;
        }
        lua_rawseti(L, list, i);
        lua_settop(L, list);
    }
    lua_replace(L, list - 1);
}

/* outputKind(output): what leaveOutputs makes such outputs of; nil for more than tensors in lists.
 */
static int output_kind(lua_State *L)
{
    lua_settop(L, 1);
    push_kind(L, 1);
    return 1;
}

enum { MODULES = 1, KINDS, RECALL, BOXES };

/* Pushes an output of the kind on top, which it pops: boxes that are let go of. */
static void push_empty(lua_State *L, wick_lua *state)
{
    if (lua_isinteger(L, -1)) {
        wick_dtype dtype = (wick_dtype)lua_tointeger(L, -1);
        lua_pop(L, 1);
        lua_wick_push_bare_box(L);
        lua_pushvalue(L, RECALL);
        lua_setiuservalue(L, -2, 1);
        lua_wick_settle_in(L, state, lua_gettop(L), dtype);
        lua_pushvalue(L, -1);
        lua_rawseti(L, BOXES, (lua_Integer)lua_rawlen(L, BOXES) + 1);
        return;
    }
    luaL_checkstack(L, 8, NULL);
    int kind = lua_gettop(L), n = (int)lua_rawlen(L, kind);
    lua_createtable(L, n, 0);
    for (int i = 1; i <= n; i++) {
        lua_rawgeti(L, kind, i);
        push_empty(L, state);
        lua_rawseti(L, kind + 1, i);
    }
    lua_remove(L, kind);
}

/* leaveOutputs(modules, kinds, f) -> list of boxes: gives each module an output that is let go of;
 * f() brings them back (letGo). */
static int leave_outputs(lua_State *L)
{
    wick_lua *state = lua_wick_state(L);
    luaL_checktype(L, MODULES, LUA_TTABLE);
    luaL_checktype(L, KINDS, LUA_TTABLE);
    lua_wick_check_function(L, RECALL, "leaveOutputs");
    lua_settop(L, RECALL);
    int n = (int)lua_rawlen(L, MODULES);
    lua_createtable(L, n, 0);
    lua_pushliteral(L, "output");
    for (int i = 1; i <= n; i++) {
        lua_rawgeti(L, MODULES, i);
        lua_pushvalue(L, BOXES + 1);
        lua_rawgeti(L, KINDS, i);
        push_empty(L, state);
        lua_rawset(L, -3);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return 1;
}

void lua_wick_open_replay(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"fits", fits}, {"isSame", is_same}, {"run", run}, {NULL, NULL}};
    luaL_newmetatable(L, class_name);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, replay_gc);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
    lua_pushcfunction(L, new_replay);
    lua_setfield(L, -2, "newReplay");
    lua_pushcfunction(L, output_kind);
    lua_setfield(L, -2, "outputKind");
    lua_pushcfunction(L, leave_outputs);
    lua_setfield(L, -2, "leaveOutputs");
    lua_pushlightuserdata(L, (void *)&passing);
    lua_setfield(L, -2, "passing");
}
