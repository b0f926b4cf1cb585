/* Backward over the tape: orders nodes, calls rules, accumulates, undoes broadcasting. No
 * recursion. */
#ifndef WICK_GRAPH_ENGINE_H
#define WICK_GRAPH_ENGINE_H

#include "graph/rule.h"

/* The operations the engine itself needs; the layer above hands them in. */
typedef struct wick__engine {
    const wick_op *add;     /* (x, alpha, y) */
    const wick_op *sum_to;  /* (x; sizes): undoes broadcasting */
    const wick_op *convert; /* (x; dtype) */
} wick__engine;

typedef struct wick__pass {
    int roots;
    wick_tensor *const *root;
    wick_tensor *const *seed; /* NULL, or NULL entries: ones */
    int inputs;               /* 0: add to the leaves */
    wick_tensor *const *input;
    wick_backward_options options;
    wick_tensor **grads; /* one an input */
} wick__pass;

/* Runs the pass. Fails with WICK_EGRAD for what has no gradient, a changed value or a freed graph,
 * and with whatever a rule or a callback fails with; the gradients of all leaves are then as they
 * were before, and what the pass has come through is freed unless the graph is retained. */
wick_status wick__backward(const wick__engine *engine, const wick__pass *pass);

#endif
