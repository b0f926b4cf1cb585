/* The heap of a context. A freed block stays with the heap until it is asked for again, until the
 * cache outgrows its bound, or until a limit is near; the oldest leaves first.
 *
 * Small blocks, of which every tensor takes and gives a few, are kept in the lists of their classes
 * alone and leave after all others.
 *
 * The bound: beside 64 MiB that are always allowed, blocks in use and cached together stay within
 * what was lately in use at once and a quarter more, or as much again up to 256 MiB. So a step of
 * training finds the memory of the step before, whose peak it will reach again, a network that
 * evaluates finds blocks of all the sizes that it uses by turns, and a program that has become
 * smaller gives memory back. */
#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "base/status.h"

enum { SMALLEST = 64, POISON = 0xAB };
static const size_t ALWAYS_CACHED = (size_t)64 << 20;
static const size_t AGAIN = (size_t)256 << 20;
static const uint64_t WINDOW = 8; /* allocated bytes a window, in multiples of what is in use */

/* Idle memory and the rest of a size class are out of bounds for the address sanitizer. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define HIDE(memory, bytes) __asan_poison_memory_region(memory, bytes)
#define SHOW(memory, bytes) __asan_unpoison_memory_region(memory, bytes)
#define READS_IDLE __attribute__((no_sanitize_address, noinline))
#else
#define HIDE(memory, bytes) ((void)0)
#define SHOW(memory, bytes) ((void)0)
#define READS_IDLE
#endif

/* What stands at the beginning of an idle block. */
struct wick__block {
    struct wick__block *before, *after; /* in its class */
    struct wick__block *newer, *older;  /* among all */
    size_t size;
    int class;
};

/* ---- size classes ---------------------------------------------------------------------------- */

/* The class that holds `bytes`, and the size of its blocks: 64, 80, 96, 112, 128, 160, ... */
static bool size_class(size_t bytes, int *class, size_t *size)
{
    size_t units = bytes <= SMALLEST ? 3 : (bytes - 1) / 16;
    int shift = units < 4 ? 0 : 61 - __builtin_clzl(units);
    size_t quarters = units >> shift;
    *class = 4 * shift + (int)quarters - 3;
    if (*class >= WICK__CLASSES)
        return false;
    *size = (quarters + 1) << (shift + 4);
    return true;
}

/* ---- the cache ------------------------------------------------------------------------------- */

READS_IDLE static void keep_block(wick__heap *heap, void *memory, size_t size, int class)
{
    struct wick__block *block = memory;
    block->size = size;
    block->class = class;
    block->before = NULL;
    block->after = heap->idle[class];
    heap->idle[class] = block;
    heap->count.cached += size;
    if (class < WICK__SMALL_CLASSES)
        return;
    if (block->after)
        block->after->before = block;
    block->newer = NULL;
    block->older = heap->newest;
    if (block->older)
        block->older->newer = block;
    else
        heap->oldest = block;
    heap->newest = block;
}

/* The block may be any; of the small ones the first of its class. */
READS_IDLE static void unlink_block(wick__heap *heap, struct wick__block *block)
{
    heap->count.cached -= block->size;
    if (block->class < WICK__SMALL_CLASSES) {
        heap->idle[block->class] = block->after;
        return;
    }
    if (block->before)
        block->before->after = block->after;
    else
        heap->idle[block->class] = block->after;
    if (block->after)
        block->after->before = block->before;
    if (block->newer)
        block->newer->older = block->older;
    else
        heap->newest = block->older;
    if (block->older)
        block->older->newer = block->newer;
    else
        heap->oldest = block->newer;
}

/* Takes out the block that is to leave first; there is one. */
READS_IDLE static void *unlink_oldest(wick__heap *heap, size_t *size)
{
    struct wick__block *block = heap->oldest;
    for (int class = WICK__SMALL_CLASSES - 1; !block; class --)
        block = heap->idle[class];
    unlink_block(heap, block);
    *size = block->size;
    return block;
}

/* Gives the oldest cached blocks back until no more than `keep` bytes are cached. */
static void shrink_cache(wick__heap *heap, size_t keep)
{
    while (heap->count.cached > keep) {
        size_t size;
        void *memory = unlink_oldest(heap, &size);
        SHOW(memory, size);
        heap->host.release(heap->host.host, memory, size);
    }
}

/* How much more than what is in use at most may stay with the heap. */
static size_t spare(size_t high)
{
    size_t again = high < AGAIN ? high : AGAIN;
    return high / 4 > again ? high / 4 : again;
}

/* How many bytes may be cached while `live` are in use. */
static size_t cache_bound(const wick__heap *heap, size_t live)
{
    size_t high = heap->high > heap->window_high ? heap->high : heap->window_high;
    size_t all = high + spare(high);
    size_t bound = all > live + ALWAYS_CACHED ? all - live : ALWAYS_CACHED;
    size_t limit = heap->count.limit;
    if (heap->keep)
        bound = SIZE_MAX;
    if (limit && bound > limit - (live < limit ? live : limit))
        bound = limit - (live < limit ? live : limit);
    return bound;
}

/* ---- taking and giving ----------------------------------------------------------------------- */

static void count_taken(wick__heap *heap, size_t size)
{
    wick_memory *count = &heap->count;
    count->live += size;
    __atomic_store_n(&count->total, count->total + size,
                     __ATOMIC_RELAXED); /* read without the lock */
    if (count->live > count->peak)
        count->peak = count->live;
    if (count->live > heap->window_high)
        heap->window_high = count->live;
    if (count->total >= heap->window_end) {
        heap->high = heap->window_high;
        heap->window_high = count->live;
        heap->window_end = count->total + WINDOW * (heap->high + ALWAYS_CACHED);
    }
}

/* A block that was not in the cache. */
static void *fetch(wick__heap *heap, size_t size)
{
    shrink_cache(heap, cache_bound(heap, heap->count.live + size));
    void *memory = heap->host.allocate(heap->host.host, size);
    if (memory || !heap->count.cached)
        return memory;
    shrink_cache(heap, 0);
    return heap->host.allocate(heap->host.host, size);
}

static void *take(wick__heap *heap, size_t size, int class)
{
    const wick_memory *count = &heap->count;
    if (count->limit && (count->live > count->limit || size > count->limit - count->live))
        return NULL;
    struct wick__block *block = heap->idle[class];
    if (block)
        unlink_block(heap, block);
    else
        block = fetch(heap, size);
    if (block)
        count_taken(heap, size);
    return block;
}

/* Whether fault injection wants this allocation to fail. */
static bool must_fail(wick__heap *heap)
{
    bool fails = heap->fail_after == 1;
    if (heap->fail_after > 1 || (fails && heap->fail_once))
        heap->fail_after--;
    return fails;
}

static wick_status out_of_memory(size_t bytes, size_t live, size_t limit)
{
    if (!limit)
        return wick__fail(WICK_ENOMEM, "out of memory: asked for %zu bytes, %zu in use, no limit",
                          bytes, live);
    return wick__fail(WICK_ENOMEM, "out of memory: asked for %zu bytes, %zu in use, limit %zu",
                      bytes, live, limit);
}

static uint64_t *count_of(wick__heap *heap, wick__object kind)
{
    return kind == WICK__NODE_OBJECT ? &heap->count.nodes : &heap->count.storages;
}

/* `kind` NULL: no object. */
static wick_status allocate(wick_context *context, const wick__object *kind, size_t bytes,
                            void **memory)
{
    wick__heap *heap = &context->heap;
    size_t size = 0;
    int class = 0;
    bool possible = size_class(bytes, &class, &size);
    pthread_mutex_lock(&heap->lock);
    possible = possible && !must_fail(heap);
    *memory = possible ? take(heap, size, class) : NULL;
    if (*memory && kind) {
        ++*count_of(heap, *kind);
        context->refs++;
    }
    size_t live = heap->count.live, limit = heap->count.limit;
    pthread_mutex_unlock(&heap->lock);
    if (!*memory)
        return out_of_memory(bytes, live, limit);
    SHOW(*memory, bytes);
    HIDE((char *)*memory + bytes, size - bytes);
    if (heap->poison)
        memset(*memory, POISON, bytes);
    return WICK_OK;
}

wick_status wick__alloc(wick_context *context, size_t bytes, void **memory)
{
    return allocate(context, NULL, bytes, memory);
}

wick_status wick__alloc_object(wick_context *context, wick__object kind, size_t bytes,
                               void **memory)
{
    return allocate(context, &kind, bytes, memory);
}

wick_status wick__alloc_zeroed(wick_context *context, size_t bytes, void **memory)
{
    wick_status status = wick__alloc(context, bytes, memory);
    if (!status)
        memset(*memory, 0, bytes);
    return status;
}

/* Under the lock. */
static void give(wick__heap *heap, void *memory, size_t bytes)
{
    size_t size = 0;
    int class = 0;
    if (!size_class(bytes, &class, &size))
        return;
    HIDE(memory, size);
    heap->count.live -= size;
    keep_block(heap, memory, size, class);
    shrink_cache(heap, cache_bound(heap, heap->count.live));
}

void wick__free(wick_context *context, void *memory, size_t bytes)
{
    if (!memory)
        return;
    pthread_mutex_lock(&context->heap.lock);
    give(&context->heap, memory, bytes);
    pthread_mutex_unlock(&context->heap.lock);
}

void wick__free_object(wick_context *context, wick__object kind, void *memory, size_t bytes)
{
    pthread_mutex_lock(&context->heap.lock);
    give(&context->heap, memory, bytes);
    --*count_of(&context->heap, kind);
    bool last = --context->refs == 0;
    pthread_mutex_unlock(&context->heap.lock);
    if (last)
        wick__context_close(context);
}

/* ---- opening, closing, and the public face --------------------------------------------------- */

wick_status wick__heap_open(wick__heap *heap, const wick_allocator *host)
{
    const char *poison = getenv("WICK_POISON");
    *heap = (wick__heap){.host = *host, .poison = poison && strcmp(poison, "1") == 0};
    if (pthread_mutex_init(&heap->lock, NULL))
        return wick__fail(WICK_ENOMEM, "out of memory: the system has no mutex left for a context");
    return WICK_OK;
}

void wick__heap_close(wick__heap *heap)
{
    shrink_cache(heap, 0);
    pthread_mutex_destroy(&heap->lock);
}

wick_memory wick_context_memory(wick_context *context)
{
    pthread_mutex_lock(&context->heap.lock);
    wick_memory count = context->heap.count;
    pthread_mutex_unlock(&context->heap.lock);
    return count;
}

void wick_context_reset_peak(wick_context *context)
{
    pthread_mutex_lock(&context->heap.lock);
    context->heap.count.peak = context->heap.count.live;
    pthread_mutex_unlock(&context->heap.lock);
}

void wick_context_set_limit(wick_context *context, size_t bytes)
{
    wick__heap *heap = &context->heap;
    pthread_mutex_lock(&heap->lock);
    heap->count.limit = bytes;
    shrink_cache(heap, cache_bound(heap, heap->count.live));
    pthread_mutex_unlock(&heap->lock);
}

void wick_context_trim(wick_context *context)
{
    pthread_mutex_lock(&context->heap.lock);
    context->heap.keep = false;
    shrink_cache(&context->heap, 0);
    pthread_mutex_unlock(&context->heap.lock);
}

void wick__keep_cache(wick_context *context)
{
    pthread_mutex_lock(&context->heap.lock);
    context->heap.keep = true;
    pthread_mutex_unlock(&context->heap.lock);
}

static void plan_failure(wick__heap *heap, uint64_t n, bool once)
{
    pthread_mutex_lock(&heap->lock);
    heap->fail_after = n;
    heap->fail_once = once;
    pthread_mutex_unlock(&heap->lock);
}

void wick_context_fail_after(wick_context *context, uint64_t n)
{
    plan_failure(&context->heap, n, false);
}

void wick_context_fail_at(wick_context *context, uint64_t n)
{
    plan_failure(&context->heap, n, true);
}
