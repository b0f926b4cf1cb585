/* Moving elements of planes. */
#include "kernel/cut.h"

#include <string.h>

/* ---- cutting ---- */

/* The pixel that stands for pixel i of n; -1: none does. */
static int64_t source_of(wick__padding padding, int64_t i, int64_t n)
{
    if (i >= 0 && i < n)
        return i;
    if (padding == WICK__PAD_CONSTANT)
        return -1;
    if (padding == WICK__PAD_EDGE || n == 1)
        return i < 0 ? 0 : n - 1;
    int64_t period = padding == WICK__PAD_REFLECT ? 2 * n - 2 : 2 * n;
    i = (i % period + period) % period;
    return i < n ? i : (padding == WICK__PAD_REFLECT ? period : period - 1) - i;
}

void wick__fill_elements(size_t element, int64_t n, const void *value, void *y)
{
    if (n > 0 && element == 1)
        memset(y, *(const uint8_t *)value, (size_t)n);
    else if (element == 4)
        for (int64_t i = 0; i < n; i++)
            memcpy((char *)y + 4 * i, value, 4);
    else
        for (int64_t i = 0; i < n; i++)
            memcpy((char *)y + (size_t)i * element, value, element);
}

/* Columns [begin, end) of a row of the result, outside the row x. */
static void cut_outside(const wick__cut *c, const void *value, const char *x, int64_t begin,
                        int64_t end, char *y)
{
    if (c->padding == WICK__PAD_CONSTANT) {
        wick__fill_elements(c->element, end - begin, value, y + (size_t)begin * c->element);
        return;
    }
    for (int64_t i = begin; i < end; i++) {
        int64_t from = source_of(c->padding, c->first[1] + i, c->in[1]);
        memcpy(y + (size_t)i * c->element, x + (size_t)from * c->element, c->element);
    }
}

static int64_t within(int64_t i, int64_t n)
{
    return i < 0 ? 0 : i > n ? n : i;
}

void wick__cut_plane(const wick__cut *c, const void *value, const void *x, void *y)
{
    int64_t width = c->out[1];
    int64_t begin = within(-c->first[1], width);
    int64_t end = within(c->in[1] - c->first[1], width);
    if (end < begin)
        end = begin;
    for (int64_t row = 0; row < c->out[0]; row++) {
        int64_t from = source_of(c->padding, c->first[0] + row, c->in[0]);
        char *to = (char *)y + (size_t)(row * width) * c->element;
        if (from < 0) {
            wick__fill_elements(c->element, width, value, to);
            continue;
        }
        const char *line = (const char *)x + (size_t)(from * c->in[1]) * c->element;
        cut_outside(c, value, line, 0, begin, to);
        memcpy(to + (size_t)begin * c->element, line + (c->first[1] + begin) * (int64_t)c->element,
               (size_t)(end - begin) * c->element);
        cut_outside(c, value, line, end, width, to);
    }
}

/* ---- reversing ---- */

/* Eight bytes at a time, the last of them one by one. */
static void reverse_bytes(int64_t n, const uint8_t *x, uint8_t *y)
{
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t word;
        memcpy(&word, x + n - 8 - i, 8);
        word = __builtin_bswap64(word);
        memcpy(y + i, &word, 8);
    }
    for (; i < n; i++)
        y[i] = x[n - 1 - i];
}

static void reverse_row(size_t element, int64_t n, const char *x, char *y)
{
    if (element == 1) {
        reverse_bytes(n, (const uint8_t *)x, (uint8_t *)y);
    } else if (element == 4) {
        for (int64_t i = 0; i < n; i++)
            memcpy(y + 4 * i, x + 4 * (n - 1 - i), 4);
    } else {
        for (int64_t i = 0; i < n; i++)
            memcpy(y + (size_t)i * element, x + (size_t)(n - 1 - i) * element, element);
    }
}

void wick__reverse_columns(size_t element, int64_t rows, int64_t width, const void *x, void *y)
{
    size_t row = (size_t)width * element;
    for (int64_t r = 0; r < rows; r++)
        reverse_row(element, width, (const char *)x + (size_t)r * row, (char *)y + (size_t)r * row);
}

void wick__reverse_rows(size_t row, int64_t planes, int64_t height, const void *x, void *y)
{
    for (int64_t p = 0; p < planes; p++)
        for (int64_t r = 0; r < height; r++)
            memcpy((char *)y + (size_t)(p * height + r) * row,
                   (const char *)x + (size_t)(p * height + height - 1 - r) * row, row);
}
