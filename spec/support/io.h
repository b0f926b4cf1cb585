/* What the C tests of files share: a folder of their own, files made of bytes, and safetensors
 * files made of a header's text. */
#ifndef WICK_SPEC_IO_H
#define WICK_SPEC_IO_H

#include <stdlib.h>
#include <unistd.h>

#include "support/context.h"

static char folder[] = "/tmp/wick-io-XXXXXX";

static inline int open_test(void)
{
    return mkdtemp(folder) == NULL || wick_context_new(NULL, &context) != WICK_OK;
}

/* Removes the folder, and fails when a test has left memory in use. */
static inline void leaves_nothing(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    expect(system(command) == 0);
    nothing_is_left();
    wick_context_release(context);
}

/* A path in the folder; the last sixteen stay valid. */
static inline const char *in_folder(const char *name)
{
    static char path[16][400];
    static int next;
    char *at = path[next++ % 16];
    snprintf(at, sizeof path[0], "%s/%s", folder, name);
    return at;
}

static inline void put_file(const char *path, const void *data, size_t bytes)
{
    FILE *file = fopen(path, "wb");
    expect(file != NULL && fwrite(data, 1, bytes, file) == bytes && fclose(file) == 0);
}

/* Memory of exactly its size, so that a sanitizer sees every step too far. */
typedef struct blob {
    unsigned char *data;
    size_t bytes;
} blob;

static inline blob make_blob(size_t bytes)
{
    return (blob){malloc(bytes > 0 ? bytes : 1), bytes};
}

/* The first bytes of another one. */
static inline blob cut_blob(blob whole, size_t bytes)
{
    blob b = make_blob(bytes);
    memcpy(b.data, whole.data, bytes);
    return b;
}

/* A safetensors file: the length that the header promises to have, the header, some data. */
static inline blob frame(uint64_t promised, const char *header, size_t data_bytes)
{
    size_t header_bytes = strlen(header);
    blob b = make_blob(8 + header_bytes + data_bytes);
    for (int i = 0; i < 8; i++)
        b.data[i] = (unsigned char)(promised >> (8 * i));
    memcpy(b.data + 8, header, header_bytes);
    for (size_t i = 0; i < data_bytes; i++)
        b.data[8 + header_bytes + i] = (unsigned char)(i * 37 + 1);
    return b;
}

/* A tensor in a header's text. */
#define TENSOR(type, shape, offsets)                                                               \
    "{\"dtype\":\"" type "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

#endif
