/* Boxes: userdata that own one reference to a tensor or a storage, and their classes. A finalised
 * or freed box is empty, and every method on it raises. */
#include "lua_wick.h"

#include <string.h>

/* The mark tells our userdata from others' faster than metatables do; Lua code cannot write it. */
typedef struct box {
    wick_tensor *tensor;
    const void *mark;
} box;

typedef struct storage_box {
    wick_storage *storage;
    const void *mark;
} storage_box;

_Static_assert(sizeof(box) == sizeof(storage_box), "one check serves both");

static const char tensor_key, storage_key;
/* In the registry: a list of metatables, tensors' at 1.., storages' at 9.. */
static const char classes_key;

static const char *const type_names[WICK_DTYPES] = {"Byte", "Char", "Short", "Int",
                                                    "Long", "Half", "Float", "Double"};

const char *lua_wick_type_name(wick_dtype dtype)
{
    return type_names[dtype];
}

static bool is_called(const char *name, const char *type)
{
    size_t n = strlen(type);
    if (strncmp(name, "torch.", 6) == 0)
        name += 6;
    return strncmp(name, type, n) == 0 &&
           (strcmp(name + n, "Tensor") == 0 || strcmp(name + n, "Storage") == 0 || !name[n]);
}

int lua_wick_dtype(const char *name)
{
    static const char *const lower[WICK_DTYPES] = {"byte", "char", "short", "int",
                                                   "long", "half", "float", "double"};
    for (int i = 0; i < WICK_DTYPES; i++)
        if (is_called(name, type_names[i]) || strcmp(name, lower[i]) == 0 ||
            strcmp(name, wick_dtype_name((wick_dtype)i)) == 0)
            return i;
    return -1;
}

/* ---- boxes ---- */

static void push_class(lua_State *L, int index)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &classes_key);
    lua_rawgeti(L, -1, index);
    lua_remove(L, -2);
}

static void *to_marked(lua_State *L, int index, const void *mark)
{
    box *b = lua_touserdata(L, index);
    return b && lua_rawlen(L, index) == sizeof *b && b->mark == mark ? b : NULL;
}

wick_tensor **lua_wick_push_bare_box(lua_State *L)
{
    box *b = lua_newuserdatauv(L, sizeof *b, 1);
    *b = (box){NULL, &tensor_key};
    return &b->tensor;
}

wick_tensor **lua_wick_push_box(lua_State *L)
{
    wick_tensor **slot = lua_wick_push_bare_box(L);
    push_class(L, WICK_FLOAT32 + 1);
    lua_setmetatable(L, -2);
    return slot;
}

void lua_wick_settle_in(lua_State *L, const wick_lua *state, int index, wick_dtype dtype)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, state->classes[dtype]);
    lua_setmetatable(L, index);
}

void lua_wick_settle(lua_State *L, int index)
{
    wick_lua *state = lua_wick_state(L);
    const box *b = lua_touserdata(L, index);
    lua_wick_settle_in(L, state, lua_absindex(L, index), wick_tensor_dtype(b->tensor));
    lua_wick_spend(L, state);
}

void lua_wick_push_tensor(lua_State *L, wick_tensor *tensor)
{
    if (!tensor) {
        lua_pushnil(L);
        return;
    }
    wick_tensor **slot = lua_wick_push_box(L);
    wick_tensor_retain(tensor);
    *slot = tensor;
    lua_wick_settle(L, -1);
    lua_wick_find_link(L, -1, tensor);
}

/* Lets the function that a box was left with bring its tensor back. */
static void recall(lua_State *L, int index, box *b)
{
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    if (lua_getiuservalue(L, index, 1) == LUA_TFUNCTION)
        lua_call(L, 0, 0);
    else
        lua_pop(L, 1);
    if (!b->tensor)
        lua_wick_error(L, "this tensor was freed; it cannot be used any more");
}

static wick_tensor *tensor_in(lua_State *L, int index, box *b)
{
    if (b && !b->tensor)
        recall(L, index, b);
    return b ? b->tensor : NULL;
}

wick_tensor *lua_wick_to_tensor(lua_State *L, int index)
{
    return tensor_in(L, index, to_marked(L, index, &tensor_key));
}

wick_tensor *lua_wick_reread(lua_State *L, int index)
{
    return tensor_in(L, index, lua_touserdata(L, index));
}

bool lua_wick_is_box(lua_State *L, int index)
{
    return to_marked(L, index, &tensor_key) != NULL;
}

bool lua_wick_holds(lua_State *L, int index, const wick_tensor *tensor)
{
    const box *b = to_marked(L, index, &tensor_key);
    return b && b->tensor == tensor;
}

/* letGo(t, f): empties the box of a tensor, unless it has a history or hooks; returns whether it
 * did. At its next use f() has to put a tensor into it by comeBack. */
static int let_go(lua_State *L)
{
    box *b = to_marked(L, 1, &tensor_key);
    lua_wick_check_tensor(L, 1, "letGo");
    lua_wick_check_function(L, 2, "letGo");
    if (lua_getiuservalue(L, 1, 1) != LUA_TNIL)
        return 0;
    wick_tensor_release(b->tensor);
    b->tensor = NULL;
    lua_settop(L, 2);
    lua_setiuservalue(L, 1, 1);
    lua_pushboolean(L, true);
    return 1;
}

/* isLetGo(t): whether the box is empty, but not for good. */
static int is_let_go(lua_State *L)
{
    box *b = to_marked(L, 1, &tensor_key);
    lua_pushboolean(L, b && !b->tensor && lua_getiuservalue(L, 1, 1) == LUA_TFUNCTION);
    return 1;
}

/* comeBack(t, other): puts the tensor of `other` into an emptied box. */
static int come_back(lua_State *L)
{
    box *b = to_marked(L, 1, &tensor_key);
    wick_tensor *tensor = lua_wick_check_tensor(L, 2, "comeBack");
    if (!b || b->tensor)
        return lua_wick_error(L, "comeBack: expected an emptied tensor");
    wick_tensor_retain(tensor);
    b->tensor = tensor;
    lua_pushnil(L);
    lua_setiuservalue(L, 1, 1);
    return 0;
}

wick_tensor *lua_wick_check_tensor(lua_State *L, int index, const char *what)
{
    wick_tensor *tensor = lua_wick_to_tensor(L, index);
    if (!tensor)
        lua_wick_error(L, "%s: expected a tensor as argument %d, got %s", what, index,
                       lua_wick_describe(L, index));
    return tensor;
}

void lua_wick_check_function(lua_State *L, int index, const char *what)
{
    if (!lua_isfunction(L, index))
        lua_wick_error(L, "%s: expected a function as argument %d, got %s", what, index,
                       lua_wick_describe(L, index));
}

static int tensor_gc(lua_State *L)
{
    box *b = to_marked(L, 1, &tensor_key);
    if (b) {
        wick_tensor_release(b->tensor);
        b->tensor = NULL;
    }
    return 0;
}

static int tensor_eq(lua_State *L)
{
    box *a = to_marked(L, 1, &tensor_key), *b = to_marked(L, 2, &tensor_key);
    lua_pushboolean(L, a && b && a->tensor && a->tensor == b->tensor);
    return 1;
}

/* ---- storages ---- */

wick_storage **lua_wick_push_storage_box(lua_State *L)
{
    storage_box *b = lua_newuserdatauv(L, sizeof *b, 0);
    *b = (storage_box){NULL, &storage_key};
    push_class(L, WICK_DTYPES + WICK_INT64 + 1);
    lua_setmetatable(L, -2);
    return &b->storage;
}

void lua_wick_settle_storage(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    storage_box *b = lua_touserdata(L, index);
    push_class(L, WICK_DTYPES + (int)wick_storage_dtype(b->storage) + 1);
    lua_setmetatable(L, index);
    lua_wick_spend(L, lua_wick_state(L));
}

void lua_wick_push_storage(lua_State *L, wick_storage *storage)
{
    wick_storage **slot = lua_wick_push_storage_box(L);
    wick_storage_retain(storage);
    *slot = storage;
    lua_wick_settle_storage(L, -1);
}

wick_storage *lua_wick_to_storage(lua_State *L, int index)
{
    storage_box *b = to_marked(L, index, &storage_key);
    if (b && !b->storage)
        lua_wick_error(L, "this storage was freed; it cannot be used any more");
    return b ? b->storage : NULL;
}

static int storage_gc(lua_State *L)
{
    storage_box *b = to_marked(L, 1, &storage_key);
    if (b) {
        wick_storage_release(b->storage);
        b->storage = NULL;
    }
    return 0;
}

static int storage_eq(lua_State *L)
{
    storage_box *a = to_marked(L, 1, &storage_key), *b = to_marked(L, 2, &storage_key);
    lua_pushboolean(L, a && b && a->storage == b->storage);
    return 1;
}

/* ---- classes ---- */

/* Looks a string key up in the class; numbers and tables are the business of index.c. */
static int class_index(lua_State *L)
{
    if (lua_getmetatable(L, 1)) {
        lua_pushvalue(L, 2);
        lua_rawget(L, -2);
    } else
        lua_pushnil(L);
    return 1;
}

static void new_class(lua_State *L, const char *kind, wick_dtype dtype, const luaL_Reg *metamethods)
{
    lua_createtable(L, 0, 64);
    lua_pushfstring(L, "torch.%s%s", type_names[dtype], kind);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "__typename");
    lua_setfield(L, -2, "__name");
    lua_pushcfunction(L, class_index);
    lua_setfield(L, -2, "__index");
    luaL_setfuncs(L, metamethods, 0);
}

/* Stack: list, table by name. */
static void add_class(lua_State *L, int index)
{
    lua_pushvalue(L, -1);
    lua_rawseti(L, -4, index);
    lua_getfield(L, -1, "__typename");
    lua_insert(L, -2);
    lua_rawset(L, -3);
}

void lua_wick_open_classes(lua_State *L)
{
    static const luaL_Reg tensor_meta[] = {
        {"__gc", tensor_gc}, {"__close", tensor_gc}, {"__eq", tensor_eq}, {NULL, NULL}};
    static const luaL_Reg storage_meta[] = {
        {"__gc", storage_gc}, {"__close", storage_gc}, {"__eq", storage_eq}, {NULL, NULL}};
    wick_lua *state = lua_wick_state(L);
    lua_createtable(L, 2 * WICK_DTYPES, 0);
    lua_createtable(L, 0, 2 * WICK_DTYPES);
    for (int i = 0; i < WICK_DTYPES; i++) {
        new_class(L, "Tensor", (wick_dtype)i, tensor_meta);
        lua_pushvalue(L, -1);
        state->classes[i] = luaL_ref(L, LUA_REGISTRYINDEX);
        add_class(L, i + 1);
        new_class(L, "Storage", (wick_dtype)i, storage_meta);
        add_class(L, WICK_DTYPES + i + 1);
    }
    lua_insert(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &classes_key);
}

void lua_wick_open_boxes(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"letGo", let_go}, {"isLetGo", is_let_go}, {"comeBack", come_back}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}

/* Each method holds the state as its upvalue. */
static void set_methods(lua_State *L, const luaL_Reg *methods, int first)
{
    for (int i = 0; i < WICK_DTYPES; i++) {
        push_class(L, first + i);
        lua_wick_push_state(L);
        luaL_setfuncs(L, methods, 1);
        lua_pop(L, 1);
    }
}

void lua_wick_tensor_methods(lua_State *L, const luaL_Reg *methods)
{
    set_methods(L, methods, 1);
}

void lua_wick_set_method(lua_State *L, const char *name)
{
    for (int i = 1; i <= WICK_DTYPES; i++) {
        push_class(L, i);
        lua_pushvalue(L, -2);
        lua_setfield(L, -2, name);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

void lua_wick_storage_methods(lua_State *L, const luaL_Reg *methods)
{
    set_methods(L, methods, WICK_DTYPES + 1);
}
