/* Writing PNG images: planes become rows, libpng packs them into memory that grows. */
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "image/image.h"
#include "image/png.h"
#include "tensor/tensor.h"

/* The image on its way: libpng's part first, so that callbacks find the rest. */
typedef struct writer {
    wick__png base;
    wick__picture picture;
    int bits;
    uint8_t *row; /* samples of a row */
    wick__growing file;
} writer;

/* ---- libpng's part ---- */

static void give_bytes(png_structp png, png_bytep from, size_t bytes)
{
    writer *w = png_get_io_ptr(png);
    wick_status status = wick__growing_reserve(&w->file, bytes);
    if (status != WICK_OK)
        wick__png_stop(&w->base, status);
    memcpy(w->file.data + w->file.used, from, bytes);
    w->file.used += bytes;
}

static void flush_nothing(png_structp png)
{
    (void)png;
}

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
    png_set_IHDR(p->png, p->info, (png_uint_32)w->picture.width, (png_uint_32)w->picture.height,
                 w->bits, colour_of(w->picture.channels), PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(p->png, p->info);
}

static void write_rows(wick__png *p)
{
    writer *w = (writer *)p;
    for (int64_t y = 0; y < w->picture.height; y++) {
        wick__picture_row(&w->picture, y, w->bits, w->row);
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
        status = wick__growing_tensor(&w->file, bytes);
    wick__growing_close(&w->file);
    return status;
}

/* ---- what is given ---- */

static wick_status check_image(const wick_tensor *image, const wick__picture *p, int bits)
{
    if (p->channels > 4)
        return wick__fail(WICK_ESHAPE,
                          "PNG: the image is %s, expected height x width, or 1 to 4 channels x "
                          "height x width",
                          wick__shape(image));
    if (p->height > PNG_USER_HEIGHT_MAX || p->width > PNG_USER_WIDTH_MAX)
        return wick__fail(WICK_ESHAPE, "PNG: the image is %s, at most %d pixels a side are written",
                          wick__shape(image), PNG_USER_WIDTH_MAX);
    if (bits != 8 && bits != 16)
        return wick__fail(WICK_EVALUE, "PNG: %d bits a sample, expected 8 or 16", bits);
    if (bits == 16 && !p->floating)
        return wick__fail(WICK_EDTYPE,
                          "PNG: 16 bits a sample need a floating tensor, the image is uint8");
    return WICK_OK;
}

wick_status wick_png_encode(wick_tensor *image, int bits, wick_tensor **bytes)
{
    wick_context *context = image->context;
    writer w = {.base = {.context = context}, .bits = bits, .file = {.context = context}};
    void *row = NULL;
    *bytes = NULL;
    wick_status status = wick__picture_open("PNG", image, &w.picture);
    if (status != WICK_OK)
        return status;
    size_t row_bytes = (size_t)(w.picture.width * w.picture.channels) * (bits == 16 ? 2 : 1);
    status = check_image(image, &w.picture, bits);
    if (status == WICK_OK)
        status = wick__alloc(context, row_bytes, &row);
    w.row = row;
    if (status == WICK_OK)
        status = run_libpng(&w, bytes);
    wick__free(context, row, row_bytes);
    wick__picture_close(&w.picture);
    return status;
}
