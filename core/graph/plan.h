/* The nodes of one backward pass in the order in which they run, and the gradients on their way. */
#ifndef WICK_GRAPH_PLAN_H
#define WICK_GRAPH_PLAN_H

#include "graph/node.h"

typedef struct wick__stop {
    wick_node *node;
    int64_t first; /* of its gradients in the plan's list, one an output */
    bool needed;   /* an asked-for input lies behind it, or may have before it was freed */
    bool ran;      /* its rule was carried out */
    bool early;    /* a leaf whose gradient, clear before the pass, has been written */
} wick__stop;

/* Passes over so few nodes need no memory for their plan. */
enum { WICK__PLAN_FEW = 8, WICK__PLAN_BUCKETS = 4 };

typedef struct wick__plan {
    wick_context *context;
    int64_t stops, room;
    wick__stop *stop; /* latest recorded first: consumers before producers */
    int64_t grads;
    wick_tensor **grad; /* what has arrived; NULL: nothing yet */
    int64_t buckets;    /* a power of two */
    int64_t *bucket;    /* where a node stands, -1: empty */
    wick__stop few_stops[WICK__PLAN_FEW];
    int64_t few_buckets[WICK__PLAN_FEW * WICK__PLAN_BUCKETS];
    wick_tensor *few_grads[WICK__PLAN_FEW];
} wick__plan;

/* Every node that a gradient of the roots can reach; holds a reference to each. The plan stays
 * where it is until it is closed. */
wick_status wick__plan_open(wick__plan *plan, wick_context *context, int roots,
                            wick_tensor *const *root);
void wick__plan_close(wick__plan *plan);
/* NULL: the roots do not depend on it. */
wick__stop *wick__plan_find(const wick__plan *plan, const wick_node *node);

#endif
