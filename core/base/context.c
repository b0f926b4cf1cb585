/* Making, counting and setting up contexts. What concerns memory is in alloc.c, what concerns
 * random numbers in random.c. */
#include "base/context.h"

#include <time.h>

#include "base/status.h"

static void open_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(lock, &kind);
    pthread_mutexattr_destroy(&kind);
}

wick_status wick_context_new(const wick_allocator *allocator, wick_context **context)
{
    const wick_allocator *host = allocator ? allocator : &wick__system_allocator;
    *context = NULL;
    if (!host->allocate || !host->release)
        return wick__fail(WICK_EVALUE, "context: an allocator needs both allocate and release");
    wick_context *made = host->allocate(host->host, sizeof *made);
    if (!made)
        return wick__fail(WICK_ENOMEM, "out of memory: asked for %zu bytes for a context",
                          sizeof *made);
    *made = (wick_context){.refs = 1, .recording = true, .threads = wick_cores()};
    open_lock(&made->forms);
    wick_status status = wick__heap_open(&made->heap, host);
    if (status) {
        pthread_mutex_destroy(&made->forms);
        host->release(host->host, made, sizeof *made);
        return status;
    }
    wick_seed_from_system(made);
    *context = made;
    return WICK_OK;
}

void wick_context_retain(wick_context *context)
{
    pthread_mutex_lock(&context->heap.lock);
    context->refs++;
    pthread_mutex_unlock(&context->heap.lock);
}

void wick_context_release(wick_context *context)
{
    if (!context)
        return;
    pthread_mutex_lock(&context->heap.lock);
    bool last = --context->refs == 0;
    pthread_mutex_unlock(&context->heap.lock);
    if (last)
        wick__context_close(context);
}

void wick__context_close(wick_context *context)
{
    wick_allocator host = context->heap.host;
    wick__heap_close(&context->heap);
    pthread_mutex_destroy(&context->forms);
    host.release(host.host, context, sizeof *context);
}

void wick__lock_forms(wick_context *context)
{
    pthread_mutex_lock(&context->forms);
}

void wick__unlock_forms(wick_context *context)
{
    pthread_mutex_unlock(&context->forms);
}

double wick__seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void wick_context_interrupt(wick_context *context)
{
    atomic_store(&context->interrupted, true);
}

bool wick_context_clear_interrupt(wick_context *context)
{
    return atomic_exchange(&context->interrupted, false);
}

wick_status wick__check_interrupt(wick_context *context)
{
    if (!atomic_load_explicit(&context->interrupted, memory_order_relaxed) ||
        !atomic_exchange(&context->interrupted, false))
        return WICK_OK;
    return wick__fail(WICK_EINTERRUPT, "interrupted");
}

bool wick_context_set_recording(wick_context *context, bool on)
{
    bool before = context->recording;
    context->recording = on;
    return before;
}

bool wick_context_recording(const wick_context *context)
{
    return context->recording;
}

void wick_context_set_check_finite(wick_context *context, bool on)
{
    context->check_finite = on;
}

void wick_context_set_threads(wick_context *context, int threads)
{
    int most = wick_cores();
    context->threads = threads < 1 ? 1 : threads > most ? most : threads;
}

int wick_context_threads(const wick_context *context)
{
    return context->threads;
}

void wick_context_set_equal_counts(wick_context *context, bool on)
{
    context->equal_counts = on;
}

uint64_t wick_context_allocated(const wick_context *context)
{
    return __atomic_load_n(&context->heap.count.total, __ATOMIC_RELAXED);
}

void wick_context_set_trace(wick_context *context, wick_trace *trace, void *host)
{
    context->trace = trace;
    context->trace_host = host;
}
