/* Triangles of row-major matrices. */
#ifndef WICK_KERNEL_TRIANGLE_H
#define WICK_KERNEL_TRIANGLE_H

#include "wick.h"

typedef struct wick__triangle {
    int64_t matrices, rows, columns;
    int64_t diagonal; /* the one that still belongs to it; places to the right of the main one */
    bool upper;       /* what lies right of that diagonal, else left */
    size_t bytes;     /* an element */
} wick__triangle;

/* y = x inside the triangle, 0 outside. */
void wick__triangle_copy(wick_context *context, const wick__triangle *triangle, const void *x,
                         void *y);

#endif
