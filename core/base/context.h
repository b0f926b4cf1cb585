/* What a wick_context holds. */
#ifndef WICK_BASE_CONTEXT_H
#define WICK_BASE_CONTEXT_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/alloc.h"
#include "base/random.h"
#include "wick.h"

struct wick_context {
    size_t refs; /* under the heap's lock */
    wick__heap heap;
    wick__generator generator;
    bool recording;
    bool taped; /* the operation under way is being recorded */
    bool check_finite;
    atomic_bool interrupted;
    int threads;        /* the most an operation uses */
    uint64_t next_cell; /* numbers of version cells, never reused */
    uint64_t next_node; /* order of recording */
    bool equal_counts;  /* Torch7 reads N x 1 - N element by element */
    wick_trace *trace;  /* NULL: nobody listens */
    void *trace_host;
    pthread_mutex_t forms; /* recursive: of all blocked and pending storages */
    const char *writing;   /* the operation under way, for messages; NULL: none */
};

/* Ends a context that nobody holds any more. */
void wick__context_close(wick_context *context);

/* The lock of the context's blocked and pending storages; a thread may take it again. */
void wick__lock_forms(wick_context *context);
void wick__unlock_forms(wick_context *context);

/* Of a clock that only goes forward, for traces. */
double wick__seconds(void);

/* Fails with WICK_EINTERRUPT once after wick_context_interrupt. */
wick_status wick__check_interrupt(wick_context *context);

#endif
