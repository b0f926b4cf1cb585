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

/* A limit, or 0 when it is left out; a name is first on the stack. */
static size_t check_count(lua_State *L, int index, const char *what)
{
    int64_t count = lua_isnoneornil(L, index) ? 0 : lua_wick_whole(L, index, what);
    if (count < 0)
        lua_wick_error(L, "%s: a limit of %lld is negative", lua_tostring(L, 1), (long long)count);
    return (size_t)count;
}

static wick_dtype check_type(lua_State *L, int index, const char *function)
{
    int dtype = lua_wick_dtype(check_name(L, index, function));
    if (dtype < 0)
        lua_wick_error(L, "%s: there is no type \"%s\" for its samples", lua_tostring(L, 1),
                       lua_tostring(L, index));
    return (wick_dtype)dtype;
}

/* A number for the core to look at: what an int does not hold is out of every range. */
static int check_int(lua_State *L, int index, const char *what, int otherwise)
{
    int64_t value = lua_isnoneornil(L, index) ? otherwise : lua_wick_whole(L, index, what);
    return value > 0 && value < 1000 ? (int)value : 0;
}

static int push_size(lua_State *L, const wick_image_size *size)
{
    lua_pushinteger(L, size->channels);
    lua_pushinteger(L, size->height);
    lua_pushinteger(L, size->width);
    lua_pushinteger(L, size->bits);
    return 4;
}

/* imageFormat(bytes) -> "png", "jpeg", "pnm" or nil */
static int image_format(lua_State *L)
{
    static const char *const names[] = {NULL, "png", "jpeg", "pnm"};
    size_t bytes;
    const void *data = check_bytes(L, 1, "imageFormat", &bytes);
    lua_pushstring(L, names[wick_image_format_of(data, bytes)]);
    return 1;
}

/* ---- formats that are read without options --------------------------------------------------- */

typedef wick_status size_of_file(const char *name, const void *data, size_t bytes,
                                 wick_image_size *size);
typedef wick_status decode_file(wick_context *context, const char *name, const void *data,
                                size_t bytes, wick_dtype dtype, size_t limit, wick_tensor **image);

/* (name, bytes) -> channels, height, width, bits a sample */
static int push_size_of(lua_State *L, const char *what, size_of_file *size_of)
{
    size_t bytes;
    wick_image_size size;
    const char *name = check_name(L, 1, what);
    const void *data = check_bytes(L, 2, what, &bytes);
    lua_wick_check(L, size_of(name, data, bytes, &size));
    return push_size(L, &size);
}

/* (name, bytes, type [, limit]) -> channels x height x width */
static int push_decoded(lua_State *L, const char *what, const char *what_limit, decode_file *decode)
{
    size_t bytes;
    const char *name = check_name(L, 1, what);
    const void *data = check_bytes(L, 2, what, &bytes);
    wick_dtype dtype = check_type(L, 3, what);
    size_t limit = check_count(L, 4, what_limit);
    wick_tensor **image = lua_wick_push_box(L);
    lua_wick_check(L, decode(lua_wick_context(L), name, data, bytes, dtype, limit, image));
    lua_wick_settle(L, -1);
    return 1;
}

/* ---- PNG ---- */

/* pngEncode(image [, bits]) -> the file as a ByteTensor */
static int png_encode(lua_State *L)
{
    wick_tensor *image = lua_wick_check_tensor(L, 1, "pngEncode");
    int bits = check_int(L, 2, "pngEncode: bits", 8);
    wick_tensor **bytes = lua_wick_push_box(L);
    lua_wick_check(L, wick_png_encode(image, bits, bytes));
    lua_wick_settle(L, -1);
    return 1;
}

/* pngSize(name, bytes) -> channels, height, width, bits a sample */
static int png_size(lua_State *L)
{
    return push_size_of(L, "pngSize", wick_png_size);
}

/* pngDecode(name, bytes, type [, limit]) -> channels x height x width */
static int png_decode(lua_State *L)
{
    return push_decoded(L, "pngDecode", "pngDecode: limit", wick_png_decode);
}

/* ---- JPEG ---- */

/* jpegEncode(image, quality) -> the file as a ByteTensor */
static int jpeg_encode(lua_State *L)
{
    wick_tensor *image = lua_wick_check_tensor(L, 1, "jpegEncode");
    int quality = check_int(L, 2, "jpegEncode: quality", 75);
    wick_tensor **bytes = lua_wick_push_box(L);
    lua_wick_check(L, wick_jpeg_encode(image, quality, bytes));
    lua_wick_settle(L, -1);
    return 1;
}

/* From `first` on: limit, leastHeight, leastWidth, asStored, damaged. */
static wick_jpeg_options check_options(lua_State *L, int first)
{
    return (wick_jpeg_options){
        .limit = check_count(L, first, "jpeg: limit"),
        .least_height = (int64_t)check_count(L, first + 1, "jpeg: least height"),
        .least_width = (int64_t)check_count(L, first + 2, "jpeg: least width"),
        .as_stored = lua_toboolean(L, first + 3),
        .damaged = lua_toboolean(L, first + 4)};
}

/* jpegSize(name, bytes, ...options) -> channels, height, width, bits a sample */
static int jpeg_size(lua_State *L)
{
    size_t bytes;
    wick_image_size size;
    const char *name = check_name(L, 1, "jpegSize");
    const void *data = check_bytes(L, 2, "jpegSize", &bytes);
    wick_jpeg_options options = check_options(L, 3);
    lua_wick_check(L, wick_jpeg_size(name, data, bytes, &options, &size));
    return push_size(L, &size);
}

/* jpegDecode(name, bytes, type, ...options) -> channels x height x width */
static int jpeg_decode(lua_State *L)
{
    size_t bytes;
    const char *name = check_name(L, 1, "jpegDecode");
    const void *data = check_bytes(L, 2, "jpegDecode", &bytes);
    wick_dtype dtype = check_type(L, 3, "jpegDecode");
    wick_jpeg_options options = check_options(L, 4);
    wick_tensor **image = lua_wick_push_box(L);
    lua_wick_check(
        L, wick_jpeg_decode(lua_wick_context(L), name, data, bytes, dtype, &options, image));
    lua_wick_settle(L, -1);
    return 1;
}

/* ---- PPM, PGM, PBM ---- */

/* pnmEncode(image [, bits [, text]]) -> the file as a ByteTensor */
static int pnm_encode(lua_State *L)
{
    wick_tensor *image = lua_wick_check_tensor(L, 1, "pnmEncode");
    int bits = check_int(L, 2, "pnmEncode: bits", 8);
    bool text = lua_toboolean(L, 3);
    wick_tensor **bytes = lua_wick_push_box(L);
    lua_wick_check(L, wick_pnm_encode(image, bits, text, bytes));
    lua_wick_settle(L, -1);
    return 1;
}

/* pnmSize(name, bytes) -> channels, height, width, bits a sample */
static int pnm_size(lua_State *L)
{
    return push_size_of(L, "pnmSize", wick_pnm_size);
}

/* pnmDecode(name, bytes, type [, limit]) -> channels x height x width */
static int pnm_decode(lua_State *L)
{
    return push_decoded(L, "pnmDecode", "pnmDecode: limit", wick_pnm_decode);
}

void lua_wick_open_image(lua_State *L)
{
    static const luaL_Reg functions[] = {{"imageFormat", image_format},
                                         {"pngEncode", png_encode},
                                         {"pngSize", png_size},
                                         {"pngDecode", png_decode},
                                         {"jpegEncode", jpeg_encode},
                                         {"jpegSize", jpeg_size},
                                         {"jpegDecode", jpeg_decode},
                                         {"pnmEncode", pnm_encode},
                                         {"pnmSize", pnm_size},
                                         {"pnmDecode", pnm_decode},
                                         {NULL, NULL}};
    luaL_newlib(L, functions);
    lua_setfield(L, -2, "image");
}
