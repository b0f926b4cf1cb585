/* Lua functions on the tape: backward closures of user-defined operations, and hooks. The core
 * calls them while wick_backward runs; their errors come back as the error of backward itself. */
#include <stdlib.h>

#include "function.h"

/* What a node or hook holds of a closure: the number of the link it lives in. */
typedef struct lua_function {
    wick_lua *state;
    uint64_t number;
    int inputs, outputs;
    struct lua_function *next; /* in the state's list of the dead */
} lua_function;

/* ---- the state's life ---- */

void lua_wick_state_release(wick_lua *state)
{
    if (--state->refs == 0)
        free(state);
}

void lua_wick_drop_dead(wick_lua *state)
{
    while (state->dead) {
        lua_function *f = state->dead;
        state->dead = f->next;
        free(f);
        lua_wick_state_release(state);
    }
}

/* Called by the core when a node is gone, at any time: only takes note while the state is open. */
static void bury(void *data)
{
    lua_function *f = data;
    if (!f->state->running) {
        lua_wick_state_release(f->state);
        free(f);
        return;
    }
    f->next = f->state->dead;
    f->state->dead = f;
}

void lua_wick_clear_dead(lua_State *L)
{
    wick_lua *state = lua_wick_state(L);
    while (state->dead) {
        lua_function *f = state->dead;
        state->dead = f->next;
        lua_wick_push_link(L, f->number);
        if (lua_istable(L, -1)) {
            lua_pushnil(L);
            lua_setfield(L, -2, "call");
        }
        lua_pop(L, 1);
        free(f);
        lua_wick_state_release(state);
    }
}

static lua_function *new_function(lua_State *L, uint64_t number, int inputs, int outputs)
{
    lua_function *f = malloc(sizeof *f);
    if (!f)
        lua_wick_error(L, "not enough memory");
    *f = (lua_function){lua_wick_state(L), number, inputs, outputs, NULL};
    f->state->refs++;
    return f;
}

/* ---- calling back ---- */

static wick_status failed(lua_State *L)
{
    lua_wick_keep_callback_error(L);
    return WICK_ECALLBACK;
}

/* Pushes the closure of a function. */
static bool push_call(lua_State *L, const lua_function *f)
{
    lua_wick_push_link(L, f->number);
    if (lua_istable(L, -1) && lua_getfield(L, -1, "call") == LUA_TFUNCTION) {
        lua_remove(L, -2);
        return true;
    }
    lua_pushliteral(L, "the Lua function recorded here was collected before its gradient was "
                       "asked for; keep a tensor that was computed from its result");
    return false;
}

/* Reads the gradients that the closure returned, one an input from stack index `at` on. */
static int read_gradients(lua_State *L)
{
    lua_function *f = lua_touserdata(L, 1);
    const bool *wanted = lua_touserdata(L, 2);
    wick_tensor **grad = lua_touserdata(L, 3);
    for (int i = 0; i < f->inputs; i++) {
        if (!wanted[i] || lua_isnoneornil(L, 4 + i))
            continue;
        if (!lua_wick_to_tensor(L, 4 + i))
            return luaL_error(L,
                              "the backward of a Lua function returned %s as gradient %d; it "
                              "has to be a tensor of the input's shape, or nil for zero",
                              lua_wick_describe(L, 4 + i), i + 1);
    }
    for (int i = 0; i < f->inputs; i++) {
        wick_tensor *t = wanted[i] ? lua_wick_to_tensor(L, 4 + i) : NULL;
        if (t)
            wick_tensor_retain(t);
        grad[i] = t;
    }
    return 0;
}

typedef struct backward_call {
    lua_function *f;
    wick_tensor *const *grad;
    const bool *wanted;
    wick_tensor **input_grad;
} backward_call;

/* Runs protected: the closure gets a gradient an output and then the list of what is wanted. */
static int run_backward(lua_State *L)
{
    backward_call *c = lua_touserdata(L, 1);
    lua_settop(L, 0);
    luaL_checkstack(L, c->f->outputs + c->f->inputs + 12, "too many gradients");
    lua_pushcfunction(L, read_gradients);
    lua_pushlightuserdata(L, c->f);
    lua_pushlightuserdata(L, (void *)(uintptr_t)c->wanted);
    lua_pushlightuserdata(L, c->input_grad);
    if (!push_call(L, c->f))
        return lua_error(L);
    for (int i = 0; i < c->f->outputs; i++)
        lua_wick_push_tensor(L, c->grad[i]);
    lua_call(L, c->f->outputs, c->f->inputs);
    lua_call(L, 3 + c->f->inputs, 0);
    return 0;
}

static wick_status backward(void *data, wick_tensor *const *grad, const bool *wanted,
                            wick_tensor **input_grad)
{
    backward_call call = {data, grad, wanted, input_grad};
    lua_State *L = call.f->state->running;
    if (!L || !lua_checkstack(L, 4))
        return WICK_ECALLBACK;
    lua_pushcfunction(L, run_backward);
    lua_pushlightuserdata(L, &call);
    return lua_pcall(L, 1, 0, 0) ? failed(L) : WICK_OK;
}

/* ---- recording ---- */

static int collect(lua_State *L, int list, wick_tensor **t, int most, const char *what)
{
    luaL_checktype(L, list, LUA_TTABLE);
    int n = (int)lua_rawlen(L, list);
    if (n > most)
        lua_wick_error(L, "a recorded function has at most %d %s", most, what);
    for (int i = 0; i < n; i++) {
        lua_rawgeti(L, list, i + 1);
        t[i] = lua_wick_check_tensor(L, -1, "record");
        lua_pop(L, 1);
    }
    return n;
}

/* Links of the inputs become entries of the link on top. */
static void keep_input_links(lua_State *L, int list, int n)
{
    int kept = 0;
    for (int i = 1; i <= n; i++) {
        lua_rawgeti(L, list, i);
        if (lua_getiuservalue(L, -1, 1) == LUA_TTABLE)
            lua_rawseti(L, -3, ++kept);
        else
            lua_pop(L, 1);
        lua_pop(L, 1);
    }
}

static void link_outputs(lua_State *L, int list, int n, int link, uint64_t number)
{
    for (int i = 1; i <= n; i++) {
        lua_rawgeti(L, list, i);
        wick_tensor_set_link(lua_wick_to_tensor(L, -1), number);
        lua_pushvalue(L, link);
        lua_setiuservalue(L, -2, 1);
        lua_pop(L, 1);
    }
}

/* record(name, inputs, outputs, backward): the outputs came from the inputs by a Lua function,
 * whose gradients backward(grad of output 1, ...) returns, one an input. */
static int record(lua_State *L)
{
    enum { MOST = 64 };
    wick_tensor *in[MOST], *out[WICK_MAX_OUTPUTS];
    const char *name = luaL_checkstring(L, 1);
    int inputs = collect(L, 2, in, MOST, "inputs");
    int outputs = collect(L, 3, out, WICK_MAX_OUTPUTS, "outputs");
    luaL_checktype(L, 4, LUA_TFUNCTION);
    lua_wick_clear_dead(L);
    uint64_t number = lua_wick_new_link(L);
    int link = lua_gettop(L);
    lua_pushvalue(L, 4);
    lua_setfield(L, link, "call");
    lua_pushvalue(L, 1);
    lua_setfield(L, link, "name");
    keep_input_links(L, 2, inputs);
    lua_function *f = new_function(L, number, inputs, outputs);
    wick_function function = {name, backward, bury, f};
    wick_status status = wick_record(&function, inputs, in, outputs, out);
    if (status) {
        bury(f);
        lua_wick_raise(L, status);
    }
    link_outputs(L, 3, outputs, link, number);
    return 0;
}

/* ---- notes ---- */

/* note(t, value): leaves a value with a recorded tensor's history; link(t) finds it again behind
 * everything that was computed from t. */
static int note(lua_State *L)
{
    wick_tensor *t = lua_wick_check_tensor(L, 1, "note");
    if (!wick_tensor_requires_grad(t) || wick_tensor_is_leaf(t))
        return 0;
    uint64_t number = lua_wick_new_link(L);
    int link = lua_gettop(L);
    lua_pushvalue(L, 2);
    lua_setfield(L, link, "note");
    if (lua_getiuservalue(L, 1, 1) == LUA_TTABLE)
        lua_rawseti(L, link, 1);
    lua_settop(L, link);
    wick_tensor_set_link(t, number);
    lua_setiuservalue(L, 1, 1);
    return 0;
}

/* link(t): the table that stands for t's history in Lua, or nil: `note`, and further ones listed.
 */
static int get_link(lua_State *L)
{
    lua_wick_check_tensor(L, 1, "link");
    lua_getiuservalue(L, 1, 1);
    return 1;
}

/* ---- hooks ---- */

typedef struct hook_call {
    lua_function *f;
    wick_tensor *grad;
    wick_tensor **replacement;
} hook_call;

static int run_hook(lua_State *L)
{
    hook_call *c = lua_touserdata(L, 1);
    if (!push_call(L, c->f))
        return lua_error(L);
    lua_wick_push_tensor(L, c->grad);
    lua_call(L, 1, 1);
    wick_tensor *t = lua_wick_to_tensor(L, -1);
    if (!t && !lua_isnil(L, -1))
        return luaL_error(L,
                          "a gradient hook returned %s; it has to return a tensor that takes "
                          "the gradient's place, or nothing",
                          lua_wick_describe(L, -1));
    if (t)
        wick_tensor_retain(t);
    *c->replacement = t;
    return 0;
}

static wick_status hook(void *data, wick_tensor *grad, wick_tensor **replacement)
{
    hook_call call = {data, grad, replacement};
    lua_State *L = call.f->state->running;
    if (!L || !lua_checkstack(L, 4))
        return WICK_ECALLBACK;
    lua_pushcfunction(L, run_hook);
    lua_pushlightuserdata(L, &call);
    return lua_pcall(L, 1, 0, 0) ? failed(L) : WICK_OK;
}

/* A leaf's box keeps its hooks' closures in its user value too. */
static void hang_link(lua_State *L, int index, int link)
{
    if (lua_getiuservalue(L, index, 1) == LUA_TTABLE)
        lua_rawseti(L, link, 1);
    else
        lua_pop(L, 1);
    lua_pushvalue(L, link);
    lua_setiuservalue(L, index, 1);
}

/* registerHook(t, f): f(gradient) runs when backward has t's gradient; a tensor it returns takes
 * the gradient's place. Returns a function that removes the hook. */
static int remove_hook(lua_State *L)
{
    wick_tensor *t = lua_wick_to_tensor(L, lua_upvalueindex(1));
    if (t)
        wick_tensor_remove_hook(t, (uint64_t)lua_tointeger(L, lua_upvalueindex(2)));
    lua_wick_clear_dead(L);
    return 0;
}

static int register_hook(lua_State *L)
{
    wick_tensor *t = lua_wick_check_tensor(L, 1, "registerHook");
    lua_wick_check_function(L, 2, "registerHook");
    lua_wick_clear_dead(L);
    uint64_t number = lua_wick_new_link(L);
    int link = lua_gettop(L);
    lua_pushvalue(L, 2);
    lua_setfield(L, link, "call");
    lua_function *f = new_function(L, number, 1, 1);
    wick_hook h = {hook, bury, f, number};
    wick_status status = wick_tensor_add_hook(t, &h);
    if (status) {
        bury(f);
        lua_wick_raise(L, status);
    }
    hang_link(L, 1, link);
    wick_tensor_set_link(t, number);
    lua_pushvalue(L, 1);
    lua_pushinteger(L, (lua_Integer)number);
    lua_pushcclosure(L, remove_hook, 2);
    return 1;
}

void lua_wick_open_function(lua_State *L)
{
    static const luaL_Reg methods[] = {{"registerHook", register_hook}, {NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"record", record}, {"note", note}, {"link", get_link}, {NULL, NULL}};
    lua_wick_tensor_methods(L, methods);
    luaL_setfuncs(L, functions, 0);
}
