/* Small things that every file format needs: numbers and names for messages, and byte order. Files
 * are read and written explicitly in their own order, so that a big-endian host gets the same. */
#ifndef WICK_IO_BYTES_H
#define WICK_IO_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WICK__NUMBER_TEXT = 32, WICK__NAME_TEXT = 72 };

/* "1,204,224"; returns `text`, which has WICK__NUMBER_TEXT bytes. */
char *wick__grouped(uint64_t number, char *text);
/* A name out of a file, fit to be shown: at most 60 bytes, control characters as '?', "..." where
 * it was cut. Returns `text`, which has WICK__NAME_TEXT bytes. */
char *wick__shown(const char *name, char *text);

/* Inside an argument list: text that lives in the statement. */
#define wick__number(n) wick__grouped((uint64_t)(n), (char[WICK__NUMBER_TEXT]){0})
#define wick__name(s) wick__shown((s), (char[WICK__NAME_TEXT]){0})

/* Turns `count` elements of `element` bytes each (1, 2, 4 or 8) round in place. */
void wick__swap_bytes(void *data, size_t count, size_t element);

/* Whether numbers lie in memory with their lowest byte first. */
static inline bool wick__host_is_little_endian(void)
{
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
}

/* Numbers in the order of a file, at any address. */
static inline uint32_t wick__big_endian_32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline uint64_t wick__little_endian_64(const uint8_t *at)
{
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--)
        value = value << 8 | at[i];
    return value;
}

#endif
