/* The frame of operations that replace elements. */
#include "op/overwrite.h"

#include "kernel/convert.h"

static bool lies_apart(const wick_call *call, const wick_tensor *to)
{
    for (int i = 1; i < call->inputs; i++)
        if (call->in[i] && wick__overlap(call->in[i], to))
            return false;
    return true;
}

static wick_status changed_copy(const wick_call *call, wick__overwrite *overwrite,
                                wick_tensor **out)
{
    wick_status status = wick__clone(call->in[0], out);
    return status ? status : overwrite(call, *out);
}

wick_status wick__overwrite_first(const wick_call *call, wick_tensor **out, bool row_major,
                                  wick__overwrite *overwrite)
{
    wick_tensor *to = *out, *fresh = NULL;
    if (!to)
        return changed_copy(call, overwrite, out);
    if (wick__same_elements(call->in[0], to) && lies_apart(call, to) &&
        (!row_major || wick_tensor_is_contiguous(to)))
        return overwrite(call, to);
    wick_status status = changed_copy(call, overwrite, &fresh);
    if (!status)
        status = wick__take_value(to, fresh);
    wick_tensor_release(fresh);
    return status;
}

void wick__element_of(double number, wick_dtype dtype, void *element)
{
    const int64_t stride[] = {1, 1};
    wick__convert_lines[dtype][WICK_FLOAT64](1, (void *const[]){element, &number}, stride, NULL);
}
