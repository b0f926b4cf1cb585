/* Gradients on their way to the leaves. A pass that fails leaves every leaf's gradient as it was:
 * one that was clear may be written at once, because that can be undone; the others are added when
 * all have arrived and nothing can fail any more. */
#ifndef WICK_GRAPH_LEAVES_H
#define WICK_GRAPH_LEAVES_H

#include "graph/engine.h"
#include "graph/plan.h"

/* A backward pass under way. */
typedef struct wick__walk {
    const wick__engine *engine;
    const wick__pass *asked;
    wick__plan plan;
    wick__scope scope; /* of the rule that runs */
} wick__walk;

static inline bool wick__is_leaf_node(const wick_node *node)
{
    return !node->op && !node->custom && !node->freed;
}

/* Adds `grad` (NULL: nothing) to what has arrived in `slot`. */
void wick__arrive(wick__walk *w, wick_tensor **slot, wick_tensor *grad);

/* Whether a leaf's gradient goes straight to where it is kept, so that it need not wait for the end
 * of the pass. */
bool wick__keeps_at_once(const wick__walk *w, const wick__stop *stop);
wick_status wick__keep_at_once(wick__walk *w, wick__stop *stop, wick_tensor *grad);

/* Adds what has arrived to the gradients of all leaves, or of none. */
wick_status wick__keep_in_leaves(wick__walk *w);
/* Clears again what was clear before the pass. */
void wick__undo_leaves(wick__walk *w);

#endif
