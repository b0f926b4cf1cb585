/* Samples on their way between rows of files and planes of tensors, and which format a file has. */
#include "image/image.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/status.h"
#include "kernel/split.h"
#include "tensor/tensor.h"

static const size_t LEAST_LIMIT = (size_t)256 << 20;
enum { TIMES_THE_FILE = 256, FIRST_ROOM = 1 << 14 };

/* ---- which format ---- */

wick_image_format wick_image_format_of(const void *data, size_t bytes)
{
    const uint8_t *at = data;
    if (bytes >= 4 && memcmp(at, "\x89PNG", 4) == 0)
        return WICK_PNG;
    if (bytes >= 3 && memcmp(at, "\xff\xd8\xff", 3) == 0)
        return WICK_JPEG;
    if (bytes >= 3 && at[0] == 'P' && at[1] >= '1' && at[1] <= '6' &&
        (at[2] == '#' || at[2] == ' ' || (at[2] >= '\t' && at[2] <= '\r')))
        return WICK_PNM;
    return WICK_NO_IMAGE;
}

static wick_status unknown_format(const char *name)
{
    return wick__fail(WICK_EFORMAT, "%s: is no PNG, JPEG, PPM, PGM or PBM image", name);
}

wick_status wick_image_size_of(const char *name, const void *data, size_t bytes,
                               wick_image_size *size)
{
    switch (wick_image_format_of(data, bytes)) {
    case WICK_PNG:
        return wick_png_size(name, data, bytes, size);
    case WICK_JPEG:
        return wick_jpeg_size(name, data, bytes, NULL, size);
    case WICK_PNM:
        return wick_pnm_size(name, data, bytes, size);
    default:
        return unknown_format(name);
    }
}

wick_status wick_image_decode(wick_context *context, const char *name, const void *data,
                              size_t bytes, wick_dtype dtype, size_t limit, wick_tensor **image)
{
    const wick_jpeg_options options = {.limit = limit};
    *image = NULL;
    switch (wick_image_format_of(data, bytes)) {
    case WICK_PNG:
        return wick_png_decode(context, name, data, bytes, dtype, limit, image);
    case WICK_JPEG:
        return wick_jpeg_decode(context, name, data, bytes, dtype, &options, image);
    case WICK_PNM:
        return wick_pnm_decode(context, name, data, bytes, dtype, limit, image);
    default:
        return unknown_format(name);
    }
}

/* ---- reading ---- */

size_t wick__image_limit(size_t limit, size_t file_bytes)
{
    if (limit > 0)
        return limit;
    if (file_bytes > SIZE_MAX / TIMES_THE_FILE)
        return SIZE_MAX;
    return file_bytes * TIMES_THE_FILE > LEAST_LIMIT ? file_bytes * TIMES_THE_FILE : LEAST_LIMIT;
}

wick_status wick__image_check(const char *name, const wick_image_size *size, wick_dtype dtype,
                              size_t limit, size_t *bytes)
{
    int64_t samples;
    if (dtype != WICK_UINT8 && !wick_dtype_is_floating(dtype))
        return wick__fail(WICK_EDTYPE, "%s: an image is read as uint8 or a floating type, not %s",
                          name, wick_dtype_name(dtype));
    bool fits =
        wick__count_fits(3, (int64_t[]){size->channels, size->height, size->width}, &samples) &&
        wick__bytes_fit(samples, wick_dtype_size(dtype), bytes);
    if (!fits || *bytes > limit)
        return wick__fail(
            WICK_EFORMAT,
            "%s: reading %lld x %lld pixels takes %zu bytes, the limit is %zu; give a "
            "larger one if the image is what you expect",
            name, (long long)size->width, (long long)size->height, fits ? *bytes : SIZE_MAX, limit);
    return WICK_OK;
}

wick_status wick__image_planes_open(wick_context *context, const wick_image_size *size,
                                    wick_dtype dtype, unsigned most, wick__turn turn,
                                    wick__image_planes *planes)
{
    int64_t height = turn.transposed ? size->width : size->height;
    int64_t width = turn.transposed ? size->height : size->width;
    int64_t down = turn.upwards ? -width : width, right = turn.leftwards ? -1 : 1;
    *planes = (wick__image_planes){.dtype = dtype == WICK_FLOAT16 ? WICK_FLOAT32 : dtype,
                                   .channels = size->channels,
                                   .width = size->width,
                                   .plane = height * width,
                                   .first = (turn.upwards ? (height - 1) * width : 0) +
                                            (turn.leftwards ? width - 1 : 0),
                                   .down = turn.transposed ? right : down,
                                   .right = turn.transposed ? down : right,
                                   .most = most};
    wick_status status = wick_tensor_new(
        context, planes->dtype, 3, (int64_t[]){size->channels, height, width}, &planes->tensor);
    if (status == WICK_OK)
        status = wick__writable(planes->tensor, &planes->data);
    if (status != WICK_OK)
        wick__image_planes_close(planes);
    return status;
}

/* One plane's share of a row: TYPE elements from samples `v`. */
#define PUT(TYPE, VALUE)                                                                           \
    do {                                                                                           \
        TYPE *to = (TYPE *)p->data + start;                                                        \
        for (int64_t x = 0; x < p->width; x++, to += p->right) {                                   \
            unsigned v = row[x * p->channels];                                                     \
            *to = (TYPE)(VALUE);                                                                   \
        }                                                                                          \
    } while (0)

static void put_samples(const wick__image_planes *p, int64_t start, const uint16_t *row)
{
    if (p->dtype == WICK_FLOAT64)
        PUT(double, (double)v / (double)p->most);
    else if (p->dtype == WICK_FLOAT32)
        PUT(float, (float)v / (float)p->most);
    else if (p->most == 255)
        PUT(uint8_t, v);
    else if (p->most == 65535)
        PUT(uint8_t, v >> 8); /* as in PNG files */
    else
        PUT(uint8_t, (v * 255 + p->most / 2) / p->most);
}

void wick__image_planes_put(const wick__image_planes *planes, int64_t y, const uint16_t *row)
{
    for (int64_t c = 0; c < planes->channels; c++)
        put_samples(planes, c * planes->plane + planes->first + y * planes->down, row + c);
}

bool wick__image_planes_put_bytes(const wick__image_planes *p, int64_t y, const uint8_t *row)
{
    uint8_t *to = (uint8_t *)p->data + p->first + y * p->down;
    if (p->dtype != WICK_UINT8 || p->most != 255 || p->right != 1)
        return false;
    if (p->channels == 3)
        wick__split_best()(p->width, row, to, to + p->plane, to + 2 * p->plane);
    else if (p->channels == 1)
        memcpy(to, row, (size_t)p->width);
    return p->channels == 3 || p->channels == 1;
}

wick_status wick__image_planes_take(wick__image_planes *planes, wick_dtype dtype,
                                    wick_tensor **image)
{
    wick_status status = wick__convert(planes->tensor, dtype, image);
    wick__image_planes_close(planes);
    return status;
}

void wick__image_planes_close(wick__image_planes *planes)
{
    wick_tensor_release(planes->tensor);
    planes->tensor = NULL;
}

/* ---- writing ---- */

static wick_status read_shape(const char *format, const wick_tensor *image, wick__picture *p)
{
    int ndim = image->ndim;
    *p = (wick__picture){.floating = wick_dtype_is_floating(image->dtype)};
    if (image->dtype != WICK_UINT8 && !p->floating)
        return wick__fail(WICK_EDTYPE,
                          "%s: not defined for %s tensors; uint8 tensors have samples from 0 to "
                          "255, floating ones from 0 to 1",
                          format, wick_dtype_name(image->dtype));
    if (ndim == 2 || ndim == 3) {
        p->channels = ndim == 3 ? image->size[0] : 1;
        p->height = image->size[ndim - 2];
        p->width = image->size[ndim - 1];
    }
    if (p->channels < 1 || p->height < 1 || p->width < 1)
        return wick__fail(WICK_ESHAPE,
                          "%s: the image is %s, expected height x width or channels x height x "
                          "width",
                          format, wick__shape(image));
    return WICK_OK;
}

wick_status wick__picture_open(const char *format, wick_tensor *image, wick__picture *picture)
{
    wick_tensor *dense = NULL;
    void *data;
    wick_status status = read_shape(format, image, picture);
    if (status == WICK_OK)
        status = wick__contiguous(image, &dense);
    if (status == WICK_OK)
        status =
            wick__convert(dense, picture->floating ? WICK_FLOAT64 : WICK_UINT8, &picture->tensor);
    wick_tensor_release(dense);
    if (status == WICK_OK)
        status = wick__dense(picture->tensor, &data);
    if (status != WICK_OK)
        wick__picture_close(picture);
    else
        picture->data = data;
    return status;
}

void wick__picture_close(wick__picture *picture)
{
    wick_tensor_release(picture->tensor);
    picture->tensor = NULL;
}

/* 8 bits are cut off as Torch7 does, with room for the rounding of n / 255; 16 are rounded. */
static unsigned sample_of(double value, int bits)
{
    if (!(value > 0))
        return 0;
    value = fmin(value, 1);
    return (unsigned)(bits == 8 ? value * 255 + 1e-3 : value * 65535 + 0.5);
}

/* Bytes as they are, channel by channel. */
static void pack_bytes(const wick__picture *picture, int64_t y, uint8_t *to)
{
    const uint8_t *from = (const uint8_t *)picture->data + y * picture->width;
    int64_t channels = picture->channels;
    for (int64_t c = 0; c < channels; c++, from += picture->height * picture->width)
        for (int64_t x = 0; x < picture->width; x++)
            to[x * channels + c] = from[x];
}

void wick__picture_row(const wick__picture *picture, int64_t y, int bits, uint8_t *to)
{
    if (!picture->floating && bits == 8) {
        pack_bytes(picture, y, to);
        return;
    }
    for (int64_t x = 0; x < picture->width; x++)
        for (int64_t c = 0; c < picture->channels; c++) {
            int64_t at = (c * picture->height + y) * picture->width + x;
            unsigned value = picture->floating
                                 ? sample_of(((const double *)picture->data)[at], bits)
                                 : ((const uint8_t *)picture->data)[at] * (bits == 16 ? 257u : 1u);
            if (bits == 16)
                *to++ = (uint8_t)(value >> 8);
            *to++ = (uint8_t)value;
        }
}

wick_status wick__growing_reserve(wick__growing *g, size_t more)
{
    void *larger;
    size_t room = g->room > 0 ? g->room : FIRST_ROOM;
    while (room - g->used < more) {
        if (room > SIZE_MAX / 2)
            return wick__fail(WICK_ENOMEM, "a file of more than %zu bytes", room);
        room *= 2;
    }
    if (room == g->room)
        return WICK_OK;
    wick_status status = wick__alloc(g->context, room, &larger);
    if (status != WICK_OK)
        return status;
    if (g->used > 0)
        memcpy(larger, g->data, g->used);
    wick__free(g->context, g->data, g->room);
    g->data = larger;
    g->room = room;
    return WICK_OK;
}

wick_status wick__growing_tensor(const wick__growing *g, wick_tensor **bytes)
{
    return wick_tensor_from(g->context, WICK_UINT8, 1, (int64_t[]){(int64_t)g->used}, g->data,
                            bytes);
}

void wick__growing_close(wick__growing *g)
{
    wick__free(g->context, g->data, g->room);
    *g = (wick__growing){.context = g->context};
}
