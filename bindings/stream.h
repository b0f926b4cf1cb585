/* Byte streams: what torch.DiskFile, torch.MemoryFile and torch.PipeFile stand on. stream_open.c
 * makes them, stream.c moves bytes, stream_numbers.c encodes numbers, stream_methods.c has the
 * methods of torch.File, stream_read.c and stream_write.c the pieces of which Lua reads and writes
 * objects. */
#ifndef LUA_WICK_STREAM_H
#define LUA_WICK_STREAM_H

#include <stdio.h>

#include "lua_wick.h"

typedef enum stream_kind {
    STREAM_DISK,
    STREAM_PIPE,
    STREAM_MEMORY,
    STREAM_SAVE /* writes a file that takes its place when it is closed */
} stream_kind;

/* A userdata; its user value is a table for what Lua remembers of the file. */
typedef struct stream {
    const void *mark;
    stream_kind kind;
    bool open, readable, writable;
    bool binary;
    bool quiet;    /* failures set `failed` and do not raise */
    bool failed;   /* since the last clearError */
    bool unspaced; /* ASCII: no white space is put between numbers */
    bool swapped;  /* binary: numbers stand the other way round than in memory */
    int long_size; /* bytes of a Long in binary files: 4 or 8 */
    FILE *file;    /* disk and pipe */
    char turn;     /* what was done last with the file: 'r', 'w' or 0 */
    wick_writer *writer;
    wick_storage *storage; /* memory: when writable, at least one element more than `size` */
    int64_t size;          /* memory: bytes of content */
    int64_t position;      /* of the next byte, from 0; disk: the FILE knows */
    char name[];           /* path or command */
} stream;

/* ---- bytes (stream.c) ---- */

/* The stream that the value is; raises for others and for closed ones. */
stream *lua_wick_stream(lua_State *L, int index);
/* The same, and raises when it is not open for reading or writing. */
stream *lua_wick_stream_reading(lua_State *L, int index);
stream *lua_wick_stream_writing(lua_State *L, int index);
/* NULL when the value is no stream; closed ones are streams too. */
stream *lua_wick_to_stream(lua_State *L, int index);

/* Moves up to n bytes and returns how many; never raises but for want of memory. */
size_t lua_wick_stream_read(lua_State *L, stream *s, void *to, size_t n);
size_t lua_wick_stream_write(lua_State *L, stream *s, const void *from, size_t n);
/* The next byte, or EOF; and the last one got, back into the stream. */
int lua_wick_stream_get(lua_State *L, stream *s);
void lua_wick_stream_unget(stream *s, int byte);

/* Bytes from here to the end; -1: nobody knows. */
int64_t lua_wick_stream_remaining(stream *s);
int64_t lua_wick_stream_position(stream *s); /* from 0 */
bool lua_wick_stream_seek(stream *s, int64_t position);
bool lua_wick_stream_seek_end(stream *s);
bool lua_wick_stream_flush(stream *s);
/* The memory of a MemoryFile as it is: content and a NUL. */
void lua_wick_stream_settle(lua_State *L, stream *s);

/* Sets the flag and, unless the stream is quiet, raises. */
void lua_wick_stream_fail(lua_State *L, stream *s, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Raises with the stream's name and position in front: what it holds makes no sense. */
int lua_wick_stream_refuse(lua_State *L, stream *s, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "read error: read 2 blocks instead of 3". */
void lua_wick_stream_short(lua_State *L, stream *s, int64_t got, int64_t wanted);

/* Lets go of all that the stream holds; what a STREAM_SAVE has not committed is given up. False
 * when the system could not write the last of it (errno). */
bool lua_wick_stream_close(stream *s);
/* Its address marks streams. */
extern const char lua_wick_stream_key;

/* Adds the functions that open and close streams to the table on top (stream_open.c). */
void lua_wick_open_stream_kinds(lua_State *L);

/* ---- numbers (stream_numbers.c) ---- */

/* Reads up to n elements and returns how many. */
int64_t lua_wick_stream_numbers(lua_State *L, stream *s, wick_dtype dtype, void *data, int64_t n);
int64_t lua_wick_stream_put_numbers(lua_State *L, stream *s, wick_dtype dtype, const void *data,
                                    int64_t n);
/* The most elements of a type that the rest of the stream can hold; -1: nobody knows. */
int64_t lua_wick_stream_room(stream *s, wick_dtype dtype);
/* Pushes a storage of up to n elements read from the stream, and returns how many it has. Memory is
 * asked for as the bytes are there. */
int64_t lua_wick_stream_storage(lua_State *L, stream *s, wick_dtype dtype, int64_t n);

/* ---- Lua (stream_methods.c, stream_read.c, stream_write.c) ---- */

/* What stands in front of every object of a Torch7 file. */
enum {
    LUA_WICK_TAG_NIL,
    LUA_WICK_TAG_NUMBER,
    LUA_WICK_TAG_STRING,
    LUA_WICK_TAG_TABLE,
    LUA_WICK_TAG_TORCH,
    LUA_WICK_TAG_BOOLEAN,
    LUA_WICK_TAG_OLDEST_FUNCTION, /* without index */
    LUA_WICK_TAG_OLD_FUNCTION,
    LUA_WICK_TAG_FUNCTION
};

/* Whole numbers up to here are exact as the doubles that files hold. */
#define LUA_WICK_EXACT 9007199254740992.0

void lua_wick_open_stream_methods(lua_State *L);
void lua_wick_open_stream_reading(lua_State *L);
void lua_wick_open_stream_writing(lua_State *L);

#endif
