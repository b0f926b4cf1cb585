/* The memory behind lua/ffi.lua: pointers into tensors, storages, strings and arrays of their own,
 * which read and write nothing outside. A pointer into a storage asks for its memory anew each
 * time, so it stays good when the storage grows. */
#include "ffi.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

static const char mark_key;
#define CLASS "wick.cdata"

/* Its user value keeps alive what the memory belongs to. */
typedef struct pointer {
    const void *mark;
    const ffi_type *type;
    wick_storage *storage; /* NULL: `base` and `bytes` say where the memory is */
    char *base;
    size_t bytes;
    int64_t at; /* bytes from the beginning of the memory; may lie outside */
    bool read_only, is_array;
} pointer;

typedef struct span {
    char *base;
    int64_t bytes;
} span;

static pointer *to_pointer(lua_State *L, int index)
{
    pointer *p = lua_touserdata(L, index);
    return p && lua_type(L, index) == LUA_TUSERDATA && lua_rawlen(L, index) == sizeof *p &&
                   p->mark == &mark_key
               ? p
               : NULL;
}

static pointer *check_pointer(lua_State *L, int index, const char *what)
{
    pointer *p = to_pointer(L, index);
    if (!p)
        lua_wick_error(L, "%s: expected a pointer as argument %d, got %s", what, index,
                       lua_wick_describe(L, index));
    return p;
}

static const ffi_type *check_type(lua_State *L, int index)
{
    const ffi_type *type = lua_wick_ffi_type(luaL_checkstring(L, index));
    if (!type)
        lua_wick_error(L, "ffi: there is no type %s", lua_tostring(L, index));
    return type;
}

/* Pushes a pointer that points nowhere; its user value is the value at `owner`. */
static pointer *push_pointer(lua_State *L, const ffi_type *type, int owner)
{
    owner = lua_absindex(L, owner);
    pointer *p = lua_newuserdatauv(L, sizeof *p, 1);
    *p = (pointer){.mark = &mark_key, .type = type};
    luaL_setmetatable(L, CLASS);
    lua_pushvalue(L, owner);
    lua_setiuservalue(L, -2, 1);
    return p;
}

/* A pointer like that at `index`. */
static pointer *push_like(lua_State *L, int index)
{
    pointer *from = to_pointer(L, index);
    lua_getiuservalue(L, index, 1);
    pointer *p = push_pointer(L, from->type, -1);
    lua_remove(L, -2);
    *p = *from;
    p->is_array = false;
    if (p->storage)
        wick_storage_retain(p->storage);
    return p;
}

static int collect(lua_State *L)
{
    pointer *p = to_pointer(L, 1);
    if (p) {
        wick_storage_release(p->storage);
        *p = (pointer){.mark = &mark_key, .type = p->type};
    }
    return 0;
}

/* ---- bounds ---- */

static span memory_of(lua_State *L, const pointer *p)
{
    void *data = p->base;
    if (!p->storage)
        return (span){p->base, (int64_t)p->bytes};
    lua_wick_check(L, wick_storage_data(p->storage, &data));
    return (span){data, wick_storage_size(p->storage) *
                            (int64_t)wick_dtype_size(wick_storage_dtype(p->storage))};
}

static int64_t scaled(lua_State *L, int64_t count, size_t size)
{
    int64_t bytes;
    if (__builtin_mul_overflow(count, (int64_t)size, &bytes))
        lua_wick_error(L, "ffi: an offset of %lld elements is more than memory has addresses",
                       (long long)count);
    return bytes;
}

/* `bytes` bytes from `offset` bytes behind the pointer on; raises when they are not all there. */
static char *reach(lua_State *L, const pointer *p, int64_t offset, int64_t bytes, const char *what)
{
    int64_t first, last;
    span memory = memory_of(L, p);
    if (__builtin_add_overflow(p->at, offset, &first) ||
        __builtin_add_overflow(first, bytes, &last) || bytes < 0 || first < 0 ||
        last > memory.bytes)
        lua_wick_error(L, "%s: %lld bytes from byte %lld on reach outside memory of %lld bytes",
                       what, (long long)bytes, (long long)first, (long long)memory.bytes);
    return memory.base + first;
}

static char *reach_to_write(lua_State *L, const pointer *p, int64_t offset, int64_t bytes,
                            const char *what)
{
    if (p->read_only || (p->storage && wick_storage_is_read_only(p->storage)))
        lua_wick_error(L, "%s: this memory is for reading only", what);
    char *at = reach(L, p, offset, bytes, what);
    if (p->storage)
        wick_storage_touch(p->storage);
    return at;
}

/* Bytes between the pointer and the end of its memory. */
static int64_t left(lua_State *L, const pointer *p)
{
    int64_t bytes = memory_of(L, p).bytes;
    return p->at < 0 || p->at > bytes ? 0 : bytes - p->at;
}

static int64_t element_offset(lua_State *L, const pointer *p, int index)
{
    if (p->type->size == 0)
        lua_wick_error(L, "ffi: a void pointer has no elements; cast it to another type");
    return scaled(L, lua_wick_integer(L, index, "index"), p->type->size);
}

/* ---- metamethods ---- */

static int pointer_index(lua_State *L)
{
    const pointer *p = check_pointer(L, 1, "index");
    if (!lua_isnumber(L, 2))
        return lua_wick_error(L, "ffi: a %s pointer is indexed by whole numbers from 0, not by %s",
                              p->type->name, lua_wick_describe(L, 2));
    int64_t offset = element_offset(L, p, 2);
    lua_wick_ffi_push(L, p->type, reach(L, p, offset, (int64_t)p->type->size, "index"));
    return 1;
}

static int pointer_newindex(lua_State *L)
{
    const pointer *p = check_pointer(L, 1, "index");
    int64_t offset = element_offset(L, p, 2);
    char *at = reach_to_write(L, p, offset, (int64_t)p->type->size, "index");
    lua_wick_ffi_write(L, p->type, at, 3);
    return 0;
}

static int move(lua_State *L, int from, int by, int sign)
{
    int64_t offset = scaled(L, lua_wick_integer(L, by, "offset"),
                            to_pointer(L, from)->type->size ? to_pointer(L, from)->type->size : 1);
    pointer *p = push_like(L, from);
    if (__builtin_add_overflow(p->at, sign * offset, &p->at))
        return lua_wick_error(L, "ffi: an offset that is more than memory has addresses");
    return 1;
}

static int pointer_add(lua_State *L)
{
    bool first = to_pointer(L, 1) != NULL;
    if (!lua_isnumber(L, first ? 2 : 1))
        return lua_wick_error(L, "ffi: to a pointer a number can be added, not %s",
                              lua_wick_describe(L, first ? 2 : 1));
    return move(L, first ? 1 : 2, first ? 2 : 1, 1);
}

static int pointer_sub(lua_State *L)
{
    const pointer *a = check_pointer(L, 1, "subtract"), *b = to_pointer(L, 2);
    if (!b)
        return move(L, 1, 2, -1);
    if (a->type->size == 0 || a->type != b->type)
        return lua_wick_error(L, "ffi: %s and %s pointers have no difference", a->type->name,
                              b->type->name);
    ptrdiff_t apart = (memory_of(L, a).base + a->at) - (memory_of(L, b).base + b->at);
    lua_pushinteger(L, apart / (ptrdiff_t)a->type->size);
    return 1;
}

static uintptr_t address_of(lua_State *L, const pointer *p)
{
    return (uintptr_t)memory_of(L, p).base + (uintptr_t)p->at;
}

static int pointer_eq(lua_State *L)
{
    const pointer *a = to_pointer(L, 1), *b = to_pointer(L, 2);
    lua_pushboolean(L, a && b && address_of(L, a) == address_of(L, b));
    return 1;
}

static int pointer_tostring(lua_State *L)
{
    const pointer *p = check_pointer(L, 1, "tostring");
    lua_pushfstring(L, "cdata<%s %s>: %p", p->type->name, p->is_array ? "[]" : "*",
                    (void *)address_of(L, p));
    return 1;
}

/* ---- making ---- */

/* memory(type, count): an array of zeros */
static int ffi_memory(lua_State *L)
{
    const ffi_type *type = check_type(L, 1);
    int64_t count = lua_wick_integer(L, 2, "ffi.new");
    if (count < 0 || type->size == 0)
        return lua_wick_error(L, "ffi.new: an array of %lld elements of type %s", (long long)count,
                              type->name);
    int64_t bytes = scaled(L, count, type->size);
    if (bytes > PTRDIFF_MAX - 64)
        return luaL_error(L, "not enough memory");
    char *block = lua_newuserdatauv(L, bytes > 0 ? (size_t)bytes : 1, 0);
    memset(block, 0, (size_t)bytes);
    pointer *p = push_pointer(L, type, -1);
    p->base = block;
    p->bytes = (size_t)bytes;
    p->is_array = true;
    return 1;
}

/* text(type, string): a pointer into the string, for reading */
static int ffi_text(lua_State *L)
{
    size_t length;
    const ffi_type *type = check_type(L, 1);
    const char *text = luaL_checklstring(L, 2, &length);
    pointer *p = push_pointer(L, type, 2);
    p->base = (char *)text;
    p->bytes = length + 1;
    p->read_only = true;
    return 1;
}

/* cast(type, pointer): the same place, seen as another type */
static int ffi_cast(lua_State *L)
{
    const ffi_type *type = check_type(L, 1);
    check_pointer(L, 2, "ffi.cast");
    push_like(L, 2)->type = type;
    return 1;
}

static int push_storage_pointer(lua_State *L, wick_storage *storage, int64_t offset)
{
    void *data;
    wick_dtype dtype = wick_storage_dtype(storage);
    lua_wick_check(L, wick_storage_data(storage, &data));
    pointer *p = push_pointer(L, lua_wick_ffi_type_of(dtype), 1);
    wick_storage_retain(storage);
    p->storage = storage;
    p->at = offset * (int64_t)wick_dtype_size(dtype);
    return 1;
}

/* data(tensor or storage): a pointer to the first element; nil for a tensor without memory */
static int ffi_data(lua_State *L)
{
    const wick_tensor *tensor = lua_wick_to_tensor(L, 1);
    wick_storage *storage = tensor ? wick_tensor_storage(tensor) : lua_wick_to_storage(L, 1);
    if (!tensor && !storage)
        return lua_wick_error(L, "data: expected a tensor or a storage, got %s",
                              lua_wick_describe(L, 1));
    if (!storage)
        return 0;
    return push_storage_pointer(L, storage, tensor ? wick_tensor_offset(tensor) : 0);
}

/* ---- bytes ---- */

/* string(pointer [, length]): that many bytes, or those before a NUL */
static int ffi_string(lua_State *L)
{
    const pointer *p = check_pointer(L, 1, "ffi.string");
    int64_t length = lua_isnoneornil(L, 2) ? -1 : lua_wick_integer(L, 2, "ffi.string");
    if (length < 0 && !lua_isnoneornil(L, 2))
        return lua_wick_error(L, "ffi.string: a length of %lld", (long long)length);
    const char *at = reach(L, p, 0, length < 0 ? 0 : length, "ffi.string");
    if (length < 0) {
        const char *end = memchr(at, 0, (size_t)left(L, p));
        if (!end)
            return lua_wick_error(L,
                                  "ffi.string: no NUL stands in the memory of %lld bytes behind "
                                  "the pointer; give the length",
                                  (long long)left(L, p));
        length = end - at;
    }
    lua_pushlstring(L, at, (size_t)length);
    return 1;
}

/* copy(to, from [, length]): from a pointer, or a string and the NUL behind it */
static int ffi_copy(lua_State *L)
{
    size_t size = 0;
    const pointer *to = check_pointer(L, 1, "ffi.copy");
    const char *text = lua_type(L, 2) == LUA_TSTRING ? lua_tolstring(L, 2, &size) : NULL;
    if (!text && lua_isnoneornil(L, 3))
        return lua_wick_error(L, "ffi.copy: the number of bytes is missing");
    int64_t length = lua_isnoneornil(L, 3) ? (int64_t)size + 1 : lua_wick_integer(L, 3, "ffi.copy");
    if (text && (length < 0 || (size_t)length > size + 1))
        return lua_wick_error(L, "ffi.copy: %lld bytes of a string of %lld", (long long)length,
                              (long long)size);
    const char *from =
        text ? text : reach(L, check_pointer(L, 2, "ffi.copy"), 0, length, "ffi.copy");
    memmove(reach_to_write(L, to, 0, length, "ffi.copy"), from, (size_t)length);
    return 0;
}

/* fill(to, length [, byte]) */
static int ffi_fill(lua_State *L)
{
    const pointer *to = check_pointer(L, 1, "ffi.fill");
    int64_t length = lua_wick_integer(L, 2, "ffi.fill");
    int byte = lua_isnoneornil(L, 3) ? 0 : (int)lua_wick_integer(L, 3, "ffi.fill");
    memset(reach_to_write(L, to, 0, length, "ffi.fill"), byte, (size_t)length);
    return 0;
}

/* address(pointer) -> a number */
static int ffi_address(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)address_of(L, check_pointer(L, 1, "ffi.cast")));
    return 1;
}

/* size(pointer) -> bytes that ffi.sizeof says: those of an array, or of a pointer itself */
static int ffi_size(lua_State *L)
{
    const pointer *p = check_pointer(L, 1, "ffi.sizeof");
    lua_pushinteger(L, (lua_Integer)(p->is_array ? p->bytes : sizeof(void *)));
    return 1;
}

/* typeSize(type), and nil when there is no such type */
static int ffi_type_size(lua_State *L)
{
    const ffi_type *type = lua_wick_ffi_type(luaL_checkstring(L, 1));
    if (!type)
        return 0;
    lua_pushinteger(L, (lua_Integer)type->size);
    return 1;
}

/* typeOf(value) -> the type of a pointer's elements and whether it is an array; nil for others */
static int ffi_type_of(lua_State *L)
{
    const pointer *p = to_pointer(L, 1);
    if (!p)
        return 0;
    lua_pushstring(L, p->type->name);
    lua_pushboolean(L, p->is_array);
    return 2;
}

void lua_wick_open_ffi(lua_State *L)
{
    static const luaL_Reg meta[] = {{"__gc", collect},
                                    {"__index", pointer_index},
                                    {"__newindex", pointer_newindex},
                                    {"__add", pointer_add},
                                    {"__sub", pointer_sub},
                                    {"__eq", pointer_eq},
                                    {"__tostring", pointer_tostring},
                                    {NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"memory", ffi_memory},      {"text", ffi_text},       {"cast", ffi_cast},
        {"data", ffi_data},          {"string", ffi_string},   {"copy", ffi_copy},
        {"fill", ffi_fill},          {"address", ffi_address}, {"size", ffi_size},
        {"typeSize", ffi_type_size}, {"typeOf", ffi_type_of},  {NULL, NULL}};
    luaL_newmetatable(L, CLASS);
    luaL_setfuncs(L, meta, 0);
    lua_pop(L, 1);
    luaL_newlib(L, functions);
    lua_setfield(L, -2, "ffi");
}
