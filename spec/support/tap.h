/* A C test: functions that expect things, one line of TAP for each function.
 *
 *   static void adds(void) { expect(1 + 1 == 2); }
 *   int main(void) { test("adds", adds); return finish(); }
 *
 * The place and the name are printed before a test runs, so that a crash has a name. */
#ifndef WICK_SPEC_TAP_H
#define WICK_SPEC_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "wick.h"

static int tap_tests, tap_failures, tap_failed_here;
static char tap_report[8192]; /* of the running test */

/* Adds to the report. */
__attribute__((format(printf, 1, 2))) static inline void tap_note(const char *format, ...)
{
    size_t used = strlen(tap_report);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(tap_report + used, sizeof tap_report - used, format, arguments);
    va_end(arguments);
}

/* Notes a failure with its place and the core's last message; the test goes on. From one thread at
 * a time. */
#define expect(condition) tap_expect((condition), #condition, __FILE__, __LINE__)

static inline bool tap_expect(bool holds, const char *text, const char *file, int line)
{
    if (!holds && tap_failed_here++ < 8)
        tap_note("# %s:%d: expected %s (message: %s)\n", file, line, text, wick_message());
    return holds;
}

/* The same, and says for what, as printf does. */
#define expect_for(condition, ...)                                                                 \
    do {                                                                                           \
        if (!tap_expect((condition), #condition, __FILE__, __LINE__) && tap_failed_here <= 8)      \
            tap_note("#   for " __VA_ARGS__), tap_note("\n");                                      \
    } while (0)

/* The call failed with this status and a message that contains `text`. */
#define expect_failure(call, status, text)                                                         \
    tap_failure((call), (status), (text), #call, __FILE__, __LINE__)

static inline void tap_failure(wick_status got, wick_status status, const char *text,
                               const char *call, const char *file, int line)
{
    if ((got != status || strstr(wick_message(), text) == NULL) && tap_failed_here++ < 8)
        tap_note("# %s:%d: %s gave status %d, expected %d with \"%s\" (message: %s)\n", file, line,
                 call, (int)got, (int)status, text, wick_message());
}

#define test(name, function) tap_test((name), (function), __FILE__, __LINE__)

static inline void tap_test(const char *name, void (*function)(void), const char *file, int line)
{
    printf("# %s @ %d: %s\n", file, line, name);
    fflush(stdout);
    function();
    tap_failures += tap_failed_here > 0;
    printf("%s %d - %s\n%s", tap_failed_here > 0 ? "not ok" : "ok", ++tap_tests, name, tap_report);
    fflush(stdout);
    tap_failed_here = 0;
    tap_report[0] = '\0';
}

/* The exit status of the program. */
static inline int finish(void)
{
    printf("%s1..%d\n", tap_report, tap_tests);
    return tap_failures > 0 || tap_failed_here > 0 || tap_tests == 0;
}

#endif
