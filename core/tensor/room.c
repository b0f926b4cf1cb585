/* Rooms: the memory of images in blocks, which joined images and slices share; and the making of
 * images. */
#include "tensor/form.h"

/* ---- rooms ---- */

wick_status wick__images_bytes(const wick__image_size *size, int64_t blocks, size_t *bytes)
{
    int64_t sizes[] = {size->batch, blocks, WICK__LANES, size->height, size->width}, count;
    *bytes = 0;
    if (wick__count_fits(5, sizes, &count) && wick__bytes_fit(count, sizeof(float), bytes))
        return WICK_OK;
    return wick__fail(WICK_ENOMEM, "images of more bytes than memory has addresses");
}

wick_status wick__room_new(wick_context *context, const wick__image_size *size, int64_t blocks,
                           wick__room **room)
{
    wick__room made = {.blocks = blocks, .taken = wick__blocks(size->channels)};
    *room = NULL;
    wick_status status = wick__images_bytes(size, blocks, &made.bytes);
    if (!status)
        status = wick__alloc(context, sizeof **room, (void **)room);
    if (status)
        return status;
    status = wick__alloc(context, made.bytes, (void **)&made.data);
    if (status) {
        wick__free(context, *room, sizeof **room);
        *room = NULL;
        return status;
    }
    **room = made;
    atomic_init(&(*room)->refs, 1);
    return WICK_OK;
}

void wick__room_release(wick_context *context, wick__room *room)
{
    if (!room || !wick__let_go(&room->refs))
        return;
    wick__free(context, room->data, room->bytes);
    wick__free(context, room, sizeof *room);
}

wick__blocked wick__images_of(const wick__form *form)
{
    const wick__room *room = form->room;
    int64_t block = wick__plane(&form->size) * WICK__LANES;
    if (!room)
        return (wick__blocked){NULL, 0};
    return (wick__blocked){room->data + form->block * block, room->blocks * block};
}

/* ---- making ---- */

wick_status wick__storage_with_form(wick_context *context, const wick__image_size *size,
                                    wick_storage **storage)
{
    wick__form *form;
    size_t bytes;
    wick_status status = wick__images_bytes(size, wick__blocks(size->channels), &bytes);
    if (!status)
        status = wick__storage_open(context, WICK_FLOAT32,
                                    size->batch * size->channels * wick__plane(size), storage);
    if (status)
        return status;
    status = wick__alloc(context, sizeof *form, (void **)&form);
    if (status) {
        wick_storage_release(*storage);
        *storage = NULL;
        return status;
    }
    *form = (wick__form){.size = *size};
    atomic_init(&form->state, WICK__BLOCKED);
    (*storage)->form = form;
    return WICK_OK;
}

/* A tensor over a storage with a form, whose reference it takes; none when `status` is a failure,
 * which is returned. */
static wick_status over(wick_status status, wick_storage *storage, int ndim, wick_tensor **t)
{
    if (!status) {
        const wick__image_size *size = &storage->form->size;
        const int64_t sizes[] = {size->batch, size->channels, size->height, size->width};
        status = wick_tensor_on(storage, 0, ndim, sizes + 4 - ndim, NULL, t);
    }
    wick_storage_release(storage);
    return status;
}

wick_status wick__blocked_new(wick_context *context, int ndim, const wick__image_size *size,
                              wick_tensor **t, wick__blocked *to)
{
    wick_storage *storage;
    wick_status status = wick__storage_with_form(context, size, &storage);
    if (status)
        return status;
    status = wick__room_new(context, size, wick__blocks(size->channels), &storage->form->room);
    *to = wick__images_of(storage->form);
    return over(status, storage, ndim, t);
}

/* ---- joined images ---- */

/* The form of images that stand at the end of what is taken of a room of this context, or NULL. */
static const wick__form *last_of_room(const wick_context *context, const wick_tensor *t)
{
    const wick__form *form = t->storage->form;
    if (t->storage->context != context || wick__is_pending(t) ||
        form->block + wick__blocks(form->size.channels) != form->room->taken)
        return NULL;
    return form;
}

/* A new room. What was joined before will be joined again, it seems: then spare blocks are left,
 * so many that all copies together are no more than the images. */
static wick_status find_room(wick_context *context, bool again, wick__form *to)
{
    int64_t blocks = wick__blocks(to->size.channels);
    wick_status status = wick__room_new(context, &to->size, again ? 2 * blocks : blocks, &to->room);
    if (status == WICK_ENOMEM && again)
        status = wick__room_new(context, &to->size, blocks, &to->room);
    if (!status)
        to->room->joined = true;
    return status;
}

/* Under the lock. */
static wick_status join(wick_context *context, int count, wick_tensor *const *part, wick__form *to)
{
    const wick__form *before = last_of_room(context, part[0]);
    int64_t blocks = wick__blocks(to->size.channels);
    wick_status status = WICK_OK;
    bool stays = before && before->block + blocks <= before->room->blocks;
    if (stays) {
        to->room = before->room;
        to->block = before->block;
        atomic_fetch_add(&to->room->refs, 1);
        to->room->taken = to->block + blocks;
    } else {
        status = find_room(context, before && before->room->joined, to);
    }
    int64_t block = to->block;
    for (int i = 0; i < count && !status; i++) {
        if (i > 0 || !stays)
            status = wick__images_place(context, part[i], to->room, block);
        block += wick__blocks(part[i]->storage->form->size.channels);
    }
    return status;
}

wick_status wick__images_join(wick_context *context, const wick__image_size *size, int count,
                              wick_tensor *const *part, wick_tensor **t)
{
    wick_storage *storage;
    wick_status status = wick__storage_with_form(context, size, &storage);
    if (status)
        return status;
    wick__lock_forms(context);
    status = join(context, count, part, storage->form);
    wick__unlock_forms(context);
    return over(status, storage, 4, t);
}

wick_status wick__images_slice(const wick_tensor *images, int64_t start,
                               const wick__image_size *size, wick_tensor **t)
{
    wick_context *context = images->storage->context;
    const wick__form *whole = images->storage->form;
    wick_storage *storage;
    wick__blocked read;
    wick_status status = wick__storage_with_form(context, size, &storage);
    if (status)
        return status;
    wick__lock_forms(context);
    status = wick__images_read(images, &read);
    if (!status) {
        storage->form->room = whole->room;
        storage->form->block = whole->block + start / WICK__LANES;
        atomic_fetch_add(&whole->room->refs, 1);
    }
    wick__unlock_forms(context);
    return over(status, storage, images->ndim, t);
}
