/* Forms: computing what is pending, reading and writing images, giving forms up. */
#include "tensor/form.h"

#include <string.h>

/* Operands that are images in row-major memory, blocked for the length of one computation. */
typedef struct guests {
    wick_context *context;
    int count;
    void *data[WICK__OPERANDS];
    size_t bytes[WICK__OPERANDS];
} guests;

static wick__state state_of(const wick__form *form)
{
    return (wick__state)atomic_load_explicit(&form->state, memory_order_acquire);
}

static void set_state(wick__form *form, wick__state state)
{
    atomic_store_explicit(&form->state, state, memory_order_release);
}

static void drop_pending(wick_context *context, wick__form *form)
{
    if (!form->pending)
        return;
    for (int i = 0; i < WICK__OPERANDS; i++)
        wick__operand_drop(context, &form->pending->operand[i]);
    wick__free(context, form->pending, sizeof *form->pending);
    form->pending = NULL;
}

void wick__form_close(wick_storage *storage)
{
    wick_context *context = storage->context;
    wick__form *form = storage->form;
    if (!form)
        return;
    drop_pending(context, form);
    wick__room_release(context, form->room);
    wick__free(context, form, sizeof *form);
}

/* ---- computing ---- */

static void send_home(guests *g)
{
    for (int i = 0; i < g->count; i++)
        wick__free(g->context, g->data[i], g->bytes[i]);
}

/* The images of an operand of that size; none: none. */
static wick_status invite(guests *g, const wick_tensor *t, const wick__image_size *size,
                          wick__blocked *images)
{
    void *dense;
    size_t bytes;
    *images = (wick__blocked){NULL, 0};
    if (!t)
        return WICK_OK;
    if (wick__is_images(t)) {
        *images = wick__images_of(t->storage->form);
        return WICK_OK;
    }
    wick_status status = wick__dense(t, &dense);
    if (!status)
        status = wick__images_bytes(size, wick__blocks(size->channels), &bytes);
    if (!status)
        status = wick__alloc(g->context, bytes, (void **)&images->data);
    if (status)
        return status;
    g->data[g->count] = images->data;
    g->bytes[g->count++] = bytes;
    images->image = wick__image_floats(size);
    wick__blocked_from_dense(g->context, size->batch, size->channels, wick__plane(size), dense,
                             *images);
    return WICK_OK;
}

static wick_status source_of(guests *g, const wick__pending *p, wick__blocked *source)
{
    const wick_tensor *t = p->operand[WICK__SOURCE].tensor;
    void *dense = NULL;
    if (!p->kernel.dense_source)
        return invite(g, t, &p->kernel.source, source);
    wick_status status = wick__dense(t, &dense);
    *source = (wick__blocked){dense, 0};
    return status;
}

static wick_status vector_of(const wick__operand *operand, const float **vector)
{
    void *data = NULL;
    wick_status status = operand->tensor ? wick__dense(operand->tensor, &data) : WICK_OK;
    *vector = data;
    return status;
}

/* The source whose room can become the result's, which has none: the kernel reads each element
 * where it writes it, and nobody else will look at the source, or at its room, again. */
static wick__form *takes_over(const wick__form *form)
{
    const wick__pending *p = form->pending;
    const wick_tensor *source = p->operand[WICK__SOURCE].tensor;
    if (form->room || !p->kernel.in_place || !wick__is_images(source) ||
        atomic_load(&source->storage->refs) != 1)
        return NULL;
    wick__form *taken = source->storage->form;
    return atomic_load(&taken->room->refs) == 1 ? taken : NULL;
}

static wick_status run(guests *g, const wick__form *form, float *moments)
{
    const wick__pending *p = form->pending;
    wick__blocked source;
    wick__tail tail = {.relu = p->relu, .moments = moments};
    wick_status status = source_of(g, p, &source);
    if (!status)
        status = invite(g, p->operand[WICK__RESIDUAL].tensor, &form->size, &tail.residual);
    if (!status)
        status = invite(g, p->operand[WICK__MASK].tensor, &form->size, &tail.mask);
    if (!status)
        status = vector_of(&p->operand[WICK__SCALE], &tail.scale);
    if (!status)
        status = vector_of(&p->operand[WICK__SHIFT], &tail.shift);
    if (!status)
        status = p->kernel.compute(g->context, &form->size, p->kernel.detail, source,
                                   p->operand[WICK__WEIGHT].tensor, &tail, wick__images_of(form));
    return status;
}

static wick_status traced(guests *g, const wick__form *form, float *moments)
{
    wick_context *context = g->context;
    double begin = context->trace ? wick__seconds() : 0;
    wick_status status = run(g, form, moments);
    if (context->trace)
        context->trace(context->trace_host, form->pending->kernel.name, begin, wick__seconds(),
                       NULL);
    return status;
}

/* Into the form's room, if it has one already. Under the lock. */
static wick_status compute(wick_context *context, wick__form *form, float *moments)
{
    guests g = {.context = context};
    wick__form *source = takes_over(form);
    wick_status status = WICK_OK;
    if (source) {
        form->room = source->room;
        form->block = source->block;
    } else if (!form->room) {
        status =
            wick__room_new(context, &form->size, wick__blocks(form->size.channels), &form->room);
    }
    if (!status)
        status = traced(&g, form, moments);
    send_home(&g);
    if (status) {
        wick__room_release(context, source ? NULL : form->room);
        form->room = NULL;
        form->block = 0;
        return status;
    }
    if (source)
        source->room = NULL;
    drop_pending(context, form);
    set_state(form, WICK__BLOCKED);
    return WICK_OK;
}

/* ---- reading and writing ---- */

bool wick__image_size_of(const wick_tensor *t, wick__image_size *size)
{
    if (t->ndim != 3 && t->ndim != 4)
        return false;
    const int64_t *s = t->size + t->ndim - 3;
    *size = (wick__image_size){t->ndim == 4 ? t->size[0] : 1, s[0], s[1], s[2]};
    return true;
}

bool wick__is_images(const wick_tensor *t)
{
    wick__image_size size;
    if (!t->storage || !t->storage->form || state_of(t->storage->form) == WICK__ROW_MAJOR)
        return false;
    return t->offset == 0 && wick__image_size_of(t, &size) &&
           memcmp(&size, &t->storage->form->size, sizeof size) == 0 && wick_tensor_is_contiguous(t);
}

bool wick__is_pending(const wick_tensor *t)
{
    return wick__is_images(t) && state_of(t->storage->form) == WICK__PENDING;
}

wick_status wick__images_read_moments(const wick_tensor *t, float *moments, wick__blocked *from,
                                      bool *given)
{
    wick_context *context = t->storage->context;
    wick__form *form = t->storage->form;
    wick_status status = WICK_OK;
    wick__lock_forms(context);
    *given = state_of(form) == WICK__PENDING && moments;
    if (state_of(form) == WICK__PENDING)
        status = compute(context, form, moments);
    wick__unlock_forms(context);
    *from = wick__images_of(form);
    return status;
}

wick_status wick__images_read(const wick_tensor *t, wick__blocked *from)
{
    bool given;
    return wick__images_read_moments(t, NULL, from, &given);
}

/* Leaves a room to those it is shared with. */
static wick_status move_out(wick_context *context, wick__form *form)
{
    const wick__image_size *size = &form->size;
    wick__blocked from = wick__images_of(form);
    wick__room *own;
    if (atomic_load(&form->room->refs) == 1)
        return WICK_OK;
    wick_status status = wick__room_new(context, size, wick__blocks(size->channels), &own);
    if (status)
        return status;
    wick__room *shared = form->room;
    form->room = own;
    form->block = 0;
    wick__blocked_copy(context, size->batch, size->channels, wick__plane(size), from,
                       wick__images_of(form));
    wick__room_release(context, shared);
    return WICK_OK;
}

wick_status wick__images_write(wick_tensor *t, wick__blocked *to)
{
    wick_context *context = t->storage->context;
    wick_status status = wick__images_read(t, to);
    if (!status)
        status = wick__detach_lookers(t->storage);
    if (status)
        return status;
    wick__lock_forms(context);
    status = move_out(context, t->storage->form);
    *to = wick__images_of(t->storage->form);
    wick__unlock_forms(context);
    if (!status)
        wick__count_write(t);
    return status;
}

wick_status wick__images_place(wick_context *context, const wick_tensor *t, wick__room *room,
                               int64_t block)
{
    wick__form *form = t->storage->form;
    const wick__image_size *size = &form->size;
    if (state_of(form) == WICK__PENDING && t->storage->context == context) {
        atomic_fetch_add(&room->refs, 1);
        form->room = room;
        form->block = block;
        return compute(context, form, NULL);
    }
    wick__form place = {.size = *size, .room = room, .block = block};
    wick__blocked from;
    wick_status status = wick__images_read(t, &from);
    if (!status)
        wick__blocked_copy(context, size->batch, size->channels, wick__plane(size), from,
                           wick__images_of(&place));
    return status;
}

/* ---- giving up ---- */

static wick_status make_row_major(wick_context *context, wick_storage *storage)
{
    wick__form *form = storage->form;
    size_t bytes = (size_t)storage->size * sizeof(float);
    wick_status status = wick__alloc(context, bytes, &storage->data);
    if (status)
        return status;
    wick__blocked_to_dense(context, form->size.batch, form->size.channels, wick__plane(&form->size),
                           wick__images_of(form), storage->data);
    storage->capacity = bytes;
    wick__room_release(context, form->room);
    form->room = NULL;
    set_state(form, WICK__ROW_MAJOR);
    return WICK_OK;
}

wick_status wick__settle(wick_storage *storage)
{
    wick_context *context = storage->context;
    wick__form *form = storage->form;
    wick_status status = WICK_OK;
    if (!form || state_of(form) == WICK__ROW_MAJOR)
        return WICK_OK;
    wick__lock_forms(context);
    if (state_of(form) == WICK__PENDING)
        status = compute(context, form, NULL);
    if (!status && state_of(form) == WICK__BLOCKED)
        status = make_row_major(context, storage);
    wick__unlock_forms(context);
    return status;
}
