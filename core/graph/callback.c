/* Calling the host back during backward: hooks on gradients, and functions of its own. Whatever
 * they return or write is looked at before it goes on. */
#include "graph/callback.h"

/* A hook may remove any hook and add others, which run from the next pass on. */
static const wick__hook *hook_after(const wick_node *node, uint64_t order)
{
    const wick__hook *hook = node->hooks;
    while (hook && hook->order <= order)
        hook = hook->next;
    return hook;
}

static wick_status wrote_gradient(const char *what)
{
    return wick__fail(WICK_EGRAD,
                      "backward: %s wrote into the gradient it was given, which other parts of "
                      "the graph share; let it return a new tensor, for example g * 2",
                      what);
}

static wick_status check_replacement(const wick_tensor *grad, const wick_tensor *replacement)
{
    if (!replacement || (wick__same_shape(grad, replacement) && grad->dtype == replacement->dtype))
        return WICK_OK;
    return wick__fail(WICK_ESHAPE,
                      "backward: a gradient hook was given %s of %s and returned %s of %s; a "
                      "gradient keeps its shape and type",
                      wick__shape(grad), wick_dtype_name(grad->dtype), wick__shape(replacement),
                      wick_dtype_name(replacement->dtype));
}

static wick_status call_hook(const wick_hook *hook, wick_tensor **grad)
{
    wick_tensor *replacement = NULL, *seen;
    wick_status status = wick__alias(*grad, &seen);
    if (status)
        return status;
    uint64_t version = wick__version(seen);
    status = hook->call(hook->data, *grad, &replacement);
    if (!status && (wick__version(seen) != version || !wick__same_elements(seen, *grad)))
        status = wrote_gradient("a gradient hook");
    if (!status)
        status = check_replacement(seen, replacement);
    wick_tensor_release(seen);
    if (!replacement)
        return status;
    wick_tensor_release(status ? replacement : *grad);
    if (!status)
        *grad = replacement;
    return status;
}

wick_status wick__run_hooks(const wick_node *node, wick_tensor **grads)
{
    uint64_t order = 0, last = 0;
    for (const wick__hook *hook = node->hooks; hook; hook = hook->next)
        last = hook->order;
    for (const wick__hook *hook; (hook = hook_after(node, order)) && hook->order <= last;) {
        order = hook->order;
        wick_tensor **grad = &grads[hook->output];
        wick_status status = *grad ? call_hook(&hook->hook, grad) : WICK_OK;
        if (status)
            return status;
    }
    return WICK_OK;
}

/* Sums of versions only grow. */
static uint64_t versions(int n, wick_tensor *const *t)
{
    uint64_t sum = 0;
    for (int i = 0; i < n; i++)
        sum += t[i] ? wick__version(t[i]) : 0;
    return sum;
}

/* Whether broadcasting the input gives the gradient's shape. */
static bool comes_from(const wick_tensor *grad, const wick__geometry *input)
{
    int more = grad->ndim - input->ndim;
    for (int i = 0; i < input->ndim && more >= 0; i++)
        if (input->size[i] != grad->size[i + more] && input->size[i] != 1)
            return false;
    return more >= 0;
}

static wick_status check_custom(const wick_node *node, wick_tensor *const *dx)
{
    char text[WICK__SHAPE_TEXT];
    for (int i = 0; i < node->inputs; i++)
        if (dx[i] && !comes_from(dx[i], &node->geometry[i]))
            return wick__fail(WICK_ESHAPE,
                              "backward: %s returned %s as the gradient of its input %d, which "
                              "is %s; a gradient has the shape of its input",
                              wick__node_name(node), wick__shape(dx[i]), i + 1,
                              wick__sizes_text(node->geometry[i].ndim, node->geometry[i].size, text,
                                               sizeof text));
    return WICK_OK;
}

void wick__run_function(wick__scope *scope, wick_node *node, wick_tensor *const *grad,
                        const bool *wants, wick_tensor **dx)
{
    uint64_t before = versions(node->outputs, grad);
    node->running++;
    wick_status status = node->custom->backward(node->custom->data, grad, wants, dx);
    node->running--;
    for (int i = 0; i < node->inputs; i++)
        dx[i] = wick__keep(scope, WICK_OK, dx[i]);
    if (!status && versions(node->outputs, grad) != before)
        status = wrote_gradient(wick__node_name(node));
    scope->status = status ? status : check_custom(node, dx);
}
