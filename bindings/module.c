/* The C module wick.core: opens the pieces, owns the state, shows the descriptors to Lua. */
#include <stdlib.h>

#include "ffi.h"
#include "function.h"
#include "graph/descriptor.h"
#include "tds.h"

#define EXPORT __attribute__((visibility("default")))

static int close_state(lua_State *L)
{
    wick_lua **slot = lua_touserdata(L, 1);
    wick_lua *state = *slot;
    if (!state)
        return 0;
    state->running = NULL;
    lua_wick_drop_dead(state);
    wick_context_set_trace(state->context, NULL, NULL);
    wick_context_release(state->context);
    state->context = NULL;
    lua_wick_state_release(state);
    *slot = NULL;
    return 0;
}

static void find_used(lua_wick_used *used)
{
#define LUA_WICK_USED(word) used->word = wick_op_find(#word);
#include "used.def"
#undef LUA_WICK_USED
}

static void open_state(lua_State *L)
{
    wick_lua **slot = lua_newuserdatauv(L, sizeof *slot, 0);
    *slot = NULL;
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, close_state);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    wick_lua *state = calloc(1, sizeof *state);
    if (!state)
        luaL_error(L, "not enough memory");
    *slot = state;
    state->refs = 1;
    state->next_link = 1;
    state->running = L;
    state->dtype = WICK_FLOAT32;
    find_used(&state->op);
    if (wick_context_new(lua_wick_allocator(L), &state->context))
        luaL_error(L, "%s", wick_message());
    lua_wick_keep_state(L);
}

/* ---- descriptors as tables ---- */

static void set_string(lua_State *L, const char *name, const char *value)
{
    lua_pushstring(L, value);
    lua_setfield(L, -2, name);
}

static void set_boolean(lua_State *L, const char *name, bool value)
{
    lua_pushboolean(L, value);
    lua_setfield(L, -2, name);
}

static void push_argument(lua_State *L, const wick__arg *arg)
{
    static const char *const kinds[] = {"",        "tensor", "tensors", "number",
                                        "integer", "dim",    "index",   "boolean",
                                        "sizes",   "dims",   "choice",  "dtype"};
    lua_createtable(L, 0, 6);
    set_string(L, "name", arg->name);
    set_string(L, "kind", kinds[arg->kind]);
    set_boolean(L, "optional", arg->optional);
    if (arg->optional && !wick__arg_is_tensor(arg)) {
        lua_pushnumber(L, arg->fallback);
        lua_setfield(L, -2, "default");
    }
    if (arg->choices)
        set_string(L, "choices", arg->choices);
}

static void push_descriptor(lua_State *L, size_t index, const wick_op *op)
{
    static const char *const methods[] = {"source", "in place", "into", "none"};
    lua_createtable(L, 0, 16);
    set_string(L, "word", wick_op_word(index));
    set_string(L, "name", op->name);
    set_string(L, "doc", op->doc);
    set_string(L, "example", op->example);
    set_string(L, "method", methods[op->method]);
    set_boolean(L, "elementwise", op->elementwise);
    set_boolean(L, "view", op->is_view);
    set_boolean(L, "composite", op->is_composite);
    set_boolean(L, "number", op->number != WICK__NUMBER_NEVER);
    set_boolean(L, "constant", op->constant);
    set_boolean(L, "internal", op->internal);
    set_boolean(L, "random", op->random);
    set_boolean(L, "differentiable", op->backward || op->is_composite);
    lua_pushinteger(L, wick__outputs(op));
    lua_setfield(L, -2, "outputs");
    lua_newtable(L);
    for (int i = 0; op->args[i].kind != WICK__END; i++) {
        push_argument(L, &op->args[i]);
        lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "args");
}

/* operations(): the descriptor of every operation, in list order. */
static int operations(lua_State *L)
{
    const wick_op *op;
    lua_newtable(L);
    for (size_t i = 0; (op = wick_op_at(i)); i++) {
        push_descriptor(L, i, op);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

EXPORT int luaopen_wick_core(lua_State *L);

int luaopen_wick_core(lua_State *L)
{
    static const luaL_Reg functions[] = {{"operations", operations}, {NULL, NULL}};
    luaL_checkversion(L);
    open_state(L);
    lua_wick_open_links(L);
    luaL_newlib(L, functions);
    lua_wick_open_classes(L);
    lua_setfield(L, -2, "classes");
    lua_wick_open_boxes(L);
    lua_wick_open_tensor(L);
    lua_wick_open_storage(L);
    lua_wick_open_operators(L);
    lua_wick_open_index(L);
    lua_wick_open_operations(L);
    lua_wick_open_autograd(L);
    lua_wick_open_context(L);
    lua_wick_open_trace(L);
    lua_wick_open_history(L);
    lua_wick_open_record(L);
    lua_wick_open_replay(L);
    lua_wick_open_update(L);
    lua_wick_open_io(L);
    lua_wick_open_image(L);
    lua_wick_open_image_geometry(L);
    lua_wick_open_pipeline(L);
    lua_wick_open_stream(L);
    lua_wick_open_generator(L);
    lua_wick_open_threads(L);
    lua_wick_open_loader(L);
    lua_wick_open_tds(L);
    lua_wick_open_ffi(L);
    return 1;
}
