/* The kinds of products there are, and the shapes of their operands. */
#ifndef WICK_SPEC_PRODUCTS_H
#define WICK_SPEC_PRODUCTS_H

#include "support/calls.h"

#define COUNT(A) ((int)(sizeof(A) / sizeof *(A)))

/* The ranks of a, b and c of every product, and whether it is a sum over the batch. */
typedef struct kind {
    const char *word, *add, *beta;
    int a, b, c;
    bool sums;
} kind;

static const kind kinds[] = {{"mm", "addmm", "addmm_beta", 2, 2, 2, false},
                             {"mv", "addmv", "addmv_beta", 2, 1, 1, false},
                             {"ger", "addr", "addr_beta", 1, 1, 2, false},
                             {"bmm", "baddbmm", "baddbmm_beta", 3, 3, 3, false},
                             {NULL, "addbmm", "addbmm_beta", 3, 3, 2, true}};

typedef struct extents {
    int64_t batch, m, k, n;
} extents;

static inline wick_sizes shape_a(const kind *k, extents e)
{
    if (k->a == 3)
        return SHAPE(e.batch, e.m, e.k);
    return k->a == 2 ? SHAPE(e.m, e.k) : SHAPE(e.m);
}

static inline wick_sizes shape_b(const kind *k, extents e)
{
    if (k->b == 3)
        return SHAPE(e.batch, e.k, e.n);
    if (k->b == 2)
        return SHAPE(e.k, e.n);
    return k->a == 2 ? SHAPE(e.k) : SHAPE(e.n);
}

static inline wick_sizes shape_c(const kind *k, extents e)
{
    if (k->c == 3)
        return SHAPE(e.batch, e.m, e.n);
    return k->c == 2 ? SHAPE(e.m, e.n) : SHAPE(e.m);
}

/* What a product of that kind can be: vectors have no batch and no inner side. */
static inline extents reduced(const kind *k, extents e)
{
    if (k->a < 3)
        e.batch = 1;
    if (k->a == 1)
        e.k = 1;
    if (k->c == 1)
        e.n = 1;
    return e;
}

#endif
