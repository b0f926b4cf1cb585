/* Pooling by the mean of every window; a gradient and its own gradient are each other. */
#include <string.h>

#include "op/dense.h"
#include "op/pooling_images.h"

static const wick__arg average_args[] = {TENSOR("x"),
                                         POOL_WINDOW,
                                         BOOLEAN_OPTION("ceil", 0),
                                         BOOLEAN_OPTION("countIncludePad", 1),
                                         BOOLEAN_OPTION("divide", 1),
                                         END};
static const wick__arg average_gradient_args[] = {TENSOR("g"),
                                                  POOL_WINDOW,
                                                  BOOLEAN_OPTION("ceil", 0),
                                                  BOOLEAN_OPTION("countIncludePad", 1),
                                                  BOOLEAN_OPTION("divide", 1),
                                                  SIZES("image"),
                                                  END};
enum { CEIL = 3, COUNT_INCLUDE_PAD, DIVIDE, IMAGE };

/* Reads a call's arguments for an image of that shape. */
typedef wick_status read_pool(const char *name, const wick_sizes *image, const wick_value *value,
                              wick__pool *p);
/* The kernel of one direction, from dense elements to dense elements. */
typedef void run_pool(const wick_tensor *like, const wick__pool *p, const wick_value *value,
                      const void *from, void *to);
/* The same of images; *served is false where it cannot be. */
typedef wick_status run_images(wick_tensor *x, const wick__pool *p, const wick_value *value,
                               bool back, wick_tensor **out, bool *served);

/* Whether x goes on as images. A gradient goes back to as many channels as it has, and where these
 * fill a block images are what most likely waits for it. */
static bool prefers_images(const wick_tensor *x, bool back)
{
    if (x->dtype != WICK_FLOAT32 || wick__count(x) == 0)
        return false;
    return wick__is_images(x) || (back && x->ndim == 4 && x->size[1] % WICK__LANES == 0);
}

/* Pools the first input. With a shape in `image` the input is the gradient of what pooled such an
 * image, and goes back to it. */
static wick_status pool(const char *name, const wick_sizes *image, read_pool *read, run_pool *run,
                        run_images *run_on_images, const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    wick_sizes shape = image ? *image : wick__sizes_like(x);
    wick__pool p;
    wick__scope s;
    bool served = false;
    wick_status status = wick__check_one_type(name, 1, call->in);
    if (!status)
        status = read(name, &shape, call->value, &p);
    if (!status && image)
        status = wick__check_gradient(name, x, &p.output);
    if (!status && prefers_images(x, image != NULL))
        status = run_on_images(x, &p, call->value, image != NULL, out, &served);
    if (status || served)
        return status;
    wick__scope_open(&s, x->context);
    const void *from = wick__read(&s, x);
    void *to = wick__make(&s, x->dtype, image ? &p.image : &p.output, out);
    if (!s.status)
        run(x, &p, call->value, from, to);
    return wick__scope_close(&s);
}

/* ---- avgPool2d ---- */

static wick__pool_divisor divisor_of(const wick_value *value)
{
    if (!value[DIVIDE].integer)
        return WICK__DIVIDE_NONE;
    return value[COUNT_INCLUDE_PAD].integer ? WICK__DIVIDE_PADDED : WICK__DIVIDE_INSIDE;
}

static wick_status read_windows(const char *name, const wick_sizes *image, const wick_value *value,
                                wick__pool *p)
{
    return wick__pool_read(name, image, value, NULL, value[CEIL].integer, p);
}

static void run_windows(const wick_tensor *x, const wick__pool *p, const wick_value *value,
                        const void *from, void *to)
{
    wick__average_pool_forward(x->context, x->dtype, &p->d, divisor_of(value), from, to);
}

static void run_windows_back(const wick_tensor *g, const wick__pool *p, const wick_value *value,
                             const void *from, void *to)
{
    wick__average_pool_backward(g->context, g->dtype, &p->d, divisor_of(value), from, to);
}

static wick_status windows_of_images(wick_tensor *x, const wick__pool *p, const wick_value *value,
                                     bool back, wick_tensor **out, bool *served)
{
    *served = true;
    return wick__average_pool_images(x, p, divisor_of(value), back, out);
}

static wick_status avg_pool2d_forward(const wick_call *call, wick_tensor **out)
{
    return pool("avgPool2d", NULL, read_windows, run_windows, windows_of_images, call, out);
}

/* The rule of a pooling by means: its gradient takes what arrives, the arguments again, and the
 * shape of the image. */
static void mean_backward(wick__rule *r, const wick_op *gradient, int values)
{
    wick_sizes image = wick__sizes_of(r, 0);
    wick_value value[WICK_MAX_ARGS];
    memcpy(value, r->node->value, (size_t)values * sizeof *value);
    value[values].sizes = &image;
    r->dx[0] = wick__run(r->scope, gradient, 1, &G, value);
}

static void avg_pool2d_backward(wick__rule *r)
{
    mean_backward(r, &wick_op_avg_pool2d_grad, IMAGE);
}

const wick_op wick_op_avg_pool2d = {
    .name = "avgPool2d",
    .args = average_args,
    .forward = avg_pool2d_forward,
    .backward = avg_pool2d_backward,
    .doc = "The mean of every window of x, C x H x W or N x C x H x W (nn.SpatialAveragePooling). "
           "Numbers or {height, width}: kernel, stride (the kernel), pad; ceil: a last window may "
           "reach beyond the padding; countIncludePad = false: padding does not count; divide = "
           "false: sums",
    .example = "print(torch.range(1, 16):view(1, 4, 4):avgPool2d(2))"};

static wick_status avg_pool2d_grad_forward(const wick_call *call, wick_tensor **out)
{
    return pool("avg_pool2d_grad", call->value[IMAGE].sizes, read_windows, run_windows_back,
                windows_of_images, call, out);
}

static void avg_pool2d_grad_backward(wick__rule *r)
{
    r->dx[0] = wick__run(r->scope, &wick_op_avg_pool2d, 1, &G, r->node->value);
}

const wick_op wick_op_avg_pool2d_grad = {.name = "avg_pool2d_grad",
                                         .args = average_gradient_args,
                                         .method = WICK__METHOD_NONE,
                                         .internal = true,
                                         .forward = avg_pool2d_grad_forward,
                                         .backward = avg_pool2d_grad_backward,
                                         .doc = "avgPool2d's gradient"};

/* ---- adaptiveAvgPool2d ---- */

static const wick__arg size_args[] = {TENSOR("x"), SIZES("size"), END};
static const wick__arg size_gradient_args[] = {TENSOR("g"), SIZES("size"), SIZES("image"), END};

static void run_shares(const wick_tensor *x, const wick__pool *p, const wick_value *value,
                       const void *from, void *to)
{
    (void)value;
    wick__adaptive_average_pool_forward(x->context, x->dtype, p->d.planes, p->d.in, p->d.out, from,
                                        to);
}

static void run_shares_back(const wick_tensor *g, const wick__pool *p, const wick_value *value,
                            const void *from, void *to)
{
    (void)value;
    wick__adaptive_average_pool_backward(g->context, g->dtype, p->d.planes, p->d.in, p->d.out, from,
                                         to);
}

static wick_status shares_of_images(wick_tensor *x, const wick__pool *p, const wick_value *value,
                                    bool back, wick_tensor **out, bool *served)
{
    (void)value;
    *served = p->d.out[0] == 1 && p->d.out[1] == 1;
    return *served ? wick__plane_means_images(x, p, back, out) : WICK_OK;
}

static wick_status adaptive_avg_pool2d_forward(const wick_call *call, wick_tensor **out)
{
    return pool("adaptiveAvgPool2d", NULL, wick__pool_read_adaptive, run_shares, shares_of_images,
                call, out);
}

static void adaptive_avg_pool2d_backward(wick__rule *r)
{
    mean_backward(r, &wick_op_adaptive_avg_pool2d_grad, 1);
}

const wick_op wick_op_adaptive_avg_pool2d = {
    .name = "adaptiveAvgPool2d",
    .args = size_args,
    .forward = adaptive_avg_pool2d_forward,
    .backward = adaptive_avg_pool2d_backward,
    .doc = "The means of the windows that share x, C x H x W or N x C x H x W, out over size "
           "{height, width}; of size 1 the mean of every plane",
    .example = "print(torch.range(1, 9):view(1, 3, 3):adaptiveAvgPool2d(2))"};

static wick_status adaptive_avg_pool2d_grad_forward(const wick_call *call, wick_tensor **out)
{
    return pool("adaptive_avg_pool2d_grad", call->value[1].sizes, wick__pool_read_adaptive,
                run_shares_back, shares_of_images, call, out);
}

static void adaptive_avg_pool2d_grad_backward(wick__rule *r)
{
    r->dx[0] = wick__run(r->scope, &wick_op_adaptive_avg_pool2d, 1, &G, r->node->value);
}

const wick_op wick_op_adaptive_avg_pool2d_grad = {.name = "adaptive_avg_pool2d_grad",
                                                  .args = size_gradient_args,
                                                  .method = WICK__METHOD_NONE,
                                                  .internal = true,
                                                  .forward = adaptive_avg_pool2d_grad_forward,
                                                  .backward = adaptive_avg_pool2d_grad_backward,
                                                  .doc = "adaptiveAvgPool2d's gradient"};
