/* What is said of a call that nothing fits: its values, and what the operations take. */
#include "match.h"

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

int lua_wick_no_match(lua_State *L, const char *name, int count, const wick_op *const *op, int n)
{
    luaL_Buffer text;
    luaL_checkstack(L, n + 8, "too many arguments");
    for (int i = 1; i <= n; i++) {
        lua_wick_describe(L, i);
        lua_replace(L, i);
        lua_settop(L, n);
    }
    luaL_buffinit(L, &text);
    luaL_addstring(&text, name);
    luaL_addstring(&text, ": invalid arguments: ");
    for (int i = 1; i <= n; i++) {
        luaL_addstring(&text, i > 1 ? ", " : "");
        luaL_addstring(&text, lua_tostring(L, i));
    }
    luaL_addstring(&text, n ? "\nexpected arguments: " : "none\nexpected arguments: ");
    for (int i = 0; i < count; i++) {
        luaL_addstring(&text, i > 0 ? " | " : "");
        add_signature(&text, op[i]);
    }
    luaL_pushresult(&text);
    return lua_wick_error(L, "%s", lua_tostring(L, -1));
}
