/* What decides whether something is recorded, host functions on the tape, and hooks. */
#include "graph/node.h"

bool wick__records(const wick_context *context, int n, wick_tensor *const *t)
{
    if (!context->recording)
        return false;
    for (int i = 0; i < n; i++)
        if (t[i] && t[i]->node)
            return true;
    return false;
}

const char *wick__node_name(const wick_node *node)
{
    if (node->op)
        return node->op->name;
    return node->custom ? node->custom->name : "a leaf";
}

static const char *last_writer(const wick_tensor *t)
{
    const char *writer = t->storage->cell[0].writer;
    return writer ? writer : "a write from outside";
}

static bool is_leaf_node(const wick_node *node)
{
    return !node->op && !node->custom && !node->freed;
}

bool wick__is_leaf(const wick_tensor *t)
{
    return !t->node || is_leaf_node(t->node);
}

const wick_node *wick__viewed_leaf(const wick_tensor *t)
{
    const wick_node *node = t->node;
    if (node && node->op && !t->is_view)
        return NULL;
    while (node && node->op && node->op->is_view && !node->apart && !node->freed)
        node = node->edge[0].node;
    return node && is_leaf_node(node) ? node : NULL;
}

/* A view of a leaf is whatever the leaf is now, as the leaf itself is. */
wick_status wick__check_recorded(const char *what, const wick_tensor *t)
{
    if (!t || wick__is_leaf(t) || !t->storage || wick__version(t) == t->recorded ||
        wick__viewed_leaf(t))
        return WICK_OK;
    return wick__fail(WICK_EGRAD,
                      "%s: this tensor (%s) came from %s, but its memory was changed since by %s, "
                      "unseen by its history; clone() it before the write, or detach() it to go "
                      "on without history",
                      what, wick__shape(t), wick__node_name(t->node), last_writer(t));
}

wick_status wick__saved_changed(const wick_node *node, const wick__saved *saved)
{
    return wick__fail(WICK_EGRAD,
                      "%s needs a %s value for its gradient that was changed since by %s "
                      "(saved at version %llu, now %llu); clone() the value before the write, or "
                      "use a form that does not write in place",
                      wick__node_name(node), wick__shape(saved->tensor), last_writer(saved->tensor),
                      (unsigned long long)saved->version,
                      (unsigned long long)wick__version(saved->tensor));
}

wick_status wick_record(const wick_function *custom, int inputs, wick_tensor *const *in,
                        int outputs, wick_tensor *const *out)
{
    wick_context *context = out[0]->context;
    static const wick__arg any[] = {{"inputs", WICK__TENSORS, false, 0, NULL, false},
                                    {NULL, WICK__END, false, 0, NULL, false}};
    static const wick_op shape_only = {.name = "function", .args = any};
    wick_call call = {.inputs = inputs, .in = in};
    wick_node *node;
    wick_status status = wick__node_new(&shape_only, &call, context, &node);
    if (status)
        return status;
    node->op = NULL;
    node->outputs = outputs;
    status = wick__alloc(context, sizeof *custom, (void **)&node->custom);
    if (!status) {
        *node->custom = *custom;
        status = wick__node_bind(node, out);
    }
    wick__node_release(node);
    return status;
}

wick_status wick_tensor_add_hook(wick_tensor *t, const wick_hook *hook)
{
    wick__hook *copy;
    if (!t->node)
        return wick__fail(WICK_EGRAD,
                          "registerHook: this tensor (%s) has no gradient to look at; "
                          "call requiresGrad() on it, or compute it from one that does",
                          wick__shape(t));
    wick_status status = wick__alloc(t->node->context, sizeof *copy, (void **)&copy);
    if (status)
        return status;
    *copy = (wick__hook){.output = t->output, .order = 1, .hook = *hook};
    wick__hook **last = &t->node->hooks;
    for (; *last; last = &(*last)->next)
        copy->order = (*last)->order + 1;
    *last = copy;
    return WICK_OK;
}

void wick_tensor_remove_hook(wick_tensor *t, uint64_t number)
{
    wick__hook **link = t->node ? &t->node->hooks : NULL;
    while (link && *link && (*link)->hook.number != number)
        link = &(*link)->next;
    if (!link || !*link)
        return;
    wick__hook *gone = *link;
    *link = gone->next;
    if (gone->hook.release)
        gone->hook.release(gone->hook.data);
    wick__free(t->node->context, gone, sizeof *gone);
}

uint64_t wick_tensor_link(const wick_tensor *t)
{
    return t->node ? t->node->link : 0;
}

void wick_tensor_set_link(wick_tensor *t, uint64_t link)
{
    if (t->node)
        t->node->link = link;
}
