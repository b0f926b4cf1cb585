/* What the tape remembers of a tensor, as tables. */
#include <stdio.h>
#include <stdlib.h>

#include "lua_wick.h"

enum { SHAPE = 64 };

typedef struct step {
    const char *operation; /* lives as long as its node */
    size_t first;          /* of its inputs */
    int inputs;
} step;

typedef struct edge {
    int64_t node;
    int output;
    char shape[SHAPE];
} edge;

typedef struct history {
    size_t steps, step_room, edges, edge_room;
    step *step;
    edge *edge;
    bool failed; /* there was no memory for all of it */
} history;

/* Room for `more` elements behind `count`; the list as it is and false without memory. */
static bool reserve(void **list, size_t *room, size_t count, size_t more, size_t bytes)
{
    size_t wanted = *room ? *room : 64;
    while (wanted < count + more)
        wanted *= 2;
    void *moved = wanted > *room ? realloc(*list, wanted * bytes) : *list;
    if (!moved)
        return false;
    *list = moved;
    *room = wanted;
    return true;
}

static void write_shape(const wick_graph_input *input, char *text)
{
    size_t used = 0;
    text[0] = '\0';
    for (int d = 0; d < input->ndim && used + 24 < SHAPE; d++)
        used += (size_t)snprintf(text + used, SHAPE - used, "%s%lld", d > 0 ? " x " : "",
                                 (long long)input->size[d]);
}

static void note(void *host, int64_t node, const char *operation, int inputs,
                 const wick_graph_input *input)
{
    history *h = host;
    (void)node; /* they come in order */
    h->failed = h->failed ||
                !reserve((void **)&h->step, &h->step_room, h->steps, 1, sizeof(step)) ||
                !reserve((void **)&h->edge, &h->edge_room, h->edges, (size_t)inputs, sizeof(edge));
    if (h->failed)
        return;
    h->step[h->steps++] = (step){operation, h->edges, inputs};
    for (int j = 0; j < inputs; j++) {
        edge *to = &h->edge[h->edges++];
        to->node = input[j].node;
        to->output = input[j].output;
        write_shape(&input[j], to->shape);
    }
}

static int history_gc(lua_State *L)
{
    history *h = lua_touserdata(L, 1);
    free(h->step);
    free(h->edge);
    *h = (history){0};
    return 0;
}

static history *new_history(lua_State *L)
{
    history *h = lua_newuserdatauv(L, sizeof *h, 0);
    *h = (history){0};
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, history_gc);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    return h;
}

static void push_edge(lua_State *L, const edge *from)
{
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, from->node);
    lua_setfield(L, -2, "node");
    lua_pushinteger(L, from->output + 1);
    lua_setfield(L, -2, "output");
    lua_pushstring(L, from->shape);
    lua_setfield(L, -2, "shape");
}

static void push_step(lua_State *L, const history *h, const step *s)
{
    lua_createtable(L, s->inputs, 1);
    lua_pushstring(L, s->operation);
    lua_setfield(L, -2, "operation");
    for (int j = 0; j < s->inputs; j++) {
        push_edge(L, &h->edge[s->first + (size_t)j]);
        lua_rawseti(L, -2, j + 1);
    }
}

/* history(x): the operations behind a recorded tensor, what was recorded first first: a list of
 * tables with `operation` and, for each input, { node = its number in the list (0: without
 * history), output, shape }. Empty for what is not recorded. */
static int history_of(lua_State *L)
{
    wick_tensor *x = lua_wick_check_tensor(L, 1, "history");
    history *h = new_history(L);
    lua_wick_check(L, wick_graph_visit(x, note, h));
    if (h->failed)
        return lua_wick_error(L, "history: there is no memory for a list of the graph");
    lua_newtable(L);
    for (size_t i = 0; i < h->steps; i++) {
        push_step(L, h, &h->step[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

void lua_wick_open_history(lua_State *L)
{
    static const luaL_Reg functions[] = {{"history", history_of}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
