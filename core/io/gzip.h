/* Unpacking gzip from memory, a part at a time, so that the caller decides how much memory there is
 * to be. Checksums are verified; a file of several members reads as one. */
#ifndef WICK_IO_GZIP_H
#define WICK_IO_GZIP_H

#include "wick.h"

typedef struct wick__gzip wick__gzip;

/* Whether the bytes start like a gzip file. */
bool wick__is_gzip(const void *data, size_t bytes);
/* `name` (for messages) and `data` must outlive it. Fails with WICK_ENOMEM. */
wick_status wick__gzip_new(wick_context *context, const char *name, const void *data, size_t bytes,
                           wick__gzip **gzip);
/* Unpacks the next `want` bytes; *got is less only at the end of the content, whose checksum and
 * length then were right. Damaged or cut files are WICK_EFORMAT. */
wick_status wick__gzip_read(wick__gzip *gzip, void *to, size_t want, size_t *got);
/* NULL is fine. */
void wick__gzip_release(wick__gzip *gzip);

#endif
