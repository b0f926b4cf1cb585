/* Unpacking gzip with zlib, whose memory comes from the context. */
#include "io/gzip.h"

#include <zlib.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/status.h"
#include "io/bytes.h"

enum { MOST_AT_ONCE = 1 << 30, GZIP_ONLY = 15 + 16, HEAD = 64 };

struct wick__gzip {
    wick_context *context;
    const char *name;
    z_stream stream;
    size_t waiting; /* packed bytes that zlib has not been shown */
    bool ended;
};

bool wick__is_gzip(const void *data, size_t bytes)
{
    const uint8_t *at = data;
    return bytes >= 2 && at[0] == 0x1F && at[1] == 0x8B;
}

/* zlib does not say how much it frees, so each block starts with its size. */
static void *allocate(void *context, unsigned items, unsigned size)
{
    void *memory;
    size_t bytes;
    if (!wick__bytes_fit(items, size, &bytes))
        return NULL;
    bytes += HEAD;
    if (wick__alloc(context, bytes, &memory) != WICK_OK)
        return NULL;
    *(size_t *)memory = bytes;
    return (char *)memory + HEAD;
}

static void release(void *context, void *memory)
{
    size_t *block = (size_t *)(void *)((char *)memory - HEAD);
    wick__free(context, block, *block);
}

wick_status wick__gzip_new(wick_context *context, const char *name, const void *data, size_t bytes,
                           wick__gzip **gzip)
{
    void *memory;
    *gzip = NULL;
    wick_status status = wick__alloc_zeroed(context, sizeof(wick__gzip), &memory);
    if (status != WICK_OK)
        return status;
    wick__gzip *g = memory;
    g->context = context;
    g->name = name;
    g->waiting = bytes;
    g->stream = (z_stream){.next_in = (Bytef *)(uintptr_t)data,
                           .zalloc = allocate,
                           .zfree = release,
                           .opaque = context};
    if (inflateInit2(&g->stream, GZIP_ONLY) != Z_OK) {
        wick__free(context, g, sizeof *g);
        return wick__fail(WICK_ENOMEM, "%s: no memory to unpack it", name);
    }
    *gzip = g;
    return WICK_OK;
}

void wick__gzip_release(wick__gzip *g)
{
    if (g == NULL)
        return;
    inflateEnd(&g->stream);
    wick__free(g->context, g, sizeof *g);
}

/* Shows zlib more input when it has none. */
static void feed(wick__gzip *g)
{
    if (g->stream.avail_in > 0)
        return;
    g->stream.avail_in = (uInt)(g->waiting < MOST_AT_ONCE ? g->waiting : MOST_AT_ONCE);
    g->waiting -= g->stream.avail_in;
}

/* At the end of a member: another one, the end of the file, or bytes that belong to nothing. */
static wick_status end_member(wick__gzip *g)
{
    feed(g);
    size_t left = g->stream.avail_in + g->waiting;
    if (left == 0) {
        g->ended = true;
        return WICK_OK;
    }
    if (!wick__is_gzip(g->stream.next_in, left))
        return wick__fail(WICK_EFORMAT, "%s: %s bytes follow the compressed data", g->name,
                          wick__number(left));
    inflateReset(&g->stream);
    return WICK_OK;
}

static wick_status step(wick__gzip *g)
{
    feed(g);
    bool dry = g->stream.avail_in == 0;
    int result = inflate(&g->stream, Z_NO_FLUSH);
    if (result == Z_STREAM_END)
        return end_member(g);
    if (result == Z_OK && !(dry && g->stream.avail_out > 0))
        return WICK_OK;
    if (result == Z_OK || result == Z_BUF_ERROR)
        return wick__fail(WICK_EFORMAT, "%s: the compressed data ends early", g->name);
    if (result == Z_MEM_ERROR)
        return wick__fail(WICK_ENOMEM, "%s: no memory to unpack it", g->name);
    return wick__fail(WICK_EFORMAT, "%s: the compressed data is damaged (%s)", g->name,
                      g->stream.msg != NULL ? g->stream.msg : "unknown to gzip");
}

wick_status wick__gzip_read(wick__gzip *g, void *to, size_t want, size_t *got)
{
    wick_status status = WICK_OK;
    g->stream.next_out = to;
    for (*got = 0; *got < want && !g->ended && status == WICK_OK;) {
        size_t room = want - *got < MOST_AT_ONCE ? want - *got : MOST_AT_ONCE;
        g->stream.avail_out = (uInt)room;
        status = step(g);
        *got += room - g->stream.avail_out;
    }
    return status;
}
