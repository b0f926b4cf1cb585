/* Reading files: open, parts, whole, mapped. */
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/bytes.h"
#include "tensor/tensor.h"

enum { MOST_AT_ONCE = 1 << 30 };

const char *wick__system_text(int error, char *text, size_t bytes)
{
    return strerror_r(error, text, bytes);
}

/* ---- open files ---- */

static wick_status check_kind(const char *path, const struct stat *about)
{
    if (S_ISDIR(about->st_mode))
        return wick__fail(WICK_EIO, "%s: is a folder, expected a file", path);
    if (!S_ISREG(about->st_mode))
        return wick__fail(WICK_EIO, "%s: is a pipe or a device, expected a regular file", path);
    return WICK_OK;
}

wick_status wick__file_open(const char *path, wick__file *file)
{
    struct stat about;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return wick__fail(WICK_EIO, "%s: cannot open: %s", path, wick__errno_text());
    wick_status status = WICK_OK;
    if (fstat(descriptor, &about) != 0)
        status = wick__fail(WICK_EIO, "%s: cannot open: %s", path, wick__errno_text());
    else
        status = check_kind(path, &about);
    if (status != WICK_OK) {
        close(descriptor);
        return status;
    }
    *file = (wick__file){path, descriptor, (size_t)about.st_size};
    return WICK_OK;
}

void wick__file_close(wick__file *file)
{
    if (file->descriptor >= 0)
        close(file->descriptor);
    file->descriptor = -1;
}

static wick_status fail_shorter(const wick__file *file, size_t now)
{
    return wick__fail(WICK_EIO, "%s: had %s bytes when it was opened and has %s now", file->path,
                      wick__number(file->size), wick__number(now));
}

wick_status wick__file_read_at(const wick__file *file, size_t offset, void *to, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        size_t want = bytes - done < MOST_AT_ONCE ? bytes - done : MOST_AT_ONCE;
        ssize_t got = pread(file->descriptor, (char *)to + done, want, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return wick__fail(WICK_EIO, "%s: cannot read: %s", file->path, wick__errno_text());
        if (got == 0)
            return fail_shorter(file, offset + done);
        done += (size_t)got;
    }
    return WICK_OK;
}

wick_status wick__file_check_size(const wick__file *file)
{
    struct stat about;
    if (fstat(file->descriptor, &about) != 0)
        return wick__fail(WICK_EIO, "%s: cannot read: %s", file->path, wick__errno_text());
    if ((size_t)about.st_size != file->size)
        return fail_shorter(file, (size_t)about.st_size);
    return WICK_OK;
}

/* ---- whole files ---- */

static wick_status read_open(wick_context *context, const wick__file *file, wick_tensor **bytes)
{
    wick_tensor *whole = NULL;
    void *data;
    int64_t size = (int64_t)file->size;
    wick_status status = wick_tensor_new(context, WICK_UINT8, 1, &size, &whole);
    if (status == WICK_OK && size > 0)
        status = wick__writable(whole, &data);
    if (status == WICK_OK && size > 0)
        status = wick__file_read_at(file, 0, data, file->size);
    if (status != WICK_OK) {
        wick_tensor_release(whole);
        return status;
    }
    *bytes = whole;
    return WICK_OK;
}

wick_status wick_file_read(wick_context *context, const char *path, wick_tensor **bytes)
{
    wick__file file;
    *bytes = NULL;
    wick_status status = wick__file_open(path, &file);
    if (status != WICK_OK)
        return status;
    status = read_open(context, &file, bytes);
    wick__file_close(&file);
    return status;
}

wick_status wick__file_bytes(wick_context *context, const char *path, wick_tensor **file,
                             const void **data, size_t *bytes)
{
    void *start = NULL;
    wick_status status = wick_file_read(context, path, file);
    if (status != WICK_OK)
        return status;
    *bytes = (size_t)wick__count(*file);
    if (*bytes > 0)
        status = wick__dense(*file, &start);
    *data = start;
    if (status != WICK_OK) {
        wick_tensor_release(*file);
        *file = NULL;
    }
    return status;
}

/* ---- mappings ---- */

struct wick__mapping {
    atomic_size_t refs;
    wick_context *context;
    void *data;
    size_t size;
};

wick_status wick__mapping_new(wick_context *context, const wick__file *file,
                              wick__mapping **mapping)
{
    void *memory;
    *mapping = NULL;
    wick_status status = wick__alloc(context, sizeof(wick__mapping), &memory);
    if (status != WICK_OK)
        return status;
    wick__mapping *made = memory;
    made->size = file->size;
    made->data = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, file->descriptor, 0);
    if (made->data == MAP_FAILED) {
        status = wick__fail(WICK_EIO, "%s: cannot map: %s", file->path, wick__errno_text());
        wick__free(context, made, sizeof *made);
        return status;
    }
    atomic_init(&made->refs, 1);
    made->context = context;
    wick_context_retain(context);
    *mapping = made;
    return WICK_OK;
}

void wick__mapping_retain(wick__mapping *mapping)
{
    atomic_fetch_add(&mapping->refs, 1);
}

void wick__mapping_release(void *mapping)
{
    wick__mapping *m = mapping;
    if (m == NULL || atomic_fetch_sub(&m->refs, 1) > 1)
        return;
    wick_context *context = m->context;
    munmap(m->data, m->size);
    wick__free(context, m, sizeof *m);
    wick_context_release(context);
}

const uint8_t *wick__mapping_data(const wick__mapping *mapping)
{
    return mapping->data;
}
