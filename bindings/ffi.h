/* Pointers for Lua, as LuaJIT's ffi has them, that know where their memory ends. */
#ifndef LUA_WICK_FFI_H
#define LUA_WICK_FFI_H

#include "lua_wick.h"

/* An element type of C, by its plain name. */
typedef struct ffi_type {
    const char *name;
    size_t size; /* 0: void */
    char kind;   /* i: integer, u: unsigned, f: floating, b: truth value, v: void */
} ffi_type;

/* The type of that name, "int32_t" or "float" for instance; NULL: none. */
const ffi_type *lua_wick_ffi_type(const char *name);
/* What a storage of these elements is to C. */
const ffi_type *lua_wick_ffi_type_of(wick_dtype dtype);
/* Pushes the element that stands at `at`, aligned or not. */
void lua_wick_ffi_push(lua_State *L, const ffi_type *type, const void *at);
/* Writes the value at `index` of the stack; fractions are cut off, and what is too large wraps. */
void lua_wick_ffi_write(lua_State *L, const ffi_type *type, void *at, int index);

/* Sets core.ffi in the table on top. */
void lua_wick_open_ffi(lua_State *L);

#endif
