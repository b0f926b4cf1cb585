/* Element types of C: their sizes, and how Lua sees their values. */
#include "ffi.h"

#include <string.h>

static const ffi_type types[] = {
    {"void", 0, 'v'},     {"bool", 1, 'b'},     {"char", 1, 'i'},     {"int8_t", 1, 'i'},
    {"int16_t", 2, 'i'},  {"int32_t", 4, 'i'},  {"int64_t", 8, 'i'},  {"uint8_t", 1, 'u'},
    {"uint16_t", 2, 'u'}, {"uint32_t", 4, 'u'}, {"uint64_t", 8, 'u'}, {"half", 2, 'f'},
    {"float", 4, 'f'},    {"double", 8, 'f'},
};

const ffi_type *lua_wick_ffi_type(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, name) == 0)
            return &types[i];
    return NULL;
}

const ffi_type *lua_wick_ffi_type_of(wick_dtype dtype)
{
    static const char *const names[WICK_DTYPES] = {"uint8_t", "char", "int16_t", "int32_t",
                                                   "int64_t", "half", "float",   "double"};
    return lua_wick_ffi_type(names[dtype]);
}

static wick_dtype floating_of(size_t size)
{
    return size == 2 ? WICK_FLOAT16 : size == 4 ? WICK_FLOAT32 : WICK_FLOAT64;
}

/* The low `size` bytes of a number, this machine being little-endian or not. */
static size_t first_byte(size_t size)
{
    static const uint16_t one = 1;
    return *(const unsigned char *)&one ? 0 : sizeof(uint64_t) - size;
}

static lua_Integer read_integer(const ffi_type *type, const void *at)
{
    uint64_t bits = 0;
    memcpy((char *)&bits + first_byte(type->size), at, type->size);
    int unused = 64 - 8 * (int)type->size;
    if (type->kind == 'i' && unused > 0)
        return (int64_t)(bits << unused) >> unused;
    return (lua_Integer)bits;
}

void lua_wick_ffi_push(lua_State *L, const ffi_type *type, const void *at)
{
    double aligned = 0;
    if (type->kind == 'f') {
        memcpy(&aligned, at, type->size);
        lua_wick_push_element(L, lua_wick_state(L), floating_of(type->size), &aligned);
    } else if (type->kind == 'b')
        lua_pushboolean(L, *(const char *)at != 0);
    else
        lua_pushinteger(L, read_integer(type, at));
}

static uint64_t integer_bits(lua_State *L, const ffi_type *type, int index)
{
    if (lua_isboolean(L, index))
        return (uint64_t)lua_toboolean(L, index);
    lua_Integer value = lua_wick_integer(L, index, type->name);
    return type->kind == 'b' ? value != 0 : (uint64_t)value;
}

void lua_wick_ffi_write(lua_State *L, const ffi_type *type, void *at, int index)
{
    if (type->kind == 'f') {
        double aligned = 0;
        if (!lua_isnumber(L, index))
            lua_wick_error(L, "ffi: a %s is made of a number, not of %s", type->name,
                           lua_wick_describe(L, index));
        lua_wick_write_element(L, floating_of(type->size), &aligned, index);
        memcpy(at, &aligned, type->size);
    } else {
        uint64_t bits = integer_bits(L, type, index);
        memcpy(at, (const char *)&bits + first_byte(type->size), type->size);
    }
}
