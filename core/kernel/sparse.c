/* Products of sparse matrices: every part goes through all entries and keeps to its own rows or
 * columns of the result, so that nothing meets and the order of sums is that of the entries. */
#include "kernel/sparse.h"

#include <string.h>

#include "base/threads.h"

/* GRAIN: multiplications a part at least; PARTS: at most so many, as each reads all entries; STRIP:
 * columns a part at least. */
enum { GRAIN = 32768, PARTS = 8, STRIP = 32 };

typedef struct product {
    const wick__entries *entries;
    const void *value;
    wick__matrix dense;
    int64_t n, width;
    void *out;
    bool by_columns;
} product;

typedef struct dots {
    const wick__entries *entries;
    wick__matrix a, b;
    int64_t width;
    void *out;
} dots;

#define EACH "kernel/sparse.inc"
#include "kernel/each_real.h"

static void product_part(void *job, int64_t begin, int64_t end)
{
    const product *p = job;
    int64_t first = p->by_columns ? 0 : begin, last = p->by_columns ? p->n : end;
    int64_t left = p->by_columns ? begin : 0, right = p->by_columns ? end : p->width;
    if (p->entries->dtype == WICK_FLOAT64)
        product_double(p, first, last, left, right);
    else
        product_float(p, first, last, left, right);
}

static void dots_part(void *job, int64_t begin, int64_t end)
{
    const dots *d = job;
    if (d->entries->dtype == WICK_FLOAT64)
        dots_double(d, begin, end);
    else
        dots_float(d, begin, end);
}

void wick__sparse_product(wick_context *context, const wick__entries *entries, const void *value,
                          const wick__matrix *dense, int64_t n, int64_t width, void *out)
{
    product p = {entries, value, *dense, n, width, out, width >= 2 * STRIP};
    int64_t items = p.by_columns ? width : n, least = p.by_columns ? STRIP : 1;
    int64_t parts = entries->count * width / GRAIN + 1;
    parts = parts < PARTS ? parts : PARTS;
    int64_t grain = (items + parts - 1) / parts;
    wick__parallel(context, items, grain > least ? grain : least, product_part, &p);
}

void wick__sparse_dots(wick_context *context, const wick__entries *entries, const wick__matrix *a,
                       const wick__matrix *b, int64_t width, void *out)
{
    dots d = {entries, *a, *b, width, out};
    wick__parallel(context, entries->count, GRAIN / (width + 1) + 1, dots_part, &d);
}
