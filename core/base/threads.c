/* The pool: one thread fewer than there are cores, started by the first caller that wants them.
 *
 * A caller that finds the pool free writes down its job and opens a seat for each worker it may
 * use. Workers take seats, then parts, from counters; so does the caller, who closes the seats when
 * the parts have run out and waits for the workers that sat down. A worker that comes too late
 * finds no seat and has seen nothing of the job. Who finds the pool taken (another caller, or a
 * part that wants to be parallel itself) runs all its parts alone: the same parts, in order.
 *
 * Each seat has a share of the parts, the same when the same work comes again, so that a core finds
 * in its cache what it left there; who is done with his own helps with those of the others. */
#include "base/threads.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/context.h"

enum {
    MOST_WORKERS = 255,
    WORKER_SPINS =
        16000, /* looks at the seats before a worker goes to sleep: some 200 microseconds */
    CALLER_SPINS = 20000 /* looks at the workers before the caller lets others have its core */
};

/* What is left of a seat's share of the parts. */
typedef struct share {
    _Alignas(64) atomic_int_fast64_t next;
    int64_t end;
} share;

static struct {
    atomic_bool taken;
    bool started;
    int workers;

    pthread_mutex_t lock; /* for sleeping only */
    pthread_cond_t seats_opened;
    atomic_int sleeping;
    int caller_core; /* of the caller that opened seats last; under the lock */

    wick__worker_part *part; /* the job: written while no seat is open */
    void *job;
    int64_t n, grain;
    int shares; /* the caller's, 0, and one a seat */
    share share[MOST_WORKERS + 1];
    atomic_int seats; /* open; the number of the highest is the worker that takes it */
    atomic_int left;  /* workers that sat down and have got up again */
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .seats_opened = PTHREAD_COND_INITIALIZER};

static inline void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* ---- parts ----------------------------------------------------------------------------------- */

static void run_part(wick__worker_part *part, void *job, int worker, int64_t n, int64_t grain,
                     int64_t index)
{
    int64_t begin = index * grain;
    part(job, worker, begin, n - begin < grain ? n : begin + grain);
}

static void run_alone(wick__worker_part *part, void *job, int64_t n, int64_t grain, int64_t parts)
{
    for (int64_t i = 0; i < parts; i++)
        run_part(part, job, 0, n, grain, i);
}

static bool next_part(share *s, int64_t *index)
{
    if (atomic_load_explicit(&s->next, memory_order_relaxed) >= s->end)
        return false;
    *index = atomic_fetch_add(&s->next, 1);
    return *index < s->end;
}

static void run_shared(int worker)
{
    int64_t index;
    for (int i = 0; i < pool.shares; i++)
        while (next_part(&pool.share[(worker + i) % pool.shares], &index))
            run_part(pool.part, pool.job, worker, pool.n, pool.grain, index);
}

/* ---- workers --------------------------------------------------------------------------------- */

/* The number of the seat taken, or 0: the caller's, which is never open. */
static int sit_down(void)
{
    int open = atomic_load(&pool.seats);
    while (open > 0)
        if (atomic_compare_exchange_weak(&pool.seats, &open, open - 1))
            return open;
    return 0;
}

/* The number of the core that runs this thread; -1: unknown. */
static int core_here(void)
{
#if defined(__linux__)
    return sched_getcpu();
#else
    return -1;
#endif
}

/* The kernel likes to wake a thread on the core of the one that woke it, where it would wait until
 * the work is done, although another core idles. */
static void leave_core(int core)
{
#if defined(__linux__)
    cpu_set_t all, others;
    if (core < 0 || core != core_here() || sched_getaffinity(0, sizeof all, &all))
        return;
    others = all;
    CPU_CLR(core, &others);
    if (CPU_COUNT(&others) > 0 && sched_setaffinity(0, sizeof others, &others) == 0)
        sched_setaffinity(0, sizeof all, &all);
#else
    (void)core;
#endif
}

/* Returns when a seat was open a moment ago. */
static void await_seat(void)
{
    for (int i = 0; i < WORKER_SPINS; i++, relax())
        if (atomic_load_explicit(&pool.seats, memory_order_relaxed) > 0)
            return;
    pthread_mutex_lock(&pool.lock);
    atomic_fetch_add(&pool.sleeping, 1);
    while (atomic_load(&pool.seats) <= 0)
        pthread_cond_wait(&pool.seats_opened, &pool.lock);
    atomic_fetch_sub(&pool.sleeping, 1);
    int core = pool.caller_core;
    pthread_mutex_unlock(&pool.lock);
    leave_core(core);
}

static void *work(void *nothing)
{
    for (;;) {
        await_seat();
        int seat = sit_down();
        if (seat > 0) {
            run_shared(seat);
            atomic_fetch_add(&pool.left, 1);
        }
    }
    return nothing;
}

/* In the child of a fork there are no workers: it starts its own when it wants them. */
static void forget_workers(void)
{
    pthread_mutex_init(&pool.lock, NULL);
    pthread_cond_init(&pool.seats_opened, NULL);
    atomic_store(&pool.sleeping, 0);
    atomic_store(&pool.seats, 0);
    atomic_store(&pool.taken, false);
    pool.workers = 0;
    pool.started = false;
}

static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, forget_workers);
}

/* Signals are the host's: its handlers never run on our threads. */
static void start_workers(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    sigset_t all, before;
    pthread_t thread;
    int wanted = wick_cores() - 1 < MOST_WORKERS ? wick_cores() - 1 : MOST_WORKERS;
    pthread_once(&once, watch_forks);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (pool.workers < wanted && pthread_create(&thread, NULL, work, NULL) == 0) {
        pthread_detach(thread);
        pool.workers++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pool.started = true;
}

/* ---- the caller ------------------------------------------------------------------------------ */

static void deal_out(int64_t parts, int shares)
{
    int64_t at = 0, each = parts / shares, more = parts % shares;
    pool.shares = shares;
    for (int i = 0; i < shares; i++) {
        atomic_store_explicit(&pool.share[i].next, at, memory_order_relaxed);
        at += each + (i < more);
        pool.share[i].end = at;
    }
}

static void open_seats(int seats)
{
    atomic_store(&pool.left, 0);
    atomic_store(&pool.seats, seats);
    if (atomic_load(&pool.sleeping) == 0)
        return;
    pthread_mutex_lock(&pool.lock);
    pool.caller_core = core_here();
    pthread_cond_broadcast(&pool.seats_opened);
    pthread_mutex_unlock(&pool.lock);
}

static void close_seats(int opened)
{
    int seated = opened - atomic_exchange(&pool.seats, 0);
    for (int i = 0; atomic_load(&pool.left) < seated; i++)
        if (i < CALLER_SPINS)
            relax();
        else
            sched_yield();
}

/* The pool is ours here. */
static void run_with_workers(wick__worker_part *part, void *job, int64_t n, int64_t grain,
                             int64_t parts, int threads)
{
    if (!pool.started)
        start_workers();
    int seats = threads - 1 < pool.workers ? threads - 1 : pool.workers;
    pool.part = part;
    pool.job = job;
    pool.n = n;
    pool.grain = grain;
    deal_out(parts, seats + 1);
    open_seats(seats);
    run_shared(0);
    close_seats(seats);
}

void wick__parallel_workers(wick_context *context, int64_t n, int64_t grain,
                            wick__worker_part *part, void *job)
{
    if (n <= 0)
        return;
    if (grain < 1)
        grain = 1;
    int64_t parts = n / grain + (n % grain != 0);
    int threads = parts < context->threads ? (int)parts : context->threads;
    if (threads <= 1 || atomic_exchange(&pool.taken, true)) {
        run_alone(part, job, n, grain, parts);
        return;
    }
    run_with_workers(part, job, n, grain, parts, threads);
    atomic_store(&pool.taken, false);
}

/* A part that does not ask which thread runs it. */
typedef struct plain_part {
    wick__part *part;
    void *job;
} plain_part;

static void run_plain(void *plain, int worker, int64_t begin, int64_t end)
{
    (void)worker;
    plain_part *p = plain;
    p->part(p->job, begin, end);
}

void wick__parallel(wick_context *context, int64_t n, int64_t grain, wick__part *part, void *job)
{
    wick__parallel_workers(context, n, grain, run_plain, &(plain_part){part, job});
}

int wick__workers(const wick_context *context)
{
    return context->threads;
}
