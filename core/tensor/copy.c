/* Copies between any two tensors with the same number of elements, and what is made of them. */
#include "kernel/convert.h"
#include "tensor/iterate.h"

#include <string.h>

/* t's memory under another shape, on the stack; both are row-major. */
static wick_tensor seen_as(const wick_tensor *t, int ndim, const int64_t *size)
{
    wick_tensor seen = {.context = t->context,
                        .storage = t->storage,
                        .dtype = t->dtype,
                        .offset = t->offset,
                        .ndim = ndim};
    memcpy(seen.size, size, sizeof *size * (size_t)ndim);
    wick__row_major(ndim, size, seen.stride);
    return seen;
}

/* Equal shapes and no shared memory, or element by element the same. */
static wick_status copy_apart(wick_tensor *to, wick_tensor *from)
{
    wick_sizes shape = {.count = to->ndim};
    memcpy(shape.v, to->size, sizeof *to->size * (size_t)to->ndim);
    return wick__iterate(&shape, 1, 2, (wick_tensor *const[]){to, from},
                         wick__convert_lines[to->dtype][from->dtype], NULL);
}

/* By way of a row-major copy of `from`, which shares nothing and takes any shape. */
static wick_status copy_twice(wick_tensor *to, wick_tensor *from)
{
    wick_tensor *between;
    wick_status status = wick__clone(from, &between);
    if (status)
        return status;
    wick_tensor seen = seen_as(between, to->ndim, to->size);
    status = copy_apart(to, &seen);
    wick_tensor_release(between);
    return status;
}

/* Equal shapes. */
static wick_status copy_equal(wick_tensor *to, wick_tensor *from)
{
    if (wick__overlap(to, from) && !wick__same_elements(to, from))
        return copy_twice(to, from);
    return copy_apart(to, from);
}

wick_status wick_tensor_copy(wick_tensor *to, wick_tensor *from)
{
    if (wick__count(to) != wick__count(from))
        return wick__fail(WICK_ESHAPE, "copy: %s has %lld elements, %s has %lld", wick__shape(from),
                          (long long)wick__count(from), wick__shape(to),
                          (long long)wick__count(to));
    if (wick__count(to) == 0)
        return WICK_OK;
    if (wick__same_shape(to, from))
        return copy_equal(to, from);
    if (wick_tensor_is_contiguous(from)) {
        wick_tensor seen = seen_as(from, to->ndim, to->size);
        return copy_equal(to, &seen);
    }
    if (wick_tensor_is_contiguous(to)) {
        wick_tensor seen = seen_as(to, from->ndim, from->size);
        return copy_equal(&seen, from);
    }
    return copy_twice(to, from);
}

static wick_status copy_as(wick_tensor *t, wick_dtype dtype, wick_tensor **copy)
{
    wick_status status = wick_tensor_new(t->context, dtype, t->ndim, t->size, copy);
    if (status)
        return status;
    status = wick_tensor_copy(*copy, t);
    if (status) {
        wick_tensor_release(*copy);
        *copy = NULL;
    }
    return status;
}

wick_status wick__clone(wick_tensor *t, wick_tensor **copy)
{
    return copy_as(t, t->dtype, copy);
}

wick_status wick__convert(wick_tensor *t, wick_dtype dtype, wick_tensor **converted)
{
    if (t->dtype != dtype || !wick_tensor_is_contiguous(t))
        return copy_as(t, dtype, converted);
    wick_tensor_retain(t);
    *converted = t;
    return WICK_OK;
}

wick_status wick__contiguous(wick_tensor *t, wick_tensor **dense)
{
    return wick__convert(t, t->dtype, dense);
}
