/* The header of a safetensors file, checked and turned into a list of tensors. Stands on bytes
 * alone: the file, mapping or memory that they came from is safetensors.c's concern. */
#ifndef WICK_IO_SAFETENSORS_H
#define WICK_IO_SAFETENSORS_H

#include "wick.h"

enum {
    WICK__PREFIX_BYTES = 8, /* the header's length, in front of the header */
    WICK__LONGEST_HEADER = 100000000,
    WICK__MOST_TENSORS = 100000,
    WICK__MOST_PAIRS = 100000,
    WICK__LONGEST_NAME = 4096
};

/* An element type of the format: what it is called there, its size, and what it is here. */
typedef struct wick__stored_type {
    const char *name;
    size_t bytes;
    bool readable; /* otherwise dtype means nothing */
    wick_dtype dtype;
} wick__stored_type;

/* How the format calls an element type and stores it. */
const wick__stored_type *wick__stored_type_of(wick_dtype dtype);

typedef struct wick__entry {
    const char *name;
    const wick__stored_type *element;
    wick_sizes size;    /* the format's [] is one dimension of size 1 */
    int64_t begin, end; /* bytes, counted from the end of the header */
} wick__entry;

typedef struct wick__index {
    wick_context *context;
    const char *path; /* for messages */
    char *text;       /* the header; names and metadata lie in it */
    size_t text_bytes;
    size_t count, room; /* tensors */
    wick__entry *entry;
    size_t pairs, pair_room; /* metadata */
    wick_pair *pair;
    size_t orders;
    uint32_t *order; /* entries in the order of their names */
} wick__index;

/* Reads the prefix of a file that has `file_bytes` bytes: how long the header is. */
wick_status wick__header_bytes(const char *path, const uint8_t *prefix, size_t file_bytes,
                               size_t *bytes);
/* Makes room for a header of that length in index->text, which the caller fills. The index is to be
 * closed whatever happens. */
wick_status wick__index_open(wick_context *context, const char *path, size_t bytes,
                             wick__index *index);
/* Reads index->text, for data of `data_bytes` bytes, and checks it. Fails with WICK_EFORMAT or
 * WICK_ENOMEM. */
wick_status wick__index_read(wick__index *index, size_t data_bytes);
/* The part of it that comes after the grammar: names unique, shapes matching their bytes, data
 * without holes, overlaps or bytes at the end. */
wick_status wick__index_check(wick__index *index, size_t data_bytes);
void wick__index_close(wick__index *index);

#endif
