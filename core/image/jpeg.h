/* What reading and writing JPEG share: libjpeg on the context's memory, with its jumps kept inside
 * one function. The public functions are in wick.h; they work on memory, files are io's. */
#ifndef WICK_IMAGE_JPEG_H
#define WICK_IMAGE_JPEG_H

#include <setjmp.h>
#include <stdio.h>
/* wants stdio.h first */
#include <jpeglib.h>

#include "wick.h"

struct wick__jpeg_block;

/* One image being read or written. libjpeg's callbacks find it through client_data. */
typedef struct wick__jpeg {
    wick_context *context;
    struct jpeg_error_mgr errors;
    wick_status status;           /* what a callback failed with, its message stands; or WICK_OK */
    char reason[JMSG_LENGTH_MAX]; /* libjpeg's own words */
    bool damaged;                 /* damage is passed over as far as libjpeg can */
    size_t used, limit;           /* bytes libjpeg has, and may have */
    struct jpeg_memory_mgr library; /* libjpeg's own functions */
    struct wick__jpeg_block *blocks[JPOOL_NUMPOOLS];
    struct jvirt_sarray_control *samples; /* whole images that libjpeg works on */
    struct jvirt_barray_control *coefficients;
    jmp_buf jump;
} wick__jpeg;

/* Runs `work`; false when libjpeg gave up, or a callback did through wick__jpeg_stop. What `work`
 * and its callees own must hang on what `j` is part of, as their frames are jumped over. */
bool wick__jpeg_guarded(wick__jpeg *j, void (*work)(wick__jpeg *j));
/* Ends the guarded work: with `status`, whose message is set. */
_Noreturn void wick__jpeg_stop(wick__jpeg *j, wick_status status);
/* Why guarded work failed, as a status with a message that begins with `name`; `position` is how
 * many bytes of the file were used, negative when it is being written. */
wick_status wick__jpeg_failure(const wick__jpeg *j, const char *name, long long position);

/* Makes `common` report errors to `j`: before libjpeg creates what `common` belongs to. */
void wick__jpeg_attach(wick__jpeg *j, j_common_ptr common);
/* Gives libjpeg the context's memory: after it was created. */
void wick__jpeg_use_memory(j_common_ptr common);

#endif
