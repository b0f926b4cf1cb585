/* The frame around element-wise loops. */
#include "op/elementwise.h"

#include "op/images.h"
#include "tensor/iterate.h"

enum { FEW = 4 };

/* ---- types ---- */

static wick_dtype common_type(const wick__map *map, const wick_call *call)
{
    int first = map->condition_first;
    wick_dtype dtype = call->in[first]->dtype;
    for (int i = first + 1; i < call->inputs; i++)
        dtype = wick__promote(dtype, call->in[i]->dtype);
    return dtype;
}

static wick_status no_loop(const wick__map *map, wick_dtype dtype)
{
    return wick__fail(WICK_EDTYPE,
                      "%s: not defined for %s tensors; convert with :float() or :double() first",
                      map->name, wick_dtype_name(dtype));
}

static wick_status check_condition(const wick__map *map, const wick_call *call)
{
    if (!map->condition_first || call->in[0]->dtype == WICK_UINT8)
        return WICK_OK;
    return wick__fail(WICK_EDTYPE,
                      "%s: the condition is a %s tensor; it has to be a ByteTensor of "
                      "0 and 1, as comparisons give",
                      map->name, wick_dtype_name(call->in[0]->dtype));
}

/* ---- shapes ---- */

static int64_t count_of(const wick_sizes *shape)
{
    int64_t n = shape->count > 0;
    for (int i = 0; i < shape->count; i++)
        n *= shape->v[i];
    return n;
}

static bool counts_agree(const wick_call *call)
{
    for (int i = 1; i < call->inputs; i++)
        if (wick__count(call->in[i]) != wick__count(call->in[0]))
            return false;
    return true;
}

static bool is_input(const wick_call *call, const wick_tensor *t)
{
    for (int i = 0; i < call->inputs; i++)
        if (call->in[i] == t)
            return true;
    return false;
}

static wick_status ambiguous(const char *name, const wick_call *call, const wick_sizes *shape)
{
    char text[WICK__SHAPE_TEXT];
    return wick__fail(WICK_ESHAPE,
                      "%s: %s and %s have equally many elements, which could mean element by "
                      "element (Torch7) or broadcasting to %s; say which with view() or expand()",
                      name, wick__shape(call->in[0]), wick__shape(call->in[call->inputs - 1]),
                      wick__sizes_text(shape->count, shape->v, text, sizeof text));
}

static wick_status would_grow(const char *name, const wick_tensor *to, const wick_sizes *shape)
{
    char text[WICK__SHAPE_TEXT];
    return wick__fail(WICK_ESHAPE,
                      "%s: writes in place into %s, but the result is %s; use the form "
                      "that returns a new tensor",
                      name, wick__shape(to),
                      wick__sizes_text(shape->count, shape->v, text, sizeof text));
}

static bool share_shape(const wick_call *call)
{
    for (int i = 1; i < call->inputs; i++)
        if (!wick__same_shape(call->in[i], call->in[0]))
            return false;
    return true;
}

/* The shape of the result. *flat is set where Torch7's rule holds: shapes differ, counts agree,
 * element goes with element in row-major order. */
static wick_status result_shape(const wick__map *map, const wick_call *call, const wick_tensor *to,
                                wick_sizes *shape, bool *flat)
{
    *flat = false;
    if (share_shape(call)) {
        *shape = wick__sizes_like(call->in[0]);
        return WICK_OK;
    }
    wick_status status = wick__broadcast(map->name, call->inputs, call->in, shape);
    bool in_place = to && is_input(call, to);
    bool agree = call->inputs > 1 && counts_agree(call);
    bool enlarges = !status && agree && count_of(shape) != wick__count(call->in[0]);
    bool by_count = call->in[0]->context->equal_counts;
    *flat = agree && ((status && (to || by_count)) || (enlarges && by_count));
    if (*flat) {
        *shape = wick__sizes_like(in_place ? to : call->in[0]);
        return WICK_OK;
    }
    if (status)
        return status;
    if (enlarges)
        return ambiguous(map->name, call, shape);
    if (in_place && !wick__has_shape(to, shape))
        return would_grow(map->name, to, shape);
    return WICK_OK;
}

/* ---- operands ---- */

static wick_tensor *flattened(wick__scope *scope, wick_tensor *t, const wick_sizes *shape)
{
    wick_tensor *dense = NULL, *view = NULL;
    int64_t stride[WICK_MAX_DIM];
    if (!t || wick__has_shape(t, shape))
        return t;
    wick_status status = wick__contiguous(t, &dense);
    dense = wick__keep(scope, status, dense);
    if (!dense)
        return NULL;
    wick__row_major(shape->count, shape->v, stride);
    status = wick__view(dense, dense->offset, shape->count, shape->v, stride, &view);
    return wick__keep(scope, status, view);
}

static wick_tensor *operand(wick__scope *scope, wick_tensor *t, wick_dtype dtype, bool flat,
                            const wick_sizes *shape)
{
    wick_tensor *converted = NULL;
    if (t->dtype != dtype) {
        wick_status status = wick__convert(t, dtype, &converted);
        t = wick__keep(scope, status, converted);
    }
    return flat ? flattened(scope, t, shape) : t;
}

/* Writing straight into the destination is safe when it has the type and meets each input either
 * nowhere or element for element. */
static bool writes_safely(const wick_call *call, const wick_tensor *to, wick_dtype dtype,
                          bool has_shape)
{
    if (to->dtype != dtype)
        return false;
    for (int i = 0; i < call->inputs; i++)
        if (!(has_shape && wick__same_elements(call->in[i], to)) && wick__overlap(call->in[i], to))
            return false;
    return true;
}

static wick_status run(const wick__map *map, const wick_call *call, wick_dtype dtype,
                       const wick_sizes *shape, bool flat, wick_tensor **out)
{
    wick__scope scope;
    wick_tensor *operands[FEW + 1];
    wick__scope_open(&scope, call->in[0]->context);
    for (int i = 0; i < call->inputs; i++) {
        bool is_condition = map->condition_first && i == 0;
        operands[i + 1] =
            operand(&scope, call->in[i], is_condition ? WICK_UINT8 : dtype, flat, shape);
    }
    wick_dtype result = map->mask ? WICK_UINT8 : dtype;
    if (!scope.status)
        scope.status = wick__output(scope.context, result, shape->count, shape->v, out);
    operands[0] = *out;
    if (!scope.status)
        scope.status =
            wick__iterate(shape, 1, call->inputs + 1, operands, (*map->lines)[dtype], call->value);
    return wick__scope_close(&scope);
}

/* Whether t looks at its elements as x, which is row-major, looks at its own. */
static bool is_like(const wick_tensor *t, const wick_tensor *x)
{
    if (t->ndim != x->ndim || !t->storage || t->storage->form)
        return false;
    for (int i = 0; i < x->ndim; i++)
        if (t->size[i] != x->size[i] || t->stride[i] != x->stride[i])
            return false;
    return true;
}

/* Whether all tensors are of one type and row-major in one shape, as they nearly always are. */
static bool is_plain(const wick__map *map, const wick_call *call, const wick_tensor *to)
{
    const wick_tensor *x = call->in[0];
    if (map->condition_first || !wick_tensor_is_contiguous(x) || !is_like(x, x))
        return false;
    for (int i = 1; i < call->inputs; i++)
        if (call->in[i]->dtype != x->dtype || !is_like(call->in[i], x))
            return false;
    return !to ||
           (is_like(to, x) && writes_safely(call, to, map->mask ? WICK_UINT8 : x->dtype, true));
}

static wick_status run_plain(const wick__map *map, const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *operands[FEW + 1];
    int64_t count = wick__count(x);
    wick_status status = WICK_OK;
    if (!*out)
        status = wick__new_in_rows(x, map->mask ? WICK_UINT8 : x->dtype, count, out);
    if (status)
        return status;
    operands[0] = *out;
    for (int i = 0; i < call->inputs; i++)
        operands[i + 1] = call->in[i];
    return wick__iterate_rows(count, 1, call->inputs + 1, operands, (*map->lines)[x->dtype],
                              call->value);
}

wick_status wick__elementwise(const wick__map *map, const wick_call *call, wick_tensor **out)
{
    if (is_plain(map, call, *out) && (*map->lines)[call->in[0]->dtype])
        return run_plain(map, call, out);
    wick_dtype dtype = common_type(map, call);
    wick_tensor *to = *out, *fresh = NULL;
    wick_sizes shape;
    bool flat, served = false;
    wick_status status = check_condition(map, call);
    if (!status && !(*map->lines)[dtype])
        status = no_loop(map, dtype);
    if (!status)
        status = result_shape(map, call, to, &shape, &flat);
    if (!status && !map->mask && !map->condition_first && !flat && dtype == WICK_FLOAT32)
        status = wick__images_elementwise((*map->lines)[dtype], call, out, &served);
    if (status || served)
        return status;
    if (!to || writes_safely(call, to, map->mask ? WICK_UINT8 : dtype, wick__has_shape(to, &shape)))
        return run(map, call, dtype, &shape, flat, out);
    status = run(map, call, dtype, &shape, flat, &fresh);
    if (!status)
        status = wick__take_value(to, fresh);
    wick_tensor_release(fresh);
    return status;
}

/* ---- division of integers ---- */

wick_status wick__check_divisor(const char *name, wick_dtype dtype, double divisor)
{
    uint64_t bits = UINT64_MAX >> (64 - 8 * wick_dtype_size(dtype));
    bool fits = divisor > -9223372036854775808.0 && divisor < 9223372036854775808.0;
    if (wick_dtype_is_floating(dtype) || (fits && ((uint64_t)(int64_t)divisor & bits)))
        return WICK_OK;
    return wick__fail(WICK_EVALUE,
                      "%s: %s elements cannot be divided by %g (a number is truncated "
                      "to the elements' type first); convert with :float() or :double()",
                      name, wick_dtype_name(dtype), divisor);
}

static void find_zero(int64_t n, void *const *p, const int64_t *s, const void *found)
{
    const int64_t *x = p[0];
    for (int64_t i = 0; i < n; i++)
        if (x[i * s[0]] == 0)
            atomic_store((atomic_bool *)(uintptr_t)found, true);
}

wick_status wick__check_divisors(const char *name, wick_tensor *divisor)
{
    if (wick_dtype_is_floating(divisor->dtype))
        return WICK_OK;
    wick_tensor *wide;
    wick_status status = wick__convert(divisor, WICK_INT64, &wide);
    if (status)
        return status;
    atomic_bool zero = false;
    wick_sizes shape = wick__sizes_like(wide);
    status = wick__iterate(&shape, 0, 1, &wide, find_zero, &zero);
    wick_tensor_release(wide);
    if (!status && atomic_load(&zero))
        status = wick__fail(WICK_EVALUE,
                            "%s: an element of the %s divisor is 0, which integers "
                            "cannot be divided by",
                            name, wick_dtype_name(divisor->dtype));
    return status;
}
