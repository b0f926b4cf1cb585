/* Reading the values of a call once it is known which argument is which. */
#include <stdio.h>
#include <string.h>

#include "match.h"

enum { NAME_TEXT = 80 };

/* Pushes the value of argument i, or nil. */
static void push_value(lua_State *L, const lua_match *match, int i)
{
    if (match->position[i] > 0)
        lua_pushvalue(L, match->position[i]);
    else if (match->position[i] < 0)
        lua_getfield(L, match->options, match->op->args[i].name);
    else
        lua_pushnil(L);
}

static void push_one_tensor(lua_State *L, const lua_match *match, int i, wick_dtype dtype)
{
    push_value(L, match, i);
    if (lua_istable(L, -1)) {
        lua_wick_table_to_tensor(L, -1, dtype);
        lua_remove(L, -2);
    } else if (!lua_isnil(L, -1) && !lua_wick_to_tensor(L, -1))
        lua_wick_error(L, "%s: %s has to be a tensor, got %s", match->op->name,
                       match->op->args[i].name, lua_wick_describe(L, -1));
}

static int push_list(lua_State *L, const lua_match *match, int i)
{
    int n = match->span[i];
    if (match->position[i] > 0 && n == 2) {
        lua_pushvalue(L, match->position[i]);
        lua_pushvalue(L, match->position[i] + 1);
        return 2;
    }
    push_value(L, match, i);
    int list = lua_gettop(L);
    n = (int)luaL_len(L, list);
    luaL_checkstack(L, n + 8, "too many tensors in a list");
    for (int j = 1; j <= n; j++) {
        lua_rawgeti(L, list, j);
        if (!lua_wick_to_tensor(L, -1))
            lua_wick_error(L, "%s: entry %d of the list is %s; it has to be a tensor",
                           match->op->name, j, lua_wick_describe(L, -1));
    }
    lua_remove(L, list);
    return n;
}

/* Pushes all tensors; returns how many. */
static int push_tensors(lua_State *L, const lua_match *match, wick_dtype dtype)
{
    int n = 0;
    for (int i = 0; match->op->args[i].kind != WICK__END; i++)
        if (match->op->args[i].kind == WICK__TENSOR) {
            push_one_tensor(L, match, i, dtype);
            n++;
        } else if (match->op->args[i].kind == WICK__TENSORS)
            n += push_list(L, match, i);
    return n;
}

static int most_dims(lua_State *L, int first, int n)
{
    int most = 0;
    for (int i = first; i < first + n; i++) {
        wick_tensor *t = lua_wick_to_tensor(L, i);
        if (t && wick_tensor_ndim(t) > most)
            most = wick_tensor_ndim(t);
    }
    return most;
}

static int64_t dim_of(lua_State *L, const lua_match *match, const char *name, int64_t dim, int ndim)
{
    if (dim == 0)
        lua_wick_error(L, "%s: %s is 0; dimensions count from 1, or from -1 backwards",
                       match->op->name, name);
    if (dim < -ndim)
        lua_wick_error(L, "%s: dimension %lld out of range of %dD tensor", match->op->name,
                       (long long)dim, ndim);
    return dim > 0 ? dim - 1 : dim + ndim;
}

static int64_t left_out_dim(const wick__arg *arg, int ndim)
{
    int64_t dim = (int64_t)arg->fallback;
    return dim == 0 ? WICK__LEFT_OUT : dim > 0 ? dim - 1 : dim + ndim;
}

static int64_t choice_of(lua_State *L, const lua_match *match, const wick__arg *arg)
{
    int choice = lua_wick_choice(L, -1, arg->choices);
    if (choice < 0)
        lua_wick_error(L, "%s: %s is %s; it has to be one of %s", match->op->name, arg->name,
                       lua_wick_describe(L, -1), arg->choices);
    return choice;
}

static double number_of(lua_State *L, const lua_match *match, const wick__arg *arg)
{
    int is_number;
    double value = lua_tonumberx(L, -1, &is_number);
    if (!is_number)
        lua_wick_error(L, "%s: %s has to be a number, got %s", match->op->name, arg->name,
                       lua_wick_describe(L, -1));
    return value;
}

static int64_t dtype_of(lua_State *L, const lua_match *match, const wick__arg *arg)
{
    int dtype = lua_type(L, -1) == LUA_TSTRING ? lua_wick_dtype(lua_tostring(L, -1)) : -1;
    if (dtype < 0)
        lua_wick_error(L, "%s: %s has to name a tensor type such as \"torch.FloatTensor\", got %s",
                       match->op->name, arg->name, lua_wick_describe(L, -1));
    return dtype;
}

/* "narrow: start", for messages about a number. */
static const char *name_of(const lua_match *match, const wick__arg *arg, char text[NAME_TEXT])
{
    snprintf(text, NAME_TEXT, "%s: %s", match->op->name, arg->name);
    return text;
}

/* The number on top of the stack; names are only made for what is not an integer already. */
static int64_t whole_of(lua_State *L, const lua_match *match, const wick__arg *arg, bool truncate)
{
    char name[NAME_TEXT];
    if (lua_isinteger(L, -1))
        return lua_tointeger(L, -1);
    name_of(match, arg, name);
    return truncate ? lua_wick_integer(L, -1, name) : lua_wick_whole(L, -1, name);
}

/* Reads the list of integers on top of the stack; false where it is something else. */
static bool read_integers(lua_State *L, wick_sizes *sizes)
{
    size_t count = lua_istable(L, -1) ? lua_rawlen(L, -1) : 0;
    bool whole = count > 0 && count <= WICK_MAX_DIM;
    for (size_t j = 0; whole && j < count; j++) {
        whole = lua_rawgeti(L, -1, (lua_Integer)j + 1) == LUA_TNUMBER && lua_isinteger(L, -1);
        sizes->v[j] = lua_tointeger(L, -1);
        lua_pop(L, 1);
    }
    sizes->count = whole ? (int)count : 0;
    return whole;
}

/* Sizes on top of the stack, given by name. */
static void read_named_sizes(lua_State *L, const lua_match *match, const wick__arg *arg,
                             wick_sizes *sizes)
{
    char name[NAME_TEXT];
    if (!read_integers(L, sizes) &&
        !lua_wick_sizes(L, lua_gettop(L), name_of(match, arg, name), sizes))
        lua_wick_error(L, "%s: %s has to be a number or a list of numbers, got %s", match->op->name,
                       arg->name, lua_wick_describe(L, -1));
}

/* Sizes given by their places. */
static void read_placed_sizes(lua_State *L, const lua_match *match, int i, wick_sizes *sizes)
{
    char name[NAME_TEXT];
    int top = lua_gettop(L);
    for (int j = 0; j < match->span[i]; j++)
        lua_pushvalue(L, match->position[i] + j);
    if (match->span[i] != 1 || !read_integers(L, sizes))
        lua_wick_sizes(L, top + 1, name_of(match, &match->op->args[i], name), sizes);
    lua_settop(L, top);
}

static void read_sizes(lua_State *L, const lua_match *match, int i, int ndim, wick_sizes *sizes)
{
    const wick__arg *arg = &match->op->args[i];
    sizes->count = 0;
    if (match->position[i] > 0) {
        read_placed_sizes(L, match, i, sizes);
    } else if (match->position[i] < 0) {
        push_value(L, match, i);
        read_named_sizes(L, match, arg, sizes);
        lua_pop(L, 1);
    }
    for (int j = 0; arg->kind == WICK__DIMS && j < sizes->count; j++)
        sizes->v[j] = dim_of(L, match, arg->name, sizes->v[j], ndim);
}

/* The value of argument i stands on top of the stack and is not nil. */
static void read_given(lua_State *L, const lua_match *match, int i, int ndim, wick_value *value)
{
    const wick__arg *arg = &match->op->args[i];
    int64_t whole;
    switch (arg->kind) {
    case WICK__NUMBER:
        value->number = number_of(L, match, arg);
        return;
    case WICK__BOOLEAN:
        value->integer = lua_toboolean(L, -1);
        return;
    case WICK__CHOICE:
        value->integer = choice_of(L, match, arg);
        return;
    case WICK__DTYPE:
        value->integer = dtype_of(L, match, arg);
        return;
    case WICK__DIM:
        value->integer = dim_of(L, match, arg->name, whole_of(L, match, arg, false), ndim);
        return;
    case WICK__INDEX:
        whole = whole_of(L, match, arg, true);
        if (whole == 0)
            lua_wick_error(L,
                           "%s: %s is 0, out of range; positions count from 1, or from -1 "
                           "backwards",
                           match->op->name, arg->name);
        value->integer = whole > 0 ? whole - 1 : whole;
        return;
    default:
        value->integer = whole_of(L, match, arg, false);
        return;
    }
}

static void read_left_out(lua_State *L, const wick__arg *arg, int ndim, wick_value *value)
{
    if (arg->kind == WICK__NUMBER)
        value->number = arg->fallback;
    else if (arg->kind == WICK__DIM || arg->kind == WICK__INDEX)
        value->integer = left_out_dim(arg, ndim);
    else if (arg->kind == WICK__DTYPE)
        value->integer = arg->fallback < 0 ? lua_wick_state(L)->dtype : (int64_t)arg->fallback;
    else
        value->integer = (int64_t)arg->fallback;
}

static void check_names(lua_State *L, const lua_match *match)
{
    if (!match->options)
        return;
    for (lua_pushnil(L); lua_next(L, match->options); lua_pop(L, 1)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
        bool known = false;
        for (const wick__arg *arg = match->op->args; arg->kind != WICK__END; arg++)
            known = known || strcmp(arg->name, name) == 0;
        if (!known)
            lua_wick_error(L, "%s: there is no option \"%s\"; ?%s in the REPL lists them",
                           match->op->name, name, match->op->name);
    }
}

/* The dimensions that negative ones count from: those of the first tensor, or of a list's. */
static int dims_of(lua_State *L, const lua_match *match, int first, int inputs)
{
    bool is_list = inputs <= 1 || match->op->args[0].kind != WICK__TENSOR;
    return most_dims(L, first, is_list ? inputs : 1);
}

int lua_wick_read_call(lua_State *L, const wick_lua *state, const lua_match *match, wick_call *call,
                       wick_sizes *sizes)
{
    check_names(L, match);
    int first = lua_gettop(L) + 1, n = 0;
    call->context = state->context;
    call->inputs = match->row ? match->tensors : push_tensors(L, match, state->dtype);
    first = match->row ? match->row : first;
    int ndim = -1;
    for (int i = 0; match->op->args[i].kind != WICK__END; i++) {
        const wick__arg *arg = &match->op->args[i];
        if (wick__arg_is_tensor(arg))
            continue;
        if (ndim < 0)
            ndim = dims_of(L, match, first, call->inputs);
        if (arg->kind == WICK__SIZES || arg->kind == WICK__DIMS) {
            read_sizes(L, match, i, ndim, sizes);
            call->value[n++].sizes = sizes++;
        } else if (match->position[i] == 0)
            read_left_out(L, arg, ndim, &call->value[n++]);
        else {
            push_value(L, match, i);
            read_given(L, match, i, ndim, &call->value[n++]);
            lua_pop(L, 1);
        }
    }
    return first;
}
