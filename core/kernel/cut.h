/* Rectangles of dense planes, which may reach beyond them, and planes with rows or columns in
 * reverse. Elements are moved, whatever they are. */
#ifndef WICK_KERNEL_CUT_H
#define WICK_KERNEL_CUT_H

#include "wick.h"

/* What lies outside an image a b c d. */
typedef enum wick__padding {
    WICK__PAD_CONSTANT, /* a value */
    WICK__PAD_EDGE,     /* a a | a b c d | d d */
    WICK__PAD_REFLECT,  /* c b | a b c d | c b */
    WICK__PAD_SYMMETRIC /* b a | a b c d | d c */
} wick__padding;

/* Index 0 of every pair is height, 1 is width. */
typedef struct wick__cut {
    size_t element; /* bytes, at most 8 */
    int64_t in[2], out[2];
    int64_t first[2]; /* where the rectangle begins in the plane; may be negative */
    wick__padding padding;
} wick__cut;

/* y, out, of one plane x, in; `value` is the element for what lies outside. */
void wick__cut_plane(const wick__cut *cut, const void *value, const void *x, void *y);
/* n elements, each a copy of `value`. */
void wick__fill_elements(size_t element, int64_t n, const void *value, void *y);
/* y, rows x width, of x with the elements of every row in reverse. */
void wick__reverse_columns(size_t element, int64_t rows, int64_t width, const void *x, void *y);
/* y, planes x height x width, of x with the rows of every plane in reverse; `row` is bytes. */
void wick__reverse_rows(size_t row, int64_t planes, int64_t height, const void *x, void *y);

#endif
