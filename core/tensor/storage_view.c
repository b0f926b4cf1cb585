/* Storages that are a part of another: Torch7's storage views. The other stays where it is, as a
 * pointer into it is held, until the view goes. */
#include "tensor/tensor.h"

static void let_go(void *owner)
{
    wick_storage *storage = owner;
    atomic_fetch_sub(&storage->views, 1);
    wick_storage_release(storage);
}

bool wick_storage_is_read_only(const wick_storage *storage)
{
    return storage->read_only;
}

wick_status wick_storage_view(wick_storage *storage, int64_t offset, int64_t size,
                              wick_storage **view)
{
    void *data;
    *view = NULL;
    if (offset < 0 || size < 0 || offset > storage->size || size > storage->size - offset)
        return wick__fail(
            WICK_EVALUE,
            "storage: size out of bounds: %lld elements from element %lld on, counted "
            "from 0, of a storage of %lld",
            (long long)size, (long long)offset, (long long)storage->size);
    wick_status status = wick_storage_data(storage, &data);
    if (status)
        return status;
    char *first = size > 0 ? (char *)data + (size_t)offset * wick_dtype_size(storage->dtype) : NULL;
    status = wick_storage_borrow(storage->context, storage->dtype, size, first, storage->read_only,
                                 let_go, storage, view);
    if (status)
        return status;
    wick_storage_retain(storage);
    atomic_fetch_add(&storage->views, 1);
    return WICK_OK;
}
