/* Dropout of elements and of whole channels. One key is drawn from the generator a call; all else
 * follows from it, also in backward, so only the key is kept. */
#include "op/describe.h"

#include "kernel/dropout.h"

static const wick__arg args[] = {TENSOR("x"), NUMBER_OR("p", 0.5), BOOLEAN_OR("training", 1),
                                 BOOLEAN_OR("scale", 1), END};
static const wick__arg mask_args[] = {
    TENSOR("g"), TENSOR("key"), NUMBER("p"), BOOLEAN_OR("scale", 1), INTEGER("group"), END};

static wick_status check(const char *name, const wick_tensor *x, double p)
{
    if (x->dtype != WICK_FLOAT32 && x->dtype != WICK_FLOAT64)
        return wick__fail(
            WICK_EDTYPE, "%s: not defined for %s tensors; convert with :float() or :double() first",
            name, wick_dtype_name(x->dtype));
    if (p >= 0 && p < 1)
        return WICK_OK;
    return wick__fail(
        WICK_EVALUE,
        "%s: illegal percentage %g; p, the share that is dropped, has to be 0 <= p < 1", name, p);
}

/* A row-major copy of x, what is dropped 0. */
static wick_status drop(wick_tensor *x, const wick__dropout *d, wick_tensor **out)
{
    wick_tensor *dense = NULL;
    void *from, *to;
    wick_status status = wick__contiguous(x, &dense);
    if (!status)
        status = wick_tensor_new(x->context, x->dtype, x->ndim, x->size, out);
    if (!status)
        status = wick__dense(dense, &from);
    if (!status)
        status = wick__writable(*out, &to);
    if (!status && d->group > 0)
        wick__dropout_run(x->context, x->dtype, d, wick__count(x) / d->group, from, to);
    wick_tensor_release(dense);
    return status;
}

/* The key in a tensor of one int64. */
static wick_status draw_key(wick_context *context, wick_tensor **key)
{
    static const int64_t one = 1;
    void *data;
    wick_status status = wick_tensor_new(context, WICK_INT64, 1, &one, key);
    if (!status)
        status = wick__writable(*key, &data);
    if (!status) {
        uint64_t high = wick_random(context), low = wick_random(context);
        *(uint64_t *)data = high << 32 | low;
    }
    return status;
}

static wick_status read_key(const wick_tensor *key, uint64_t *value)
{
    void *data;
    wick_status status = wick__dense(key, &data);
    if (!status)
        *value = *(const uint64_t *)data;
    return status;
}

static double scale_for(double p, bool scaled)
{
    return scaled ? 1 / (1 - p) : 1;
}

/* Elements that stay or go together: a channel's, those of all dimensions behind the second. */
static int64_t group_of(int ndim, const int64_t *size, bool channels)
{
    int64_t group = 1;
    for (int i = 2; i < ndim && channels; i++)
        group *= size[i];
    return group;
}

static wick_status forward(const char *name, bool channels, const wick_call *call,
                           wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    wick__dropout d = {.p = call->value[0].number};
    wick_status status = check(name, x, d.p);
    if (!status && channels && x->ndim < 2)
        status = wick__fail(WICK_ESHAPE, "%s: the input has to be N x C x ..., got %s", name,
                            wick__shape(x));
    if (status)
        return status;
    if (!call->value[1].integer)
        return wick__clone(x, out);
    d.scale = scale_for(d.p, call->value[2].integer != 0);
    d.group = group_of(x->ndim, x->size, channels);
    status = draw_key(x->context, &out[1]);
    if (!status)
        status = read_key(out[1], &d.key);
    return status ? status : drop(x, &d, out);
}

/* ---- gradient ---- */

static wick_tensor *mask(wick__scope *s, wick_tensor *g, wick_tensor *key, double p, int64_t scaled,
                         int64_t group)
{
    if (!g || !key)
        return NULL;
    return wick__run(s, &wick_op_dropout_mask, 2, (wick_tensor *[]){g, key},
                     (wick_value[]){{.number = p}, {.integer = scaled}, {.integer = group}});
}

static void backward(wick__rule *r, bool channels)
{
    const wick__geometry *x = wick__shape_of(r, 0);
    r->dx[0] = wick__integer(r, 1) ? mask(r->scope, G, wick__result(r, 1), wick__number(r, 0),
                                          wick__integer(r, 2), group_of(x->ndim, x->size, channels))
                                   : G;
}

static wick_status dropout_mask_forward(const wick_call *call, wick_tensor **out)
{
    wick__dropout d = {.p = call->value[0].number, .group = call->value[2].integer};
    d.scale = scale_for(d.p, call->value[1].integer != 0);
    wick_status status = read_key(call->in[1], &d.key);
    return status ? status : drop(call->in[0], &d, out);
}

static void dropout_mask_backward(wick__rule *r)
{
    r->dx[0] = mask(r->scope, G, wick__input(r, 1), wick__number(r, 0), wick__integer(r, 1),
                    wick__integer(r, 2));
}

const wick_op wick_op_dropout_mask = {.name = "dropout_mask",
                                      .args = mask_args,
                                      .saves = WICK__SAVE_IN(1),
                                      .method = WICK__METHOD_NONE,
                                      .internal = true,
                                      .forward = dropout_mask_forward,
                                      .backward = dropout_mask_backward,
                                      .doc = "A piece of a gradient"};

/* ---- the operations ---- */

#define DROPOUT(WORD, LUA, CHANNELS, DOC, EXAMPLE)                                                 \
    static wick_status WORD##_forward(const wick_call *call, wick_tensor **out)                    \
    {                                                                                              \
        return forward(LUA, CHANNELS, call, out);                                                  \
    }                                                                                              \
    static void WORD##_backward(wick__rule *r)                                                     \
    {                                                                                              \
        backward(r, CHANNELS);                                                                     \
    }                                                                                              \
    const wick_op wick_op_##WORD = {.name = LUA,                                                   \
                                    .args = args,                                                  \
                                    .kept = 1,                                                     \
                                    .random = true,                                                \
                                    .forward = WORD##_forward,                                     \
                                    .backward = WORD##_backward,                                   \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

DROPOUT(dropout, "dropout", false,
        "Each element becomes 0 with probability p, the others are divided by 1 - p unless `scale` "
        "is false; a copy of x when not training (Srivastava et al. 2014)",
        "torch.manualSeed(1)\nprint(torch.dropout(torch.ones(8), 0.5))")
DROPOUT(feature_dropout, "featureDropout", true,
        "dropout of whole channels of N x C x ... (Tompson et al. 2015)",
        "torch.manualSeed(1)\nprint(torch.featureDropout(torch.ones(1, 4, 2), 0.5))")
