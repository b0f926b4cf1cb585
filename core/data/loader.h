/* The loader: threads that make the samples of batches ahead of the consumer, whose thread alone
 * calls these functions. Batches come in the order in which they were submitted, and what is in
 * them depends on their jobs alone, not on the number of threads or on which of them was faster. */
#ifndef WICK_DATA_LOADER_H
#define WICK_DATA_LOADER_H

#include "data/load.h"

typedef struct wick__loader wick__loader;

/* What the host makes for each worker when the pipeline has stages that call back there. Both
 * functions are called in the worker's thread. */
typedef struct wick__loader_host {
    /* `*context`, which is given, is the one that the worker's samples live in; `*state` is what
     * they find in `host`. What is given belongs to the host until `close`. Without
     * such stages workers have contexts of their own. */
    wick_status (*open)(void *data, wick_context **context, void **state);
    void (*close)(void *state);
    void *data;
} wick__loader_host;

typedef struct wick__loader_options {
    int workers;              /* threads; 0: the consumer makes the samples as it takes them */
    wick__pipeline *pipeline; /* retained; NULL: none */
    wick__decoding decoding;
    wick__loader_host host;
} wick__loader_options;

/* The consumer's context is used by its thread alone; workers only ask it for memory. Fails with
 * WICK_ENOMEM, and with WICK_EVALUE when the system gives no threads. */
wick_status wick__loader_new(wick_context *context, const wick__loader_options *options,
                             wick__loader **loader);
/* Stops the workers, waits for their end and frees all that was not taken. NULL is fine. */
void wick__loader_free(wick__loader *loader);

/* Hands a load over, for the workers to begin with. */
void wick__loader_submit(wick__loader *loader, wick__load *load);
/* Takes the load that was submitted first when its jobs have run. Waits for it up to `seconds`,
 * then *load is NULL; without workers it is made now, by samples that find `host`. Fails with
 * WICK_EINTERRUPT at once when the consumer's context is interrupted, and with what a host said
 * whose state could not be opened. */
wick_status wick__loader_take(wick__loader *loader, double seconds, void *host, wick__load **load);
/* What finishes loads: the consumer as a maker, whose samples find `host`. */
wick__maker wick__loader_consumer(const wick__loader *loader, void *host);

#endif
