/* The Lua function and method of every operation there is, from the descriptors alone. */
#include <string.h>

#include "match.h"

enum { MAX_ALTERNATIVES = 8 };

/* All operations of one Lua name. */
typedef struct face {
    const char *name;
    int count;
    const wick_op *op[MAX_ALTERNATIVES];
} face;

/* ---- carrying a call out ---- */

/* The tensors at n stack positions from `first` on: in `few`, or in a block that is pushed when
 * there are more than it holds. */
static wick_tensor **collect_inputs(lua_State *L, int first, int n, wick_tensor **few)
{
    wick_tensor **in = few;
    if (n > LUA_WICK_FEW_INPUTS)
        in = lua_newuserdatauv(L, sizeof *in * (size_t)n, 0);
    for (int i = 0; i < n; i++)
        in[i] = lua_wick_to_tensor(L, first + i);
    return in;
}

/* A collection runs finalizers, which may free any tensor: what was read before is read again. */
static void collect_again(lua_State *L, const wick_call *call, int first)
{
    for (int i = 0; i < call->inputs; i++)
        ((wick_tensor **)(uintptr_t)call->in)[i] = lua_wick_to_tensor(L, first + i);
}

/* Out of memory may mean that garbage holds it: collect and try once more. */
static wick_status apply(lua_State *L, const wick_op *op, const wick_call *call, int first,
                         wick_tensor **out)
{
    collect_again(L, call, first);
    wick_status status = wick_apply(op, call, out);
    if (status != WICK_ENOMEM)
        return status;
    lua_wick_collect(L);
    wick_context_trim(lua_wick_context(L));
    collect_again(L, call, first);
    return wick_apply(op, call, out);
}

/* Pushes boxes for the results and fills them. `first`, `n`: where the inputs stand. */
static void push_results(lua_State *L, const wick_op *op, const wick_call *call, int first, int n)
{
    wick_tensor *out[WICK_MAX_OUTPUTS] = {NULL};
    wick_tensor **slot[WICK_MAX_OUTPUTS];
    int outputs = wick__outputs(op);
    luaL_checkstack(L, outputs + 8, "too many results");
    for (int i = 0; i < outputs; i++)
        slot[i] = lua_wick_push_box(L);
    wick_status status = apply(L, op, call, first, out);
    for (int i = 0; i < outputs; i++)
        *slot[i] = out[i];
    lua_wick_check(L, status);
    int box = lua_gettop(L) - outputs + 1;
    for (int i = 0; i < outputs; i++) {
        lua_wick_settle(L, box + i);
        lua_wick_inherit_links(L, box + i, first, n);
    }
}

static bool is_number(const wick_op *op, const wick_tensor *result, const wick_tensor *first)
{
    if (op->number == WICK__NUMBER_NEVER || wick_tensor_count(result) != 1 ||
        wick_tensor_requires_grad(result))
        return false;
    return op->number == WICK__NUMBER_OF_ONE || wick_tensor_ndim(first) == 1;
}

/* `first` is where the first input stands. */
static int numbers_for_tensors(lua_State *L, const wick_op *op, int outputs, int first)
{
    wick_tensor *result = lua_wick_to_tensor(L, -outputs);
    if (is_number(op, result, lua_wick_to_tensor(L, first))) {
        lua_wick_push_item(L, result);
        lua_replace(L, -outputs - 1);
    }
    return outputs;
}

static int call_fresh(lua_State *L, const lua_match *match)
{
    wick_call call;
    wick_sizes sizes[4];
    wick_tensor *few[LUA_WICK_FEW_INPUTS];
    int first = lua_wick_read_call(L, match, &call, sizes);
    call.in = collect_inputs(L, first, call.inputs, few);
    push_results(L, match->op, &call, first, call.inputs);
    return numbers_for_tensors(L, match->op, wick__outputs(match->op), first);
}

/* Writes into the tensors at stack positions to, to + 1, ... */
static int call_into(lua_State *L, const lua_match *match, int to, int destinations)
{
    wick_call call;
    wick_sizes sizes[4];
    wick_tensor *few[LUA_WICK_FEW_INPUTS], *destination[WICK_MAX_OUTPUTS] = {NULL};
    int first = lua_wick_read_call(L, match, &call, sizes);
    call.in = collect_inputs(L, first, call.inputs, few);
    for (int i = 0; i < destinations; i++)
        destination[i] = lua_wick_to_tensor(L, to + i);
    wick_status status = wick_apply_into(match->op, &call, destination);
    if (status == WICK_ENOMEM) {
        lua_wick_collect(L);
        wick_context_trim(call.context);
        collect_again(L, &call, first);
        for (int i = 0; i < destinations; i++)
            destination[i] = lua_wick_to_tensor(L, to + i);
        status = wick_apply_into(match->op, &call, destination);
    }
    lua_wick_check(L, status);
    for (int i = 0; i < destinations; i++)
        lua_wick_inherit_links(L, to + i, first, call.inputs);
    lua_wick_spend(L);
    for (int i = 0; i < destinations; i++)
        lua_pushvalue(L, to + i);
    return destinations;
}

/* y:view(x, sizes): the destination at stack position `to` becomes the view (Torch7). What is
 * recorded, or of another type, is written into it instead. */
static int call_view_into(lua_State *L, const lua_match *match, int to)
{
    wick_tensor *destination = lua_wick_to_tensor(L, to), *x = lua_wick_to_tensor(L, to + 1);
    if (wick_tensor_requires_grad(destination) || wick_tensor_requires_grad(x) ||
        wick_tensor_dtype(destination) != wick_tensor_dtype(x))
        return call_into(L, match, to, 1);
    call_fresh(L, match);
    wick_tensor *view = lua_wick_to_tensor(L, -1);
    if (!view)
        return 1; /* a single element is a number */
    lua_wick_check(L, wick_tensor_set(lua_wick_to_tensor(L, to), view));
    lua_pushvalue(L, to);
    return 1;
}

/* ---- when nothing fits ---- */

static const char *kind_text(const wick__arg *arg)
{
    switch (arg->kind) {
    case WICK__TENSORS:
        return "{tensors}";
    case WICK__SIZES:
        return "sizes ...";
    case WICK__DIMS:
        return "dimensions ...";
    default:
        return arg->name;
    }
}

static bool takes_tensors(const wick_op *op)
{
    for (const wick__arg *arg = op->args; arg->kind != WICK__END; arg++)
        if (wick__arg_is_tensor(arg))
            return true;
    return false;
}

static void add_signature(luaL_Buffer *text, const wick_op *op)
{
    bool any = false, fills = op->method != WICK__METHOD_SOURCE && !takes_tensors(op);
    luaL_addstring(text, fills ? "x:" : "");
    luaL_addstring(text, op->name);
    luaL_addchar(text, '(');
    for (const wick__arg *arg = op->args; arg->kind != WICK__END; arg++) {
        if (arg->named_only)
            continue;
        luaL_addstring(text, arg->optional ? (any ? " [, " : "[") : any ? ", " : "");
        luaL_addstring(text, kind_text(arg));
        luaL_addstring(text, arg->optional ? "]" : "");
        any = true;
    }
    luaL_addchar(text, ')');
}

static int no_match(lua_State *L, const face *f, int n)
{
    luaL_Buffer text;
    luaL_checkstack(L, n + 8, "too many arguments");
    for (int i = 1; i <= n; i++) {
        lua_wick_describe(L, i);
        lua_replace(L, i);
        lua_settop(L, n);
    }
    luaL_buffinit(L, &text);
    luaL_addstring(&text, f->name);
    luaL_addstring(&text, ": invalid arguments: ");
    for (int i = 1; i <= n; i++) {
        luaL_addstring(&text, i > 1 ? ", " : "");
        luaL_addstring(&text, lua_tostring(L, i));
    }
    luaL_addstring(&text, n ? "\nexpected arguments: " : "none\nexpected arguments: ");
    for (int i = 0; i < f->count; i++) {
        luaL_addstring(&text, i > 0 ? " | " : "");
        add_signature(&text, f->op[i]);
    }
    luaL_pushresult(&text);
    return lua_wick_error(L, "%s", lua_tostring(L, -1));
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
        call_fresh(L, &match);
        lua_wick_push_item(L, lua_wick_to_tensor(L, -1));
        return 1;
    }
    return 0;
}

static int call_function(lua_State *L)
{
    const face *f = lua_touserdata(L, lua_upvalueindex(1));
    lua_match match;
    int n = lua_gettop(L);
    for (int i = 0; i < f->count; i++)
        if (lua_wick_match(L, f->op[i], 1, n, 0, &match))
            return call_fresh(L, &match);
    for (int i = 0; i < f->count; i++)
        for (int d = 1; d <= wick__outputs(f->op[i]) && d < n + 1; d++)
            if (takes_destination(f->op[i]) && are_tensors(L, 1, d) &&
                lua_wick_match(L, f->op[i], d + 1, n, 0, &match))
                return f->op[i]->is_view ? call_view_into(L, &match, 1)
                                         : call_into(L, &match, 1, d);
    return call_on_numbers(L, f, n) ? 1 : no_match(L, f, n);
}

static int method_in_place(lua_State *L, const face *f, int n)
{
    lua_match match;
    for (int i = 0; i < f->count; i++)
        if (f->op[i]->method == WICK__METHOD_IN_PLACE &&
            lua_wick_match(L, f->op[i], 2, n, 1, &match))
            return call_into(L, &match, 1, 1);
    for (int i = 0; i < f->count; i++)
        if ((f->op[i]->method == WICK__METHOD_IN_PLACE || f->op[i]->method == WICK__METHOD_INTO) &&
            lua_wick_match(L, f->op[i], 2, n, 0, &match))
            return call_into(L, &match, 1, 1);
    return 0;
}

static int call_method(lua_State *L)
{
    const face *f = lua_touserdata(L, lua_upvalueindex(1));
    int n = lua_gettop(L);
    lua_wick_check_tensor(L, 1, f->name);
    int results = method_in_place(L, f, n);
    return results ? results : call_function(L);
}

/* ---- the table of faces ---- */

static face *find_face(face *faces, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(faces[i].name, name) == 0)
            return &faces[i];
    return NULL;
}

static int gather_faces(face *faces)
{
    const wick_op *op;
    int count = 0;
    for (size_t i = 0; (op = wick_op_at(i)); i++) {
        if (op->internal)
            continue;
        face *f = find_face(faces, count, op->name);
        if (!f) {
            f = &faces[count++];
            *f = (face){.name = op->name};
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
    int count = gather_faces(faces), owner = lua_gettop(L);
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

static void fill_call(lua_State *L, const wick_op *op, int first, int n, const wick_value *value,
                      wick_tensor **few, wick_call *call)
{
    *call = (wick_call){.context = lua_wick_context(L), .inputs = n};
    call->in = collect_inputs(L, first, n, few);
    int i = 0;
    for (const wick__arg *arg = op->args; arg->kind != WICK__END; arg++)
        if (!wick__arg_is_tensor(arg)) {
            call->value[i] = value[i];
            i++;
        }
}

void lua_wick_apply(lua_State *L, const wick_op *op, int first, int n, const wick_value *value)
{
    wick_call call;
    wick_tensor *few[LUA_WICK_FEW_INPUTS];
    fill_call(L, op, first, n, value, few, &call);
    push_results(L, op, &call, first, n);
}

void lua_wick_apply_into(lua_State *L, const wick_op *op, int first, int n, const wick_value *value,
                         int to)
{
    wick_call call;
    wick_tensor *few[LUA_WICK_FEW_INPUTS], *destination = lua_wick_to_tensor(L, to);
    fill_call(L, op, first, n, value, few, &call);
    lua_wick_check(L, wick_apply_into(op, &call, &destination));
    lua_wick_inherit_links(L, to, first, n);
}
