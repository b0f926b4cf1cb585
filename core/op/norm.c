/* Normalisation of channels by the statistics of a batch, or by running ones. */
#include "kernel/norm.h"

#include <math.h>

#include "op/dense.h"
#include "op/norm_images.h"

/* ---- batchNorm: arguments ---- */

static const wick__arg batch_args[] = {TENSOR("x"),
                                       OPTIONAL_TENSOR("weight"),
                                       OPTIONAL_TENSOR("bias"),
                                       OPTIONAL_TENSOR("runningMean"),
                                       OPTIONAL_TENSOR("runningVar"),
                                       BOOLEAN_OR("training", 1),
                                       NUMBER_OR("momentum", 0.1),
                                       NUMBER_OR("eps", 1e-5),
                                       END};
enum { X_IN, WEIGHT, BIAS, RUNNING_MEAN, RUNNING_VARIANCE, BATCH_INPUTS };
enum { TRAINING, MOMENTUM, EPS };
enum { MEAN = 1, VARIANCE }; /* results made to be saved */

/* x as n x c x s. */
typedef struct layout {
    int64_t n, c, s;
} layout;

static layout layout_of(int ndim, const int64_t *size)
{
    layout l = {size[0], size[1], 1};
    for (int d = 2; d < ndim; d++)
        l.s *= size[d];
    return l;
}

static void read_inputs(const wick_call *call, wick_tensor **in)
{
    for (int i = 0; i < BATCH_INPUTS; i++)
        in[i] = i < call->inputs ? call->in[i] : NULL;
}

static wick_status check_features(wick_tensor *const *in)
{
    static const char *const names[] = {"x", "weight", "bias", "the running mean",
                                        "the running variance"};
    for (int i = WEIGHT; i < BATCH_INPUTS; i++)
        if (in[i] && (in[i]->ndim != 1 || in[i]->size[0] != in[X_IN]->size[1]))
            return wick__fail(WICK_ESHAPE,
                              "batchNorm: got %lld-feature tensor, expected %lld: x is %s, %s %s",
                              (long long)in[X_IN]->size[1], (long long)wick__count(in[i]),
                              wick__shape(in[X_IN]), names[i], wick__shape(in[i]));
    return WICK_OK;
}

/* Running statistics are written, which no tape may know of. */
static wick_status check_running(wick_tensor *const *in, bool training)
{
    if (!in[RUNNING_MEAN] != !in[RUNNING_VARIANCE])
        return wick__fail(WICK_EVALUE,
                          "batchNorm: the running mean and the running variance go "
                          "together, and only the %s is here",
                          in[RUNNING_MEAN] ? "mean" : "variance");
    if (!training && !in[RUNNING_MEAN])
        return wick__fail(WICK_EVALUE, "batchNorm: evaluation needs runningMean and runningVar; "
                                       "with training = true the batch's own are used");
    for (int i = RUNNING_MEAN; i < BATCH_INPUTS; i++)
        if (training && in[i] && in[i]->node)
            return wick__fail(WICK_EGRAD, "batchNorm: running statistics are updated in place and "
                                          "may not ask for gradients; give detach()ed ones");
    return WICK_OK;
}

static wick_status check_batch(wick_tensor *const *in, const wick_value *value)
{
    const wick_tensor *x = in[X_IN];
    bool training = value[TRAINING].integer;
    wick_status status = wick__check_one_type("batchNorm", BATCH_INPUTS, in);
    if (!status && x->ndim < 2)
        status = wick__fail(WICK_ESHAPE,
                            "batchNorm: only mini-batch supported (2D tensor), got %dD tensor "
                            "instead: x is %s",
                            x->ndim, wick__shape(x));
    if (!status)
        status = check_features(in);
    if (!status)
        status = check_running(in, training);
    if (!status && !(value[EPS].number >= 0 && isfinite(value[EPS].number)))
        status = wick__fail(WICK_EVALUE, "batchNorm: eps is %g; it has to be a number from 0 on",
                            value[EPS].number);
    if (status)
        return status;
    layout l = layout_of(x->ndim, x->size);
    if (training && l.n * l.s == 1)
        return wick__fail(WICK_ESHAPE,
                          "batchNorm: x of %s has one value a channel, which has no variance; "
                          "training needs more, and evaluate() needs none",
                          wick__shape(x));
    return WICK_OK;
}

/* ---- batchNorm: forward ---- */

static bool takes_images(const wick_tensor *x)
{
    return x->ndim == 4 && wick__is_images(x);
}

/* The statistics to use, as results of their own: running ones may change before backward. */
static void make_statistics(wick__scope *s, wick_tensor *const *in, bool training,
                            wick_tensor **out, void **mean, void **variance)
{
    wick_tensor *x = in[X_IN];
    layout l = layout_of(x->ndim, x->size);
    wick_sizes channels = {1, {l.c}};
    const void *px = takes_images(x) ? NULL : wick__read(s, x);
    *mean = wick__make(s, x->dtype, &channels, &out[MEAN]);
    *variance = wick__make(s, x->dtype, &channels, &out[VARIANCE]);
    if (s->status)
        return;
    if (training && takes_images(x)) {
        wick__images_statistics(s, x, *mean, *variance);
        return;
    }
    if (training && l.n * l.s > 0) {
        wick__norm_statistics(x->context, x->dtype, l.n, l.c, l.s, px, *mean, *variance);
        return;
    }
    for (int i = 0; i < 2 && !s->status; i++) {
        wick_value value = {.number = i};
        wick_call fill = {.context = x->context, .value = {value}};
        s->status = training ? wick_apply_into(&wick_op_fill, &fill, &out[MEAN + i])
                             : wick_tensor_copy(out[MEAN + i], in[RUNNING_MEAN + i]);
    }
}

static bool updates_running(const wick_call *call, wick_tensor *const *in)
{
    layout l = layout_of(in[X_IN]->ndim, in[X_IN]->size);
    return call->value[TRAINING].integer && in[RUNNING_MEAN] && l.n * l.s > 0;
}

/* Counts the write, and shows what keeps the running statistics from it before anything is written.
 */
static void prepare_running(wick__scope *s, wick_tensor *const *in)
{
    void *data;
    for (int i = RUNNING_MEAN; i < BATCH_INPUTS && !s->status; i++)
        s->status = wick__writable(in[i], &data);
}

/* The variance becomes unbiased: count / (count - 1). */
static void update_running(const wick_call *call, wick_tensor *const *out)
{
    wick_tensor *in[BATCH_INPUTS];
    void *running, *batch;
    read_inputs(call, in);
    if (!updates_running(call, in))
        return;
    layout l = layout_of(in[X_IN]->ndim, in[X_IN]->size);
    double count = (double)l.n * (double)l.s, momentum = call->value[MOMENTUM].number;
    for (int i = 0; i < 2; i++) {
        wick_tensor *to = in[RUNNING_MEAN + i];
        double correction = i == 0 || count < 2 ? 1 : count / (count - 1);
        if (!wick__dense(to, &running) && !wick__dense(out[MEAN + i], &batch))
            wick__norm_update_running(to->dtype, l.c, momentum, correction, batch, running,
                                      to->stride[0]);
    }
}

static wick_status batch_norm_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *in[BATCH_INPUTS], *x;
    void *mean, *variance;
    wick__scope s;
    bool training = call->value[TRAINING].integer;
    read_inputs(call, in);
    x = in[X_IN];
    wick_status status = check_batch(in, call->value);
    if (status)
        return status;
    layout l = layout_of(x->ndim, x->size);
    wick_sizes shape = wick__sizes_like(x);
    wick__scope_open(&s, x->context);
    make_statistics(&s, in, training, out, &mean, &variance);
    const void *pw = wick__read(&s, in[WEIGHT]), *pb = wick__read(&s, in[BIAS]);
    if (takes_images(x)) {
        wick__images_normalise(&s, x, !x->context->taped, call->value[EPS].number, mean, variance,
                               pw, pb, out);
    } else {
        const void *px = wick__read(&s, x);
        void *py = wick__make(&s, x->dtype, &shape, out);
        if (!s.status)
            wick__norm_apply(x->context, x->dtype, l.n, l.c, l.s, call->value[EPS].number, px, mean,
                             variance, pw, pb, py);
    }
    if (updates_running(call, in))
        prepare_running(&s, in);
    return wick__scope_close(&s);
}

/* ---- batchNorm: gradients in one loop ---- */

static const wick__arg batch_grad_args[] = {TENSOR("g"),
                                            TENSOR("x"),
                                            OPTIONAL_TENSOR("weight"),
                                            TENSOR("mean"),
                                            TENSOR("variance"),
                                            BOOLEAN_OR("training", 1),
                                            NUMBER("momentum"),
                                            NUMBER("eps"),
                                            INTEGER("wanted"),
                                            END};
enum { WANTED = EPS + 1 };

/* Makes result i of the gradient; one that is not wanted stays empty. */
static void *make_wanted(wick__scope *s, const wick_call *call, const wick_sizes *shape, int i,
                         wick_tensor **out)
{
    static const wick_sizes none = {0, {0}};
    bool wanted = call->value[WANTED].integer >> i & 1;
    void *data = wick__make(s, call->in[1]->dtype, wanted ? shape : &none, &out[i]);
    return wanted ? data : NULL;
}

static wick_status check_grad(const wick_call *call)
{
    wick_tensor *x = call->in[1];
    wick_sizes shape = wick__sizes_like(x);
    wick_status status = wick__check_one_type("batch_norm_grad", 5, call->in);
    if (!status)
        status = wick__check_gradient("batch_norm_grad", call->in[0], &shape);
    for (int i = 2; i < 5 && !status; i++)
        if (call->in[i] && (x->ndim < 2 || wick__count(call->in[i]) != x->size[1]))
            status = wick__fail(WICK_ESHAPE, "batch_norm_grad: %s does not fit x of %s",
                                wick__shape(call->in[i]), wick__shape(x));
    return status;
}

static wick_status batch_norm_grad_images(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[1];
    wick_sizes shape = wick__sizes_like(x), channels = {1, {x->size[1]}};
    bool wanted = call->value[WANTED].integer & 1;
    wick__scope s;
    wick__scope_open(&s, x->context);
    if (!wanted)
        make_wanted(&s, call, &shape, 0, out);
    void *gweight = make_wanted(&s, call, &channels, 1, out);
    void *gbias = make_wanted(&s, call, &channels, 2, out);
    const void *weight = wick__read(&s, call->in[2]), *mean = wick__read(&s, call->in[3]);
    const void *variance = wick__read(&s, call->in[4]);
    wick__images_norm_gradient(&s, call->in[0], x, call->value[TRAINING].integer,
                               call->value[EPS].number, mean, variance, weight, wanted ? out : NULL,
                               gweight, gbias);
    return wick__scope_close(&s);
}

static wick_status batch_norm_grad_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[1];
    wick_sizes shape = wick__sizes_like(x), channels = {1, {x->size[1]}};
    const void *in[5];
    wick__scope s;
    wick_status status = check_grad(call);
    if (status)
        return status;
    if (takes_images(x))
        return batch_norm_grad_images(call, out);
    layout l = layout_of(x->ndim, x->size);
    wick__scope_open(&s, x->context);
    for (int i = 0; i < 5; i++)
        in[i] = wick__read(&s, call->in[i]);
    void *gx = make_wanted(&s, call, &shape, 0, out);
    void *gweight = make_wanted(&s, call, &channels, 1, out);
    void *gbias = make_wanted(&s, call, &channels, 2, out);
    if (!s.status)
        wick__norm_backward(x->context, x->dtype, call->value[TRAINING].integer, l.n, l.c, l.s,
                            call->value[EPS].number, in[1], in[3], in[4], in[2], in[0], gx, gweight,
                            gbias);
    return wick__scope_close(&s);
}

const wick_op wick_op_batch_norm_grad = {.name = "batch_norm_grad",
                                         .args = batch_grad_args,
                                         .outputs = 3,
                                         .method = WICK__METHOD_NONE,
                                         .internal = true,
                                         .forward = batch_norm_grad_forward,
                                         .doc = "batchNorm's gradients; they have none themselves"};

static void in_one_loop(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_tensor *out[WICK_MAX_OUTPUTS] = {NULL};
    wick_tensor *in[] = {G, X, r->node->inputs > WEIGHT ? Z : NULL, wick__result(r, MEAN),
                         wick__result(r, VARIANCE)};
    wick_call call = {.context = s->context, .inputs = 5, .in = in};
    for (int i = 0; i < WANTED; i++)
        call.value[i] = r->node->value[i];
    call.value[WANTED].integer = 0;
    for (int i = X_IN; i <= BIAS && i < r->node->inputs; i++)
        call.value[WANTED].integer |= (int64_t)r->wants[i] << i;
    if (s->status)
        return;
    wick_status status = wick_apply(&wick_op_batch_norm_grad, &call, out);
    for (int i = 0; i < 3; i++) {
        wick_tensor *kept = wick__keep(s, status, out[i]);
        if (i < r->node->inputs && r->wants[i])
            r->dx[i] = kept;
    }
}

/* ---- batchNorm: the same of operations, for gradients that are on the tape themselves ---- */

typedef struct recorded {
    wick__scope *s;
    double count;        /* values a channel */
    wick_sizes channels; /* 1 x c x 1 */
} recorded;

static wick_tensor *sum(const recorded *b, wick_tensor *t)
{
    return wick__sum_to(b->s, t, &b->channels);
}

static wick_tensor *mean(const recorded *b, wick_tensor *t)
{
    return wick__scale(b->s, sum(b, t), 1 / b->count);
}

/* x less its mean, and *inverse = 1 / its deviation, in training functions of x. */
static wick_tensor *centre(const recorded *b, wick__rule *r, wick_tensor *x, wick_tensor **inverse)
{
    wick__scope *s = b->s;
    bool training = wick__integer(r, TRAINING);
    wick_tensor *middle =
        training ? mean(b, x) : wick__reshape(s, wick__result(r, MEAN), &b->channels);
    wick_tensor *centred = wick__subtract(s, x, middle);
    wick_tensor *variance = training ? mean(b, wick__square(s, centred))
                                     : wick__reshape(s, wick__result(r, VARIANCE), &b->channels);
    *inverse = wick__power(s, wick__shift(s, variance, wick__number(r, EPS)), -0.5);
    return centred;
}

static void of_operations(wick__rule *r)
{
    wick__scope *s = r->scope;
    wick_sizes shape = wick__sizes_of(r, 0);
    layout l = layout_of(shape.count, shape.v);
    recorded b = {s, (double)l.n * (double)l.s, {3, {1, l.c, 1}}};
    wick_sizes flat = {3, {l.n, l.c, l.s}}, features = {1, {l.c}};
    wick_tensor *inverse, *g = wick__reshape(s, G, &flat), *x = wick__reshape(s, X, &flat);
    x = centre(&b, r, x, &inverse);
    x = wick__multiply(s, x, inverse);
    wick_tensor *weight = r->node->inputs > WEIGHT ? Z : NULL, *dx = g;
    if (r->wants[X_IN] && wick__integer(r, TRAINING)) {
        wick_tensor *along = wick__multiply(s, x, mean(&b, wick__multiply(s, g, x)));
        dx = wick__subtract(s, wick__subtract(s, g, mean(&b, g)), along);
    }
    if (weight)
        inverse = wick__multiply(s, inverse, wick__reshape(s, weight, &b.channels));
    if (r->wants[X_IN])
        r->dx[X_IN] = wick__reshape(s, wick__multiply(s, dx, inverse), &shape);
    if (r->node->inputs > WEIGHT && r->wants[WEIGHT])
        r->dx[WEIGHT] = wick__reshape(s, sum(&b, wick__multiply(s, g, x)), &features);
    if (r->node->inputs > BIAS && r->wants[BIAS])
        r->dx[BIAS] = wick__reshape(s, sum(&b, g), &features);
}

static void batch_norm_backward(wick__rule *r)
{
    if (wick_context_recording(r->scope->context))
        of_operations(r);
    else
        in_one_loop(r);
}

const wick_op wick_op_batch_norm = {
    .name = "batchNorm",
    .args = batch_args,
    .kept = 2,
    .saves = WICK__SAVE_IN(X_IN) | WICK__SAVE_IN(WEIGHT),
    .forward = batch_norm_forward,
    .conclude = update_running,
    .backward = batch_norm_backward,
    .doc = "(x - mean) / sqrt(variance + eps) weight + bias for each channel of x, N x C x ... "
           "(nn.BatchNormalization). In training the statistics are the batch's, and running ones "
           "move towards them by momentum, in place and unseen by gradients; in evaluation they "
           "are the running ones. weight, bias, runningMean and runningVar have C elements",
    .example = "local x = torch.Tensor{{1, 10}, {3, 30}}\n"
               "print(x:batchNorm())\n"
               "print(x:batchNorm{runningMean = torch.zeros(2), runningVar = torch.ones(2), "
               "training = false})"};
