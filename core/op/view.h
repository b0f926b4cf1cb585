/* The pieces of which view operations are made. */
#ifndef WICK_OP_VIEW_H
#define WICK_OP_VIEW_H

#include <string.h>

#include "op/describe.h"

/* What a view needs besides the storage. */
typedef struct wick__frame {
    int ndim;
    int64_t offset;
    int64_t size[WICK_MAX_DIM], stride[WICK_MAX_DIM];
} wick__frame;

/* Where and how t lies. */
static inline wick__frame wick__frame_of(const wick_tensor *t)
{
    wick__frame g = {.ndim = t->ndim, .offset = t->offset};
    memcpy(g.size, t->size, sizeof g.size);
    memcpy(g.stride, t->stride, sizeof g.stride);
    return g;
}

/* What has no element may lie past the end of the storage: it stays where t begins. */
static inline wick_status wick__frame_view(const wick_tensor *t, const wick__frame *g,
                                           wick_tensor **out)
{
    int64_t offset = g->offset;
    for (int i = 0; i < g->ndim; i++)
        if (g->size[i] == 0)
            offset = t->offset;
    return wick__view(t, offset, g->ndim, g->size, g->stride, out);
}

/* The dimensions behind move up, or back. */
static inline void wick__remove_dim(wick__frame *g, int dim)
{
    size_t rest = sizeof(int64_t) * (size_t)(g->ndim - dim - 1);
    memmove(g->size + dim, g->size + dim + 1, rest);
    memmove(g->stride + dim, g->stride + dim + 1, rest);
    g->ndim--;
}

static inline void wick__insert_dim(wick__frame *g, int dim, int64_t size, int64_t stride)
{
    size_t rest = sizeof(int64_t) * (size_t)(g->ndim - dim);
    memmove(g->size + dim + 1, g->size + dim, rest);
    memmove(g->stride + dim + 1, g->stride + dim, rest);
    g->size[dim] = size;
    g->stride[dim] = stride;
    g->ndim++;
}

/* Refuses what is no dimension of t, counted from 0. */
static inline wick_status wick__check_view_dim(const char *what, const wick_tensor *t, int64_t dim)
{
    if (dim >= 0 && dim < t->ndim)
        return WICK_OK;
    return wick__fail(WICK_EVALUE, "%s: dimension %lld out of range of %dD tensor", what,
                      (long long)dim + 1, t->ndim);
}

#define VIEW(NAME, LUA, ARGS, DOC, EXAMPLE)                                                        \
    const wick_op wick_op_##NAME = {.name = LUA,                                                   \
                                    .args = ARGS,                                                  \
                                    .is_view = true,                                               \
                                    .forward = NAME##_forward,                                     \
                                    .backward = NAME##_backward,                                   \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

/* Its gradient is the gradient in the input's shape. */
#define BACK_IN_SHAPE(NAME)                                                                        \
    static void NAME##_backward(wick__rule *r)                                                     \
    {                                                                                              \
        wick_sizes shape = wick__sizes_of(r, 0);                                                   \
        r->dx[0] = wick__reshape(r->scope, G, &shape);                                             \
    }

#endif
