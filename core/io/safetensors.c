/* Reading safetensors files: from a file on demand, from a mapping as views, from memory as copies.
 */
#include "io/safetensors.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/bytes.h"
#include "io/file.h"
#include "tensor/tensor.h"

struct wick_safetensors {
    wick_context *context;
    wick__file file;        /* descriptor -1: the bytes are in memory */
    wick__mapping *mapping; /* NULL: not mapped */
    const uint8_t *memory;  /* the whole file, mapped or lent; NULL: read the file */
    size_t size;            /* of the file */
    size_t data;            /* where the data starts */
    wick__index index;
    size_t record; /* bytes of this record */
    char path[];
};

/* ---- opening ---- */

static wick_status make(wick_context *context, const char *path, wick_safetensors **file)
{
    void *memory;
    size_t length = strlen(path), record = sizeof(wick_safetensors) + length + 1;
    *file = NULL;
    wick_status status = wick__alloc_zeroed(context, record, &memory);
    if (status != WICK_OK)
        return status;
    wick_safetensors *f = memory;
    f->context = context;
    f->file.descriptor = -1;
    f->record = record;
    memcpy(f->path, path, length + 1);
    wick_context_retain(context);
    *file = f;
    return WICK_OK;
}

void wick_safetensors_close(wick_safetensors *f)
{
    if (f == NULL)
        return;
    wick_context *context = f->context;
    if (f->index.context != NULL)
        wick__index_close(&f->index);
    wick__mapping_release(f->mapping);
    wick__file_close(&f->file);
    wick__free(context, f, f->record);
    wick_context_release(context);
}

static wick_status read_bytes(const wick_safetensors *f, size_t offset, void *to, size_t bytes)
{
    if (f->memory == NULL)
        return wick__file_read_at(&f->file, offset, to, bytes);
    if (bytes > 0)
        memcpy(to, f->memory + offset, bytes);
    return WICK_OK;
}

static wick_status read_index(wick_safetensors *f)
{
    uint8_t prefix[WICK__PREFIX_BYTES] = {0};
    size_t bytes;
    wick_status status =
        read_bytes(f, 0, prefix, f->size < sizeof prefix ? f->size : sizeof prefix);
    if (status == WICK_OK)
        status = wick__header_bytes(f->path, prefix, f->size, &bytes);
    if (status == WICK_OK)
        status = wick__index_open(f->context, f->path, bytes, &f->index);
    if (status == WICK_OK)
        status = read_bytes(f, sizeof prefix, f->index.text, bytes);
    if (status != WICK_OK)
        return status;
    f->data = sizeof prefix + bytes;
    return wick__index_read(&f->index, f->size - f->data);
}

/* Hands the file over, or closes it on failure. */
static wick_status finish(wick_safetensors *f, wick_status status, wick_safetensors **file)
{
    if (status == WICK_OK)
        status = read_index(f);
    if (status == WICK_OK)
        *file = f;
    else
        wick_safetensors_close(f);
    return status;
}

static wick_status open_file(wick_safetensors *f)
{
    wick_status status = wick__file_open(f->path, &f->file);
    if (status != WICK_OK)
        return status;
    f->size = f->file.size;
    return WICK_OK;
}

wick_status wick_safetensors_open(wick_context *context, const char *path, wick_safetensors **file)
{
    wick_safetensors *f;
    *file = NULL;
    wick_status status = make(context, path, &f);
    return status == WICK_OK ? finish(f, open_file(f), file) : status;
}

static wick_status map_file(wick_safetensors *f)
{
    wick_status status = open_file(f);
    if (status != WICK_OK || f->size == 0)
        return status;
    status = wick__mapping_new(f->context, &f->file, &f->mapping);
    if (status != WICK_OK)
        return status;
    f->memory = wick__mapping_data(f->mapping);
    return wick__file_check_size(&f->file);
}

wick_status wick_safetensors_map(wick_context *context, const char *path, wick_safetensors **file)
{
    wick_safetensors *f;
    *file = NULL;
    wick_status status = make(context, path, &f);
    return status == WICK_OK ? finish(f, map_file(f), file) : status;
}

wick_status wick_safetensors_read(wick_context *context, const char *name, const void *data,
                                  size_t bytes, wick_safetensors **file)
{
    wick_safetensors *f;
    *file = NULL;
    wick_status status = make(context, name, &f);
    if (status != WICK_OK)
        return status;
    f->memory = data;
    f->size = bytes;
    return finish(f, WICK_OK, file);
}

/* ---- contents ---- */

size_t wick_safetensors_count(const wick_safetensors *file)
{
    return file->index.count;
}

const char *wick_safetensors_name(const wick_safetensors *file, size_t index)
{
    return index < file->index.count ? file->index.entry[index].name : NULL;
}

bool wick_safetensors_find(const wick_safetensors *file, const char *name, size_t *index)
{
    const wick__index *x = &file->index;
    size_t low = 0, high = x->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, x->entry[x->order[middle]].name);
        if (order == 0) {
            *index = x->order[middle];
            return true;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

wick_pair wick_safetensors_pair(const wick_safetensors *file, size_t index)
{
    return index < file->index.pairs ? file->index.pair[index] : (wick_pair){NULL, NULL};
}

const char *wick_safetensors_metadata(const wick_safetensors *file, const char *key)
{
    for (size_t i = 0; i < file->index.pairs; i++)
        if (strcmp(file->index.pair[i].key, key) == 0)
            return file->index.pair[i].value;
    return NULL;
}

wick_status wick_safetensors_shape(const wick_safetensors *file, size_t index, wick_dtype *dtype,
                                   wick_sizes *size)
{
    if (index >= file->index.count)
        return wick__fail(WICK_EVALUE, "%s: has %s tensors, there is none at index %s", file->path,
                          wick__number(file->index.count), wick__number(index));
    const wick__entry *entry = &file->index.entry[index];
    if (!entry->element->readable)
        return wick__fail(WICK_EDTYPE,
                          "%s: tensor \"%s\" has element type %s, expected U8, I8, I16, I32, I64, "
                          "F16, F32, F64 or BOOL",
                          file->path, wick__name(entry->name), entry->element->name);
    *dtype = entry->element->dtype;
    *size = entry->size;
    return WICK_OK;
}

/* ---- tensors ---- */

static wick_status get_copy(const wick_safetensors *f, const wick__entry *entry,
                            wick_tensor *tensor)
{
    void *to;
    size_t bytes = (size_t)(entry->end - entry->begin);
    if (bytes == 0)
        return WICK_OK;
    wick_status status = wick__writable(tensor, &to);
    if (status == WICK_OK)
        status = read_bytes(f, f->data + (size_t)entry->begin, to, bytes);
    if (status == WICK_OK && !wick__host_is_little_endian())
        wick__swap_bytes(to, bytes / entry->element->bytes, entry->element->bytes);
    return status;
}

static wick_status get_view(wick_safetensors *f, const wick__entry *entry, const uint8_t *at,
                            wick_tensor **tensor)
{
    wick_storage *storage;
    int64_t count = (entry->end - entry->begin) / (int64_t)entry->element->bytes;
    wick_status status = wick__file_check_size(&f->file);
    if (status != WICK_OK)
        return status;
    wick__mapping_retain(f->mapping);
    status = wick_storage_borrow(f->context, entry->element->dtype, count, (void *)(uintptr_t)at,
                                 true, wick__mapping_release, f->mapping, &storage);
    if (status != WICK_OK) {
        wick__mapping_release(f->mapping);
        return status;
    }
    status = wick_tensor_on(storage, 0, entry->size.count, entry->size.v, NULL, tensor);
    wick_storage_release(storage);
    return status;
}

/* A mapped tensor can be looked at where it lies unless the file puts it at an odd place. */
static bool can_be_viewed(const wick_safetensors *f, const wick__entry *entry, const uint8_t *at)
{
    size_t bytes = entry->element->bytes;
    return f->mapping != NULL && entry->end > entry->begin && (uintptr_t)at % bytes == 0 &&
           (bytes == 1 || wick__host_is_little_endian());
}

wick_status wick_safetensors_get(wick_safetensors *file, size_t index, wick_tensor **tensor)
{
    wick_dtype dtype;
    wick_sizes size;
    *tensor = NULL;
    wick_status status = wick_safetensors_shape(file, index, &dtype, &size);
    if (status != WICK_OK)
        return status;
    const wick__entry *entry = &file->index.entry[index];
    if (file->memory != NULL) {
        const uint8_t *at = file->memory + file->data + entry->begin;
        if (can_be_viewed(file, entry, at))
            return get_view(file, entry, at, tensor);
    }
    wick_tensor *made = NULL;
    status = wick_tensor_new(file->context, dtype, size.count, size.v, &made);
    if (status == WICK_OK)
        status = get_copy(file, entry, made);
    if (status == WICK_OK)
        *tensor = made;
    else
        wick_tensor_release(made);
    return status;
}
