/* Running sums and products along a dimension, and what their gradients and that of prod are made
 * of. */
#include "kernel/scan.h"

#include "op/reduce.h"

static const wick__arg scan_args[] = {TENSOR("x"), DIM_OR("dim", 1), END};
static const wick__arg gradient_args[] = {TENSOR("x"), TENSOR("g"), DIM("dim"), END};
static const wick__arg others_args[] = {TENSOR("x"), INTEGER("dim"), END};

/* x as outer x n x inner around `dim`; everything is one line when it is -1. */
static void lines_of(const wick_tensor *x, int dim, wick__scan_lines *l)
{
    l->dtype = x->dtype;
    l->outer = l->inner = 1;
    l->n = dim < 0 ? wick__count(x) : x->size[dim];
    for (int d = 0; d < x->ndim && dim >= 0; d++)
        if (d < dim)
            l->outer *= x->size[d];
        else if (d > dim)
            l->inner *= x->size[d];
}

static wick_status run(wick__scan kind, wick_tensor *x, wick_tensor *g, int dim, wick_tensor *y)
{
    wick_tensor *dense_x = NULL, *dense_g = NULL;
    wick__scan_lines lines = {.g = NULL};
    lines_of(x, dim, &lines);
    wick_status status = wick__contiguous(x, &dense_x);
    if (!status && g)
        status = wick__contiguous(g, &dense_g);
    if (!status)
        status = wick__dense(dense_x, (void **)&lines.x);
    if (!status && g)
        status = wick__dense(dense_g, (void **)&lines.g);
    if (!status)
        status = wick__writable(y, &lines.y);
    if (!status)
        wick__scan_run(x->context, kind, &lines);
    wick_tensor_release(dense_x);
    wick_tensor_release(dense_g);
    return status;
}

static wick_status scan(const char *name, wick__scan kind, wick_tensor *x, wick_tensor *g, int dim,
                        wick_tensor **out)
{
    wick_tensor *y = NULL;
    if (!wick__scans(kind, x->dtype))
        return wick__fail(
            WICK_EDTYPE, "%s: not defined for %s tensors; convert with :float() or :double() first",
            name, wick_dtype_name(x->dtype));
    wick_status status = wick_tensor_new(x->context, x->dtype, x->ndim, x->size, &y);
    if (!status)
        status = run(kind, x, g, dim, y);
    if (status)
        wick_tensor_release(y);
    else
        *out = y;
    return status;
}

static wick_status scan_along(const char *name, wick__scan kind, const wick_call *call,
                              wick_tensor **out)
{
    int dim = 0;
    wick_tensor *x = call->in[0];
    wick_status status = x->ndim ? wick__check_dim(name, x, call->value[0].integer, &dim) : WICK_OK;
    return status ? status : scan(name, kind, x, NULL, x->ndim ? dim : -1, out);
}

static wick_tensor *again(wick__rule *r, const wick_op *op, wick_tensor *x)
{
    wick_value value[] = {{.integer = wick__integer(r, 0)}};
    return x ? wick__run(r->scope, op, 1, &x, value) : NULL;
}

/* ---- cumsum ---- */

static wick_status cumsum_forward(const wick_call *call, wick_tensor **out)
{
    return scan_along("cumsum", WICK__CUMSUM, call, out);
}

static void cumsum_backward(wick__rule *r)
{
    r->dx[0] = again(r, &wick_op_cumsum_reversed, G);
}

const wick_op wick_op_cumsum = {.name = "cumsum",
                                .args = scan_args,
                                .forward = cumsum_forward,
                                .backward = cumsum_backward,
                                .doc = "Running sums along a dimension (the first by default)",
                                .example = "print(torch.cumsum(torch.Tensor{1, 2, 3}))"};

static wick_status cumsum_reversed_forward(const wick_call *call, wick_tensor **out)
{
    return scan_along("cumsum_reversed", WICK__CUMSUM_REVERSED, call, out);
}

static void cumsum_reversed_backward(wick__rule *r)
{
    r->dx[0] = again(r, &wick_op_cumsum, G);
}

const wick_op wick_op_cumsum_reversed = {.name = "cumsum_reversed",
                                         .args = scan_args,
                                         .method = WICK__METHOD_NONE,
                                         .internal = true,
                                         .forward = cumsum_reversed_forward,
                                         .backward = cumsum_reversed_backward,
                                         .doc = "Running sums from the end of a dimension"};

/* ---- cumprod ---- */

static wick_status cumprod_forward(const wick_call *call, wick_tensor **out)
{
    return scan_along("cumprod", WICK__CUMPROD, call, out);
}

/* By division where further derivatives may be asked for and no element is 0. */
static void cumprod_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_tensor *x = X, *y = Y;
    wick_value value[] = {{.integer = wick__integer(r, 0)}};
    if (!x || !y)
        return;
    if (s->context->recording && !wick__has_zero(s, x)) {
        wick_tensor *sums = again(r, &wick_op_cumsum_reversed, wick__multiply(s, G, y));
        r->dx[0] = wick__divide(s, sums, x);
        return;
    }
    r->dx[0] = wick__run(s, &wick_op_cumprod_gradient, 2, (wick_tensor *[]){x, G}, value);
}

const wick_op wick_op_cumprod = {.name = "cumprod",
                                 .args = scan_args,
                                 .saves = WICK__SAVE_IN(0) | WICK__SAVE_OUT(0),
                                 .forward = cumprod_forward,
                                 .backward = cumprod_backward,
                                 .doc = "Running products along a dimension (the first by default)",
                                 .example = "print(torch.cumprod(torch.Tensor{1, 2, 3}))"};

static wick_status cumprod_gradient_forward(const wick_call *call, wick_tensor **out)
{
    int dim = 0;
    wick_tensor *x = call->in[0], *g = call->in[1];
    if (x->ndim == 0)
        return scan("cumprod_gradient", WICK__CUMPROD_GRADIENT, x, g, -1, out);
    wick_status status = wick__check_dim("cumprod_gradient", x, call->value[0].integer, &dim);
    return status ? status : scan("cumprod_gradient", WICK__CUMPROD_GRADIENT, x, g, dim, out);
}

const wick_op wick_op_cumprod_gradient = {.name = "cumprod_gradient",
                                          .args = gradient_args,
                                          .method = WICK__METHOD_NONE,
                                          .internal = true,
                                          .forward = cumprod_gradient_forward,
                                          .doc = "The gradient of cumprod at x, where x has zeros"};

/* ---- prod's gradient ---- */

static wick_status product_of_others_forward(const wick_call *call, wick_tensor **out)
{
    return scan("product_of_others", WICK__PRODUCT_OF_OTHERS, call->in[0], NULL,
                (int)call->value[0].integer, out);
}

const wick_op wick_op_product_of_others = {
    .name = "product_of_others",
    .args = others_args,
    .method = WICK__METHOD_NONE,
    .internal = true,
    .forward = product_of_others_forward,
    .doc = "For each element the product of all others along a dimension, or of all (-1)"};
