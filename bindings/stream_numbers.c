/* Numbers in streams: raw and in either byte order, or as text. Bytes and chars are raw in both. */
#include "stream.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

enum { PART = 4096, NUMBER_TEXT = 64, FIRST_PART = 1 << 16 };

static bool is_raw_text(wick_dtype dtype)
{
    return dtype == WICK_UINT8 || dtype == WICK_INT8;
}

/* ---- binary ---- */

static void swap_bytes(void *data, size_t n, size_t width)
{
    unsigned char *at = data;
    for (size_t i = 0; i < n; i++, at += width) {
        uint16_t two;
        uint32_t four;
        uint64_t eight;
        if (width == 2)
            memcpy(&two, at, 2), two = __builtin_bswap16(two), memcpy(at, &two, 2);
        else if (width == 4)
            memcpy(&four, at, 4), four = __builtin_bswap32(four), memcpy(at, &four, 4);
        else
            memcpy(&eight, at, 8), eight = __builtin_bswap64(eight), memcpy(at, &eight, 8);
    }
}

/* Bytes that an element takes in a binary file. */
static size_t width_of(const stream *s, wick_dtype dtype)
{
    return dtype == WICK_INT64 ? (size_t)s->long_size : wick_dtype_size(dtype);
}

static int64_t read_short_longs(lua_State *L, stream *s, int64_t *to, int64_t n)
{
    int32_t part[PART / sizeof(int32_t)];
    const int64_t room = PART / sizeof(int32_t);
    for (int64_t done = 0; done < n;) {
        int64_t want = n - done < room ? n - done : room;
        int64_t got =
            (int64_t)(lua_wick_stream_read(L, s, part, (size_t)want * sizeof *part) / sizeof *part);
        if (s->swapped)
            swap_bytes(part, (size_t)got, sizeof *part);
        for (int64_t i = 0; i < got; i++)
            to[done + i] = part[i];
        done += got;
        if (got < want)
            return done;
    }
    return n;
}

static int64_t read_binary(lua_State *L, stream *s, wick_dtype dtype, void *data, int64_t n)
{
    size_t width = wick_dtype_size(dtype);
    if (width_of(s, dtype) != width)
        return read_short_longs(L, s, data, n);
    size_t got = lua_wick_stream_read(L, s, data, (size_t)n * width) / width;
    if (s->swapped && width > 1)
        swap_bytes(data, got, width);
    return (int64_t)got;
}

/* The next elements as the file has them; -1: a Long does not fit into four bytes. */
static int encode(const stream *s, wick_dtype dtype, const char *data, size_t n, char *part)
{
    size_t width = width_of(s, dtype);
    if (width == wick_dtype_size(dtype))
        memcpy(part, data, n * width);
    for (size_t i = 0; width != wick_dtype_size(dtype) && i < n; i++) {
        int64_t value = ((const int64_t *)(const void *)data)[i];
        int32_t fitted = (int32_t)value;
        if (fitted != value)
            return -1;
        memcpy(part + i * width, &fitted, width);
    }
    if (s->swapped && width > 1)
        swap_bytes(part, n, width);
    return 0;
}

static int64_t write_binary(lua_State *L, stream *s, wick_dtype dtype, const char *data, int64_t n)
{
    char part[PART];
    size_t size = wick_dtype_size(dtype), width = width_of(s, dtype);
    if (width == size && (!s->swapped || size == 1))
        return (int64_t)(lua_wick_stream_write(L, s, data, (size_t)n * size) / size);
    int64_t room = (int64_t)(PART / width);
    for (int64_t done = 0; done < n;) {
        int64_t want = n - done < room ? n - done : room;
        if (encode(s, dtype, data + (size_t)done * size, (size_t)want, part) < 0)
            lua_wick_error(L, "%s: a Long does not fit into 4 bytes; longSize(8) gives it 8",
                           s->name);
        int64_t put = (int64_t)(lua_wick_stream_write(L, s, part, (size_t)want * width) / width);
        done += put;
        if (put < want)
            return done;
    }
    return n;
}

/* ---- text ---- */

/* Whether a number's text may go on with this byte. */
static bool goes_on(const char *text, size_t length, int byte, bool real)
{
    char last = length > 0 ? text[length - 1] : '\0';
    if (byte == '+' || byte == '-')
        return length == 0 || (real && (last == 'e' || last == 'E'));
    if (isdigit(byte))
        return true;
    if (!real)
        return false;
    return byte == '.' || (isalpha(byte) && strchr("eEinfatyINFATY", byte) != NULL);
}

/* The next word that may be a number, without the white space in front; its length. */
static size_t read_word(lua_State *L, stream *s, bool real, char *text)
{
    size_t length = 0;
    int byte;
    do
        byte = lua_wick_stream_get(L, s);
    while (byte != EOF && isspace(byte));
    while (length < NUMBER_TEXT - 1 && byte != EOF && goes_on(text, length, byte, real)) {
        text[length++] = (char)byte;
        byte = lua_wick_stream_get(L, s);
    }
    lua_wick_stream_unget(s, byte);
    text[length] = '\0';
    return length;
}

/* Numbers have a point in files, whatever the host's language puts there. */
static void exchange_point(char *text, char from, char to)
{
    char *at = from == to ? NULL : strchr(text, from);
    if (at)
        *at = to;
}

static bool real_of(char *text, size_t length, double *value)
{
    char *end;
    exchange_point(text, '.', localeconv()->decimal_point[0]);
    *value = strtod(text, &end);
    return end == text + length;
}

static void store_real(wick_dtype dtype, void *at, double value)
{
    if (dtype == WICK_FLOAT64)
        *(double *)at = value;
    else
        *(float *)at = (float)value;
}

static bool store_whole(wick_dtype dtype, void *at, int64_t value)
{
    if (dtype == WICK_INT16)
        *(int16_t *)at = (int16_t)value;
    else if (dtype == WICK_INT32)
        *(int32_t *)at = (int32_t)value;
    else
        *(int64_t *)at = value;
    return dtype == WICK_INT64 || (dtype == WICK_INT32 && value == (int32_t)value) ||
           (dtype == WICK_INT16 && value == (int16_t)value);
}

static bool read_text(lua_State *L, stream *s, wick_dtype dtype, void *at)
{
    char text[NUMBER_TEXT], *end;
    bool real = wick_dtype_is_floating(dtype);
    size_t length = read_word(L, s, real, text);
    double value;
    if (length == 0)
        return false;
    if (real) {
        bool fits = real_of(text, length, &value);
        store_real(dtype, at, value);
        return fits;
    }
    errno = 0;
    int64_t whole = strtoimax(text, &end, 10);
    return errno == 0 && end == text + length && store_whole(dtype, at, whole);
}

static void skip_newline(lua_State *L, stream *s)
{
    int byte = lua_wick_stream_get(L, s);
    if (byte != '\n')
        lua_wick_stream_unget(s, byte);
}

static size_t text_of(wick_dtype dtype, const void *at, char *text)
{
    int length = 0;
    switch (dtype) {
    case WICK_INT16:
        return (size_t)snprintf(text, NUMBER_TEXT, "%d", *(const int16_t *)at);
    case WICK_INT32:
        return (size_t)snprintf(text, NUMBER_TEXT, "%" PRId32, *(const int32_t *)at);
    case WICK_INT64:
        return (size_t)snprintf(text, NUMBER_TEXT, "%" PRId64, *(const int64_t *)at);
    case WICK_FLOAT32:
        length = snprintf(text, NUMBER_TEXT, "%.9g", *(const float *)at);
        break;
    default:
        length = snprintf(text, NUMBER_TEXT, "%.17g", *(const double *)at);
        break;
    }
    exchange_point(text, localeconv()->decimal_point[0], '.');
    return (size_t)length;
}

static int64_t write_text(lua_State *L, stream *s, wick_dtype dtype, const char *data, int64_t n)
{
    char text[NUMBER_TEXT + 1];
    for (int64_t i = 0; i < n; i++) {
        size_t length = text_of(dtype, data + (size_t)i * wick_dtype_size(dtype), text);
        if (!s->unspaced && i < n - 1)
            text[length++] = ' ';
        if (lua_wick_stream_write(L, s, text, length) != length)
            return i;
    }
    return n;
}

/* ---- both ---- */

/* Halves are text as floats are: through a float storage. */
static bool is_half_text(const stream *s, wick_dtype dtype)
{
    return dtype == WICK_FLOAT16 && !s->binary;
}

/* Copies n elements from one type to another by way of tensors. */
static void convert(lua_State *L, wick_dtype to_type, void *to, wick_dtype from_type,
                    const void *from, int64_t n)
{
    int top = lua_gettop(L);
    const void *data[] = {to, from};
    const wick_dtype type[] = {to_type, from_type};
    wick_tensor **t[2];
    for (int i = 0; i < 2; i++) {
        wick_storage **storage = lua_wick_push_storage_box(L);
        t[i] = lua_wick_push_box(L);
        lua_wick_check(L,
                       wick_storage_borrow(lua_wick_context(L), type[i], n,
                                           (void *)(uintptr_t)data[i], false, NULL, NULL, storage));
        lua_wick_check(L, wick_tensor_on(*storage, 0, 1, &n, NULL, t[i]));
    }
    lua_wick_check(L, wick_tensor_copy(*t[0], *t[1]));
    for (int i = 0; i < 2; i++) {
        wick_tensor_release(*t[i]);
        *t[i] = NULL;
    }
    lua_settop(L, top);
}

static int64_t read_texts(lua_State *L, stream *s, wick_dtype dtype, char *data, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!read_text(L, s, dtype, data + (size_t)i * wick_dtype_size(dtype)))
            return i;
    return n;
}

static int64_t read_halves(lua_State *L, stream *s, char *data, int64_t n)
{
    float *value = lua_newuserdatauv(L, sizeof *value * (size_t)(n + 1), 0);
    int64_t got = read_texts(L, s, WICK_FLOAT32, (char *)value, n);
    if (got > 0)
        convert(L, WICK_FLOAT16, data, WICK_FLOAT32, value, got);
    lua_pop(L, 1);
    return got;
}

static int64_t read_some(lua_State *L, stream *s, wick_dtype dtype, char *data, int64_t n)
{
    if (s->binary || is_raw_text(dtype))
        return read_binary(L, s, dtype, data, n);
    return is_half_text(s, dtype) ? read_halves(L, s, data, n) : read_texts(L, s, dtype, data, n);
}

static void end_run(lua_State *L, stream *s, int64_t n)
{
    if (!s->binary && !s->unspaced && n > 0)
        skip_newline(L, s);
}

int64_t lua_wick_stream_numbers(lua_State *L, stream *s, wick_dtype dtype, void *data, int64_t n)
{
    int64_t got = read_some(L, s, dtype, data, n);
    end_run(L, s, n);
    return got;
}

static int64_t write_halves(lua_State *L, stream *s, const char *data, int64_t n)
{
    float *value = lua_newuserdatauv(L, sizeof *value * (size_t)(n + 1), 0);
    if (n > 0)
        convert(L, WICK_FLOAT32, value, WICK_FLOAT16, data, n);
    int64_t put = write_text(L, s, WICK_FLOAT32, (const char *)value, n);
    lua_pop(L, 1);
    return put;
}

int64_t lua_wick_stream_put_numbers(lua_State *L, stream *s, wick_dtype dtype, const void *data,
                                    int64_t n)
{
    int64_t put = s->binary || is_raw_text(dtype) ? write_binary(L, s, dtype, data, n)
                  : is_half_text(s, dtype)        ? write_halves(L, s, data, n)
                                                  : write_text(L, s, dtype, data, n);
    if (put == n && n > 0 && !s->binary && !s->unspaced)
        lua_wick_stream_write(L, s, "\n", 1);
    return put;
}

/* ---- storages ---- */

int64_t lua_wick_stream_room(stream *s, wick_dtype dtype)
{
    int64_t rest = lua_wick_stream_remaining(s);
    if (rest < 0)
        return -1;
    if (s->binary || is_raw_text(dtype))
        return rest / (int64_t)width_of(s, dtype);
    return s->unspaced ? rest : rest / 2 + 1; /* a digit and a space each */
}

static char *data_at(lua_State *L, wick_storage *storage, int64_t i)
{
    void *data;
    lua_wick_check(L, wick_storage_data(storage, &data));
    return (char *)data + (size_t)i * wick_dtype_size(wick_storage_dtype(storage));
}

int64_t lua_wick_stream_storage(lua_State *L, stream *s, wick_dtype dtype, int64_t n)
{
    int64_t room = lua_wick_stream_room(s, dtype), got = 0;
    int64_t part = room < 0 ? FIRST_PART : room;
    part = n < part ? n : part;
    wick_storage **slot = lua_wick_push_storage_box(L);
    lua_wick_check(L, wick_storage_new(lua_wick_context(L), dtype, part, slot));
    lua_wick_settle_storage(L, -1);
    for (;;) {
        got += read_some(L, s, dtype, data_at(L, *slot, got), part - got);
        if (got < part || part == n || room >= 0)
            break;
        part = n < 2 * part ? n : 2 * part;
        lua_wick_check(L, wick_storage_resize(*slot, part));
    }
    end_run(L, s, n);
    lua_wick_check(L, wick_storage_resize(*slot, got));
    return got;
}
