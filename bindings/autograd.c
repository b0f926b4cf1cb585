/* Gradients as Lua sees them. */
#include "function.h"

static bool option(lua_State *L, int index, const char *name)
{
    bool on = false;
    if (lua_istable(L, index)) {
        lua_getfield(L, index, name);
        on = lua_toboolean(L, -1);
        lua_pop(L, 1);
    }
    return on;
}

static wick_backward_options options(lua_State *L, int index)
{
    bool record = option(L, index, "record");
    return (wick_backward_options){.retain = option(L, index, "retain") || record,
                                   .record = record};
}

/* Before backward garbage would stand beside the gradients about to be made, after it the boxes of
 * what the graph held beside the next one. A collection takes some 0.2 ms a megabyte of Lua's heap,
 * which the work on that many bytes of tensors outweighs by far. */
static void collect_garbage(lua_State *L, const wick_lua *state)
{
    uint64_t spent = wick_context_allocated(state->context) - state->collected;
    uint64_t live = wick_context_memory(state->context).live;
    uint64_t moved = spent > live ? spent : live;
    uint64_t heap = 1024 * (uint64_t)lua_gc(L, LUA_GCCOUNT);
    if (moved >= UINT64_C(64) << 20 && moved > 16 * heap)
        lua_wick_collect(L);
}

/* collectGarbage(): where many bytes of tensors may be garbage. */
static int collect(lua_State *L)
{
    collect_garbage(L, lua_wick_state(L));
    return 0;
}

/* Runs backward with callbacks going to this thread. */
static int run_backward(lua_State *L, wick_lua *state, int roots, wick_tensor *const *root,
                        wick_tensor *const *seeds, wick_backward_options o)
{
    lua_State *running = state->running;
    state->running = L;
    wick_status status = wick_backward_all(roots, root, seeds, o);
    state->running = running;
    if (state->dead)
        lua_wick_clear_dead(L);
    lua_wick_check(L, status);
    collect_garbage(L, state);
    return 0;
}

/* backward(t [, gradient] [, options]): adds the gradient of t, one element unless its own gradient
 * is given, to every leaf it depends on. options: retain the graph, record the pass itself. */
static int backward(lua_State *L)
{
    wick_lua *state = lua_wick_method_state(L);
    collect_garbage(L, state);
    wick_tensor *t = lua_wick_check_tensor(L, 1, "backward");
    wick_tensor *seed = lua_wick_to_tensor(L, 2);
    return run_backward(L, state, 1, &t, seed ? &seed : NULL, options(L, seed ? 3 : 2));
}

enum { MOST = 250 };

/* A tensor or a list of them at `index`; returns how many. */
static int read_list(lua_State *L, int index, const char *what, wick_tensor **t)
{
    if ((t[0] = lua_wick_to_tensor(L, index)))
        return 1;
    if (!lua_istable(L, index))
        lua_wick_error(L, "grad: the %s are a tensor or a list of tensors, not %s", what,
                       lua_wick_describe(L, index));
    int n = (int)lua_rawlen(L, index);
    if (n > MOST)
        lua_wick_error(L, "grad: at most %d %s at once", MOST, what);
    for (int i = 0; i < n; i++) {
        lua_rawgeti(L, index, i + 1);
        t[i] = lua_wick_to_tensor(L, -1);
        if (!t[i])
            lua_wick_error(L, "grad: entry %d of the %s is %s; it has to be a tensor", i + 1, what,
                           lua_wick_describe(L, -1));
        lua_pop(L, 1);
    }
    return n;
}

/* backward(outputs, gradients): the same for lists. */
static int backward_all(lua_State *L)
{
    wick_tensor *root[MOST], *seed[MOST];
    wick_lua *state = lua_wick_state(L);
    collect_garbage(L, state);
    int roots = read_list(L, 1, "outputs", root);
    if (roots == 0 || read_list(L, 2, "gradients", seed) != roots)
        return lua_wick_error(L, "backward: a gradient is wanted for each output");
    return run_backward(L, state, roots, root, seed, (wick_backward_options){0});
}

/* grad(outputs, inputs [, gradients] [, options]): a list of gradients of the outputs' sum,
 * weighted by the gradients given for them, one an input (nil where they do not depend on it). */
static int grad(lua_State *L)
{
    wick_tensor *root[MOST], *input[MOST], *seed[MOST], *out[MOST];
    wick_tensor **slot[MOST];
    int roots = read_list(L, 1, "outputs", root);
    int inputs = read_list(L, 2, "inputs", input);
    bool seeded = lua_wick_to_tensor(L, 3) || (lua_istable(L, 3) && lua_rawlen(L, 3) > 0);
    if (seeded && read_list(L, 3, "gradients", seed) != roots)
        return lua_wick_error(L, "grad: a gradient is wanted for each output, or none at all");
    wick_backward_options o = options(L, seeded ? 4 : lua_isnoneornil(L, 3) ? 4 : 3);
    if (roots == 0)
        return lua_wick_error(L, "grad: there is no output to differentiate");
    wick_lua *state = lua_wick_state(L);
    luaL_checkstack(L, inputs + 8, "too many inputs");
    lua_createtable(L, inputs, 0);
    for (int i = 0; i < inputs; i++) {
        slot[i] = lua_wick_push_box(L);
        lua_rawseti(L, -2, i + 1);
    }
    /* Making the boxes may have run finalizers, which free what was read before. */
    if (read_list(L, 1, "outputs", root) != roots || read_list(L, 2, "inputs", input) != inputs ||
        (seeded && read_list(L, 3, "gradients", seed) != roots))
        return lua_wick_error(L, "grad: the lists changed while they were read");
    lua_State *running = state->running;
    state->running = L;
    wick_status status = wick_grad(roots, root, seeded ? seed : NULL, inputs, input, o, out);
    state->running = running;
    for (int i = 0; !status && i < inputs; i++)
        *slot[i] = out[i];
    lua_wick_clear_dead(L);
    lua_wick_check(L, status);
    for (int i = 0; i < inputs; i++) {
        lua_rawgeti(L, -1, i + 1);
        if (out[i]) {
            lua_wick_settle(L, -1);
            lua_wick_find_link(L, -1, out[i]);
        } else {
            lua_pushnil(L);
            lua_rawseti(L, -3, i + 1);
        }
        lua_pop(L, 1);
    }
    return 1;
}

/* requiresGrad(t [, on]): asks that operations on t record; returns t. With no argument on = true.
 */
static int requires_grad(lua_State *L)
{
    wick_tensor *t = lua_wick_check_tensor(L, 1, "requiresGrad");
    bool on = lua_isnoneornil(L, 2) || lua_toboolean(L, 2);
    lua_wick_check(L, wick_tensor_set_requires_grad(t, on));
    lua_settop(L, 1);
    return 1;
}

static int parameter(lua_State *L)
{
    lua_wick_check(L, wick_tensor_set_parameter(lua_wick_check_tensor(L, 1, "parameter")));
    lua_settop(L, 1);
    return 1;
}

static int is_recorded(lua_State *L)
{
    lua_pushboolean(L, wick_tensor_requires_grad(lua_wick_check_tensor(L, 1, "isRecorded")));
    return 1;
}

static int is_leaf(lua_State *L)
{
    lua_pushboolean(L, wick_tensor_is_leaf(lua_wick_check_tensor(L, 1, "isLeaf")));
    return 1;
}

static int detach(lua_State *L)
{
    lua_settop(L, 1);
    wick_tensor **slot = lua_wick_push_box(L);
    wick_tensor *t = lua_wick_check_tensor(L, 1, "detach");
    lua_wick_check(L, wick_tensor_detach(t, slot));
    lua_wick_settle(L, -1);
    return 1;
}

/* withRecording(on, f, ...): pcall(f, ...) with recording switched. No coroutine leaves it by
 * yielding, and nothing comes between its end and the switching back. */
static int with_recording(lua_State *L)
{
    wick_context *context = lua_wick_context(L);
    luaL_checkany(L, 2);
    bool before = wick_context_set_recording(context, lua_toboolean(L, 1));
    int status = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0);
    wick_context_set_recording(context, before);
    lua_pushboolean(L, status == LUA_OK);
    lua_replace(L, 1);
    return lua_gettop(L);
}

static int recording(lua_State *L)
{
    lua_pushboolean(L, wick_context_recording(lua_wick_context(L)));
    return 1;
}

/* version(t): how often its memory was written, as the tape counts. */
static int version(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)wick_tensor_version(lua_wick_check_tensor(L, 1, "version")));
    return 1;
}

/* versions(list): how often the memory of its tensors was written, as the tape counts, in all. */
static int versions(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    uint64_t sum = 0;
    lua_Integer n = (lua_Integer)lua_rawlen(L, 1);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, 1, i);
        sum += wick_tensor_version(lua_wick_check_tensor(L, -1, "versions"));
        lua_pop(L, 1);
    }
    lua_pushinteger(L, (lua_Integer)sum);
    return 1;
}

/* acceptWrites(t): backward may begin at t although its memory was written since. */
static int accept_writes(lua_State *L)
{
    wick_tensor_accept_writes(lua_wick_check_tensor(L, 1, "acceptWrites"));
    return 0;
}

/* bound(parameter, gradient): whether the tensor is a leaf and that its gradient. */
static int bound(lua_State *L)
{
    wick_tensor *t = lua_wick_check_tensor(L, 1, "bound");
    wick_tensor *g = lua_wick_to_tensor(L, 2);
    lua_pushboolean(L, g && wick_tensor_requires_grad(t) && wick_tensor_grad(t) == g);
    return 1;
}

/* divide(storage, {{first, last}, ...}): writes to these element ranges count apart. */
static int divide(lua_State *L)
{
    wick_storage *storage = lua_wick_to_storage(L, 1);
    luaL_argcheck(L, storage, 1, "a storage is expected");
    luaL_checktype(L, 2, LUA_TTABLE);
    int n = (int)lua_rawlen(L, 2);
    int64_t size = (int64_t)wick_dtype_size(wick_storage_dtype(storage));
    int64_t *range = lua_newuserdatauv(L, sizeof *range * 2 * (size_t)(n + 1), 0);
    int64_t count = wick_storage_size(storage);
    for (int i = 0; i < n; i++) {
        if (lua_rawgeti(L, 2, i + 1) != LUA_TTABLE)
            return lua_wick_error(L, "divide: range %d is %s; it has to be {first, last}", i + 1,
                                  lua_wick_describe(L, -1));
        lua_rawgeti(L, -1, 1);
        lua_rawgeti(L, -2, 2);
        int64_t first = luaL_checkinteger(L, -2), last = luaL_checkinteger(L, -1);
        if (first < 1 || last < first - 1 || last > count)
            return lua_wick_error(L, "divide: range %d goes from %lld to %lld of %lld elements",
                                  i + 1, (long long)first, (long long)last, (long long)count);
        range[i] = (first - 1) * size;
        range[n + i] = last * size;
        lua_pop(L, 3);
    }
    lua_wick_check(L, wick_storage_divide(storage, n, range, range + n));
    return 0;
}

void lua_wick_open_autograd(lua_State *L)
{
    static const luaL_Reg methods[] = {{"backward", backward},      {"requiresGrad", requires_grad},
                                       {"isRecorded", is_recorded}, {"isLeaf", is_leaf},
                                       {"detach", detach},          {NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"grad", grad},           {"backward", backward_all},  {"withRecording", with_recording},
        {"recording", recording}, {"parameter", parameter},    {"divide", divide},
        {"version", version},     {"versions", versions},      {"acceptWrites", accept_writes},
        {"bound", bound},         {"collectGarbage", collect}, {NULL, NULL}};
    lua_wick_tensor_methods(L, methods);
    luaL_setfuncs(L, functions, 0);
    lua_wick_open_function(L);
}
