/* Images in Lua: the table `image` of the C module. lua/wick/image.lua is its face. */
#include "lua_wick.h"

static const char *check_name(lua_State *L, int index, const char *function)
{
    if (lua_type(L, index) != LUA_TSTRING)
        lua_wick_error(L, "%s: expected a name, got %s", function, lua_wick_describe(L, index));
    return lua_tostring(L, index);
}

/* The bytes at `index`, a string's or a uint8 tensor's; a row-major copy of a strided tensor is
 * left on the stack. */
static const void *check_bytes(lua_State *L, int index, const char *function, size_t *bytes)
{
    void *data = NULL;
    if (lua_type(L, index) == LUA_TSTRING)
        return lua_tolstring(L, index, bytes);
    wick_tensor *tensor = lua_wick_to_tensor(L, index);
    if (tensor == NULL || wick_tensor_dtype(tensor) != WICK_UINT8)
        lua_wick_error(L, "%s: expected a string or a ByteTensor, got %s", function,
                       lua_wick_describe(L, index));
    if (!wick_tensor_is_contiguous(tensor))
        lua_wick_error(L, "%s: the tensor's bytes lie apart; call :contiguous() first", function);
    lua_wick_check(L, wick_tensor_data(tensor, &data));
    *bytes = (size_t)wick_tensor_count(tensor);
    return data;
}

/* pngEncode(image [, bits]) -> the file as a ByteTensor */
static int png_encode(lua_State *L)
{
    wick_tensor *image = lua_wick_check_tensor(L, 1, "pngEncode");
    int64_t bits = lua_isnoneornil(L, 2) ? 8 : lua_wick_whole(L, 2, "pngEncode: bits");
    wick_tensor **bytes = lua_wick_push_box(L);
    lua_wick_check(L, wick_png_encode(image, bits > 0 && bits < 100 ? (int)bits : 0, bytes));
    lua_wick_settle(L, -1);
    return 1;
}

/* pngSize(name, bytes) -> channels, height, width, bits a sample */
static int png_size(lua_State *L)
{
    size_t bytes;
    wick_image_size size;
    const char *name = check_name(L, 1, "pngSize");
    const void *data = check_bytes(L, 2, "pngSize", &bytes);
    lua_wick_check(L, wick_png_size(name, data, bytes, &size));
    lua_pushinteger(L, size.channels);
    lua_pushinteger(L, size.height);
    lua_pushinteger(L, size.width);
    lua_pushinteger(L, size.bits);
    return 4;
}

/* pngDecode(name, bytes, type [, limit]) -> channels x height x width */
static int png_decode(lua_State *L)
{
    size_t bytes;
    const char *name = check_name(L, 1, "pngDecode");
    const void *data = check_bytes(L, 2, "pngDecode", &bytes);
    int dtype = lua_wick_dtype(check_name(L, 3, "pngDecode"));
    int64_t limit = lua_isnoneornil(L, 4) ? 0 : lua_wick_whole(L, 4, "pngDecode: limit");
    if (dtype < 0)
        lua_wick_error(L, "%s: there is no type \"%s\" for its samples", name, lua_tostring(L, 3));
    if (limit < 0)
        lua_wick_error(L, "%s: a limit of %lld bytes is negative", name, (long long)limit);
    wick_tensor **image = lua_wick_push_box(L);
    lua_wick_check(L, wick_png_decode(lua_wick_context(L), name, data, bytes, (wick_dtype)dtype,
                                      (size_t)limit, image));
    lua_wick_settle(L, -1);
    return 1;
}

void lua_wick_open_image(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"pngEncode", png_encode}, {"pngSize", png_size}, {"pngDecode", png_decode}, {NULL, NULL}};
    luaL_newlib(L, functions);
    lua_setfield(L, -2, "image");
}
