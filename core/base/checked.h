/* The one place for arithmetic on sizes: every function returns true when the result fits. */
#ifndef WICK_BASE_CHECKED_H
#define WICK_BASE_CHECKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sums and products that fit into 64 bits. */
static inline bool wick__add_fits(int64_t a, int64_t b, int64_t *sum)
{
    return !__builtin_add_overflow(a, b, sum);
}

static inline bool wick__mul_fits(int64_t a, int64_t b, int64_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

/* The number of elements of a shape; no dimension means none. */
static inline bool wick__count_fits(int ndim, const int64_t *size, int64_t *count)
{
    int64_t total = ndim > 0;
    for (int i = 0; i < ndim; i++)
        if (size[i] < 0 || !wick__mul_fits(total, size[i], &total))
            return false;
    *count = total;
    return true;
}

/* The bytes of so many elements of so many bytes. */
static inline bool wick__bytes_fit(int64_t count, size_t element, size_t *bytes)
{
    int64_t total;
    if (count < 0 || !wick__mul_fits(count, (int64_t)element, &total))
        return false;
    *bytes = (size_t)total;
    return true;
}

/* One past the last element that a view reaches, counted from the start of its storage. Refuses
 * negative sizes, strides and offsets. */
static inline bool wick__extent_fits(int64_t offset, int ndim, const int64_t *size,
                                     const int64_t *stride, int64_t *end)
{
    int64_t last = offset, count;
    if (offset < 0 || !wick__count_fits(ndim, size, &count))
        return false;
    for (int i = 0; i < ndim && count > 0; i++) {
        int64_t reach;
        if (stride[i] < 0 || !wick__mul_fits(size[i] - 1, stride[i], &reach) ||
            !wick__add_fits(last, reach, &last))
            return false;
    }
    return count == 0 ? (*end = offset, true) : wick__add_fits(last, 1, end);
}

#endif
