/* Writing safetensors files: the header as text, padded with spaces to a multiple of 8, then the
 * tensors one after the other. The header is read back before anything is written, so what is saved
 * can be loaded. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/status.h"
#include "io/bytes.h"
#include "io/file.h"
#include "io/safetensors.h"
#include "tensor/tensor.h"

/* What is to be saved. */
typedef struct contents {
    const char *path;
    size_t count;
    const char *const *name;
    wick_tensor *const *tensor;
    size_t pairs;
    const wick_pair *pair;
} contents;

/* Text that is counted first (at NULL) and written in a second pass. */
typedef struct text {
    char *at;
    size_t used;
} text;

static void put(text *t, const char *bytes, size_t n)
{
    if (t->at != NULL)
        memcpy(t->at + t->used, bytes, n);
    t->used += n;
}

static void put_words(text *t, const char *words)
{
    put(t, words, strlen(words));
}

static void put_number(text *t, int64_t number)
{
    char digits[24];
    put(t, digits, (size_t)snprintf(digits, sizeof digits, "%" PRId64, number));
}

static void put_string(text *t, const char *string)
{
    put_words(t, "\"");
    for (const char *c = string; *c != '\0'; c++) {
        char escape[8];
        if ((unsigned char)*c < 0x20)
            put(t, escape, (size_t)snprintf(escape, sizeof escape, "\\u%04x", (unsigned)*c));
        else if (*c == '"' || *c == '\\')
            put(t, (char[]){'\\', *c}, 2);
        else
            put(t, c, 1);
    }
    put_words(t, "\"");
}

/* ---- the header ---- */

static void put_metadata(text *t, const contents *c)
{
    put_words(t, "\"__metadata__\":{");
    for (size_t i = 0; i < c->pairs; i++) {
        put_words(t, i > 0 ? "," : "");
        put_string(t, c->pair[i].key);
        put_words(t, ":");
        put_string(t, c->pair[i].value);
    }
    put_words(t, "}");
}

static void put_shape(text *t, const wick_tensor *tensor)
{
    put_words(t, tensor->ndim == 0 ? "0" : "");
    for (int d = 0; d < tensor->ndim; d++) {
        put_words(t, d > 0 ? "," : "");
        put_number(t, tensor->size[d]);
    }
}

static int64_t bytes_of(const wick_tensor *tensor)
{
    return wick__count(tensor) * (int64_t)wick_dtype_size(tensor->dtype);
}

static void put_header(text *t, const contents *c)
{
    int64_t begin = 0;
    put_words(t, "{");
    if (c->pairs > 0)
        put_metadata(t, c);
    for (size_t i = 0; i < c->count; i++) {
        int64_t end = begin + bytes_of(c->tensor[i]);
        put_words(t, i > 0 || c->pairs > 0 ? "," : "");
        put_string(t, c->name[i]);
        put_words(t, ":{\"dtype\":\"");
        put_words(t, wick__stored_type_of(c->tensor[i]->dtype)->name);
        put_words(t, "\",\"shape\":[");
        put_shape(t, c->tensor[i]);
        put_words(t, "],\"data_offsets\":[");
        put_number(t, begin);
        put_words(t, ",");
        put_number(t, end);
        put_words(t, "]}");
        begin = end;
    }
    put_words(t, "}");
    while (t->used % 8 != 0)
        put_words(t, " ");
}

/* What the header cannot say by itself. */
static wick_status check_contents(const contents *c, int64_t *data_bytes)
{
    *data_bytes = 0;
    for (size_t i = 0; i < c->count; i++) {
        if (strcmp(c->name[i], "__metadata__") == 0)
            return wick__fail(WICK_EVALUE,
                              "%s: cannot save a tensor called __metadata__, the name is taken by "
                              "the format",
                              c->path);
        if (!wick__add_fits(*data_bytes, bytes_of(c->tensor[i]), data_bytes))
            return wick__fail(WICK_EVALUE, "%s: cannot save more than 2^63 bytes", c->path);
    }
    return WICK_OK;
}

static wick_status check_header(wick_context *context, const contents *c, const text *header,
                                int64_t data_bytes)
{
    wick__index index;
    wick_status status = wick__index_open(context, c->path, header->used, &index);
    if (status == WICK_OK) {
        memcpy(index.text, header->at, header->used);
        status = wick__index_read(&index, (size_t)data_bytes);
    }
    wick__index_close(&index);
    return status == WICK_EFORMAT ? wick__fail_in(WICK_EVALUE, "cannot save ") : status;
}

/* ---- writing ---- */

static wick_status put_swapped(wick_writer *writer, const uint8_t *data, size_t bytes,
                               size_t element)
{
    uint8_t part[4096];
    wick_status status = WICK_OK;
    for (size_t done = 0; done < bytes && status == WICK_OK;) {
        size_t n = bytes - done < sizeof part ? bytes - done : sizeof part;
        memcpy(part, data + done, n);
        wick__swap_bytes(part, n / element, element);
        status = wick_writer_put(writer, part, n);
        done += n;
    }
    return status;
}

static wick_status write_tensor(wick_writer *writer, wick_tensor *tensor)
{
    wick_tensor *dense = NULL;
    void *data;
    size_t bytes = (size_t)bytes_of(tensor), element = wick_dtype_size(tensor->dtype);
    if (bytes == 0)
        return WICK_OK;
    wick_status status = wick__contiguous(tensor, &dense);
    if (status == WICK_OK)
        status = wick__dense(dense, &data);
    if (status == WICK_OK)
        status = wick__host_is_little_endian() ? wick_writer_put(writer, data, bytes)
                                               : put_swapped(writer, data, bytes, element);
    wick_tensor_release(dense);
    return status;
}

static wick_status write_file(wick_context *context, const contents *c, const text *header)
{
    wick_writer *writer;
    uint8_t prefix[WICK__PREFIX_BYTES];
    wick_status status = wick_writer_new(context, c->path, &writer);
    if (status != WICK_OK)
        return status;
    for (size_t i = 0; i < sizeof prefix; i++)
        prefix[i] = (uint8_t)((uint64_t)header->used >> (8 * i));
    status = wick_writer_put(writer, prefix, sizeof prefix);
    if (status == WICK_OK)
        status = wick_writer_put(writer, header->at, header->used);
    for (size_t i = 0; i < c->count && status == WICK_OK; i++)
        status = write_tensor(writer, c->tensor[i]);
    if (status == WICK_OK)
        status = wick_writer_commit(writer);
    wick_writer_release(writer);
    return status;
}

static wick_status save(wick_context *context, const contents *c)
{
    void *memory;
    int64_t data_bytes;
    text header = {0};
    wick_status status = check_contents(c, &data_bytes);
    if (status != WICK_OK)
        return status;
    put_header(&header, c);
    size_t room = header.used;
    if (room > WICK__LONGEST_HEADER)
        return wick__fail(WICK_EVALUE, "%s: cannot save a header of %s bytes, the most are %s",
                          c->path, wick__number(room), wick__number(WICK__LONGEST_HEADER));
    status = wick__alloc(context, room, &memory);
    if (status != WICK_OK)
        return status;
    header = (text){.at = memory};
    put_header(&header, c);
    status = check_header(context, c, &header, data_bytes);
    if (status == WICK_OK)
        status = write_file(context, c, &header);
    wick__free(context, memory, room);
    return status;
}

wick_status wick_safetensors_save(wick_context *context, const char *path, size_t count,
                                  const char *const *name, wick_tensor *const *tensor, size_t pairs,
                                  const wick_pair *pair)
{
    contents c = {path, count, name, tensor, pairs, pair};
    return save(context, &c);
}
