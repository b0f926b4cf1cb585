/* PPM, PGM and PBM images, the simplest there are: a header of numbers as text, then samples as
 * text or bytes. Comments begin with # and end with their line. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "image/image.h"
#include "tensor/tensor.h"

enum { MOST_DIGITS = 6, LINE = 70 };

/* ---- text ---- */

/* The file and what it is; `at` is the next byte. */
typedef struct reader {
    const char *name;
    const uint8_t *data;
    size_t bytes, at;
    wick_image_size size;
    bool text;
    unsigned most;
} reader;

static wick_status ends_early(const reader *r, const char *where)
{
    return wick__fail(WICK_EFORMAT, "%s: ends after %zu bytes, inside its %s", r->name, r->bytes,
                      where);
}

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_space(reader *r)
{
    for (bool comment = false; r->at < r->bytes; r->at++) {
        uint8_t c = r->data[r->at];
        if (c == '#')
            comment = true;
        else if (c == '\n' || c == '\r')
            comment = false;
        else if (!comment && !is_space(c))
            return;
    }
}

/* A number from `least` to `most` with space in front; `where` is the part of the file. */
static wick_status read_number(reader *r, const char *where, unsigned least, unsigned most,
                               unsigned *number)
{
    uint64_t value = 0;
    skip_space(r);
    size_t start = r->at;
    for (; r->at < r->bytes && r->data[r->at] >= '0' && r->data[r->at] <= '9'; r->at++)
        if (value <= most)
            value = value * 10 + (r->data[r->at] - '0');
    if (start == r->bytes)
        return ends_early(r, where);
    if (start == r->at)
        return wick__fail(WICK_EFORMAT, "%s: has no number in its %s at byte %zu", r->name, where,
                          start);
    if (value < least || value > most)
        return wick__fail(WICK_EFORMAT, "%s: its %s has a number beyond %u to %u at byte %zu",
                          r->name, where, least, most, start);
    *number = (unsigned)value;
    return WICK_OK;
}

/* ---- the header ---- */

static wick_status read_header(reader *r)
{
    unsigned width = 0, height = 0;
    if (wick_image_format_of(r->data, r->bytes) != WICK_PNM)
        return wick__fail(WICK_EFORMAT, "%s: does not start as a PPM, PGM or PBM image does",
                          r->name);
    int kind = r->data[1] - '0';
    bool bits = kind == 1 || kind == 4;
    r->at = 2;
    r->text = kind <= 3;
    r->most = 1;
    wick_status status = read_number(r, "header", 1, INT32_MAX, &width);
    if (status == WICK_OK)
        status = read_number(r, "header", 1, INT32_MAX, &height);
    if (status == WICK_OK && !bits)
        status = read_number(r, "header", 1, 65535, &r->most);
    r->size = (wick_image_size){.channels = kind == 3 || kind == 6 ? 3 : 1,
                                .height = height,
                                .width = width,
                                .bits = bits            ? 1
                                        : r->most > 255 ? 16
                                                        : 8};
    if (status == WICK_OK && r->at == r->bytes)
        return ends_early(r, "header");
    if (status == WICK_OK && !r->text && !is_space(r->data[r->at++]))
        return wick__fail(WICK_EFORMAT, "%s: has no space behind its header at byte %zu", r->name,
                          r->at - 1);
    return status;
}

wick_status wick_pnm_size(const char *name, const void *data, size_t bytes, wick_image_size *size)
{
    reader r = {.name = name, .data = data, .bytes = bytes};
    wick_status status = read_header(&r);
    if (status == WICK_OK)
        *size = r.size;
    return status;
}

/* ---- the samples ---- */

static size_t row_bytes(const wick_image_size *size)
{
    size_t samples = (size_t)(size->width * size->channels);
    return size->bits == 1 ? (samples + 7) / 8 : samples * (size->bits == 16 ? 2 : 1);
}

/* Whether the file can hold what its header says: text has a byte a sample, and spaces. */
static wick_status check_length(const reader *r)
{
    size_t left = r->bytes - r->at, height = (size_t)r->size.height;
    size_t row = r->text ? (size_t)(r->size.width * r->size.channels) * (r->size.bits == 1 ? 1 : 2)
                         : row_bytes(&r->size);
    if (height > SIZE_MAX / row || height * row - (r->text && r->size.bits != 1) > left)
        return wick__fail(WICK_EFORMAT,
                          "%s: promises %lld x %lld pixels, more than the %zu bytes behind byte "
                          "%zu can hold",
                          r->name, (long long)r->size.width, (long long)r->size.height, left,
                          r->at);
    return WICK_OK;
}

/* A bit as text is one digit; others may follow at once. Black is 1. */
static wick_status read_digit(reader *r, uint16_t *sample)
{
    skip_space(r);
    if (r->at == r->bytes)
        return ends_early(r, "pixels");
    uint8_t c = r->data[r->at++];
    if (c != '0' && c != '1')
        return wick__fail(WICK_EFORMAT, "%s: has no 0 or 1 at byte %zu", r->name, r->at - 1);
    *sample = c == '0';
    return WICK_OK;
}

static wick_status read_text_row(reader *r, int64_t samples, uint16_t *row)
{
    wick_status status = WICK_OK;
    for (int64_t i = 0; i < samples && status == WICK_OK; i++) {
        unsigned value = 0;
        if (r->size.bits == 1) {
            status = read_digit(r, &row[i]);
        } else {
            status = read_number(r, "pixels", 0, r->most, &value);
            row[i] = (uint16_t)value;
        }
    }
    return status;
}

/* The length was checked. Samples above the largest are damage. */
static wick_status read_binary_row(reader *r, int64_t samples, uint16_t *row)
{
    const uint8_t *from = r->data + r->at;
    for (int64_t i = 0; i < samples; i++) {
        if (r->size.bits == 1)
            row[i] = !(from[i / 8] >> (7 - i % 8) & 1);
        else
            row[i] = r->size.bits == 16 ? (uint16_t)(from[2 * i] << 8 | from[2 * i + 1]) : from[i];
        if (row[i] > r->most)
            return wick__fail(WICK_EFORMAT, "%s: has a sample of %u near byte %zu, above its %u",
                              r->name, row[i], r->at + (size_t)i * (r->size.bits == 16 ? 2 : 1),
                              r->most);
    }
    r->at += row_bytes(&r->size);
    return WICK_OK;
}

static wick_status read_rows(reader *r, wick_context *context, const wick__image_planes *planes)
{
    int64_t samples = r->size.width * r->size.channels;
    void *row;
    wick_status status = wick__alloc(context, (size_t)samples * sizeof(uint16_t), &row);
    if (status != WICK_OK)
        return status;
    for (int64_t y = 0; y < r->size.height && status == WICK_OK; y++) {
        status = r->text ? read_text_row(r, samples, row) : read_binary_row(r, samples, row);
        if (status == WICK_OK)
            wick__image_planes_put(planes, y, row);
    }
    wick__free(context, row, (size_t)samples * sizeof(uint16_t));
    return status;
}

wick_status wick_pnm_decode(wick_context *context, const char *name, const void *data, size_t bytes,
                            wick_dtype dtype, size_t limit, wick_tensor **image)
{
    reader r = {.name = name, .data = data, .bytes = bytes};
    wick__image_planes planes;
    size_t taken;
    *image = NULL;
    wick_status status = read_header(&r);
    if (status == WICK_OK)
        status = wick__image_check(name, &r.size, dtype, wick__image_limit(limit, bytes), &taken);
    if (status == WICK_OK)
        status = check_length(&r);
    if (status == WICK_OK)
        status = wick__image_planes_open(context, &r.size, dtype, r.most, (wick__turn){0}, &planes);
    if (status != WICK_OK)
        return status;
    status = read_rows(&r, context, &planes);
    if (status == WICK_OK)
        status = wick__image_planes_take(&planes, dtype, image);
    wick__image_planes_close(&planes);
    return status;
}

/* ---- writing ---- */

typedef struct writer {
    wick__picture picture;
    int bits;
    bool text;
    uint8_t *row; /* of the picture: samples of 8 bits, or of 16 when they become 16 or 1 */
    size_t row_bytes;
    wick__growing file; /* with room for everything */
} writer;

/* Sample i of the row as the file has it. */
static unsigned sample_of(const writer *w, size_t i)
{
    if (w->bits == 8)
        return w->row[i];
    if (w->bits == 1)
        return w->row[2 * i] < 128;
    return (unsigned)w->row[2 * i] << 8 | w->row[2 * i + 1];
}

static void write_bits(writer *w)
{
    uint8_t *to = w->file.data + w->file.used;
    size_t width = (size_t)w->picture.width, bytes = (width + 7) / 8;
    memset(to, 0, bytes);
    for (size_t x = 0; x < width; x++)
        to[x / 8] |= (uint8_t)(sample_of(w, x) << (7 - x % 8));
    w->file.used += bytes;
}

/* Lines of text stay within 70 characters, the format's limit. */
static void write_digits(writer *w)
{
    size_t samples = (size_t)(w->picture.width * w->picture.channels);
    int column = 0;
    for (size_t i = 0; i < samples; i++) {
        bool full = column + MOST_DIGITS > LINE;
        int n = snprintf((char *)w->file.data + w->file.used, MOST_DIGITS + 1, "%s%u",
                         i == 0 ? ""
                         : full ? "\n"
                                : " ",
                         sample_of(w, i));
        column = full ? n - 1 : column + n;
        w->file.used += (size_t)n;
    }
    w->file.data[w->file.used++] = '\n';
}

static void write_row(writer *w, int64_t y)
{
    wick__picture_row(&w->picture, y, w->bits == 8 ? 8 : 16, w->row);
    if (w->text) {
        write_digits(w);
    } else if (w->bits == 1) {
        write_bits(w);
    } else {
        memcpy(w->file.data + w->file.used, w->row, w->row_bytes);
        w->file.used += w->row_bytes;
    }
}

static wick_status write_file(writer *w, wick_tensor **bytes)
{
    const wick__picture *p = &w->picture;
    char header[64];
    int kind = (w->bits == 1 ? 1 : p->channels == 1 ? 2 : 3) + (w->text ? 0 : 3);
    int n = snprintf(header, sizeof header, "P%d\n%lld %lld\n", kind, (long long)p->width,
                     (long long)p->height);
    if (w->bits > 1)
        n += snprintf(header + n, sizeof header - (size_t)n, "%d\n", w->bits == 8 ? 255 : 65535);
    size_t each = w->text ? (size_t)(p->width * p->channels) * MOST_DIGITS + 1 : w->row_bytes;
    wick_status status = wick__growing_reserve(&w->file, (size_t)n + each * (size_t)p->height);
    if (status != WICK_OK)
        return status;
    memcpy(w->file.data, header, (size_t)n);
    w->file.used = (size_t)n;
    for (int64_t y = 0; y < p->height; y++)
        write_row(w, y);
    return wick__growing_tensor(&w->file, bytes);
}

static wick_status check_image(const wick_tensor *image, const wick__picture *p, int bits)
{
    if (bits != 1 && bits != 8 && bits != 16)
        return wick__fail(WICK_EVALUE, "PNM: %d bits a sample, expected 1, 8 or 16", bits);
    if (p->channels != 1 && (p->channels != 3 || bits == 1))
        return wick__fail(WICK_ESHAPE,
                          "PNM: the image is %s, expected height x width, or %s x "
                          "height x width",
                          wick__shape(image), bits == 1 ? "1" : "1 or 3 channels");
    return WICK_OK;
}

wick_status wick_pnm_encode(wick_tensor *image, int bits, bool text, wick_tensor **bytes)
{
    writer w = {.bits = bits, .text = text, .file = {.context = image->context}};
    void *row = NULL;
    *bytes = NULL;
    wick_status status = wick__picture_open("PNM", image, &w.picture);
    if (status != WICK_OK)
        return status;
    w.row_bytes = (size_t)(w.picture.width * w.picture.channels) * (bits == 8 ? 1 : 2);
    status = check_image(image, &w.picture, bits);
    if (status == WICK_OK)
        status = wick__alloc(image->context, w.row_bytes, &row);
    w.row = row;
    if (status == WICK_OK)
        status = write_file(&w, bytes);
    wick__free(image->context, row, w.row_bytes);
    wick__growing_close(&w.file);
    wick__picture_close(&w.picture);
    return status;
}
