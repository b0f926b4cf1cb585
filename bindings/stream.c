/* Moving bytes: files, pipes, memory, and files that take their place when they are complete. */
#include "stream.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

const char lua_wick_stream_key;

/* ---- which stream ---- */

stream *lua_wick_to_stream(lua_State *L, int index)
{
    stream *s = lua_type(L, index) == LUA_TUSERDATA ? lua_touserdata(L, index) : NULL;
    return s && lua_rawlen(L, index) >= sizeof *s && s->mark == &lua_wick_stream_key ? s : NULL;
}

stream *lua_wick_stream(lua_State *L, int index)
{
    stream *s = lua_wick_to_stream(L, index);
    if (!s)
        lua_wick_error(L, "torch.File expected as argument %d, got %s", index,
                       lua_wick_describe(L, index));
    if (!s->open)
        lua_wick_error(L, "attempt to use a closed file");
    return s;
}

stream *lua_wick_stream_reading(lua_State *L, int index)
{
    stream *s = lua_wick_stream(L, index);
    if (!s->readable)
        lua_wick_error(L, "attempt to read in a write-only file (%s)", s->name);
    return s;
}

stream *lua_wick_stream_writing(lua_State *L, int index)
{
    stream *s = lua_wick_stream(L, index);
    if (!s->writable)
        lua_wick_error(L, "attempt to write in a read-only file (%s)", s->name);
    return s;
}

/* ---- failing ---- */

void lua_wick_stream_fail(lua_State *L, stream *s, const char *format, ...)
{
    char text[512];
    va_list arguments;
    s->failed = true;
    if (s->quiet)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    lua_wick_error(L, "%s (%s, position %lld)", text, s->name,
                   (long long)lua_wick_stream_position(s) + 1);
}

int lua_wick_stream_refuse(lua_State *L, stream *s, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return lua_wick_error(L, "%s, position %lld: %s", s->name,
                          (long long)lua_wick_stream_position(s) + 1, text);
}

void lua_wick_stream_short(lua_State *L, stream *s, int64_t got, int64_t wanted)
{
    lua_wick_stream_fail(L, s, "read error: read %lld blocks instead of %lld", (long long)got,
                         (long long)wanted);
}

/* ---- the C library's files ---- */

/* Between reading and writing the C library wants to be told where it stands. */
static bool turn_to(stream *s, char turn)
{
    bool ready = s->turn == turn || s->turn == 0 || s->kind != STREAM_DISK ||
                 fseeko(s->file, 0, SEEK_CUR) == 0;
    s->turn = turn;
    return ready;
}

static size_t read_file(stream *s, void *to, size_t n)
{
    size_t done = 0;
    if (!turn_to(s, 'r'))
        return 0;
    while (done < n) {
        errno = 0;
        done += fread((char *)to + done, 1, n - done, s->file);
        if (done < n && !(ferror(s->file) && errno == EINTR))
            break;
        clearerr(s->file);
    }
    s->position += (int64_t)done;
    return done;
}

/* A pipe whose reader is gone would end the process by a signal: it waits, blocked, while we write,
 * and is taken away again. */
typedef struct pipe_guard {
    sigset_t broken, before;
    bool was_pending;
} pipe_guard;

static void guard_pipe(pipe_guard *guard)
{
    sigset_t pending;
    sigemptyset(&guard->broken);
    sigaddset(&guard->broken, SIGPIPE);
    sigpending(&pending);
    guard->was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &guard->broken, &guard->before);
}

static void release_pipe(const pipe_guard *guard)
{
    static const struct timespec at_once = {0, 0};
    if (!guard->was_pending)
        while (sigtimedwait(&guard->broken, NULL, &at_once) < 0 && errno == EINTR)
            continue;
    pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}

static size_t write_file(stream *s, const void *from, size_t n)
{
    pipe_guard guard;
    size_t done = 0;
    if (!turn_to(s, 'w'))
        return 0;
    if (s->kind == STREAM_PIPE)
        guard_pipe(&guard);
    while (done < n) {
        errno = 0;
        done += fwrite((const char *)from + done, 1, n - done, s->file);
        if (done < n && !(ferror(s->file) && errno == EINTR))
            break;
        clearerr(s->file);
    }
    if (s->kind == STREAM_PIPE)
        release_pipe(&guard);
    s->position += (int64_t)done;
    return done;
}

/* ---- memory ---- */

/* The memory; its owner may have made it shorter meanwhile. */
static char *memory_of(lua_State *L, stream *s)
{
    void *data;
    lua_wick_check(L, wick_storage_data(s->storage, &data));
    int64_t most = wick_storage_size(s->storage) - s->writable; /* room for the NUL */
    if (s->size > most)
        s->size = most > 0 ? most : 0;
    return data;
}

static size_t read_memory(lua_State *L, stream *s, void *to, size_t n)
{
    const char *data = memory_of(L, s);
    int64_t rest = s->size - s->position;
    if (rest <= 0)
        return 0;
    if (n > (size_t)rest)
        n = (size_t)rest;
    if (n > 0)
        memmove(to, data + s->position, n);
    s->position += (int64_t)n;
    return n;
}

static void reserve(lua_State *L, stream *s, int64_t size)
{
    int64_t have = wick_storage_size(s->storage), wanted = size + 1;
    if (wanted <= have)
        return;
    if (wanted < have + have / 2)
        wanted = have + have / 2;
    lua_wick_check(L, wick_storage_resize(s->storage, wanted < 64 ? 64 : wanted));
    lua_wick_spend(L, lua_wick_state(L));
}

static size_t write_memory(lua_State *L, stream *s, const void *from, size_t n)
{
    if (n == 0)
        return 0;
    if (n > (size_t)(INT64_MAX / 4 - s->position))
        return 0;
    int64_t end = s->position + (int64_t)n;
    memory_of(L, s);
    reserve(L, s, end);
    char *data = memory_of(L, s);
    memmove(data + s->position, from, n);
    if (end > s->size) {
        s->size = end;
        data[end] = '\0';
    }
    s->position = end;
    wick_storage_touch(s->storage);
    return n;
}

void lua_wick_stream_settle(lua_State *L, stream *s)
{
    memory_of(L, s);
    if (!s->writable)
        return;
    lua_wick_check(L, wick_storage_resize(s->storage, s->size + 1));
    memory_of(L, s)[s->size] = '\0';
}

/* ---- all kinds ---- */

size_t lua_wick_stream_read(lua_State *L, stream *s, void *to, size_t n)
{
    return s->kind == STREAM_MEMORY ? read_memory(L, s, to, n) : read_file(s, to, n);
}

size_t lua_wick_stream_write(lua_State *L, stream *s, const void *from, size_t n)
{
    if (s->kind == STREAM_MEMORY)
        return write_memory(L, s, from, n);
    if (s->kind != STREAM_SAVE)
        return write_file(s, from, n);
    lua_wick_check(L, wick_writer_put(s->writer, from, n));
    s->position += (int64_t)n;
    return n;
}

int lua_wick_stream_get(lua_State *L, stream *s)
{
    unsigned char byte;
    return lua_wick_stream_read(L, s, &byte, 1) == 1 ? byte : EOF;
}

void lua_wick_stream_unget(stream *s, int byte)
{
    if (byte == EOF)
        return;
    s->position--;
    if (s->kind != STREAM_MEMORY)
        ungetc(byte, s->file);
}

int64_t lua_wick_stream_position(stream *s)
{
    if (s->kind != STREAM_DISK || !s->open)
        return s->position;
    off_t at = ftello(s->file);
    return at < 0 ? s->position : at;
}

int64_t lua_wick_stream_remaining(stream *s)
{
    struct stat about;
    if (s->kind == STREAM_MEMORY)
        return s->size > s->position ? s->size - s->position : 0;
    if (s->kind != STREAM_DISK || fstat(fileno(s->file), &about) != 0 || !S_ISREG(about.st_mode))
        return -1;
    int64_t rest = (int64_t)about.st_size - lua_wick_stream_position(s);
    return rest > 0 ? rest : 0;
}

bool lua_wick_stream_seek(stream *s, int64_t position)
{
    if (s->kind == STREAM_MEMORY && position <= s->size) {
        s->position = position;
        return true;
    }
    s->turn = 0;
    return s->kind == STREAM_DISK && fseeko(s->file, position, SEEK_SET) == 0;
}

bool lua_wick_stream_seek_end(stream *s)
{
    if (s->kind == STREAM_MEMORY) {
        s->position = s->size;
        return true;
    }
    s->turn = 0;
    return s->kind == STREAM_DISK && fseeko(s->file, 0, SEEK_END) == 0;
}

bool lua_wick_stream_flush(stream *s)
{
    pipe_guard guard;
    if (!s->file || !s->writable)
        return true;
    if (s->kind == STREAM_PIPE)
        guard_pipe(&guard);
    bool flushed = fflush(s->file) == 0;
    if (s->kind == STREAM_PIPE)
        release_pipe(&guard);
    s->turn = 0;
    return flushed;
}

static bool close_file(stream *s)
{
    pipe_guard guard;
    if (s->kind == STREAM_DISK)
        return fclose(s->file) == 0;
    guard_pipe(&guard);
    bool closed = pclose(s->file) != -1;
    release_pipe(&guard);
    return closed;
}

bool lua_wick_stream_close(stream *s)
{
    bool closed = !s->file || close_file(s);
    s->open = false;
    s->file = NULL;
    wick_writer_release(s->writer);
    s->writer = NULL;
    wick_storage_release(s->storage);
    s->storage = NULL;
    return closed;
}
