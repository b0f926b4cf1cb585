/* The packs of a storage: a list, newest first, one a view. */
#include "tensor/packs.h"

#include <string.h>

enum { MOST_TIMES = 8 }; /* packs take at most so many times the storage's bytes */

struct wick__pack {
    struct wick__pack *next;
    int64_t offset, count; /* the elements it was made of */
    uint64_t version;      /* of theirs */
    wick__pack_key key;
    void *data;
    size_t bytes;
};

/* Whether every write to the memory is counted. */
static bool is_seen(const wick_storage *storage)
{
    return !storage->borrowed && !storage->lent;
}

static bool is_of(const struct wick__pack *pack, const wick_tensor *t)
{
    return pack->offset == t->offset && pack->count == wick__count(t);
}

static void free_pack(wick_context *context, struct wick__pack *pack)
{
    wick__free(context, pack->data, pack->bytes);
    wick__free(context, pack, sizeof *pack);
}

/* Takes the pack that *link leads to off the list. */
static void drop_one(wick_storage *storage, struct wick__pack **link)
{
    struct wick__pack *pack = *link;
    *link = pack->next;
    storage->pack_bytes -= pack->bytes;
    free_pack(storage->context, pack);
}

const void *wick__pack_find(const wick_tensor *t, const wick__pack_key *key)
{
    if (!t->storage || !is_seen(t->storage))
        return NULL;
    for (const struct wick__pack *p = t->storage->packs; p; p = p->next)
        if (is_of(p, t))
            return p->version == wick__version(t) && memcmp(&p->key, key, sizeof *key) == 0
                       ? p->data
                       : NULL;
    return NULL;
}

/* What t had, and everything where there is no room for as much again. */
static void make_room(const wick_tensor *t, size_t bytes)
{
    wick_storage *storage = t->storage;
    for (struct wick__pack **link = &storage->packs; *link;)
        if (is_of(*link, t))
            drop_one(storage, link);
        else
            link = &(*link)->next;
    if (storage->pack_bytes + bytes > MOST_TIMES * storage->capacity)
        wick__packs_drop(storage);
}

bool wick__pack_keep(wick_tensor *t, const wick__pack_key *key, void *data, size_t bytes)
{
    struct wick__pack *pack;
    wick_storage *storage = t->storage;
    if (!storage || !is_seen(storage) || bytes > MOST_TIMES * storage->capacity)
        return false;
    make_room(t, bytes);
    if (wick__alloc(storage->context, sizeof *pack, (void **)&pack))
        return false;
    *pack = (struct wick__pack){.next = storage->packs,
                                .offset = t->offset,
                                .count = wick__count(t),
                                .version = wick__version(t),
                                .key = *key,
                                .data = data,
                                .bytes = bytes};
    storage->packs = pack;
    storage->pack_bytes += bytes;
    return true;
}

/* A flat view of the pack's elements, to ask for their version. */
static uint64_t version_now(wick_storage *storage, const struct wick__pack *pack)
{
    const wick_tensor flat = {.context = storage->context,
                              .storage = storage,
                              .offset = pack->offset,
                              .ndim = 1,
                              .dtype = storage->dtype,
                              .size = {pack->count},
                              .stride = {1}};
    return wick__version(&flat);
}

void wick__packs_refresh(wick_storage *storage)
{
    for (struct wick__pack **link = &storage->packs; *link;)
        if (!is_seen(storage) || (*link)->version != version_now(storage, *link))
            drop_one(storage, link);
        else
            link = &(*link)->next;
}

void wick__packs_drop(wick_storage *storage)
{
    while (storage->packs)
        drop_one(storage, &storage->packs);
}
