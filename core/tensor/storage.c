/* Storages: counted runs of memory, the host's or a context's own, and the cells that count writes
 * to them. */
#include <string.h>

#include "tensor/form.h"
#include "tensor/packs.h"

static void open_cells(wick_storage *storage)
{
    storage->cells = 1;
    storage->cell = &storage->first_cell;
    storage->first_cell =
        (wick__cell){.begin = 0, .end = INT64_MAX, .number = storage->context->next_cell++};
}

static void close_cells(wick_storage *storage)
{
    if (storage->cell != &storage->first_cell)
        wick__free(storage->context, storage->cell, sizeof(wick__cell) * (size_t)storage->cells);
}

/* Few elements stand in the block of their storage. The address sanitizer sees what is written
 * beside elements only where they have a block of their own. */
#ifdef __SANITIZE_ADDRESS__
enum { FEW_BYTES = 0 };
#else
enum { FEW_BYTES = 512 };
#endif

/* A block holds the storage, the tensor that was made with it, if one was, and few elements, which
 * are aligned as blocks are. It goes when both are gone. */
enum {
    STORAGE_ROOM = (sizeof(wick_storage) + 63) / 64 * 64,
    TENSOR_ROOM = (sizeof(wick_tensor) + 63) / 64 * 64
};

static void leave_block(wick_storage *storage)
{
    if (atomic_load_explicit(&storage->tenants, memory_order_acquire) == 1 ||
        atomic_fetch_sub_explicit(&storage->tenants, 1, memory_order_acq_rel) == 1)
        wick__free_object(storage->context, WICK__STORAGE_OBJECT, storage, storage->block);
}

static wick_storage *home_of(wick_tensor *tensor)
{
    return (wick_storage *)((char *)tensor - STORAGE_ROOM);
}

void wick__tenant_leave(wick_tensor *tensor)
{
    wick_storage *home = home_of(tensor);
    bool is_last =
        tensor->storage == home && atomic_load_explicit(&home->refs, memory_order_acquire) == 1;
    if (is_last) /* and its reference goes next: nobody else sees the count */
        atomic_store_explicit(&home->tenants, 1, memory_order_relaxed);
    else
        leave_block(home);
}

/* What elements take in the block of their storage; 0: they are too many. */
static size_t few_bytes(wick_dtype dtype, int64_t size)
{
    if ((unsigned)dtype >= WICK_DTYPES || size <= 0 || size > FEW_BYTES)
        return 0;
    size_t bytes = (size_t)size * wick__dtype_bytes[dtype];
    return bytes <= FEW_BYTES ? bytes : 0;
}

static void free_elements(wick_storage *storage)
{
    if (!storage->stands_inside && !storage->borrowed)
        wick__free(storage->context, storage->data, storage->capacity);
}

/* Without memory; with room for `extra` bytes behind it in its block. */
static wick_status open_storage(wick_context *context, wick_dtype dtype, int64_t size, size_t extra,
                                wick_storage **storage)
{
    *storage = NULL;
    if ((unsigned)dtype >= WICK_DTYPES)
        return wick__fail(WICK_EDTYPE, "storage: %d is not an element type", (int)dtype);
    if (size < 0)
        return wick__fail(WICK_EVALUE, "storage: a size of %lld is negative", (long long)size);
    wick_storage *s;
    size_t block = STORAGE_ROOM + extra;
    wick_status status = wick__alloc_object(context, WICK__STORAGE_OBJECT, block, (void **)&s);
    if (status)
        return status;
    *s = (wick_storage){.context = context, .dtype = dtype, .size = size, .block = block};
    atomic_init(&s->refs, 1);
    atomic_init(&s->tenants, 1);
    open_cells(s);
    *storage = s;
    return WICK_OK;
}

wick_status wick__storage_open(wick_context *context, wick_dtype dtype, int64_t size,
                               wick_storage **storage)
{
    return open_storage(context, dtype, size, 0, storage);
}

static wick_status bytes_of(wick_dtype dtype, int64_t size, size_t *bytes)
{
    if (wick__bytes_fit(size, wick_dtype_size(dtype), bytes))
        return WICK_OK;
    return wick__fail(WICK_ENOMEM,
                      "storage: %lld elements of %s are more than memory has addresses",
                      (long long)size, wick_dtype_name(dtype));
}

/* With elements, and `before` bytes between them and the storage where they stand in its block. */
static wick_status new_storage(wick_context *context, wick_dtype dtype, int64_t size, size_t before,
                               wick_storage **storage)
{
    size_t few = few_bytes(dtype, size);
    wick_status status = open_storage(context, dtype, size, before + few, storage);
    if (status)
        return status;
    wick_storage *s = *storage;
    if (few) {
        s->stands_inside = true;
        s->capacity = few;
        s->data = (char *)s + STORAGE_ROOM + before;
        return WICK_OK;
    }
    status = bytes_of(dtype, size, &s->capacity);
    if (!status)
        status = wick__alloc(context, s->capacity, &s->data);
    if (status) {
        wick_storage_release(s);
        *storage = NULL;
    }
    return status;
}

wick_status wick_storage_new(wick_context *context, wick_dtype dtype, int64_t size,
                             wick_storage **storage)
{
    return new_storage(context, dtype, size, 0, storage);
}

wick_status wick__storage_with_tenant(wick_context *context, wick_dtype dtype, int64_t size,
                                      wick_storage **storage, wick_tensor **tensor)
{
    wick_status status = new_storage(context, dtype, size, TENSOR_ROOM, storage);
    if (status)
        return status;
    atomic_init(&(*storage)->tenants, 2);
    *tensor = (wick_tensor *)((char *)*storage + STORAGE_ROOM);
    return WICK_OK;
}

wick_status wick__storage_adopt(wick_context *context, wick_dtype dtype, int64_t size, void *memory,
                                wick_storage **storage)
{
    wick_status status = wick__storage_open(context, dtype, size, storage);
    if (!status)
        status = bytes_of(dtype, size, &(*storage)->capacity);
    if (status) {
        wick_storage_release(*storage);
        *storage = NULL;
        return status;
    }
    (*storage)->data = memory;
    return WICK_OK;
}

/* The memory stays the caller's when this fails. */
wick_status wick_storage_borrow(wick_context *context, wick_dtype dtype, int64_t size, void *data,
                                bool read_only, void (*release)(void *owner), void *owner,
                                wick_storage **storage)
{
    wick_status status = wick__storage_open(context, dtype, size, storage);
    if (status)
        return status;
    wick_storage *s = *storage;
    s->borrowed = true;
    status = bytes_of(dtype, size, &s->capacity);
    if (!status && size > 0 && (!data || (uintptr_t)data % wick_dtype_size(dtype) != 0))
        status = wick__fail(WICK_EVALUE,
                            "storage: %s elements cannot stand at address %p; it has to be a "
                            "multiple of %zu",
                            wick_dtype_name(dtype), data, wick_dtype_size(dtype));
    if (status) {
        wick_storage_release(s);
        *storage = NULL;
        return status;
    }
    s->data = data;
    s->read_only = read_only;
    s->release = release;
    s->owner = owner;
    return WICK_OK;
}

void *wick_storage_owner(const wick_storage *storage, void (*release)(void *owner))
{
    return storage->borrowed && storage->release == release ? storage->owner : NULL;
}

void wick_storage_retain(wick_storage *storage)
{
    atomic_fetch_add_explicit(&storage->refs, 1, memory_order_relaxed);
}

void wick_storage_release(wick_storage *storage)
{
    if (!storage || !wick__let_go(&storage->refs))
        return;
    if (storage->release)
        storage->release(storage->owner);
    free_elements(storage);
    wick__form_close(storage);
    wick__packs_drop(storage);
    close_cells(storage);
    leave_block(storage);
}

int64_t wick_storage_size(const wick_storage *storage)
{
    return storage->size;
}

wick_dtype wick_storage_dtype(const wick_storage *storage)
{
    return storage->dtype;
}

/* Brings all elements into memory, row-major. */
static wick_status whole(wick_storage *storage)
{
    wick_status status = wick__settle(storage);
    if (!status)
        wick__write_zeros(storage, 0, INT64_MAX);
    return status;
}

/* ---- size ---- */

static wick_status move(wick_storage *storage, size_t bytes)
{
    void *data;
    wick_status status = wick__alloc(storage->context, bytes, &data);
    if (status)
        return status;
    size_t kept = bytes < storage->capacity ? bytes : storage->capacity;
    if (kept > 0)
        memcpy(data, storage->data, kept);
    free_elements(storage);
    storage->data = data;
    storage->stands_inside = false;
    storage->capacity = bytes;
    return WICK_OK;
}

/* Elements that are cut off and come back later are not what they were. */
static void bump_all(wick_storage *storage)
{
    for (int i = 0; i < storage->cells; i++) {
        storage->cell[i].version++;
        storage->cell[i].writer = storage->context->writing;
    }
}

wick_status wick_storage_resize(wick_storage *storage, int64_t size)
{
    size_t bytes = 0;
    if (size == storage->size)
        return WICK_OK;
    if (storage->borrowed)
        return wick__fail(WICK_EVALUE,
                          "storage: %lld elements of a host's memory cannot become %lld",
                          (long long)storage->size, (long long)size);
    if (atomic_load(&storage->views) > 0)
        return wick__fail(
            WICK_EVALUE,
            "storage: %lld elements cannot become %lld while other storages are views "
            "of them",
            (long long)storage->size, (long long)size);
    if (size < 0)
        return wick__fail(WICK_EVALUE, "storage: a size of %lld is negative", (long long)size);
    wick_status status = bytes_of(storage->dtype, size, &bytes);
    if (!status)
        status = whole(storage);
    if (!status)
        status = wick__detach_lookers(storage);
    if (!status && bytes > storage->capacity)
        status = move(storage, bytes);
    else if (!status && bytes < storage->capacity / 2)
        move(storage, bytes); /* too much memory does no harm when there is none to move to */
    if (status)
        return status;
    if (size < storage->size)
        bump_all(storage);
    storage->size = size;
    return WICK_OK;
}

/* ---- cells ---- */

/* Writes before the division stay visible: a range never has a smaller sum after it than before. */
static uint64_t version_between(const wick_storage *storage, int64_t begin, int64_t end)
{
    uint64_t sum = 0;
    for (int i = 0; i < storage->cells; i++)
        if (storage->cell[i].begin < end && begin < storage->cell[i].end)
            sum += storage->cell[i].version;
    return sum;
}

static wick_status check_ranges(const wick_storage *storage, int n, const int64_t *begin,
                                const int64_t *end)
{
    int64_t at = 0;
    for (int i = 0; i < n; i++) {
        if (begin[i] < at || end[i] < begin[i] || (size_t)end[i] > storage->capacity)
            return wick__fail(WICK_EVALUE,
                              "storage: bytes %lld to %lld are no ascending range of %zu bytes",
                              (long long)begin[i], (long long)end[i], storage->capacity);
        at = end[i];
    }
    return WICK_OK;
}

/* Bytes between two ranges count with the range before them, so that no write goes unseen. */
wick_status wick_storage_divide(wick_storage *storage, int n, const int64_t *begin,
                                const int64_t *end)
{
    wick_status status = whole(storage);
    if (!status)
        status = check_ranges(storage, n, begin, end);
    if (status || n <= 1)
        return status;
    wick__cell *cell;
    status = wick__alloc(storage->context, sizeof *cell * (size_t)n, (void **)&cell);
    if (status)
        return status;
    for (int i = 0; i < n; i++) {
        int64_t from = i == 0 ? 0 : begin[i], to = i == n - 1 ? INT64_MAX : begin[i + 1];
        cell[i] = (wick__cell){.begin = from, .end = to, .number = storage->context->next_cell++};
        cell[i].version = version_between(storage, from, to);
        cell[i].writer = storage->cell[0].writer;
    }
    close_cells(storage);
    storage->cell = cell;
    storage->cells = n;
    return WICK_OK;
}

wick_status wick_storage_data(wick_storage *storage, void **data)
{
    wick_status status = whole(storage);
    if (!status)
        status = wick__lend(storage);
    *data = storage->data;
    return status;
}

wick_status wick__lend(wick_storage *storage)
{
    storage->lent = true;
    wick__packs_drop(storage);
    return wick__detach_lookers(storage);
}

void wick_storage_touch(wick_storage *storage)
{
    for (int i = 0; i < storage->cells; i++) {
        storage->cell[i].version++;
        storage->cell[i].writer = NULL;
    }
}
