/* tds.Hash: pairs found by their keys. Entries stand in the order of their making, chained by the
 * buckets of their digests; places of removed ones are used again. */
#include "tds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NONE = -1, FIRST_BUCKETS = 8 };

typedef struct entry {
    tds_element key, value; /* key nil: a free place */
    uint64_t digest;
    int64_t next; /* in its bucket, or among the free places */
} entry;

typedef struct hash {
    tds_container base;
    int64_t count, used, capacity; /* pairs, places used so far, places */
    int64_t free_place;
    int64_t buckets; /* a power of two, or 0 */
    int64_t *bucket;
    entry *at;
} hash;

static void destroy(tds_container *container)
{
    hash *h = (hash *)container;
    for (int64_t i = 0; i < h->used; i++) {
        lua_wick_tds_release(&h->at[i].key);
        lua_wick_tds_release(&h->at[i].value);
    }
    free(h->bucket);
    free(h->at);
}

static const lua_shared_kind hash_kind = {"tds.Hash", lua_wick_free_container, NULL};

static hash *check_hash(lua_State *L)
{
    return lua_wick_check_shared(L, 1, &hash_kind, "tds.Hash");
}

static int new_hash(lua_State *L)
{
    hash *h = lua_wick_new_container(L, &hash_kind, sizeof *h, destroy);
    h->free_place = NONE;
    return 1;
}

/* ---- under the lock ---- */

static int64_t *bucket_of(const hash *h, uint64_t digest)
{
    return &h->bucket[digest & (uint64_t)(h->buckets - 1)];
}

/* What points to the entry of that key, NULL: none. */
static int64_t *find(const hash *h, const tds_element *key, uint64_t digest)
{
    if (h->buckets == 0)
        return NULL;
    for (int64_t *link = bucket_of(h, digest); *link != NONE; link = &h->at[*link].next)
        if (h->at[*link].digest == digest && lua_wick_tds_equal(&h->at[*link].key, key))
            return link;
    return NULL;
}

static bool rehash(hash *h)
{
    int64_t buckets = h->buckets ? 2 * h->buckets : FIRST_BUCKETS;
    int64_t *bucket = malloc(sizeof *bucket * (size_t)buckets);
    if (!bucket)
        return false;
    free(h->bucket);
    h->bucket = bucket;
    h->buckets = buckets;
    for (int64_t i = 0; i < buckets; i++)
        bucket[i] = NONE;
    for (int64_t i = 0; i < h->used; i++)
        if (h->at[i].key.kind != TDS_NIL) {
            int64_t *first = bucket_of(h, h->at[i].digest);
            h->at[i].next = *first;
            *first = i;
        }
    return true;
}

static bool grow(hash *h)
{
    int64_t capacity = h->capacity ? 2 * h->capacity : FIRST_BUCKETS;
    entry *at = realloc(h->at, sizeof *at * (size_t)capacity);
    if (!at)
        return false;
    h->at = at;
    h->capacity = capacity;
    return true;
}

/* A place for a new entry, or NONE without memory. */
static int64_t take_place(hash *h)
{
    int64_t place = h->free_place;
    if (place != NONE) {
        h->free_place = h->at[place].next;
        return place;
    }
    if (h->used == h->capacity && !grow(h))
        return NONE;
    return h->used++;
}

static bool insert(hash *h, const tds_element *key, const tds_element *value, uint64_t digest)
{
    if (h->count >= h->buckets && !rehash(h))
        return false;
    int64_t place = take_place(h);
    if (place == NONE)
        return false;
    int64_t *first = bucket_of(h, digest);
    h->at[place] = (entry){*key, *value, digest, *first};
    *first = place;
    h->count++;
    return true;
}

static void take_out(hash *h, int64_t *link, tds_element *key, tds_element *value)
{
    int64_t place = *link;
    entry *e = &h->at[place];
    *link = e->next;
    *key = e->key;
    *value = e->value;
    *e = (entry){.next = h->free_place};
    h->free_place = place;
    h->count--;
}

/* Sets the pair; what is not needed any more is left in key and value. */
static bool set(hash *h, tds_element *key, tds_element *value)
{
    uint64_t digest = lua_wick_tds_digest(key);
    int64_t *link = find(h, key, digest);
    if (!link && value->kind == TDS_NIL)
        return true;
    if (!link) {
        if (!insert(h, key, value, digest))
            return false;
        key->kind = value->kind = TDS_NIL;
    } else if (value->kind != TDS_NIL) {
        tds_element before = h->at[*link].value;
        h->at[*link].value = *value;
        *value = before;
    } else {
        tds_element given = *key;
        take_out(h, link, key, value);
        lua_wick_tds_release(&given);
    }
    return true;
}

/* ---- from Lua ---- */

static void refuse_key(lua_State *L, int index)
{
    if (lua_type(L, index) == LUA_TNUMBER && isnan(lua_tonumber(L, index)))
        lua_wick_error(L, "tds.Hash: NaN cannot be a key");
}

/* Keys that are whole numbers are integers, as in Lua's tables. */
static void make_key(tds_element *key)
{
    lua_Integer whole;
    if (key->kind == TDS_NUMBER && lua_numbertointeger(key->number, &whole) &&
        (lua_Number)whole == key->number)
        *key = (tds_element){.kind = TDS_INTEGER, .integer = whole};
}

/* Whether the value of the key could be copied; NULL `glance`: it is kept instead. */
static bool look(hash *h, const tds_element *key, tds_glance *glance, tds_element *kept)
{
    bool seen = true;
    if (glance)
        glance->plain.kind = TDS_NIL;
    pthread_mutex_lock(&h->base.lock);
    const int64_t *link = find(h, key, lua_wick_tds_digest(key));
    if (link && glance)
        seen = lua_wick_tds_glance(&h->at[*link].value, glance);
    else if (link)
        *kept = lua_wick_tds_retain(&h->at[*link].value);
    pthread_mutex_unlock(&h->base.lock);
    return seen;
}

static int hash_get(lua_State *L)
{
    tds_glance glance;
    hash *h = check_hash(L);
    refuse_key(L, 2);
    tds_element key = lua_wick_tds_read(L, 2, "tds.Hash");
    make_key(&key);
    bool seen = look(h, &key, &glance, NULL);
    lua_wick_tds_release(&key);
    if (seen) {
        lua_wick_tds_push_glance(L, &glance);
        return 1;
    }
    tds_element *kept = lua_wick_tds_keep(L);
    key = lua_wick_tds_read(L, 2, "tds.Hash");
    make_key(&key);
    look(h, &key, NULL, kept);
    lua_wick_tds_release(&key);
    lua_wick_tds_push_kept(L);
    return 1;
}

/* Sets the pair and lets go of what key and value hold then. */
static int set_pair(lua_State *L, hash *h, tds_element *key, tds_element *value)
{
    make_key(key);
    pthread_mutex_lock(&h->base.lock);
    bool done = set(h, key, value);
    pthread_mutex_unlock(&h->base.lock);
    lua_wick_tds_release(key);
    lua_wick_tds_release(value);
    return done ? 0 : luaL_error(L, "not enough memory");
}

static int set_objects(lua_State *L, hash *h)
{
    tds_element *key = lua_wick_tds_keep(L), *value = lua_wick_tds_keep(L);
    *key = lua_wick_tds_read(L, 2, "tds.Hash");
    *value = lua_wick_tds_read(L, 3, "tds.Hash");
    lua_wick_refuse_itself(L, &h->base, key);
    lua_wick_refuse_itself(L, &h->base, value);
    return set_pair(L, h, key, value);
}

static int hash_set(lua_State *L)
{
    hash *h = check_hash(L);
    tds_element key, value = {.kind = TDS_NIL};
    refuse_key(L, 2);
    if (lua_isnil(L, 2))
        return lua_wick_error(L, "tds.Hash: nil cannot be a key");
    bool plain = lua_wick_tds_is_plain(L, 2, "tds.Hash");
    if (!lua_wick_tds_is_plain(L, 3, "tds.Hash") || !plain)
        return set_objects(L, h);
    if (lua_wick_tds_read_plain(L, 2, &key) && lua_wick_tds_read_plain(L, 3, &value))
        return set_pair(L, h, &key, &value);
    lua_wick_tds_release(&key);
    return luaL_error(L, "not enough memory");
}

static int hash_size(lua_State *L)
{
    hash *h = check_hash(L);
    pthread_mutex_lock(&h->base.lock);
    int64_t count = h->count;
    pthread_mutex_unlock(&h->base.lock);
    lua_pushinteger(L, count);
    return 1;
}

/* The first place from there on with a pair, or where they end. */
static int64_t skip_free(const hash *h, int64_t place)
{
    while (place < h->used && h->at[place].key.kind == TDS_NIL)
        place++;
    return place;
}

/* Pushes one of the pair at a place: what it was a moment ago is nil when it is gone. */
static void push_part(lua_State *L, hash *h, int64_t place, size_t offset)
{
    tds_glance glance = {.plain = {.kind = TDS_NIL}};
    pthread_mutex_lock(&h->base.lock);
    bool seen = place >= h->used ||
                lua_wick_tds_glance((tds_element *)((char *)&h->at[place] + offset), &glance);
    pthread_mutex_unlock(&h->base.lock);
    if (seen) {
        lua_wick_tds_push_glance(L, &glance);
        return;
    }
    tds_element *kept = lua_wick_tds_keep(L);
    pthread_mutex_lock(&h->base.lock);
    if (place < h->used)
        *kept = lua_wick_tds_retain((tds_element *)((char *)&h->at[place] + offset));
    pthread_mutex_unlock(&h->base.lock);
    lua_wick_tds_push_kept(L);
}

/* next(hash, place) -> the place behind that of the next pair, key, value; nothing at the end */
static int hash_next(lua_State *L)
{
    hash *h = check_hash(L);
    int64_t place = luaL_checkinteger(L, 2);
    if (place < 0)
        return 0;
    pthread_mutex_lock(&h->base.lock);
    place = skip_free(h, place);
    bool ended = place >= h->used;
    pthread_mutex_unlock(&h->base.lock);
    if (ended)
        return 0;
    lua_pushinteger(L, place + 1);
    push_part(L, h, place, offsetof(entry, key));
    push_part(L, h, place, offsetof(entry, value));
    return 3;
}

void lua_wick_open_tds_hash(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"__index", hash_get}, {"__newindex", hash_set}, {"__len", hash_size}, {NULL, NULL}};
    lua_wick_shared_class(L, &hash_kind, methods);
    lua_setfield(L, -2, "Hash");
    lua_pushcfunction(L, new_hash);
    lua_setfield(L, -2, "hash");
    lua_pushcfunction(L, hash_next);
    lua_setfield(L, -2, "next");
}
