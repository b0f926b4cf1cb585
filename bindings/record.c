/* Noting which operations a script carries out, on what and with what: lua/nn/export.lua writes
 * models from it, lua/nn/replay.lua repeats them. A tensor is known by its key, the memory and
 * geometry of its elements, since a module's output is another object than the operation's result.
 */
#include "graph/descriptor.h"
#include "lua_wick.h"

/* In the registry while calls are noted: the list of calls, tensors by key, and whether those that
 * the calls make are kept, too. */
static const char notes_key;
enum { CALLS = 1, TENSORS, KEEPS };

/* Pushes the key of a tensor. */
static void push_key(lua_State *L, wick_tensor *t)
{
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    lua_pushfstring(L, "%I:%I", (LUAI_UACINT)wick_tensor_number(t),
                    (LUAI_UACINT)wick_tensor_offset(t));
    luaL_addvalue(&buffer);
    for (int d = 0; d < wick_tensor_ndim(t); d++) {
        lua_pushfstring(L, " %I:%I", (LUAI_UACINT)wick_tensor_size(t, d),
                        (LUAI_UACINT)wick_tensor_stride(t, d));
        luaL_addvalue(&buffer);
    }
    luaL_pushresult(&buffer);
}

/* Whether a tensor stands in the list by key. */
static bool keeps(lua_State *L, int notes, bool made)
{
    lua_rawgeti(L, notes, KEEPS);
    bool kept = !made || lua_toboolean(L, -1);
    lua_pop(L, 1);
    return kept;
}

/* Notes what a tensor is that is come across for the first time: itself, or false. */
static void add_known(lua_State *L, int notes, int key, wick_tensor *t, bool made)
{
    lua_rawgeti(L, notes, TENSORS);
    lua_pushvalue(L, key);
    if (lua_rawget(L, -2) == LUA_TNIL) {
        lua_pushvalue(L, key);
        if (keeps(L, notes, made))
            lua_wick_push_tensor(L, t);
        else
            lua_pushboolean(L, false);
        lua_rawset(L, -4);
    }
    lua_pop(L, 2);
}

/* Puts a list of the keys of the `n` tensors from `first` on, false for none, into a field of the
 * table on top. */
static void add_tensors(lua_State *L, int notes, const char *field, int first, int n, bool made)
{
    lua_createtable(L, n, 0);
    for (int i = 0; i < n; i++) {
        wick_tensor *t = lua_wick_to_tensor(L, first + i);
        if (t) {
            push_key(L, t);
            add_known(L, notes, lua_gettop(L), t, made);
        } else
            lua_pushboolean(L, false);
        lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, field);
}

static void push_value(lua_State *L, const wick__arg *arg, const wick_value *value)
{
    if (arg->kind == WICK__NUMBER)
        lua_pushnumber(L, value->number);
    else if (arg->kind == WICK__SIZES || arg->kind == WICK__DIMS) {
        int n = value->sizes ? value->sizes->count : 0;
        lua_createtable(L, n, 0);
        for (int i = 0; i < n; i++) {
            lua_pushinteger(L, (lua_Integer)value->sizes->v[i]);
            lua_rawseti(L, -2, i + 1);
        }
    } else
        lua_pushinteger(L, (lua_Integer)value->integer);
}

static void add_values(lua_State *L, const wick_op *op, const wick_call *call)
{
    int n = 0;
    lua_newtable(L);
    for (const wick__arg *arg = op->args; arg->kind != WICK__END; arg++)
        if (!wick__arg_is_tensor(arg)) {
            push_value(L, arg, &call->value[n++]);
            lua_rawseti(L, -2, n);
        }
    lua_setfield(L, -2, "values");
}

static const char *word_of(const wick_op *op)
{
    size_t i = 0;
    while (wick_op_at(i) != op)
        i++;
    return wick_op_word(i);
}

void lua_wick_note_call(lua_State *L, const wick_op *op, const wick_call *call, int first, int out,
                        int outputs)
{
    int top = lua_gettop(L), notes = top + 1;
    luaL_checkstack(L, 16, NULL);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &notes_key);
    lua_rawgeti(L, notes, CALLS);
    lua_createtable(L, 0, 4);
    lua_pushstring(L, word_of(op));
    lua_setfield(L, -2, "word");
    add_tensors(L, notes, "inputs", first, call->inputs, false);
    add_tensors(L, notes, "outputs", out, outputs, true);
    add_values(L, op, call);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    lua_settop(L, top);
}

/* noteCalls(keeps, f, ...) -> calls, tensors by key, the key of f's first result, whether Lua
 * looked at a tensor's values: calls f and lists the operations that it carries out, { word =,
 * inputs = keys or false, values =, outputs = keys }. One that wrote into a tensor that was there
 * has no outputs. Unless `keeps`, false stands for the tensors that the calls made. */
static int note_calls(lua_State *L)
{
    wick_lua *state = lua_wick_state(L);
    if (state->noting)
        return lua_wick_error(L, "noteCalls: calls are noted already");
    lua_createtable(L, KEEPS, 0);
    for (int i = CALLS; i <= TENSORS; i++) {
        lua_newtable(L);
        lua_rawseti(L, -2, i);
    }
    lua_pushvalue(L, 1);
    lua_rawseti(L, -2, KEEPS);
    lua_replace(L, 1);
    lua_pushvalue(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &notes_key);
    state->noting = true;
    state->looked = false;
    int status = lua_pcall(L, lua_gettop(L) - 2, 1, 0);
    state->noting = false;
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &notes_key);
    if (status != LUA_OK)
        return lua_error(L);
    wick_tensor *result = lua_wick_to_tensor(L, 2);
    lua_rawgeti(L, 1, CALLS);
    lua_rawgeti(L, 1, TENSORS);
    if (result)
        push_key(L, result);
    else
        lua_pushnil(L);
    lua_pushboolean(L, state->looked);
    return 4;
}

/* isNoting(): whether calls are noted. */
static int is_noting(lua_State *L)
{
    lua_pushboolean(L, lua_wick_state(L)->noting);
    return 1;
}

/* tensorKey(tensor): the key by which noted calls know it */
static int tensor_key(lua_State *L)
{
    push_key(L, lua_wick_check_tensor(L, 1, "tensorKey"));
    return 1;
}

void lua_wick_open_record(lua_State *L)
{
    static const luaL_Reg functions[] = {{"noteCalls", note_calls},
                                         {"isNoting", is_noting},
                                         {"tensorKey", tensor_key},
                                         {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
