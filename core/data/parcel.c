/* Parcels: copies of tensors that pass from one context to another. */
#include "data/parcel.h"

#include <stdio.h>
#include <string.h>

#include "tensor/tensor.h"

/* ---- kinds ---- */

wick__kind wick__kind_of(const wick_tensor *tensor)
{
    if (!tensor)
        return (wick__kind){.size.count = -1};
    return (wick__kind){.dtype = tensor->dtype, .size = wick__sizes_like(tensor)};
}

bool wick__same_kind(const wick__kind *a, const wick__kind *b)
{
    if (a->size.count != b->size.count || a->dtype != b->dtype)
        return false;
    for (int i = 0; i < a->size.count; i++)
        if (a->size.v[i] != b->size.v[i])
            return false;
    return true;
}

char *wick__kind_text(const wick__kind *kind, char *text, size_t bytes)
{
    char shape[WICK__SHAPE_TEXT];
    if (kind->size.count < 0)
        snprintf(text, bytes, "none");
    else
        snprintf(text, bytes, "%s %s", wick_dtype_name(kind->dtype),
                 wick__sizes_text(kind->size.count, kind->size.v, shape, sizeof shape));
    return text;
}

/* ---- parcels ---- */

static wick_status pack_dense(wick_context *context, wick_tensor *dense, wick__parcel **parcel)
{
    void *data;
    wick__parcel *p;
    wick_status status = wick__dense(dense, &data);
    if (status)
        return status;
    size_t content = (size_t)wick__count(dense) * wick_dtype_size(dense->dtype);
    status = wick__alloc(context, sizeof *p + content, (void **)&p);
    if (status)
        return status;
    *p = (wick__parcel){
        .context = context, .kind = wick__kind_of(dense), .bytes = sizeof *p + content};
    wick_context_retain(context);
    if (content > 0)
        memcpy(p->data, data, content);
    *parcel = p;
    return WICK_OK;
}

wick_status wick__parcel_pack(wick_context *context, wick_tensor *tensor, wick__parcel **parcel)
{
    wick_tensor *dense;
    *parcel = NULL;
    if (!tensor)
        return WICK_OK;
    wick_status status = wick__contiguous(tensor, &dense);
    if (status)
        return status;
    status = pack_dense(context, dense, parcel);
    wick_tensor_release(dense);
    return status;
}

void wick__parcel_release(void *parcel)
{
    wick__parcel *p = parcel;
    if (!p)
        return;
    wick_context *context = p->context;
    wick__free(context, p, p->bytes);
    wick_context_release(context);
}

wick_status wick__parcel_open(wick__parcel **parcel, wick_context *context, wick_tensor **tensor)
{
    wick__parcel *p = *parcel;
    wick_storage *storage;
    int64_t count = 0;
    *tensor = NULL;
    if (!p)
        return WICK_OK;
    wick__count_fits(p->kind.size.count, p->kind.size.v, &count);
    wick_status status = wick_storage_borrow(context, p->kind.dtype, count, p->data, true,
                                             wick__parcel_release, p, &storage);
    if (status)
        return status;
    *parcel = NULL;
    status = wick_tensor_on(storage, 0, p->kind.size.count, p->kind.size.v, NULL, tensor);
    wick_storage_release(storage);
    return status;
}
