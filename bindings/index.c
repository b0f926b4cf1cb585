/* t[k] and t[k] = v: numbers, tables of ranges, coordinates and byte masks. */
#include <string.h>

#include "lua_wick.h"

/* A box-shaped part of a tensor; a dimension that was given as one number is dropped. */
typedef struct region {
    int ndim;
    wick_sizes start, length; /* from 0 */
    bool drop[WICK_MAX_DIM];
    int kept; /* dimensions that stay */
} region;

/* ---- reading the key ---- */

static int64_t position(lua_State *L, wick_tensor *t, int dim, int64_t i)
{
    int64_t n = wick_tensor_size(t, dim);
    int64_t at = i < 0 ? i + n : i - 1;
    if (at < 0 || at >= n)
        lua_wick_error(L, "index %lld out of range: dimension %d has %lld entries", (long long)i,
                       dim + 1, (long long)n);
    return at;
}

static void choose_one(lua_State *L, wick_tensor *t, region *r, int dim, int64_t i)
{
    r->start.v[dim] = position(L, t, dim, i);
    r->length.v[dim] = 1;
    r->drop[dim] = true;
    r->kept--;
}

/* {} all, {i} one that stays, {i, j} a range; the table stands on top. */
static void choose_range(lua_State *L, wick_tensor *t, region *r, int dim)
{
    int range = lua_gettop(L);
    lua_rawgeti(L, range, 1);
    lua_rawgeti(L, range, 2);
    if (!lua_isnil(L, range + 1)) {
        int64_t first = position(L, t, dim, lua_wick_integer(L, range + 1, "start of a range"));
        int64_t last = lua_isnil(L, range + 2)
                           ? first
                           : position(L, t, dim, lua_wick_integer(L, range + 2, "end of a range"));
        if (last < first)
            lua_wick_error(L,
                           "end index must be greater or equal to start index: dimension %d, "
                           "from %lld to %lld",
                           dim + 1, (long long)first + 1, (long long)last + 1);
        r->start.v[dim] = first;
        r->length.v[dim] = last - first + 1;
    }
    lua_settop(L, range);
}

static void whole(wick_tensor *t, region *r)
{
    r->ndim = r->kept = r->start.count = r->length.count = wick_tensor_ndim(t);
    for (int i = 0; i < r->ndim; i++) {
        r->start.v[i] = 0;
        r->length.v[i] = wick_tensor_size(t, i);
        r->drop[i] = false;
    }
}

static void check_rank(lua_State *L, const region *r, int64_t entries)
{
    if (r->ndim == 0)
        lua_wick_error(L, "cannot index an empty tensor");
    if (entries > r->ndim)
        lua_wick_error(L, "too many indices provided: %lld for a tensor of %d dimensions",
                       (long long)entries, r->ndim);
}

static void table_region(lua_State *L, int key, wick_tensor *t, region *r)
{
    int n = (int)lua_rawlen(L, key);
    check_rank(L, r, n);
    for (int i = 0; i < n; i++) {
        lua_rawgeti(L, key, i + 1);
        if (lua_istable(L, -1))
            choose_range(L, t, r, i);
        else
            choose_one(L, t, r, i, lua_wick_integer(L, -1, "index"));
        lua_pop(L, 1);
    }
}

static void storage_region(lua_State *L, int key, wick_tensor *t, region *r)
{
    wick_sizes sizes;
    lua_wick_sizes(L, key, "index", &sizes);
    check_rank(L, r, sizes.count);
    for (int i = 0; i < sizes.count; i++)
        choose_one(L, t, r, i, sizes.v[i]);
}

/* False when the key is none that means a region. */
static bool read_region(lua_State *L, int key, wick_tensor *t, region *r)
{
    whole(t, r);
    if (lua_isnumber(L, key)) {
        check_rank(L, r, 1);
        choose_one(L, t, r, 0, lua_wick_integer(L, key, "index"));
    } else if (lua_istable(L, key))
        table_region(L, key, t, r);
    else if (lua_wick_to_storage(L, key))
        storage_region(L, key, t, r);
    else
        return false;
    return true;
}

static bool is_mask(lua_State *L, int key)
{
    wick_tensor *mask = lua_wick_to_tensor(L, key);
    return mask && wick_tensor_dtype(mask) == WICK_UINT8;
}

/* Whether what is done with the tensor is put on the tape. NULL is none. */
static bool is_recorded(const wick_tensor *t)
{
    return t && wick_tensor_requires_grad(t) && wick_context_recording(wick_tensor_context(t));
}

/* ---- t[k] ---- */

/* The element `at` steps behind the first. */
static char *element_at(lua_State *L, wick_tensor *t, int64_t at)
{
    const void *data;
    lua_wick_check(L, wick_tensor_read(t, &data));
    return (char *)(uintptr_t)data + (size_t)at * wick_dtype_size(wick_tensor_dtype(t));
}

static char *element(lua_State *L, wick_tensor *t, const region *r)
{
    int64_t at = 0;
    for (int i = 0; i < r->ndim; i++)
        at += r->start.v[i] * wick_tensor_stride(t, i);
    return element_at(L, t, at);
}

/* Whether the key is the number of an element: t is a vector that is not recorded. */
static bool names_element(lua_State *L, int key, const wick_tensor *t)
{
    return lua_isinteger(L, key) && wick_tensor_ndim(t) == 1 && !is_recorded(t);
}

/* Where that element stands behind the first. */
static int64_t named_place(lua_State *L, int key, wick_tensor *t)
{
    return position(L, t, 0, lua_tointeger(L, key)) * wick_tensor_stride(t, 0);
}

/* Replaces the tensor on top by its part along `dim`. */
static void cut(lua_State *L, const region *r, int dim, int at, wick_tensor *t)
{
    int top = lua_gettop(L);
    if (r->drop[dim] && wick_tensor_ndim(t) > 1)
        lua_wick_apply(L, lua_wick_op(L, select), top, 1,
                       (wick_value[]){{.integer = at}, {.integer = r->start.v[dim]}});
    else
        lua_wick_apply(L, lua_wick_op(L, narrow), top, 1,
                       (wick_value[]){{.integer = at},
                                      {.integer = r->start.v[dim]},
                                      {.integer = r->length.v[dim]}});
    lua_replace(L, top);
}

/* Pushes the part as a view that shares memory and history. */
static void push_part(lua_State *L, int index, const region *r)
{
    lua_pushvalue(L, index);
    int at = 0;
    for (int dim = 0; dim < r->ndim; dim++) {
        wick_tensor *t = lua_wick_to_tensor(L, -1);
        bool drops = r->drop[dim] && wick_tensor_ndim(t) > 1;
        if (r->drop[dim] || r->length.v[dim] != wick_tensor_size(t, at))
            cut(L, r, dim, at, t);
        at += !drops;
    }
    if (lua_rawequal(L, -1, index)) {
        wick_sizes sizes = {.count = r->ndim};
        memcpy(sizes.v, r->length.v, sizeof sizes.v);
        lua_wick_apply(L, lua_wick_op(L, view), lua_gettop(L), 1,
                       (wick_value[]){{.sizes = &sizes}});
    }
}

static int index_string(lua_State *L)
{
    if (!lua_wick_is_box(L, 1))
        lua_wick_check_tensor(L, 1, "index");
    lua_getmetatable(L, 1);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) != LUA_TNIL)
        return 1;
    const wick_tensor *t = lua_wick_check_tensor(L, 1, "index");
    if (strcmp(lua_tostring(L, 2), "grad") == 0) {
        lua_wick_push_tensor(L, wick_tensor_grad(t));
        return 1;
    }
    if (lua_isnumber(L, 2)) {
        lua_pushinteger(L, lua_wick_integer(L, 2, "index"));
        lua_gettable(L, 1);
    }
    return 1;
}

/* Pushes an element, and notes that Lua saw it. */
static void push_element(lua_State *L, const wick_tensor *t, const void *at)
{
    wick_lua *state = lua_wick_method_state(L);
    state->looked = true;
    lua_wick_push_element(L, state, wick_tensor_dtype(t), at);
}

static int tensor_index(lua_State *L)
{
    region r;
    if (lua_type(L, 2) == LUA_TSTRING)
        return index_string(L);
    wick_tensor *t = lua_wick_check_tensor(L, 1, "index");
    if (names_element(L, 2, t))
        push_element(L, t, element_at(L, t, named_place(L, 2, t)));
    else if (read_region(L, 2, t, &r)) {
        if (r.kept == 0 && !is_recorded(t))
            push_element(L, t, element(L, t, &r));
        else
            push_part(L, 1, &r);
    } else if (is_mask(L, 2))
        lua_wick_apply(L, lua_wick_op(L, masked_select), 1, 2, NULL);
    else
        lua_pushnil(L);
    return 1;
}

/* ---- t[k] = v ---- */

/* Writes into a part of a tensor whose history must know of it. */
static void assign_recorded(lua_State *L, const region *r)
{
    lua_pushvalue(L, 1);
    if (lua_isnumber(L, 3)) {
        lua_createtable(L, 1, 0);
        lua_pushvalue(L, 3);
        lua_rawseti(L, -2, 1);
        lua_wick_table_to_tensor(L, -1, wick_tensor_dtype(lua_wick_to_tensor(L, 1)));
        lua_remove(L, -2);
    } else
        lua_pushvalue(L, 3);
    lua_wick_apply_into(L, lua_wick_op(L, assign), lua_gettop(L) - 1, 2,
                        (wick_value[]){{.sizes = &r->start}, {.sizes = &r->length}}, 1);
}

static void assign(lua_State *L, wick_tensor *t, const region *r)
{
    bool is_number = lua_type(L, 3) == LUA_TNUMBER || lua_type(L, 3) == LUA_TSTRING;
    if (is_recorded(t) || is_recorded(lua_wick_to_tensor(L, 3)))
        assign_recorded(L, r);
    else if (is_number && r->kept == 0) {
        lua_wick_check(L, wick_tensor_touch(t));
        lua_wick_write_element(L, wick_tensor_dtype(t), element(L, t, r), 3);
    } else {
        push_part(L, 1, r);
        int part = lua_gettop(L);
        if (is_number)
            lua_wick_apply_into(L, lua_wick_op(L, fill), part, 0,
                                (wick_value[]){{.number = lua_tonumber(L, 3)}}, part);
        else
            lua_wick_apply_into(L, lua_wick_op(L, copy), 3, 1, NULL, part);
    }
}

static void assign_mask(lua_State *L)
{
    if (lua_isnumber(L, 3))
        lua_wick_apply_into(L, lua_wick_op(L, masked_fill), 1, 2,
                            (wick_value[]){{.number = lua_tonumber(L, 3)}}, 1);
    else
        lua_wick_apply_into(L, lua_wick_op(L, masked_copy), 1, 3, NULL, 1);
}

static int tensor_newindex(lua_State *L)
{
    region r;
    wick_tensor *t = lua_wick_check_tensor(L, 1, "index");
    if (lua_type(L, 3) == LUA_TNUMBER && names_element(L, 2, t)) {
        int64_t at = named_place(L, 2, t);
        lua_wick_check(L, wick_tensor_touch(t));
        lua_wick_write_element(L, wick_tensor_dtype(t), element_at(L, t, at), 3);
        return 0;
    }
    if (lua_type(L, 2) == LUA_TSTRING && strcmp(lua_tostring(L, 2), "grad") == 0) {
        lua_wick_check(L, wick_tensor_set_grad(t, lua_wick_to_tensor(L, 3)));
        return 0;
    }
    if (!lua_isnumber(L, 3) && !lua_wick_to_tensor(L, 3))
        return lua_wick_error(L, "a torch.%sTensor takes numbers and tensors, not %s",
                              lua_wick_type_name(wick_tensor_dtype(t)), lua_wick_describe(L, 3));
    if (is_mask(L, 2))
        assign_mask(L);
    else if (lua_type(L, 2) != LUA_TSTRING && read_region(L, 2, t, &r))
        assign(L, t, &r);
    else
        return lua_wick_error(L, "the class torch.%sTensor cannot be indexed by %s",
                              lua_wick_type_name(wick_tensor_dtype(t)), lua_wick_describe(L, 2));
    return 0;
}

void lua_wick_open_index(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"__index", tensor_index}, {"__newindex", tensor_newindex}, {NULL, NULL}};
    lua_wick_tensor_methods(L, methods);
}
