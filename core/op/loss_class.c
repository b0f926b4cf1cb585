/* Losses of class scores: C, N x C or N x C x H x W, with class numbers from 1 as targets, of any
 * numeric type: one, N or N x H x W of them. Targets are checked before they are used. */
#include "op/loss.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernel/loss.h"

/* ---- shapes ---- */

/* What a target of scores x looks like. */
static wick_status target_shape(const char *name, const wick_tensor *x, wick_sizes *shape)
{
    wick_status status = wick__check_loss_input(name, x);
    if (status)
        return status;
    *shape = (wick_sizes){1, {x->ndim == 1 ? 1 : x->size[0]}};
    for (int d = 2; d < x->ndim; d++)
        shape->v[shape->count++] = x->size[d];
    if (x->ndim == 1 || x->ndim == 2 || x->ndim == 4)
        return WICK_OK;
    return wick__fail(
        WICK_ESHAPE,
        "%s: scores are C, N x C or N x C x H x W, got an input of %s; view() gives it "
        "such a shape",
        name, wick__shape(x));
}

static wick__scores scores_of(const wick_tensor *x)
{
    wick__scores s = {1, x->size[x->ndim == 1 ? 0 : 1], 1, NULL, NULL};
    if (x->ndim > 1)
        s.samples = x->size[0];
    for (int d = 2; d < x->ndim; d++)
        s.inner *= x->size[d];
    return s;
}

/* The same sizes but for ones. */
static bool fits(const wick_tensor *target, const wick_sizes *shape)
{
    int at = 0;
    for (int d = 0; d < target->ndim; d++) {
        while (at < shape->count && shape->v[at] == 1)
            at++;
        if (target->size[d] == 1)
            continue;
        if (at == shape->count || target->size[d] != shape->v[at++])
            return false;
    }
    while (at < shape->count && shape->v[at] == 1)
        at++;
    return at == shape->count && target->ndim > 0;
}

wick_status wick__check_scores(const char *name, const wick_tensor *x, const wick_tensor *target,
                               const wick_tensor *weights, wick_sizes *shape)
{
    char text[WICK__SHAPE_TEXT];
    wick_status status = target_shape(name, x, shape);
    if (status)
        return status;
    int64_t classes = x->size[x->ndim == 1 ? 0 : 1];
    if (!fits(target, shape))
        return wick__fail(
            WICK_ESHAPE, "%s: an input of %s takes a target of %s, got %s", name, wick__shape(x),
            wick__sizes_text(shape->count, shape->v, text, sizeof text), wick__shape(target));
    if (weights && wick__count(weights) != classes)
        return wick__fail(WICK_ESHAPE,
                          "%s: an input of %s has %lld classes, weights of %s do not "
                          "fit: one weight a class",
                          name, wick__shape(x), (long long)classes, wick__shape(weights));
    return WICK_OK;
}

/* ---- targets ---- */

/* "[2][5]": where element `at` of t stands, counted from 1. */
static const char *place_text(const wick_tensor *t, int64_t at, char *text, size_t bytes)
{
    int64_t index[WICK_MAX_DIM];
    size_t used = 0;
    for (int d = t->ndim - 1; d >= 0; d--) {
        index[d] = at % t->size[d] + 1;
        at /= t->size[d];
    }
    for (int d = 0; d < t->ndim && used < bytes; d++)
        used += (size_t)snprintf(text + used, bytes - used, "[%lld]", (long long)index[d]);
    return text;
}

static wick_status bad_target(const char *name, const wick_tensor *target, int64_t at, double value,
                              int64_t classes)
{
    char place[WICK__SHAPE_TEXT];
    place_text(target, at, place, sizeof place);
    if (isnan(value))
        return wick__fail(WICK_EVALUE, "%s: target%s is NaN; classes are 1..%lld", name, place,
                          (long long)classes);
    if (value != floor(value))
        return wick__fail(WICK_EVALUE,
                          "%s: target%s is %.12g; classes are the whole numbers 1..%lld", name,
                          place, value, (long long)classes);
    return wick__fail(WICK_EVALUE,
                      "%s: target%s is %.12g; classes are 1..%lld%s: not (cur_target >= 0 && "
                      "cur_target < n_classes)",
                      name, place, value, (long long)classes,
                      value == 0 ? " (labels are 1-based, use y + 1)" : "");
}

/* Class indices of the targets, in a new tensor of their shape. */
static wick_status read_indices(const char *name, wick_tensor *target, const wick_sizes *shape,
                                int64_t classes, double ignored, wick_tensor **index)
{
    wick_tensor *wide = NULL;
    void *from, *to;
    wick_status status = wick__convert(target, WICK_FLOAT64, &wide);
    if (!status)
        status = wick_tensor_new(target->context, WICK_INT64, shape->count, shape->v, index);
    if (!status)
        status = wick__dense(wide, &from);
    if (!status)
        status = wick__writable(*index, &to);
    if (!status) {
        int64_t bad = wick__class_indices(wick__count(wide), from, classes, ignored, to);
        if (bad >= 0)
            status = bad_target(name, target, bad, ((const double *)from)[bad], classes);
    }
    wick_tensor_release(wide);
    return status;
}

/* factor = -weight of the target's class, 0 for ignored ones; over their sum for the mean. */
static void fill_factors(int64_t n, const int64_t *index, const double *weight, bool mean,
                         double *factor)
{
    double total = 0;
    for (int64_t i = 0; i < n; i++) {
        factor[i] = index[i] < 0 ? 0 : weight ? -weight[index[i]] : -1;
        total -= factor[i];
    }
    for (int64_t i = 0; i < n && mean && total != 0; i++)
        factor[i] /= total;
}

static wick_status make_factors(wick_tensor *index, wick_tensor *weights, bool mean,
                                wick_tensor **factor)
{
    wick_tensor *wide = NULL;
    void *from, *weight = NULL, *to;
    wick_status status =
        wick_tensor_new(index->context, WICK_FLOAT64, index->ndim, index->size, factor);
    if (!status && weights)
        status = wick__convert(weights, WICK_FLOAT64, &wide);
    if (!status && weights)
        status = wick__dense(wide, &weight);
    if (!status)
        status = wick__dense(index, &from);
    if (!status)
        status = wick__writable(*factor, &to);
    if (!status)
        fill_factors(wick__count(index), from, weight, mean, to);
    wick_tensor_release(wide);
    return status;
}

/* ---- picking scores, and back ---- */

static const wick__arg pick_args[] = {TENSOR("x"), TENSOR("index"), TENSOR("factor"),
                                      BOOLEAN_OR("sum", 1), END};
static const wick__arg spread_args[] = {TENSOR("g"), TENSOR("index"), TENSOR("factor"),
                                        SIZES("shape"), END};

static wick_status read_targets(wick__scores *s, wick_tensor *index, wick_tensor *factor)
{
    void *i, *f;
    wick_status status = wick__dense(index, &i);
    if (!status)
        status = wick__dense(factor, &f);
    if (!status) {
        s->index = i;
        s->factor = f;
    }
    return status;
}

static wick_status pick(wick_tensor *x, wick_tensor *index, wick_tensor *factor, bool sum,
                        wick_tensor **out)
{
    static const int64_t one = 1, first = 0;
    wick__scores s = scores_of(x);
    wick_tensor *dense = NULL;
    void *from, *to;
    wick_status status = wick__contiguous(x, &dense);
    if (!status)
        status = read_targets(&s, index, factor);
    if (!status)
        status = wick_tensor_new(x->context, x->dtype, sum ? 1 : index->ndim,
                                 sum ? &one : index->size, out);
    if (!status)
        status = wick__dense(dense, &from);
    if (!status && sum)
        status =
            wick_tensor_set_element(*out, &first, wick__pick_sum(x->context, x->dtype, &s, from));
    if (!status && !sum)
        status = wick__writable(*out, &to);
    if (!status && !sum)
        wick__pick_each(x->context, x->dtype, &s, from, to);
    wick_tensor_release(dense);
    return status;
}

static wick_status class_pick_forward(const wick_call *call, wick_tensor **out)
{
    return pick(call->in[0], call->in[1], call->in[2], call->value[0].integer != 0, out);
}

static wick_tensor *spread(wick__scope *s, wick_tensor *g, wick_tensor *index, wick_tensor *factor,
                           const wick_sizes *shape)
{
    if (!g || !index || !factor)
        return NULL;
    return wick__run(s, &wick_op_class_spread, 3, (wick_tensor *[]){g, index, factor},
                     (wick_value[]){{.sizes = shape}});
}

static void class_pick_backward(wick__rule *r)
{
    wick_sizes shape = wick__sizes_of(r, 0);
    r->dx[0] = spread(r->scope, G, wick__input(r, 1), wick__input(r, 2), &shape);
}

static wick_status class_spread_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *g = call->in[0], *dense = NULL;
    const wick_sizes *shape = call->value[0].sizes;
    void *from, *to;
    wick_status status = wick_tensor_new(g->context, g->dtype, shape->count, shape->v, out);
    if (status)
        return status;
    wick__scores s = scores_of(*out);
    status = wick__contiguous(g, &dense);
    if (!status)
        status = read_targets(&s, call->in[1], call->in[2]);
    if (!status)
        status = wick__dense(dense, &from);
    if (!status)
        status = wick__writable(*out, &to);
    if (!status)
        wick__pick_spread(g->context, g->dtype, &s, from, wick__count(g) == 1, to);
    wick_tensor_release(dense);
    return status;
}

/* Picking and spreading are linear and each other's transpose. */
static void class_spread_backward(wick__rule *r)
{
    const wick__geometry *g = wick__shape_of(r, 0);
    bool one = g->ndim == 1 && g->size[0] == 1;
    wick_tensor *index = wick__input(r, 1), *factor = wick__input(r, 2);
    if (index && factor)
        r->dx[0] = wick__run(r->scope, &wick_op_class_pick, 3, (wick_tensor *[]){G, index, factor},
                             (wick_value[]){{.integer = one}});
}

#define PIECE(WORD, ARGS)                                                                          \
    const wick_op wick_op_##WORD = {.name = #WORD,                                                 \
                                    .args = ARGS,                                                  \
                                    .saves = WICK__SAVE_IN(1) | WICK__SAVE_IN(2),                  \
                                    .method = WICK__METHOD_NONE,                                   \
                                    .internal = true,                                              \
                                    .forward = WORD##_forward,                                     \
                                    .backward = WORD##_backward,                                   \
                                    .doc = "A piece of a loss of class scores"};

PIECE(class_pick, pick_args)
PIECE(class_spread, spread_args)

/* ---- nllLoss, and as part of others ---- */

static const wick__arg nll_args[] = {TENSOR("x"),
                                     TENSOR("target"),
                                     OPTIONAL_TENSOR("weights"),
                                     REDUCTION,
                                     INTEGER_OR("ignoreIndex", -100),
                                     END};

/* Keeps the checked targets: out[1] their indices, out[2] their factors. */
static wick_status nll_forward(const char *name, double ignored, const wick_call *call,
                               wick_tensor **out)
{
    wick_tensor *x = call->in[0], *target = call->in[1];
    wick_tensor *weights = call->inputs > 2 ? call->in[2] : NULL;
    int64_t reduction = call->value[0].integer;
    wick_sizes shape;
    wick_status status = wick__check_scores(name, x, target, weights, &shape);
    if (!status)
        status = read_indices(name, target, &shape, scores_of(x).classes, ignored, &out[1]);
    if (!status)
        status = make_factors(out[1], weights, reduction == WICK__LOSS_MEAN, &out[2]);
    if (!status)
        status = pick(x, out[1], out[2], reduction != WICK__LOSS_EACH, out);
    return status;
}

static void nll_backward(wick__rule *r)
{
    wick_sizes shape = wick__sizes_of(r, 0);
    r->dx[0] = spread(r->scope, G, wick__result(r, 1), wick__result(r, 2), &shape);
}

#define NLL(WORD, LUA, IGNORED, INTERNAL, DOC, EXAMPLE)                                            \
    static wick_status WORD##_forward(const wick_call *call, wick_tensor **out)                    \
    {                                                                                              \
        return nll_forward(LUA, IGNORED, call, out);                                               \
    }                                                                                              \
    const wick_op wick_op_##WORD = {.name = LUA,                                                   \
                                    .args = nll_args,                                              \
                                    .kept = 2,                                                     \
                                    .method = WICK__METHOD_NONE,                                   \
                                    .internal = INTERNAL,                                          \
                                    .number = WICK__NUMBER_OF_ONE,                                 \
                                    .forward = WORD##_forward,                                     \
                                    .backward = nll_backward,                                      \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

NLL(nll_loss, "nllLoss", (double)call->value[1].integer, false,
    "-w x of each target's class, where x are log-probabilities, C, N x C or N x C x H x W, and "
    "targets class numbers from 1; the mean divides by the sum of the weights "
    "(nn.ClassNLLCriterion)",
    "local x = torch.logSoftMax(torch.Tensor{{1, 2, 3}, {1, 1, 1}})\n"
    "print(torch.nllLoss(x, torch.Tensor{3, 1}))")
NLL(cross_entropy_nll, "crossEntropy", (double)call->value[1].integer, true,
    "The second half of crossEntropy", NULL)
NLL(multi_margin_pick, "multiMarginLoss", NAN, true, "The targets' scores for multiMarginLoss",
    NULL)
