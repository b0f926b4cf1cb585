/* Triangles, row by row. */
#include "kernel/triangle.h"

#include <string.h>

#include "base/threads.h"

enum { GRAIN = 32768 };

typedef struct job {
    const wick__triangle *triangle;
    const char *x;
    char *y;
} job;

static int64_t between(int64_t low, int64_t value, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

static void copy_rows(void *job_, int64_t begin, int64_t end)
{
    const job *j = job_;
    const wick__triangle *t = j->triangle;
    for (int64_t row = begin; row < end; row++) {
        int64_t on = row % t->rows + t->diagonal; /* the column of the diagonal */
        int64_t from = t->upper ? between(0, on, t->columns) : 0;
        int64_t to = t->upper ? t->columns : between(0, on + 1, t->columns);
        const char *x = j->x + (size_t)(row * t->columns) * t->bytes;
        char *y = j->y + (size_t)(row * t->columns) * t->bytes;
        memset(y, 0, (size_t)from * t->bytes);
        memcpy(y + (size_t)from * t->bytes, x + (size_t)from * t->bytes,
               (size_t)(to - from) * t->bytes);
        memset(y + (size_t)to * t->bytes, 0, (size_t)(t->columns - to) * t->bytes);
    }
}

void wick__triangle_copy(wick_context *context, const wick__triangle *triangle, const void *x,
                         void *y)
{
    job j = {triangle, x, y};
    if (triangle->columns > 0)
        wick__parallel(context, triangle->matrices * triangle->rows, GRAIN / triangle->columns + 1,
                       copy_rows, &j);
}
