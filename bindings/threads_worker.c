/* Threads that run Lua states of their own. A worker opens the libraries, finds the modules where
 * its maker found them, and calls what the module "threads.worker" returns. It lives on when its
 * maker does not wait for it, and cleans up after itself. */
#include "threads.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { STACK_BYTES = 8 << 20 };

typedef struct worker {
    lua_shared base;
    pthread_mutex_t lock;
    pthread_cond_t end;
    bool done;
    wick_context *context; /* once the state is open */
    char *message;         /* what ended it; NULL: nothing out of order */
    lua_places *places;
    char *code;
    lua_shared *inbox, *outbox;
    int number;
} worker;

static void free_worker(lua_shared *object)
{
    worker *w = (worker *)object;
    lua_wick_shared_release(w->inbox);
    lua_wick_shared_release(w->outbox);
    wick_context_release(w->context);
    free(w->message);
    lua_wick_free_places(w->places);
    free(w->code);
    pthread_cond_destroy(&w->end);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

static const lua_shared_kind worker_kind = {"wick.Worker", free_worker, NULL};

/* ---- in the thread ---- */

static void note_context(worker *w, wick_context *context)
{
    wick_context_retain(context);
    pthread_mutex_lock(&w->lock);
    w->context = context;
    pthread_mutex_unlock(&w->lock);
}

/* Runs under lua_pcall: (worker). */
static int begin(lua_State *L)
{
    worker *w = lua_touserdata(L, 1);
    lua_wick_open_places(L, w->places);
    note_context(w, lua_wick_context(L));
    lua_wick_require(L, "threads.worker");
    lua_pushinteger(L, w->number);
    lua_wick_push_shared(L, w->inbox);
    lua_wick_push_shared(L, w->outbox);
    lua_pushstring(L, w->code);
    lua_call(L, 4, 0);
    return 0;
}

static char *copy_text(const char *text)
{
    return strdup(text ? text : "not enough memory");
}

static char *live(worker *w)
{
    lua_State *L = luaL_newstate();
    if (!L)
        return copy_text(NULL);
    char *message = NULL;
    lua_pushcfunction(L, lua_wick_traceback);
    lua_pushcfunction(L, begin);
    lua_pushlightuserdata(L, w);
    if (lua_pcall(L, 1, 0, 1) != LUA_OK)
        message = copy_text(lua_tostring(L, -1));
    lua_close(L);
    return message;
}

static void *run(void *argument)
{
    worker *w = argument;
    char *message = live(w);
    pthread_mutex_lock(&w->lock);
    w->message = message;
    w->done = true;
    pthread_cond_broadcast(&w->end);
    pthread_mutex_unlock(&w->lock);
    lua_wick_shared_release(&w->base);
    return NULL;
}

/* ---- in its maker ---- */

static worker *check_worker(lua_State *L, const char *what)
{
    return lua_wick_check_shared(L, 1, &worker_kind, what);
}

/* Signals go to the threads that were there before. */
static int launch(worker *w)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    lua_wick_shared_retain(&w->base);
    int error = pthread_create(&thread, &attributes, run, w);
    if (error)
        lua_wick_shared_release(&w->base);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

/* worker(number, inbox, outbox, code): a thread whose "threads.worker" is called with these. */
static int new_worker(lua_State *L)
{
    lua_Integer number = luaL_checkinteger(L, 1);
    lua_shared *inbox = lua_wick_check_shared(L, 2, &lua_wick_queue_kind, "worker");
    lua_shared *outbox = lua_wick_check_shared(L, 3, &lua_wick_queue_kind, "worker");
    const char *code = luaL_checkstring(L, 4);
    lua_shared **slot = lua_wick_push_shared_box(L, &worker_kind);
    worker *w = lua_wick_shared_new(&worker_kind, sizeof *w);
    if (!w)
        return luaL_error(L, "not enough memory");
    pthread_mutex_init(&w->lock, NULL);
    lua_wick_open_condition(&w->end);
    *slot = &w->base;
    w->number = (int)number;
    lua_wick_shared_retain(inbox);
    lua_wick_shared_retain(outbox);
    w->inbox = inbox;
    w->outbox = outbox;
    w->code = copy_text(code);
    w->places = lua_wick_places(L);
    int error = w->code && w->places ? launch(w) : -1;
    if (error)
        return lua_wick_error(L, "threads: the system gives no thread: %s",
                              error < 0 ? "not enough memory" : strerror(error));
    return 1;
}

/* interrupt(): the operation that the worker is in, or its next one, fails. */
static int worker_interrupt(lua_State *L)
{
    worker *w = check_worker(L, "interrupt");
    pthread_mutex_lock(&w->lock);
    if (w->context && !w->done)
        wick_context_interrupt(w->context);
    pthread_mutex_unlock(&w->lock);
    return 0;
}

/* wait(seconds) -> whether the worker has ended, and the message of the error that ended it */
static int worker_wait(lua_State *L)
{
    worker *w = check_worker(L, "wait");
    struct timespec until = lua_wick_deadline(luaL_checknumber(L, 2));
    int outcome = 0;
    pthread_mutex_lock(&w->lock);
    while (!w->done && outcome == 0)
        outcome = pthread_cond_timedwait(&w->end, &w->lock, &until);
    bool done = w->done;
    pthread_mutex_unlock(&w->lock);
    lua_pushboolean(L, done);
    if (done && w->message)
        lua_pushstring(L, w->message);
    else
        lua_pushnil(L);
    return 2;
}

void lua_wick_open_workers(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"interrupt", worker_interrupt}, {"wait", worker_wait}, {NULL, NULL}};
    lua_wick_shared_class(L, &worker_kind, methods);
    lua_pop(L, 1);
    lua_pushcfunction(L, new_worker);
    lua_setfield(L, -2, "worker");
}
