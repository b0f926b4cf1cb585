/* tds.Vec: elements counted from 1, nil among them. */
#include "tds.h"

#include <stdlib.h>
#include <string.h>

typedef struct vec {
    tds_container base;
    int64_t size, capacity;
    tds_element *at;
} vec;

static void destroy(tds_container *container)
{
    vec *v = (vec *)container;
    for (int64_t i = 0; i < v->size; i++)
        lua_wick_tds_release(&v->at[i]);
    free(v->at);
}

static const lua_shared_kind vec_kind = {"tds.Vec", lua_wick_free_container, NULL};

static vec *check_vec(lua_State *L)
{
    return lua_wick_check_shared(L, 1, &vec_kind, "tds.Vec");
}

static int new_vec(lua_State *L)
{
    vec *v = lua_wick_new_container(L, &vec_kind, sizeof *v, destroy);
    (void)v;
    return 1;
}

/* ---- under the lock ---- */

/* Makes room for that many elements. */
static bool reserve(vec *v, int64_t size)
{
    if (size <= v->capacity)
        return true;
    int64_t capacity = size > 2 * v->capacity ? size : 2 * v->capacity;
    tds_element *at = (uint64_t)capacity > SIZE_MAX / 2 / sizeof *at
                          ? NULL
                          : realloc(v->at, sizeof *at * (size_t)capacity);
    if (!at)
        return false;
    v->at = at;
    v->capacity = capacity;
    return true;
}

static bool extend(vec *v, int64_t size)
{
    if (!reserve(v, size))
        return false;
    for (; v->size < size; v->size++)
        v->at[v->size] = (tds_element){.kind = TDS_NIL};
    return true;
}

/* ---- from Lua ---- */

static int64_t read_place(lua_State *L, int index)
{
    int64_t place = lua_wick_integer(L, index, "index");
    if (place < 1)
        lua_wick_error(L, "tds.Vec: index %lld; they count from 1", (long long)place);
    return place;
}

/* Whether the element could be copied; NULL `glance`: it is kept instead. */
static bool look(vec *v, int64_t place, tds_glance *glance, tds_element *kept)
{
    bool seen = true;
    if (glance)
        glance->plain.kind = TDS_NIL;
    pthread_mutex_lock(&v->base.lock);
    bool is_there = place >= 1 && place <= v->size;
    if (is_there && glance)
        seen = lua_wick_tds_glance(&v->at[place - 1], glance);
    else if (is_there)
        *kept = lua_wick_tds_retain(&v->at[place - 1]);
    pthread_mutex_unlock(&v->base.lock);
    return seen;
}

/* Numbers give elements, names the methods. */
static int vec_index(lua_State *L)
{
    tds_glance glance;
    vec *v = check_vec(L);
    if (lua_type(L, 2) != LUA_TNUMBER) {
        lua_getmetatable(L, 1);
        lua_pushvalue(L, 2);
        lua_rawget(L, -2);
        return 1;
    }
    int64_t place = lua_wick_integer(L, 2, "index");
    if (look(v, place, &glance, NULL)) {
        lua_wick_tds_push_glance(L, &glance);
        return 1;
    }
    look(v, place, NULL, lua_wick_tds_keep(L));
    lua_wick_tds_push_kept(L);
    return 1;
}

/* Reads the value at `index` of the stack into a box that it pushes. */
static tds_element *keep_value(lua_State *L, const vec *v, int index)
{
    tds_element *value = lua_wick_tds_keep(L);
    *value = lua_wick_tds_read(L, index, "tds.Vec");
    lua_wick_refuse_itself(L, &v->base, value);
    return value;
}

/* Puts the value there; what stood there is left in it. */
static bool replace(vec *v, int64_t place, tds_element *value)
{
    pthread_mutex_lock(&v->base.lock);
    bool done = extend(v, place);
    if (done) {
        tds_element before = v->at[place - 1];
        v->at[place - 1] = *value;
        *value = before;
    }
    pthread_mutex_unlock(&v->base.lock);
    return done;
}

static int vec_newindex(lua_State *L)
{
    vec *v = check_vec(L);
    int64_t place = read_place(L, 2);
    tds_element plain, *value = &plain;
    bool done = true;
    if (lua_wick_tds_is_plain(L, 3, "tds.Vec"))
        done = lua_wick_tds_read_plain(L, 3, value);
    else
        value = keep_value(L, v, 3);
    done = done && replace(v, place, value);
    lua_wick_tds_release(value);
    return done ? 0 : luaL_error(L, "not enough memory");
}

static int vec_size(lua_State *L)
{
    vec *v = check_vec(L);
    pthread_mutex_lock(&v->base.lock);
    int64_t size = v->size;
    pthread_mutex_unlock(&v->base.lock);
    lua_pushinteger(L, size);
    return 1;
}

/* insert([index,] value) */
static int vec_insert(lua_State *L)
{
    vec *v = check_vec(L);
    bool placed = lua_gettop(L) > 2;
    int64_t place = placed ? read_place(L, 2) : 0;
    tds_element *value = keep_value(L, v, placed ? 3 : 2);
    pthread_mutex_lock(&v->base.lock);
    int64_t from = placed ? place - 1 : v->size;
    bool done = extend(v, from) && reserve(v, v->size + 1);
    if (done) {
        memmove(v->at + from + 1, v->at + from, sizeof *v->at * (size_t)(v->size - from));
        v->at[from] = *value;
        value->kind = TDS_NIL;
        v->size++;
    }
    pthread_mutex_unlock(&v->base.lock);
    return done ? 0 : luaL_error(L, "not enough memory");
}

/* remove([index]): what is not there cannot be removed and nothing happens. */
static int vec_remove(lua_State *L)
{
    vec *v = check_vec(L);
    bool placed = !lua_isnoneornil(L, 2);
    int64_t place = placed ? read_place(L, 2) : 0;
    tds_element *gone = lua_wick_tds_keep(L);
    pthread_mutex_lock(&v->base.lock);
    int64_t from = placed ? place - 1 : v->size - 1;
    if (from >= 0 && from < v->size) {
        *gone = v->at[from];
        memmove(v->at + from, v->at + from + 1, sizeof *v->at * (size_t)(v->size - from - 1));
        v->size--;
    }
    pthread_mutex_unlock(&v->base.lock);
    lua_wick_tds_release(gone);
    return 0;
}

/* The last element, taken out; false when there are no more than `size`. */
static bool take_last(vec *v, int64_t size, tds_element *gone)
{
    pthread_mutex_lock(&v->base.lock);
    bool taken = v->size > size;
    if (taken)
        *gone = v->at[--v->size];
    pthread_mutex_unlock(&v->base.lock);
    return taken;
}

/* resize(size): cuts off, or fills up with nil. */
static int vec_resize(lua_State *L)
{
    vec *v = check_vec(L);
    int64_t size = lua_wick_integer(L, 2, "size");
    tds_element gone;
    if (size < 0)
        return lua_wick_error(L, "tds.Vec: a size of %lld", (long long)size);
    while (take_last(v, size, &gone))
        lua_wick_tds_release(&gone);
    pthread_mutex_lock(&v->base.lock);
    bool done = extend(v, size);
    pthread_mutex_unlock(&v->base.lock);
    return done ? 0 : luaL_error(L, "not enough memory");
}

void lua_wick_open_tds_vec(lua_State *L)
{
    static const luaL_Reg methods[] = {{"__index", vec_index},
                                       {"__newindex", vec_newindex},
                                       {"__len", vec_size},
                                       {"insert", vec_insert},
                                       {"remove", vec_remove},
                                       {"resize", vec_resize},
                                       {NULL, NULL}};
    lua_wick_shared_class(L, &vec_kind, methods);
    lua_setfield(L, -2, "Vec");
    lua_pushcfunction(L, new_vec);
    lua_setfield(L, -2, "vec");
}
