/* Counted objects that boxes in several Lua states hold. */
#include "threads.h"

#include <stdlib.h>

typedef struct box {
    lua_shared *object;
    const void *mark;
} box;

static const char mark_key;

/* Objects that have been asked for their number. */
static pthread_mutex_t numbered_lock = PTHREAD_MUTEX_INITIALIZER;
static lua_shared *numbered;
static lua_Integer last_id;

void *lua_wick_shared_new(const lua_shared_kind *kind, size_t size)
{
    lua_shared *object = calloc(1, size);
    if (!object)
        return NULL;
    atomic_init(&object->refs, 1);
    object->kind = kind;
    return object;
}

void lua_wick_shared_retain(lua_shared *object)
{
    atomic_fetch_add_explicit(&object->refs, 1, memory_order_relaxed);
}

static void forget_number(lua_shared *object)
{
    pthread_mutex_lock(&numbered_lock);
    if (object->id) {
        if (object->next)
            object->next->before = object->before;
        if (object->before)
            object->before->next = object->next;
        else
            numbered = object->next;
    }
    pthread_mutex_unlock(&numbered_lock);
}

void lua_wick_shared_release(lua_shared *object)
{
    if (!object || atomic_fetch_sub_explicit(&object->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (object->id)
        forget_number(object);
    object->kind->free(object);
}

lua_Integer lua_wick_shared_id(lua_shared *object)
{
    pthread_mutex_lock(&numbered_lock);
    if (!object->id) {
        object->id = ++last_id;
        object->next = numbered;
        if (numbered)
            numbered->before = object;
        numbered = object;
    }
    lua_Integer id = object->id;
    pthread_mutex_unlock(&numbered_lock);
    return id;
}

/* One that is about to be freed, its count at zero, is as good as gone. */
static bool retain_living(lua_shared *object)
{
    size_t refs = atomic_load(&object->refs);
    while (refs > 0)
        if (atomic_compare_exchange_weak(&object->refs, &refs, refs + 1))
            return true;
    return false;
}

lua_shared *lua_wick_shared_find(const lua_shared_kind *kind, lua_Integer id)
{
    pthread_mutex_lock(&numbered_lock);
    lua_shared *object = numbered;
    while (object && (object->id != id || object->kind != kind))
        object = object->next;
    if (object && !retain_living(object))
        object = NULL;
    pthread_mutex_unlock(&numbered_lock);
    return object;
}

/* ---- boxes ---- */

lua_shared **lua_wick_push_shared_box(lua_State *L, const lua_shared_kind *kind)
{
    box *b = lua_newuserdatauv(L, sizeof *b, 0);
    *b = (box){NULL, &mark_key};
    luaL_setmetatable(L, kind->name);
    return &b->object;
}

void lua_wick_push_shared(lua_State *L, lua_shared *object)
{
    if (object->kind->push) {
        object->kind->push(L, object);
        return;
    }
    lua_shared **slot = lua_wick_push_shared_box(L, object->kind);
    lua_wick_shared_retain(object);
    *slot = object;
}

static box *to_box(lua_State *L, int index)
{
    box *b = lua_touserdata(L, index);
    return b && lua_type(L, index) == LUA_TUSERDATA && lua_rawlen(L, index) == sizeof *b &&
                   b->mark == &mark_key
               ? b
               : NULL;
}

void *lua_wick_to_shared(lua_State *L, int index, const lua_shared_kind *kind)
{
    box *b = to_box(L, index);
    if (b && !b->object)
        lua_wick_error(L, "this object was freed; it cannot be used any more");
    return b && (!kind || b->object->kind == kind) ? b->object : NULL;
}

void *lua_wick_check_shared(lua_State *L, int index, const lua_shared_kind *kind, const char *what)
{
    void *object = lua_wick_to_shared(L, index, kind);
    if (!object)
        lua_wick_error(L, "%s: expected a %s as argument %d, got %s", what, kind->name, index,
                       lua_wick_describe(L, index));
    return object;
}

static int collect(lua_State *L)
{
    box *b = to_box(L, 1);
    if (b) {
        lua_shared *object = b->object;
        b->object = NULL;
        lua_wick_shared_release(object);
    }
    return 0;
}

static int is_same(lua_State *L)
{
    box *a = to_box(L, 1), *b = to_box(L, 2);
    lua_pushboolean(L, a && b && a->object == b->object);
    return 1;
}

void lua_wick_shared_class(lua_State *L, const lua_shared_kind *kind, const luaL_Reg *methods)
{
    static const luaL_Reg common[] = {
        {"__gc", collect}, {"__eq", is_same}, {"free", collect}, {NULL, NULL}};
    if (!luaL_newmetatable(L, kind->name))
        return;
    lua_pushstring(L, kind->name);
    lua_setfield(L, -2, "__typename");
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
    luaL_setfuncs(L, common, 0);
    luaL_setfuncs(L, methods, 0);
}
