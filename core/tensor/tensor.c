/* Tensor objects: making, counting, asking, looking elsewhere. */
#include "tensor/tensor.h"

#include <string.h>

/* ---- checking ---- */

static wick_status check_sizes(wick_dtype dtype, int ndim, const int64_t *size, int64_t *count)
{
    char text[WICK__SHAPE_TEXT];
    if ((unsigned)dtype >= WICK_DTYPES)
        return wick__fail(WICK_EDTYPE, "tensor: %d is not an element type", (int)dtype);
    if (ndim < 0 || ndim > WICK_MAX_DIM)
        return wick__fail(WICK_ESHAPE, "tensor: %d dimensions, where 0 to %d are possible", ndim,
                          WICK_MAX_DIM);
    for (int i = 0; i < ndim; i++)
        if (size[i] < 0)
            return wick__fail(WICK_ESHAPE, "tensor: a size in %s is negative",
                              wick__sizes_text(ndim, size, text, sizeof text));
    if (!wick__count_fits(ndim, size, count))
        return wick__fail(WICK_ESHAPE, "tensor: %s are more elements than can be counted",
                          wick__sizes_text(ndim, size, text, sizeof text));
    return WICK_OK;
}

/* `elements` is what the storage holds. */
static wick_status check_view(int64_t elements, int64_t offset, int ndim, const int64_t *size,
                              const int64_t *stride)
{
    int64_t end;
    if (wick__extent_fits(offset, ndim, size, stride, &end) && end <= elements)
        return WICK_OK;
    char shape[WICK__SHAPE_TEXT], steps[WICK__SHAPE_TEXT];
    return wick__fail(WICK_ESHAPE,
                      "tensor: a view of %s with strides %s from offset %lld reaches outside a "
                      "storage of %lld elements",
                      wick__sizes_text(ndim, size, shape, sizeof shape),
                      wick__sizes_text(ndim, stride, steps, sizeof steps), (long long)offset,
                      (long long)elements);
}

/* ---- making ---- */

/* Geometry is the caller's to fill in. */
static void begin(wick_tensor *t, wick_context *context, wick_dtype dtype, wick_storage *storage)
{
    t->context = context;
    t->storage = storage;
    t->offset = 0;
    t->node = NULL;
    t->recorded = 0;
    t->output = 0;
    t->is_view = false;
    t->is_tenant = false;
    t->ndim = 0;
    t->dtype = dtype;
    atomic_init(&t->refs, 1);
}

/* An object over `storage`, which stays the caller's, or over nothing. */
static wick_status make(wick_context *context, wick_dtype dtype, wick_storage *storage,
                        wick_tensor **tensor)
{
    wick_status status = wick__alloc(context, sizeof **tensor, (void **)tensor);
    if (status)
        return status;
    begin(*tensor, context, dtype, storage);
    if (storage)
        wick_storage_retain(storage);
    else
        wick_context_retain(context);
    return WICK_OK;
}

/* An object with a storage of its own for `count` elements. */
static wick_status make_with_storage(wick_context *context, wick_dtype dtype, int64_t count,
                                     wick_tensor **tensor)
{
    wick_storage *storage;
    wick_status status = wick__storage_with_tenant(context, dtype, count, &storage, tensor);
    if (status)
        return status;
    begin(*tensor, context, dtype, storage);
    (*tensor)->is_tenant = true;
    return WICK_OK;
}

static void shape(wick_tensor *t, int64_t offset, int ndim, const int64_t *size,
                  const int64_t *stride)
{
    t->offset = offset;
    t->ndim = ndim;
    memcpy(t->size, size, sizeof *size * (size_t)ndim);
    if (stride)
        memcpy(t->stride, stride, sizeof *stride * (size_t)ndim);
    else
        wick__row_major(ndim, size, t->stride);
}

wick_status wick_tensor_new(wick_context *context, wick_dtype dtype, int ndim, const int64_t *size,
                            wick_tensor **tensor)
{
    int64_t count;
    *tensor = NULL;
    wick_status status = check_sizes(dtype, ndim, size, &count);
    if (!status)
        status = count > 0 ? make_with_storage(context, dtype, count, tensor)
                           : make(context, dtype, NULL, tensor);
    if (!status && ndim > 0)
        shape(*tensor, 0, ndim, size, NULL);
    return status;
}

wick_status wick__new_in_rows(const wick_tensor *t, wick_dtype dtype, int64_t count,
                              wick_tensor **made)
{
    wick_status status = count > 0 ? make_with_storage(t->context, dtype, count, made)
                                   : make(t->context, dtype, NULL, made);
    if (!status)
        shape(*made, 0, t->ndim, t->size, NULL);
    return status;
}

wick_status wick_tensor_from(wick_context *context, wick_dtype dtype, int ndim, const int64_t *size,
                             const void *data, wick_tensor **tensor)
{
    wick_status status = wick_tensor_new(context, dtype, ndim, size, tensor);
    if (status || !(*tensor)->storage)
        return status;
    memcpy((*tensor)->storage->data, data, (*tensor)->storage->capacity);
    return WICK_OK;
}

wick_status wick_tensor_on(wick_storage *storage, int64_t offset, int ndim, const int64_t *size,
                           const int64_t *stride, wick_tensor **tensor)
{
    int64_t count, steps[WICK_MAX_DIM];
    *tensor = NULL;
    wick_status status = check_sizes(storage->dtype, ndim, size, &count);
    if (status)
        return status;
    if (!stride)
        wick__row_major(ndim, size, steps);
    status = check_view(storage->size, offset, ndim, size, stride ? stride : steps);
    if (!status)
        status = make(storage->context, storage->dtype, storage, tensor);
    if (!status && ndim > 0)
        shape(*tensor, offset, ndim, size, stride);
    return status;
}

wick_status wick__alias(const wick_tensor *t, wick_tensor **alias)
{
    wick_status status = make(t->context, t->dtype, t->storage, alias);
    if (!status)
        shape(*alias, t->offset, t->ndim, t->size, t->stride);
    return status;
}

wick_status wick__view(const wick_tensor *t, int64_t offset, int ndim, const int64_t *size,
                       const int64_t *stride, wick_tensor **view)
{
    int64_t count;
    *view = NULL;
    wick_status status = check_sizes(t->dtype, ndim, size, &count);
    if (!status)
        status = check_view(t->storage ? t->storage->size : 0, offset, ndim, size, stride);
    if (!status)
        status = make(t->context, t->dtype, t->storage, view);
    if (!status && ndim > 0)
        shape(*view, offset, ndim, size, stride);
    return status;
}

/* ---- counting ---- */

void wick_tensor_retain(wick_tensor *tensor)
{
    atomic_fetch_add_explicit(&tensor->refs, 1, memory_order_relaxed);
}

static void release_history(struct wick_node *node)
{
    wick__history *history = (wick__history *)node;
    if (history && wick__let_go(&history->refs))
        history->drop(history);
}

void wick_tensor_release(wick_tensor *tensor)
{
    if (!tensor || !wick__let_go(&tensor->refs))
        return;
    wick_context *context = tensor->context;
    wick_storage *storage = tensor->storage;
    release_history(tensor->node);
    if (tensor->is_tenant)
        wick__tenant_leave(tensor);
    else
        wick__free(context, tensor, sizeof *tensor);
    if (storage)
        wick_storage_release(storage);
    else
        wick_context_release(context);
}

/* ---- asking ---- */

wick_context *wick_tensor_context(const wick_tensor *tensor)
{
    return tensor->context;
}

wick_dtype wick_tensor_dtype(const wick_tensor *tensor)
{
    return tensor->dtype;
}

int wick_tensor_ndim(const wick_tensor *tensor)
{
    return tensor->ndim;
}

int64_t wick_tensor_size(const wick_tensor *tensor, int dim)
{
    return tensor->size[dim];
}

int64_t wick_tensor_stride(const wick_tensor *tensor, int dim)
{
    return tensor->stride[dim];
}

int64_t wick_tensor_offset(const wick_tensor *tensor)
{
    return tensor->offset;
}

int64_t wick_tensor_count(const wick_tensor *tensor)
{
    return wick__count(tensor);
}

wick_storage *wick_tensor_storage(const wick_tensor *tensor)
{
    return tensor->storage;
}

bool wick_tensor_is_contiguous(const wick_tensor *tensor)
{
    uint64_t expected = 1; /* beside a size of 0 others may be too large to count */
    for (int i = tensor->ndim - 1; i >= 0; i--) {
        if (tensor->size[i] == 0)
            return true;
        if (tensor->size[i] != 1 && (uint64_t)tensor->stride[i] != expected)
            return wick__count(tensor) == 0;
        expected *= (uint64_t)tensor->size[i];
    }
    return true;
}
