/* Calling the host back during backward. */
#ifndef WICK_GRAPH_CALLBACK_H
#define WICK_GRAPH_CALLBACK_H

#include "graph/rule.h"

/* Calls a node's hooks with the gradients of its outputs, which they may replace. Fails with what a
 * hook reports, when it wrote into a gradient, or gave one of another shape or type. */
wick_status wick__run_hooks(const wick_node *node, wick_tensor **grads);
/* Runs a host function's backward; its gradients belong to the scope, which keeps the failure. */
void wick__run_function(wick__scope *scope, wick_node *node, wick_tensor *const *grad,
                        const bool *wants, wick_tensor **dx);

#endif
