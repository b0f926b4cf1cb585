/* Drawing many times from one distribution: torch.multinomialAliasSetup and torch.multinomialAlias
 * are made of these two. */
#include "kernel/alias.h"

#include "base/context.h"
#include "op/dense.h"

/* ---- setting up ---- */

static const wick__arg setup_args[] = {TENSOR("probs"), END};

static wick_status check_weights(const wick_tensor *probs, const double *weight)
{
    double sum = 0;
    for (int64_t i = 0; i < wick__count(probs); i++) {
        if (!(weight[i] >= 0))
            return wick__fail(WICK_EVALUE,
                              "multinomialAliasSetup_: weight %lld of %s is %g; weights are not "
                              "negative",
                              (long long)i + 1, wick__shape(probs), weight[i]);
        sum += weight[i];
    }
    if (sum > 0 && sum * 0 == 0)
        return WICK_OK;
    return wick__fail(WICK_EVALUE,
                      "multinomialAliasSetup_: the weights (%s) add up to %g, which is no "
                      "distribution",
                      wick__shape(probs), sum);
}

/* A tensor's elements in double, in memory that goes with the scope. */
static double *in_double(wick__scope *s, wick_tensor *t)
{
    wick_tensor *wide = NULL;
    void *data = NULL;
    if (s->status)
        return NULL;
    wick_status status = wick_tensor_new(s->context, WICK_FLOAT64, t->ndim, t->size, &wide);
    if (wick__keep(s, status, wide))
        s->status = wick_tensor_copy(wide, t);
    if (!s->status)
        s->status = wick__writable(wide, &data);
    return data;
}

static void set_up(wick__scope *s, wick_tensor *probs, double *weight, wick_tensor **out)
{
    const wick_sizes line = {1, {wick__count(probs)}};
    wick_tensor *room = NULL, *chances = NULL;
    int64_t *other = wick__make(s, WICK_INT64, &line, &out[0]);
    wick__make(s, probs->dtype, &line, &out[1]);
    int64_t *places = wick__make(s, WICK_INT64, &line, &room);
    wick__keep(s, WICK_OK, room);
    double *chance = wick__make(s, WICK_FLOAT64, &line, &chances);
    chances = wick__keep(s, WICK_OK, chances);
    if (s->status)
        return;
    wick__alias_setup(line.v[0], weight, chance, other, places);
    s->status = wick_tensor_copy(out[1], chances);
}

static wick_status multinomial_alias_setup_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *probs = call->in[0];
    wick__scope s;
    wick_status status = wick__check_one_type("multinomialAliasSetup_", 1, &probs);
    if (status)
        return status;
    wick__scope_open(&s, probs->context);
    double *weight = in_double(&s, probs);
    if (!s.status)
        s.status = check_weights(probs, weight);
    set_up(&s, probs, weight, out);
    return wick__scope_close(&s);
}

const wick_op wick_op_multinomial_alias_setup = {
    .name = "multinomialAliasSetup_",
    .args = setup_args,
    .outputs = 2,
    .method = WICK__METHOD_SOURCE,
    .constant = true,
    .forward = multinomial_alias_setup_forward,
    .doc = "The tables for multinomialAlias_ from the weights of n categories: for each place "
           "another category (a LongTensor), and the chance of its own",
    .example = "print(torch.multinomialAliasSetup_(torch.Tensor{0.5, 0.25, 0.25}))"};

/* ---- drawing ---- */

static const wick__arg draw_args[] = {TENSOR("other"), TENSOR("chance"), END};

static wick_status check_tables(const wick_tensor *to, wick_tensor *other, wick_tensor *chance)
{
    if (!to)
        return wick__fail(WICK_EVALUE, "multinomialAlias_: there is no tensor to fill; call "
                                       "x:multinomialAlias_(other, chance)");
    if (other->dtype != WICK_INT64 ||
        (chance->dtype != WICK_FLOAT32 && chance->dtype != WICK_FLOAT64))
        return wick__fail(WICK_EDTYPE,
                          "multinomialAlias_: the tables are a Long and a Float or DoubleTensor, "
                          "not %s and %s",
                          wick_dtype_name(other->dtype), wick_dtype_name(chance->dtype));
    if (wick__count(other) > 0 && wick__count(other) == wick__count(chance))
        return WICK_OK;
    return wick__fail(WICK_ESHAPE,
                      "multinomialAlias_: the tables need one entry a category, and one at least; "
                      "got %s and %s",
                      wick__shape(other), wick__shape(chance));
}

static wick_status check_others(int64_t n, const int64_t *other)
{
    for (int64_t i = 0; i < n; i++)
        if (other[i] < 1 || other[i] > n)
            return wick__fail(WICK_EVALUE,
                              "multinomialAlias_: entry %lld of the table is %lld, which is none "
                              "of the %lld categories",
                              (long long)i + 1, (long long)other[i], (long long)n);
    return WICK_OK;
}

static wick_status multinomial_alias_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *to = *out, *other = call->in[0], *chance = call->in[1], *drawn = NULL;
    wick__scope s;
    wick_status status = check_tables(to, other, chance);
    if (status)
        return status;
    wick__scope_open(&s, to->context);
    const int64_t *others = wick__read(&s, other);
    double *chances = in_double(&s, chance);
    int64_t n = wick__count(other);
    if (!s.status)
        s.status = check_others(n, others);
    wick_sizes shape = wick__sizes_like(to);
    int64_t *category = wick__make(&s, WICK_INT64, &shape, &drawn);
    drawn = wick__keep(&s, WICK_OK, drawn);
    if (!s.status) {
        wick__alias_draw(&to->context->generator, n, chances, others, wick__count(to), category);
        s.status = wick_tensor_copy(to, drawn);
    }
    return wick__scope_close(&s);
}

/* Called element-wise because it takes any destination. */
const wick_op wick_op_multinomial_alias = {
    .name = "multinomialAlias_",
    .args = draw_args,
    .method = WICK__METHOD_INTO,
    .elementwise = true,
    .constant = true,
    .random = true,
    .forward = multinomial_alias_forward,
    .doc = "Fills a tensor with categories drawn from the tables that multinomialAliasSetup_ made",
    .example = "local other, chance = torch.multinomialAliasSetup_(torch.Tensor{0, 1})\n"
               "print(torch.LongTensor(3):multinomialAlias_(other, chance))"};
