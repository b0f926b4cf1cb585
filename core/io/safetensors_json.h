/* As much JSON as the header of a safetensors file has: objects, arrays, strings and natural
 * numbers, with every deviation refused by its place. There is no recursion: the grammar above the
 * scanner decides what may come next, so nesting beyond the format ends at the first bracket too
 * many. */
#ifndef WICK_IO_SAFETENSORS_JSON_H
#define WICK_IO_SAFETENSORS_JSON_H

#include "wick.h"

/* Where a scan stands. Strings are decoded in place, so the text is the scanner's own. */
typedef struct wick__json {
    const char *path; /* for messages */
    char *begin, *at, *end;
} wick__json;

/* Fails with WICK_EFORMAT: "PATH: header, byte 12: TEXT". */
wick_status wick__json_fail(const wick__json *json, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Takes `symbol` or fails. */
wick_status wick__json_expect(wick__json *json, char symbol);
/* Between the members of an object or array that `last` closes: takes a comma, or `last` and then
 * sets *more to false. At the very start, `first` allows the empty one. */
wick_status wick__json_more(wick__json *json, char last, bool first, bool *more);
/* A string as a C string of valid UTF-8 inside the scanner's text; one with a NUL or longer than
 * `longest` bytes is refused. `what` names it in messages. */
wick_status wick__json_string(wick__json *json, const char *what, size_t longest,
                              const char **string);
/* A whole number from 0 to 2^63-1. */
wick_status wick__json_natural(wick__json *json, const char *what, int64_t *number);
/* Nothing but spaces may follow. */
wick_status wick__json_finish(wick__json *json);

#endif
