/* Queues between Lua states: messages are strings with the objects they speak of. A queue has
 * lanes, numbered from 0; who takes from one is also given what stands in lane 0. */
#include "threads.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct message {
    lua_shared base;
    struct message *later;
    lua_Integer lane;
    size_t length, count;
    char *text;
    lua_shared **object;
} message;

typedef struct queue {
    lua_shared base;
    pthread_mutex_t lock;
    pthread_cond_t arrival;
    bool closed;
    message *first, *last;
} queue;

void lua_wick_open_condition(pthread_cond_t *condition)
{
    pthread_condattr_t kind;
    pthread_condattr_init(&kind);
    pthread_condattr_setclock(&kind, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &kind);
    pthread_condattr_destroy(&kind);
}

struct timespec lua_wick_deadline(double seconds)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    seconds = seconds > 0 ? seconds < 1e6 ? seconds : 1e6 : 0;
    at.tv_sec += (time_t)seconds;
    at.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

/* ---- messages ---- */

static void free_message(lua_shared *object)
{
    message *m = (message *)object;
    for (size_t i = 0; i < m->count; i++)
        lua_wick_shared_release(m->object[i]);
    free(m->object);
    free(m->text);
    free(m);
}

static const lua_shared_kind message_kind = {"wick.Message", free_message, NULL};

/* Makes the message of the text at 3 and the list at 4 in a box that it pushes. */
static message *push_message(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 3, &length);
    luaL_checktype(L, 4, LUA_TTABLE);
    size_t count = lua_rawlen(L, 4);
    bool copy = lua_toboolean(L, 5);
    lua_shared **slot = lua_wick_push_shared_box(L, &message_kind);
    message *m = lua_wick_shared_new(&message_kind, sizeof *m);
    if (!m)
        luaL_error(L, "not enough memory");
    *slot = &m->base;
    m->text = malloc(length + 1);
    m->object = calloc(count + 1, sizeof *m->object);
    if (!m->text || !m->object)
        luaL_error(L, "not enough memory");
    m->length = length;
    memcpy(m->text, text, length);
    for (; m->count < count; m->count++) {
        lua_rawgeti(L, 4, (lua_Integer)m->count + 1);
        m->object[m->count] = lua_wick_share(L, -1, copy);
        if (!m->object[m->count])
            lua_wick_error(L, "%s cannot go to another thread", lua_wick_describe(L, -1));
        lua_pop(L, 1);
    }
    return m;
}

/* ---- queues ---- */

static void drop_messages(queue *q)
{
    while (q->first) {
        message *m = q->first;
        q->first = m->later;
        lua_wick_shared_release(&m->base);
    }
    q->last = NULL;
}

static void free_queue(lua_shared *object)
{
    queue *q = (queue *)object;
    drop_messages(q);
    pthread_cond_destroy(&q->arrival);
    pthread_mutex_destroy(&q->lock);
    free(q);
}

const lua_shared_kind lua_wick_queue_kind = {"wick.Queue", free_queue, NULL};

static queue *check_queue(lua_State *L, const char *what)
{
    return lua_wick_check_shared(L, 1, &lua_wick_queue_kind, what);
}

/* queue() */
static int new_queue(lua_State *L)
{
    lua_shared **slot = lua_wick_push_shared_box(L, &lua_wick_queue_kind);
    queue *q = lua_wick_shared_new(&lua_wick_queue_kind, sizeof *q);
    if (!q)
        return luaL_error(L, "not enough memory");
    pthread_mutex_init(&q->lock, NULL);
    lua_wick_open_condition(&q->arrival);
    *slot = &q->base;
    return 1;
}

static void append(queue *q, message *m)
{
    if (q->last)
        q->last->later = m;
    else
        q->first = m;
    q->last = m;
}

/* put(lane, text, list of objects [, copy storages]); nothing happens in a closed queue */
static int queue_put(lua_State *L)
{
    queue *q = check_queue(L, "put");
    lua_Integer lane = luaL_checkinteger(L, 2);
    message *m = push_message(L);
    m->lane = lane;
    pthread_mutex_lock(&q->lock);
    if (!q->closed) {
        lua_wick_shared_retain(&m->base);
        append(q, m);
        pthread_cond_broadcast(&q->arrival);
    }
    pthread_mutex_unlock(&q->lock);
    return 0;
}

/* The first message for the lane, taken out; NULL: none. */
static message *take_first(queue *q, lua_Integer lane)
{
    message *before = NULL, *m = q->first;
    while (m && m->lane != 0 && m->lane != lane) {
        before = m;
        m = m->later;
    }
    if (!m)
        return NULL;
    if (before)
        before->later = m->later;
    else
        q->first = m->later;
    if (q->last == m)
        q->last = before;
    m->later = NULL;
    return m;
}

static message *wait_for(queue *q, lua_Integer lane, const struct timespec *until)
{
    int outcome = 0;
    pthread_mutex_lock(&q->lock);
    message *m = take_first(q, lane);
    while (!m && !q->closed && outcome != ETIMEDOUT) {
        outcome = until ? pthread_cond_timedwait(&q->arrival, &q->lock, until)
                        : pthread_cond_wait(&q->arrival, &q->lock);
        m = take_first(q, lane);
    }
    pthread_mutex_unlock(&q->lock);
    return m;
}

/* take(lane [, seconds]) -> text, objects; nothing when none came in time or the queue is closed.
 * Without seconds it waits for as long as it takes. */
static int queue_take(lua_State *L)
{
    queue *q = check_queue(L, "take");
    lua_Integer lane = luaL_checkinteger(L, 2);
    bool timed = !lua_isnoneornil(L, 3);
    struct timespec until = lua_wick_deadline(timed ? luaL_checknumber(L, 3) : 0);
    lua_shared **slot = lua_wick_push_shared_box(L, &message_kind);
    message *m = wait_for(q, lane, timed ? &until : NULL);
    if (!m)
        return 0;
    *slot = &m->base;
    lua_pushlstring(L, m->text, m->length);
    lua_createtable(L, (int)m->count, 0);
    for (size_t i = 0; i < m->count; i++) {
        lua_wick_push_shared(L, m->object[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    *slot = NULL;
    lua_wick_shared_release(&m->base);
    return 2;
}

/* count([lane]) -> how many messages wait there, or in all lanes */
static int queue_count(lua_State *L)
{
    queue *q = check_queue(L, "count");
    bool all = lua_isnoneornil(L, 2);
    lua_Integer lane = all ? 0 : luaL_checkinteger(L, 2), n = 0;
    pthread_mutex_lock(&q->lock);
    for (const message *m = q->first; m; m = m->later)
        n += all || m->lane == lane;
    pthread_mutex_unlock(&q->lock);
    lua_pushinteger(L, n);
    return 1;
}

/* close(): who waits goes home, and what waits is dropped. */
static int queue_close(lua_State *L)
{
    queue *q = check_queue(L, "close");
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    drop_messages(q);
    pthread_cond_broadcast(&q->arrival);
    pthread_mutex_unlock(&q->lock);
    return 0;
}

void lua_wick_open_queues(lua_State *L)
{
    static const luaL_Reg none[] = {{NULL, NULL}};
    static const luaL_Reg methods[] = {{"put", queue_put},
                                       {"take", queue_take},
                                       {"count", queue_count},
                                       {"close", queue_close},
                                       {NULL, NULL}};
    lua_wick_shared_class(L, &message_kind, none);
    lua_wick_shared_class(L, &lua_wick_queue_kind, methods);
    lua_pop(L, 2);
    lua_pushcfunction(L, new_queue);
    lua_setfield(L, -2, "queue");
}
