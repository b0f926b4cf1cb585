/* Generators of random numbers beside the context's own: torch.Generator. A generator is a state;
 * what draws from it runs with the state put into the context for as long. */
#include <string.h>

#include "lua_wick.h"

typedef struct generator {
    const void *mark;
    bool is_default; /* stands for the context's own */
    char state[WICK_GENERATOR_BYTES];
} generator;

static const char generator_key;

static generator *to_generator(lua_State *L, int index)
{
    generator *g = lua_type(L, index) == LUA_TUSERDATA ? lua_touserdata(L, index) : NULL;
    return g && lua_rawlen(L, index) == sizeof *g && g->mark == &generator_key ? g : NULL;
}

static generator *check_generator(lua_State *L, int index)
{
    generator *g = to_generator(L, index);
    if (!g)
        lua_wick_error(L, "torch.Generator expected as argument %d, got %s", index,
                       lua_wick_describe(L, index));
    return g;
}

/* newGenerator([is default]): seeded by the system, or the context's own. Upvalue 1: the class. */
static int new_generator(lua_State *L)
{
    bool is_default = lua_toboolean(L, 1);
    wick_context *context = lua_wick_context(L);
    char kept[WICK_GENERATOR_BYTES];
    generator *g = lua_newuserdatauv(L, sizeof *g, 0);
    *g = (generator){.mark = &generator_key, .is_default = is_default};
    wick_generator_get(context, kept);
    if (!is_default)
        wick_seed_from_system(context);
    wick_generator_get(context, g->state);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_setmetatable(L, -2);
    lua_wick_check(L, wick_generator_set(context, kept));
    return 1;
}

/* drawFrom(generator, f, ...): f(...) with the generator's state in the context, whatever becomes
 * of it. */
static int draw_from(lua_State *L)
{
    wick_context *context = lua_wick_context(L);
    generator *g = check_generator(L, 1);
    char kept[WICK_GENERATOR_BYTES];
    if (g->is_default) {
        lua_call(L, lua_gettop(L) - 2, LUA_MULTRET);
        return lua_gettop(L) - 1;
    }
    wick_generator_get(context, kept);
    lua_wick_check(L, wick_generator_set(context, g->state));
    int failed = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0);
    wick_generator_get(context, g->state);
    wick_generator_set(context, kept);
    return failed ? lua_error(L) : lua_gettop(L) - 1;
}

/* generatorState(generator) -> string */
static int get_state(lua_State *L)
{
    generator *g = check_generator(L, 1);
    if (g->is_default)
        wick_generator_get(lua_wick_context(L), g->state);
    lua_pushlstring(L, g->state, sizeof g->state);
    return 1;
}

/* setGeneratorState(generator, string): refuses what is no state. */
static int set_state(lua_State *L)
{
    size_t n;
    wick_context *context = lua_wick_context(L);
    generator *g = check_generator(L, 1);
    const char *state = luaL_checklstring(L, 2, &n);
    char kept[WICK_GENERATOR_BYTES];
    if (n != sizeof g->state)
        return lua_wick_error(L, "a generator's state has %d bytes, this has %d",
                              WICK_GENERATOR_BYTES, (int)n);
    wick_generator_get(context, kept);
    lua_wick_check(L, wick_generator_set(context, state));
    memcpy(g->state, state, sizeof g->state);
    if (!g->is_default)
        wick_generator_set(context, kept);
    return 0;
}

void lua_wick_open_generator(lua_State *L)
{
    static const luaL_Reg functions[] = {{"drawFrom", draw_from},
                                         {"generatorState", get_state},
                                         {"setGeneratorState", set_state},
                                         {NULL, NULL}};
    lua_createtable(L, 0, 8);
    lua_pushliteral(L, "torch.Generator");
    lua_setfield(L, -2, "__typename");
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "generatorClass");
    lua_pushcclosure(L, new_generator, 1);
    lua_setfield(L, -2, "newGenerator");
    luaL_setfuncs(L, functions, 0);
}
