/* Elements chosen by a ByteTensor of 0 and 1 with as many elements: selected, filled, replaced; and
 * the coordinates of what is not zero. */
#include "kernel/mask.h"
#include "op/overwrite.h"
#include "op/positions.h"
#include "op/region.h"
#include "tensor/iterate.h"

/* ---- reading a mask ---- */

typedef struct chosen {
    wick_context *context;
    wick_tensor *dense;
    wick__mask mask;
    size_t bytes; /* of mask.before */
    int64_t count;
} chosen;

static void close_mask(chosen *c)
{
    wick__free(c->context, c->mask.before, c->bytes);
    wick_tensor_release(c->dense);
}

static wick_status count_ones(const char *name, chosen *c)
{
    void *data, *before;
    wick_status status = wick__dense(c->dense, &data);
    c->mask.n = wick__count(c->dense);
    c->mask.chosen = data;
    c->bytes = sizeof(int64_t) * (size_t)wick__mask_blocks(c->mask.n);
    if (!status)
        status = wick__alloc(c->context, c->bytes, &before);
    if (status)
        return status;
    c->mask.before = before;
    c->count = wick__mask_count(c->context, &c->mask);
    if (c->count >= 0)
        return WICK_OK;
    return wick__fail(WICK_EVALUE,
                      "%s: Mask tensor can take 0 and 1 values only; compare first, "
                      "as mask:ne(0) does",
                      name);
}

/* On failure, too, close_mask follows. */
static wick_status open_mask(const char *name, wick_tensor *mask, const wick_tensor *x, chosen *c)
{
    *c = (chosen){.context = mask->context};
    if (mask->dtype != WICK_UINT8)
        return wick__fail(WICK_EDTYPE,
                          "%s: the mask is a %s tensor; it has to be a ByteTensor of 0 and 1, as "
                          "comparisons give",
                          name, wick_dtype_name(mask->dtype));
    if (wick__count(mask) != wick__count(x))
        return wick__fail(WICK_ESHAPE,
                          "%s: the mask is %s, with %lld elements, for a tensor of %s, with %lld",
                          name, wick__shape(mask), (long long)wick__count(mask), wick__shape(x),
                          (long long)wick__count(x));
    wick_status status = wick__contiguous(mask, &c->dense);
    return status ? status : count_ones(name, c);
}

static wick_tensor *with_mask(wick__rule *r, const wick_op *op, wick_tensor *g)
{
    wick_tensor *mask = wick__input(r, 1);
    wick_tensor *in[] = {g, mask};
    return mask && g ? wick__run(r->scope, op, 2, in, (wick_value[]){{.number = 0}}) : NULL;
}

/* ---- maskedSelect ---- */

static const wick__arg select_args[] = {TENSOR("x"), TENSOR("mask"), END};

static wick_status take_chosen(const wick_tensor *x, const chosen *c, wick_tensor *y)
{
    void *from, *to;
    wick_status status = wick__dense(x, &from);
    if (!status)
        status = wick__writable(y, &to);
    if (!status)
        wick__mask_take(c->context, &c->mask, wick_dtype_size(x->dtype), from, to);
    return status;
}

static wick_status masked_select_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = NULL;
    chosen c;
    wick_status status = open_mask("maskedSelect", call->in[1], call->in[0], &c);
    if (!status)
        status = wick__contiguous(call->in[0], &x);
    if (!status)
        status = wick__output(c.context, x->dtype, c.count > 0, &c.count, out);
    if (!status && c.count > 0)
        status = take_chosen(x, &c, *out);
    wick_tensor_release(x);
    close_mask(&c);
    return status;
}

static void masked_select_backward(wick__rule *r)
{
    wick_sizes shape = wick__sizes_of(r, 0);
    wick_tensor *mask = wick__input(r, 1);
    wick_tensor *in[] = {G, mask};
    if (mask)
        r->dx[0] =
            wick__run(r->scope, &wick_op_mask_spread, 2, in, (wick_value[]){{.sizes = &shape}});
}

const wick_op wick_op_masked_select = {
    .name = "maskedSelect",
    .args = select_args,
    .saves = WICK__SAVE_IN(1),
    .into = true,
    .forward = masked_select_forward,
    .backward = masked_select_backward,
    .doc = "The elements of x where the mask (a ByteTensor with as many elements) is 1, in "
           "row-major order, as a 1-D tensor; x[mask]",
    .example = "local x = torch.Tensor{3, -1, 2}\nprint(x:maskedSelect(x:gt(0)))"};

/* ---- maskedCopy ---- */

static const wick__arg copy_args[] = {TENSOR("x"), TENSOR("mask"), TENSOR("source"), END};

static wick_status put_chosen(const chosen *c, const wick_tensor *source, wick_tensor *to)
{
    void *few, *all;
    wick_status status = wick__dense(source, &few);
    if (!status)
        status = wick__writable(to, &all);
    if (!status)
        wick__mask_put(c->context, &c->mask, wick_dtype_size(to->dtype), few, all);
    return status;
}

static wick_status replace_chosen(const char *name, wick_tensor *mask, wick_tensor *source,
                                  wick_tensor *to)
{
    wick_tensor *dense = NULL;
    chosen c;
    wick_status status = open_mask(name, mask, to, &c);
    if (!status && wick__count(source) < c.count)
        status = wick__fail(WICK_ESHAPE,
                            "%s: Number of elements of src < number of ones in mask: %s has %lld, "
                            "the mask %lld",
                            name, wick__shape(source), (long long)wick__count(source),
                            (long long)c.count);
    if (!status)
        status = wick__convert(source, to->dtype, &dense);
    if (!status)
        status = put_chosen(&c, dense, to);
    wick_tensor_release(dense);
    close_mask(&c);
    return status;
}

static wick_status masked_copy_write(const wick_call *call, wick_tensor *to)
{
    return replace_chosen("maskedCopy", call->in[1], call->in[2], to);
}

static wick_status masked_copy_forward(const wick_call *call, wick_tensor **out)
{
    return wick__overwrite_first(call, out, true, masked_copy_write);
}

/* The source gives its first elements, as many as the mask has ones. */
static wick_tensor *to_source(wick__rule *r)
{
    wick_sizes source = wick__sizes_of(r, 2);
    wick_tensor *used = with_mask(r, &wick_op_masked_select, G);
    int64_t count = 1;
    for (int d = 0; d < source.count; d++)
        count *= source.v[d];
    if (!used || wick__count(used) == 0)
        return NULL;
    used = wick__padded(r->scope, used, 0, 0, count - wick__count(used));
    return wick__reshape(r->scope, used, &source);
}

static void masked_copy_backward(wick__rule *r)
{
    if (r->wants[0])
        r->dx[0] = with_mask(r, &wick_op_masked_fill, G);
    if (r->wants[2])
        r->dx[2] = to_source(r);
}

const wick_op wick_op_masked_copy = {
    .name = "maskedCopy",
    .args = copy_args,
    .saves = WICK__SAVE_IN(1),
    .method = WICK__METHOD_IN_PLACE,
    .elementwise = true,
    .forward = masked_copy_forward,
    .backward = masked_copy_backward,
    .doc = "x with its elements where the mask (a ByteTensor with as many elements) is 1 replaced "
           "by those of source, in order, from its first on",
    .example = "local x = torch.Tensor{3, -1, 2}\n"
               "print(x:maskedCopy(x:gt(0), torch.Tensor{10, 20}))"};

/* ---- maskedFill ---- */

static const wick__arg fill_args[] = {TENSOR("x"), TENSOR("mask"), NUMBER("value"), END};

static wick_status masked_fill_write(const wick_call *call, wick_tensor *to)
{
    uint64_t element;
    void *all;
    chosen c;
    wick__element_of(call->value[0].number, to->dtype, &element);
    wick_status status = open_mask("maskedFill", call->in[1], to, &c);
    if (!status)
        status = wick__writable(to, &all);
    if (!status)
        wick__mask_fill(c.context, &c.mask, wick_dtype_size(to->dtype), &element, all);
    close_mask(&c);
    return status;
}

static wick_status masked_fill_forward(const wick_call *call, wick_tensor **out)
{
    return wick__overwrite_first(call, out, true, masked_fill_write);
}

static void masked_fill_backward(wick__rule *r)
{
    r->dx[0] = with_mask(r, &wick_op_masked_fill, G);
}

const wick_op wick_op_masked_fill = {
    .name = "maskedFill",
    .args = fill_args,
    .saves = WICK__SAVE_IN(1),
    .method = WICK__METHOD_IN_PLACE,
    .elementwise = true,
    .forward = masked_fill_forward,
    .backward = masked_fill_backward,
    .doc = "x with its elements where the mask (a ByteTensor with as many elements) is 1 set to a "
           "number",
    .example = "local x = torch.Tensor{3, -1, 2}\nprint(x:maskedFill(x:lt(0), 0))"};

/* ---- the gradient of maskedSelect ---- */

static const wick__arg spread_args[] = {TENSOR("x"), TENSOR("mask"), SIZES("sizes"), END};

static wick_status mask_spread_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    wick_status status = wick__zeros(x->context, x->dtype, call->value[0].sizes, out);
    return status ? status : replace_chosen("mask_spread", call->in[1], x, *out);
}

static void mask_spread_backward(wick__rule *r)
{
    r->dx[0] = with_mask(r, &wick_op_masked_select, G);
}

const wick_op wick_op_mask_spread = {.name = "mask_spread",
                                     .args = spread_args,
                                     .saves = WICK__SAVE_IN(1),
                                     .method = WICK__METHOD_NONE,
                                     .internal = true,
                                     .forward = mask_spread_forward,
                                     .backward = mask_spread_backward,
                                     .doc = "Zeros of the sizes given, with x's elements where the "
                                            "mask is 1"};

/* ---- nonzero ---- */

static const wick__arg nonzero_args[] = {TENSOR("x"), END};

/* *mask = x ne 0, row-major. */
static wick_status not_zero(wick_tensor *x, wick_tensor **mask)
{
    wick_tensor *full = NULL;
    wick_sizes shape = wick__sizes_like(x);
    wick_value zero = {.number = 0};
    wick_status status = wick__in_type_of(
        &(wick_tensor){.dtype = x->dtype == WICK_FLOAT16 ? WICK_FLOAT32 : x->dtype}, x, &full);
    if (!status)
        status = wick_tensor_new(x->context, WICK_UINT8, x->ndim, x->size, mask);
    if (!status)
        status = wick__iterate(&shape, 1, 2, (wick_tensor *const[]){*mask, full},
                               wick__ne_number_lines[full->dtype], &zero);
    wick_tensor_release(full);
    return status;
}

static wick_status list_coordinates(const wick_tensor *x, const chosen *c, wick_tensor *rows)
{
    void *data;
    wick_status status = wick__writable(rows, &data);
    if (!status)
        wick__mask_coordinates(c->context, &c->mask, x->ndim, x->size, data);
    return status;
}

static wick_status nonzero_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *mask = NULL;
    chosen c = {.context = x->context};
    wick_status status = not_zero(x, &mask);
    if (!status)
        status = open_mask("nonzero", mask, x, &c);
    int64_t size[] = {c.count, x->ndim};
    if (!status)
        status = wick__output(x->context, WICK_INT64, c.count > 0 ? 2 : 0, size, out);
    if (!status && c.count > 0)
        status = list_coordinates(x, &c, *out);
    close_mask(&c);
    wick_tensor_release(mask);
    return status;
}

const wick_op wick_op_nonzero = {
    .name = "nonzero",
    .args = nonzero_args,
    .into = true,
    .constant = true,
    .forward = nonzero_forward,
    .doc = "The coordinates of the elements that are not 0, a row each, from 1, in row-major order "
           "(a LongTensor, count x dimensions; empty when there are none)",
    .example = "print(torch.Tensor{{0, 5}, {7, 0}}:nonzero())"};
