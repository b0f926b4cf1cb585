/* Losses of the difference of input and target, with loops of their own for value and gradient.
 * The target may be of another type and, with as many elements, of another shape. */
#include "op/loss.h"

#include "kernel/loss.h"

static const wick__arg loss_args[] = {TENSOR("x"), TENSOR("target"), REDUCTION, END};
static const wick__arg slope_args[] = {TENSOR("g"),     TENSOR("x"),      TENSOR("target"),
                                       INTEGER("kind"), NUMBER("factor"), END};

/* x and target as dense arrays of x's type. */
typedef struct pair {
    wick_tensor *x, *t;
    void *x_data, *t_data;
} pair;

static wick_status open_pair(wick_tensor *x, wick_tensor *t, pair *p)
{
    *p = (pair){NULL, NULL, NULL, NULL};
    wick_status status = wick__contiguous(x, &p->x);
    if (!status)
        status = wick__convert(t, x->dtype, &p->t);
    if (!status)
        status = wick__dense(p->x, &p->x_data);
    return status ? status : wick__dense(p->t, &p->t_data);
}

static void close_pair(const pair *p)
{
    wick_tensor_release(p->x);
    wick_tensor_release(p->t);
}

/* ---- value ---- */

static wick_status each(wick__distance kind, wick_tensor *x, const pair *p, wick_tensor **out)
{
    void *y;
    wick_status status = wick_tensor_new(x->context, x->dtype, x->ndim, x->size, out);
    if (!status)
        status = wick__writable(*out, &y);
    if (!status)
        wick__distance_each(x->context, x->dtype, kind, wick__count(x), p->x_data, p->t_data, y);
    return status;
}

static wick_status total(wick__distance kind, bool mean, wick_tensor *x, const pair *p,
                         wick_tensor **out)
{
    static const int64_t one = 1, first = 0;
    int64_t n = wick__count(x);
    wick_status status = wick_tensor_new(x->context, x->dtype, 1, &one, out);
    if (status)
        return status;
    double sum = wick__distance_sum(x->context, x->dtype, kind, n, p->x_data, p->t_data);
    return wick_tensor_set_element(*out, &first, mean ? sum / (double)n : sum);
}

static wick_status loss_forward(const char *name, wick__distance kind, const wick_call *call,
                                wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    int64_t reduction = call->value[0].integer;
    pair p;
    wick_status status = wick__check_loss_target(name, x, call->in[1]);
    if (status)
        return status;
    status = open_pair(x, call->in[1], &p);
    if (!status && reduction == WICK__LOSS_EACH)
        status = each(kind, x, &p, out);
    else if (!status)
        status = total(kind, reduction == WICK__LOSS_MEAN, x, &p, out);
    close_pair(&p);
    return status;
}

/* ---- gradient ---- */

static wick_tensor *slope(wick__scope *s, wick_tensor *g, wick_tensor *x, wick_tensor *t, int kind,
                          double factor)
{
    if (!g || !x || !t)
        return NULL;
    return wick__run(s, &wick_op_distance_slope, 3, (wick_tensor *[]){g, x, t},
                     (wick_value[]){{.integer = kind}, {.number = factor}});
}

static void loss_backward(wick__rule *r, wick__distance kind)
{
    wick_tensor *x = X;
    double n = x ? (double)wick__count(x) : 1;
    bool mean = wick__integer(r, 0) == WICK__LOSS_MEAN;
    wick_tensor *g = slope(r->scope, G, x, Z, (int)kind, mean ? 1 / n : 1);
    if (r->wants[0])
        r->dx[0] = g;
    if (r->wants[1])
        r->dx[1] = wick__negate(r->scope, g);
}

static wick_status slope_run(const wick_call *call, const pair *p, wick_tensor *g,
                             wick_tensor **out)
{
    wick_tensor *x = call->in[1];
    void *g_data, *gx;
    wick_status status = wick__dense(g, &g_data);
    if (!status)
        status = wick_tensor_new(x->context, x->dtype, x->ndim, x->size, out);
    if (!status)
        status = wick__writable(*out, &gx);
    if (!status)
        wick__distance_slope(x->context, x->dtype, (wick__distance)call->value[0].integer,
                             wick__count(x), p->x_data, p->t_data, g_data, wick__count(g) == 1,
                             call->value[1].number, gx);
    return status;
}

static wick_status distance_slope_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *g = NULL;
    pair p;
    wick_status status = open_pair(call->in[1], call->in[2], &p);
    if (!status)
        status = wick__contiguous(call->in[0], &g);
    if (!status)
        status = slope_run(call, &p, g, out);
    wick_tensor_release(g);
    close_pair(&p);
    return status;
}

/* The second derivative of the loss, times what arrived and the gradient it was given. */
static wick_tensor *curvature(wick__rule *r, wick_tensor *x, wick_tensor *t, double factor)
{
    wick__scope *s = r->scope;
    wick_tensor *product = wick__multiply(s, G, X);
    switch ((wick__distance)wick__integer(r, 0)) {
    case WICK__SQUARED:
        return wick__scale(s, product, 2 * factor);
    case WICK__HUBER: {
        wick_tensor *d = x && t ? wick__subtract(s, x, wick__target_like(s, "loss", x, t)) : NULL;
        wick_tensor *near =
            wick__with_number(s, &wick_op_lt_number, wick__unary(s, &wick_op_abs, d), 1);
        return wick__scale(s, wick__multiply(s, product, near), factor);
    }
    case WICK__ABSOLUTE:
        break;
    }
    return NULL;
}

static void distance_slope_backward(wick__rule *r)
{
    wick_tensor *x = wick__input(r, 1), *t = wick__input(r, 2);
    double factor = wick__number(r, 1);
    if (r->wants[0])
        r->dx[0] = slope(r->scope, G, x, t, (int)wick__integer(r, 0), factor);
    if (r->wants[1] || r->wants[2])
        r->dx[1] = curvature(r, x, t, factor);
    if (r->wants[2])
        r->dx[2] = wick__negate(r->scope, r->dx[1]);
}

const wick_op wick_op_distance_slope = {.name = "distance_slope",
                                        .args = slope_args,
                                        .saves =
                                            WICK__SAVE_IN(0) | WICK__SAVE_IN(1) | WICK__SAVE_IN(2),
                                        .method = WICK__METHOD_NONE,
                                        .internal = true,
                                        .forward = distance_slope_forward,
                                        .backward = distance_slope_backward,
                                        .doc = "A piece of a gradient"};

/* ---- the losses ---- */

#define DISTANCE(WORD, LUA, KIND, DOC)                                                             \
    static wick_status WORD##_forward(const wick_call *call, wick_tensor **out)                    \
    {                                                                                              \
        return loss_forward(LUA, KIND, call, out);                                                 \
    }                                                                                              \
    static void WORD##_backward(wick__rule *r)                                                     \
    {                                                                                              \
        loss_backward(r, KIND);                                                                    \
    }                                                                                              \
    const wick_op wick_op_##WORD = {                                                               \
        .name = LUA,                                                                               \
        .args = loss_args,                                                                         \
        .saves = WICK__SAVE_IN(0) | WICK__SAVE_IN(1),                                              \
        .method = WICK__METHOD_NONE,                                                               \
        .number = WICK__NUMBER_OF_ONE,                                                             \
        .forward = WORD##_forward,                                                                 \
        .backward = WORD##_backward,                                                               \
        .doc = DOC,                                                                                \
        .example = "print(torch." LUA "(torch.Tensor{1, -2, 0.5}, torch.Tensor{0, 1, 0.5}))"};

DISTANCE(mse_loss, "mseLoss", WICK__SQUARED,
         "(x - t)^2, the squared error (nn.MSECriterion); equally many elements are enough")
DISTANCE(l1_loss, "l1Loss", WICK__ABSOLUTE,
         "|x - t| (nn.AbsCriterion); where both are equal the derivative is 1")
DISTANCE(smooth_l1_loss, "smoothL1Loss", WICK__HUBER,
         "(x - t)^2 / 2 where |x - t| < 1, else |x - t| - 1/2 (nn.SmoothL1Criterion)")
