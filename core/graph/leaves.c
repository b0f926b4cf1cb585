/* Adding gradients up, and giving them to the leaves all together. */
#include "graph/leaves.h"

#include <string.h>

/* ---- adding up ---- */

static wick_tensor *sum(wick__walk *w, wick_tensor *a, wick_tensor *b)
{
    return wick__run(&w->scope, w->engine->add, 2, (wick_tensor *[]){a, b},
                     (wick_value[]){{.number = 1}});
}

/* Nobody else sees the memory, and every element has its own: adding may happen in it. */
static bool is_ours(const wick_tensor *t)
{
    return !t->node && wick_tensor_is_contiguous(t) && atomic_load(&t->refs) == 1 &&
           (!t->storage || atomic_load(&t->storage->refs) == 1);
}

static wick_status add_in_place(wick__walk *w, wick_tensor *to, wick_tensor *grad)
{
    wick_call call = {.inputs = 2, .in = (wick_tensor *[]){to, grad}, .value = {{.number = 1}}};
    return wick_apply_into(w->engine->add, &call, &to);
}

/* Puts a tensor into a slot; takes the reference over. */
static void put(wick_tensor **slot, wick_tensor *grad)
{
    wick_tensor_release(*slot);
    *slot = grad;
}

void wick__arrive(wick__walk *w, wick_tensor **slot, wick_tensor *grad)
{
    if (!grad || w->scope.status)
        return;
    if (*slot && is_ours(*slot) && !w->asked->options.record) {
        w->scope.status = add_in_place(w, *slot, grad);
        return;
    }
    if (*slot)
        grad = sum(w, *slot, grad);
    if (!grad)
        return;
    wick_tensor_retain(grad);
    put(slot, grad);
}

/* ---- at once ---- */

bool wick__keeps_at_once(const wick__walk *w, const wick__stop *stop)
{
    const wick_node *node = stop->node;
    if (!wick__is_leaf_node(node) || node->hooks || w->asked->inputs > 0 ||
        w->asked->options.record || !node->grad || node->grad->node)
        return false;
    return stop->early || wick__is_clear(node->grad);
}

wick_status wick__keep_at_once(wick__walk *w, wick__stop *stop, wick_tensor *grad)
{
    bool done = false;
    wick_tensor *kept = stop->node->grad;
    stop->early = true;
    wick_status status = wick__copy_to_clear(kept, grad, &done);
    return status || done ? status : add_in_place(w, kept, grad);
}

/* Without memory for lazy zeros there is always room for plain ones. */
static void clear(wick_tensor *grad)
{
    bool done = false;
    void *data;
    if ((wick__clear(grad, &done) || !done) && !wick__dense(grad, &data))
        memset(data, 0, (size_t)wick__count(grad) * wick_dtype_size(grad->dtype));
}

void wick__undo_leaves(wick__walk *w)
{
    for (int64_t i = 0; i < w->plan.stops; i++)
        if (w->plan.stop[i].early)
            clear(w->plan.stop[i].node->grad);
}

/* ---- all together ---- */

/* Whether what arrived is added to the memory of the gradient that the leaf has. */
static bool adds_in_place(const wick__walk *w, const wick_node *leaf)
{
    return leaf->grad && !w->asked->options.record && !leaf->grad->node;
}

/* Opens both gates, after which the sum needs no memory. */
static wick_status prepare_sum(wick_tensor *kept, wick_tensor **slot)
{
    wick_tensor *copy = NULL;
    void *data;
    wick_status status = WICK_OK;
    if (wick__overlap(kept, *slot) && !wick__same_elements(kept, *slot)) {
        status = wick__clone(*slot, &copy);
        if (!status)
            put(slot, copy);
    }
    if (!status)
        status = wick__dense(*slot, &data);
    return status ? status : wick__writable(kept, &data);
}

/* Makes what the leaf will keep. */
static wick_status prepare_value(wick__walk *w, const wick_node *leaf, wick_tensor **slot)
{
    wick_tensor *kept = NULL;
    wick_status status = WICK_OK;
    if (leaf->grad) {
        wick__scope_open(&w->scope, w->plan.context);
        kept = sum(w, leaf->grad, *slot);
        if (kept)
            wick_tensor_retain(kept);
        status = wick__scope_close(&w->scope);
    } else if (w->asked->options.record || is_ours(*slot)) {
        return WICK_OK;
    } else {
        status = wick__clone(*slot, &kept);
    }
    if (!status)
        put(slot, kept);
    return status;
}

static wick_status prepare(wick__walk *w, const wick__stop *stop)
{
    wick_tensor **slot = &w->plan.grad[stop->first];
    return adds_in_place(w, stop->node) ? prepare_sum(stop->node->grad, slot)
                                        : prepare_value(w, stop->node, slot);
}

/* Adds by the operation's loop alone, which nothing interrupts. */
static void keep(wick__walk *w, const wick__stop *stop)
{
    wick_node *leaf = stop->node;
    wick_tensor **slot = &w->plan.grad[stop->first], *kept = leaf->grad;
    if (adds_in_place(w, leaf)) {
        wick_call call = {
            .inputs = 2, .in = (wick_tensor *[]){kept, *slot}, .value = {{.number = 1}}};
        w->engine->add->forward(&call, &kept);
        return;
    }
    wick_tensor_release(kept);
    leaf->grad = *slot;
    *slot = NULL;
}

/* Whether a gradient arrived that waits for the end. */
static bool waits(const wick__walk *w, const wick__stop *stop)
{
    return wick__is_leaf_node(stop->node) && w->plan.grad[stop->first];
}

wick_status wick__keep_in_leaves(wick__walk *w)
{
    wick_status status = WICK_OK;
    for (int64_t i = 0; i < w->plan.stops && !status; i++)
        if (waits(w, &w->plan.stop[i]))
            status = prepare(w, &w->plan.stop[i]);
    for (int64_t i = 0; i < w->plan.stops && !status; i++)
        if (waits(w, &w->plan.stop[i]))
            keep(w, &w->plan.stop[i]);
    return status;
}
