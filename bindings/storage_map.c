/* Storages on the memory of files: torch.FloatStorage(path [, shared [, size [, sharedMem]]]). Not
 * shared, writes stay with this process; shared, they go to the file. Who cuts the file short while
 * it is mapped ends every process that then touches what is gone: no check can prevent that. */
#include "storage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the storage's memory needs when it goes. */
typedef struct mapping {
    void *memory;
    size_t bytes;
    bool in_shared_memory;
    char name[];
} mapping;

typedef struct request {
    const char *path;
    bool shared, in_shared_memory;
    int64_t size; /* elements; 0: all of the file */
    size_t element;
} request;

static void unmap(void *owner)
{
    mapping *m = owner;
    munmap(m->memory, m->bytes);
    if (m->in_shared_memory)
        shm_unlink(m->name);
    free(m);
}

static int fail(lua_State *L, const char *path, const char *doing)
{
    return lua_wick_error(L, "unable to %s file <%s>: %s", doing, path, strerror(errno));
}

static int open_file(const request *r)
{
    int flags = r->shared ? O_RDWR | O_CREAT | O_CLOEXEC : O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    return r->in_shared_memory ? shm_open(r->path, flags & ~O_NONBLOCK, 0600)
                               : open(r->path, flags, 0666);
}

/* The bytes to map, the file extended where it is shared and too short; a message says what is
 * wrong with it otherwise. */
static const char *measure(int descriptor, const request *r, size_t *bytes)
{
    struct stat about;
    if (fstat(descriptor, &about) != 0)
        return strerror(errno);
    if (!S_ISREG(about.st_mode))
        return "it is no regular file";
    *bytes = r->size > 0 ? (size_t)r->size * r->element
                         : (size_t)about.st_size / r->element * r->element;
    if (*bytes <= (size_t)about.st_size)
        return NULL;
    if (!r->shared)
        return "it is smaller than the required mapping size";
    return ftruncate(descriptor, (off_t)*bytes) == 0 ? NULL : strerror(errno);
}

static mapping *map(int descriptor, const request *r, size_t bytes)
{
    size_t length = strlen(r->path);
    mapping *m = malloc(sizeof *m + length + 1);
    if (!m)
        return NULL;
    m->bytes = bytes;
    m->in_shared_memory = r->in_shared_memory;
    memcpy(m->name, r->path, length + 1);
    m->memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, r->shared ? MAP_SHARED : MAP_PRIVATE,
                     descriptor, 0);
    if (m->memory != MAP_FAILED)
        return m;
    free(m);
    return NULL;
}

static request read_request(lua_State *L, wick_dtype dtype)
{
    size_t length;
    request r = {.path = lua_tolstring(L, 2, &length), .element = wick_dtype_size(dtype)};
    if (strlen(r.path) != length)
        lua_wick_error(L, "a name of a file with a NUL character");
    r.shared = lua_toboolean(L, 3);
    r.size = lua_isnoneornil(L, 4) ? 0 : lua_wick_integer(L, 4, "size");
    r.in_shared_memory = lua_toboolean(L, 5);
    if (r.size < 0 || (size_t)r.size > (size_t)PTRDIFF_MAX / r.element)
        lua_wick_error(L, "a storage of %lld elements", (long long)r.size);
    return r;
}

void lua_wick_map_storage(lua_State *L, wick_dtype dtype)
{
    size_t bytes = 0;
    request r = read_request(L, dtype);
    wick_context *context = lua_wick_context(L);
    wick_storage **slot = lua_wick_push_storage_box(L);
    int descriptor = open_file(&r);
    if (descriptor < 0)
        fail(L, r.path, "open");
    const char *problem = measure(descriptor, &r, &bytes);
    mapping *m = problem || bytes == 0 ? NULL : map(descriptor, &r, bytes);
    int error = errno;
    close(descriptor);
    errno = error;
    if (problem)
        lua_wick_error(L, "unable to map file <%s>: %s", r.path, problem);
    if (!m && bytes > 0)
        fail(L, r.path, "map");
    wick_status status = m ? wick_storage_borrow(context, dtype, (int64_t)(bytes / r.element),
                                                 m->memory, false, unmap, m, slot)
                           : wick_storage_new(context, dtype, 0, slot);
    if (status && m)
        unmap(m);
    lua_wick_check(L, status);
    lua_wick_settle_storage(L, -1);
}
