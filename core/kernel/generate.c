/* Drawing: tables of what words become, and the blocks in which they are drawn. */
#include "kernel/generate.h"

#include <math.h>
#include <string.h>

#include "base/context.h"
#include "base/threads.h"
#include "kernel/generate_loops.h"

enum {
    BLOCK = 65536, /* words at once; even */
    GRAIN = 4096   /* of them for a thread; even */
};

/* A geometric draw can be beyond any integer; int64 holds what integers are cut from. */
static inline int64_t whole(double x)
{
    return x < 9.2e18 ? (int64_t)x : INT64_C(9200000000000000000);
}

#define NUMBER double
#define EACH "kernel/generate_all.inc"
#include "kernel/each_real.h"
#define EACH "kernel/generate_real.inc"
#include "kernel/each_real.h"
static void uniform_double(int64_t n, const uint32_t *word, double a, double b, void *py)
{
    double *y = py;
    for (int64_t i = 0; i < n; i++)
        y[i] = U(word[i]) * (b - a) + a;
}

static void normal_double(int64_t n, const uint32_t *word, double a, double b, void *py)
{
    static const double two_pi = 6.283185307179586;
    double *y = py;
    for (int64_t i = 0; i < n; i += 2) {
        const double angle = two_pi * U(word[i]), rho = sqrt(-2.0 * log(1.0 - U(word[i + 1])));
        y[i] = rho * cos(angle) * b + a;
        y[i + 1] = rho * sin(angle) * b + a;
    }
}

void wick__normal_pair(const uint32_t *word, double a, double b, float *y)
{
    static const double two_pi = 6.283185307179586;
    const double angle = two_pi * U(word[0]), rho = sqrt(-2.0 * log(1.0 - U(word[1])));
    y[0] = (float)(rho * cos(angle) * b + a);
    y[1] = (float)(rho * sin(angle) * b + a);
}

static void uniform_float(int64_t n, const uint32_t *word, double a, double b, void *y)
{
    wick__draw_loops_best()->uniform(n, word, a, b, y);
}

static void normal_float(int64_t n, const uint32_t *word, double a, double b, void *y)
{
    wick__draw_loops_best()->normal(n, word, a, b, y);
}
#undef NUMBER
#undef U
#undef DRAW
#define NUMBER int64_t
#define EACH "kernel/generate_all.inc"
#include "kernel/each_integer.h"

/* ---- drawing in blocks ---- */

typedef void draw(int64_t n, const uint32_t *word, double a, double b, void *y);

#define ALL(NAME)                                                                                  \
    {                                                                                              \
        NAME##_uint8, NAME##_int8, NAME##_int16, NAME##_int32, NAME##_int64, NULL, NAME##_float,   \
            NAME##_double                                                                          \
    }
#define REALS(NAME)                                                                                \
    {                                                                                              \
        [WICK_FLOAT32] = NAME##_float, [WICK_FLOAT64] = NAME##_double                              \
    }

static draw *const draws[WICK__DRAWS][WICK_DTYPES] = {
    [WICK__RANDOM] = ALL(random),
    [WICK__UNIFORM] = REALS(uniform),
    [WICK__NORMAL] = REALS(normal),
    [WICK__BERNOULLI] = ALL(bernoulli),
    [WICK__EXPONENTIAL] = REALS(exponential),
    [WICK__CAUCHY] = REALS(cauchy),
    [WICK__LOG_NORMAL] = REALS(log_normal),
    [WICK__GEOMETRIC] = ALL(geometric),
};

typedef struct job {
    draw *run;
    double a, b;
    const uint32_t *word;
    char *y;
    int64_t element; /* bytes */
} job;

static void part(void *job_, int64_t begin, int64_t end)
{
    const job *j = job_;
    j->run(end - begin, j->word + begin, j->a, j->b, j->y + begin * j->element);
}

/* n is even where words are drawn in pairs. */
static wick_status draw_blocks(wick_context *context, job j, int64_t n)
{
    size_t bytes = sizeof(uint32_t) * (size_t)(n < BLOCK ? n : BLOCK);
    uint32_t *words;
    wick_status status = wick__alloc(context, bytes, (void **)&words);
    if (status)
        return status;
    j.word = words;
    for (; n > 0; n -= BLOCK, j.y += BLOCK * j.element) {
        int64_t now = n < BLOCK ? n : BLOCK;
        wick__generator_words(&context->generator, now, words);
        wick__parallel(context, now, GRAIN, part, &j);
    }
    wick__free(context, words, bytes);
    return WICK_OK;
}

static void one_normal(wick_context *context, wick__draw kind, const job *j, char *y)
{
    bool log_normal = kind == WICK__LOG_NORMAL;
    if (j->element == 8)
        one_normal_double(&context->generator, log_normal, j->a, j->b, y);
    else
        one_normal_float(&context->generator, log_normal, j->a, j->b, y);
}

/* The first number may wait in the generator; the last pair, or half of it, is drawn by the
 * generator itself, so that its state is the one that single draws would leave. */
static wick_status draw_normals(wick_context *context, wick__draw kind, job j, int64_t n)
{
    char *end = j.y + n * j.element;
    wick_status status = WICK_OK;
    if (n > 0 && context->generator.normal_is_valid) {
        one_normal(context, kind, &j, j.y);
        j.y += j.element;
        n--;
    }
    int64_t early = n > 2 ? (n - 1) / 2 * 2 : 0;
    if (early)
        status = draw_blocks(context, j, early);
    for (char *y = j.y + early * j.element; y < end && !status; y += j.element)
        one_normal(context, kind, &j, y);
    return status;
}

bool wick__draws(wick__draw kind, wick_dtype dtype)
{
    return draws[kind][dtype] != NULL;
}

wick_status wick__draw_into(wick_context *context, wick__draw kind, wick_dtype dtype, double a,
                            double b, int64_t n, void *y)
{
    job j = {.run = draws[kind][dtype],
             .a = a,
             .b = b,
             .y = y,
             .element = (int64_t)wick_dtype_size(dtype)};
    if (n == 0)
        return WICK_OK;
    if (kind == WICK__NORMAL || kind == WICK__LOG_NORMAL)
        return draw_normals(context, kind, j, n);
    return draw_blocks(context, j, n);
}

/* ---- one after the other ---- */

void wick__draw_bernoulli(wick__generator *generator, wick_dtype p_dtype, const void *p,
                          wick_dtype dtype, int64_t n, void *y)
{
    typedef void run(wick__generator *, wick_dtype, const void *, int64_t, void *);
    static run *const runs[WICK_DTYPES] = ALL(probable);
    runs[dtype](generator, p_dtype, p, n, y);
}

void wick__draw_permutation(wick__generator *generator, wick_dtype dtype, int64_t n, void *y)
{
    typedef void run(wick__generator *, int64_t, void *);
    static run *const runs[WICK_DTYPES] = ALL(permutation);
    runs[dtype](generator, n, y);
}

/* room[i] = the chance of category i or one before it. */
static void accumulate(int64_t n, const double *weight, double *room)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        room[i] = sum += weight[i];
    for (int64_t i = 0; i < n; i++)
        room[i] /= sum;
}

/* The first category that reaches `chance`. */
static int64_t find(int64_t n, const double *weight, const double *room, double chance)
{
    int64_t low = 0, high = n - 1;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (room[middle] < chance)
            low = middle + 1;
        else
            high = middle;
    }
    while (weight[low] == 0 && low < n - 1) /* a chance of 0 */
        low++;
    return low;
}

void wick__draw_categories(wick__generator *generator, int64_t n, double *weight, double *room,
                           int64_t samples, bool replacement, int64_t *category)
{
    accumulate(n, weight, room);
    for (int64_t i = 0; i < samples; i++) {
        int64_t drawn = find(n, weight, room, wick__generator_uniform(generator));
        category[i] = drawn + 1;
        if (replacement || i == samples - 1)
            continue;
        weight[drawn] = 0;
        accumulate(n, weight, room);
    }
}

/* ---- without chance ---- */

void wick__progression(wick_dtype dtype, double start, double step, double divisor, int64_t n,
                       void *y)
{
    typedef void run(double, double, double, int64_t, void *);
    static run *const runs[WICK_DTYPES] = ALL(progression);
    runs[dtype](start, step, divisor, n, y);
}

void wick__powers_of_ten(wick_dtype dtype, double start, double step, double divisor, int64_t n,
                         void *y)
{
    if (dtype == WICK_FLOAT64)
        powers_of_ten_double(start, step, divisor, n, y);
    else
        powers_of_ten_float(start, step, divisor, n, y);
}
