/* The calling thread's last message. Formatting goes through a second buffer, so that a message may
 * quote the one before. */
#include "base/status.h"

#include <stdio.h>
#include <string.h>

enum { MESSAGE_BYTES = 2048 };

static _Thread_local char message[MESSAGE_BYTES] = "no failure so far";

const char *wick_message(void)
{
    return message;
}

/* Makes `text` the message; a text that is too long ends in dots. */
static void keep(const char *text)
{
    static const char dots[] = "...";
    size_t length = strlen(text);
    if (length >= MESSAGE_BYTES)
        length = MESSAGE_BYTES - 1;
    memcpy(message, text, length);
    message[length] = '\0';
    if (length == MESSAGE_BYTES - 1)
        memcpy(message + MESSAGE_BYTES - sizeof dots, dots, sizeof dots);
}

wick_status wick__fail(wick_status status, const char *format, ...)
{
    char text[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    keep(text);
    return status;
}

wick_status wick__fail_in(wick_status status, const char *format, ...)
{
    char text[2 * MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, MESSAGE_BYTES, format, arguments);
    va_end(arguments);
    strcat(text, message);
    keep(text);
    return status;
}
