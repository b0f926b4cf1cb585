/* Tensors as Lua sees them: the methods that deal in shape, memory and type. */
#include "construct.h"

#define SELF(name) lua_wick_check_tensor(L, 1, name)

/* ---- queries ---- */

static int dim_argument(lua_State *L, const char *what, wick_tensor *t, int index)
{
    char shape[160];
    if (!lua_isnumber(L, index))
        lua_wick_error(L, "%s: expected a dimension, got %s", what, lua_wick_describe(L, index));
    int64_t dim = lua_wick_integer(L, index, "dimension");
    int ndim = wick_tensor_ndim(t);
    int64_t at = dim < 0 ? dim + ndim : dim - 1;
    if (at < 0 || at >= ndim)
        lua_wick_error(L, "%s: dimension %lld out of range of %dD tensor (%s)", what,
                       (long long)dim, ndim, wick_tensor_shape_text(t, shape, sizeof shape));
    return (int)at;
}

static void push_list(lua_State *L, wick_tensor *t, int64_t (*entry)(const wick_tensor *t, int dim))
{
    int64_t v[WICK_MAX_DIM];
    for (int i = 0; i < wick_tensor_ndim(t); i++)
        v[i] = entry(t, i);
    lua_wick_push_sizes(L, wick_tensor_ndim(t), v);
}

static int tensor_size(lua_State *L)
{
    wick_tensor *t = SELF("size");
    if (lua_isnoneornil(L, 2))
        push_list(L, t, wick_tensor_size);
    else
        lua_pushinteger(L, wick_tensor_size(t, dim_argument(L, "size", t, 2)));
    return 1;
}

/* Lua hands the operand over twice. */
static int tensor_len(lua_State *L)
{
    lua_settop(L, 1);
    return tensor_size(L);
}

static int tensor_stride(lua_State *L)
{
    wick_tensor *t = SELF("stride");
    if (lua_isnoneornil(L, 2))
        push_list(L, t, wick_tensor_stride);
    else
        lua_pushinteger(L, wick_tensor_stride(t, dim_argument(L, "stride", t, 2)));
    return 1;
}

static int tensor_dim(lua_State *L)
{
    lua_pushinteger(L, wick_tensor_ndim(SELF("dim")));
    return 1;
}

static int tensor_count(lua_State *L)
{
    lua_pushinteger(L, wick_tensor_count(SELF("nElement")));
    return 1;
}

static int tensor_storage(lua_State *L)
{
    wick_storage *storage = wick_tensor_storage(SELF("storage"));
    if (storage)
        lua_wick_push_storage(L, storage);
    else
        lua_pushnil(L);
    return 1;
}

static int tensor_offset(lua_State *L)
{
    lua_pushinteger(L, wick_tensor_offset(SELF("storageOffset")) + 1);
    return 1;
}

static int tensor_is_contiguous(lua_State *L)
{
    lua_pushboolean(L, wick_tensor_is_contiguous(SELF("isContiguous")));
    return 1;
}

static bool same_size(const wick_tensor *a, const wick_tensor *b)
{
    bool same = wick_tensor_ndim(a) == wick_tensor_ndim(b);
    for (int i = 0; same && i < wick_tensor_ndim(a); i++)
        same = wick_tensor_size(a, i) == wick_tensor_size(b, i);
    return same;
}

static int tensor_is_same_size(lua_State *L)
{
    lua_pushboolean(L,
                    same_size(SELF("isSameSizeAs"), lua_wick_check_tensor(L, 2, "isSameSizeAs")));
    return 1;
}

static int tensor_is_size(lua_State *L)
{
    wick_tensor *t = SELF("isSize");
    wick_sizes sizes;
    lua_wick_sizes(L, 2, "sizes", &sizes);
    bool same = sizes.count == wick_tensor_ndim(t);
    for (int i = 0; same && i < sizes.count; i++)
        same = sizes.v[i] == wick_tensor_size(t, i);
    lua_pushboolean(L, same);
    return 1;
}

static int tensor_is_set_to(lua_State *L)
{
    wick_tensor *a = SELF("isSetTo"), *b = lua_wick_check_tensor(L, 2, "isSetTo");
    bool same = same_size(a, b) && wick_tensor_storage(a) &&
                wick_tensor_storage(a) == wick_tensor_storage(b) &&
                wick_tensor_offset(a) == wick_tensor_offset(b);
    for (int i = 0; same && i < wick_tensor_ndim(a); i++)
        same = wick_tensor_stride(a, i) == wick_tensor_stride(b, i);
    lua_pushboolean(L, same);
    return 1;
}

static int tensor_element_size(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)wick_dtype_size(wick_tensor_dtype(SELF("elementSize"))));
    return 1;
}

static int tensor_item(lua_State *L)
{
    wick_tensor *t = SELF("item");
    char shape[160];
    if (wick_tensor_count(t) != 1)
        return lua_wick_error(L, "item: this tensor (%s) has %lld elements; one is wanted",
                              wick_tensor_shape_text(t, shape, sizeof shape),
                              (long long)wick_tensor_count(t));
    lua_wick_push_item(L, t);
    return 1;
}

/* A number that identifies the tensor object, as torch.pointer does. */
static int tensor_pointer(lua_State *L)
{
    wick_tensor *t = lua_wick_to_tensor(L, 1);
    wick_storage *s = t ? NULL : lua_wick_to_storage(L, 1);
    const void *at = t ? (const void *)t : s ? (const void *)s : lua_topointer(L, 1);
    lua_pushinteger(L, (lua_Integer)(intptr_t)at);
    return 1;
}

/* ---- memory ---- */

static int tensor_set(lua_State *L)
{
    wick_tensor *t = SELF("set"), *at = lua_wick_to_tensor(L, 2);
    wick_storage *storage = at ? NULL : lua_wick_to_storage(L, 2);
    wick_sizes sizes = {.count = 0};
    if (wick_tensor_requires_grad(t) && !wick_tensor_is_leaf(t))
        return lua_wick_error(L,
                              "set: %s was computed by recorded operations, which would not see "
                              "that it looks elsewhere; use detach() or a new variable",
                              lua_wick_describe(L, 1));
    lua_settop(L, at ? 2 : lua_gettop(L));
    if (storage) {
        lua_wick_push_view(L, wick_tensor_dtype(t), 2, storage);
        at = lua_wick_to_tensor(L, -1);
    } else if (!at) {
        lua_wick_push_new(L, wick_tensor_dtype(t), &sizes);
        at = lua_wick_to_tensor(L, -1);
    }
    lua_wick_check(L, wick_tensor_set(t, at));
    lua_pushvalue(L, 1);
    return 1;
}

static int resize(lua_State *L, wick_tensor *t, int ndim, const int64_t *size)
{
    bool same = wick_tensor_ndim(t) == ndim;
    for (int i = 0; same && i < ndim; i++)
        same = wick_tensor_size(t, i) == size[i];
    if (!same && wick_tensor_requires_grad(t) && !wick_tensor_is_leaf(t))
        return lua_wick_error(L,
                              "resize: %s was computed by recorded operations, which would not "
                              "see its new shape; use view(), reshape() or detach()",
                              lua_wick_describe(L, 1));
    lua_wick_check(L, wick_tensor_resize(t, ndim, size));
    lua_wick_spend(L, lua_wick_state(L));
    lua_settop(L, 1);
    return 1;
}

static int tensor_resize(lua_State *L)
{
    wick_tensor *t = SELF("resize");
    wick_sizes sizes;
    if (!lua_wick_sizes(L, 2, "size", &sizes) && lua_gettop(L) > 1)
        return lua_wick_error(L, "resize: expected sizes, got %s", lua_wick_describe(L, 2));
    lua_wick_cut_sizes(&sizes);
    return resize(L, t, sizes.count, sizes.v);
}

static int tensor_resize_as(lua_State *L)
{
    wick_tensor *t = SELF("resizeAs"), *as = lua_wick_check_tensor(L, 2, "resizeAs");
    int64_t size[WICK_MAX_DIM];
    for (int i = 0; i < wick_tensor_ndim(as); i++)
        size[i] = wick_tensor_size(as, i);
    return resize(L, t, wick_tensor_ndim(as), size);
}

/* point(t, other): makes the Lua object t stand for the tensor of `other`; what nn does with a
 * module's output, which stays one object while its memory changes. */
static int tensor_point(lua_State *L)
{
    wick_tensor **box = lua_touserdata(L, 1);
    wick_tensor *old = SELF("point"), *now = lua_wick_check_tensor(L, 2, "point");
    wick_tensor_retain(now);
    *box = now;
    wick_tensor_release(old);
    lua_settop(L, 2);
    lua_getmetatable(L, 2); /* its class */
    lua_setmetatable(L, 1);
    lua_wick_inherit_links(L, lua_wick_state(L), 1, 2, 1);
    lua_settop(L, 1);
    return 1;
}

static int tensor_free(lua_State *L)
{
    SELF("free");
    luaL_callmeta(L, 1, "__gc");
    return 0;
}

static int tensor_retain(lua_State *L)
{
    SELF("retain");
    return 0;
}

/* ---- type ---- */

static int push_converted(lua_State *L, wick_tensor *t, int dtype)
{
    if ((int)wick_tensor_dtype(t) == dtype) {
        lua_settop(L, 1);
        return 1;
    }
    lua_wick_apply(L, lua_wick_op(L, convert), 1, 1, (wick_value[]){{.integer = dtype}});
    return 1;
}

static int tensor_type(lua_State *L)
{
    wick_tensor *t = SELF("type");
    if (lua_isnoneornil(L, 2)) {
        lua_pushfstring(L, "torch.%sTensor", lua_wick_type_name(wick_tensor_dtype(t)));
        return 1;
    }
    if (lua_type(L, 2) != LUA_TSTRING)
        return lua_wick_error(L, "type: expected the name of a tensor type, got %s",
                              lua_wick_describe(L, 2));
    const char *name = lua_tostring(L, 2);
    int dtype = lua_wick_dtype(name);
    if (dtype < 0)
        return lua_wick_error(L,
                              "type: \"%s\" is no tensor type; there are torch.ByteTensor, Char, "
                              "Short, Int, Long, Half, Float and Double",
                              name);
    return push_converted(L, t, dtype);
}

#define CONVERSION(name, dtype)                                                                    \
    static int to_##name(lua_State *L)                                                             \
    {                                                                                              \
        return push_converted(L, SELF(#name), dtype);                                              \
    }
CONVERSION(byte, WICK_UINT8)
CONVERSION(char, WICK_INT8)
CONVERSION(short, WICK_INT16)
CONVERSION(int, WICK_INT32)
CONVERSION(long, WICK_INT64)
CONVERSION(half, WICK_FLOAT16)
CONVERSION(float, WICK_FLOAT32)
CONVERSION(double, WICK_FLOAT64)

static int tensor_clone(lua_State *L)
{
    SELF("clone");
    lua_wick_apply(L, lua_wick_op(L, clone), 1, 1, NULL);
    return 1;
}

static int tensor_contiguous(lua_State *L)
{
    if (wick_tensor_is_contiguous(SELF("contiguous"))) {
        lua_settop(L, 1);
        return 1;
    }
    return tensor_clone(L);
}

void lua_wick_open_tensor(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"size", tensor_size},
        {"stride", tensor_stride},
        {"dim", tensor_dim},
        {"nDimension", tensor_dim},
        {"nElement", tensor_count},
        {"numel", tensor_count},
        {"storage", tensor_storage},
        {"storageOffset", tensor_offset},
        {"isContiguous", tensor_is_contiguous},
        {"isSameSizeAs", tensor_is_same_size},
        {"isSize", tensor_is_size},
        {"isSetTo", tensor_is_set_to},
        {"elementSize", tensor_element_size},
        {"item", tensor_item},
        {"set", tensor_set},
        {"resize", tensor_resize},
        {"resizeAs", tensor_resize_as},
        {"free", tensor_free},
        {"retain", tensor_retain},
        {"type", tensor_type},
        {"byte", to_byte},
        {"char", to_char},
        {"short", to_short},
        {"int", to_int},
        {"long", to_long},
        {"half", to_half},
        {"float", to_float},
        {"double", to_double},
        {"clone", tensor_clone},
        {"contiguous", tensor_contiguous},
        {"__len", tensor_len},
        {NULL, NULL},
    };
    static const luaL_Reg functions[] = {{"new", lua_wick_new_tensor},
                                         {"point", tensor_point},
                                         {"pointer", tensor_pointer},

                                         {NULL, NULL}};
    lua_wick_tensor_methods(L, methods);
    luaL_setfuncs(L, functions, 0);
    lua_wick_open_elements(L);
}
