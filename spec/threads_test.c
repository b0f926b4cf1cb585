/* The thread pool and contexts on several threads. Meant to be run under the thread sanitizer too.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/context.h"
#include "base/threads.h"
#include "support/tap.h"

enum { ITEMS = 100003, CALLERS = 4 };

typedef struct sums {
    int64_t grain;
    atomic_int visits[ITEMS];
    float sum[ITEMS]; /* one a part */
} sums;

static wick_context *open_context(int threads)
{
    wick_context *context = NULL;
    if (wick_context_new(NULL, &context))
        abort();
    wick_context_set_threads(context, threads);
    return context;
}

/* Rounds differently in every order, so that parts must be the same parts. */
static void add_up(void *job, int64_t begin, int64_t end)
{
    sums *s = job;
    float total = 0;
    for (int64_t i = begin; i < end; i++) {
        atomic_fetch_add_explicit(&s->visits[i], 1, memory_order_relaxed);
        total += 1.0f / (float)(i + 1);
    }
    s->sum[begin / s->grain] = total;
}

static sums *new_sums(int64_t grain)
{
    sums *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->grain = grain;
    return s;
}

static bool each_once(sums *s)
{
    for (int i = 0; i < ITEMS; i++)
        if (atomic_load(&s->visits[i]) != 1)
            return false;
    return true;
}

static void test_results_do_not_depend_on_threads(void)
{
    static const int64_t grains[] = {1, 7, 1000, 50001, 100002, 100003, 1000000, INT64_MAX};
    for (int g = 0; g < 8; g++) {
        sums *expected = NULL;
        for (int threads = 1; threads <= wick_cores(); threads++) {
            wick_context *context = open_context(threads);
            sums *s = new_sums(grains[g]);
            wick__parallel(context, ITEMS, grains[g], add_up, s);
            expect(each_once(s));
            if (expected)
                expect(memcmp(expected->sum, s->sum, sizeof s->sum) == 0);
            free(expected);
            expected = s;
            wick_context_release(context);
        }
        free(expected);
    }
}

static void count_call(void *job, int64_t begin, int64_t end)
{
    (void)begin, (void)end;
    atomic_fetch_add((atomic_int *)job, 1);
}

static void test_edges(void)
{
    wick_context *context = open_context(wick_cores());
    atomic_int calls = 0;
    wick__parallel(context, 0, 10, count_call, &calls);
    wick__parallel(context, -3, 10, count_call, &calls);
    expect(calls == 0);
    wick__parallel(context, 5, 0, count_call, &calls);
    expect(calls == 5);
    wick__parallel(context, INT64_MAX, INT64_MAX / 2, count_call, &calls);
    expect(calls == 8);
    wick_context_release(context);
}

typedef struct outer {
    wick_context *context;
    atomic_int inner_items;
} outer;

static void count_items(void *job, int64_t begin, int64_t end)
{
    atomic_fetch_add(&((outer *)job)->inner_items, (int)(end - begin));
}

static void nest(void *job, int64_t begin, int64_t end)
{
    for (int64_t i = begin; i < end; i++)
        wick__parallel(((outer *)job)->context, 100, 9, count_items, job);
}

static void test_nested(void)
{
    outer job = {.context = open_context(wick_cores())};
    wick__parallel(job.context, 64, 1, nest, &job);
    expect(job.inner_items == 6400);
    wick_context_release(job.context);
}

/* Thousands of short jobs in a row find every gap in the hand-off. */
static void test_many_short_jobs(void)
{
    wick_context *context = open_context(wick_cores());
    for (int i = 0; i < 20000; i++) {
        atomic_int calls = 0;
        wick__parallel(context, 4, 1, count_call, &calls);
        if (calls != 4)
            expect(!"a part ran never or twice");
    }
    wick_context_release(context);
}

static void *call_often(void *result)
{
    wick_context *context = open_context(wick_cores());
    bool good = true;
    for (int i = 0; i < 20; i++) {
        sums *s = new_sums(777);
        wick__parallel(context, ITEMS, 777, add_up, s);
        good = good && each_once(s);
        free(s);
    }
    wick_context_release(context);
    *(bool *)result = good;
    return NULL;
}

/* Runs `body` on CALLERS threads at once; each gets a result to set. */
static bool on_threads(void *(*body)(void *))
{
    pthread_t thread[CALLERS];
    bool good[CALLERS] = {false}, all = true;
    for (int i = 0; i < CALLERS; i++)
        if (pthread_create(&thread[i], NULL, body, &good[i]))
            abort();
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(thread[i], NULL);
        all = all && good[i];
    }
    return all;
}

static void test_several_callers(void)
{
    expect(on_threads(call_often));
}

/* Allocates, draws and fails; every thread has its own context, numbers and message. */
static void *live(void *result)
{
    wick_context *context = open_context(1);
    bool good = true;
    wick_seed(context, 123);
    for (size_t i = 0; i < 20000; i++) {
        size_t bytes = i * 37 % 5000 + 1;
        void *memory = NULL;
        good = good && wick__alloc(context, bytes, &memory) == WICK_OK;
        memset(memory, 1, bytes);
        wick__free(context, memory, bytes);
        wick_random(context);
    }
    wick_context_set_limit(context, 100);
    void *memory;
    char text[100];
    snprintf(text, sizeof text, "asked for %d bytes", 101 + (int)((uintptr_t)result % 1000));
    good = good && wick__alloc(context, 101 + (uintptr_t)result % 1000, &memory) == WICK_ENOMEM;
    good = good && strstr(wick_message(), text) && wick_context_memory(context).live == 0;
    wick_seed(context, 123);
    good = good && wick_random(context) == 2991312382u;
    wick_context_release(context);
    *(bool *)result = good;
    return NULL;
}

static void test_contexts_on_several_threads(void)
{
    expect(on_threads(live));
}

static wick_context *shared;
static void *taken[CALLERS][500];
static atomic_int next_row;

/* Frees what another thread took and gives up a reference, as finalisers on other threads do. */
static void *give_back(void *result)
{
    int row = atomic_fetch_add(&next_row, 1);
    for (size_t i = 0; i < 500; i++)
        wick__free(shared, taken[row][i], 64 + i);
    wick_context_release(shared);
    *(bool *)result = true;
    return NULL;
}

static void test_releasing_from_any_thread(void)
{
    shared = open_context(1);
    for (int row = 0; row < CALLERS; row++) {
        wick_context_retain(shared);
        for (size_t i = 0; i < 500; i++)
            expect(wick__alloc(shared, 64 + i, &taken[row][i]) == WICK_OK);
    }
    expect(on_threads(give_back));
    expect(wick_context_memory(shared).live == 0);
    wick_context_release(shared);
}

/* Not under the thread sanitizer, which does not let a forked child start threads. */
#ifndef __SANITIZE_THREAD__
static void test_fork(void)
{
    wick_context *context = open_context(wick_cores());
    int status = 1;
    test_many_short_jobs();
    usleep(2000); /* the workers sleep now */
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        tap_failed_here = 0;
        test_many_short_jobs();
        _exit(tap_failed_here > 0);
    }
    expect(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    wick_context_release(context);
}
#endif

static pthread_t main_thread;
static atomic_int worker_parts, open_workers;

/* Counts the parts that ran on a worker, and those where a signal could have been delivered. */
static void look_at_mask(void *job, int64_t begin, int64_t end)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGUSR1, SIGALRM, SIGCHLD};
    sigset_t mask;
    (void)job, (void)begin, (void)end;
    usleep(100);
    if (pthread_equal(pthread_self(), main_thread) || pthread_sigmask(SIG_SETMASK, NULL, &mask))
        return;
    atomic_fetch_add(&worker_parts, 1);
    for (int i = 0; i < 5; i++)
        atomic_fetch_add(&open_workers, !sigismember(&mask, signals[i]));
}

static void test_signals_stay_with_the_host(void)
{
    sigset_t before, after;
    wick_context *context = open_context(wick_cores());
    main_thread = pthread_self();
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    for (int i = 0; i < 100 && atomic_load(&worker_parts) == 0; i++)
        wick__parallel(context, 100, 1, look_at_mask, NULL);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    expect(atomic_load(&worker_parts) > 0 || wick_cores() == 1);
    expect(atomic_load(&open_workers) == 0);
    expect(sigismember(&after, SIGINT) == sigismember(&before, SIGINT));
    wick_context_release(context);
}

enum { DESKS = 256 };

typedef struct desks {
    atomic_bool taken[DESKS];
    atomic_int clashes, parts;
} desks;

static void sit_at(void *job, int worker, int64_t begin, int64_t end)
{
    (void)begin, (void)end;
    desks *d = job;
    if (atomic_exchange(&d->taken[worker], true))
        atomic_fetch_add(&d->clashes, 1);
    for (volatile int i = 0; i < 500; i++)
        continue;
    atomic_fetch_add(&d->parts, 1);
    atomic_store(&d->taken[worker], false);
}

static void test_workers_differ(void)
{
    wick_context *context = open_context(wick_cores());
    desks d = {.clashes = 0};
    expect(wick__workers(context) == wick_cores());
    for (int i = 0; i < 200; i++)
        wick__parallel_workers(context, 100, 1, sit_at, &d);
    expect(d.clashes == 0);
    expect(d.parts == 20000);
    for (int i = wick__workers(context); i < DESKS; i++)
        expect(!d.taken[i]);
    wick_context_release(context);
}

int main(void)
{
    test("results do not depend on the number of threads", test_results_do_not_depend_on_threads);
    test("no items, tiny and huge grains", test_edges);
    test("a part may be parallel itself", test_nested);
    test("thousands of short jobs in a row", test_many_short_jobs);
    test("workers that run at the same time have different numbers", test_workers_differ);
    test("several callers at once", test_several_callers);
    test("contexts on several threads", test_contexts_on_several_threads);
    test("freeing and releasing from any thread", test_releasing_from_any_thread);
#ifndef __SANITIZE_THREAD__
    test("a forked child starts workers of its own", test_fork);
#endif
    test("workers take no signals", test_signals_stay_with_the_host);
    return finish();
}
