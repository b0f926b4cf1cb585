/* Tensors that change where they look and how much: Torch7's set and resize. */
#include "tensor/tensor.h"

#include <string.h>

/* The tensor looks at `storage` from now on; the reference it had goes back. */
static void look_at(wick_tensor *tensor, wick_storage *storage)
{
    wick_storage *before = tensor->storage;
    wick_context *context = tensor->context;
    if (storage)
        wick_storage_retain(storage);
    else
        wick_context_retain(context);
    tensor->storage = storage;
    if (before)
        wick_storage_release(before);
    else
        wick_context_release(context);
}

wick_status wick_tensor_set(wick_tensor *tensor, wick_tensor *at)
{
    if (tensor->dtype != at->dtype)
        return wick__fail(WICK_EDTYPE, "set: a %s tensor cannot look at a %s tensor",
                          wick_dtype_name(tensor->dtype), wick_dtype_name(at->dtype));
    if (tensor->context != at->context)
        return wick__fail(WICK_EVALUE,
                          "set: the tensors belong to different contexts; copy instead");
    if (tensor == at)
        return WICK_OK;
    look_at(tensor, at->storage);
    tensor->offset = at->offset;
    tensor->ndim = at->ndim;
    memcpy(tensor->size, at->size, sizeof at->size);
    memcpy(tensor->stride, at->stride, sizeof at->stride);
    return WICK_OK;
}

static bool has_sizes(const wick_tensor *t, int ndim, const int64_t *size)
{
    for (int i = 0; i < ndim && t->ndim == ndim; i++)
        if (t->size[i] != size[i])
            return false;
    return t->ndim == ndim;
}

/* Makes room for `count` elements from the tensor's offset on. */
static wick_status make_room(wick_tensor *tensor, int64_t count)
{
    int64_t end;
    if (count == 0)
        return WICK_OK;
    if (!tensor->storage) {
        wick_storage *storage;
        wick_status status = wick_storage_new(tensor->context, tensor->dtype, count, &storage);
        if (status)
            return status;
        look_at(tensor, storage);
        wick_storage_release(storage);
        return WICK_OK;
    }
    if (!wick__add_fits(tensor->offset, count, &end))
        return wick__fail(WICK_ESHAPE, "resize: %lld elements from offset %lld cannot be counted",
                          (long long)count, (long long)tensor->offset);
    return end <= tensor->storage->size ? WICK_OK : wick_storage_resize(tensor->storage, end);
}

/* Torch7: the sizes it has already change nothing, strides included; any other sizes are row-major
 * over the storage from the tensor's offset on. */
wick_status wick_tensor_resize(wick_tensor *tensor, int ndim, const int64_t *size)
{
    int64_t count;
    char text[WICK__SHAPE_TEXT];
    if (ndim < 0 || ndim > WICK_MAX_DIM)
        return wick__fail(WICK_ESHAPE, "resize: %d dimensions, where 0 to %d are possible", ndim,
                          WICK_MAX_DIM);
    if (has_sizes(tensor, ndim, size))
        return WICK_OK;
    if (!wick__count_fits(ndim, size, &count))
        return wick__fail(WICK_ESHAPE, "resize: %s is no shape a tensor can have",
                          wick__sizes_text(ndim, size, text, sizeof text));
    wick_status status = make_room(tensor, count);
    if (status)
        return status;
    tensor->ndim = ndim;
    for (int i = 0; i < ndim; i++)
        tensor->size[i] = size[i];
    wick__row_major(ndim, size, tensor->stride);
    return WICK_OK;
}

wick_status wick__output(wick_context *context, wick_dtype dtype, int ndim, const int64_t *size,
                         wick_tensor **out)
{
    if (!*out)
        return wick_tensor_new(context, dtype, ndim, size, out);
    if ((*out)->dtype != dtype)
        return wick__fail(WICK_EDTYPE, "a %s result cannot be written into a %s tensor",
                          wick_dtype_name(dtype), wick_dtype_name((*out)->dtype));
    return wick_tensor_resize(*out, ndim, size);
}

/* A dense matrix becomes one by columns when the value is: what LAPACK gives stays as in Torch7. */
static void take_order(wick_tensor *to, const wick_tensor *from)
{
    bool by_columns = from->ndim == 2 && !wick_tensor_is_contiguous(from) && from->stride[0] == 1 &&
                      from->stride[1] == from->size[0];
    if (!by_columns || !wick_tensor_is_contiguous(to))
        return;
    to->stride[0] = 1;
    to->stride[1] = to->size[0];
}

wick_status wick__take_value(wick_tensor *to, wick_tensor *from)
{
    wick_status status =
        wick__same_shape(to, from) ? WICK_OK : wick_tensor_resize(to, from->ndim, from->size);
    if (status)
        return status;
    take_order(to, from);
    return wick_tensor_copy(to, from);
}
