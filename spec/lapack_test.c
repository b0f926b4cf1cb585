/* LAPACK from several threads at once, each with a context of its own: what they get is what one
 * of them gets alone. And failures of allocations half way. */
#include <pthread.h>

#include "support/context.h"

enum { N = 60, THREADS = 4, ROUNDS = 8 };

static const char *const words[] = {"inverse", "symeig", "svd", "qr", "eig", "gesv", "gels"};
enum { WORDS = sizeof words / sizeof *words };

/* Numbers that look like none in particular, the same at every call. */
static wick_tensor *matrix(wick_context *owner)
{
    static const int64_t size[2] = {N, N};
    double data[N * N];
    uint64_t state = 12345;
    for (int i = 0; i < N * N; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
        data[i] = (double)(state >> 40) / (1 << 24) - 0.5 + (i % (N + 1) == 0 ? N : 0);
    }
    wick_tensor *x = NULL;
    must(wick_tensor_from(owner, WICK_FLOAT64, 2, size, data, &x));
    return x;
}

/* Carries an operation out and adds up elements of its first result, each with another weight. */
static wick_status run(wick_tensor *x, const char *word, double *sum)
{
    wick_tensor *in[] = {x, x}, *out[WICK_MAX_OUTPUTS] = {NULL};
    bool two = strcmp(word, "gesv") == 0 || strcmp(word, "gels") == 0;
    wick_call call = {.inputs = two ? 2 : 1, .in = in};
    wick_status status = wick_apply(wick_op_find(word), &call, out);
    *sum = 0;
    for (int i = 0; !status && i < wick_tensor_size(out[0], 0); i++) {
        int64_t index[2] = {i, i % wick_tensor_size(out[0], wick_tensor_ndim(out[0]) - 1)};
        double value;
        wick_tensor_get(out[0], index, &value);
        *sum += value * (i + 1);
    }
    for (int i = 0; i < WICK_MAX_OUTPUTS; i++)
        wick_tensor_release(out[i]);
    return status;
}

typedef struct worker {
    pthread_t thread;
    double expected[WORDS];
    int wrong;
} worker;

static void *work(void *data)
{
    worker *w = data;
    wick_context *own = NULL;
    must(wick_context_new(NULL, &own));
    wick_tensor *x = matrix(own);
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < WORDS; i++) {
            double sum;
            if (run(x, words[i], &sum) != WICK_OK || sum != w->expected[i])
                w->wrong++;
        }
    wick_tensor_release(x);
    wick_context_release(own);
    return NULL;
}

static void several_threads(void)
{
    worker workers[THREADS] = {{0}};
    wick_tensor *x = matrix(context);
    for (int i = 0; i < WORDS; i++) {
        double sum;
        expect_for(run(x, words[i], &sum) == WICK_OK, "%s", words[i]);
        for (int t = 0; t < THREADS; t++)
            workers[t].expected[i] = sum;
    }
    wick_tensor_release(x);
    for (int t = 0; t < THREADS; t++)
        expect(pthread_create(&workers[t].thread, NULL, work, &workers[t]) == 0);
    for (int t = 0; t < THREADS; t++) {
        pthread_join(workers[t].thread, NULL);
        expect_for(workers[t].wrong == 0, "thread %d: %d results differ", t, workers[t].wrong);
    }
}

/* Every allocation of every operation fails once; nothing is left behind. */
static void failing_allocations(void)
{
    wick_tensor *x = matrix(context);
    for (int i = 0; i < WORDS; i++) {
        double sum;
        wick_status status = WICK_ENOMEM;
        for (uint64_t n = 1; status == WICK_ENOMEM && n < 200; n++) {
            wick_context_fail_after(context, n);
            status = run(x, words[i], &sum);
            wick_context_fail_after(context, 0);
        }
        expect_for(status == WICK_OK, "%s", words[i]);
    }
    wick_tensor_release(x);
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("several threads", several_threads);
    test("failing allocations", failing_allocations);
    test("nothing is left", nothing_is_left);
    wick_context_release(context);
    return finish();
}
