/* The loader's threads and its queue of loads. All workers take their jobs from the first load that
 * has any left; the consumer waits for the load at the head. */
#include "data/loader.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/context.h"
#include "base/status.h"

typedef struct worker {
    wick__loader *loader;
    pthread_t thread;
    wick_context *context; /* while it runs; under the loader's lock */
} worker;

struct wick__loader {
    wick_context *context; /* the consumer's, retained */
    wick__pipeline *pipeline;
    wick__loader_host host;
    wick__maker consumer; /* without its host; nothing changes it */
    int workers, room;    /* threads that run, and those there is memory for */
    worker *worker;

    pthread_mutex_t lock; /* of all below, and of the loads' counts */
    pthread_cond_t work;  /* there are jobs, or it is time to stop */
    pthread_cond_t ready; /* the load at the head has run, or a worker failed */
    bool stopping;
    wick__load *first, *last; /* queue of loads */
    wick__load *next;         /* the first with jobs that nobody has begun */
    wick_status failure;      /* of a worker that could not begin */
    char message[1024];
};

/* ---- jobs ---- */

/* Takes the next job; -1: there is none. The lock is held. */
static int64_t begin_job(wick__loader *loader, wick__load **load)
{
    while (loader->next && loader->next->begun == loader->next->count)
        loader->next = loader->next->next;
    *load = loader->next;
    return *load ? (*load)->begun++ : -1;
}

static void end_job(wick__loader *loader, wick__load *load)
{
    if (++load->done == load->count)
        pthread_cond_signal(&loader->ready);
}

/* Waits for a job; -1: it is time to stop. The lock is held. */
static int64_t await_job(wick__loader *loader, wick__load **load)
{
    for (;;) {
        if (loader->stopping)
            return -1;
        int64_t job = begin_job(loader, load);
        if (job >= 0)
            return job;
        pthread_cond_wait(&loader->work, &loader->lock);
    }
}

static void work(wick__loader *loader, const wick__maker *maker)
{
    wick__load *load;
    int64_t job;
    pthread_mutex_lock(&loader->lock);
    while ((job = await_job(loader, &load)) >= 0) {
        pthread_mutex_unlock(&loader->lock);
        wick__load_run(load, job, maker);
        pthread_mutex_lock(&loader->lock);
        end_job(loader, load);
    }
    pthread_mutex_unlock(&loader->lock);
}

/* ---- workers ---- */

static wick_status open_maker(const wick__loader *loader, wick__maker *maker)
{
    *maker = loader->consumer;
    maker->context = NULL;
    if (!loader->host.open)
        return wick_context_new(NULL, &maker->context);
    return loader->host.open(loader->host.data, &maker->context, &maker->host);
}

static void close_maker(const wick__loader *loader, wick__maker *maker)
{
    if (!loader->host.open)
        wick_context_release(maker->context);
    else
        loader->host.close(maker->host);
}

/* Makes the worker's context known to those who interrupt it; NULL: no more. */
static void show_context(worker *self, wick_context *context)
{
    pthread_mutex_lock(&self->loader->lock);
    self->context = context;
    pthread_mutex_unlock(&self->loader->lock);
}

static void tell_failure(wick__loader *loader, wick_status status)
{
    pthread_mutex_lock(&loader->lock);
    if (!loader->failure) {
        loader->failure = status;
        strncpy(loader->message, wick_message(), sizeof loader->message - 1);
    }
    pthread_cond_signal(&loader->ready);
    pthread_mutex_unlock(&loader->lock);
}

static void *run(void *argument)
{
    worker *self = argument;
    wick__maker maker;
    wick_status status = open_maker(self->loader, &maker);
    if (status) {
        tell_failure(self->loader, status);
        return NULL;
    }
    wick_context_set_threads(maker.context, 1); /* the samples are what is done in parallel */
    wick_context_set_recording(maker.context, false);
    show_context(self, maker.context);
    work(self->loader, &maker);
    show_context(self, NULL);
    close_maker(self->loader, &maker);
    return NULL;
}

/* Signals are the host's: its handlers never run on our threads. */
static wick_status start_workers(wick__loader *loader)
{
    sigset_t all, before;
    int error = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (loader->workers < loader->room && !error) {
        worker *w = &loader->worker[loader->workers];
        *w = (worker){.loader = loader};
        error = pthread_create(&w->thread, NULL, run, w);
        loader->workers += !error;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!error)
        return WICK_OK;
    return wick__fail(WICK_EVALUE, "loader: the system gives %d of %d threads: %s", loader->workers,
                      loader->room, strerror(error));
}

static void stop_workers(wick__loader *loader)
{
    pthread_mutex_lock(&loader->lock);
    loader->stopping = true;
    for (int i = 0; i < loader->workers; i++)
        if (loader->worker[i].context)
            wick_context_interrupt(loader->worker[i].context);
    pthread_cond_broadcast(&loader->work);
    pthread_mutex_unlock(&loader->lock);
    for (int i = 0; i < loader->workers; i++)
        pthread_join(loader->worker[i].thread, NULL);
}

/* ---- making and freeing ---- */

static void open_locks(wick__loader *loader)
{
    pthread_condattr_t kind;
    pthread_mutex_init(&loader->lock, NULL);
    pthread_condattr_init(&kind);
    pthread_condattr_setclock(&kind, CLOCK_MONOTONIC);
    pthread_cond_init(&loader->work, &kind);
    pthread_cond_init(&loader->ready, &kind);
    pthread_condattr_destroy(&kind);
}

wick_status wick__loader_new(wick_context *context, const wick__loader_options *options,
                             wick__loader **loader)
{
    wick__loader *l;
    *loader = NULL;
    wick_status status = wick__alloc(context, sizeof *l, (void **)&l);
    if (status)
        return status;
    *l = (wick__loader){.context = context, .pipeline = options->pipeline};
    if (options->pipeline && wick__pipeline_calls_back(options->pipeline))
        l->host = options->host;
    l->consumer = (wick__maker){
        .context = context, .pipeline = options->pipeline, .decoding = options->decoding};
    open_locks(l);
    wick_context_retain(context);
    if (l->pipeline)
        wick__pipeline_retain(l->pipeline);
    size_t bytes = sizeof *l->worker * (size_t)options->workers;
    if (options->workers > 0)
        status = wick__alloc(context, bytes, (void **)&l->worker);
    if (!status) {
        l->room = options->workers;
        status = start_workers(l);
    }
    if (status)
        wick__loader_free(l);
    else
        *loader = l;
    return status;
}

void wick__loader_free(wick__loader *loader)
{
    if (!loader)
        return;
    wick_context *context = loader->context;
    stop_workers(loader);
    while (loader->first) {
        wick__load *load = loader->first;
        loader->first = load->next;
        wick__load_free(load);
    }
    wick__pipeline_release(loader->pipeline);
    pthread_cond_destroy(&loader->ready);
    pthread_cond_destroy(&loader->work);
    pthread_mutex_destroy(&loader->lock);
    wick__free(context, loader->worker, sizeof *loader->worker * (size_t)loader->room);
    wick__free(context, loader, sizeof *loader);
    wick_context_release(context);
}

/* ---- the consumer ---- */

wick__maker wick__loader_consumer(const wick__loader *loader, void *host)
{
    wick__maker consumer = loader->consumer;
    consumer.host = host;
    return consumer;
}

void wick__loader_submit(wick__loader *loader, wick__load *load)
{
    pthread_mutex_lock(&loader->lock);
    load->next = NULL;
    if (loader->last)
        loader->last->next = load;
    else
        loader->first = load;
    loader->last = load;
    if (!loader->next)
        loader->next = load;
    pthread_cond_broadcast(&loader->work);
    pthread_mutex_unlock(&loader->lock);
}

/* Without workers the consumer runs the load at the head. */
static wick_status run_here(wick__loader *loader, void *host)
{
    wick__maker consumer = wick__loader_consumer(loader, host);
    wick__load *load = loader->first;
    while (load && load->begun < load->count) {
        wick_status status = wick__check_interrupt(loader->context);
        if (status)
            return status;
        wick__load_run(load, load->begun++, &consumer);
        load->done++;
    }
    return WICK_OK;
}

static struct timespec deadline(double seconds)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    int64_t nanoseconds = at.tv_nsec + (int64_t)(seconds * 1e9);
    at.tv_sec += (time_t)(nanoseconds / 1000000000);
    at.tv_nsec = (long)(nanoseconds % 1000000000);
    return at;
}

static bool is_ready(const wick__loader *loader)
{
    return loader->failure || (loader->first && loader->first->done == loader->first->count);
}

/* Waits for the workers in turns, between which an interrupt is seen. The lock is held. */
static wick_status await_load(wick__loader *loader, double seconds)
{
    static const double turn = 0.02;
    while (!is_ready(loader) && seconds > 0 && loader->first) {
        struct timespec until = deadline(seconds < turn ? seconds : turn);
        if (pthread_cond_timedwait(&loader->ready, &loader->lock, &until) == ETIMEDOUT)
            seconds -= turn;
        wick_status status = wick__check_interrupt(loader->context);
        if (status)
            return status;
    }
    return loader->failure ? wick__fail(loader->failure, "%s", loader->message) : WICK_OK;
}

/* The load at the head, when it has run; the lock is held. */
static wick__load *take_first(wick__loader *loader)
{
    wick__load *load = loader->first;
    if (!load || !is_ready(loader))
        return NULL;
    if (loader->next == load)
        loader->next = load->next;
    loader->first = load->next;
    if (!loader->first)
        loader->last = NULL;
    return load;
}

wick_status wick__loader_take(wick__loader *loader, double seconds, void *host, wick__load **load)
{
    *load = NULL;
    wick_status status = loader->workers > 0 ? WICK_OK : run_here(loader, host);
    if (!status)
        status = wick__check_interrupt(loader->context);
    if (status)
        return status;
    pthread_mutex_lock(&loader->lock);
    status = await_load(loader, seconds);
    if (!status)
        *load = take_first(loader);
    pthread_mutex_unlock(&loader->lock);
    return status;
}
