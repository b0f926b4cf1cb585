/* The memory that a context takes from the system when its host brings none of its own. */
#include <stdlib.h>
#include <sys/mman.h>

#include "base/alloc.h"

enum { ALIGNMENT = 64 };
static const size_t HUGE_PAGE = (size_t)2 << 20;

/* The address sanitizer wants every block from its own allocator. */
#ifdef __SANITIZE_ADDRESS__
enum { MAPS_LARGE_BLOCKS = 0 };
#else
enum { MAPS_LARGE_BLOCKS = 1 };
#endif

/* Whole pages on a boundary of huge ones, which the kernel is asked to use. */
static void *map_pages(size_t bytes)
{
    char *all =
        mmap(NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED)
        return NULL;
    size_t before = (HUGE_PAGE - (uintptr_t)all % HUGE_PAGE) % HUGE_PAGE;
    char *memory = all + before;
    if (before)
        munmap(all, before);
    munmap(memory + bytes, HUGE_PAGE - before);
    madvise(memory, bytes, MADV_HUGEPAGE);
    return memory;
}

static bool is_mapped(size_t bytes)
{
    return MAPS_LARGE_BLOCKS && bytes >= HUGE_PAGE;
}

static void *system_allocate(void *host, size_t bytes)
{
    void *memory = NULL;
    (void)host;
    if (is_mapped(bytes))
        return map_pages(bytes);
    return posix_memalign(&memory, ALIGNMENT, bytes) ? NULL : memory;
}

static void system_release(void *host, void *memory, size_t bytes)
{
    (void)host;
    if (is_mapped(bytes))
        munmap(memory, bytes);
    else
        free(memory);
}

const wick_allocator wick__system_allocator = {system_allocate, system_release, NULL};
