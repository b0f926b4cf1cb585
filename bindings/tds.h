/* Hashes and vectors that live outside Lua's heap and that several Lua states share. */
#ifndef LUA_WICK_TDS_H
#define LUA_WICK_TDS_H

#include "threads.h"

/* ---- elements (tds.c) ---- */

typedef enum tds_kind {
    TDS_NIL,
    TDS_BOOLEAN,
    TDS_INTEGER,
    TDS_NUMBER,
    TDS_STRING,
    TDS_OBJECT /* a tensor, a storage, a hash, a vector, a counter */
} tds_kind;

typedef struct tds_string {
    atomic_size_t refs;
    size_t length;
    char text[];
} tds_string;

typedef struct tds_element {
    tds_kind kind;
    union {
        bool boolean;
        lua_Integer integer;
        lua_Number number;
        tds_string *string;
        lua_shared *object;
    };
} tds_element;

/* The value at `index` as an element, with references of its own; raises for what is none. `what`
 * names the function. */
tds_element lua_wick_tds_read(lua_State *L, int index, const char *what);
/* Pushes the element's value. It may raise: the caller holds the element by references of its own.
 */
void lua_wick_tds_push(lua_State *L, const tds_element *element);
/* Whether the value is a number, a string or another plain one, which lua_wick_tds_read_plain reads
 * without ever raising; it returns false without memory. Raises for what is no element. */
bool lua_wick_tds_is_plain(lua_State *L, int index, const char *what);
bool lua_wick_tds_read_plain(lua_State *L, int index, tds_element *element);
/* Another reference to what the element holds. */
tds_element lua_wick_tds_retain(const tds_element *element);
void lua_wick_tds_release(tds_element *element);
/* Pushes a box for an element, which keeps it until lua_wick_tds_push_kept or until it is
 * collected: so nothing leaks when a push raises. */
tds_element *lua_wick_tds_keep(lua_State *L);
/* Pushes the value of the element in the box on top, in its place. */
void lua_wick_tds_push_kept(lua_State *L);

/* A copy of an element that needs no reference: a plain value, or a short string. */
typedef struct tds_glance {
    tds_element plain;
    size_t length;
    char text[256];
} tds_glance;

/* Takes the copy, under the lock; false: the element is of another kind. */
bool lua_wick_tds_glance(const tds_element *element, tds_glance *glance);
void lua_wick_tds_push_glance(lua_State *L, const tds_glance *glance);

bool lua_wick_tds_equal(const tds_element *a, const tds_element *b);
uint64_t lua_wick_tds_digest(const tds_element *element);

/* ---- containers (tds_hash.c, tds_vec.c) ---- */

/* Hashes and vectors begin with one. The lock is never held while Lua runs. */
typedef struct tds_container {
    lua_shared base;
    pthread_mutex_t lock;
    void (*destroy)(struct tds_container *container); /* frees all but the lock */
} tds_container;

/* Makes the container of a kind in a box that it pushes; `destroy` and its size in bytes. */
void *lua_wick_new_container(lua_State *L, const lua_shared_kind *kind, size_t size,
                             void (*destroy)(tds_container *container));
/* What frees containers. Those inside others are freed in turn, however deep they are. */
void lua_wick_free_container(lua_shared *object);
/* Raises when the element is the container itself, which would live for ever. */
void lua_wick_refuse_itself(lua_State *L, const tds_container *container, tds_element *element);

void lua_wick_open_tds_hash(lua_State *L);
void lua_wick_open_tds_vec(lua_State *L);

/* Sets core.tds in the table on top. */
void lua_wick_open_tds(lua_State *L);

#endif
