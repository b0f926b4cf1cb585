/* Box-shaped parts: written (what t[{...}] = v does to a recorded tensor), padded and cropped. */
#include "op/region.h"

#include <string.h>

#include "op/overwrite.h"
#include "op/positions.h"

/* *part = t from `start` on, `length` long, along a dimension: a view without history. */
static wick_status slice(const wick_tensor *t, int dim, int64_t start, int64_t length,
                         wick_tensor **part)
{
    int64_t size[WICK_MAX_DIM];
    memcpy(size, t->size, sizeof size);
    size[dim] = length;
    bool is_empty = length == 0 || wick__count(t) == 0;
    int64_t offset = is_empty ? t->offset : t->offset + start * t->stride[dim];
    return wick__view(t, offset, t->ndim, size, t->stride, part);
}

wick_status wick__copy_slice(wick_tensor *to, int dim, int64_t start, wick_tensor *from)
{
    wick_tensor *part = NULL;
    wick_status status = slice(to, dim, start, from->size[dim], &part);
    if (!status)
        status = wick_tensor_copy(part, from);
    wick_tensor_release(part);
    return status;
}

/* ---- assign ---- */

static const wick__arg assign_args[] = {TENSOR("x"), TENSOR("value"), SIZES("starts"),
                                        SIZES("lengths"), END};

static int64_t count_of(const wick_sizes *lengths)
{
    int64_t count = lengths->count > 0;
    for (int d = 0; d < lengths->count; d++)
        count *= lengths->v[d];
    return count;
}

static wick_status check_region(const wick_tensor *x, const wick_sizes *starts,
                                const wick_sizes *lengths)
{
    char from[WICK__SHAPE_TEXT], size[WICK__SHAPE_TEXT];
    bool fits = starts->count == x->ndim && lengths->count == x->ndim;
    for (int d = 0; fits && d < x->ndim; d++) {
        int64_t end;
        fits = starts->v[d] >= 0 && lengths->v[d] >= 0 &&
               wick__add_fits(starts->v[d], lengths->v[d], &end) && end <= x->size[d];
    }
    if (fits)
        return WICK_OK;
    return wick__fail(
        WICK_EVALUE, "assign: a region of %s from %s (counted from 0) lies outside %s",
        wick__sizes_text(lengths->count, lengths->v, size, sizeof size),
        wick__sizes_text(starts->count, starts->v, from, sizeof from), wick__shape(x));
}

static wick_status check_assign(const wick_call *call)
{
    const wick_tensor *x = call->in[0], *value = call->in[1];
    const wick_sizes *lengths = call->value[1].sizes;
    char text[WICK__SHAPE_TEXT];
    wick_status status = check_region(x, call->value[0].sizes, lengths);
    if (status || wick__count(value) == 1 || wick__count(value) == count_of(lengths))
        return status;
    return wick__fail(WICK_ESHAPE,
                      "assign: inconsistent tensor size: a value of %s does not fit a region of %s "
                      "in %s; it needs as many elements, or one",
                      wick__shape(value),
                      wick__sizes_text(lengths->count, lengths->v, text, sizeof text),
                      wick__shape(x));
}

/* One element goes everywhere. */
static wick_status copy_or_spread(wick_tensor *part, wick_tensor *value)
{
    static const int64_t stride[WICK_MAX_DIM];
    wick_tensor *spread = NULL;
    if (wick__count(value) == wick__count(part))
        return wick_tensor_copy(part, value);
    wick_status status = wick__view(value, value->offset, part->ndim, part->size, stride, &spread);
    if (!status)
        status = wick_tensor_copy(part, spread);
    wick_tensor_release(spread);
    return status;
}

static wick_status assign_write(const wick_call *call, wick_tensor *to)
{
    const wick_sizes *starts = call->value[0].sizes, *lengths = call->value[1].sizes;
    wick_tensor *part = NULL;
    int64_t offset = to->offset;
    wick_status status = check_assign(call);
    if (status || count_of(lengths) == 0)
        return status;
    for (int d = 0; d < to->ndim; d++)
        offset += starts->v[d] * to->stride[d];
    status = wick__view(to, offset, to->ndim, lengths->v, to->stride, &part);
    if (!status)
        status = copy_or_spread(part, call->in[1]);
    wick_tensor_release(part);
    return status;
}

static wick_status assign_forward(const wick_call *call, wick_tensor **out)
{
    return wick__overwrite_first(call, out, false, assign_write);
}

static wick_tensor *zero_in(wick__rule *r)
{
    wick_tensor *zero = NULL;
    wick_status status =
        wick__zeros(r->scope->context, wick__shape_of(r, 0)->dtype, &(wick_sizes){1, {1}}, &zero);
    return wick__keep(r->scope, status, zero);
}

static wick_tensor *region_of(wick__rule *r, wick_tensor *g)
{
    const wick_sizes *starts = wick__sizes(r, 0), *lengths = wick__sizes(r, 1);
    const wick__geometry *x = wick__shape_of(r, 0);
    for (int d = 0; d < starts->count && g; d++) {
        int64_t after = x->size[d] - starts->v[d] - lengths->v[d];
        if (lengths->v[d] != x->size[d])
            g = wick__padded(r->scope, g, d, -starts->v[d], -after);
    }
    return g;
}

/* The engine brings the region's gradient to the value's shape. */
static void assign_backward(wick__rule *r)
{
    if (r->wants[0]) {
        wick_tensor *in[] = {G, zero_in(r)};
        r->dx[0] = in[1] ? wick__run(r->scope, &wick_op_assign, 2, in, r->node->value) : NULL;
    }
    if (!r->wants[1])
        return;
    wick_sizes value = wick__sizes_of(r, 1);
    wick_tensor *g = region_of(r, G);
    bool is_one = count_of(&value) == 1 && count_of(wick__sizes(r, 1)) != 1;
    r->dx[1] = is_one && g ? wick__unary(r->scope, &wick_op_sum_all, g) : g;
}

const wick_op wick_op_assign = {
    .name = "assign",
    .args = assign_args,
    .method = WICK__METHOD_NONE,
    .elementwise = true,
    .internal = true,
    .forward = assign_forward,
    .backward = assign_backward,
    .doc = "x with the region of `lengths` from `starts` (from 0) overwritten by a value of as "
           "many elements, in row-major order, or of one"};

/* ---- pad ---- */

static const wick__arg pad_args[] = {
    TENSOR("x"), DIM("dim"), INTEGER("before"), INTEGER("after"), NUMBER_OR("value", 0), END};

/* What stays of a dimension, and what it becomes. */
typedef struct padding {
    int dim;
    int64_t first, kept, before, size;
} padding;

static wick_status check_padding(const wick_call *call, padding *p)
{
    const wick_tensor *x = call->in[0];
    int64_t before = call->value[1].integer, after = call->value[2].integer;
    wick_status status = wick__check_dim("pad", x, call->value[0].integer, &p->dim);
    if (status)
        return status;
    int64_t n = x->size[p->dim];
    p->first = before < 0 ? before : 0;
    p->before = before > 0 ? before : 0;
    bool fits = wick__add_fits(n, p->first, &p->kept) &&
                wick__add_fits(p->kept, after < 0 ? after : 0, &p->kept) && p->kept >= 0 &&
                wick__add_fits(p->kept, p->before, &p->size) &&
                wick__add_fits(p->size, after > 0 ? after : 0, &p->size);
    if (fits) {
        p->first = -p->first;
        return WICK_OK;
    }
    return wick__fail(WICK_ESHAPE,
                      "pad: dimension %d of %s has %lld entries, which %lld before and %lld after "
                      "cannot be added to (negative numbers crop)",
                      p->dim + 1, wick__shape(x), (long long)n, (long long)before,
                      (long long)after);
}

static wick_status fill_part(wick_tensor *to, int dim, int64_t start, int64_t length,
                             wick_tensor *value)
{
    static const int64_t stride[WICK_MAX_DIM];
    wick_tensor *part = NULL, *spread = NULL;
    wick_status status = slice(to, dim, start, length, &part);
    if (!status)
        status = wick__view(value, 0, to->ndim, part->size, stride, &spread);
    if (!status)
        status = wick_tensor_copy(part, spread);
    wick_tensor_release(spread);
    wick_tensor_release(part);
    return status;
}

static wick_status fill_borders(wick_tensor *to, const padding *p, double number)
{
    uint64_t element = 0;
    wick_tensor *value = NULL;
    int64_t end = p->before + p->kept;
    wick__element_of(number, to->dtype, &element);
    wick_status status =
        wick_tensor_from(to->context, to->dtype, 1, (int64_t[]){1}, &element, &value);
    if (!status)
        status = fill_part(to, p->dim, 0, p->before, value);
    if (!status)
        status = fill_part(to, p->dim, end, p->size - end, value);
    wick_tensor_release(value);
    return status;
}

static wick_status pad_forward(const wick_call *call, wick_tensor **out)
{
    padding p;
    wick_tensor *x = call->in[0], *part = NULL;
    wick_status status = check_padding(call, &p);
    if (status)
        return status;
    wick_sizes shape = wick__sizes_like(x);
    shape.v[p.dim] = p.size;
    status = slice(x, p.dim, p.first, p.kept, &part);
    if (!status)
        status = wick__output(x->context, x->dtype, shape.count, shape.v, out);
    if (!status)
        status = wick__copy_slice(*out, p.dim, p.before, part);
    if (!status && p.size > p.kept)
        status = fill_borders(*out, &p, call->value[3].number);
    wick_tensor_release(part);
    return status;
}

static void pad_backward(wick__rule *r)
{
    r->dx[0] =
        wick__padded(r->scope, G, wick__integer(r, 0), -wick__integer(r, 1), -wick__integer(r, 2));
}

wick_tensor *wick__padded(wick__scope *s, wick_tensor *x, int64_t dim, int64_t before,
                          int64_t after)
{
    wick_value value[] = {{.integer = dim}, {.integer = before}, {.integer = after}, {.number = 0}};
    return x ? wick__run(s, &wick_op_pad, 1, &x, value) : NULL;
}

const wick_op wick_op_pad = {
    .name = "pad",
    .args = pad_args,
    .into = true,
    .forward = pad_forward,
    .backward = pad_backward,
    .doc = "x with so many entries of a value (0 by default) before and after it along a "
           "dimension; negative numbers crop",
    .example = "print(torch.pad(torch.Tensor{1, 2, 3}, 1, 2, -1))"};
