/* Image files as samples. */
#include "data/decode.h"

#include <string.h>

#include "io/file.h"
#include "tensor/tensor.h"

/* ---- channels ---- */

/* Views of the first `channels` planes. */
static wick_status first_planes(wick_tensor *image, int channels, wick_tensor **view)
{
    const int64_t size[] = {channels, image->size[1], image->size[2]};
    return wick__view(image, image->offset, 3, size, image->stride, view);
}

/* The first plane three times. */
static wick_status grey_to_colours(wick_context *context, wick_tensor *image, wick_tensor **colours)
{
    const int64_t size[] = {3, image->size[1], image->size[2]};
    void *from, *to;
    wick_status status = wick_tensor_new(context, WICK_UINT8, 3, size, colours);
    if (!status)
        status = wick__dense(image, &from);
    if (!status)
        status = wick__writable(*colours, &to);
    if (status)
        return status;
    size_t plane = (size_t)(size[1] * size[2]);
    for (size_t i = 0; i < 3; i++)
        memcpy((char *)to + i * plane, from, plane);
    return WICK_OK;
}

/* Luminance by the weights of television, rounded. */
static wick_status colours_to_grey(wick_context *context, wick_tensor *image, wick_tensor **grey)
{
    const int64_t size[] = {1, image->size[1], image->size[2]};
    void *from, *to;
    wick_status status = wick_tensor_new(context, WICK_UINT8, 3, size, grey);
    if (!status)
        status = wick__dense(image, &from);
    if (!status)
        status = wick__writable(*grey, &to);
    if (status)
        return status;
    size_t plane = (size_t)(size[1] * size[2]);
    const uint8_t *red = from, *green = red + plane, *blue = green + plane;
    uint8_t *out = to;
    for (size_t i = 0; i < plane; i++)
        out[i] = (uint8_t)((299 * red[i] + 587 * green[i] + 114 * blue[i] + 500) / 1000);
    return WICK_OK;
}

/* An image of that many channels in the place of *image. */
static wick_status to_channels(wick_context *context, int channels, wick_tensor **image)
{
    int there = (int)(*image)->size[0];
    wick_tensor *made = NULL;
    if (channels == 0 || channels == there)
        return WICK_OK;
    wick_status status;
    if (channels == 3 && there < 3)
        status = grey_to_colours(context, *image, &made);
    else if (channels == 1 && there >= 3)
        status = colours_to_grey(context, *image, &made);
    else
        status = first_planes(*image, channels, &made);
    wick_tensor_release(*image);
    *image = made;
    if (status) {
        wick_tensor_release(made);
        *image = NULL;
    }
    return status;
}

/* ---- files ---- */

static wick_status decode(wick_context *context, const char *path, const void *data, size_t bytes,
                          const wick__decoding *d, wick_tensor **image)
{
    if (wick_image_format_of(data, bytes) != WICK_JPEG)
        return wick_image_decode(context, path, data, bytes, WICK_UINT8, d->limit, image);
    const wick_jpeg_options options = {
        .limit = d->limit, .least_height = d->least_height, .least_width = d->least_width};
    return wick_jpeg_decode(context, path, data, bytes, WICK_UINT8, &options, image);
}

wick_status wick__decode_file(wick_context *context, const char *path,
                              const wick__decoding *decoding, wick_tensor **image)
{
    wick_tensor *file;
    const void *data;
    size_t bytes;
    *image = NULL;
    wick_status status = wick__file_bytes(context, path, &file, &data, &bytes);
    if (status)
        return status;
    status = decode(context, path, data, bytes, decoding, image);
    wick_tensor_release(file);
    return status ? status : to_channels(context, decoding->channels, image);
}
