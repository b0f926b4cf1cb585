/* Tracing: what each operation took, kept in C while it happens and handed to Lua afterwards. */
#include <stdlib.h>
#include <string.h>

#include "lua_wick.h"

typedef struct event {
    const char *operation; /* lives as long as the program */
    double begin, end;
    char shape[64];
} event;

typedef struct trace {
    size_t count, room, lost;
    event *events;
} trace;

/* In the registry: the trace under way, a userdata. */
static const char trace_key;

static void note(void *host, const char *operation, double begin, double end,
                 const wick_tensor *result)
{
    trace *t = host;
    if (t->count == t->room) {
        size_t room = t->room ? 2 * t->room : 1024;
        event *more = realloc(t->events, room * sizeof *more);
        if (!more) {
            t->lost++;
            return;
        }
        t->events = more;
        t->room = room;
    }
    event *e = &t->events[t->count++];
    *e = (event){.operation = operation, .begin = begin, .end = end};
    if (result)
        wick_tensor_shape_text(result, e->shape, sizeof e->shape);
}

static int trace_gc(lua_State *L)
{
    trace *t = lua_touserdata(L, 1);
    free(t->events);
    *t = (trace){0};
    return 0;
}

/* traceStart(): notes every operation from now on. */
static int start(lua_State *L)
{
    trace *t = lua_newuserdatauv(L, sizeof *t, 0);
    *t = (trace){0};
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, trace_gc);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &trace_key);
    wick_context_set_trace(lua_wick_context(L), note, t);
    return 0;
}

static void push_event(lua_State *L, const event *e)
{
    lua_createtable(L, 0, 4);
    lua_pushstring(L, e->operation);
    lua_setfield(L, -2, "operation");
    lua_pushnumber(L, e->begin);
    lua_setfield(L, -2, "start");
    lua_pushnumber(L, e->end - e->begin);
    lua_setfield(L, -2, "seconds");
    lua_pushstring(L, e->shape);
    lua_setfield(L, -2, "shape");
}

/* traceStop(): the operations noted since traceStart, in order, as tables of operation, start and
 * seconds, and shape of the result; nil when none was under way. */
static int stop(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &trace_key) != LUA_TUSERDATA)
        return 1;
    wick_context_set_trace(lua_wick_context(L), NULL, NULL);
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &trace_key);
    trace *t = lua_touserdata(L, -1);
    lua_newtable(L);
    for (size_t i = 0; i < t->count; i++) {
        push_event(L, &t->events[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

void lua_wick_open_trace(lua_State *L)
{
    static const luaL_Reg functions[] = {{"traceStart", start}, {"traceStop", stop}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
