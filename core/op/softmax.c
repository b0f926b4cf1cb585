/* Softmax and its relatives along one dimension. Without one given, it is the one that Torch7's
 * modules take: the only one of a vector, the rows of a matrix, the planes of C x H x W and of
 * N x C x H x W. */
#include "op/describe.h"

#include "kernel/softmax.h"

/* x as outer x n x inner values, row-major. */
typedef struct layout {
    int64_t outer, n, inner;
} layout;

typedef void forward_loop(wick_context *context, wick_dtype dtype, int64_t outer, int64_t n,
                          int64_t inner, const void *x, void *y);
typedef void backward_loop(wick_context *context, wick_dtype dtype, int64_t outer, int64_t n,
                           int64_t inner, const void *y, const void *gy, void *gx);

static wick_status find_dim(const char *name, const wick_tensor *x, int64_t given, int *dim)
{
    static const int by_rank[] = {-1, 0, 1, 0, 1};
    if (given == WICK__LEFT_OUT) {
        *dim = x->ndim <= 4 ? by_rank[x->ndim] : -1;
        if (*dim >= 0)
            return WICK_OK;
        return wick__fail(WICK_ESHAPE,
                          "%s: 1D, 2D, 3D or 4D tensor expected, got %dD (%s); for others name the "
                          "dimension",
                          name, x->ndim, wick__shape(x));
    }
    *dim = (int)given;
    if (given >= 0 && given < x->ndim)
        return WICK_OK;
    return wick__fail(WICK_ESHAPE, "%s: dimension %lld out of range of %dD tensor (%s)", name,
                      (long long)given + 1, x->ndim, wick__shape(x));
}

static wick_status check_type(const char *name, const wick_tensor *x)
{
    if (x->dtype == WICK_FLOAT32 || x->dtype == WICK_FLOAT64)
        return WICK_OK;
    return wick__fail(WICK_EDTYPE,
                      "%s: not defined for %s tensors; convert with :float() or :double() first",
                      name, wick_dtype_name(x->dtype));
}

static layout layout_around(const wick_tensor *x, int dim)
{
    layout l = {1, x->size[dim], 1};
    for (int d = 0; d < dim; d++)
        l.outer *= x->size[d];
    for (int d = dim + 1; d < x->ndim; d++)
        l.inner *= x->size[d];
    return l;
}

static wick_status forward(const char *name, forward_loop *loop, const wick_call *call,
                           wick_tensor **out)
{
    wick_tensor *x = call->in[0], *dense = NULL;
    void *from, *to;
    int dim;
    wick_status status = check_type(name, x);
    if (!status)
        status = find_dim(name, x, call->value[0].integer, &dim);
    if (!status)
        status = wick__contiguous(x, &dense);
    if (!status)
        status = wick_tensor_new(x->context, x->dtype, x->ndim, x->size, out);
    if (!status)
        status = wick__dense(dense, &from);
    if (!status)
        status = wick__writable(*out, &to);
    if (!status) {
        layout l = layout_around(x, dim);
        loop(x->context, x->dtype, l.outer, l.n, l.inner, from, to);
    }
    wick_tensor_release(dense);
    return status;
}

/* in: the gradient and the result, of one shape. */
static wick_status gradient(backward_loop *loop, const wick_call *call, wick_tensor **out)
{
    wick_tensor *y = call->in[1], *dense[2] = {NULL};
    void *from[2] = {NULL}, *to;
    wick_status status = WICK_OK;
    for (int i = 0; i < 2 && !status; i++) {
        status = wick__contiguous(call->in[i], &dense[i]);
        if (!status)
            status = wick__dense(dense[i], &from[i]);
    }
    if (!status)
        status = wick_tensor_new(y->context, y->dtype, y->ndim, y->size, out);
    if (!status)
        status = wick__writable(*out, &to);
    if (!status) {
        layout l = layout_around(y, (int)call->value[0].integer);
        loop(y->context, y->dtype, l.outer, l.n, l.inner, from[1], from[0], to);
    }
    wick_tensor_release(dense[0]);
    wick_tensor_release(dense[1]);
    return status;
}

/* ---- rules ---- */

static const wick__arg args[] = {TENSOR("x"), DIM_OR("dim", 0), END};
static const wick__arg gradient_args[] = {TENSOR("g"), TENSOR("y"), INTEGER("dim"), END};

static wick_tensor *along(wick__scope *s, const wick_op *op, wick_tensor *g, wick_tensor *y,
                          int64_t dim)
{
    if (!g || !y)
        return NULL;
    return wick__run(s, op, 2, (wick_tensor *[]){g, y}, (wick_value[]){{.integer = dim}});
}

/* The rule of either: the gradient loop along the dimension that forward took. */
static void backward(wick__rule *r, const wick_op *op)
{
    int dim;
    wick_tensor *y = Y;
    if (y && !find_dim("softMax", y, wick__integer(r, 0), &dim))
        r->dx[0] = along(r->scope, op, G, y, dim);
}

#define SOFTMAX(NAME, LUA, LOOP, DOC, EXAMPLE)                                                     \
    static wick_status NAME##_forward(const wick_call *call, wick_tensor **out)                    \
    {                                                                                              \
        return forward(LUA, LOOP, call, out);                                                      \
    }                                                                                              \
    static void NAME##_backward(wick__rule *r)                                                     \
    {                                                                                              \
        backward(r, &wick_op_##NAME##_grad);                                                       \
    }                                                                                              \
    const wick_op wick_op_##NAME = {.name = LUA,                                                   \
                                    .args = args,                                                  \
                                    .saves = WICK__SAVE_OUT(0),                                    \
                                    .forward = NAME##_forward,                                     \
                                    .backward = NAME##_backward,                                   \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

#define GRADIENT(NAME, LOOP)                                                                       \
    static wick_status NAME##_forward(const wick_call *call, wick_tensor **out)                    \
    {                                                                                              \
        return gradient(LOOP, call, out);                                                          \
    }                                                                                              \
    const wick_op wick_op_##NAME = {.name = #NAME,                                                 \
                                    .args = gradient_args,                                         \
                                    .saves = WICK__SAVE_IN(0) | WICK__SAVE_IN(1),                  \
                                    .method = WICK__METHOD_NONE,                                   \
                                    .internal = true,                                              \
                                    .forward = NAME##_forward,                                     \
                                    .backward = NAME##_backward,                                   \
                                    .doc = "A piece of a gradient"};

/* gx = y (g - sum g y): linear in g by a symmetric matrix. */
static void soft_max_grad_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    int64_t dim = wick__integer(r, 0);
    if (r->wants[0])
        r->dx[0] = along(s, &wick_op_soft_max_grad, G, Z, dim);
    if (r->wants[1]) {
        wick_tensor *inner = wick__sum(s, wick__multiply(s, X, Z), (int)dim);
        wick_tensor *outer = wick__sum(s, wick__multiply(s, G, Z), (int)dim);
        wick_tensor *first = wick__multiply(s, G, wick__subtract(s, X, inner));
        r->dx[1] = wick__subtract(s, first, wick__multiply(s, X, outer));
    }
}
GRADIENT(soft_max_grad, wick__softmax_backward)

SOFTMAX(soft_max, "softMax", wick__softmax_forward,
        "exp(x) / sum exp(x) along a dimension: of 1D its only one, of 2D and 4D the second, of 3D "
        "the first, unless it is named",
        "print(torch.softMax(torch.Tensor{1, 2, 3}))")

/* gx = g - exp(y) sum g */
static void log_soft_max_grad_backward(wick__rule *r)
{
    wick__scope *s = r->scope;
    int dim = (int)wick__integer(r, 0);
    wick_tensor *weighted = wick__multiply(s, G, wick__unary(s, &wick_op_exp, Z));
    if (r->wants[0])
        r->dx[0] = wick__subtract(s, G, wick__sum(s, weighted, dim));
    if (r->wants[1])
        r->dx[1] = wick__negate(s, wick__multiply(s, weighted, wick__sum(s, X, dim)));
}
GRADIENT(log_soft_max_grad, wick__log_softmax_backward)

SOFTMAX(log_soft_max, "logSoftMax", wick__log_softmax_forward,
        "x - log sum exp(x) along a dimension: of 1D its only one, of 2D and 4D the second, of 3D "
        "the first, unless it is named",
        "print(torch.logSoftMax(torch.Tensor{1, 2, 3}))")

/* ---- softMin ---- */

static wick_status soft_min_forward(const wick_call *call, wick_tensor **out)
{
    wick__scope s;
    wick_tensor *x = call->in[0];
    int dim;
    wick_status status = check_type("softMin", x);
    if (!status)
        status = find_dim("softMin", x, call->value[0].integer, &dim);
    if (status)
        return status;
    wick__scope_open(&s, x->context);
    wick_tensor *minus = wick__negate(&s, x);
    wick_tensor *y =
        minus ? wick__run(&s, &wick_op_soft_max, 1, &minus, (wick_value[]){{.integer = dim}})
              : NULL;
    if (y) {
        wick_tensor_retain(y);
        *out = y;
    }
    return wick__scope_close(&s);
}

const wick_op wick_op_soft_min = {.name = "softMin",
                                  .args = args,
                                  .is_composite = true,
                                  .forward = soft_min_forward,
                                  .doc = "softMax of -x",
                                  .example = "print(torch.softMin(torch.Tensor{1, 2, 3}))"};
