/* What Lua states in several threads have in common: counted objects that may stand in any of them,
 * storages and tensors among these, queues that carry messages, and the threads themselves. */
#ifndef LUA_WICK_THREADS_H
#define LUA_WICK_THREADS_H

#include <pthread.h>
#include <stdatomic.h>

#include "lua_wick.h"

/* ---- counted objects (threads_shared.c) ---- */

typedef struct lua_shared lua_shared;

typedef struct lua_shared_kind {
    const char *name;                               /* of its class in Lua */
    void (*free)(lua_shared *object);               /* called by whoever lets go last */
    void (*push)(lua_State *L, lua_shared *object); /* NULL: stands in a box of its class */
} lua_shared_kind;

/* Every object begins with one. Objects are made by malloc and freed by their kind. */
struct lua_shared {
    atomic_size_t refs;
    const lua_shared_kind *kind;
    lua_Integer id; /* 0: cannot be found by its number */
    lua_shared *next, *before;
};

/* Memory for an object of `size` bytes, zeroed, with one reference; NULL: there is none. */
void *lua_wick_shared_new(const lua_shared_kind *kind, size_t size);
void lua_wick_shared_retain(lua_shared *object);
void lua_wick_shared_release(lua_shared *object); /* NULL is fine */
/* Pushes an empty box; what is put there, a reference, belongs to it. */
lua_shared **lua_wick_push_shared_box(lua_State *L, const lua_shared_kind *kind);
/* Pushes the object as this state sees it, with a reference of its own. */
void lua_wick_push_shared(lua_State *L, lua_shared *object);
/* NULL when the value is no object of that kind (NULL: of any); raises for a freed one. */
void *lua_wick_to_shared(lua_State *L, int index, const lua_shared_kind *kind);
/* Raises instead; `what` names the function. */
void *lua_wick_check_shared(lua_State *L, int index, const lua_shared_kind *kind, const char *what);
/* Pushes the class of a kind, made with these methods. */
void lua_wick_shared_class(lua_State *L, const lua_shared_kind *kind, const luaL_Reg *methods);

/* The object's number, by which lua_wick_shared_find gives a new reference to it, NULL when it is
 * gone. */
lua_Integer lua_wick_shared_id(lua_shared *object);
lua_shared *lua_wick_shared_find(const lua_shared_kind *kind, lua_Integer id);

/* ---- storages and tensors (threads_storage.c) ---- */

/* A reference to an object that gives the storage in any state: the same memory, or with `copy` a
 * copy of it. While it lives the storage's size cannot change. */
wick_status lua_wick_share_storage(lua_State *L, wick_storage *storage, bool copy,
                                   lua_shared **shared);
/* The same for a tensor, whose memory is shared. */
wick_status lua_wick_share_tensor(lua_State *L, wick_tensor *tensor, lua_shared **shared);
/* What the value is if it can be had by several states: a new reference; NULL when it cannot.
 * Raises the core's failures. */
lua_shared *lua_wick_share(lua_State *L, int index, bool copy);
void lua_wick_open_shared_storages(lua_State *L); /* into the table on top */

/* ---- states of other threads (threads_state.c) ---- */

/* Where a state finds modules, for states that are to find them there, too; NULL: no memory. */
typedef struct lua_places lua_places;
lua_places *lua_wick_places(lua_State *L);
void lua_wick_free_places(lua_places *places); /* NULL is fine */
/* Opens the standard libraries, sets the paths and requires wick.core. Raises. */
void lua_wick_open_places(lua_State *L, const lua_places *places);
/* What the state's host calls in a new state to make modules found (a Lua function without
 * arguments): states of other threads begin with it. */
void lua_wick_keep_opener(lua_State *L, lua_CFunction opener);
/* Pushes what require(name) returns. */
void lua_wick_require(lua_State *L, const char *name);
/* A message handler: the message with a traceback. */
int lua_wick_traceback(lua_State *L);

/* ---- queues, threads and what they wait for ---- */

extern const lua_shared_kind lua_wick_queue_kind;

/* The time `seconds` from now, for pthread_cond_timedwait on CLOCK_MONOTONIC. */
struct timespec lua_wick_deadline(double seconds);
/* A condition that waits on CLOCK_MONOTONIC. */
void lua_wick_open_condition(pthread_cond_t *condition);

void lua_wick_open_queues(lua_State *L);
void lua_wick_open_workers(lua_State *L);
void lua_wick_open_locks(lua_State *L);

/* Sets core.threads in the table on top. */
void lua_wick_open_threads(lua_State *L);

#endif
