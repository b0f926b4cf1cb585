/* The engine: runs the rules of a plan, brings gradients to the shape and type of their inputs,
 * and adds them up. */
#include "graph/engine.h"

#include "graph/answers.h"
#include "graph/callback.h"
#include "graph/leaves.h"

/* ---- bringing a gradient to its input ---- */

static bool has_shape(const wick_tensor *t, const wick__geometry *g)
{
    if (t->ndim != g->ndim)
        return false;
    for (int i = 0; i < t->ndim; i++)
        if (t->size[i] != g->size[i])
            return false;
    return true;
}

static wick_tensor *fit(wick__walk *w, wick_tensor *grad, const wick__geometry *g)
{
    if (grad && !has_shape(grad, g)) {
        wick_sizes sizes = {.count = g->ndim};
        for (int i = 0; i < g->ndim; i++)
            sizes.v[i] = g->size[i];
        grad = wick__run(&w->scope, w->engine->sum_to, 1, &grad, (wick_value[]){{.sizes = &sizes}});
    }
    if (grad && grad->dtype != g->dtype)
        grad = wick__run(&w->scope, w->engine->convert, 1, &grad,
                         (wick_value[]){{.integer = g->dtype}});
    return grad;
}

/* ---- one node ---- */

static wick_status missing_rule(const wick_node *node)
{
    return wick__fail(WICK_EGRAD, "%s has no derivative; detach() its result to go on without one",
                      wick__node_name(node));
}

static wick_status freed(const wick_node *node)
{
    return wick__fail(WICK_EGRAD,
                      "backward: the graph behind %s was freed by an earlier backward; give that "
                      "one {retain = true}, or compute the value again",
                      wick__node_name(node));
}

static bool find_wanted(const wick__walk *w, const wick_node *node, bool *wants)
{
    bool any = false;
    for (int i = 0; i < node->inputs; i++) {
        const wick__stop *behind = wick__plan_find(&w->plan, node->edge[i].node);
        wants[i] = behind && behind->needed;
        any = any || wants[i];
    }
    return any;
}

static void run_rule(wick__walk *w, wick_node *node, wick_tensor *const *grad, const bool *wants,
                     wick_tensor **dx, wick_tensor *const *into)
{
    wick__rule rule = {&w->scope, node, grad, dx, wants, into};
    if (node->custom)
        wick__run_function(&w->scope, node, grad, wants, dx);
    else if (node->op->backward)
        node->op->backward(&rule);
    else
        w->scope.status = missing_rule(node);
}

/* Where each input's gradient may be written at once: a clear leaf gradient of its shape and type,
 * offered for one input only. */
static void find_destinations(const wick__walk *w, const wick_node *node, const bool *wants,
                              wick_tensor **into)
{
    for (int i = 0; i < node->inputs; i++) {
        wick__stop *behind = wants[i] ? wick__plan_find(&w->plan, node->edge[i].node) : NULL;
        wick_tensor *grad = behind && wick__keeps_at_once(w, behind) ? behind->node->grad : NULL;
        bool is_open = grad && wick__is_clear(grad) && grad->dtype == node->geometry[i].dtype &&
                       has_shape(grad, &node->geometry[i]);
        for (int j = 0; j < i && is_open; j++)
            is_open = into[j] != grad;
        into[i] = is_open ? grad : NULL;
    }
}

/* What a rule has begun to write is undone with the rest should the pass fail. */
static void note_written(wick__walk *w, const wick_node *node, wick_tensor *const *into)
{
    for (int i = 0; i < node->inputs; i++)
        if (into[i] && !wick__is_clear(into[i]))
            wick__plan_find(&w->plan, node->edge[i].node)->early = true;
}

static void deliver(wick__walk *w, const wick_node *node, const bool *wants, wick_tensor **dx,
                    wick_tensor *const *into)
{
    for (int i = 0; i < node->inputs && !w->scope.status; i++) {
        if (!wants[i] || !dx[i] || dx[i] == into[i])
            continue;
        wick__stop *behind = wick__plan_find(&w->plan, node->edge[i].node);
        wick_tensor *grad = fit(w, dx[i], &node->geometry[i]);
        if (grad && wick__keeps_at_once(w, behind))
            w->scope.status = wick__keep_at_once(w, behind, grad);
        else
            wick__arrive(w, &w->plan.grad[behind->first + node->edge[i].output], grad);
    }
}

static wick_status differentiate(wick__walk *w, wick__stop *stop)
{
    wick_node *node = stop->node;
    size_t inputs = (size_t)node->inputs;
    wick__answers a;
    wick_status status = wick__answers_open(w->plan.context, inputs, &a);
    if (!status && find_wanted(w, node, a.wants)) {
        stop->ran = true;
        find_destinations(w, node, a.wants, a.into);
        wick__scope_open(&w->scope, w->plan.context);
        run_rule(w, node, w->plan.grad + stop->first, a.wants, a.dx, a.into);
        note_written(w, node, a.into);
        deliver(w, node, a.wants, a.dx, a.into);
        status = wick__scope_close(&w->scope);
    }
    wick__answers_close(w->plan.context, inputs, &a);
    return status;
}

/* ---- the end of a stop ---- */

static bool arrived(const wick__walk *w, const wick__stop *stop)
{
    for (int i = 0; i < stop->node->outputs; i++)
        if (w->plan.grad[stop->first + i])
            return true;
    return false;
}

static wick_status collect_asked(wick__walk *w, const wick__stop *stop)
{
    for (int i = 0; i < w->asked->inputs; i++) {
        const wick_tensor *input = w->asked->input[i];
        if (input->node != stop->node)
            continue;
        wick_tensor *grad = w->plan.grad[stop->first + input->output];
        wick_tensor_retain(grad);
        w->asked->grads[i] = grad;
    }
    return WICK_OK;
}

static wick_status run_stop(wick__walk *w, wick__stop *stop)
{
    wick_node *node = stop->node;
    if (!stop->needed || !arrived(w, stop))
        return WICK_OK;
    wick_status status = wick__run_hooks(stop->node, &w->plan.grad[stop->first]);
    if (!status && w->asked->inputs)
        status = collect_asked(w, stop);
    if (status)
        return status;
    if (wick__is_leaf_node(node))
        return WICK_OK;
    if (node->freed)
        return freed(node);
    status = wick__check_interrupt(w->plan.context);
    return status ? status : differentiate(w, stop);
}

/* Without inputs asked for, the whole graph is spent; else what ran. Gradients of leaves stay until
 * all are there. */
static void finish_stop(wick__walk *w, const wick__stop *stop)
{
    bool is_spent = !w->asked->options.retain && (stop->ran || w->asked->inputs == 0);
    if (wick__is_leaf_node(stop->node))
        return;
    for (int i = 0; i < stop->node->outputs; i++) {
        wick_tensor **grad = &w->plan.grad[stop->first + i];
        wick_tensor_release(*grad);
        *grad = NULL;
    }
    if (is_spent && (stop->node->op || stop->node->custom))
        wick__node_free_payload(stop->node);
}

/* ---- the pass ---- */

/* What a freed node led to is not known any more: to arrive there is an error, not zero. */
static void mark_needed(wick__walk *w)
{
    for (int64_t i = w->plan.stops - 1; i >= 0; i--) {
        wick__stop *stop = &w->plan.stop[i];
        stop->needed = w->asked->inputs == 0 || stop->node->freed;
        for (int j = 0; j < w->asked->inputs; j++)
            stop->needed = stop->needed || w->asked->input[j]->node == stop->node;
        for (int j = 0; j < stop->node->inputs && !stop->needed; j++) {
            const wick__stop *behind = wick__plan_find(&w->plan, stop->node->edge[j].node);
            stop->needed = behind && behind->needed;
        }
    }
}

static wick_status ones_like(const wick_tensor *t, wick_tensor **ones)
{
    wick_status status = wick_tensor_new(t->context, t->dtype, t->ndim, t->size, ones);
    void *data;
    if (!status)
        status = wick__writable(*ones, &data);
    for (int64_t i = 0; !status && i < wick__count(t); i++)
        if (t->dtype == WICK_FLOAT32)
            ((float *)data)[i] = 1;
        else
            ((double *)data)[i] = 1;
    return status;
}

static wick_status check_seed(const wick_tensor *root, const wick_tensor *seed)
{
    if (seed && !wick__same_shape(root, seed))
        return wick__fail(WICK_ESHAPE,
                          "backward: the value is %s, the gradient given for it %s; "
                          "they must have one shape",
                          wick__shape(root), wick__shape(seed));
    if (!seed && wick__count(root) != 1)
        return wick__fail(WICK_EGRAD,
                          "backward: a value of %s has no single gradient; reduce it "
                          "to one number, for example with sum(), or give a gradient "
                          "of its shape",
                          wick__shape(root));
    return WICK_OK;
}

/* Whether the pass is going to write where `seed` is: into a leaf's gradient. */
static bool will_be_written(const wick__walk *w, const wick_tensor *seed)
{
    for (int64_t i = 0; i < w->plan.stops; i++) {
        const wick_tensor *grad = w->plan.stop[i].node->grad;
        if (grad && wick__overlap(grad, seed))
            return true;
    }
    return false;
}

static wick_status plant(wick__walk *w, wick_tensor *root, wick_tensor *seed)
{
    if (!root->node)
        return wick__fail(WICK_EGRAD,
                          "backward: this %s value depends on nothing that asks for a "
                          "gradient; call requiresGrad() on an input first",
                          wick__shape(root));
    wick_status status = wick__check_recorded("backward", root);
    if (!status)
        status = check_seed(root, seed);
    if (status)
        return status;
    wick_tensor *grad = seed;
    if (seed && seed->dtype == root->dtype && will_be_written(w, seed))
        status = wick__clone(seed, &grad);
    else if (seed)
        status = wick__convert(seed, root->dtype, &grad);
    else
        status = ones_like(root, &grad);
    if (!status) {
        const wick__stop *stop = wick__plan_find(&w->plan, root->node);
        wick__scope_open(&w->scope, w->plan.context);
        wick__arrive(w, &w->plan.grad[stop->first + root->output], grad);
        status = wick__scope_close(&w->scope);
    }
    wick_tensor_release(grad);
    return status;
}

static wick_status run(wick__walk *w)
{
    wick_status status = WICK_OK;
    mark_needed(w);
    for (int i = 0; i < w->asked->roots && !status; i++)
        status = plant(w, w->asked->root[i], w->asked->seed ? w->asked->seed[i] : NULL);
    for (int64_t i = 0; i < w->plan.stops && !status; i++) {
        status = run_stop(w, &w->plan.stop[i]);
        finish_stop(w, &w->plan.stop[i]);
    }
    if (!status && w->asked->inputs == 0)
        status = wick__keep_in_leaves(w);
    if (status)
        wick__undo_leaves(w);
    return status;
}

wick_status wick__backward(const wick__engine *engine, const wick__pass *asked)
{
    wick_context *context = asked->root[0]->context;
    wick__walk w;
    w.engine = engine;
    w.asked = asked;
    wick_status status = wick__plan_open(&w.plan, context, asked->roots, asked->root);
    bool recording = wick_context_set_recording(context, asked->options.record);
    if (!status)
        status = run(&w);
    wick_context_set_recording(context, recording);
    wick__plan_close(&w.plan);
    for (int i = 0; status && i < asked->inputs; i++) {
        wick_tensor_release(asked->grads[i]);
        asked->grads[i] = NULL;
    }
    return status;
}
