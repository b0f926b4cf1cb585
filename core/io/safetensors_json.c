/* The JSON scanner of safetensors headers. */
#include "io/safetensors_json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/checked.h"
#include "base/status.h"
#include "io/bytes.h"

wick_status wick__json_fail(const wick__json *json, const char *format, ...)
{
    char text[240];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return wick__fail(WICK_EFORMAT, "%s: header, byte %s: %s", json->path,
                      wick__number(json->at - json->begin), text);
}

/* What stands next, for messages. */
static wick_status fail_found(const wick__json *json, const char *expected)
{
    if (json->at == json->end)
        return wick__json_fail(json, "ends, expected %s", expected);
    unsigned char c = (unsigned char)*json->at;
    if (c > 0x20 && c < 0x7F)
        return wick__json_fail(json, "found '%c', expected %s", c, expected);
    return wick__json_fail(json, "found byte 0x%02X, expected %s", c, expected);
}

static void skip_space(wick__json *json)
{
    while (json->at < json->end &&
           (*json->at == ' ' || *json->at == '\n' || *json->at == '\r' || *json->at == '\t'))
        json->at++;
}

/* Takes `symbol` when it comes next. */
static bool take(wick__json *json, char symbol)
{
    skip_space(json);
    bool found = json->at < json->end && *json->at == symbol;
    json->at += found;
    return found;
}

wick_status wick__json_expect(wick__json *json, char symbol)
{
    const char expected[] = {'\'', symbol, '\'', '\0'};
    return take(json, symbol) ? WICK_OK : fail_found(json, expected);
}

wick_status wick__json_more(wick__json *json, char last, bool first, bool *more)
{
    *more = !take(json, last);
    if (!*more || first || take(json, ','))
        return WICK_OK;
    const char expected[] = {'\'', ',', '\'', ' ', 'o', 'r', ' ', '\'', last, '\'', '\0'};
    return fail_found(json, expected);
}

wick_status wick__json_finish(wick__json *json)
{
    skip_space(json);
    return json->at == json->end ? WICK_OK
                                 : fail_found(json, "nothing after the header's last '}'");
}

/* ---- numbers ---- */

static bool is_digit(const wick__json *json)
{
    return json->at < json->end && *json->at >= '0' && *json->at <= '9';
}

wick_status wick__json_natural(wick__json *json, const char *what, int64_t *number)
{
    skip_space(json);
    if (json->at < json->end && *json->at == '-')
        return wick__json_fail(json, "%s is negative", what);
    if (!is_digit(json))
        return fail_found(json, what);
    const char *first = json->at;
    for (*number = 0; is_digit(json); json->at++)
        if (!wick__mul_fits(*number, 10, number) ||
            !wick__add_fits(*number, *json->at - '0', number))
            return wick__json_fail(json, "%s is larger than 2^63 - 1", what);
    if (*first == '0' && json->at - first > 1)
        return wick__json_fail(json, "%s starts with 0", what);
    if (json->at < json->end && (*json->at == '.' || (*json->at | 0x20) == 'e'))
        return wick__json_fail(json, "%s is not a whole number", what);
    return WICK_OK;
}

/* ---- strings ---- */

/* The length of the UTF-8 character that stands next, or 0 when it is none: no overlong forms, no
 * surrogates, nothing above 0x10FFFF. */
static int utf8_length(const wick__json *json)
{
    const unsigned char *s = (const unsigned char *)json->at;
    size_t left = (size_t)(json->end - json->at);
    if (s[0] < 0x80)
        return 1;
    int length = s[0] >= 0xC2 && s[0] <= 0xDF   ? 2
                 : s[0] >= 0xE0 && s[0] <= 0xEF ? 3
                 : s[0] >= 0xF0 && s[0] <= 0xF4 ? 4
                                                : 0;
    if (length == 0 || (size_t)length > left)
        return 0;
    for (int i = 1; i < length; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    bool refused = (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F) ||
                   (s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F);
    return refused ? 0 : length;
}

static char *put_utf8(char *to, uint32_t code)
{
    if (code < 0x80) {
        *to++ = (char)code;
        return to;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xC0, 0xE0, 0xF0};
    *to++ = (char)(lead[more] | code >> (6 * more));
    while (more-- > 0)
        *to++ = (char)(0x80 | (code >> (6 * more) & 0x3F));
    return to;
}

/* Four hexadecimal digits. */
static bool take_hex(wick__json *json, uint32_t *code)
{
    if (json->end - json->at < 4)
        return false;
    *code = 0;
    for (int i = 0; i < 4; i++) {
        char c = *json->at++;
        int lower = c | 0x20;
        int digit = c >= '0' && c <= '9'           ? c - '0'
                    : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
                                                   : -1;
        if (digit < 0)
            return false;
        *code = *code << 4 | (uint32_t)digit;
    }
    return true;
}

/* After "\u": a character, of which there may be two halves. */
static bool take_unicode(wick__json *json, uint32_t *code)
{
    uint32_t low;
    if (!take_hex(json, code))
        return false;
    if (*code < 0xD800 || *code > 0xDFFF)
        return *code != 0;
    if (*code > 0xDBFF || json->end - json->at < 2 || json->at[0] != '\\' || json->at[1] != 'u')
        return false;
    json->at += 2;
    if (!take_hex(json, &low) || low < 0xDC00 || low > 0xDFFF)
        return false;
    *code = 0x10000 + ((*code - 0xD800) << 10) + (low - 0xDC00);
    return true;
}

/* After a backslash. */
static wick_status take_escape(wick__json *json, const char *what, char **to)
{
    static const char escapes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    uint32_t code;
    if (json->at == json->end)
        return fail_found(json, "the rest of an escape");
    char c = *json->at++;
    const char *known = c == '\0' ? NULL : strchr(escapes, c);
    if (known != NULL) {
        *(*to)++ = meanings[known - escapes];
        return WICK_OK;
    }
    if (c != 'u' || !take_unicode(json, &code))
        return wick__json_fail(json, "%s has an escape that is none or stands for a NUL", what);
    *to = put_utf8(*to, code);
    return WICK_OK;
}

static wick_status take_character(wick__json *json, const char *what, char **to)
{
    unsigned char c = (unsigned char)*json->at;
    if (c == '\\') {
        json->at++;
        return take_escape(json, what, to);
    }
    if (c < 0x20)
        return wick__json_fail(json, "%s has a control character", what);
    int length = utf8_length(json);
    if (length == 0)
        return wick__json_fail(json, "%s is not UTF-8", what);
    memmove(*to, json->at, (size_t)length);
    *to += length;
    json->at += length;
    return WICK_OK;
}

wick_status wick__json_string(wick__json *json, const char *what, size_t longest,
                              const char **string)
{
    if (!take(json, '"'))
        return fail_found(json, what);
    char *begin = json->at, *to = begin;
    while (json->at < json->end && *json->at != '"') {
        wick_status status = take_character(json, what, &to);
        if (status != WICK_OK)
            return status;
        if ((size_t)(to - begin) > longest)
            return wick__json_fail(json, "%s is longer than %s bytes", what, wick__number(longest));
    }
    if (json->at == json->end)
        return wick__json_fail(json, "%s does not end", what);
    *to = '\0';
    json->at++;
    *string = begin;
    return WICK_OK;
}
