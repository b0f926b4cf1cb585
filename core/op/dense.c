/* The frame around kernels of whole memory. */
#include "op/dense.h"

const void *wick__read(wick__scope *s, wick_tensor *t)
{
    wick_tensor *dense = NULL;
    void *data = NULL;
    if (s->status || !t)
        return NULL;
    wick_status status = wick__contiguous(t, &dense);
    dense = wick__keep(s, status, dense);
    if (dense)
        s->status = wick__dense(dense, &data);
    return data;
}

void *wick__make(wick__scope *s, wick_dtype dtype, const wick_sizes *shape, wick_tensor **out)
{
    void *data = NULL;
    if (!s->status)
        s->status = wick_tensor_new(s->context, dtype, shape->count, shape->v, out);
    if (!s->status)
        s->status = wick__writable(*out, &data);
    return data;
}

wick_status wick__check_one_type(const char *name, int n, wick_tensor *const *t)
{
    for (int i = 0; i < n; i++) {
        if (!t[i])
            continue;
        if (t[i]->dtype != WICK_FLOAT32 && t[i]->dtype != WICK_FLOAT64)
            return wick__fail(WICK_EDTYPE,
                              "%s: not defined for %s tensors; convert with :float() or :double() "
                              "first",
                              name, wick_dtype_name(t[i]->dtype));
        if (t[i]->dtype != t[0]->dtype)
            return wick__fail(WICK_EDTYPE,
                              "%s: %s (%s) and %s (%s) do not go together; convert one with "
                              ":float() or :double()",
                              name, wick_dtype_name(t[0]->dtype), wick__shape(t[0]),
                              wick_dtype_name(t[i]->dtype), wick__shape(t[i]));
    }
    return WICK_OK;
}

wick_status wick__check_gradient(const char *name, const wick_tensor *g, const wick_sizes *output)
{
    char text[WICK__SHAPE_TEXT];
    if (wick__has_shape(g, output))
        return WICK_OK;
    return wick__fail(WICK_ESHAPE, "%s: a gradient of %s arrived where the output is %s", name,
                      wick__shape(g),
                      wick__sizes_text(output->count, output->v, text, sizeof text));
}
