/* The one allocator: every byte of the core comes from a context's heap. 64-byte aligned, counted,
 * limited, failing cleanly; freed blocks are kept by size class, because page faults cost more than
 * arithmetic in a training step. */
#ifndef WICK_BASE_ALLOC_H
#define WICK_BASE_ALLOC_H

#include <pthread.h>

#include "wick.h"

/* Size classes: four a power of two, from 64 bytes up; the small ones reach to a kilobyte. */
enum { WICK__CLASSES = 160, WICK__SMALL_CLASSES = 17 };

typedef struct wick__heap {
    pthread_mutex_t lock;
    wick_allocator host;
    wick_memory count;
    uint64_t fail_after;                     /* 0: never; 1: the next allocation */
    bool fail_once;                          /* that one alone; else all later ones too */
    bool keep;                               /* freed blocks stay, however many there are */
    bool poison;                             /* fill what is handed out with 0xAB */
    struct wick__block *idle[WICK__CLASSES]; /* freed blocks, a list a class, newest first */
    struct wick__block *newest, *oldest;     /* all but small ones in the order of their freeing */
    size_t high, window_high; /* the most bytes in use in the last window, and in this one */
    uint64_t window_end;      /* the count.total at which this window ends */
} wick__heap;

/* The C library's memory and the system's pages. */
extern const wick_allocator wick__system_allocator;

/* A heap without blocks, on the host's memory. */
wick_status wick__heap_open(wick__heap *heap, const wick_allocator *host);
/* Gives the cached blocks back; blocks still in use are left alone. */
void wick__heap_close(wick__heap *heap);

/* `bytes` may be 0; the memory is not cleared. On failure *memory is NULL and the message says how
 * many bytes were asked for and what is in use. */
wick_status wick__alloc(wick_context *context, size_t bytes, void **memory);
wick_status wick__alloc_zeroed(wick_context *context, size_t bytes, void **memory);
/* `bytes` as given to wick__alloc; NULL is fine. */
void wick__free(wick_context *context, void *memory, size_t bytes);
/* From now on every freed block is kept for reuse, until wick_context_trim. */
void wick__keep_cache(wick_context *context);

/* Objects are blocks that keep the context alive, and are counted in its memory. */
typedef enum wick__object { WICK__STORAGE_OBJECT, WICK__NODE_OBJECT } wick__object;
wick_status wick__alloc_object(wick_context *context, wick__object kind, size_t bytes,
                               void **memory);
/* With the last object a context that nobody else holds goes. */
void wick__free_object(wick_context *context, wick__object kind, void *memory, size_t bytes);

#endif
