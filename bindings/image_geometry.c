/* Transformations of images in Lua, in the table `image` of the C module: each takes an image and
 * gives a new one. lua/image has the face. */
#include "lua_wick.h"

static const char *const filters[] = {
    [WICK_NEAREST] = "simple",  [WICK_AREA] = "area",       [WICK_BILINEAR] = "bilinear",
    [WICK_BICUBIC] = "bicubic", [WICK_LANCZOS] = "lanczos", [WICK_LANCZOS + 1] = NULL};

static const char *const conversions[] = {
    [WICK_RGB_TO_HSL] = "rgb2hsl", [WICK_HSL_TO_RGB] = "hsl2rgb", [WICK_RGB_TO_HSV] = "rgb2hsv",
    [WICK_HSV_TO_RGB] = "hsv2rgb", [WICK_RGB_TO_LAB] = "rgb2lab", [WICK_LAB_TO_RGB] = "lab2rgb",
    [WICK_RGB_TO_Y] = "rgb2y",     [WICK_RGB_TO_Y + 1] = NULL};

static wick_filter check_filter(lua_State *L, int index)
{
    return (wick_filter)luaL_checkoption(L, index, NULL, filters);
}

static int settled(lua_State *L, wick_status status)
{
    lua_wick_check(L, status);
    lua_wick_settle(L, -1);
    return 1;
}

/* resize(image, height, width, filter, antialias) */
static int resize(lua_State *L)
{
    wick_tensor *image = lua_wick_check_tensor(L, 1, "image.resize");
    int64_t height = lua_wick_whole(L, 2, "image.resize: height");
    int64_t width = lua_wick_whole(L, 3, "image.resize: width");
    wick_filter filter = check_filter(L, 4);
    bool antialias = lua_toboolean(L, 5);
    wick_tensor **out = lua_wick_push_box(L);
    return settled(L, wick_image_resize(image, height, width, filter, antialias, out));
}

/* scale(image, height, width, filter) */
static int scale(lua_State *L)
{
    wick_tensor *image = lua_wick_check_tensor(L, 1, "image.scale");
    int64_t height = lua_wick_integer(L, 2, "image.scale: height");
    int64_t width = lua_wick_integer(L, 3, "image.scale: width");
    wick_filter filter = check_filter(L, 4);
    wick_tensor **out = lua_wick_push_box(L);
    return settled(L, wick_image_scale(image, height, width, filter, out));
}

/* warp(image, field, filter, relative, pad, value) */
static int warp(lua_State *L)
{
    wick_tensor *image = lua_wick_check_tensor(L, 1, "image.warp");
    wick_tensor *field = lua_wick_check_tensor(L, 2, "image.warp");
    wick_warp how = {check_filter(L, 3), lua_toboolean(L, 4), lua_toboolean(L, 5),
                     luaL_checknumber(L, 6)};
    wick_tensor **out = lua_wick_push_box(L);
    return settled(L, wick_image_warp(image, field, &how, out));
}

/* rotate(image, angle, filter) */
static int rotate(lua_State *L)
{
    wick_tensor *image = lua_wick_check_tensor(L, 1, "image.rotate");
    double angle = luaL_checknumber(L, 2);
    wick_filter filter = check_filter(L, 3);
    wick_tensor **out = lua_wick_push_box(L);
    return settled(L, wick_image_rotate(image, angle, filter, out));
}

/* polar(image, height, width, logarithmic, full, filter) */
static int polar(lua_State *L)
{
    wick_tensor *image = lua_wick_check_tensor(L, 1, "image.polar");
    int64_t height = lua_wick_whole(L, 2, "image.polar: height");
    int64_t width = lua_wick_whole(L, 3, "image.polar: width");
    bool logarithmic = lua_toboolean(L, 4), full = lua_toboolean(L, 5);
    wick_filter filter = check_filter(L, 6);
    wick_tensor **out = lua_wick_push_box(L);
    return settled(L, wick_image_polar(image, height, width, logarithmic, full, filter, out));
}

/* colours(image, conversion) */
static int colours(lua_State *L)
{
    wick_tensor *image = lua_wick_check_tensor(L, 1, "image.colours");
    wick_colours to = (wick_colours)luaL_checkoption(L, 2, NULL, conversions);
    wick_tensor **out = lua_wick_push_box(L);
    return settled(L, wick_image_colours(image, to, out));
}

void lua_wick_open_image_geometry(lua_State *L)
{
    static const luaL_Reg functions[] = {{"resize", resize}, {"scale", scale}, {"warp", warp},
                                         {"rotate", rotate}, {"polar", polar}, {"colours", colours},
                                         {NULL, NULL}};
    lua_getfield(L, -1, "image");
    luaL_setfuncs(L, functions, 0);
    lua_pop(L, 1);
}
