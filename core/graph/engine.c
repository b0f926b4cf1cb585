/* The engine: runs the rules of a plan, brings gradients to the shape and type of their inputs,
 * and adds them up. */
#include "graph/engine.h"

#include "graph/answers.h"
#include "graph/callback.h"
#include "graph/plan.h"

typedef struct pass {
    const wick__engine *engine;
    const wick__pass *asked;
    wick__plan plan;
    wick__scope scope; /* of the rule that runs */
} pass;

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

static wick_tensor *fit(pass *p, wick_tensor *grad, const wick__geometry *g)
{
    if (grad && !has_shape(grad, g)) {
        wick_sizes sizes = {.count = g->ndim};
        for (int i = 0; i < g->ndim; i++)
            sizes.v[i] = g->size[i];
        grad = wick__run(&p->scope, p->engine->sum_to, 1, &grad, (wick_value[]){{.sizes = &sizes}});
    }
    if (grad && grad->dtype != g->dtype)
        grad = wick__run(&p->scope, p->engine->convert, 1, &grad,
                         (wick_value[]){{.integer = g->dtype}});
    return grad;
}

/* ---- adding up ---- */

static wick_tensor *sum(pass *p, wick_tensor *a, wick_tensor *b)
{
    return wick__run(&p->scope, p->engine->add, 2, (wick_tensor *[]){a, b},
                     (wick_value[]){{.number = 1}});
}

/* Nobody else sees the memory, and every element has its own: adding may happen in it. */
static bool is_ours(const wick_tensor *t)
{
    return !t->node && wick_tensor_is_contiguous(t) && atomic_load(&t->refs) == 1 &&
           (!t->storage || atomic_load(&t->storage->refs) == 1);
}

static wick_status add_in_place(pass *p, wick_tensor *to, wick_tensor *grad)
{
    wick_call call = {.inputs = 2, .in = (wick_tensor *[]){to, grad}, .value = {{.number = 1}}};
    return wick_apply_into(p->engine->add, &call, &to);
}

static void arrive(pass *p, wick_tensor **slot, wick_tensor *grad)
{
    if (!grad || p->scope.status)
        return;
    if (*slot && is_ours(*slot) && !p->asked->options.record) {
        p->scope.status = add_in_place(p, *slot, grad);
        return;
    }
    if (*slot)
        grad = sum(p, *slot, grad);
    if (!grad)
        return;
    wick_tensor_retain(grad);
    wick_tensor_release(*slot);
    *slot = grad;
}

/* ---- leaves ---- */

static wick_status keep_in_leaf(pass *p, wick_node *leaf, wick_tensor **grad)
{
    bool record = p->asked->options.record, done = false;
    wick_tensor *kept = NULL;
    wick_status status = WICK_OK;
    if (leaf->grad && !record && !leaf->grad->node) {
        status = wick__copy_to_clear(leaf->grad, *grad, &done);
        return status || done ? status : add_in_place(p, leaf->grad, *grad);
    }
    if (leaf->grad) {
        wick__scope_open(&p->scope, p->plan.context);
        kept = sum(p, leaf->grad, *grad);
        wick_tensor_retain(kept);
        status = wick__scope_close(&p->scope);
    } else if (record || is_ours(*grad)) {
        kept = *grad;
        wick_tensor_retain(kept);
    } else {
        status = wick__clone(*grad, &kept);
    }
    if (status)
        return status;
    wick_tensor_release(leaf->grad);
    leaf->grad = kept;
    return WICK_OK;
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

static bool find_wanted(const pass *p, const wick_node *node, bool *wants)
{
    bool any = false;
    for (int i = 0; i < node->inputs; i++) {
        const wick__stop *behind = wick__plan_find(&p->plan, node->edge[i].node);
        wants[i] = behind && behind->needed;
        any = any || wants[i];
    }
    return any;
}

static void run_rule(pass *p, wick_node *node, wick_tensor *const *grad, const bool *wants,
                     wick_tensor **dx, wick_tensor *const *into)
{
    wick__rule rule = {&p->scope, node, grad, dx, wants, into};
    if (node->custom)
        wick__run_function(&p->scope, node, grad, wants, dx);
    else if (node->op->backward)
        node->op->backward(&rule);
    else
        p->scope.status = missing_rule(node);
}

/* Whether a leaf's gradient goes straight to where it is kept, so that it need not wait for the end
 * of the pass: where that can be undone should the pass fail, because it is clear before. */
static bool keeps_at_once(const pass *p, const wick__stop *stop)
{
    const wick_node *node = stop->node;
    if (node->op || node->custom || node->freed || node->hooks || p->asked->inputs > 0 ||
        p->asked->options.record || !node->grad || node->grad->node)
        return false;
    return stop->early || wick__is_clear(node->grad);
}

/* Where each input's gradient may be written at once: a clear leaf gradient of its shape and type,
 * offered for one input only. */
static void find_destinations(const pass *p, const wick_node *node, const bool *wants,
                              wick_tensor **into)
{
    for (int i = 0; i < node->inputs; i++) {
        wick__stop *behind = wants[i] ? wick__plan_find(&p->plan, node->edge[i].node) : NULL;
        wick_tensor *grad = behind && keeps_at_once(p, behind) ? behind->node->grad : NULL;
        bool is_open = grad && wick__is_clear(grad) && grad->dtype == node->geometry[i].dtype &&
                       has_shape(grad, &node->geometry[i]);
        for (int j = 0; j < i && is_open; j++)
            is_open = into[j] != grad;
        into[i] = is_open ? grad : NULL;
    }
}

/* What a rule has begun to write is undone with the rest should the pass fail. */
static void note_written(pass *p, const wick_node *node, wick_tensor *const *into)
{
    for (int i = 0; i < node->inputs; i++)
        if (into[i] && !wick__is_clear(into[i]))
            wick__plan_find(&p->plan, node->edge[i].node)->early = true;
}

static void undo_early(pass *p)
{
    bool done;
    for (int64_t i = 0; i < p->plan.stops; i++)
        if (p->plan.stop[i].early)
            wick__clear(p->plan.stop[i].node->grad, &done);
}

static void deliver(pass *p, const wick_node *node, const bool *wants, wick_tensor **dx,
                    wick_tensor *const *into)
{
    for (int i = 0; i < node->inputs && !p->scope.status; i++) {
        if (!wants[i] || !dx[i] || dx[i] == into[i])
            continue;
        wick__stop *behind = wick__plan_find(&p->plan, node->edge[i].node);
        wick_tensor *grad = fit(p, dx[i], &node->geometry[i]);
        if (grad && keeps_at_once(p, behind)) {
            behind->early = true;
            p->scope.status = keep_in_leaf(p, behind->node, &grad);
        } else {
            arrive(p, &p->plan.grad[behind->first + node->edge[i].output], grad);
        }
    }
}

static wick_status differentiate(pass *p, wick__stop *stop)
{
    wick_node *node = stop->node;
    size_t inputs = (size_t)node->inputs;
    wick__answers a;
    wick_status status = wick__answers_open(p->plan.context, inputs, &a);
    if (!status && find_wanted(p, node, a.wants)) {
        stop->ran = true;
        find_destinations(p, node, a.wants, a.into);
        wick__scope_open(&p->scope, p->plan.context);
        run_rule(p, node, p->plan.grad + stop->first, a.wants, a.dx, a.into);
        note_written(p, node, a.into);
        deliver(p, node, a.wants, a.dx, a.into);
        status = wick__scope_close(&p->scope);
    }
    wick__answers_close(p->plan.context, inputs, &a);
    return status;
}

/* ---- the end of a stop ---- */

static bool arrived(const pass *p, const wick__stop *stop)
{
    for (int i = 0; i < stop->node->outputs; i++)
        if (p->plan.grad[stop->first + i])
            return true;
    return false;
}

static wick_status collect_asked(pass *p, const wick__stop *stop)
{
    for (int i = 0; i < p->asked->inputs; i++) {
        const wick_tensor *input = p->asked->input[i];
        if (input->node != stop->node)
            continue;
        wick_tensor *grad = p->plan.grad[stop->first + input->output];
        wick_tensor_retain(grad);
        p->asked->grads[i] = grad;
    }
    return WICK_OK;
}

static wick_status run_stop(pass *p, wick__stop *stop)
{
    wick_node *node = stop->node;
    bool is_leaf = !node->op && !node->custom && !node->freed;
    if (!stop->needed || !arrived(p, stop))
        return WICK_OK;
    wick_status status = wick__run_hooks(stop->node, &p->plan.grad[stop->first]);
    if (!status && p->asked->inputs)
        status = collect_asked(p, stop);
    if (status)
        return status;
    if (is_leaf)
        return p->asked->inputs ? WICK_OK : keep_in_leaf(p, node, &p->plan.grad[stop->first]);
    if (node->freed)
        return freed(node);
    status = wick__check_interrupt(p->plan.context);
    return status ? status : differentiate(p, stop);
}

/* Without inputs asked for, the whole graph is spent; else what ran. */
static void finish_stop(pass *p, const wick__stop *stop)
{
    bool is_spent = !p->asked->options.retain && (stop->ran || p->asked->inputs == 0);
    for (int i = 0; i < stop->node->outputs; i++) {
        wick_tensor **grad = &p->plan.grad[stop->first + i];
        wick_tensor_release(*grad);
        *grad = NULL;
    }
    if (is_spent && (stop->node->op || stop->node->custom))
        wick__node_free_payload(stop->node);
}

/* ---- the pass ---- */

/* What a freed node led to is not known any more: to arrive there is an error, not zero. */
static void mark_needed(pass *p)
{
    for (int64_t i = p->plan.stops - 1; i >= 0; i--) {
        wick__stop *stop = &p->plan.stop[i];
        stop->needed = p->asked->inputs == 0 || stop->node->freed;
        for (int j = 0; j < p->asked->inputs; j++)
            stop->needed = stop->needed || p->asked->input[j]->node == stop->node;
        for (int j = 0; j < stop->node->inputs && !stop->needed; j++) {
            const wick__stop *behind = wick__plan_find(&p->plan, stop->node->edge[j].node);
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
static bool will_be_written(const pass *p, const wick_tensor *seed)
{
    for (int64_t i = 0; i < p->plan.stops; i++) {
        const wick_tensor *grad = p->plan.stop[i].node->grad;
        if (grad && wick__overlap(grad, seed))
            return true;
    }
    return false;
}

static wick_status plant(pass *p, wick_tensor *root, wick_tensor *seed)
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
    if (seed && seed->dtype == root->dtype && will_be_written(p, seed))
        status = wick__clone(seed, &grad);
    else if (seed)
        status = wick__convert(seed, root->dtype, &grad);
    else
        status = ones_like(root, &grad);
    if (!status) {
        const wick__stop *stop = wick__plan_find(&p->plan, root->node);
        wick__scope_open(&p->scope, p->plan.context);
        arrive(p, &p->plan.grad[stop->first + root->output], grad);
        status = wick__scope_close(&p->scope);
    }
    wick_tensor_release(grad);
    return status;
}

static wick_status run(pass *p)
{
    wick_status status = WICK_OK;
    mark_needed(p);
    for (int i = 0; i < p->asked->roots && !status; i++)
        status = plant(p, p->asked->root[i], p->asked->seed ? p->asked->seed[i] : NULL);
    for (int64_t i = 0; i < p->plan.stops && !status; i++) {
        status = run_stop(p, &p->plan.stop[i]);
        finish_stop(p, &p->plan.stop[i]);
    }
    if (status)
        undo_early(p);
    return status;
}

wick_status wick__backward(const wick__engine *engine, const wick__pass *asked)
{
    wick_context *context = asked->root[0]->context;
    pass p = {.engine = engine, .asked = asked};
    wick_status status = wick__plan_open(&p.plan, context, asked->roots, asked->root);
    bool recording = wick_context_set_recording(context, asked->options.record);
    if (!status)
        status = run(&p);
    wick_context_set_recording(context, recording);
    wick__plan_close(&p.plan);
    for (int i = 0; status && i < asked->inputs; i++) {
        wick_tensor_release(asked->grads[i]);
        asked->grads[i] = NULL;
    }
    return status;
}
