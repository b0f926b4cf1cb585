/* Writing PNG images: planes become rows, libpng packs them into memory that grows. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "image/png.h"
#include "tensor/tensor.h"

enum { FIRST_ROOM = 1 << 14 };

/* The image on its way: libpng's part first, so that callbacks find the rest. */
typedef struct writer {
    wick__png base;
    int64_t channels, height, width;
    int bits;
    const void *planes; /* uint8, or float64 from 0 to 1 */
    bool floating;
    uint8_t *row; /* samples of a row, of `row_bytes` */
    size_t row_bytes;
    uint8_t *out; /* the file so far: `used` of `room` bytes */
    size_t used, room;
} writer;

/* ---- memory that grows ---- */

static wick_status make_room(writer *w, size_t want)
{
    void *larger;
    size_t room = w->room > 0 ? w->room : FIRST_ROOM;
    while (room - w->used < want)
        room *= 2;
    if (room == w->room)
        return WICK_OK;
    wick_status status = wick__alloc(w->base.context, room, &larger);
    if (status != WICK_OK)
        return status;
    if (w->used > 0)
        memcpy(larger, w->out, w->used);
    wick__free(w->base.context, w->out, w->room);
    w->out = larger;
    w->room = room;
    return WICK_OK;
}

static void give_bytes(png_structp png, png_bytep from, size_t bytes)
{
    writer *w = png_get_io_ptr(png);
    wick_status status = make_room(w, bytes);
    if (status != WICK_OK)
        wick__png_stop(&w->base, status);
    memcpy(w->out + w->used, from, bytes);
    w->used += bytes;
}

static void flush_nothing(png_structp png)
{
    (void)png;
}

/* ---- planes to rows ---- */

/* 8 bits are cut off as Torch7 does, with room for the rounding of n / 255; 16 are rounded. Not a
 * number is black. */
static unsigned sample_of(double value, int bits)
{
    if (!(value > 0))
        return 0;
    value = fmin(value, 1);
    return (unsigned)(bits == 8 ? value * 255 + 1e-3 : value * 65535 + 0.5);
}

static void pack_row(const writer *w, int64_t y)
{
    uint8_t *to = w->row;
    for (int64_t x = 0; x < w->width; x++)
        for (int64_t c = 0; c < w->channels; c++) {
            int64_t at = (c * w->height + y) * w->width + x;
            unsigned value = w->floating ? sample_of(((const double *)w->planes)[at], w->bits)
                                         : ((const uint8_t *)w->planes)[at];
            if (w->bits == 16)
                *to++ = (uint8_t)(value >> 8);
            *to++ = (uint8_t)value;
        }
}

/* ---- libpng's part ---- */

static int colour_of(int64_t channels)
{
    static const int colour[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                 PNG_COLOR_TYPE_RGB_ALPHA};
    return colour[channels - 1];
}

static void open_image(wick__png *p)
{
    writer *w = (writer *)p;
    p->png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, p, wick__png_error, wick__png_warning,
                                       p, wick__png_allocate, wick__png_free);
    if (p->png == NULL)
        wick__png_stop(p, wick__fail(WICK_ENOMEM, "libpng could not be started"));
    p->info = png_create_info_struct(p->png);
    if (p->info == NULL)
        wick__png_stop(p, wick__fail(WICK_ENOMEM, "no memory for libpng"));
    png_set_write_fn(p->png, w, give_bytes, flush_nothing);
    png_set_IHDR(p->png, p->info, (png_uint_32)w->width, (png_uint_32)w->height, w->bits,
                 colour_of(w->channels), PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(p->png, p->info);
}

static void write_rows(wick__png *p)
{
    writer *w = (writer *)p;
    for (int64_t y = 0; y < w->height; y++) {
        pack_row(w, y);
        png_write_row(p->png, w->row);
    }
    png_write_end(p->png, p->info);
}

/* Packs the rows and hands the file over as a tensor. */
static wick_status run_libpng(writer *w, wick_tensor **bytes)
{
    wick__png *p = &w->base;
    bool done = wick__png_guarded(p, open_image) && wick__png_guarded(p, write_rows);
    wick_status status = done ? WICK_OK : wick__png_failure(p, "PNG");
    png_destroy_write_struct(&p->png, &p->info);
    if (status == WICK_OK)
        status = wick_tensor_from(p->context, WICK_UINT8, 1, (int64_t[]){(int64_t)w->used}, w->out,
                                  bytes);
    wick__free(p->context, w->out, w->room);
    return status;
}

/* ---- what is given ---- */

static wick_status read_shape(writer *w, const wick_tensor *image)
{
    int ndim = image->ndim;
    if (ndim == 2 || ndim == 3) {
        w->channels = ndim == 3 ? image->size[0] : 1;
        w->height = image->size[ndim - 2];
        w->width = image->size[ndim - 1];
    }
    if (w->channels < 1 || w->channels > 4 || w->height < 1 || w->width < 1)
        return wick__fail(WICK_ESHAPE,
                          "PNG: the image is %s, expected height x width, or 1 to 4 channels x "
                          "height x width",
                          wick__shape(image));
    if (w->height > PNG_USER_HEIGHT_MAX || w->width > PNG_USER_WIDTH_MAX)
        return wick__fail(WICK_ESHAPE, "PNG: the image is %s, at most %d pixels a side are written",
                          wick__shape(image), PNG_USER_WIDTH_MAX);
    return WICK_OK;
}

static wick_status check_type(const wick_tensor *image, int bits)
{
    bool floating = wick_dtype_is_floating(image->dtype);
    if (image->dtype != WICK_UINT8 && !floating)
        return wick__fail(WICK_EDTYPE,
                          "PNG: not defined for %s tensors; uint8 tensors have samples from 0 to "
                          "255, floating ones from 0 to 1",
                          wick_dtype_name(image->dtype));
    if (bits != 8 && bits != 16)
        return wick__fail(WICK_EVALUE, "PNG: %d bits a sample, expected 8 or 16", bits);
    if (bits == 16 && !floating)
        return wick__fail(WICK_EDTYPE,
                          "PNG: 16 bits a sample need a floating tensor, the image is uint8");
    return WICK_OK;
}

static wick_status write_planes(writer *w, wick_tensor *planes, wick_tensor **bytes)
{
    void *data, *row;
    wick_status status = wick__dense(planes, &data);
    if (status == WICK_OK)
        status = wick__alloc(w->base.context, w->row_bytes, &row);
    if (status != WICK_OK)
        return status;
    w->planes = data;
    w->row = row;
    status = run_libpng(w, bytes);
    wick__free(w->base.context, row, w->row_bytes);
    return status;
}

wick_status wick_png_encode(wick_tensor *image, int bits, wick_tensor **bytes)
{
    writer w = {.base = {.context = image->context}, .bits = bits};
    wick_tensor *dense = NULL, *planes = NULL;
    *bytes = NULL;
    wick_status status = read_shape(&w, image);
    if (status == WICK_OK)
        status = check_type(image, bits);
    if (status != WICK_OK)
        return status;
    w.floating = image->dtype != WICK_UINT8;
    w.row_bytes = (size_t)(w.width * w.channels) * (size_t)(bits / 8);
    status = wick__contiguous(image, &dense);
    if (status == WICK_OK)
        status = wick__convert(dense, w.floating ? WICK_FLOAT64 : WICK_UINT8, &planes);
    if (status == WICK_OK)
        status = write_planes(&w, planes, bytes);
    wick_tensor_release(planes);
    wick_tensor_release(dense);
    return status;
}
