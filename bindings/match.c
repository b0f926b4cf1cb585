/* Fitting values to arguments: positions first, options by name, optional arguments wherever the
 * kinds of the values leave no doubt. */
#include "match.h"

#include <string.h>

int lua_wick_choice(lua_State *L, int index, const char *choices)
{
    if (lua_type(L, index) != LUA_TSTRING)
        return -1;
    size_t n;
    const char *word = lua_tolstring(L, index, &n), *at = choices;
    for (int i = 0; at; i++, at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
        if (strncmp(at, word, n) == 0 && (at[n] == '|' || !at[n]))
            return i;
    return -1;
}

static bool is_table_tensor(lua_State *L, int index)
{
    return lua_istable(L, index) && lua_rawlen(L, index) > 0 && !lua_wick_is_tensor_list(L, index);
}

/* How many values from `at` on the argument takes; -1: it does not fit. */
static int takes(lua_State *L, const wick__arg *arg, int at, int last)
{
    if (at > last)
        return -1;
    switch (arg->kind) {
    case WICK__TENSOR:
        return lua_wick_to_tensor(L, at) || is_table_tensor(L, at) ? 1 : -1;
    case WICK__TENSORS:
        if (lua_wick_is_tensor_list(L, at))
            return 1;
        return at < last && lua_wick_to_tensor(L, at) && lua_wick_to_tensor(L, at + 1) ? 2 : -1;
    case WICK__NUMBER:
    case WICK__INTEGER:
    case WICK__DIM:
    case WICK__INDEX:
        return lua_isnumber(L, at) ? 1 : -1;
    case WICK__BOOLEAN:
        return lua_isboolean(L, at) ? 1 : -1;
    case WICK__CHOICE:
        return lua_wick_choice(L, at, arg->choices) >= 0 ? 1 : -1;
    case WICK__DTYPE:
        return lua_type(L, at) == LUA_TSTRING && lua_wick_dtype(lua_tostring(L, at)) >= 0 ? 1 : -1;
    case WICK__SIZES:
    case WICK__DIMS: {
        int n = 0;
        if (lua_wick_to_storage(L, at) || lua_wick_is_number_list(L, at))
            return 1;
        while (at + n <= last && lua_isnumber(L, at + n))
            n++;
        return n > 0 ? n : -1;
    }
    case WICK__END:
        break;
    }
    return -1;
}

typedef struct attempt {
    lua_State *L;
    lua_match *match;
    int last;
    bool receiver_open; /* the receiver still stands for the first tensor */
} attempt;

static bool by_name(const attempt *a, const wick__arg *arg)
{
    if (!a->match->options)
        return false;
    lua_getfield(a->L, a->match->options, arg->name);
    bool given = !lua_isnil(a->L, -1);
    lua_pop(a->L, 1);
    return given;
}

/* Tries argument i with the values from `at` on, leaving optional ones out where that helps. The
 * depth is the number of arguments, 16 at most. */
static bool fit(attempt *a, int i, int at)
{
    const wick__arg *arg = &a->match->op->args[i];
    lua_match *m = a->match;
    if (arg->kind == WICK__END)
        return at > a->last;
    m->position[i] = 0;
    if (a->receiver_open && arg->kind == WICK__TENSOR) {
        a->receiver_open = false;
        m->position[i] = 1;
        m->span[i] = 1;
        return fit(a, i + 1, at) || (a->receiver_open = true, false);
    }
    if (by_name(a, arg)) {
        m->position[i] = -1;
        return fit(a, i + 1, at);
    }
    bool by_place = !arg->named_only || arg->kind == WICK__DTYPE; /* zeros(2, 'torch.IntTensor') */
    int n = by_place ? takes(a->L, arg, at, a->last) : -1;
    if (n > 0) {
        m->position[i] = at;
        m->span[i] = n;
        if (fit(a, i + 1, at + n))
            return true;
        m->position[i] = 0;
    }
    if (!arg->optional)
        return false;
    if (at <= a->last && lua_isnil(a->L, at) && fit(a, i + 1, at + 1))
        return true;
    return fit(a, i + 1, at);
}

/* With the options at stack position `options`, 0 for none. */
static bool matches(attempt a, int first, int options)
{
    a.match->options = options;
    return fit(&a, 0, first);
}

bool lua_wick_match(lua_State *L, const wick_op *op, int first, int last, int receiver,
                    lua_match *match)
{
    *match = (lua_match){.op = op};
    lua_options kind = last >= first ? lua_wick_options(L, last) : LUA_WICK_NO_OPTIONS;
    attempt all = {L, match, last, receiver != 0}, but_last = {L, match, last - 1, receiver != 0};
    bool found = kind != LUA_WICK_OPTIONS && matches(all, first, 0);
    if (!found && (kind == LUA_WICK_NO_OPTIONS || !matches(but_last, first, last)))
        return false;
    for (int i = 0; receiver && op->args[i].kind != WICK__END; i++)
        if (op->args[i].kind == WICK__TENSOR) {
            match->position[i] = receiver;
            break;
        }
    return true;
}

void lua_wick_match_row(lua_match *match)
{
    int row = 0, tensors = 0;
    for (int i = 0; match->op->args[i].kind != WICK__END; i++) {
        if (!wick__arg_is_tensor(&match->op->args[i]))
            continue;
        row = tensors == 0 ? match->position[i] : row;
        if (row == 0 || match->position[i] != row + tensors)
            return;
        tensors += match->span[i];
    }
    match->row = row;
    match->tensors = tensors;
}
