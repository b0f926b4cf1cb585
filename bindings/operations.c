/* The Lua function and method of every operation there is, from the descriptors alone. */
#include <string.h>

#include "match.h"

enum { MAX_ALTERNATIVES = 8 };

/* How a call of numbers and tensors alone was understood last: which argument is which depends on
 * nothing but the kinds of the values. */
typedef struct known {
    uint32_t kinds; /* as kinds_of gives them; 0: nothing yet */
    lua_match match;
} known;

/* All operations of one Lua name. */
typedef struct face {
    const char *name;
    wick_lua *const *state;
    int count;
    const wick_op *op[MAX_ALTERNATIVES];
    known function, in_place;
} face;

/* ---- carrying a call out ---- */

/* Room for n inputs: `few`, or a block that is pushed when there are more than it holds. */
static wick_tensor **room_for(lua_State *L, int n, wick_tensor **few)
{
    return n > LUA_WICK_FEW_INPUTS ? lua_newuserdatauv(L, sizeof *few * (size_t)n, 0) : few;
}

/* Reads the inputs, which stand from `first` on. What a collection runs may free any tensor: they
 * are read when everything has been pushed, and again after collecting. */
static void collect_inputs(lua_State *L, int first, wick_call *call, wick_tensor **in)
{
    for (int i = 0; i < call->inputs; i++)
        in[i] = lua_wick_reread(L, first + i);
    call->in = in;
}

/* Out of memory may mean that garbage holds it: collect and try once more. */
static wick_status apply(lua_State *L, const wick_op *op, wick_call *call, int first,
                         wick_tensor **out)
{
    wick_tensor *few[LUA_WICK_FEW_INPUTS], **in = room_for(L, call->inputs, few);
    collect_inputs(L, first, call, in);
    wick_status status = wick_apply(op, call, out);
    if (status == WICK_ENOMEM) {
        lua_wick_collect(L);
        wick_context_trim(call->context);
        collect_inputs(L, first, call, in);
        status = wick_apply(op, call, out);
    }
    if (in != few)
        lua_pop(L, 1);
    return status;
}

/* Pushes boxes for the results and fills them. `first`: where the inputs stand. The collector has
 * its turn before: the memory of what it finds is still in the caches when the results take it, and
 * results that it would see here and once more in a register, overwritten next, would grow old. */
static void push_results(lua_State *L, wick_lua *state, const wick_op *op, wick_call *call,
                         int first)
{
    wick_tensor *out[WICK_MAX_OUTPUTS] = {NULL};
    wick_tensor **slot[WICK_MAX_OUTPUTS];
    lua_wick_spend(L, state);
    int outputs = wick__outputs(op), box = lua_gettop(L) + 1;
    if (box > LUA_MINSTACK / 3) /* else there is room: Lua gives a function as much */
        luaL_checkstack(L, outputs + 8, "too many results");
    for (int i = 0; i < outputs; i++)
        slot[i] = lua_wick_push_bare_box(L);
    lua_wick_check(L, apply(L, op, call, first, out));
    for (int i = 0; i < outputs; i++) {
        *slot[i] = out[i];
        lua_wick_settle_in(L, state, box + i, wick_tensor_dtype(out[i]));
    }
    for (int i = 0; i < outputs; i++)
        if (wick_tensor_requires_grad(out[i]))
            lua_wick_inherit_links(L, state, box + i, first, call->inputs);
    if (state->noting)
        lua_wick_note_call(L, op, call, first, box, outputs);
}

static bool is_number(const wick_op *op, const wick_tensor *result, const wick_tensor *first)
{
    if (wick_tensor_count(result) != 1 || wick_tensor_requires_grad(result))
        return false;
    return op->number == WICK__NUMBER_OF_ONE || wick_tensor_ndim(first) == 1;
}

/* `first` is where the first input stands. */
static int numbers_for_tensors(lua_State *L, const wick_op *op, int outputs, int first)
{
    if (op->number == WICK__NUMBER_NEVER)
        return outputs;
    wick_tensor *result = lua_wick_to_tensor(L, -outputs);
    if (is_number(op, result, lua_wick_to_tensor(L, first))) {
        lua_wick_push_item(L, result);
        lua_replace(L, -outputs - 1);
    }
    return outputs;
}

static int call_fresh(lua_State *L, wick_lua *state, const lua_match *match)
{
    wick_call call;
    wick_sizes sizes[4];
    int first = lua_wick_read_call(L, state, match, &call, sizes);
    push_results(L, state, match->op, &call, first);
    return numbers_for_tensors(L, match->op, wick__outputs(match->op), first);
}

static wick_status apply_into(lua_State *L, const wick_op *op, wick_call *call, int first, int to,
                              int destinations)
{
    wick_tensor *destination[WICK_MAX_OUTPUTS] = {NULL};
    wick_tensor *few[LUA_WICK_FEW_INPUTS], **in = room_for(L, call->inputs, few);
    collect_inputs(L, first, call, in);
    for (int i = 0; i < destinations; i++)
        destination[i] = lua_wick_to_tensor(L, to + i);
    wick_status status = wick_apply_into(op, call, destination);
    if (in != few)
        lua_pop(L, 1);
    return status;
}

/* Writes into the tensors at stack positions to, to + 1, ... */
static int call_into(lua_State *L, wick_lua *state, const lua_match *match, int to,
                     int destinations)
{
    wick_call call;
    wick_sizes sizes[4];
    int first = lua_wick_read_call(L, state, match, &call, sizes);
    wick_status status = apply_into(L, match->op, &call, first, to, destinations);
    if (status == WICK_ENOMEM) {
        lua_wick_collect(L);
        wick_context_trim(call.context);
        status = apply_into(L, match->op, &call, first, to, destinations);
    }
    lua_wick_check(L, status);
    for (int i = 0; i < destinations; i++)
        lua_wick_inherit_links(L, state, to + i, first, call.inputs);
    if (state->noting)
        lua_wick_note_call(L, match->op, &call, first, 0, 0);
    lua_wick_spend(L, state);
    for (int i = 0; i < destinations; i++)
        lua_pushvalue(L, to + i);
    return destinations;
}

/* y:view(x, sizes): the destination at stack position `to` becomes the view (Torch7). What is
 * recorded, or of another type, is written into it instead. */
static int call_view_into(lua_State *L, wick_lua *state, const lua_match *match, int to)
{
    wick_tensor *destination = lua_wick_to_tensor(L, to), *x = lua_wick_to_tensor(L, to + 1);
    if (wick_tensor_requires_grad(destination) || wick_tensor_requires_grad(x) ||
        wick_tensor_dtype(destination) != wick_tensor_dtype(x))
        return call_into(L, state, match, to, 1);
    call_fresh(L, state, match);
    wick_tensor *view = lua_wick_to_tensor(L, -1);
    if (!view)
        return 1; /* a single element is a number */
    lua_wick_check(L, wick_tensor_set(lua_wick_to_tensor(L, to), view));
    lua_pushvalue(L, to);
    return 1;
}

/* ---- the two forms ---- */

static bool are_tensors(lua_State *L, int from, int n)
{
    for (int i = 0; i < n; i++)
        if (!lua_wick_to_tensor(L, from + i))
            return false;
    return true;
}

/* What gives a number has no destination, unless it fills one with what it draws. */
static bool takes_destination(const wick_op *op)
{
    return op->is_view || !op->number || !wick__arg_is_tensor(&op->args[0]);
}

/* exp(1): numbers where an element-wise operation wants tensors give a number. */
static int call_on_numbers(lua_State *L, const face *f, int n)
{
    lua_match match;
    for (int i = 1; i <= n; i++)
        if (lua_type(L, i) != LUA_TNUMBER)
            return 0;
    for (int i = 0; i < f->count; i++) {
        const wick_op *op = f->op[i];
        if (!op->elementwise || op->args[0].kind != WICK__TENSOR)
            continue;
        lua_settop(L, n);
        for (int j = 0; j < n && wick__arg_is_tensor(&op->args[j]); j++) {
            lua_createtable(L, 1, 0);
            lua_pushvalue(L, j + 1);
            lua_rawseti(L, -2, 1);
            lua_wick_table_to_tensor(L, -1, WICK_FLOAT64);
            lua_replace(L, j + 1);
            lua_settop(L, n);
        }
        if (!lua_wick_match(L, op, 1, n, 0, &match))
            return 0;
        call_fresh(L, *f->state, &match);
        lua_wick_push_item(L, lua_wick_to_tensor(L, -1));
        return 1;
    }
    return 0;
}

/* The kinds of all values, two bits each; 0: they are not all numbers and tensors, or too many. */
static uint32_t kinds_of(lua_State *L, int n)
{
    uint32_t kinds = 1;
    for (int i = 1; i <= n && n < 16; i++)
        if (lua_type(L, i) == LUA_TNUMBER)
            kinds = kinds << 2 | 1;
        else if (lua_wick_to_tensor(L, i))
            kinds = kinds << 2 | 2;
        else
            return 0;
    return n < 16 ? kinds : 0;
}

/* `kinds` 0: there is nothing to remember. */
static void remember(known *k, uint32_t kinds, lua_match *match)
{
    if (!kinds)
        return;
    lua_wick_match_row(match);
    *k = (known){kinds, *match};
}

static int call_as_function(lua_State *L, face *f, int n, uint32_t kinds)
{
    wick_lua *state = *f->state;
    lua_match match;
    if (kinds && kinds == f->function.kinds)
        return call_fresh(L, state, &f->function.match);
    for (int i = 0; i < f->count; i++)
        if (lua_wick_match(L, f->op[i], 1, n, 0, &match)) {
            remember(&f->function, kinds, &match);
            return call_fresh(L, state, &match);
        }
    for (int i = 0; i < f->count; i++)
        for (int d = 1; d <= wick__outputs(f->op[i]) && d < n + 1; d++)
            if (takes_destination(f->op[i]) && are_tensors(L, 1, d) &&
                lua_wick_match(L, f->op[i], d + 1, n, 0, &match))
                return f->op[i]->is_view ? call_view_into(L, state, &match, 1)
                                         : call_into(L, state, &match, 1, d);
    return call_on_numbers(L, f, n) ? 1 : lua_wick_no_match(L, f->name, f->count, f->op, n);
}

static bool match_in_place(lua_State *L, const face *f, int n, lua_match *match)
{
    for (int i = 0; i < f->count; i++)
        if (f->op[i]->method == WICK__METHOD_IN_PLACE &&
            lua_wick_match(L, f->op[i], 2, n, 1, match))
            return true;
    for (int i = 0; i < f->count; i++)
        if ((f->op[i]->method == WICK__METHOD_IN_PLACE || f->op[i]->method == WICK__METHOD_INTO) &&
            lua_wick_match(L, f->op[i], 2, n, 0, match))
            return true;
    return false;
}

static face *own_face(lua_State *L)
{
    face *f = lua_touserdata(L, lua_upvalueindex(1));
    if (!*f->state)
        lua_wick_state(L); /* says that it is closed */
    return f;
}

static int call_function(lua_State *L)
{
    int n = lua_gettop(L);
    return call_as_function(L, own_face(L), n, kinds_of(L, n));
}

static int call_method(lua_State *L)
{
    face *f = own_face(L);
    int n = lua_gettop(L);
    uint32_t kinds = kinds_of(L, n);
    lua_match match;
    lua_wick_check_tensor(L, 1, f->name);
    if (kinds && kinds == f->in_place.kinds)
        return call_into(L, *f->state, &f->in_place.match, 1, 1);
    if (!match_in_place(L, f, n, &match))
        return call_as_function(L, f, n, kinds);
    remember(&f->in_place, kinds, &match);
    return call_into(L, *f->state, &match, 1, 1);
}

/* ---- the table of faces ---- */

static face *find_face(face *faces, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(faces[i].name, name) == 0)
            return &faces[i];
    return NULL;
}

static int gather_faces(face *faces, wick_lua *const *state)
{
    const wick_op *op;
    int count = 0;
    for (size_t i = 0; (op = wick_op_at(i)); i++) {
        if (op->internal)
            continue;
        face *f = find_face(faces, count, op->name);
        if (!f) {
            f = &faces[count++];
            *f = (face){.name = op->name, .state = state};
        }
        f->op[f->count++] = op;
    }
    return count;
}

static bool has_method(const face *f)
{
    for (int i = 0; i < f->count; i++)
        if (f->op[i]->method != WICK__METHOD_NONE)
            return true;
    return false;
}

/* Stack on entry and exit: the module's table. The faces live in a userdata that every function
 * keeps as its second upvalue. */
void lua_wick_open_operations(lua_State *L)
{
    size_t ops = 0;
    while (wick_op_at(ops))
        ops++;
    face *faces = lua_newuserdatauv(L, ops * sizeof *faces, 0);
    int count = gather_faces(faces, lua_wick_state_slot(L)), owner = lua_gettop(L);
    lua_createtable(L, 0, count);
    for (int i = 0; i < count; i++) {
        lua_pushlightuserdata(L, &faces[i]);
        lua_pushvalue(L, owner);
        lua_pushcclosure(L, call_function, 2);
        lua_setfield(L, -2, faces[i].name);
        if (!has_method(&faces[i]))
            continue;
        lua_pushlightuserdata(L, &faces[i]);
        lua_pushvalue(L, owner);
        lua_pushcclosure(L, call_method, 2);
        lua_wick_set_method(L, faces[i].name);
    }
    lua_setfield(L, owner - 1, "functions");
    lua_settop(L, owner - 1);
}

/* ---- for the other files ---- */

static void fill_call(wick_context *context, const wick_op *op, int n, const wick_value *value,
                      wick_call *call)
{
    *call = (wick_call){.context = context, .inputs = n};
    int i = 0;
    for (const wick__arg *arg = op->args; arg->kind != WICK__END; arg++)
        if (!wick__arg_is_tensor(arg)) {
            call->value[i] = value[i];
            i++;
        }
}

void lua_wick_apply_in(lua_State *L, wick_lua *state, const wick_op *op, int first, int n,
                       const wick_value *value)
{
    wick_call call;
    fill_call(state->context, op, n, value, &call);
    push_results(L, state, op, &call, first);
}

void lua_wick_apply(lua_State *L, const wick_op *op, int first, int n, const wick_value *value)
{
    lua_wick_apply_in(L, lua_wick_state(L), op, first, n, value);
}

void lua_wick_apply_into(lua_State *L, const wick_op *op, int first, int n, const wick_value *value,
                         int to)
{
    wick_call call;
    const wick_lua *state = lua_wick_state(L);
    fill_call(state->context, op, n, value, &call);
    lua_wick_check(L, apply_into(L, op, &call, first, to, 1));
    lua_wick_inherit_links(L, state, to, first, n);
}
