/* Pending images: what they wait with, and the tails that operations add to them. */
#include "tensor/form.h"

/* Whether what t looks at may be looked at later: nobody outside can write it unseen. */
static bool can_wait(const wick_context *context, const wick_tensor *t)
{
    return !t || (t->storage && t->storage->context == context && !t->storage->borrowed &&
                  !t->storage->lent);
}

/* Images are computed, everything else made row-major. */
static wick_status prepare(const wick_tensor *t)
{
    wick__blocked images;
    void *data;
    if (!t)
        return WICK_OK;
    return wick__is_images(t) ? wick__images_read(t, &images) : wick__dense(t, &data);
}

/* ---- making ---- */

/* A tensor whose images are pending, without operands yet. */
static wick_status open_pending(wick_context *context, int ndim, const wick__image_size *size,
                                const wick__kernel *kernel, wick_tensor **t)
{
    const int64_t sizes[] = {size->batch, size->channels, size->height, size->width};
    wick_storage *storage;
    *t = NULL;
    wick_status status = wick__storage_with_form(context, size, &storage);
    if (status)
        return status;
    wick__pending **pending = &storage->form->pending;
    status = wick__alloc(context, sizeof **pending, (void **)pending);
    if (!status) {
        **pending = (wick__pending){.kernel = *kernel};
        atomic_store(&storage->form->state, WICK__PENDING);
        status = wick_tensor_on(storage, 0, ndim, sizes + 4 - ndim, NULL, t);
    }
    wick_storage_release(storage);
    return status;
}

wick_status wick__pending_new(wick_context *context, int ndim, const wick__image_size *size,
                              const wick__kernel *kernel, wick_tensor *source, wick_tensor *weight,
                              wick_tensor *shift, wick_tensor **t)
{
    wick__blocked images;
    void *data;
    *t = NULL;
    wick_status status = kernel->dense_source ? wick__dense(source, &data) : prepare(source);
    if (!status && weight)
        status = wick__dense(weight, &data);
    if (!status)
        status = open_pending(context, ndim, size, kernel, t);
    if (status)
        return status;
    wick__operand *operand = (*t)->storage->form->pending->operand;
    status = wick__operand_take(context, &operand[WICK__SOURCE], source);
    if (!status)
        status = wick__operand_take(context, &operand[WICK__WEIGHT], weight);
    if (!status)
        status = wick__operand_take(context, &operand[WICK__SHIFT], shift);
    if (!status && !(can_wait(context, source) && can_wait(context, weight)))
        status = wick__images_read(*t, &images);
    if (status) {
        wick_tensor_release(*t);
        *t = NULL;
    }
    return status;
}

static wick_status copy_images(wick_context *context, const wick__image_size *size,
                               const int64_t *detail, wick__blocked source, wick_tensor *weight,
                               const wick__tail *tail, wick__blocked to)
{
    (void)detail, (void)weight;
    wick__blocked_apply(context, size->batch, size->channels, wick__plane(size), source, tail, to);
    return WICK_OK;
}

wick_status wick__tail_new(wick_tensor *images, wick_tensor **t)
{
    wick__image_size size;
    wick__image_size_of(images, &size);
    const wick__kernel kernel = {
        .name = "tail", .compute = copy_images, .in_place = true, .source = size};
    return wick__pending_new(images->context, images->ndim, &size, &kernel, images, NULL, NULL, t);
}

/* ---- tails ---- */

static wick__pending *pending_of(const wick_tensor *t)
{
    return wick__is_pending(t) ? t->storage->form->pending : NULL;
}

static bool has(const wick__pending *p, int operand)
{
    return p->operand[operand].tensor != NULL;
}

bool wick__is_masked(const wick_tensor *t, wick_tensor **images, wick_tensor **mask)
{
    const wick__pending *p = pending_of(t);
    if (!p || p->kernel.compute != copy_images || !has(p, WICK__MASK) || has(p, WICK__SCALE) ||
        has(p, WICK__SHIFT) || has(p, WICK__RESIDUAL) || p->relu)
        return false;
    *images = p->operand[WICK__SOURCE].tensor;
    *mask = p->operand[WICK__MASK].tensor;
    return true;
}

/* Where the longer tail goes: t itself when *out is t, else pending images like it. */
static wick_status extend(wick_tensor *t, wick_tensor **out)
{
    const wick__pending *p = pending_of(t);
    if (*out) {
        wick__count_write(t);
        return WICK_OK;
    }
    wick_context *context = t->storage->context;
    wick_status status = open_pending(context, t->ndim, &t->storage->form->size, &p->kernel, out);
    if (status)
        return status;
    wick__pending *longer = pending_of(*out);
    longer->relu = p->relu;
    for (int i = 0; i < WICK__OPERANDS && !status; i++)
        status = wick__operand_take(context, &longer->operand[i], p->operand[i].tensor);
    if (status) {
        wick_tensor_release(*out);
        *out = NULL;
    }
    return status;
}

/* Puts `tensor` into an empty place of the tail of *out, which `extend` made of t. */
static wick_status put(wick_tensor *t, wick_tensor **out, int place, wick_tensor *tensor)
{
    wick_status status =
        wick__operand_take(t->storage->context, &pending_of(*out)->operand[place], tensor);
    if (status && *out != t) {
        wick_tensor_release(*out);
        *out = NULL;
    }
    return status;
}

static bool can_extend(const wick_tensor *t, wick_tensor *const *out)
{
    return pending_of(t) && (!*out || *out == t);
}

static wick_status append(wick_tensor *t, int place, wick_tensor *tensor, wick_tensor **out,
                          bool *done)
{
    *done = can_wait(t->storage->context, tensor);
    if (!*done)
        return WICK_OK;
    wick_status status = prepare(tensor);
    /* Computing the operand may have computed t, when they are the same. */
    *done = !status && pending_of(t);
    if (!*done)
        return status;
    status = extend(t, out);
    return status ? status : put(t, out, place, tensor);
}

wick_status wick__append_residual(wick_tensor *t, wick_tensor *residual, wick_tensor **out,
                                  bool *done)
{
    const wick__pending *p = pending_of(t);
    *done = can_extend(t, out) && !has(p, WICK__RESIDUAL) && !has(p, WICK__MASK) && !p->relu &&
            wick__same_shape(t, residual);
    return *done ? append(t, WICK__RESIDUAL, residual, out, done) : WICK_OK;
}

wick_status wick__append_mask(wick_tensor *t, wick_tensor *mask, wick_tensor **out, bool *done)
{
    *done = can_extend(t, out) && !has(pending_of(t), WICK__MASK) && wick__same_shape(t, mask);
    return *done ? append(t, WICK__MASK, mask, out, done) : WICK_OK;
}

wick_status wick__append_relu(wick_tensor *t, wick_tensor **out, bool *done)
{
    const wick__pending *p = pending_of(t);
    *done = can_extend(t, out) && !has(p, WICK__MASK) && !p->relu;
    if (!*done)
        return WICK_OK;
    wick_status status = extend(t, out);
    if (!status)
        pending_of(*out)->relu = true;
    return status;
}

/* ---- affine tails ---- */

/* *made = a * b + c, element by element; without a: b; without c: nothing added. */
static wick_status combine(wick_tensor *a, wick_tensor *b, wick_tensor *c, wick_tensor **made)
{
    void *data[3] = {NULL};
    float *to;
    wick_tensor *operand[] = {a, b, c};
    wick_status status = wick_tensor_new(b->context, WICK_FLOAT32, 1, b->size, made);
    for (int i = 0; i < 3 && !status; i++)
        if (operand[i])
            status = wick__dense(operand[i], &data[i]);
    if (!status)
        status = wick__writable(*made, (void **)&to);
    for (int64_t i = 0; i < wick__count(b) && !status; i++) {
        float value = ((float *)data[1])[i];
        value = a ? value * ((float *)data[0])[i] : value;
        to[i] = c ? value + ((float *)data[2])[i] : value;
    }
    if (status) {
        wick_tensor_release(*made);
        *made = NULL;
    }
    return status;
}

wick_status wick__append_affine(wick_tensor *t, wick_tensor *scale, wick_tensor *shift,
                                wick_tensor **out, bool *done)
{
    const wick__pending *p = pending_of(t);
    *done = p && !*out && !has(p, WICK__RESIDUAL) && !has(p, WICK__MASK) && !p->relu;
    if (!*done)
        return WICK_OK;
    wick_context *context = t->storage->context;
    wick_tensor *longer[2] = {NULL, NULL};
    wick_tensor *had_scale = p->operand[WICK__SCALE].tensor;
    wick_tensor *had_shift = p->operand[WICK__SHIFT].tensor;
    wick_status status = combine(had_scale, scale, NULL, &longer[0]);
    if (!status)
        status = had_shift ? combine(had_shift, scale, shift, &longer[1])
                           : combine(NULL, shift, NULL, &longer[1]);
    if (!status)
        status = extend(t, out);
    if (!status) {
        wick__pending *made = pending_of(*out);
        status = wick__operand_take(context, &made->operand[WICK__SCALE], longer[0]);
        if (!status)
            status = wick__operand_take(context, &made->operand[WICK__SHIFT], longer[1]);
    }
    wick_tensor_release(longer[0]);
    wick_tensor_release(longer[1]);
    return status;
}
