/* Forms: making them, computing what is pending, giving them up. */
#include "tensor/form.h"

#include <string.h>
/* Operands that are images in row-major memory, blocked for the length of one computation. */
typedef struct guests {
    wick_context *context;
    int count;
    void *data[WICK__OPERANDS];
    size_t bytes[WICK__OPERANDS];
} guests;

static int64_t plane_of(const wick__image_size *size)
{
    return size->height * size->width;
}

static int64_t count_of(const wick__image_size *size)
{
    return size->batch * size->channels * plane_of(size);
}

/* Floats of an image in blocked memory. */
static int64_t image_floats(const wick__image_size *size)
{
    return wick__blocks(size->channels) * WICK__LANES * plane_of(size);
}

static wick_status blocked_bytes(const wick__image_size *size, size_t *bytes)
{
    *bytes = 0;
    wick__image_size whole = *size;
    whole.channels = wick__blocks(size->channels) * WICK__LANES;
    int64_t sizes[] = {whole.batch, whole.channels, whole.height, whole.width}, count;
    if (wick__count_fits(4, sizes, &count) && wick__bytes_fit(count, sizeof(float), bytes))
        return WICK_OK;
    return wick__fail(WICK_ENOMEM, "images of more bytes than memory has addresses");
}

static wick__state state_of(const wick__form *form)
{
    return (wick__state)atomic_load_explicit(&form->state, memory_order_acquire);
}

static void set_state(wick__form *form, wick__state state)
{
    atomic_store_explicit(&form->state, state, memory_order_release);
}

static wick__blocked images_of(const wick__form *form)
{
    return (wick__blocked){form->data, image_floats(&form->size)};
}

/* ---- making ---- */

wick_status wick__storage_with_form(wick_context *context, const wick__image_size *size,
                                    wick_storage **storage)
{
    wick__form *form;
    size_t bytes;
    wick_status status = blocked_bytes(size, &bytes);
    if (!status)
        status = wick__storage_open(context, WICK_FLOAT32, count_of(size), storage);
    if (status)
        return status;
    status = wick__alloc(context, sizeof *form, (void **)&form);
    if (status) {
        wick_storage_release(*storage);
        *storage = NULL;
        return status;
    }
    *form = (wick__form){.size = *size, .bytes = bytes};
    set_state(form, WICK__BLOCKED);
    (*storage)->form = form;
    return WICK_OK;
}

/* A tensor over a storage with a form, whose reference it takes. */
static wick_status over(wick_storage *storage, int ndim, wick_tensor **t)
{
    const wick__image_size *size = &storage->form->size;
    const int64_t sizes[] = {size->batch, size->channels, size->height, size->width};
    wick_status status = wick_tensor_on(storage, 0, ndim, sizes + 4 - ndim, NULL, t);
    wick_storage_release(storage);
    return status;
}

wick_status wick__blocked_new(wick_context *context, int ndim, const wick__image_size *size,
                              wick_tensor **t, wick__blocked *to)
{
    wick_storage *storage;
    wick_status status = wick__storage_with_form(context, size, &storage);
    if (!status) {
        status = wick__alloc(context, storage->form->bytes, (void **)&storage->form->data);
        *to = images_of(storage->form);
        if (status)
            wick_storage_release(storage);
    }
    return status ? status : over(storage, ndim, t);
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
    wick__free(context, form->data, form->data ? form->bytes : 0);
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
        *images = images_of(t->storage->form);
        return WICK_OK;
    }
    wick_status status = wick__dense(t, &dense);
    if (!status)
        status = blocked_bytes(size, &bytes);
    if (!status)
        status = wick__alloc(g->context, bytes, (void **)&images->data);
    if (status)
        return status;
    g->data[g->count] = images->data;
    g->bytes[g->count++] = bytes;
    images->image = image_floats(size);
    wick__blocked_from_dense(g->context, size->batch, size->channels, plane_of(size), dense,
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

/* Whether the source's memory can become the result's: the kernel reads each element where it
 * writes it, and nobody else will look at the source again. */
static bool takes_over(const wick__form *form)
{
    const wick__pending *p = form->pending;
    const wick_tensor *source = p->operand[WICK__SOURCE].tensor;
    return p->kernel.in_place && wick__is_images(source) &&
           atomic_load(&source->storage->refs) == 1;
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
                                   p->operand[WICK__WEIGHT].tensor, &tail, images_of(form));
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

/* Under the lock. */
static wick_status compute(wick_context *context, wick__form *form, float *moments)
{
    guests g = {.context = context};
    wick__form *source =
        takes_over(form) ? form->pending->operand[WICK__SOURCE].tensor->storage->form : NULL;
    wick_status status = WICK_OK;
    if (source)
        form->data = source->data;
    else
        status = wick__alloc(context, form->bytes, (void **)&form->data);
    if (!status)
        status = traced(&g, form, moments);
    send_home(&g);
    if (source && !status)
        source->data = NULL;
    if (!source && status)
        wick__free(context, form->data, form->data ? form->bytes : 0);
    if (status) {
        form->data = NULL;
        return status;
    }
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
    *from = images_of(form);
    return status;
}

wick_status wick__images_read(const wick_tensor *t, wick__blocked *from)
{
    bool given;
    return wick__images_read_moments(t, NULL, from, &given);
}

wick_status wick__images_write(wick_tensor *t, wick__blocked *to)
{
    wick_status status = wick__images_read(t, to);
    if (!status)
        status = wick__detach_lookers(t->storage);
    if (!status)
        wick__count_write(t);
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
    wick__blocked_to_dense(context, form->size.batch, form->size.channels, plane_of(&form->size),
                           images_of(form), storage->data);
    storage->capacity = bytes;
    wick__free(context, form->data, form->bytes);
    form->data = NULL;
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
