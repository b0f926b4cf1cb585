/* Setting OpenBLAS up, once a process, and the lock that some builds of it need. */
#include "kernel/blas.h"

#include <cblas.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool needs_lock;

/* A serial build without locks gives wrong results when two threads call it. */
static void open_library(void)
{
    openblas_set_num_threads(1);
    needs_lock = openblas_get_parallel() == OPENBLAS_SEQUENTIAL &&
                 !strstr(openblas_get_config(), "USE_LOCKING");
}

void wick__blas_begin(void)
{
    pthread_once(&once, open_library);
    if (needs_lock)
        pthread_mutex_lock(&lock);
}

void wick__blas_end(void)
{
    if (needs_lock)
        pthread_mutex_unlock(&lock);
}
