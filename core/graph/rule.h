/* What a backward rule sees, and the arithmetic it is written in. Functions that return a tensor
 * lend it: the scope owns every intermediate result and lets go of all of them at the end. After
 * the first failure they return NULL and do nothing, so rules need no checks between steps. */
#ifndef WICK_GRAPH_RULE_H
#define WICK_GRAPH_RULE_H

#include "graph/node.h"

enum { WICK__SCOPE_FEW = 16 };

typedef struct wick__scope {
    wick_context *context;
    wick_status status;
    int count, room;
    wick_tensor **owned; /* points at `few` until they are too many */
    wick_tensor *few[WICK__SCOPE_FEW];
} wick__scope;

/* An empty scope; every scope opened is closed. */
void wick__scope_open(wick__scope *scope, wick_context *context);
/* Lets go of everything; returns the first failure. */
wick_status wick__scope_close(wick__scope *scope);
/* Takes over a reference and lends it; NULL and a bad status go to the scope. */
wick_tensor *wick__keep(wick__scope *scope, wick_status status, wick_tensor *tensor);
/* Carries an operation out inside the scope. `value` holds the other arguments; NULL: all
 * zero. */
wick_tensor *wick__run(wick__scope *scope, const wick_op *op, int inputs, wick_tensor *const *in,
                       const wick_value *value);

/* The same with a floating result that goes to `into`, is lent again, and was not seen by anybody
 * before; NULL: to a new tensor. */
wick_tensor *wick__run_into(wick__scope *scope, const wick_op *op, int inputs,
                            wick_tensor *const *in, wick_tensor *into);

typedef struct wick__rule {
    wick__scope *scope;
    const wick_node *node;
    wick_tensor *const *g; /* one gradient an output; NULL: none arrived. g[0] of a rule with one
                              output is never NULL */
    wick_tensor **dx;      /* to be filled with lent tensors; left NULL: zero */
    const bool *wants;
    wick_tensor *const *into; /* where the gradient of input i may be written whole, in place of a
                                 new tensor: a leaf's own that is still zero; NULL: nowhere */
} wick__rule;

/* The saved input or output of the descriptor's bits; raises in the scope when it was changed. */
wick_tensor *wick__input(wick__rule *r, int i);
wick_tensor *wick__result(wick__rule *r, int i);

/* Shape and type of input i. */
static inline const wick__geometry *wick__shape_of(const wick__rule *r, int i)
{
    return &r->node->geometry[i];
}

/* Value i of the call's arguments that are no tensors. */
static inline double wick__number(const wick__rule *r, int i)
{
    return r->node->value[i].number;
}

/* The same for integers, dimensions, choices and booleans. */
static inline int64_t wick__integer(const wick__rule *r, int i)
{
    return r->node->value[i].integer;
}

/* The same for lists of sizes. */
static inline const wick_sizes *wick__sizes(const wick__rule *r, int i)
{
    return r->node->value[i].sizes;
}

#endif
