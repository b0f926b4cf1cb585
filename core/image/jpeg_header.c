/* The header of a JPEG file, read without libjpeg: size, colours, and how the image is turned, so
 * that what it would take is known, and refused, before memory is asked for. */
#include <string.h>

#include "base/status.h"
#include "image/jpeg_header.h"

enum { START_OF_IMAGE = 0xD8, END_OF_IMAGE = 0xD9, START_OF_SCAN = 0xDA, APP1 = 0xE1 };

/* The bytes still to be looked at: `at` of `bytes`. */
typedef struct cursor {
    const char *name;
    const uint8_t *data;
    size_t bytes, at;
} cursor;

static bool has_no_length(int marker)
{
    return marker == 0x01 || (marker >= 0xD0 && marker <= START_OF_IMAGE);
}

/* Frames of any process; 0xC4, 0xC8 and 0xCC are something else. */
static bool is_frame(int marker)
{
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

static wick_status ends_early(const cursor *c)
{
    return wick__fail(WICK_EFORMAT, "%s: ends after %zu bytes, inside its header", c->name,
                      c->bytes);
}

/* The next marker with a segment, whose contents begin at c->at. What stands between segments is
 * passed over, as every reader does. */
static wick_status next_segment(cursor *c, int *marker, size_t *length)
{
    do {
        while (c->at < c->bytes && c->data[c->at] != 0xFF)
            c->at++;
        while (c->at < c->bytes && c->data[c->at] == 0xFF)
            c->at++;
        if (c->at >= c->bytes)
            return ends_early(c);
        *marker = c->data[c->at++];
    } while (*marker == 0 || has_no_length(*marker));
    if (*marker == END_OF_IMAGE || *marker == START_OF_SCAN)
        return wick__fail(WICK_EFORMAT, "%s: has no image before byte %zu", c->name, c->at);
    if (c->bytes - c->at < 2)
        return ends_early(c);
    *length = (size_t)c->data[c->at] << 8 | c->data[c->at + 1];
    if (*length < 2)
        return wick__fail(WICK_EFORMAT, "%s: has a segment without a length at byte %zu", c->name,
                          c->at);
    if (*length > c->bytes - c->at)
        return ends_early(c);
    c->at += 2;
    *length -= 2;
    return WICK_OK;
}

static wick_status read_frame(const cursor *c, int marker, size_t length, wick__jpeg_header *h)
{
    const uint8_t *at = c->data + c->at;
    if (length < 6)
        return wick__fail(WICK_EFORMAT, "%s: has a damaged header at byte %zu", c->name, c->at);
    int components = at[5];
    h->process = marker;
    h->size = (wick_image_size){.width = at[3] << 8 | at[4],
                                .height = at[1] << 8 | at[2],
                                .bits = at[0],
                                .channels = components == 4 ? 3 : components};
    if (components != 1 && components != 3 && components != 4)
        return wick__fail(WICK_EFORMAT, "%s: has %d colours; 1, 3 or 4 can be read", c->name,
                          components);
    if (h->size.width < 1 || h->size.height < 1)
        return wick__fail(WICK_EFORMAT, "%s: has %lld x %lld pixels, by its header at byte %zu",
                          c->name, (long long)h->size.width, (long long)h->size.height, c->at);
    return WICK_OK;
}

wick_status wick__jpeg_header_read(const char *name, const void *data, size_t bytes,
                                   wick__jpeg_header *header)
{
    cursor c = {name, data, bytes, 2};
    int marker = 0, orientation = 0;
    size_t length = 0;
    if (bytes < 3 || memcmp(data, "\xff\xd8\xff", 3) != 0)
        return wick__fail(WICK_EFORMAT, "%s: does not start as a JPEG image does", name);
    for (;;) {
        wick_status status = next_segment(&c, &marker, &length);
        if (status != WICK_OK)
            return status;
        if (marker == APP1 && orientation == 0)
            orientation = wick__exif_orientation(c.data + c.at, length);
        if (is_frame(marker))
            break;
        c.at += length;
    }
    header->orientation = orientation == 0 ? 1 : orientation;
    return read_frame(&c, marker, length, header);
}

wick__turn wick__jpeg_turn(int orientation)
{
    static const wick__turn turn[] = {
        {false, false, false}, {false, false, true}, {false, true, true}, {false, true, false},
        {true, false, false},  {true, false, true},  {true, true, true},  {true, true, false}};
    return turn[orientation - 1];
}
