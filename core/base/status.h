/* Failing: one status code and one complete sentence for the calling thread. */
#ifndef WICK_BASE_STATUS_H
#define WICK_BASE_STATUS_H

#include <stdarg.h>

#include "wick.h"

/* Stores the message and returns `status`, so that a failure is one line:
 * return wick__fail(WICK_ESHAPE, "%s: ...", ...); */
wick_status wick__fail(wick_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts text in front of the current message, as outer layers know more; returns `status`. */
wick_status wick__fail_in(wick_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
