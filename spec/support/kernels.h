/* What the kernels' tests share: arrays of either floating type filled at random, comparison with
 * values computed in double, contexts of one and two threads, and running every test once for each
 * instruction set. */
#ifndef WICK_SPEC_KERNELS_H
#define WICK_SPEC_KERNELS_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/tap.h"

typedef struct named_test {
    const char *name;
    void (*function)(void);
} named_test;

static wick_context *test_contexts[3];

static inline wick_context *context_with(int threads)
{
    wick_context **context = &test_contexts[threads];
    if (!*context && wick_context_new(NULL, context))
        abort();
    wick_context_set_threads(*context, threads);
    return *context;
}

/* For the i-th instruction set, under its name: tests count on from i times their number. */
static inline int run_tests(const named_test *tests, int n, int i, const char *isa)
{
    tap_tests = i * n;
    for (int t = 0; t < n; t++) {
        char name[128];
        snprintf(name, sizeof name, "%s (%s)", tests[t].name, isa);
        test(name, tests[t].function);
    }
    for (int threads = 0; threads < 3; threads++)
        wick_context_release(test_contexts[threads]);
    return tap_failures > 0;
}

/* The choice of instruction set holds for a process, so each has its own. On arm64 the baseline has
 * NEON, and there is no other. */
static inline int run_under_every_isa(const named_test *tests, int n)
{
#if defined(__aarch64__)
    static const char *const names[] = {"neon"};
#else
    static const char *const names[] = {"plain", "avx2", "avx512"};
#endif
    enum { NAMES = sizeof names / sizeof *names };
    int failed = 0;
    printf("1..%d\n", NAMES * n);
    fflush(stdout);
    for (int i = 0; i < NAMES; i++) {
        int status = 1;
        pid_t child = fork();
        if (child == 0) {
            setenv("WICK_ISA", names[i], 1);
            exit(run_tests(tests, n, i, names[i]));
        }
        failed |= child < 0 || waitpid(child, &status, 0) < 0 || status != 0;
    }
    return failed;
}

static inline double next_random(void)
{
    static uint64_t state = 88172645463325252u;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(int64_t)state / 9223372036854775808.0;
}

/* `n` elements of a type, with a guard behind them that must_hold looks at. */
typedef struct array {
    wick_dtype dtype;
    int64_t n;
    void *data;
} array;

enum { GUARD_BYTES = 64 };

static inline array new_array(wick_dtype dtype, int64_t n)
{
    array a = {dtype, n, malloc((size_t)n * wick_dtype_size(dtype) + GUARD_BYTES)};
    if (!a.data)
        abort();
    memset(a.data, 0xFF, (size_t)n * wick_dtype_size(dtype) + GUARD_BYTES); /* NaN */
    return a;
}

static inline void set(array a, int64_t i, double value)
{
    if (a.dtype == WICK_FLOAT64)
        ((double *)a.data)[i] = value;
    else
        ((float *)a.data)[i] = (float)value;
}

static inline double get(array a, int64_t i)
{
    return a.dtype == WICK_FLOAT64 ? ((double *)a.data)[i] : (double)((float *)a.data)[i];
}

static inline array random_array(wick_dtype dtype, int64_t n)
{
    array a = new_array(dtype, n);
    for (int64_t i = 0; i < n; i++)
        set(a, i, next_random());
    return a;
}

static inline array filled_array(wick_dtype dtype, int64_t n, const double *values)
{
    array a = new_array(dtype, n);
    for (int64_t i = 0; i < n; i++)
        set(a, i, values[i]);
    return a;
}

static inline void delete_arrays(int n, array *arrays)
{
    for (int i = 0; i < n; i++)
        free(arrays[i].data);
}

/* Whether nothing was written behind the array, and every element is within `float_bound` (in
 * double a 2^-29th of it) of its value, relative to the largest. */
static inline bool holds(array a, const double *values, double float_bound)
{
    double largest = 1e-2, bound = a.dtype == WICK_FLOAT64 ? float_bound / (1 << 29) : float_bound;
    const unsigned char *guard = (unsigned char *)a.data + (size_t)a.n * wick_dtype_size(a.dtype);
    for (int i = 0; i < GUARD_BYTES; i++)
        if (guard[i] != 0xFF)
            return false;
    for (int64_t i = 0; i < a.n; i++)
        largest = fmax(largest, isfinite(values[i]) ? fabs(values[i]) : 0);
    for (int64_t i = 0; i < a.n; i++) {
        double got = get(a, i), want = values[i];
        bool same = isnan(want)   ? isnan(got)
                    : isinf(want) ? got == want
                                  : fabs(got - want) <= bound * largest;
        if (!same) {
            printf("# element %lld of %lld is %.9g, expected %.9g\n", (long long)i, (long long)a.n,
                   got, want);
            return false;
        }
    }
    return true;
}

static inline bool same_bits(array a, array b)
{
    return a.n == b.n && memcmp(a.data, b.data, (size_t)a.n * wick_dtype_size(a.dtype)) == 0;
}

#endif
