/* wick_lua_call: a script's function within a deadline and a memory budget. A thread watches the
 * time; when it is up, a hook ends Lua's code and the context's interrupt the core's. */
#include "wick_lua.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#include "threads.h"

/* ---- Lua's memory ---------------------------------------------------------------------------- */

/* Stands before the host's allocator while a call runs. */
typedef struct meter {
    lua_Alloc allocate;
    void *host;
    size_t used, limit; /* bytes beyond those at the beginning; what is freed of those counts not */
} meter;

static void *metered(void *host, void *block, size_t before, size_t bytes)
{
    meter *m = host;
    size_t held = block ? before : 0; /* else Lua says what kind of object is made */
    if (bytes > held && bytes - held > m->limit - m->used)
        return NULL;
    void *moved = m->allocate(m->host, block, before, bytes);
    if (bytes > held && moved)
        m->used += bytes - held;
    else if (bytes <= held)
        m->used -= held - bytes < m->used ? held - bytes : m->used;
    return moved;
}

static void begin_meter(lua_State *L, meter *m, size_t limit)
{
    m->allocate = lua_getallocf(L, &m->host);
    m->limit = limit;
    if (limit > 0)
        lua_setallocf(L, metered, m);
}

static void end_meter(lua_State *L, const meter *m)
{
    lua_setallocf(L, m->allocate, m->host);
}

/* ---- tensors' memory ------------------------------------------------------------------------- */

/* Lets tensors have `bytes` more, but never more than before; returns the limit there was. */
static size_t limit_tensors(wick_context *context, size_t bytes)
{
    wick_memory memory = wick_context_memory(context);
    if (bytes > 0 && bytes < SIZE_MAX - memory.live) {
        size_t limit = memory.live + bytes;
        wick_context_set_limit(context,
                               memory.limit && memory.limit < limit ? memory.limit : limit);
    }
    return memory.limit;
}

/* ---- time ------------------------------------------------------------------------------------ */

typedef struct watch {
    const struct watch *outer; /* of the call that this one is in */
    wick_context *context;
    double seconds; /* 0: nobody watches */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t end;
    bool done;
    atomic_bool expired;
} watch;

/* In the registry: the watch of the call that runs. */
static const char watch_key;

static bool is_expired(const watch *w)
{
    for (; w; w = w->outer)
        if (atomic_load(&w->expired))
            return true;
    return false;
}

/* Once the time is up it comes with every instruction, so that no pcall gets far. */
static void check_time(lua_State *L, lua_Debug *call)
{
    (void)call;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &watch_key);
    const watch *w = lua_touserdata(L, -1);
    lua_pop(L, 1);
    if (!is_expired(w))
        return;
    lua_sethook(L, check_time, LUA_MASKCOUNT, 1);
    luaL_error(L, "interrupted");
}

/* Interrupts again and again: an operation forgets an interrupt once it has failed of it. */
static void *watch_time(void *argument)
{
    enum { OFTEN = 100 }; /* times a second */
    watch *w = argument;
    struct timespec until = lua_wick_deadline(w->seconds);
    pthread_mutex_lock(&w->lock);
    while (!w->done) {
        if (pthread_cond_timedwait(&w->end, &w->lock, &until) != ETIMEDOUT || w->done)
            continue;
        atomic_store(&w->expired, true);
        wick_context_interrupt(w->context);
        until = lua_wick_deadline(1.0 / OFTEN);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* Signals go to the host's threads. */
static int start_thread(watch *w)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&w->thread, NULL, watch_time, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

static bool begin_watch(watch *w)
{
    if (!(w->seconds > 0))
        return true;
    pthread_mutex_init(&w->lock, NULL);
    lua_wick_open_condition(&w->end);
    if (start_thread(w) == 0)
        return true;
    pthread_cond_destroy(&w->end);
    pthread_mutex_destroy(&w->lock);
    return false;
}

static void end_watch(watch *w)
{
    if (!(w->seconds > 0))
        return;
    pthread_mutex_lock(&w->lock);
    w->done = true;
    pthread_cond_signal(&w->end);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->end);
    pthread_mutex_destroy(&w->lock);
    if (atomic_load(&w->expired))
        wick_context_clear_interrupt(w->context);
}

/* ---- calling --------------------------------------------------------------------------------- */

static int call_watched(lua_State *L, int arguments, int results, watch *w)
{
    enum { SELDOM = 1000 }; /* instructions between two looks at the clock */
    lua_Hook hook = lua_gethook(L);
    int mask = lua_gethookmask(L), count = lua_gethookcount(L);
    if (w->seconds > 0)
        lua_sethook(L, check_time, LUA_MASKCOUNT, SELDOM);
    int status = lua_pcall(L, arguments, results, 0);
    lua_sethook(L, hook, mask, count);
    return status;
}

static void set_watch(lua_State *L, const watch *w)
{
    lua_pushlightuserdata(L, (void *)w);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &watch_key);
}

/* Asked before the thread begins, while errors may be raised. */
static const watch *outer_watch(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &watch_key);
    const watch *outer = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return outer;
}

static wick_status outcome(int status, const watch *w)
{
    if (status == LUA_OK)
        return WICK_OK;
    if (w->seconds > 0 && atomic_load(&w->expired))
        return WICK_EINTERRUPT;
    return status == LUA_ERRMEM ? WICK_ENOMEM : WICK_ECALLBACK;
}

wick_status wick_lua_call(lua_State *L, int arguments, int results, const wick_lua_limits *limits)
{
    static const wick_lua_limits none;
    const wick_lua_limits *within = limits ? limits : &none;
    meter lua_memory = {0};
    watch time = {
        .outer = outer_watch(L), .context = lua_wick_context(L), .seconds = within->seconds};
    set_watch(L, &time);
    if (!begin_watch(&time)) {
        set_watch(L, time.outer);
        lua_settop(L, -arguments - 2);
        lua_pushliteral(L, "the system gives no thread to watch the time");
        return WICK_ENOMEM;
    }
    size_t limit = limit_tensors(time.context, within->tensor_bytes);
    begin_meter(L, &lua_memory, within->lua_bytes);
    int status = call_watched(L, arguments, results, &time);
    end_meter(L, &lua_memory);
    wick_context_set_limit(time.context, limit);
    end_watch(&time);
    set_watch(L, time.outer);
    return outcome(status, &time);
}
