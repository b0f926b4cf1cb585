/* Writing durably: a temporary file in the target's folder, checked writes, fsync, close, rename,
 * fsync of the folder. The temporary is locked while it lives, so that the next save can tell one
 * that was left behind from one that somebody is writing. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/file.h"

enum { BUFFER = 1 << 16, MOST_LINKS = 40, MOST_TEMPORARIES = 1000, MOST_AT_ONCE = 1 << 30 };

struct wick_writer {
    wick_context *context;
    int folder;                   /* the target's folder */
    int descriptor;               /* the temporary file, -1 once closed */
    int lock;                     /* the same file, kept open until it is renamed */
    const char *base;             /* the target's name in its folder, inside `target` */
    size_t used;                  /* bytes in the buffer */
    char target[PATH_MAX];        /* with links followed */
    char temporary[NAME_MAX + 1]; /* in `folder`; empty: there is none */
    unsigned char buffer[BUFFER];
    char path[]; /* as the caller said it, for messages */
};

static wick_status fail(const wick_writer *w, const char *doing)
{
    return wick__fail(WICK_EIO, "%s: cannot %s: %s", w->path, doing, wick__errno_text());
}

static wick_status fail_with(const wick_writer *w, int error)
{
    errno = error;
    return fail(w, "write");
}

/* ---- where to ---- */

/* Puts the path that a link holds in place of the link's own. */
static int replace_by_link(char *target, const char *link)
{
    char *slash = strrchr(target, '/');
    size_t kept = link[0] == '/' || slash == NULL ? 0 : (size_t)(slash - target) + 1;
    size_t length = strlen(link);
    if (kept + length >= PATH_MAX)
        return ENAMETOOLONG;
    memcpy(target + kept, link, length + 1);
    return 0;
}

/* Follows links by hand, since the last one may point at a file that does not exist yet. */
static wick_status resolve(wick_writer *w)
{
    char link[PATH_MAX];
    if (strlen(w->path) >= PATH_MAX)
        return fail_with(w, ENAMETOOLONG);
    strcpy(w->target, w->path);
    for (int i = 0; i < MOST_LINKS; i++) {
        ssize_t n = readlink(w->target, link, sizeof link - 1);
        if (n < 0)
            return errno == EINVAL || errno == ENOENT ? WICK_OK : fail(w, "write");
        link[n] = '\0';
        int error = replace_by_link(w->target, link);
        if (error != 0)
            return fail_with(w, error);
    }
    return fail_with(w, ELOOP);
}

static wick_status open_folder(wick_writer *w)
{
    char folder[PATH_MAX];
    char *slash = strrchr(w->target, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - w->target) + 1;
    memcpy(folder, w->target, length);
    strcpy(folder + length, length == 0 ? "." : "");
    w->base = w->target + length;
    w->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (w->folder < 0)
        return wick__fail(WICK_EIO, "%s: cannot write into the folder %s: %s", w->path, folder,
                          wick__errno_text());
    return w->base[0] == '\0' ? fail_with(w, EISDIR) : WICK_OK;
}

/* Whether the target exists, and whether it may be replaced. */
static wick_status look_at_target(const wick_writer *w, struct stat *old, bool *exists)
{
    *exists = fstatat(w->folder, w->base, old, AT_SYMLINK_NOFOLLOW) == 0;
    if (!*exists)
        return errno == ENOENT ? WICK_OK : fail(w, "write");
    if (S_ISDIR(old->st_mode))
        return fail_with(w, EISDIR);
    if (!S_ISREG(old->st_mode))
        return wick__fail(WICK_EIO, "%s: is a pipe or a device, expected a regular file", w->path);
    if (faccessat(w->folder, w->base, W_OK, AT_EACCESS) != 0)
        return fail(w, "write");
    return WICK_OK;
}

/* ---- the temporary file ---- */

static void name_temporary(wick_writer *w, int number)
{
    snprintf(w->temporary, sizeof w->temporary, ".%.200s.%d.wick-unfinished", w->base, number);
}

/* Removes the temporary of that name when nobody holds its lock; true when it is gone, otherwise
 * errno is EEXIST. The name is looked at again under the lock, as its writer may have renamed it in
 * between. */
static bool remove_stale(const wick_writer *w)
{
    struct stat opened, named;
    int old = openat(w->folder, w->temporary, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (old < 0) {
        bool missing = errno == ENOENT;
        errno = EEXIST;
        return missing;
    }
    bool gone = flock(old, LOCK_EX | LOCK_NB) == 0 && fstat(old, &opened) == 0 &&
                fstatat(w->folder, w->temporary, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
                opened.st_ino == named.st_ino && opened.st_dev == named.st_dev &&
                unlinkat(w->folder, w->temporary, 0) == 0;
    close(old);
    errno = EEXIST;
    return gone;
}

/* Takes the lock of the file just made. A file system without locks is no obstacle: then nobody can
 * take it for stale either. */
static bool lock_temporary(wick_writer *w)
{
    if (flock(w->descriptor, LOCK_EX | LOCK_NB) == 0) {
        struct stat about;
        return fstat(w->descriptor, &about) == 0 && about.st_nlink > 0;
    }
    return errno != EWOULDBLOCK;
}

/* Makes the temporary under its present name; false with errno EEXIST when the name is in use. */
static bool create_named(wick_writer *w, mode_t mode)
{
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    w->descriptor = openat(w->folder, w->temporary, flags, mode);
    if (w->descriptor >= 0 && lock_temporary(w))
        return true;
    if (w->descriptor >= 0) {
        close(w->descriptor);
        w->descriptor = -1;
        errno = EEXIST;
    }
    return false;
}

/* Makes the temporary under the first free name and gives the name's number, or -1. */
static int create_temporary(wick_writer *w, mode_t mode)
{
    for (int number = 0; number < MOST_TEMPORARIES; number++) {
        name_temporary(w, number);
        if (create_named(w, mode))
            return number;
        if (errno == EEXIST && remove_stale(w) && create_named(w, mode))
            return number;
        if (errno != EEXIST)
            break;
    }
    w->temporary[0] = '\0';
    return -1;
}

static void remove_later_ones(wick_writer *w, int number)
{
    struct stat about;
    while (++number < MOST_TEMPORARIES) {
        name_temporary(w, number);
        if (fstatat(w->folder, w->temporary, &about, AT_SYMLINK_NOFOLLOW) != 0)
            return;
        remove_stale(w);
    }
}

/* Owner first, as changing it clears bits of the mode. Who cannot give the file to its old group
 * does not give the group's rights to another. */
static wick_status keep_mode(const wick_writer *w, const struct stat *old)
{
    mode_t mode = old->st_mode & 07777;
    if (fchown(w->descriptor, old->st_uid, old->st_gid) != 0 &&
        fchown(w->descriptor, (uid_t)-1, old->st_gid) != 0)
        mode = (mode & 0707) | (mode & 07) << 3;
    return fchmod(w->descriptor, mode) == 0 ? WICK_OK : fail(w, "set the mode of the new file");
}

static wick_status open_temporary(wick_writer *w)
{
    struct stat old;
    bool exists;
    wick_status status = look_at_target(w, &old, &exists);
    if (status != WICK_OK)
        return status;
    int number = create_temporary(w, exists ? 0600 : 0666);
    if (number < 0)
        return fail(w, "write");
    remove_later_ones(w, number);
    name_temporary(w, number);
    w->lock = fcntl(w->descriptor, F_DUPFD_CLOEXEC, 0);
    if (w->lock < 0)
        return fail(w, "write");
    return exists ? keep_mode(w, &old) : WICK_OK;
}

wick_status wick_writer_new(wick_context *context, const char *path, wick_writer **writer)
{
    void *memory;
    size_t length = strlen(path);
    *writer = NULL;
    wick_status status = wick__alloc_zeroed(context, sizeof(wick_writer) + length + 1, &memory);
    if (status != WICK_OK)
        return status;
    wick_writer *w = memory;
    w->context = context;
    w->folder = w->descriptor = w->lock = -1;
    memcpy(w->path, path, length + 1);
    status = resolve(w);
    if (status == WICK_OK)
        status = open_folder(w);
    if (status == WICK_OK)
        status = open_temporary(w);
    if (status != WICK_OK) {
        wick_writer_release(w);
        return status;
    }
    *writer = w;
    return WICK_OK;
}

void wick_writer_release(wick_writer *w)
{
    if (w == NULL)
        return;
    if (w->temporary[0] != '\0')
        unlinkat(w->folder, w->temporary, 0);
    if (w->descriptor >= 0)
        close(w->descriptor);
    if (w->lock >= 0)
        close(w->lock);
    if (w->folder >= 0)
        close(w->folder);
    wick__free(w->context, w, sizeof *w + strlen(w->path) + 1);
}

/* ---- content ---- */

static wick_status write_all(wick_writer *w, const unsigned char *data, size_t bytes)
{
    while (bytes > 0) {
        ssize_t n = write(w->descriptor, data, bytes < MOST_AT_ONCE ? bytes : MOST_AT_ONCE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(w, "write");
        data += n;
        bytes -= (size_t)n;
    }
    return WICK_OK;
}

static wick_status flush(wick_writer *w)
{
    size_t used = w->used;
    w->used = 0;
    return write_all(w, w->buffer, used);
}

wick_status wick_writer_put(wick_writer *w, const void *data, size_t bytes)
{
    if (bytes > BUFFER - w->used) {
        wick_status status = flush(w);
        if (status != WICK_OK)
            return status;
    }
    if (bytes > BUFFER)
        return write_all(w, data, bytes);
    if (bytes > 0)
        memcpy(w->buffer + w->used, data, bytes);
    w->used += bytes;
    return WICK_OK;
}

static int sync_descriptor(int descriptor)
{
    int result;
    do {
        result = fsync(descriptor);
    } while (result != 0 && errno == EINTR);
    return result;
}

/* Closing may be interrupted, but closes all the same. */
static int close_descriptor(wick_writer *w)
{
    int result = close(w->descriptor);
    w->descriptor = -1;
    return result != 0 && errno == EINTR ? 0 : result;
}

wick_status wick_writer_commit(wick_writer *w)
{
    wick_status status = flush(w);
    if (status != WICK_OK)
        return status;
    if (sync_descriptor(w->descriptor) != 0)
        return fail(w, "write to the disk");
    if (close_descriptor(w) != 0)
        return fail(w, "close");
    if (renameat(w->folder, w->temporary, w->folder, w->base) != 0)
        return fail(w, "replace the file");
    w->temporary[0] = '\0';
    if (sync_descriptor(w->folder) != 0 && errno != EINVAL)
        return wick__fail(WICK_EIO,
                          "%s: is written, but may not outlive a power failure, as its folder "
                          "could not be synced: %s",
                          w->path, wick__errno_text());
    return WICK_OK;
}

wick_status wick_file_write(wick_context *context, const char *path, const void *data, size_t bytes)
{
    wick_writer *writer;
    wick_status status = wick_writer_new(context, path, &writer);
    if (status != WICK_OK)
        return status;
    status = wick_writer_put(writer, data, bytes);
    if (status == WICK_OK)
        status = wick_writer_commit(writer);
    wick_writer_release(writer);
    return status;
}
