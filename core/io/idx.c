/* IDX files, the format of MNIST: two zero bytes, an element type, the number of dimensions, the
 * sizes as 32-bit numbers, then the elements, all big-endian. */
#include <string.h>

#include "base/checked.h"
#include "base/status.h"
#include "io/bytes.h"
#include "io/file.h"
#include "io/gzip.h"
#include "tensor/tensor.h"

/* Deflate packs at most 1,032 bytes into one. */
enum { MAGIC = 4, MOST_PER_BYTE = 1032, USUAL_LIMIT = 64 << 20 };

/* Where the content comes from: memory as it is, or unpacked. */
typedef struct source {
    const char *name;
    const uint8_t *data;
    size_t bytes, used;
    wick__gzip *gzip; /* NULL: plain */
} source;

static wick_status take(source *s, void *to, size_t want, size_t *got)
{
    if (s->gzip != NULL) {
        wick_status status = wick__gzip_read(s->gzip, to, want, got);
        s->used += *got;
        return status;
    }
    *got = want < s->bytes - s->used ? want : s->bytes - s->used;
    if (*got > 0)
        memcpy(to, s->data + s->used, *got);
    s->used += *got;
    return WICK_OK;
}

/* ---- the header ---- */

typedef struct header {
    wick_dtype dtype;
    wick_sizes size;
    size_t bytes;    /* of the elements */
    size_t promised; /* of the whole content */
} header;

static bool dtype_of(int code, wick_dtype *dtype)
{
    static const struct {
        int code;
        wick_dtype dtype;
    } codes[] = {{0x08, WICK_UINT8}, {0x09, WICK_INT8},    {0x0B, WICK_INT16},
                 {0x0C, WICK_INT32}, {0x0D, WICK_FLOAT32}, {0x0E, WICK_FLOAT64}};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].code == code) {
            *dtype = codes[i].dtype;
            return true;
        }
    return false;
}

static wick_status take_all(source *s, void *to, size_t want)
{
    size_t got;
    wick_status status = take(s, to, want, &got);
    if (status == WICK_OK && got < want)
        return wick__fail(WICK_EFORMAT, "%s: ends after %s bytes, inside its header", s->name,
                          wick__number(s->used));
    return status;
}

static wick_status read_magic(source *s, header *h)
{
    uint8_t magic[MAGIC];
    wick_status status = take_all(s, magic, sizeof magic);
    if (status != WICK_OK)
        return status;
    if (magic[0] != 0 || magic[1] != 0 || !dtype_of(magic[2], &h->dtype))
        return wick__fail(WICK_EFORMAT,
                          "%s: starts with the bytes %02x %02x %02x %02x, which no IDX file does",
                          s->name, magic[0], magic[1], magic[2], magic[3]);
    h->size.count = magic[3];
    if (h->size.count < 1 || h->size.count > WICK_MAX_DIM)
        return wick__fail(WICK_EFORMAT, "%s: has %d dimensions, expected 1 to %d", s->name,
                          h->size.count, (int)WICK_MAX_DIM);
    return WICK_OK;
}

static wick_status read_header(source *s, header *h)
{
    uint8_t sizes[4 * WICK_MAX_DIM];
    int64_t count;
    wick_status status = read_magic(s, h);
    if (status == WICK_OK)
        status = take_all(s, sizes, 4 * (size_t)h->size.count);
    if (status != WICK_OK)
        return status;
    for (int d = 0; d < h->size.count; d++)
        h->size.v[d] = wick__big_endian_32(sizes + 4 * d);
    if (!wick__count_fits(h->size.count, h->size.v, &count) ||
        !wick__bytes_fit(count, wick_dtype_size(h->dtype), &h->bytes) ||
        h->bytes > INT64_MAX - s->used)
        return wick__fail(WICK_EFORMAT, "%s: promises %s elements, more than can be counted",
                          s->name,
                          wick__sizes_text(h->size.count, h->size.v, (char[WICK__SHAPE_TEXT]){0},
                                           WICK__SHAPE_TEXT));
    h->promised = s->used + h->bytes;
    return WICK_OK;
}

/* ---- before memory is asked for ---- */

static wick_status check_plain(const source *s, const header *h)
{
    if (s->bytes == h->promised)
        return WICK_OK;
    return wick__fail(WICK_EFORMAT, "%s: %s %s bytes, header promises %s", s->name,
                      s->bytes < h->promised ? "ends after" : "holds", wick__number(s->bytes),
                      wick__number(h->promised));
}

static wick_status check_packed(const source *s, const header *h, size_t limit)
{
    if (h->promised / MOST_PER_BYTE > s->bytes)
        return wick__fail(WICK_EFORMAT,
                          "%s: header promises %s bytes, which cannot be packed into %s", s->name,
                          wick__number(h->promised), wick__number(s->bytes));
    if (limit == 0)
        limit = s->bytes / 4 > USUAL_LIMIT / 16 ? 4 * s->bytes : USUAL_LIMIT;
    if (h->bytes > limit)
        return wick__fail(WICK_EFORMAT,
                          "%s: unpacks to %s bytes, the limit is %s; give a larger one if the file "
                          "is what you expect",
                          s->name, wick__number(h->promised), wick__number(limit));
    return WICK_OK;
}

/* ---- the elements ---- */

/* Exactly the promised bytes, and then the end. */
static wick_status fill(source *s, const header *h, void *to)
{
    size_t got, more;
    uint8_t beyond;
    wick_status status = take(s, to, h->bytes, &got);
    if (status == WICK_OK && got < h->bytes)
        return wick__fail(WICK_EFORMAT, "%s: ends after %s bytes, header promises %s", s->name,
                          wick__number(s->used), wick__number(h->promised));
    if (status == WICK_OK)
        status = take(s, &beyond, 1, &more);
    if (status == WICK_OK && more > 0)
        return wick__fail(WICK_EFORMAT, "%s: holds more than the %s bytes that its header promises",
                          s->name, wick__number(h->promised));
    return status;
}

static wick_status read_elements(wick_context *context, source *s, const header *h,
                                 wick_tensor **tensor)
{
    wick_tensor *made = NULL;
    void *data = NULL;
    uint8_t nothing;
    wick_status status = wick_tensor_new(context, h->dtype, h->size.count, h->size.v, &made);
    if (status == WICK_OK && h->bytes > 0)
        status = wick__writable(made, &data);
    if (status == WICK_OK)
        status = fill(s, h, h->bytes > 0 ? data : &nothing);
    if (status != WICK_OK) {
        wick_tensor_release(made);
        return status;
    }
    size_t element = wick_dtype_size(h->dtype);
    if (element > 1 && wick__host_is_little_endian())
        wick__swap_bytes(data, h->bytes / element, element);
    *tensor = made;
    return WICK_OK;
}

static wick_status read_source(wick_context *context, source *s, size_t limit, wick_tensor **tensor)
{
    header h;
    wick_status status = read_header(s, &h);
    if (status == WICK_OK)
        status = s->gzip != NULL ? check_packed(s, &h, limit) : check_plain(s, &h);
    return status == WICK_OK ? read_elements(context, s, &h, tensor) : status;
}

wick_status wick_idx_read(wick_context *context, const char *name, const void *data, size_t bytes,
                          size_t limit, wick_tensor **tensor)
{
    source s = {.name = name, .data = data, .bytes = bytes};
    wick_status status = WICK_OK;
    *tensor = NULL;
    if (wick__is_gzip(data, bytes))
        status = wick__gzip_new(context, name, data, bytes, &s.gzip);
    if (status == WICK_OK)
        status = read_source(context, &s, limit, tensor);
    wick__gzip_release(s.gzip);
    return status;
}

wick_status wick_idx_load(wick_context *context, const char *path, size_t limit,
                          wick_tensor **tensor)
{
    wick_tensor *raw;
    const void *data;
    size_t bytes;
    *tensor = NULL;
    wick_status status = wick__file_bytes(context, path, &raw, &data, &bytes);
    if (status == WICK_OK)
        status = wick_idx_read(context, path, data, bytes, limit, tensor);
    wick_tensor_release(raw);
    return status;
}
