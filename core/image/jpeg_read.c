/* Reading JPEG images. The size is looked at before libjpeg is, its memory has a limit, and the
 * passes over the image are counted: a small file can ask for any number of them. */
#include <jerror.h>
#include <string.h>

#include "base/status.h"
#include "image/jpeg.h"
#include "image/jpeg_header.h"

enum { MOST_SCANS = 100, EIGHTHS = 8 };

/* Huffman codes take a bit a block of 8 x 8 samples or more, and each colour has at least a quarter
 * of the image's blocks: so many pixels a byte are not reached. */
enum { MOST_PER_BYTE = 8 * 64 * 4 };

/* The image on its way: libjpeg's part first, so that callbacks find the rest. */
typedef struct reader {
    wick__jpeg base;
    struct jpeg_decompress_struct jpeg;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    const char *name;
    const uint8_t *data;
    size_t bytes, limit;
    wick__jpeg_header header;
    wick_jpeg_options options;
    wick__image_planes planes;
} reader;

/* ---- the header ---- */

static bool is_turned(const wick__jpeg_header *header, const wick_jpeg_options *options)
{
    return !options->as_stored && wick__jpeg_turn(header->orientation).transposed;
}

/* How many eighths of the stored image are enough. */
static int eighths_of(const wick__jpeg_header *header, const wick_jpeg_options *options)
{
    bool turned = is_turned(header, options);
    int64_t height = turned ? options->least_width : options->least_height;
    int64_t width = turned ? options->least_height : options->least_width;
    if (height <= 0 && width <= 0)
        return EIGHTHS;
    for (int n = 1; n < EIGHTHS; n++)
        if ((header->size.height * n + 7) / 8 >= height &&
            (header->size.width * n + 7) / 8 >= width)
            return n;
    return EIGHTHS;
}

static wick_image_size scaled_size(const wick__jpeg_header *header, int eighths)
{
    wick_image_size size = header->size;
    size.height = (size.height * eighths + 7) / 8;
    size.width = (size.width * eighths + 7) / 8;
    return size;
}

wick_status wick_jpeg_size(const char *name, const void *data, size_t bytes,
                           const wick_jpeg_options *options, wick_image_size *size)
{
    static const wick_jpeg_options usual;
    wick__jpeg_header header;
    wick_status status = wick__jpeg_header_read(name, data, bytes, &header);
    if (status != WICK_OK)
        return status;
    if (options == NULL)
        options = &usual;
    *size = scaled_size(&header, eighths_of(&header, options));
    if (is_turned(&header, options)) {
        int64_t height = size->height;
        size->height = size->width;
        size->width = height;
    }
    return WICK_OK;
}

static wick_status check_promise(const reader *r)
{
    const wick_image_size *s = &r->header.size;
    bool huffman = r->header.process <= 0xC2;
    if (huffman && !r->options.damaged &&
        (uint64_t)s->width * (uint64_t)s->height / MOST_PER_BYTE > r->bytes)
        return wick__fail(WICK_EFORMAT,
                          "%s: promises %lld x %lld pixels, which cannot be packed into %zu bytes",
                          r->name, (long long)s->width, (long long)s->height, r->bytes);
    return WICK_OK;
}

/* ---- libjpeg's source ---- */

static void begin_source(j_decompress_ptr jpeg)
{
    (void)jpeg;
}

/* The file has ended, and libjpeg wants more: the mark of its end, if that will do. */
static boolean fill(j_decompress_ptr jpeg)
{
    static const JOCTET end[] = {0xFF, JPEG_EOI};
    reader *r = jpeg->client_data;
    if (!r->base.damaged)
        ERREXIT(jpeg, JERR_INPUT_EOF);
    r->source.next_input_byte = end;
    r->source.bytes_in_buffer = sizeof end;
    return TRUE;
}

static void skip(j_decompress_ptr jpeg, long bytes)
{
    reader *r = jpeg->client_data;
    if (bytes <= 0)
        return;
    if ((size_t)bytes > r->source.bytes_in_buffer) {
        fill(jpeg);
        return;
    }
    r->source.next_input_byte += bytes;
    r->source.bytes_in_buffer -= (size_t)bytes;
}

static void count_scans(j_common_ptr common)
{
    reader *r = common->client_data;
    if (r->jpeg.input_scan_number > MOST_SCANS)
        wick__jpeg_stop(&r->base, wick__fail(WICK_EFORMAT,
                                             "it goes over the image more than %d times, which no "
                                             "picture needs",
                                             MOST_SCANS));
}

/* ---- libjpeg's part ---- */

static void open_image(wick__jpeg *j)
{
    reader *r = (reader *)j;
    wick__jpeg_attach(j, (j_common_ptr)&r->jpeg);
    jpeg_create_decompress(&r->jpeg);
    wick__jpeg_use_memory((j_common_ptr)&r->jpeg);
    r->source = (struct jpeg_source_mgr){
        r->data, r->bytes, begin_source, fill, skip, jpeg_resync_to_restart, begin_source};
    r->progress.progress_monitor = count_scans;
    r->jpeg.src = &r->source;
    r->jpeg.progress = &r->progress;
    jpeg_read_header(&r->jpeg, TRUE);
    r->jpeg.scale_num = (unsigned)eighths_of(&r->header, &r->options);
    r->jpeg.scale_denom = EIGHTHS;
    if (r->jpeg.jpeg_color_space == JCS_YCCK)
        r->jpeg.out_color_space = JCS_CMYK;
    jpeg_calc_output_dimensions(&r->jpeg);
}

/* Light through four inks. Adobe's files say how much light each lets through, others how much ink
 * there is. */
static void mix_inks(const JSAMPLE *from, int64_t width, bool adobe, uint16_t *to)
{
    unsigned flip = adobe ? 0 : 255;
    for (int64_t x = 0; x < width; x++, from += 4)
        for (int c = 0; c < 3; c++)
            *to++ = (uint16_t)(((from[c] ^ flip) * (from[3] ^ flip) + 127) / 255);
}

/* Row `y` by way of 16 bits a sample. */
static void put_wide(const reader *r, int64_t y, const JSAMPLE *row, uint16_t *wide)
{
    int64_t width = r->jpeg.output_width;
    if (r->jpeg.out_color_space == JCS_CMYK)
        mix_inks(row, width, r->jpeg.saw_Adobe_marker, wide);
    else
        for (int64_t i = 0; i < width * r->jpeg.output_components; i++)
            wide[i] = row[i];
    wick__image_planes_put(&r->planes, y, wide);
}

static void read_rows(wick__jpeg *j)
{
    reader *r = (reader *)j;
    struct jpeg_decompress_struct *jpeg = &r->jpeg;
    jpeg_start_decompress(jpeg);
    size_t samples = (size_t)jpeg->output_width * (size_t)jpeg->output_components;
    /* Off the boundaries of vectors: at one libjpeg-turbo writes past the caches, and reading the
     * row waits for memory. */
    JSAMPARRAY rows =
        jpeg->mem->alloc_sarray((j_common_ptr)jpeg, JPOOL_IMAGE, (JDIMENSION)samples + 1, 1);
    JSAMPROW row = rows[0] + 1;
    uint16_t *wide =
        jpeg->mem->alloc_large((j_common_ptr)jpeg, JPOOL_IMAGE, samples * sizeof *wide);
    while (jpeg->output_scanline < jpeg->output_height) {
        int64_t y = jpeg->output_scanline;
        jpeg_read_scanlines(jpeg, &row, 1);
        if (jpeg->out_color_space == JCS_CMYK || !wick__image_planes_put_bytes(&r->planes, y, row))
            put_wide(r, y, row, wide);
    }
    jpeg_finish_decompress(jpeg);
}

/* ---- from the bytes to the planes ---- */

static wick_status failure(const reader *r)
{
    const JOCTET *at = r->source.next_input_byte;
    size_t used = r->bytes - (r->source.bytes_in_buffer < r->bytes ? r->source.bytes_in_buffer : 0);
    return wick__jpeg_failure(&r->base, r->name, at == NULL ? 0 : (long long)used);
}

/* Room for the planes, within the limit; libjpeg may have what is left of it. */
static wick_status open_planes(reader *r, wick_dtype dtype)
{
    wick_image_size size = {r->header.size.channels, r->jpeg.output_height, r->jpeg.output_width,
                            8};
    int channels = r->jpeg.out_color_space == JCS_CMYK ? 3 : r->jpeg.out_color_components;
    wick__turn turn = wick__jpeg_turn(r->options.as_stored ? 1 : r->header.orientation);
    size_t bytes;
    if (channels != size.channels)
        return wick__fail(WICK_EFORMAT, "%s: its header changed", r->name);
    wick_status status = wick__image_check(r->name, &size, dtype, r->limit, &bytes);
    if (status != WICK_OK)
        return status;
    r->base.limit = r->limit - bytes > r->base.used ? r->limit - bytes : r->base.used;
    return wick__image_planes_open(r->base.context, &size, dtype, 255, turn, &r->planes);
}

static wick_status run_libjpeg(reader *r, wick_dtype dtype)
{
    wick_status status = WICK_OK;
    r->base.limit = r->limit;
    if (!wick__jpeg_guarded(&r->base, open_image))
        status = failure(r);
    if (status == WICK_OK)
        status = open_planes(r, dtype);
    if (status == WICK_OK && !wick__jpeg_guarded(&r->base, read_rows))
        status = failure(r);
    jpeg_destroy_decompress(&r->jpeg);
    return status;
}

wick_status wick_jpeg_decode(wick_context *context, const char *name, const void *data,
                             size_t bytes, wick_dtype dtype, const wick_jpeg_options *options,
                             wick_tensor **image)
{
    reader r = {.base = {.context = context}, .name = name, .data = data, .bytes = bytes};
    size_t planes;
    *image = NULL;
    if (options != NULL)
        r.options = *options;
    r.base.damaged = r.options.damaged;
    r.limit = wick__image_limit(r.options.limit, bytes);
    wick_status status = wick__jpeg_header_read(name, data, bytes, &r.header);
    if (status != WICK_OK)
        return status;
    wick_image_size size = scaled_size(&r.header, eighths_of(&r.header, &r.options));
    status = wick__image_check(name, &size, dtype, r.limit, &planes);
    if (status == WICK_OK)
        status = check_promise(&r);
    if (status == WICK_OK)
        status = run_libjpeg(&r, dtype);
    if (status == WICK_OK)
        status = wick__image_planes_take(&r.planes, dtype, image);
    wick__image_planes_close(&r.planes);
    return status;
}
