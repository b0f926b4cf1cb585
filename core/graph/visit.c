/* Showing the tape: every operation behind a recorded tensor, to a function of the host. */
#include "graph/plan.h"

/* Later nodes stand first in a plan; numbers count from 1 in the order of recording. */
static int64_t number_of(const wick__plan *plan, const wick_node *node)
{
    const wick__stop *stop = wick__plan_find(plan, node);
    return stop ? plan->stops - (stop - plan->stop) : 0;
}

static int most_inputs(const wick__plan *plan)
{
    int most = 0;
    for (int64_t i = 0; i < plan->stops; i++)
        most = plan->stop[i].node->inputs > most ? plan->stop[i].node->inputs : most;
    return most;
}

static void describe(const wick__plan *plan, const wick_node *node, wick_graph_input *input)
{
    for (int j = 0; j < node->inputs; j++)
        input[j] = (wick_graph_input){.node = number_of(plan, node->edge[j].node),
                                      .output = node->edge[j].output,
                                      .ndim = node->geometry[j].ndim,
                                      .size = node->geometry[j].size};
}

static wick_status visit_all(const wick__plan *plan, wick_visit *visit, void *host)
{
    void *input = NULL;
    size_t bytes = sizeof(wick_graph_input) * (size_t)most_inputs(plan);
    wick_status status = bytes > 0 ? wick__alloc(plan->context, bytes, &input) : WICK_OK;
    for (int64_t i = plan->stops - 1; i >= 0 && !status; i--) {
        const wick_node *node = plan->stop[i].node;
        describe(plan, node, input);
        visit(host, plan->stops - i, wick__node_name(node), node->inputs, input);
    }
    if (input)
        wick__free(plan->context, input, bytes);
    return status;
}

wick_status wick_graph_visit(wick_tensor *root, wick_visit *visit, void *host)
{
    wick__plan plan;
    if (!root->node)
        return WICK_OK;
    wick_status status = wick__plan_open(&plan, root->context, 1, &root);
    if (status)
        return status;
    status = visit_all(&plan, visit, host);
    wick__plan_close(&plan);
    return status;
}
