/* The heap of a context: sizes, counts, limits, the cache and its bound, refusals. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/context.h"
#include "support/tap.h"

static const size_t MIB = (size_t)1 << 20;

/* A host that counts what it gave, checks what comes back, and can be told to refuse. */
typedef struct host {
    size_t given, blocks, refuse_above;
    int refusals;
} host;

/* The size stands in a header of 64 bytes. */
static void *host_allocate(void *data, size_t bytes)
{
    host *h = data;
    if (h->refuse_above && h->given + bytes > h->refuse_above) {
        h->refusals++;
        return NULL;
    }
    char *memory = aligned_alloc(64, (bytes + 127) / 64 * 64);
    if (!memory)
        return NULL;
    *(size_t *)(void *)memory = bytes;
    h->given += bytes;
    h->blocks++;
    return memory + 64;
}

static void host_release(void *data, void *memory, size_t bytes)
{
    host *h = data;
    char *block = (char *)memory - 64;
    expect(*(size_t *)(void *)block == bytes);
    h->given -= bytes;
    h->blocks--;
    free(block);
}

static wick_context *open_on(host *h)
{
    wick_context *context = NULL;
    wick_allocator allocator = {host_allocate, host_release, h};
    expect(wick_context_new(&allocator, &context) == WICK_OK);
    return context;
}

static wick_context *open_plain(void)
{
    wick_context *context = NULL;
    expect(wick_context_new(NULL, &context) == WICK_OK);
    return context;
}

static void test_sizes(void)
{
    wick_context *context = open_plain();
    for (size_t bytes = 0; bytes < 40 * MIB; bytes = bytes * 9 / 8 + 1) {
        void *memory = NULL;
        expect(wick__alloc(context, bytes, &memory) == WICK_OK);
        expect(memory && (uintptr_t)memory % 64 == 0);
        size_t live = wick_context_memory(context).live;
        expect(live >= bytes && (live <= 64 || live <= bytes + bytes / 4 + 1));
        if (bytes)
            memset(memory, 1, bytes);
        wick__free(context, memory, bytes);
        expect(wick_context_memory(context).live == 0);
    }
    wick__free(context, NULL, 17);
    wick_context_release(context);
}

static void test_boundaries_of_classes(void)
{
    static const size_t sizes[] = {64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
    wick_context *context = open_plain();
    for (int i = 0; i < 10; i++) {
        void *exact, *above;
        expect(wick__alloc(context, sizes[i], &exact) == WICK_OK);
        expect(wick_context_memory(context).live == sizes[i]);
        expect(wick__alloc(context, sizes[i] + 1, &above) == WICK_OK);
        expect(wick_context_memory(context).live > 2 * sizes[i]);
        wick__free(context, above, sizes[i] + 1);
        wick__free(context, exact, sizes[i]);
    }
    wick_context_release(context);
}

static void test_counts(void)
{
    wick_context *context = open_plain();
    void *a, *b;
    expect(wick__alloc(context, 1024, &a) == WICK_OK);
    expect(wick__alloc(context, 4096, &b) == WICK_OK);
    wick__free(context, a, 1024);
    wick_memory m = wick_context_memory(context);
    expect(m.live == 4096 && m.peak == 5120 && m.cached == 1024 && m.total == 5120);
    wick_context_reset_peak(context);
    expect(wick_context_memory(context).peak == 4096);
    wick__free(context, b, 4096);
    wick_context_trim(context);
    m = wick_context_memory(context);
    expect(m.live == 0 && m.cached == 0 && m.peak == 4096 && m.total == 5120);
    wick_context_release(context);
}

static void test_reuse(void)
{
    host h = {0};
    wick_context *context = open_on(&h);
    void *first, *again;
    expect(wick__alloc(context, 1000, &first) == WICK_OK);
    wick__free(context, first, 1000);
    expect(wick__alloc(context, 900, &again) == WICK_OK);
    expect(again == first);
    expect(h.blocks == 2); /* the context and this */
    wick__free(context, again, 900);
    wick_context_trim(context);
    expect(h.blocks == 1);
    wick_context_release(context);
    expect(h.blocks == 0 && h.given == 0);
}

static void test_limit(void)
{
    wick_context *context = open_plain();
    void *kept, *other;
    wick_context_set_limit(context, 10240);
    expect(wick__alloc(context, 4096, &kept) == WICK_OK);
    expect(wick__alloc(context, 8192, &other) == WICK_ENOMEM);
    expect(other == NULL);
    expect(strcmp(wick_message(),
                  "out of memory: asked for 8192 bytes, 4096 in use, limit 10240") == 0);
    expect(wick__alloc(context, 6144, &other) == WICK_OK);
    expect(wick_context_memory(context).live == 10240);
    wick__free(context, other, 6144);
    wick__free(context, kept, 4096);
    wick_context_release(context);
}

static void test_limit_takes_the_cache_first(void)
{
    host h = {0};
    wick_context *context = open_on(&h);
    size_t own = h.given;
    void *block;
    wick_context_set_limit(context, 10240);
    expect(wick__alloc(context, 8192, &block) == WICK_OK);
    wick__free(context, block, 8192);
    expect(wick__alloc(context, 5120, &block) == WICK_OK);
    expect(h.given - own == 5120);
    wick__free(context, block, 5120);
    wick_context_set_limit(context, 4096);
    expect(h.given - own <= 4096);
    wick_context_release(context);
    expect(h.blocks == 0);
}

static void test_fault_injection(void)
{
    wick_context *context = open_plain();
    void *block[3];
    wick_context_fail_after(context, 3);
    expect(wick__alloc(context, 100, &block[0]) == WICK_OK);
    expect(wick__alloc(context, 100, &block[1]) == WICK_OK);
    for (int i = 0; i < 3; i++)
        expect(wick__alloc_zeroed(context, 100, &block[2]) == WICK_ENOMEM && block[2] == NULL);
    expect(strstr(wick_message(), "asked for 100 bytes, 224 in use, no limit") != NULL);
    wick_context_fail_after(context, 0);
    expect(wick__alloc(context, 100, &block[2]) == WICK_OK);
    for (int i = 0; i < 3; i++)
        wick__free(context, block[i], 100);
    expect(wick_context_memory(context).live == 0);
    wick_context_release(context);
}

static void test_impossible_sizes(void)
{
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 63, SIZE_MAX / 2, (size_t)1 << 62,
                                   (size_t)1 << 47};
    wick_context *context = open_plain();
    for (int i = 0; i < 5; i++) {
        void *memory = context;
        expect(wick__alloc(context, sizes[i], &memory) == WICK_ENOMEM);
        expect(memory == NULL);
    }
    expect(wick_context_memory(context).live == 0);
    wick_context_release(context);
}

static void test_host_that_refuses(void)
{
    host h = {0};
    wick_context *context = open_on(&h);
    void *block;
    h.refuse_above = h.given + 10000;
    expect(wick__alloc(context, 8192, &block) == WICK_OK);
    wick__free(context, block, 8192);
    expect(wick__alloc(context, 4096, &block) == WICK_OK); /* after the cache went back */
    expect(h.refusals == 1);
    wick__free(context, block, 4096);
    expect(wick__alloc(context, 16384, &block) == WICK_ENOMEM);
    wick_context_release(context);
    expect(h.blocks == 0);
    h = (host){.refuse_above = 1};
    wick_allocator allocator = {host_allocate, host_release, &h};
    expect(wick_context_new(&allocator, &context) == WICK_ENOMEM && context == NULL);
    allocator.release = NULL;
    expect(wick_context_new(&allocator, &context) == WICK_EVALUE && context == NULL);
}

/* Takes `n` blocks, then frees them all; none is touched, so this costs address space only. */
static void take_and_free(wick_context *context, int n, size_t bytes)
{
    static void *block[1024];
    for (int i = 0; i < n; i++)
        expect(wick__alloc(context, bytes, &block[i]) == WICK_OK);
    for (int i = 0; i < n; i++)
        wick__free(context, block[i], bytes);
}

static void test_cache_bound(void)
{
    host h = {0};
    wick_context *context = open_on(&h);
    take_and_free(context, 1000, 2 * MIB);
    expect(wick_context_memory(context).cached == 2000 * MIB); /* the next step wants them again */
    size_t blocks = h.blocks;
    take_and_free(context, 1000, 2 * MIB);
    expect(h.blocks == blocks);
    take_and_free(context, 500, 4 * MIB); /* other sizes: the cache must not grow to both */
    expect(wick_context_memory(context).cached <= 2500 * MIB);
    for (int i = 0; i < 60000; i++) /* smaller from now on */
        take_and_free(context, 1, MIB);
    expect(wick_context_memory(context).cached <= 64 * MIB);
    expect(h.given <= 65 * MIB);
    wick_context_release(context);
    expect(h.blocks == 0);
}

/* Of little memory as much again may be cached. */
static void test_small_cache_bound(void)
{
    wick_context *context = open_plain();
    take_and_free(context, 100, MIB);
    take_and_free(context, 50, 2 * MIB);
    expect(wick_context_memory(context).cached == 200 * MIB);
    take_and_free(context, 25, 4 * MIB);
    expect(wick_context_memory(context).cached <= 200 * MIB);
    wick_context_release(context);
}

static void test_oldest_leaves_first(void)
{
    wick_context *context = open_plain();
    void *old, *young, *block;
    wick_context_set_limit(context, 3 * MIB);
    expect(wick__alloc(context, MIB, &old) == WICK_OK);
    expect(wick__alloc(context, MIB + MIB / 4, &young) == WICK_OK);
    wick__free(context, old, MIB);
    wick__free(context, young, MIB + MIB / 4);
    expect(wick__alloc(context, MIB + MIB / 2, &block) == WICK_OK);
    expect(wick_context_memory(context).cached == MIB + MIB / 4);
    wick__free(context, block, MIB + MIB / 2);
    wick_context_release(context);
}

static void test_poison(void)
{
    unsigned char *bytes;
    void *memory;
    setenv("WICK_POISON", "1", 1);
    wick_context *context = open_plain();
    unsetenv("WICK_POISON");
    expect(wick__alloc(context, 1000, &memory) == WICK_OK);
    bytes = memory;
    bool poisoned = true;
    for (int i = 0; i < 1000; i++)
        poisoned = poisoned && bytes[i] == 0xAB;
    expect(poisoned);
    wick__free(context, memory, 1000);
    expect(wick__alloc_zeroed(context, 1000, &memory) == WICK_OK);
    bytes = memory;
    unsigned any = 0;
    for (int i = 0; i < 1000; i++)
        any |= bytes[i];
    expect(any == 0);
    wick__free(context, memory, 1000);
    wick_context_release(context);
}

int main(void)
{
    test("memory of any size is aligned, counted and at most a quarter too large", test_sizes);
    test("size classes end where they should", test_boundaries_of_classes);
    test("live, peak, cached and total bytes", test_counts);
    test("a freed block is used again", test_reuse);
    test("a limit is kept, with a message", test_limit);
    test("cached blocks go back before the limit refuses", test_limit_takes_the_cache_first);
    test("the n-th allocation fails when asked to", test_fault_injection);
    test("impossible sizes fail cleanly", test_impossible_sizes);
    test("a host may refuse", test_host_that_refuses);
    test("the cache is bounded", test_cache_bound);
    test("the cache of little memory is bounded", test_small_cache_bound);
    test("the oldest block leaves the cache first", test_oldest_leaves_first);
    test("memory is poisoned when asked for", test_poison);
    return finish();
}
