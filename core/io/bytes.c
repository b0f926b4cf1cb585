/* Numbers and names for messages, and byte order. */
#include "io/bytes.h"

#include <stdio.h>
#include <string.h>

char *wick__grouped(uint64_t number, char *text)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    char *to = text;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return text;
}

/* The longest start of `name` that has at most `limit` bytes and cuts no UTF-8 character. */
static size_t whole_characters(const char *name, size_t limit)
{
    size_t n = strnlen(name, limit + 1);
    if (n <= limit)
        return n;
    for (n = limit; n > 0 && ((unsigned char)name[n] & 0xC0) == 0x80;)
        n--;
    return n;
}

char *wick__shown(const char *name, char *text)
{
    size_t n = whole_characters(name, 60);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)name[i];
        text[i] = c < 0x20 || c == 0x7F ? '?' : name[i];
    }
    strcpy(text + n, name[n] == '\0' ? "" : "...");
    return text;
}

void wick__swap_bytes(void *data, size_t count, size_t element)
{
    uint8_t *at = data;
    for (size_t i = 0; i < count; i++, at += element)
        for (size_t a = 0, b = element - 1; a < b; a++, b--) {
            uint8_t kept = at[a];
            at[a] = at[b];
            at[b] = kept;
        }
}
