/* Random tensors, with Torch7's numbers for Torch7's seeds. x:uniform() and its like fill x;
 * without a tensor to fill they give one number. */
#include "op/generate.h"

#include "base/context.h"
#include "kernel/generate.h"

typedef struct drawing {
    wick__draw kind;
    double a, b;
} drawing;

static wick_status fill_draws(wick_tensor *dense, void *data, const void *parameter)
{
    const drawing *d = parameter;
    return wick__draw_into(dense->context, d->kind, dense->dtype, d->a, d->b, wick__count(dense),
                           data);
}

static wick_status draw_to(const char *name, const drawing *d, wick_tensor *out)
{
    if (!wick__draws(d->kind, out->dtype))
        return wick__no_loop(name, out->dtype);
    return wick__fill_with(out, fill_draws, d);
}

/* Into the destination, or one number of type `single`. */
static wick_status draw(const char *name, wick__draw kind, double a, double b, wick_dtype single,
                        const wick_call *call, wick_tensor **out)
{
    static const int64_t one = 1;
    const drawing d = {kind, a, b};
    wick_status status = *out ? WICK_OK : wick_tensor_new(call->context, single, 1, &one, out);
    return status ? status : draw_to(name, &d, *out);
}

/* ---- integers ---- */

/* Torch7 reduces a whole word to what the type can hold. */
static double modulus_of(wick_dtype dtype)
{
    static const double most[WICK_DTYPES] = {
        [WICK_UINT8] = 256,          [WICK_INT8] = 128,
        [WICK_INT16] = 32768,        [WICK_INT32] = 2147483648.0,
        [WICK_INT64] = 4294967296.0, [WICK_FLOAT16] = 1,
        [WICK_FLOAT32] = 16777217,   [WICK_FLOAT64] = 4294967296.0};
    return most[dtype];
}

static const wick__arg none[] = {END};
static const wick__arg upper_args[] = {INTEGER("upper"), END};
static const wick__arg bounds_args[] = {INTEGER("lower"), INTEGER("upper"), END};

static wick_status random_forward(const wick_call *call, wick_tensor **out)
{
    double modulus = modulus_of(*out ? (*out)->dtype : WICK_INT64);
    return draw("random", WICK__RANDOM, modulus, 0, WICK_INT64, call, out);
}

GENERATOR(random, "random", none, true, true,
          "Random integers from 0 to 2^32 - 1, or to what the type can hold",
          "print(torch.IntTensor(3):random():size(1))")

static wick_status between(int64_t low, int64_t high, const wick_call *call, wick_tensor **out)
{
    double values = (double)high - (double)low + 1;
    return draw("random", WICK__RANDOM, values < 4294967296.0 ? values : 4294967296.0, (double)low,
                WICK_INT64, call, out);
}

static wick_status random_below_forward(const wick_call *call, wick_tensor **out)
{
    int64_t upper = call->value[0].integer;
    if (upper < 1)
        return wick__fail(WICK_EVALUE, "random: upper bound must be strictly positive, not %lld",
                          (long long)upper);
    return between(1, upper, call, out);
}

GENERATOR(random_below, "random", upper_args, true, true, "Random integers from 1 to upper",
          "print(torch.LongTensor(3):random(6):le(6))")

static wick_status random_between_forward(const wick_call *call, wick_tensor **out)
{
    int64_t lower = call->value[0].integer, upper = call->value[1].integer;
    if (upper < lower)
        return wick__fail(WICK_EVALUE,
                          "random: upper bound must be larger than lower bound: %lld to %lld",
                          (long long)lower, (long long)upper);
    return between(lower, upper, call, out);
}

GENERATOR(random_between, "random", bounds_args, true, true, "Random integers from lower to upper",
          "print(torch.LongTensor(3):random(5, 6):ge(5))")

static const wick__arg geometric_args[] = {NUMBER("p"), END};

static wick_status geometric_forward(const wick_call *call, wick_tensor **out)
{
    double p = call->value[0].number;
    if (!(p > 0 && p < 1))
        return wick__fail(WICK_EVALUE, "geometric: p must be > 0 and < 1, not %g", p);
    return draw("geometric", WICK__GEOMETRIC, p, 0, WICK_INT64, call, out);
}

GENERATOR(geometric, "geometric", geometric_args, true, true,
          "floor(ln(1 - u) / ln p) + 1 for u uniform in [0, 1)",
          "print(torch.Tensor(3):geometric(0.5):ge(1))")

/* ---- bernoulli ---- */

static const wick__arg bernoulli_args[] = {NUMBER_OR("p", 0.5), END};

static wick_status bernoulli_forward(const wick_call *call, wick_tensor **out)
{
    double p = call->value[0].number;
    if (!(p >= 0 && p <= 1))
        return wick__fail(WICK_EVALUE, "bernoulli: p must be >= 0 and <= 1, not %g", p);
    return draw("bernoulli", WICK__BERNOULLI, p, 0, WICK_INT64, call, out);
}

GENERATOR(bernoulli, "bernoulli", bernoulli_args, true, true, "1 with probability p, else 0",
          "print(torch.Tensor(3):bernoulli(1))")

static wick_status fill_bernoulli(wick_tensor *dense, void *data, const void *parameter)
{
    const wick_tensor *p = parameter;
    void *chances;
    wick_status status = wick__dense(p, &chances);
    if (!status)
        wick__draw_bernoulli(&dense->context->generator, p->dtype, chances, dense->dtype,
                             wick__count(p), data);
    return status;
}

static const wick__arg chances_args[] = {TENSOR("p"), END};

static wick_status bernoulli_of_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *p = call->in[0], *dense;
    if (p->dtype != WICK_FLOAT32 && p->dtype != WICK_FLOAT64)
        return wick__fail(WICK_EDTYPE,
                          "bernoulli: probabilities are a Float or DoubleTensor, not %s",
                          wick_dtype_name(p->dtype));
    wick_status status = wick__contiguous(p, &dense);
    if (status)
        return status;
    status = wick__output(p->context, *out ? (*out)->dtype : p->dtype, p->ndim, p->size, out);
    if (!status)
        status = wick__fill_with(*out, fill_bernoulli, dense);
    wick_tensor_release(dense);
    return status;
}

GENERATOR(bernoulli_of, "bernoulli", chances_args, true, false,
          "1 with the probability that stands in p at each place, else 0",
          "print(torch.Tensor(3):bernoulli(torch.Tensor{0, 1, 1}))")

/* ---- distributions of floating numbers ---- */

static wick_status check_deviation(const char *name, double deviation)
{
    if (deviation > 0)
        return WICK_OK;
    return wick__fail(WICK_EVALUE, "%s: standard deviation must be strictly positive, not %g", name,
                      deviation);
}

static const wick__arg uniform_args[] = {NUMBER_OR("a", 0), NUMBER_OR("b", 1), END};
static const wick__arg normal_args[] = {NUMBER_OR("mean", 0), NUMBER_OR("std", 1), END};
static const wick__arg exponential_args[] = {NUMBER("lambda"), END};
static const wick__arg cauchy_args[] = {NUMBER_OR("median", 0), NUMBER_OR("sigma", 1), END};
static const wick__arg log_normal_args[] = {NUMBER_OR("mean", 1), NUMBER_OR("std", 2), END};

#define DISTRIBUTION(WORD, LUA, ARGS, KIND, B, CHECK, DOC, EXAMPLE)                                \
    static wick_status WORD##_forward(const wick_call *call, wick_tensor **out)                    \
    {                                                                                              \
        const double a = call->value[0].number, b = B;                                             \
        wick_status status = CHECK;                                                                \
        return status ? status : draw(LUA, KIND, a, b, WICK_FLOAT64, call, out);                   \
    }                                                                                              \
    GENERATOR(WORD, LUA, ARGS, true, true, DOC, EXAMPLE)

#define SECOND_NUMBER call->value[1].number

DISTRIBUTION(uniform, "uniform", uniform_args, WICK__UNIFORM, SECOND_NUMBER, WICK_OK,
             "Uniform in [a, b)", "print(torch.Tensor(3):uniform(1, 2):lt(2))")
DISTRIBUTION(normal, "normal", normal_args, WICK__NORMAL, SECOND_NUMBER,
             check_deviation("normal", b), "Normal with this mean and standard deviation",
             "print(torch.Tensor(3):normal(0, 1):size(1))")
DISTRIBUTION(exponential, "exponential", exponential_args, WICK__EXPONENTIAL, 0, WICK_OK,
             "Exponential with the rate lambda: -ln(1 - u) / lambda",
             "print(torch.Tensor(3):exponential(1):ge(0))")
DISTRIBUTION(cauchy, "cauchy", cauchy_args, WICK__CAUCHY, SECOND_NUMBER, WICK_OK,
             "Cauchy: median + sigma tan(pi (u - 1/2))",
             "print(torch.Tensor(3):cauchy(0, 1):size(1))")
DISTRIBUTION(log_normal, "logNormal", log_normal_args, WICK__LOG_NORMAL, SECOND_NUMBER,
             check_deviation("logNormal", b),
             "exp of a normal with this mean and standard deviation",
             "print(torch.Tensor(3):logNormal(1, 2):gt(0))")

/* ---- by sizes ---- */

static const wick__arg size_args[] = {SIZES("sizes"), DTYPE_OPTION, END};

static wick_status draw_sizes(const char *name, const drawing *d, const wick_call *call,
                              wick_tensor **out)
{
    const wick_sizes *sizes = call->value[0].sizes;
    wick_status status = wick__result_of(call, call->value[1].integer, sizes->count, sizes->v, out);
    return status ? status : draw_to(name, d, *out);
}

static wick_status rand_forward(const wick_call *call, wick_tensor **out)
{
    return draw_sizes("rand", &(drawing){WICK__UNIFORM, 0, 1}, call, out);
}

GENERATOR(rand, "rand", size_args, true, false, "Uniform in [0, 1)",
          "print(torch.rand(2, 3):lt(1))")

static wick_status randn_forward(const wick_call *call, wick_tensor **out)
{
    return draw_sizes("randn", &(drawing){WICK__NORMAL, 0, 1}, call, out);
}

GENERATOR(randn, "randn", size_args, true, false, "Normal with mean 0 and standard deviation 1",
          "print(torch.randn(2, 3):size(2))")

static const wick__arg permutation_args[] = {INTEGER("n"), DTYPE_OPTION, END};

static wick_status fill_permutation(wick_tensor *dense, void *data, const void *nothing)
{
    (void)nothing;
    wick__draw_permutation(&dense->context->generator, dense->dtype, wick__count(dense), data);
    return WICK_OK;
}

static wick_status randperm_forward(const wick_call *call, wick_tensor **out)
{
    int64_t n = call->value[0].integer;
    if (n < 1)
        return wick__fail(WICK_EVALUE, "randperm: n must be strictly positive, not %lld",
                          (long long)n);
    wick_status status = wick__result_of(call, call->value[1].integer, 1, &n, out);
    if (!status && (*out)->dtype == WICK_FLOAT16)
        status = wick__no_loop("randperm", WICK_FLOAT16);
    return status ? status : wick__fill_with(*out, fill_permutation, NULL);
}

GENERATOR(randperm, "randperm", permutation_args, true, false, "1 to n in random order",
          "print(torch.randperm(5):sum())")

/* ---- multinomial ---- */

static const wick__arg multinomial_args[] = {TENSOR("probs"), INTEGER("n"),
                                             BOOLEAN_OR("replacement", 0), END};

typedef struct lottery {
    int64_t rows, categories, samples;
    bool replacement;
} lottery;

static wick_status check_shape(const wick_tensor *p, const lottery *l)
{
    if (p->dtype != WICK_FLOAT32 && p->dtype != WICK_FLOAT64)
        return wick__no_loop("multinomial", p->dtype);
    if (p->ndim != 1 && p->ndim != 2)
        return wick__fail(
            WICK_ESHAPE,
            "multinomial: probabilities are a vector, or a matrix with a row for each "
            "distribution, not %s",
            wick__shape(p));
    if (l->samples < 1)
        return wick__fail(WICK_EVALUE, "multinomial: cannot sample n_sample <= 0 samples (%lld)",
                          (long long)l->samples);
    if (!l->replacement && l->samples > l->categories)
        return wick__fail(WICK_EVALUE,
                          "multinomial: cannot sample n_sample > prob_dist:size(1) samples without "
                          "replacement: %lld of %lld categories",
                          (long long)l->samples, (long long)l->categories);
    return WICK_OK;
}

static wick_status check_weights(const lottery *l, const double *weight)
{
    double sum = 0;
    int64_t positive = 0;
    for (int64_t i = 0; i < l->categories; i++) {
        if (!(weight[i] >= 0) || weight[i] * 0 != 0)
            return wick__fail(WICK_EVALUE,
                              "multinomial: weight %lld is %g; weights are finite and not negative",
                              (long long)i + 1, weight[i]);
        positive += weight[i] > 0;
        sum += weight[i];
    }
    if (!(sum > 0) || sum * 0 != 0)
        return wick__fail(WICK_EVALUE,
                          "multinomial: invalid multinomial distribution (sum of probabilities <= "
                          "0, or infinite)");
    if (!l->replacement && positive < l->samples)
        return wick__fail(WICK_EVALUE,
                          "multinomial: %lld samples without replacement, but only %lld categories "
                          "have a probability above 0",
                          (long long)l->samples, (long long)positive);
    return WICK_OK;
}

/* `weight` is a row-major copy in double, which drawing without replacement uses up. */
static wick_status draw_rows(const lottery *l, wick_tensor *weight, wick_tensor *out)
{
    wick_context *context = weight->context;
    size_t bytes = sizeof(double) * (size_t)l->categories;
    void *weights, *categories, *room;
    wick_status status = wick__writable(weight, &weights);
    if (!status)
        status = wick__writable(out, &categories);
    if (!status)
        status = wick__alloc(context, bytes, &room);
    if (status)
        return status;
    for (int64_t row = 0; row < l->rows && !status; row++) {
        double *one = (double *)weights + row * l->categories;
        status = check_weights(l, one);
        if (!status)
            wick__draw_categories(&context->generator, l->categories, one, room, l->samples,
                                  l->replacement, (int64_t *)categories + row * l->samples);
    }
    wick__free(context, room, bytes);
    return status;
}

static wick_status multinomial_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *p = call->in[0], *weight = NULL;
    lottery l = {.rows = p->ndim == 2 ? p->size[0] : 1,
                 .categories = p->ndim ? p->size[p->ndim - 1] : 0,
                 .samples = call->value[0].integer,
                 .replacement = call->value[1].integer};
    const int64_t matrix[] = {l.rows, l.samples};
    wick_status status = check_shape(p, &l);
    if (!status)
        status = wick_tensor_new(p->context, WICK_FLOAT64, p->ndim, p->size, &weight);
    if (!status)
        status = wick_tensor_copy(weight, p);
    if (!status)
        status = wick_tensor_new(p->context, WICK_INT64, p->ndim, matrix + (p->ndim == 1), out);
    if (!status)
        status = draw_rows(&l, weight, *out);
    wick_tensor_release(weight);
    return status;
}

const wick_op wick_op_multinomial = {
    .name = "multinomial",
    .args = multinomial_args,
    .constant = true,
    .random = true,
    .forward = multinomial_forward,
    .doc = "n categories (from 1) drawn with probabilities in proportion to probs, a vector or the "
           "rows of a matrix, each at most once unless with replacement; a LongTensor",
    .example = "print(torch.multinomial(torch.Tensor{0, 1, 0}, 1))"};
