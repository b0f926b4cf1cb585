/* Operands of pending storages: who looks at a storage, and the copy that is left to them before it
 * is written. */
#include "tensor/form.h"

/* ---- operands ---- */

/* Under the lock, as all that changes lists of lookers. */
static void look(wick__operand *operand, wick_tensor *tensor)
{
    wick_storage *storage = tensor->storage;
    *operand = (wick__operand){tensor, storage->lookers, &storage->lookers};
    if (operand->next)
        operand->next->link = &operand->next;
    storage->lookers = operand;
    atomic_fetch_add(&storage->looking, 1);
}

static void look_away(wick__operand *operand)
{
    if (operand->next)
        operand->next->link = operand->link;
    *operand->link = operand->next;
    atomic_fetch_sub(&operand->tensor->storage->looking, 1);
}

void wick__operand_drop(wick_context *context, wick__operand *operand)
{
    if (!operand->tensor)
        return;
    wick__lock_forms(context);
    look_away(operand);
    wick__unlock_forms(context);
    wick_tensor_release(operand->tensor);
    operand->tensor = NULL;
}

wick_status wick__operand_take(wick_context *context, wick__operand *operand,
                               const wick_tensor *tensor)
{
    wick_tensor *alias = NULL;
    wick_status status = tensor ? wick__alias(tensor, &alias) : WICK_OK;
    if (status)
        return status;
    wick__operand_drop(context, operand);
    if (!alias)
        return WICK_OK;
    wick__lock_forms(context);
    look(operand, alias);
    wick__unlock_forms(context);
    return WICK_OK;
}

/* ---- leaving copies ---- */

/* A copy of what the operand looks at; images stay images. */
static wick_status copy_of(wick_tensor *t, wick_tensor **copy)
{
    wick__image_size size;
    wick__blocked from, to;
    if (!wick__is_images(t))
        return wick__clone(t, copy);
    wick__image_size_of(t, &size);
    wick_status status = wick__images_read(t, &from);
    if (!status)
        status = wick__blocked_new(t->context, t->ndim, &size, copy, &to);
    if (!status)
        wick__blocked_copy(t->context, size.batch, size.channels, wick__plane(&size), from, to);
    return status;
}

/* Each copy is of the part that is looked at: parameters of a whole network may share a storage. */
wick_status wick__detach_lookers(wick_storage *storage)
{
    wick_context *context = storage->context;
    wick_status status = WICK_OK;
    if (atomic_load(&storage->looking) == 0)
        return WICK_OK;
    wick__lock_forms(context);
    while (storage->lookers && !status) {
        wick__operand *operand = storage->lookers;
        wick_tensor *before = operand->tensor, *copy = NULL;
        status = copy_of(before, &copy);
        if (status)
            break;
        look_away(operand);
        look(operand, copy);
        wick_tensor_release(before);
    }
    wick__unlock_forms(context);
    return status;
}
