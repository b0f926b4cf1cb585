/* libpng's errors and memory. It reports an error by a call that must not come back: the jump out
 * of it lands in wick__png_guarded, the only frame of the core that jumps are made to. */
#include "image/png.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/status.h"

enum { HEAD = 64 };

bool wick__png_guarded(wick__png *p, void (*work)(wick__png *p))
{
    if (setjmp(p->jump) != 0)
        return false;
    work(p);
    return true;
}

_Noreturn void wick__png_stop(wick__png *p, wick_status status)
{
    p->status = status;
    longjmp(p->jump, 1);
}

wick_status wick__png_failure(const wick__png *p, const char *name)
{
    if (p->status != WICK_OK)
        return wick__fail_in(p->status, "%s: ", name);
    return wick__fail(WICK_EFORMAT, "%s: is damaged, or no PNG image: %s", name, p->reason);
}

_Noreturn void wick__png_error(png_structp png, png_const_charp message)
{
    wick__png *p = png_get_error_ptr(png);
    snprintf(p->reason, sizeof p->reason, "%s", message);
    longjmp(p->jump, 1);
}

/* Images with oddities that do no harm are read in silence. */
void wick__png_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

/* libpng does not say how much it frees, so each block starts with its size. Without memory libpng
 * calls wick__png_error, which leaves the allocator's message to be shown. */
png_voidp wick__png_allocate(png_structp png, png_alloc_size_t bytes)
{
    wick__png *p = png_get_mem_ptr(png);
    void *memory;
    if (bytes > SIZE_MAX - HEAD)
        return NULL;
    wick_status status = wick__alloc(p->context, bytes + HEAD, &memory);
    if (status != WICK_OK) {
        p->status = status;
        return NULL;
    }
    *(size_t *)memory = bytes + HEAD;
    return (char *)memory + HEAD;
}

void wick__png_free(png_structp png, png_voidp memory)
{
    wick__png *p = png_get_mem_ptr(png);
    if (memory == NULL)
        return;
    size_t *block = (size_t *)(void *)((char *)memory - HEAD);
    wick__free(p->context, block, *block);
}
