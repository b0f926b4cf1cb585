/* Nodes: made when an operation is recorded, let go without recursion. */
#include "graph/node.h"

#include <string.h>

/* ---- counting what a node has to hold ---- */

static int first_list_input(const wick_op *op)
{
    int i = 0;
    for (const wick__arg *arg = op->args; arg->kind != WICK__END; arg++) {
        if (arg->kind == WICK__TENSORS)
            return i;
        i += arg->kind == WICK__TENSOR;
    }
    return -1;
}

static int values_of(const wick_op *op)
{
    int n = 0;
    for (const wick__arg *arg = op->args; arg->kind != WICK__END; arg++)
        n += !wick__arg_is_tensor(arg);
    return n;
}

static bool saves_input(const wick_op *op, int i)
{
    int list = first_list_input(op);
    if (list >= 0 && i >= list)
        return op->saves & WICK__SAVE_LIST;
    return i < 15 && (op->saves & WICK__SAVE_IN(i));
}

static int saves_of(const wick_op *op, int inputs)
{
    int n = op->kept;
    for (int i = 0; i < inputs; i++)
        n += saves_input(op, i);
    for (int i = 0; i < wick__outputs(op); i++)
        n += (op->saves & WICK__SAVE_OUT(i)) != 0;
    return n;
}

static bool holds_sizes(const wick__arg *arg)
{
    return arg->kind == WICK__SIZES || arg->kind == WICK__DIMS;
}

/* ---- one block a node ---- */

typedef struct layout {
    int inputs, outputs, saves, values, sizes;
    int64_t extents; /* sizes of all inputs */
} layout;

static layout measure(const wick_op *op, int inputs, wick_tensor *const *in)
{
    layout l = {.inputs = inputs};
    for (int i = 0; i < inputs; i++)
        l.extents += in[i] ? in[i]->ndim : 0;
    if (op) {
        l.outputs = wick__outputs(op);
        l.saves = saves_of(op, inputs);
        l.values = values_of(op);
        for (const wick__arg *arg = op->args; arg->kind != WICK__END; arg++)
            l.sizes += holds_sizes(arg);
    }
    return l;
}

static wick_status allocate(wick_context *context, const layout *l, wick_node **node)
{
    size_t edges = sizeof(wick__edge) * (size_t)l->inputs;
    size_t geometry = sizeof(wick__geometry) * (size_t)l->inputs;
    size_t saved = sizeof(wick__saved) * (size_t)l->saves;
    size_t values = sizeof(wick_value) * (size_t)l->values;
    size_t extents = sizeof(int64_t) * (size_t)l->extents;
    size_t bytes = sizeof(wick_node) + edges + geometry + saved + values + extents +
                   sizeof(wick_sizes) * (size_t)l->sizes;
    char *at;
    wick_status status = wick__alloc_object(context, WICK__NODE_OBJECT, bytes, (void **)&at);
    if (status)
        return status;
    memset(at, 0, bytes);
    wick_node *n = (wick_node *)at;
    *n = (wick_node){.context = context,
                     .bytes = bytes,
                     .inputs = l->inputs,
                     .outputs = l->outputs,
                     .saves = l->saves};
    at += sizeof(wick_node);
    n->edge = (wick__edge *)at;
    n->geometry = (wick__geometry *)(at += edges);
    n->saved = (wick__saved *)(at += geometry);
    n->value = (wick_value *)(at += saved);
    *node = n;
    return WICK_OK;
}

static void drop(wick__history *history);

/* Later than everything it was made from, also when another context made that. */
static void number_node(wick_node *n)
{
    uint64_t order = n->context->next_node;
    for (int i = 0; i < n->inputs; i++)
        if (n->edge[i].node && n->edge[i].node->order >= order)
            order = n->edge[i].node->order + 1;
    n->order = order;
    n->context->next_node = order + 1;
}

static void begin_life(wick_node *n)
{
    atomic_init(&n->history.refs, 1);
    n->history.drop = drop;
    number_node(n);
}

static void connect(wick_node *n, const layout *l, wick_tensor *const *in)
{
    int64_t *extent = (int64_t *)(n->value + l->values);
    for (int i = 0; i < n->inputs; i++) {
        if (!in[i])
            continue;
        n->geometry[i] = (wick__geometry){in[i]->dtype, in[i]->ndim, extent};
        memcpy(extent, in[i]->size, sizeof(int64_t) * (size_t)in[i]->ndim);
        extent += in[i]->ndim;
        if (in[i]->node) {
            n->edge[i] = (wick__edge){in[i]->node, in[i]->output};
            wick__node_retain(in[i]->node);
        }
    }
}

static void copy_values(wick_node *n, const layout *l, const wick_op *op, const wick_value *value)
{
    wick_sizes *sizes = (wick_sizes *)((int64_t *)(n->value + l->values) + l->extents);
    int i = 0;
    for (const wick__arg *arg = op->args; arg->kind != WICK__END; arg++) {
        if (wick__arg_is_tensor(arg))
            continue;
        n->value[i] = value[i];
        if (holds_sizes(arg)) {
            *sizes = *value[i].sizes;
            n->value[i].sizes = sizes++;
        }
        i++;
    }
}

wick_status wick__node_leaf(wick_context *context, wick_node **node)
{
    layout l = {.outputs = 1};
    wick_status status = allocate(context, &l, node);
    if (!status)
        begin_life(*node);
    return status;
}

wick_status wick__node_new(const wick_op *op, const wick_call *call, wick_context *context,
                           wick_node **node)
{
    layout l = measure(op, call->inputs, call->in);
    wick_status status = allocate(context, &l, node);
    if (status)
        return status;
    (*node)->op = op;
    connect(*node, &l, call->in);
    copy_values(*node, &l, op, call->value);
    begin_life(*node);
    return WICK_OK;
}

/* ---- saving ---- */

/* Keeps the value, not the object, which an in-place operation may send elsewhere. */
static wick_status save(wick__saved *slot, wick_tensor *t, bool with_history)
{
    if (!t)
        return WICK_OK;
    wick_status status = wick__alias(t, &slot->tensor);
    if (status)
        return status;
    slot->version = wick__version(t);
    if (with_history && t->node) {
        slot->tensor->node = t->node;
        slot->tensor->output = t->output;
        slot->tensor->recorded = t->recorded;
        slot->tensor->is_view = t->is_view;
        wick__node_retain(t->node);
    }
    return WICK_OK;
}

wick_status wick__node_save_inputs(wick_node *node, const wick_call *call)
{
    wick__saved *slot = node->saved;
    wick_status status = WICK_OK;
    for (int i = 0; i < node->inputs && !status; i++)
        if (saves_input(node->op, i))
            status = save(slot++, call->in[i], true);
    for (; slot < node->saved + node->saves && !status; slot++)
        status = wick_tensor_new(node->context, WICK_UINT8, 0, NULL, &slot->tensor);
    return status;
}

static int saved_inputs(const wick_node *node)
{
    int n = 0;
    for (int i = 0; i < node->inputs; i++)
        n += saves_input(node->op, i);
    return n;
}

/* Makes what was reserved for the value look at it, without its history. */
static wick_status save_output(wick__saved *slot, wick_tensor *t)
{
    if (t && t->context == slot->tensor->context) {
        slot->tensor->dtype = t->dtype;
        slot->version = wick__version(t);
        return wick_tensor_set(slot->tensor, t);
    }
    wick_tensor_release(slot->tensor);
    slot->tensor = NULL;
    return save(slot, t, false);
}

static wick_status save_outputs(wick_node *node, wick_tensor *const *out)
{
    wick__saved *slot = node->saved + saved_inputs(node);
    wick_status status = WICK_OK;
    for (int i = 0; i < node->outputs && !status; i++)
        if (node->op->saves & WICK__SAVE_OUT(i))
            status = save_output(slot++, out[i]);
    for (int i = 0; i < node->op->kept && !status; i++)
        status = save_output(slot++, out[node->outputs + i]);
    return status;
}

static void attach(wick_node *node, wick_tensor *t, int output)
{
    wick__node_retain(node);
    wick__node_release(t->node);
    t->node = node;
    t->output = output;
    t->recorded = wick__version(t);
    t->is_view = node->op && node->op->is_view;
}

wick_status wick__node_bind(wick_node *node, wick_tensor *const *out)
{
    if (node->op) {
        wick_status status = save_outputs(node, out);
        if (status)
            return status;
    }
    for (int i = 0; i < node->outputs; i++)
        if (out[i] && wick_dtype_is_floating(out[i]->dtype))
            attach(node, out[i], i);
    return WICK_OK;
}

int wick__saved_slot_input(const wick_node *node, int input)
{
    if (!saves_input(node->op, input))
        return -1;
    int slot = 0;
    for (int i = 0; i < input; i++)
        slot += saves_input(node->op, i);
    return slot;
}

int wick__saved_slot_output(const wick_node *node, int output)
{
    int slot = saved_inputs(node);
    for (int i = 0; i < output && i < node->outputs; i++)
        slot += (node->op->saves & WICK__SAVE_OUT(i)) != 0;
    return output < node->outputs ? slot : slot + output - node->outputs;
}

/* ---- release ---- */

void wick__node_retain(wick_node *node)
{
    if (node)
        atomic_fetch_add_explicit(&node->history.refs, 1, memory_order_relaxed);
}

/* Gives one reference back; a node nobody holds any more joins the list. */
static wick_node *let_go(wick_node *node, wick_node *list)
{
    if (!node || !wick__let_go(&node->history.refs))
        return list;
    node->next = list;
    return node;
}

static wick_node *let_go_saved(wick__saved *saved, wick_node *list)
{
    wick_tensor *t = saved->tensor;
    saved->tensor = NULL;
    if (t && atomic_load(&t->refs) == 1) {
        list = let_go(t->node, list);
        t->node = NULL;
    }
    wick_tensor_release(t);
    return list;
}

static void release_hooks(wick_node *node)
{
    while (node->hooks) {
        wick__hook *hook = node->hooks;
        node->hooks = hook->next;
        if (hook->hook.release)
            hook->hook.release(hook->hook.data);
        wick__free(node->context, hook, sizeof *hook);
    }
}

static void release_custom(wick_node *node)
{
    wick_function *custom = node->custom;
    if (!custom)
        return;
    if (custom->release)
        custom->release(custom->data);
    node->custom = NULL;
    wick__free(node->context, custom, sizeof *custom);
}

static wick_node *take_apart(wick_node *node, wick_node *list)
{
    for (int i = 0; i < node->saves; i++)
        list = let_go_saved(&node->saved[i], list);
    for (int i = 0; i < node->inputs; i++) {
        list = let_go(node->edge[i].node, list);
        node->edge[i].node = NULL;
    }
    return list;
}

static void release_list(wick_node *list)
{
    while (list) {
        wick_node *node = list;
        list = take_apart(node, node->next);
        wick_context *context = node->context;
        wick_tensor_release(node->grad);
        release_hooks(node);
        release_custom(node);
        wick__free_object(context, WICK__NODE_OBJECT, node, node->bytes);
    }
}

static void drop(wick__history *history)
{
    wick_node *node = (wick_node *)history;
    node->next = NULL;
    release_list(node);
}

void wick__node_release(wick_node *node)
{
    release_list(let_go(node, NULL));
}

void wick__node_free_payload(wick_node *node)
{
    if (node->running)
        return;
    node->freed = true;
    release_custom(node);
    release_list(take_apart(node, NULL));
}
