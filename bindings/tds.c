/* Elements of hashes and vectors: numbers, truth values, strings, and objects that several Lua
 * states can have. */
#include "tds.h"

#include <stdlib.h>
#include <string.h>

#define KEPT "wick.tds.kept"

static bool read_string(lua_State *L, int index, tds_element *element)
{
    size_t length;
    const char *text = lua_tolstring(L, index, &length);
    tds_string *string = malloc(sizeof *string + length);
    if (!string)
        return false;
    atomic_init(&string->refs, 1);
    string->length = length;
    memcpy(string->text, text, length);
    *element = (tds_element){.kind = TDS_STRING, .string = string};
    return true;
}

bool lua_wick_tds_is_plain(lua_State *L, int index, const char *what)
{
    int type = lua_type(L, index);
    if (type != LUA_TUSERDATA && type > LUA_TSTRING)
        lua_wick_error(L,
                       "%s: holds numbers, strings, booleans, tensors, storages, hashes and "
                       "vectors, not %s",
                       what, lua_wick_describe(L, index));
    return type != LUA_TUSERDATA;
}

bool lua_wick_tds_read_plain(lua_State *L, int index, tds_element *element)
{
    *element = (tds_element){.kind = TDS_NIL};
    switch (lua_type(L, index)) {
    case LUA_TBOOLEAN:
        *element = (tds_element){.kind = TDS_BOOLEAN, .boolean = lua_toboolean(L, index)};
        return true;
    case LUA_TNUMBER:
        if (lua_isinteger(L, index))
            *element = (tds_element){.kind = TDS_INTEGER, .integer = lua_tointeger(L, index)};
        else
            *element = (tds_element){.kind = TDS_NUMBER, .number = lua_tonumber(L, index)};
        return true;
    case LUA_TSTRING:
        return read_string(L, index, element);
    }
    return true;
}

tds_element lua_wick_tds_read(lua_State *L, int index, const char *what)
{
    tds_element element;
    if (!lua_wick_tds_is_plain(L, index, what)) {
        lua_shared *object = lua_wick_share(L, index, false);
        if (!object)
            lua_wick_error(L, "%s: %s cannot be held outside its Lua state", what,
                           lua_wick_describe(L, index));
        return (tds_element){.kind = TDS_OBJECT, .object = object};
    }
    if (!lua_wick_tds_read_plain(L, index, &element))
        luaL_error(L, "not enough memory");
    return element;
}

bool lua_wick_tds_glance(const tds_element *element, tds_glance *glance)
{
    if (element->kind == TDS_OBJECT ||
        (element->kind == TDS_STRING && element->string->length > sizeof glance->text))
        return false;
    glance->plain = *element;
    if (element->kind == TDS_STRING) {
        glance->length = element->string->length;
        memcpy(glance->text, element->string->text, glance->length);
    }
    return true;
}

void lua_wick_tds_push_glance(lua_State *L, const tds_glance *glance)
{
    if (glance->plain.kind == TDS_STRING)
        lua_pushlstring(L, glance->text, glance->length);
    else
        lua_wick_tds_push(L, &glance->plain);
}

void lua_wick_tds_push(lua_State *L, const tds_element *element)
{
    switch (element->kind) {
    case TDS_NIL:
        lua_pushnil(L);
        break;
    case TDS_BOOLEAN:
        lua_pushboolean(L, element->boolean);
        break;
    case TDS_INTEGER:
        lua_pushinteger(L, element->integer);
        break;
    case TDS_NUMBER:
        lua_pushnumber(L, element->number);
        break;
    case TDS_STRING:
        lua_pushlstring(L, element->string->text, element->string->length);
        break;
    case TDS_OBJECT:
        lua_wick_push_shared(L, element->object);
    }
}

tds_element lua_wick_tds_retain(const tds_element *element)
{
    if (element->kind == TDS_STRING)
        atomic_fetch_add(&element->string->refs, 1);
    else if (element->kind == TDS_OBJECT)
        lua_wick_shared_retain(element->object);
    return *element;
}

void lua_wick_tds_release(tds_element *element)
{
    tds_element gone = *element;
    element->kind = TDS_NIL;
    if (gone.kind == TDS_STRING && atomic_fetch_sub(&gone.string->refs, 1) == 1)
        free(gone.string);
    else if (gone.kind == TDS_OBJECT)
        lua_wick_shared_release(gone.object);
}

static int collect_kept(lua_State *L)
{
    lua_wick_tds_release(lua_touserdata(L, 1));
    return 0;
}

tds_element *lua_wick_tds_keep(lua_State *L)
{
    tds_element *kept = lua_newuserdatauv(L, sizeof *kept, 0);
    kept->kind = TDS_NIL;
    luaL_setmetatable(L, KEPT);
    return kept;
}

void lua_wick_tds_push_kept(lua_State *L)
{
    tds_element *kept = lua_touserdata(L, -1);
    lua_wick_tds_push(L, kept);
    lua_wick_tds_release(kept);
    lua_remove(L, -2);
}

/* Numbers are equal as Lua's are. */
bool lua_wick_tds_equal(const tds_element *a, const tds_element *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case TDS_NIL:
        return true;
    case TDS_BOOLEAN:
        return a->boolean == b->boolean;
    case TDS_INTEGER:
        return a->integer == b->integer;
    case TDS_NUMBER:
        return a->number == b->number;
    case TDS_STRING:
        return a->string->length == b->string->length &&
               memcmp(a->string->text, b->string->text, a->string->length) == 0;
    case TDS_OBJECT:
        return a->object == b->object;
    }
    return false;
}

static uint64_t mixed(uint64_t bits)
{
    bits ^= bits >> 33;
    bits *= UINT64_C(0xff51afd7ed558ccd);
    bits ^= bits >> 33;
    bits *= UINT64_C(0xc4ceb9fe1a85ec53);
    return bits ^ bits >> 33;
}

static uint64_t digest_text(const tds_string *string)
{
    uint64_t digest = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < string->length; i++)
        digest = (digest ^ (unsigned char)string->text[i]) * UINT64_C(0x100000001b3);
    return mixed(digest);
}

uint64_t lua_wick_tds_digest(const tds_element *element)
{
    uint64_t bits = 0;
    switch (element->kind) {
    case TDS_NIL:
        break;
    case TDS_BOOLEAN:
        bits = element->boolean;
        break;
    case TDS_STRING:
        return digest_text(element->string);
    case TDS_INTEGER:
        bits = (uint64_t)element->integer;
        break;
    case TDS_NUMBER:
        memcpy(&bits, &element->number, sizeof bits);
        break;
    case TDS_OBJECT:
        bits = (uint64_t)(uintptr_t)element->object;
    }
    return mixed(bits + element->kind);
}

/* ---- containers ---- */

void *lua_wick_new_container(lua_State *L, const lua_shared_kind *kind, size_t size,
                             void (*destroy)(tds_container *container))
{
    lua_shared **slot = lua_wick_push_shared_box(L, kind);
    tds_container *container = lua_wick_shared_new(kind, size);
    if (!container)
        luaL_error(L, "not enough memory");
    pthread_mutex_init(&container->lock, NULL);
    container->destroy = destroy;
    *slot = &container->base;
    return container;
}

void lua_wick_free_container(lua_shared *object)
{
    static _Thread_local lua_shared *dying;
    static _Thread_local bool is_freeing;
    object->next = dying;
    dying = object;
    if (is_freeing)
        return;
    is_freeing = true;
    while (dying) {
        tds_container *container = (tds_container *)dying;
        dying = dying->next;
        container->destroy(container);
        pthread_mutex_destroy(&container->lock);
        free(container);
    }
    is_freeing = false;
}

void lua_wick_refuse_itself(lua_State *L, const tds_container *container, tds_element *element)
{
    if (element->kind != TDS_OBJECT || element->object != &container->base)
        return;
    lua_wick_tds_release(element);
    lua_wick_error(L, "tds: a container cannot hold itself");
}

void lua_wick_open_tds(lua_State *L)
{
    luaL_newmetatable(L, KEPT);
    lua_pushcfunction(L, collect_kept);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
    lua_newtable(L);
    lua_wick_open_tds_hash(L);
    lua_wick_open_tds_vec(L);
    lua_setfield(L, -2, "tds");
}
