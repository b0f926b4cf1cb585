/* Scopes: where the intermediate results of backward rules and composite operations live. */
#include "graph/rule.h"

#include <string.h>

void wick__scope_open(wick__scope *scope, wick_context *context)
{
    scope->context = context;
    scope->status = WICK_OK;
    scope->count = 0;
    scope->room = WICK__SCOPE_FEW;
    scope->owned = scope->few;
}

static size_t bytes_of(int room)
{
    return sizeof(wick_tensor *) * (size_t)room;
}

wick_status wick__scope_close(wick__scope *scope)
{
    for (int i = 0; i < scope->count; i++)
        wick_tensor_release(scope->owned[i]);
    if (scope->owned != scope->few)
        wick__free(scope->context, scope->owned, bytes_of(scope->room));
    return scope->status;
}

static wick_status grow(wick__scope *scope)
{
    wick_tensor **more;
    int room = 2 * scope->room;
    wick_status status = wick__alloc(scope->context, bytes_of(room), (void **)&more);
    if (status)
        return status;
    memcpy(more, scope->owned, bytes_of(scope->count));
    if (scope->owned != scope->few)
        wick__free(scope->context, scope->owned, bytes_of(scope->room));
    scope->owned = more;
    scope->room = room;
    return WICK_OK;
}

wick_tensor *wick__keep(wick__scope *scope, wick_status status, wick_tensor *tensor)
{
    if (!scope->status && !status && scope->count == scope->room)
        status = grow(scope);
    if (!scope->status)
        scope->status = status;
    if (scope->status || !tensor) {
        wick_tensor_release(tensor);
        return NULL;
    }
    scope->owned[scope->count++] = tensor;
    return tensor;
}

wick_tensor *wick__run(wick__scope *scope, const wick_op *op, int inputs, wick_tensor *const *in,
                       const wick_value *value)
{
    if (scope->status)
        return NULL;
    wick_call call = {.context = scope->context, .inputs = inputs, .in = in};
    int n = 0;
    for (const wick__arg *arg = op->args; value && arg->kind != WICK__END; arg++)
        if (!wick__arg_is_tensor(arg)) {
            call.value[n] = value[n];
            n++;
        }
    wick_tensor *out[WICK_MAX_OUTPUTS] = {NULL};
    wick_status status = wick_apply(op, &call, out);
    for (int i = 1; i < wick__outputs(op); i++)
        wick_tensor_release(out[i]);
    return wick__keep(scope, status, out[0]);
}

wick_tensor *wick__run_into(wick__scope *scope, const wick_op *op, int inputs,
                            wick_tensor *const *in, wick_tensor *into)
{
    if (!into || scope->status)
        return wick__run(scope, op, inputs, in, NULL);
    wick_call call = {.context = scope->context, .inputs = inputs, .in = in};
    wick__write_whole(into);
    wick_status status = wick_apply_into(op, &call, &into);
    wick_tensor_retain(into);
    return wick__keep(scope, status, into);
}

static wick_tensor *read_saved(wick__rule *r, int slot)
{
    if (r->scope->status || slot < 0)
        return NULL;
    const wick__saved *saved = &r->node->saved[slot];
    if (!saved->tensor)
        return NULL;
    if (wick__version(saved->tensor) != saved->version) {
        wick__keep(r->scope, wick__saved_changed(r->node, saved), NULL);
        return NULL;
    }
    return saved->tensor;
}

wick_tensor *wick__input(wick__rule *r, int i)
{
    return read_saved(r, wick__saved_slot_input(r->node, i));
}

/* The saved output knows nothing of its history, or node and output would hold each other; while
 * the backward pass is recorded it gets it back. */
wick_tensor *wick__result(wick__rule *r, int i)
{
    wick_tensor *saved = read_saved(r, wick__saved_slot_output(r->node, i));
    if (!saved || !r->scope->context->recording || i >= r->node->outputs)
        return saved;
    wick_tensor *recorded = NULL;
    wick_status status = wick__alias(saved, &recorded);
    if (!status) {
        recorded->node = (wick_node *)r->node;
        recorded->output = i;
        recorded->recorded = wick__version(saved);
        wick__node_retain(recorded->node);
    }
    return wick__keep(r->scope, status, recorded);
}
