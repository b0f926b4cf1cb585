/* Losses made of other operations, which give them their gradients. Targets stand second; the mean
 * is over all elements. */
#include "op/loss.h"

#include <math.h>

/* ---- what losses share ---- */

wick_status wick__check_loss_input(const char *name, const wick_tensor *x)
{
    if (x->dtype == WICK_FLOAT32 || x->dtype == WICK_FLOAT64)
        return WICK_OK;
    return wick__fail(WICK_EDTYPE,
                      "%s: not defined for %s tensors; convert with :float() or :double() first",
                      name, wick_dtype_name(x->dtype));
}

wick_status wick__check_loss_target(const char *name, const wick_tensor *x, const wick_tensor *t)
{
    wick_status status = wick__check_loss_input(name, x);
    if (status || wick__count(x) == wick__count(t))
        return status;
    return wick__fail(
        WICK_ESHAPE, "%s: input and target size mismatch: %s has %lld elements, %s has %lld", name,
        wick__shape(x), (long long)wick__count(x), wick__shape(t), (long long)wick__count(t));
}

static wick_tensor *in_type_of(wick__scope *s, wick_tensor *x, wick_tensor *t)
{
    if (!t || t->dtype == x->dtype)
        return t;
    return wick__run(s, &wick_op_convert, 1, &t, (wick_value[]){{.integer = x->dtype}});
}

wick_tensor *wick__target_like(wick__scope *s, const char *name, wick_tensor *x, wick_tensor *t)
{
    wick_sizes shape = wick__sizes_like(x);
    if (!s->status)
        s->status = wick__check_loss_target(name, x, t);
    if (s->status)
        return NULL;
    if (!wick__same_shape(x, t))
        t = wick__reshape(s, t, &shape);
    return in_type_of(s, x, t);
}

static wick_tensor *reduce(wick__scope *s, wick_tensor *each, int64_t reduction)
{
    if (!each || reduction == WICK__LOSS_EACH)
        return each;
    if (reduction == WICK__LOSS_SUM)
        return wick__unary(s, &wick_op_sum_all, each);
    if (wick__count(each) == 0)
        return wick__scale(s, wick__unary(s, &wick_op_sum_all, each), NAN);
    return wick__unary(s, &wick_op_mean_all, each);
}

/* Gives what a loss an element comes to, and closes the scope. */
static wick_status finish(wick__scope *s, wick_tensor *each, int64_t reduction, wick_tensor **out)
{
    wick_tensor *loss = reduce(s, each, reduction);
    if (loss && !s->status) {
        wick_tensor_retain(loss);
        *out = loss;
    }
    return wick__scope_close(s);
}

/* ---- probabilities ---- */

static const wick__arg weighted_args[] = {TENSOR("x"), TENSOR("target"), OPTIONAL_TENSOR("weights"),
                                          REDUCTION, END};

/* A weight for each element, or such that they broadcast to x. */
static wick_tensor *weighted(wick__scope *s, const wick_call *call, wick_tensor *each)
{
    wick_tensor *x = call->in[0], *weights = call->inputs > 2 ? call->in[2] : NULL;
    wick_sizes shape = wick__sizes_like(x);
    if (!weights || !each)
        return each;
    weights = in_type_of(s, x, weights);
    if (weights && wick__count(weights) == wick__count(x))
        weights = wick__same_shape(weights, x) ? weights : wick__reshape(s, weights, &shape);
    else
        weights = wick__expand(s, weights, &shape);
    return wick__multiply(s, each, weights);
}

/* log(x + 1e-12), as nn.BCECriterion has it. */
static wick_tensor *guarded_log(wick__scope *s, wick_tensor *x)
{
    return wick__unary(s, &wick_op_log, wick__shift(s, x, 1e-12));
}

static wick_status bce_loss_forward(const wick_call *call, wick_tensor **out)
{
    wick__scope s;
    wick_tensor *x = call->in[0];
    wick__scope_open(&s, x->context);
    wick_tensor *t = wick__target_like(&s, "bceLoss", x, call->in[1]);
    wick_tensor *yes = t ? wick__multiply(&s, t, guarded_log(&s, x)) : NULL;
    wick_tensor *no =
        wick__multiply(&s, wick__minus(&s, 1, t), guarded_log(&s, wick__minus(&s, 1, x)));
    wick_tensor *each = wick__negate(&s, wick__add(&s, yes, no));
    return finish(&s, weighted(&s, call, each), call->value[0].integer, out);
}

LOSS(bce_loss, "bceLoss", weighted_args,
     "-w (t log x + (1 - t) log(1 - x)), of probabilities x and targets t from 0 to 1 "
     "(nn.BCECriterion)",
     "print(torch.bceLoss(torch.Tensor{0.2, 0.7, 0.9}, torch.Tensor{0, 1, 1}))")

/* (1 - t) x + log(1 + exp(-x)) */
static wick_status bce_with_logits_forward(const wick_call *call, wick_tensor **out)
{
    wick__scope s;
    wick_tensor *x = call->in[0];
    wick__scope_open(&s, x->context);
    wick_tensor *t = wick__target_like(&s, "bceWithLogits", x, call->in[1]);
    wick_tensor *linear = wick__multiply(&s, wick__minus(&s, 1, t), x);
    wick_tensor *log_sigmoid = t ? wick__unary(&s, &wick_op_log_sigmoid, x) : NULL;
    wick_tensor *each = wick__subtract(&s, linear, log_sigmoid);
    return finish(&s, weighted(&s, call, each), call->value[0].integer, out);
}

LOSS(bce_with_logits, "bceWithLogits", weighted_args, "bceLoss of sigmoid(x), without overflow",
     "print(torch.bceWithLogits(torch.Tensor{-2, 300}, torch.Tensor{0, 1}))")

static const wick__arg plain_args[] = {TENSOR("x"), TENSOR("target"), REDUCTION, END};

/* Where t is 0 both x and log t may be infinite: neither takes part. */
static wick_status kl_div_loss_forward(const wick_call *call, wick_tensor **out)
{
    wick__scope s;
    wick_tensor *x = call->in[0];
    wick__scope_open(&s, x->context);
    wick_tensor *t = wick__target_like(&s, "klDivLoss", x, call->in[1]), *each = NULL;
    wick_tensor *counts = wick__with_number(&s, &wick_op_gt_number, t, 0);
    wick_tensor *none = wick__scale(&s, counts, 0);
    wick_tensor *ones = wick__shift(&s, none, 1);
    if (ones) {
        wick_tensor *p = wick__run(&s, &wick_op_where, 3, (wick_tensor *[]){counts, t, ones}, NULL);
        wick_tensor *ratio = wick__subtract(&s, wick__unary(&s, &wick_op_log, p), x);
        each = wick__multiply(&s, p, ratio);
    }
    if (each)
        each = wick__run(&s, &wick_op_where, 3, (wick_tensor *[]){counts, each, none}, NULL);
    return finish(&s, each, call->value[0].integer, out);
}

LOSS(
    kl_div_loss, "klDivLoss", plain_args,
    "t (log t - x) where t > 0, of log-probabilities x and probabilities t (nn.DistKLDivCriterion)",
    "print(torch.klDivLoss(torch.Tensor{0.2, 0.8}:log(), torch.Tensor{0.3, 0.7}))")

/* ---- margins ---- */

static const wick__arg margin_args[] = {TENSOR("x"), TENSOR("target"), NUMBER_OR("margin", 1),
                                        REDUCTION, END};

static wick_status margin_loss_forward(const wick_call *call, wick_tensor **out)
{
    wick__scope s;
    wick_tensor *x = call->in[0];
    wick__scope_open(&s, x->context);
    wick_tensor *t = wick__target_like(&s, "marginLoss", x, call->in[1]);
    wick_tensor *short_of = wick__minus(&s, call->value[0].number, wick__multiply(&s, t, x));
    wick_tensor *each = wick__unary(&s, &wick_op_relu, short_of);
    return finish(&s, each, call->value[1].integer, out);
}

LOSS(margin_loss, "marginLoss", margin_args,
     "max(0, margin - t x), the hinge loss, with targets t of -1 and 1 (nn.MarginCriterion)",
     "print(torch.marginLoss(torch.Tensor{0.5, -2}, torch.Tensor{1, -1}))")

static wick_status soft_margin_loss_forward(const wick_call *call, wick_tensor **out)
{
    wick__scope s;
    wick_tensor *x = call->in[0];
    wick__scope_open(&s, x->context);
    wick_tensor *t = wick__target_like(&s, "softMarginLoss", x, call->in[1]);
    wick_tensor *fit = wick__unary(&s, &wick_op_log_sigmoid, wick__multiply(&s, t, x));
    return finish(&s, wick__negate(&s, fit), call->value[0].integer, out);
}

LOSS(soft_margin_loss, "softMarginLoss", plain_args,
     "log(1 + exp(-t x)) with targets t of -1 and 1 (nn.SoftMarginCriterion)",
     "print(torch.softMarginLoss(torch.Tensor{0.5, -2}, torch.Tensor{1, -1}))")

static wick_status hinge_embedding_loss_forward(const wick_call *call, wick_tensor **out)
{
    wick__scope s;
    wick_tensor *x = call->in[0], *each = NULL;
    wick__scope_open(&s, x->context);
    wick_tensor *t = wick__target_like(&s, "hingeEmbeddingLoss", x, call->in[1]);
    wick_tensor *apart = wick__with_number(&s, &wick_op_eq_number, t, -1);
    if (apart) {
        wick_tensor *near = wick__minus(&s, call->value[0].number, x);
        near = wick__unary(&s, &wick_op_relu, near);
        if (near)
            each = wick__run(&s, &wick_op_where, 3, (wick_tensor *[]){apart, near, x}, NULL);
    }
    return finish(&s, each, call->value[1].integer, out);
}

LOSS(hinge_embedding_loss, "hingeEmbeddingLoss", margin_args,
     "x where the target is 1, max(0, margin - x) where it is -1; x is a distance "
     "(nn.HingeEmbeddingCriterion)",
     "print(torch.hingeEmbeddingLoss(torch.Tensor{0.3, 0.6}, torch.Tensor{1, -1}))")

/* ---- crossEntropy ---- */

static const wick__arg entropy_args[] = {TENSOR("x"),
                                         TENSOR("target"),
                                         OPTIONAL_TENSOR("weights"),
                                         REDUCTION,
                                         INTEGER_OR("ignoreIndex", -100),
                                         END};

static wick_status cross_entropy_forward(const wick_call *call, wick_tensor **out)
{
    wick__scope s;
    wick_tensor *in[3] = {NULL, call->in[1], call->inputs > 2 ? call->in[2] : NULL};
    wick_tensor *x = call->in[0];
    wick_sizes shape;
    wick_status status = wick__check_scores("crossEntropy", x, in[1], in[2], &shape);
    if (status)
        return status;
    wick__scope_open(&s, x->context);
    in[0] = wick__run(&s, &wick_op_log_soft_max, 1, &x, (wick_value[]){{.integer = x->ndim > 1}});
    wick_tensor *loss =
        in[0] ? wick__run(&s, &wick_op_cross_entropy_nll, 3, in, call->value) : NULL;
    return finish(&s, loss, WICK__LOSS_EACH, out);
}

LOSS(cross_entropy, "crossEntropy", entropy_args,
     "nllLoss of logSoftMax(x): x are scores, C, N x C or N x C x H x W, and targets class numbers "
     "from 1 (nn.CrossEntropyCriterion)",
     "print(torch.crossEntropy(torch.Tensor{{1, 2, 3}, {1, 1, 1}}, torch.Tensor{3, 1}))")

/* ---- multiMarginLoss ---- */

static const wick__arg multi_margin_args[] = {TENSOR("x"),
                                              TENSOR("target"),
                                              NUMBER_OR("p", 1),
                                              OPTIONAL_TENSOR("weights"),
                                              NUMBER_OR("margin", 1),
                                              REDUCTION,
                                              END};

/* -1 times each target's entry of the rows of x, N x 1. */
static wick_tensor *minus_target(wick__scope *s, wick_tensor *x, wick_tensor *target)
{
    if (!x)
        return NULL;
    wick_value value[] = {{.integer = WICK__LOSS_EACH}, {.integer = 0}};
    wick_tensor *in[] = {x, target, NULL};
    wick_tensor *picked = wick__run(s, &wick_op_multi_margin_pick, 3, in, value);
    return wick__reshape(s, picked, &(wick_sizes){2, {x->size[0], 1}});
}

/* Each row's class weight times -1, N x 1. */
static wick_tensor *minus_weight(wick__scope *s, wick_tensor *rows, wick_tensor *target,
                                 wick_tensor *weights)
{
    wick_sizes shape = wick__sizes_like(rows);
    if (weights->dtype != rows->dtype)
        weights =
            wick__run(s, &wick_op_convert, 1, &weights, (wick_value[]){{.integer = rows->dtype}});
    weights = wick__reshape(s, weights, &(wick_sizes){2, {1, rows->size[1]}});
    return minus_target(s, wick__expand(s, weights, &shape), target);
}

/* Sums over all classes; that of the target itself is the margin whatever x is, and taken off. */
static wick_tensor *multi_margin(wick__scope *s, wick_tensor *rows, const wick_call *call)
{
    double p = call->value[0].number, margin = call->value[1].number;
    double own = margin > 0 ? (p == 2 ? margin * margin : margin) : 0;
    wick_tensor *weights = call->inputs > 2 ? call->in[2] : NULL;
    wick_tensor *short_of = wick__add(s, rows, minus_target(s, rows, call->in[1]));
    wick_tensor *each = wick__unary(s, &wick_op_relu, wick__shift(s, short_of, margin));
    if (p == 2)
        each = wick__square(s, each);
    wick_tensor *sums = wick__shift(s, wick__sum(s, each, 1), -own);
    if (weights && sums)
        sums =
            wick__negate(s, wick__multiply(s, sums, minus_weight(s, rows, call->in[1], weights)));
    return wick__scale(s, sums, rows ? 1 / (double)rows->size[1] : 0);
}

static wick_status check_multi_margin(const wick_call *call)
{
    wick_tensor *x = call->in[0];
    wick_sizes shape;
    double p = call->value[0].number;
    if (p != 1 && p != 2)
        return wick__fail(WICK_EVALUE, "multiMarginLoss: p is %g; it has to be 1 or 2", p);
    if (x->ndim > 2)
        return wick__fail(WICK_ESHAPE, "multiMarginLoss: scores are C or N x C, got %s",
                          wick__shape(x));
    return wick__check_scores("multiMarginLoss", x, call->in[1],
                              call->inputs > 2 ? call->in[2] : NULL, &shape);
}

static wick_status multi_margin_loss_forward(const wick_call *call, wick_tensor **out)
{
    wick__scope s;
    wick_tensor *rows = call->in[0];
    wick_status status = check_multi_margin(call);
    if (status)
        return status;
    wick__scope_open(&s, rows->context);
    if (rows->ndim == 1)
        rows = wick__reshape(&s, rows, &(wick_sizes){2, {1, rows->size[0]}});
    wick_tensor *each = multi_margin(&s, rows, call);
    if (each)
        each = wick__reshape(&s, each, &(wick_sizes){1, {each->size[0]}});
    return finish(&s, each, call->value[2].integer, out);
}

LOSS(multi_margin_loss, "multiMarginLoss", multi_margin_args,
     "w max(0, margin - x[t] + x[j])^p summed over the classes j other than the target t, over "
     "their "
     "number; the mean is over the batch (nn.MultiMarginCriterion)",
     "print(torch.multiMarginLoss(torch.Tensor{0.1, 0.2, 0.4}, torch.Tensor{3}))")
