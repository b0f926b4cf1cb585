/* Leaves: tensors that ask for gradients, and what a caller may do with their history. */
#include "graph/node.h"

wick_status wick_tensor_set_requires_grad(wick_tensor *t, bool on)
{
    if (on == (t->node != NULL))
        return WICK_OK;
    if (!on && !wick__is_leaf(t))
        return wick__fail(WICK_EGRAD,
                          "requiresGrad: this tensor (%s) came from %s and keeps its "
                          "history; detach() gives one without",
                          wick__shape(t), wick__node_name(t->node));
    if (!on) {
        wick__node_release(t->node);
        t->node = NULL;
        return WICK_OK;
    }
    if (t->dtype != WICK_FLOAT32 && t->dtype != WICK_FLOAT64)
        return wick__fail(WICK_EDTYPE,
                          "requiresGrad: a %s tensor has no gradient; convert it "
                          "with :float() or :double() first",
                          wick_dtype_name(t->dtype));
    t->output = 0;
    return wick__node_leaf(t->context, &t->node);
}

bool wick_tensor_requires_grad(const wick_tensor *t)
{
    return t->node != NULL;
}

bool wick_tensor_is_leaf(const wick_tensor *t)
{
    return wick__is_leaf(t);
}

wick_status wick_tensor_set_parameter(wick_tensor *t)
{
    if (t->node && !wick__is_leaf(t))
        return wick__fail(WICK_EGRAD,
                          "a parameter has no history, but this tensor (%s) came from "
                          "%s; detach() it first",
                          wick__shape(t), wick__node_name(t->node));
    wick_status status = wick_tensor_set_requires_grad(t, true);
    if (!status)
        t->node->parameter = true;
    return status;
}

wick_tensor *wick_tensor_grad(const wick_tensor *t)
{
    return t->node ? t->node->grad : NULL;
}

static wick_status check_grad(const wick_tensor *t, const wick_tensor *grad)
{
    if (!t->node || !wick__is_leaf(t))
        return wick__fail(WICK_EGRAD,
                          "grad: only a leaf that asks for gradients keeps one; call "
                          "requiresGrad() on this tensor (%s) first",
                          wick__shape(t));
    if (grad && (!wick__same_shape(t, grad) || t->dtype != grad->dtype))
        return wick__fail(WICK_ESHAPE,
                          "grad: the tensor is %s of %s, the gradient given for it %s "
                          "of %s; they must agree",
                          wick__shape(t), wick_dtype_name(t->dtype), wick__shape(grad),
                          wick_dtype_name(grad->dtype));
    return WICK_OK;
}

wick_status wick_tensor_set_grad(wick_tensor *t, wick_tensor *grad)
{
    if (!t->node && !grad)
        return WICK_OK;
    wick_status status = check_grad(t, grad);
    if (status)
        return status;
    if (grad)
        wick_tensor_retain(grad);
    wick_tensor_release(t->node->grad);
    t->node->grad = grad;
    return WICK_OK;
}

wick_status wick_tensor_detach(wick_tensor *t, wick_tensor **detached)
{
    return wick__alias(t, detached);
}

uint64_t wick_tensor_version(const wick_tensor *t)
{
    return wick__version(t);
}

void wick_tensor_accept_writes(wick_tensor *t)
{
    if (t->storage)
        t->recorded = wick__version(t);
}
