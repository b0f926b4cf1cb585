/* What reading and writing PNG share: libpng on the context's memory, with its jumps kept inside
 * one function. The public functions are in wick.h; they work on memory, files are io's. */
#ifndef WICK_IMAGE_PNG_H
#define WICK_IMAGE_PNG_H

#include <png.h>
#include <setjmp.h>

#include "wick.h"

/* One image being read or written. libpng's callbacks find it through their user pointer. */
typedef struct wick__png {
    wick_context *context;
    png_structp png;
    png_infop info;
    wick_status status; /* what a callback failed with, its message stands; otherwise WICK_OK */
    char reason[96];    /* libpng's own words */
    jmp_buf jump;
} wick__png;

/* Runs `work`; false when libpng gave up, or a callback did through wick__png_stop. What `work` and
 * its callees own must hang on what `p` is part of, as their frames are jumped over. */
bool wick__png_guarded(wick__png *p, void (*work)(wick__png *p));
/* Ends the guarded work: with `status`, whose message is set. */
_Noreturn void wick__png_stop(wick__png *p, wick_status status);
/* Why guarded work failed, as a status with a message that begins with `name`. */
wick_status wick__png_failure(const wick__png *p, const char *name);

/* libpng's callbacks: png_create_read_struct_2 and png_create_write_struct_2 take them. */
_Noreturn void wick__png_error(png_structp png, png_const_charp message);
void wick__png_warning(png_structp png, png_const_charp message);
png_voidp wick__png_allocate(png_structp png, png_alloc_size_t bytes);
void wick__png_free(png_structp png, png_voidp memory);

#endif
