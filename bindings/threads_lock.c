/* Mutexes, conditions and counters that several Lua states use. Waiting is cut into short turns, so
 * that Lua sees to Ctrl-C between them (lua/threads/lock.lua). */
#include "threads.h"

#include <stdlib.h>

/* A mutex or a condition. */
typedef struct gate {
    lua_shared base;
    pthread_mutex_t lock;
    pthread_cond_t change;
    bool locked;          /* mutex */
    pthread_t holder;     /* of a locked mutex */
    int64_t waiting, due; /* condition: who waits, and how many of them may go on */
} gate;

typedef struct counter {
    lua_shared base;
    atomic_llong value;
} counter;

static void free_gate(lua_shared *object)
{
    gate *g = (gate *)object;
    pthread_cond_destroy(&g->change);
    pthread_mutex_destroy(&g->lock);
    free(g);
}

static void free_counter(lua_shared *object)
{
    free(object);
}

static const lua_shared_kind mutex_kind = {"threads.Mutex", free_gate, NULL};
static const lua_shared_kind condition_kind = {"threads.Condition", free_gate, NULL};
static const lua_shared_kind counter_kind = {"tds.AtomicCounter", free_counter, NULL};

/* Pushes the object that has the number at 1. */
static int push_numbered(lua_State *L, const lua_shared_kind *kind)
{
    lua_Integer id = luaL_checkinteger(L, 1);
    lua_shared **slot = lua_wick_push_shared_box(L, kind);
    *slot = lua_wick_shared_find(kind, id);
    if (!*slot)
        return lua_wick_error(L, "there is no %s with the id %lld; it may have been freed",
                              kind->name, (long long)id);
    return 1;
}

static int new_gate(lua_State *L, const lua_shared_kind *kind)
{
    if (!lua_isnoneornil(L, 1))
        return push_numbered(L, kind);
    lua_shared **slot = lua_wick_push_shared_box(L, kind);
    gate *g = lua_wick_shared_new(kind, sizeof *g);
    if (!g)
        return luaL_error(L, "not enough memory");
    pthread_mutex_init(&g->lock, NULL);
    lua_wick_open_condition(&g->change);
    *slot = &g->base;
    return 1;
}

static int object_id(lua_State *L)
{
    lua_shared *object = lua_wick_to_shared(L, 1, NULL);
    if (!object)
        return lua_wick_error(L, "id: expected a mutex, a condition or a counter, got %s",
                              lua_wick_describe(L, 1));
    lua_pushinteger(L, lua_wick_shared_id(object));
    return 1;
}

/* ---- mutexes ---- */

static int new_mutex(lua_State *L)
{
    return new_gate(L, &mutex_kind);
}

/* tryLock(seconds) -> whether the mutex is ours now */
static int mutex_try(lua_State *L)
{
    gate *g = lua_wick_check_shared(L, 1, &mutex_kind, "lock");
    struct timespec until = lua_wick_deadline(luaL_optnumber(L, 2, 0));
    int outcome = 0;
    pthread_mutex_lock(&g->lock);
    bool mine = g->locked && pthread_equal(g->holder, pthread_self());
    while (!mine && g->locked && outcome == 0)
        outcome = pthread_cond_timedwait(&g->change, &g->lock, &until);
    bool taken = !g->locked;
    if (taken) {
        g->locked = true;
        g->holder = pthread_self();
    }
    pthread_mutex_unlock(&g->lock);
    if (mine)
        return lua_wick_error(L, "lock: this thread has the mutex already");
    lua_pushboolean(L, taken);
    return 1;
}

static bool unlock(gate *g)
{
    pthread_mutex_lock(&g->lock);
    bool mine = g->locked && pthread_equal(g->holder, pthread_self());
    if (mine) {
        g->locked = false;
        pthread_cond_signal(&g->change);
    }
    pthread_mutex_unlock(&g->lock);
    return mine;
}

static int mutex_unlock(lua_State *L)
{
    if (!unlock(lua_wick_check_shared(L, 1, &mutex_kind, "unlock")))
        return lua_wick_error(L, "unlock: this thread has not locked the mutex");
    return 0;
}

/* ---- conditions ---- */

static int new_condition(lua_State *L)
{
    return new_gate(L, &condition_kind);
}

/* enter(mutex): joins those who wait and unlocks the mutex. */
static int condition_enter(lua_State *L)
{
    gate *g = lua_wick_check_shared(L, 1, &condition_kind, "wait");
    gate *mutex = lua_wick_check_shared(L, 2, &mutex_kind, "wait");
    pthread_mutex_lock(&g->lock);
    g->waiting++;
    pthread_mutex_unlock(&g->lock);
    if (unlock(mutex))
        return 0;
    pthread_mutex_lock(&g->lock);
    g->waiting--;
    pthread_mutex_unlock(&g->lock);
    return lua_wick_error(L, "wait: this thread has not locked the mutex");
}

/* await(seconds) -> whether one who waits may go on */
static int condition_await(lua_State *L)
{
    gate *g = lua_wick_check_shared(L, 1, &condition_kind, "wait");
    struct timespec until = lua_wick_deadline(luaL_checknumber(L, 2));
    int outcome = 0;
    pthread_mutex_lock(&g->lock);
    while (g->due == 0 && outcome == 0)
        outcome = pthread_cond_timedwait(&g->change, &g->lock, &until);
    bool goes_on = g->due > 0;
    if (goes_on) {
        g->due--;
        g->waiting--;
    }
    pthread_mutex_unlock(&g->lock);
    lua_pushboolean(L, goes_on);
    return 1;
}

/* signal(): one of those who wait goes on. */
static int condition_signal(lua_State *L)
{
    gate *g = lua_wick_check_shared(L, 1, &condition_kind, "signal");
    pthread_mutex_lock(&g->lock);
    if (g->due < g->waiting) {
        g->due++;
        pthread_cond_signal(&g->change);
    }
    pthread_mutex_unlock(&g->lock);
    return 0;
}

/* ---- counters ---- */

static atomic_llong *count_of(lua_State *L, const char *what)
{
    return &((counter *)lua_wick_check_shared(L, 1, &counter_kind, what))->value;
}

/* counter([value]) or counterOf(id) */
static int new_counter(lua_State *L)
{
    lua_Integer value = luaL_optinteger(L, 1, 0);
    lua_shared **slot = lua_wick_push_shared_box(L, &counter_kind);
    counter *c = lua_wick_shared_new(&counter_kind, sizeof *c);
    if (!c)
        return luaL_error(L, "not enough memory");
    atomic_init(&c->value, value);
    *slot = &c->base;
    return 1;
}

static int find_counter(lua_State *L)
{
    return push_numbered(L, &counter_kind);
}

static int counter_get(lua_State *L)
{
    lua_pushinteger(L, atomic_load(count_of(L, "get")));
    return 1;
}

static int counter_set(lua_State *L)
{
    atomic_store(count_of(L, "set"), luaL_checkinteger(L, 2));
    return 0;
}

/* inc([step]) -> the count before */
static int counter_inc(lua_State *L)
{
    lua_pushinteger(L, atomic_fetch_add(count_of(L, "inc"), luaL_optinteger(L, 2, 1)));
    return 1;
}

static int counter_dec(lua_State *L)
{
    lua_pushinteger(L, atomic_fetch_sub(count_of(L, "dec"), luaL_optinteger(L, 2, 1)));
    return 1;
}

/* ---- opening ---- */

static void add_class(lua_State *L, const char *field, const lua_shared_kind *kind,
                      const luaL_Reg *methods)
{
    lua_wick_shared_class(L, kind, methods);
    lua_setfield(L, -2, field);
}

void lua_wick_open_locks(lua_State *L)
{
    static const luaL_Reg mutex[] = {
        {"tryLock", mutex_try}, {"unlock", mutex_unlock}, {"id", object_id}, {NULL, NULL}};
    static const luaL_Reg condition[] = {{"enter", condition_enter},
                                         {"await", condition_await},
                                         {"signal", condition_signal},
                                         {"id", object_id},
                                         {NULL, NULL}};
    static const luaL_Reg count[] = {{"get", counter_get}, {"set", counter_set},
                                     {"inc", counter_inc}, {"dec", counter_dec},
                                     {"id", object_id},    {NULL, NULL}};
    static const luaL_Reg functions[] = {{"mutex", new_mutex},
                                         {"condition", new_condition},
                                         {"counter", new_counter},
                                         {"counterOf", find_counter},
                                         {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
    add_class(L, "Mutex", &mutex_kind, mutex);
    add_class(L, "Condition", &condition_kind, condition);
    add_class(L, "Counter", &counter_kind, count);
}

void lua_wick_open_threads(lua_State *L)
{
    lua_newtable(L);
    lua_wick_open_shared_storages(L);
    lua_wick_open_queues(L);
    lua_wick_open_workers(L);
    lua_wick_open_locks(L);
    lua_setfield(L, -2, "threads");
}
