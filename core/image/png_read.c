/* Reading PNG images. The header is looked at before libpng is: what the image would take is known,
 * and refused when the file cannot justify it, before memory is asked for. */
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/status.h"
#include "image/image.h"
#include "image/png.h"
#include "tensor/tensor.h"

/* Deflate packs at most 1,032 bytes into one. */
enum { MOST_PER_BYTE = 1032, HEADER = 33, MOST_CHUNK = 8 << 20 };

/* The image on its way: libpng's part first, so that callbacks find the rest. */
typedef struct reader {
    wick__png base;
    const uint8_t *data;
    size_t bytes, used;
    wick_image_size size;
    size_t row;   /* bytes of a row of samples */
    uint8_t *raw; /* all rows, samples of a pixel side by side, 16 bits highest byte first */
    bool narrow;  /* 16 bits are to become 8 */
} reader;

/* ---- the header ---- */

static uint32_t big_endian(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int channels_of(int colour)
{
    static const int channels[] = {1, 0, 3, 3, 2, 0, 4};
    return colour <= 6 ? channels[colour] : 0;
}

wick_status wick_png_size(const char *name, const void *data, size_t bytes, wick_image_size *size)
{
    static const uint8_t start[] = {0x89, 'P', 'N', 'G', 13,  10,  26,  10,
                                    0,    0,   0,   13,  'I', 'H', 'D', 'R'};
    const uint8_t *at = data;
    if (bytes < 8 || memcmp(at, start, 8) != 0)
        return wick__fail(WICK_EFORMAT, "%s: does not start as a PNG image does", name);
    if (bytes < HEADER)
        return wick__fail(WICK_EFORMAT, "%s: ends after %zu bytes, inside its header", name, bytes);
    *size = (wick_image_size){.width = big_endian(at + 16),
                              .height = big_endian(at + 20),
                              .bits = at[24],
                              .channels = channels_of(at[25])};
    if (memcmp(at, start, sizeof start) != 0 || size->channels == 0 || size->width < 1 ||
        size->height < 1 || size->width > INT32_MAX || size->height > INT32_MAX)
        return wick__fail(WICK_EFORMAT, "%s: has a damaged header", name);
    return WICK_OK;
}

/* Bytes of the rows as the file has them, before they were packed. */
static size_t packed_bytes(const wick_image_size *size, int colour)
{
    size_t samples = colour == PNG_COLOR_TYPE_PALETTE ? 1 : (size_t)size->channels;
    size_t row = ((size_t)size->width * samples * (size_t)size->bits + 7) / 8;
    return row > SIZE_MAX / (size_t)size->height ? SIZE_MAX : row * (size_t)size->height;
}

/* The rows and the planes together against the limit. */
static wick_status check_size(const reader *r, const char *name, wick_dtype dtype, size_t limit)
{
    const wick_image_size *s = &r->size;
    int64_t samples;
    size_t bytes;
    size_t each = wick_dtype_size(dtype) + (s->bits == 16 ? 2 : 1);
    bool fits = wick__count_fits(3, (int64_t[]){s->channels, s->height, s->width}, &samples) &&
                wick__bytes_fit(samples, each, &bytes);
    limit = wick__image_limit(limit, r->bytes);
    if (!fits || bytes > limit)
        return wick__fail(
            WICK_EFORMAT,
            "%s: reading %lld x %lld pixels takes %zu bytes, the limit is %zu; give a "
            "larger one if the image is what you expect",
            name, (long long)s->width, (long long)s->height, fits ? bytes : SIZE_MAX, limit);
    if (packed_bytes(s, r->data[25]) / MOST_PER_BYTE > r->bytes)
        return wick__fail(WICK_EFORMAT,
                          "%s: promises %lld x %lld pixels, which cannot be packed into %zu bytes",
                          name, (long long)s->width, (long long)s->height, r->bytes);
    return WICK_OK;
}

/* ---- libpng's part ---- */

static void take_bytes(png_structp png, png_bytep to, size_t want)
{
    reader *r = png_get_io_ptr(png);
    if (want > r->bytes - r->used)
        png_error(png, "it ends early");
    memcpy(to, r->data + r->used, want);
    r->used += want;
}

/* Chunks that say nothing of the pixels are skipped unread: some of them unpack. */
static void skip_chunks(png_structp png)
{
    static const png_byte names[] = "bKGD\0cHRM\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0"
                                    "sBIT\0sCAL\0sPLT\0sRGB\0tEXt\0tIME\0tRNS\0zTXt";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, names, sizeof names / 5);
    png_set_chunk_malloc_max(png, MOST_CHUNK);
}

static void open_image(wick__png *p)
{
    reader *r = (reader *)p;
    p->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, p, wick__png_error, wick__png_warning,
                                      p, wick__png_allocate, wick__png_free);
    if (p->png == NULL)
        wick__png_stop(p, wick__fail(WICK_ENOMEM, "libpng could not be started"));
    p->info = png_create_info_struct(p->png);
    if (p->info == NULL)
        wick__png_stop(p, wick__fail(WICK_ENOMEM, "no memory for libpng"));
    skip_chunks(p->png);
    png_set_user_limits(p->png, (png_uint_32)r->size.width, (png_uint_32)r->size.height);
    png_set_read_fn(p->png, r, take_bytes);
    png_read_info(p->png, p->info);
}

static void read_rows(wick__png *p)
{
    reader *r = (reader *)p;
    png_set_expand(p->png);
    if (r->narrow)
        png_set_strip_16(p->png); /* as Torch7 does */
    int passes = png_set_interlace_handling(p->png);
    png_read_update_info(p->png, p->info);
    if (png_get_rowbytes(p->png, p->info) != r->row)
        png_error(p->png, "its header changed");
    for (int pass = 0; pass < passes; pass++)
        for (int64_t y = 0; y < r->size.height; y++)
            png_read_row(p->png, r->raw + (size_t)y * r->row, NULL);
    png_read_end(p->png, NULL);
}

static wick_status run_libpng(reader *r, const char *name)
{
    wick__png *p = &r->base;
    bool done = wick__png_guarded(p, open_image) && wick__png_guarded(p, read_rows);
    wick_status status = done ? WICK_OK : wick__png_failure(p, name);
    png_destroy_read_struct(&p->png, &p->info, NULL);
    return status;
}

/* ---- rows to planes ---- */

static void widen(const uint8_t *from, size_t samples, bool wide, uint16_t *row)
{
    for (size_t i = 0; i < samples; i++)
        row[i] = wide ? (uint16_t)(from[2 * i] << 8 | from[2 * i + 1]) : from[i];
}

static wick_status fill_planes(const reader *r, wick_dtype dtype, wick_tensor **image)
{
    wick_context *context = r->base.context;
    bool wide = r->size.bits == 16 && !r->narrow;
    size_t samples = (size_t)(r->size.width * r->size.channels);
    wick__image_planes planes;
    void *row;
    wick_status status = wick__alloc(context, samples * sizeof(uint16_t), &row);
    if (status != WICK_OK)
        return status;
    status = wick__image_planes_open(context, &r->size, dtype, wide ? 65535 : 255, (wick__turn){0},
                                     &planes);
    for (int64_t y = 0; y < r->size.height && status == WICK_OK; y++) {
        widen(r->raw + (size_t)y * r->row, samples, wide, row);
        wick__image_planes_put(&planes, y, row);
    }
    wick__free(context, row, samples * sizeof(uint16_t));
    return status == WICK_OK ? wick__image_planes_take(&planes, dtype, image) : status;
}

wick_status wick_png_decode(wick_context *context, const char *name, const void *data, size_t bytes,
                            wick_dtype dtype, size_t limit, wick_tensor **image)
{
    reader r = {.base = {.context = context}, .data = data, .bytes = bytes};
    void *raw;
    *image = NULL;
    if (dtype != WICK_UINT8 && !wick_dtype_is_floating(dtype))
        return wick__fail(WICK_EDTYPE, "%s: an image is read as uint8 or a floating type, not %s",
                          name, wick_dtype_name(dtype));
    wick_status status = wick_png_size(name, data, bytes, &r.size);
    if (status == WICK_OK)
        status = check_size(&r, name, dtype, limit);
    if (status != WICK_OK)
        return status;
    r.narrow = r.size.bits == 16 && dtype == WICK_UINT8;
    r.row = (size_t)(r.size.width * r.size.channels) * (r.size.bits == 16 && !r.narrow ? 2 : 1);
    size_t raw_bytes = r.row * (size_t)r.size.height;
    status = wick__alloc(context, raw_bytes, &raw);
    if (status != WICK_OK)
        return status;
    r.raw = raw;
    status = run_libpng(&r, name);
    if (status == WICK_OK)
        status = fill_planes(&r, dtype, image);
    wick__free(context, raw, raw_bytes);
    return status;
}
