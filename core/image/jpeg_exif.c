/* How a camera was held, from the EXIF data of a JPEG file: a small TIFF file in a segment. */
#include <string.h>

#include "image/jpeg_header.h"

enum { START = 6, ENTRY = 12, ORIENTATION = 0x0112, SHORT = 3 };

/* The TIFF part and its byte order; reading past its end gives 0. */
typedef struct tiff {
    const uint8_t *data;
    size_t bytes;
    bool little;
} tiff;

static unsigned read_16(const tiff *t, size_t at)
{
    if (t->bytes < 2 || at > t->bytes - 2)
        return 0;
    unsigned a = t->data[at], b = t->data[at + 1];
    return t->little ? b << 8 | a : a << 8 | b;
}

static uint32_t read_32(const tiff *t, size_t at)
{
    uint32_t a = read_16(t, at), b = read_16(t, at + 2);
    return t->little ? b << 16 | a : a << 16 | b;
}

int wick__exif_orientation(const uint8_t *data, size_t bytes)
{
    if (bytes < START + 8 || memcmp(data, "Exif\0\0", START) != 0)
        return 0;
    tiff t = {data + START, bytes - START, data[START] == 'I'};
    size_t entries = read_32(&t, 4);
    if (read_16(&t, 2) != 42 || entries > t.bytes)
        return 0;
    unsigned count = read_16(&t, entries);
    for (size_t i = 0, at = entries + 2; i < count && at < t.bytes; i++, at += ENTRY)
        if (read_16(&t, at) == ORIENTATION && read_16(&t, at + 2) == SHORT) {
            unsigned value = read_16(&t, at + 8);
            return value >= 1 && value <= 8 ? (int)value : 0;
        }
    return 0;
}
