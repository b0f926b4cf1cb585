/* The header of a safetensors file, its memory and its grammar:
 *   {"__metadata__": {KEY: VALUE, ...}, NAME: {"dtype": TYPE, "shape": [SIZE, ...],
 *    "data_offsets": [BEGIN, END]}, ...} */
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/status.h"
#include "io/bytes.h"
#include "io/safetensors.h"
#include "io/safetensors_json.h"

/* The shortest a tensor and a pair of metadata can be, so that tables are sized by the header. */
enum { SHORTEST_ENTRY = 48, SHORTEST_PAIR = 5 };

static const wick__stored_type elements[] = {
    {"U8", 1, true, WICK_UINT8},     {"I8", 1, true, WICK_INT8},
    {"I16", 2, true, WICK_INT16},    {"I32", 4, true, WICK_INT32},
    {"I64", 8, true, WICK_INT64},    {"F16", 2, true, WICK_FLOAT16},
    {"F32", 4, true, WICK_FLOAT32},  {"F64", 8, true, WICK_FLOAT64},
    {"BOOL", 1, true, WICK_UINT8},   {.name = "U16", .bytes = 2},
    {.name = "U32", .bytes = 4},     {.name = "U64", .bytes = 8},
    {.name = "BF16", .bytes = 2},    {.name = "F8_E4M3", .bytes = 1},
    {.name = "F8_E5M2", .bytes = 1}, {.name = "F8_E8M0", .bytes = 1},
    {.name = "C64", .bytes = 8},
};

/* NULL: not of the format. */
static const wick__stored_type *type_named(const char *name)
{
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (strcmp(elements[i].name, name) == 0)
            return &elements[i];
    return NULL;
}

const wick__stored_type *wick__stored_type_of(wick_dtype dtype)
{
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (elements[i].readable && elements[i].dtype == dtype)
            return &elements[i];
    return NULL;
}

/* ---- memory ---- */

wick_status wick__header_bytes(const char *path, const uint8_t *prefix, size_t file_bytes,
                               size_t *bytes)
{
    if (file_bytes < WICK__PREFIX_BYTES)
        return wick__fail(WICK_EFORMAT,
                          "%s: ends after %s bytes, a safetensors file has at least 10", path,
                          wick__number(file_bytes));
    uint64_t promised = wick__little_endian_64(prefix);
    if (promised > WICK__LONGEST_HEADER)
        return wick__fail(WICK_EFORMAT,
                          "%s: promises a header of %s bytes, at most %s are read; is this a "
                          "safetensors file?",
                          path, wick__number(promised), wick__number(WICK__LONGEST_HEADER));
    if (promised > file_bytes - WICK__PREFIX_BYTES)
        return wick__fail(WICK_EFORMAT, "%s: ends after %s bytes, its header alone has %s", path,
                          wick__number(file_bytes), wick__number(promised));
    if (promised < 2)
        return wick__fail(WICK_EFORMAT, "%s: its header has %s bytes, the shortest is {}", path,
                          wick__number(promised));
    *bytes = (size_t)promised;
    return WICK_OK;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

wick_status wick__index_open(wick_context *context, const char *path, size_t bytes,
                             wick__index *index)
{
    void *text;
    *index = (wick__index){.context = context, .path = path};
    wick_status status = wick__alloc(context, bytes, &text);
    if (status != WICK_OK)
        return status;
    index->text = text;
    index->text_bytes = bytes;
    return WICK_OK;
}

static wick_status make_tables(wick__index *x)
{
    void *memory;
    size_t entries = smaller(WICK__MOST_TENSORS, x->text_bytes / SHORTEST_ENTRY + 1);
    wick_status status = wick__alloc(x->context, entries * sizeof(wick__entry), &memory);
    if (status != WICK_OK)
        return status;
    x->entry = memory;
    x->room = entries;
    size_t pairs = smaller(WICK__MOST_PAIRS, x->text_bytes / SHORTEST_PAIR + 1);
    status = wick__alloc(x->context, pairs * sizeof(wick_pair), &memory);
    if (status != WICK_OK)
        return status;
    x->pair = memory;
    x->pair_room = pairs;
    return WICK_OK;
}

void wick__index_close(wick__index *x)
{
    wick__free(x->context, x->order, x->orders * sizeof(uint32_t));
    wick__free(x->context, x->pair, x->pair_room * sizeof(wick_pair));
    wick__free(x->context, x->entry, x->room * sizeof(wick__entry));
    wick__free(x->context, x->text, x->text_bytes);
    *x = (wick__index){0};
}

/* ---- grammar ---- */

static wick_status read_metadata(wick__index *x, wick__json *json)
{
    bool more;
    wick_status status = wick__json_expect(json, '{');
    for (bool first = true; status == WICK_OK; first = false) {
        status = wick__json_more(json, '}', first, &more);
        if (status != WICK_OK || !more)
            return status;
        if (x->pairs == x->pair_room)
            return wick__json_fail(json, "more than %s entries of metadata",
                                   wick__number(x->pair_room));
        wick_pair *pair = &x->pair[x->pairs];
        status = wick__json_string(json, "a name of metadata", WICK__LONGEST_NAME, &pair->key);
        if (status == WICK_OK)
            status = wick__json_expect(json, ':');
        if (status == WICK_OK)
            status = wick__json_string(json, "a string of metadata", x->text_bytes, &pair->value);
        x->pairs += status == WICK_OK;
    }
    return status;
}

static wick_status read_dtype(wick__json *json, wick__entry *entry)
{
    const char *name;
    wick_status status = wick__json_string(json, "an element type", WICK__LONGEST_NAME, &name);
    if (status != WICK_OK)
        return status;
    entry->element = type_named(name);
    if (entry->element == NULL)
        return wick__json_fail(json, "tensor \"%s\" has the unknown element type %s",
                               wick__name(entry->name), wick__name(name));
    return WICK_OK;
}

static wick_status read_shape(wick__json *json, wick__entry *entry)
{
    bool more;
    wick_sizes *size = &entry->size;
    wick_status status = wick__json_expect(json, '[');
    for (size->count = 0; status == WICK_OK; size->count++) {
        status = wick__json_more(json, ']', size->count == 0, &more);
        if (status != WICK_OK || !more)
            break;
        if (size->count == WICK_MAX_DIM)
            return wick__json_fail(json, "tensor \"%s\" has more than %d dimensions",
                                   wick__name(entry->name), (int)WICK_MAX_DIM);
        status = wick__json_natural(json, "a size", &size->v[size->count]);
    }
    if (status == WICK_OK && size->count == 0)
        *size = (wick_sizes){.count = 1, .v = {1}};
    return status;
}

static wick_status read_offsets(wick__json *json, wick__entry *entry)
{
    wick_status status = wick__json_expect(json, '[');
    if (status == WICK_OK)
        status = wick__json_natural(json, "an offset", &entry->begin);
    if (status == WICK_OK)
        status = wick__json_expect(json, ',');
    if (status == WICK_OK)
        status = wick__json_natural(json, "an offset", &entry->end);
    return status == WICK_OK ? wick__json_expect(json, ']') : status;
}

/* One of the three members of a tensor; *seen has a bit for each that was there. */
static wick_status read_member(wick__json *json, wick__entry *entry, int *seen)
{
    static const char *const names[] = {"dtype", "shape", "data_offsets"};
    static wick_status (*const readers[])(wick__json *, wick__entry *) = {read_dtype, read_shape,
                                                                          read_offsets};
    const char *key;
    wick_status status =
        wick__json_string(json, "dtype, shape or data_offsets", WICK__LONGEST_NAME, &key);
    if (status != WICK_OK)
        return status;
    for (int i = 0; i < 3; i++) {
        if (strcmp(key, names[i]) != 0)
            continue;
        if (*seen & 1 << i)
            return wick__json_fail(json, "tensor \"%s\" has %s twice", wick__name(entry->name),
                                   key);
        *seen |= 1 << i;
        status = wick__json_expect(json, ':');
        return status == WICK_OK ? readers[i](json, entry) : status;
    }
    return wick__json_fail(json, "tensor \"%s\" has the unknown entry %s", wick__name(entry->name),
                           wick__name(key));
}

static wick_status read_entry(wick__json *json, wick__entry *entry)
{
    bool more = true;
    int seen = 0;
    wick_status status = wick__json_expect(json, '{');
    for (bool first = true; status == WICK_OK; first = false) {
        status = wick__json_more(json, '}', first, &more);
        if (status != WICK_OK || !more)
            break;
        status = read_member(json, entry, &seen);
    }
    if (status == WICK_OK && seen != 7)
        return wick__json_fail(json, "tensor \"%s\" has no %s", wick__name(entry->name),
                               !(seen & 1)   ? "dtype"
                               : !(seen & 2) ? "shape"
                                             : "data_offsets");
    return status;
}

static wick_status read_member_of_header(wick__index *x, wick__json *json, bool *has_metadata)
{
    const char *name;
    wick_status status = wick__json_string(json, "a tensor's name", WICK__LONGEST_NAME, &name);
    if (status == WICK_OK)
        status = wick__json_expect(json, ':');
    if (status != WICK_OK)
        return status;
    if (strcmp(name, "__metadata__") == 0) {
        if (*has_metadata)
            return wick__json_fail(json, "__metadata__ is there twice");
        *has_metadata = true;
        return read_metadata(x, json);
    }
    if (x->count == x->room)
        return wick__json_fail(json, "more than %s tensors", wick__number(x->room));
    wick__entry *entry = &x->entry[x->count++];
    entry->name = name;
    return read_entry(json, entry);
}

static wick_status read_header(wick__index *x)
{
    bool more, has_metadata = false;
    wick__json json = {x->path, x->text, x->text, x->text + x->text_bytes};
    if (x->text[0] != '{')
        return wick__fail(WICK_EFORMAT, "%s: its header does not start with '{'", x->path);
    wick_status status = wick__json_expect(&json, '{');
    for (bool first = true; status == WICK_OK; first = false) {
        status = wick__json_more(&json, '}', first, &more);
        if (status != WICK_OK || !more)
            break;
        status = read_member_of_header(x, &json, &has_metadata);
    }
    return status == WICK_OK ? wick__json_finish(&json) : status;
}

wick_status wick__index_read(wick__index *index, size_t data_bytes)
{
    wick_status status = make_tables(index);
    if (status == WICK_OK)
        status = read_header(index);
    return status == WICK_OK ? wick__index_check(index, data_bytes) : status;
}
