/* Files: reading whole ones, parts and mappings (wick_writer writes durably). Every message names
 * the file and gives the system's reason. */
#ifndef WICK_IO_FILE_H
#define WICK_IO_FILE_H

#include "wick.h"

/* ---- reading ---- */

/* An open regular file. Folders, pipes and devices are refused, so that nothing blocks or never
 * ends. */
typedef struct wick__file {
    const char *path; /* lent: must outlive the file */
    int descriptor;
    size_t size;
} wick__file;

/* Fails with WICK_EIO; `file` then needs no closing. */
wick_status wick__file_open(const char *path, wick__file *file);
void wick__file_close(wick__file *file);
/* Reads exactly `bytes` bytes from `offset`; a file that has become shorter is WICK_EIO. */
wick_status wick__file_read_at(const wick__file *file, size_t offset, void *to, size_t bytes);
/* Refuses a file whose size is no longer that of wick__file_open. */
wick_status wick__file_check_size(const wick__file *file);

/* Reads a whole file and lends its bytes until *file, to be released, goes; *file is NULL on
 * failure. */
wick_status wick__file_bytes(wick_context *context, const char *path, wick_tensor **file,
                             const void **data, size_t *bytes);

/* A read-only view of a whole file, counted. Reading it after somebody has cut the file short kills
 * the process with SIGBUS: no check can prevent that, so mappings are only for callers that know
 * nobody writes to the file in place (what Wick saves, it replaces). */
typedef struct wick__mapping wick__mapping;

/* Maps the file, which may be closed then. Fails with WICK_EIO or WICK_ENOMEM. */
wick_status wick__mapping_new(wick_context *context, const wick__file *file,
                              wick__mapping **mapping);
void wick__mapping_retain(wick__mapping *mapping);
/* Any thread may call it; `mapping` is a wick__mapping, as storages call back with an owner. */
void wick__mapping_release(void *mapping);
const uint8_t *wick__mapping_data(const wick__mapping *mapping);

/* "Permission denied" and the like; lives in the statement. */
const char *wick__system_text(int error, char *text, size_t bytes);
#define wick__errno_text() wick__system_text(errno, (char[96]){0}, 96)

#endif
