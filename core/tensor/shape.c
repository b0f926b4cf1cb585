/* Arithmetic on shapes: strides, broadcasting, promotion, text. */
#include "tensor/tensor.h"

#include <stdio.h>
#include <string.h>

/* A product can overflow only beside a zero size, where no stride is ever used. */
void wick__row_major(int ndim, const int64_t *size, int64_t *stride)
{
    int64_t step = 1;
    for (int i = ndim - 1; i >= 0; i--) {
        stride[i] = step;
        if (size[i] > 1 && !wick__mul_fits(step, size[i], &step))
            step = 0;
    }
}

bool wick__same_shape(const wick_tensor *a, const wick_tensor *b)
{
    return a->ndim == b->ndim && memcmp(a->size, b->size, sizeof *a->size * (size_t)a->ndim) == 0;
}

/* ---- broadcasting ---- */

/* "2 x 3, 4 and 5 x 1" */
static void list_shapes(int n, wick_tensor *const *t, char *text, size_t bytes)
{
    size_t at = 0;
    text[0] = 0;
    for (int i = 0; i < n && at < bytes; i++) {
        const char *joint = i == 0 ? "" : i == n - 1 ? " and " : ", ";
        int written = snprintf(text + at, bytes - at, "%s%s", joint, wick__shape(t[i]));
        at += written > 0 ? (size_t)written : 0;
    }
}

static wick_status refuse(const char *what, int n, wick_tensor *const *t, const char *why)
{
    char shapes[4 * WICK__SHAPE_TEXT];
    list_shapes(n, t, shapes, sizeof shapes);
    return wick__fail(WICK_ESHAPE, "%s: shapes %s do not fit: %s", what, shapes, why);
}

/* Merges one size into the result's; a size of 1 gives way to any other. */
static bool merge_size(int64_t size, int64_t *result)
{
    if (size == *result || size == 1)
        return true;
    if (*result != 1)
        return false;
    *result = size;
    return true;
}

/* Among tensors without dimensions there is no element to work on; a single element fits them. */
static wick_status broadcast_to_nothing(const char *what, int n, wick_tensor *const *t,
                                        wick_sizes *shape)
{
    shape->count = 0;
    for (int i = 0; i < n; i++)
        if (t[i]->ndim > 0 && wick__count(t[i]) != 1)
            return refuse(what, n, t, "a tensor without dimensions has no elements");
    return WICK_OK;
}

wick_status wick__broadcast(const char *what, int n, wick_tensor *const *t, wick_sizes *shape)
{
    char why[WICK__SHAPE_TEXT];
    shape->count = 0;
    for (int i = 0; i < n; i++) {
        if (t[i]->ndim == 0)
            return broadcast_to_nothing(what, n, t, shape);
        if (t[i]->ndim > shape->count)
            shape->count = t[i]->ndim;
    }
    for (int d = 0; d < shape->count; d++)
        shape->v[d] = 1;
    for (int i = 0; i < n; i++) {
        int64_t *result = shape->v + shape->count - t[i]->ndim;
        for (int d = 0; d < t[i]->ndim; d++) {
            if (merge_size(t[i]->size[d], &result[d]))
                continue;
            snprintf(why, sizeof why, "counted from the last dimension, sizes %lld and %lld meet",
                     (long long)result[d], (long long)t[i]->size[d]);
            return refuse(what, n, t, why);
        }
    }
    return WICK_OK;
}

void wick__broadcast_strides(const wick_tensor *t, const wick_sizes *shape, int64_t *stride)
{
    int missing = shape->count - t->ndim;
    for (int d = 0; d < shape->count; d++) {
        int own = d - missing;
        bool spread = own < 0 || (t->size[own] == 1 && shape->v[d] != 1);
        stride[d] = spread ? 0 : t->stride[own];
    }
}

/* ---- types ---- */

static wick_dtype promote_integers(wick_dtype a, wick_dtype b)
{
    wick_dtype low = a < b ? a : b, high = a < b ? b : a;
    return low == WICK_UINT8 && high == WICK_INT8 ? WICK_INT16 : high;
}

wick_dtype wick__promote(wick_dtype a, wick_dtype b)
{
    if (a == b)
        return a;
    if (!wick_dtype_is_floating(a) && !wick_dtype_is_floating(b))
        return promote_integers(a, b);
    return a == WICK_FLOAT64 || b == WICK_FLOAT64 ? WICK_FLOAT64 : WICK_FLOAT32;
}

/* ---- text ---- */

char *wick__sizes_text(int ndim, const int64_t *size, char *text, size_t bytes)
{
    size_t at = 0;
    snprintf(text, bytes, "no dimension");
    for (int i = 0; i < ndim && at < bytes; i++) {
        int written =
            snprintf(text + at, bytes - at, "%s%lld", i == 0 ? "" : " x ", (long long)size[i]);
        at += written > 0 ? (size_t)written : 0;
    }
    return text;
}

char *wick_tensor_shape_text(const wick_tensor *tensor, char *text, size_t bytes)
{
    return wick__sizes_text(tensor->ndim, tensor->size, text, bytes);
}

bool wick__has_shape(const wick_tensor *t, const wick_sizes *shape)
{
    for (int d = 0; d < shape->count && t->ndim == shape->count; d++)
        if (t->size[d] != shape->v[d])
            return false;
    return t->ndim == shape->count;
}

wick_sizes wick__sizes_like(const wick_tensor *t)
{
    wick_sizes sizes = {.count = t->ndim};
    memcpy(sizes.v, t->size, sizeof(int64_t) * (size_t)t->ndim);
    return sizes;
}
