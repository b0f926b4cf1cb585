/* Zeros that are known and not written: a gradient is cleared at every step and then written whole,
 * which memory need not see twice. A cell of a storage may be clear; the gate writes its zeros
 * before anybody sees its bytes. */
#include <string.h>

#include "tensor/form.h"

enum { WORTHWHILE = 1 << 16 }; /* bytes */

static int64_t bytes_of(const wick_storage *storage)
{
    return storage->size * (int64_t)wick_dtype_size(storage->dtype);
}

static int64_t end_of(const wick_storage *storage, const wick__cell *cell)
{
    int64_t bytes = bytes_of(storage);
    return cell->end < bytes ? cell->end : bytes;
}

/* The bytes of a row-major tensor. */
static void range_of(const wick_tensor *t, int64_t *begin, int64_t *end)
{
    int64_t bytes = (int64_t)wick_dtype_size(t->dtype);
    *begin = t->offset * bytes;
    *end = *begin + wick__count(t) * bytes;
}

static void set_clear(wick_storage *storage, wick__cell *cell, bool clear)
{
    if (cell->clear != clear)
        atomic_fetch_add(&storage->clear_cells, clear ? 1 : -1);
    cell->clear = clear;
}

static bool covers_a_cell(const wick_storage *storage, int64_t begin, int64_t end)
{
    for (int i = 0; i < storage->cells; i++)
        if (begin <= storage->cell[i].begin && end_of(storage, &storage->cell[i]) <= end)
            return true;
    return false;
}

void wick__write_zeros(wick_storage *storage, int64_t begin, int64_t end)
{
    wick__lock_forms(storage->context);
    for (int i = 0; i < storage->cells; i++) {
        wick__cell *cell = &storage->cell[i];
        if (!cell->clear || cell->end <= begin || end <= cell->begin)
            continue;
        memset((char *)storage->data + cell->begin, 0,
               (size_t)(end_of(storage, cell) - cell->begin));
        set_clear(storage, cell, false);
    }
    wick__unlock_forms(storage->context);
}

/* Whether the memory is ours alone and worth the trouble. */
static bool can_be_clear(const wick_tensor *t)
{
    const wick_storage *storage = t->storage;
    return storage && !storage->borrowed && !storage->lent && !storage->form &&
           bytes_of(storage) >= WORTHWHILE && wick_tensor_is_contiguous(t) && wick__count(t) > 0;
}

static void clear_range(wick_storage *storage, int64_t begin, int64_t end)
{
    for (int i = 0; i < storage->cells; i++) {
        wick__cell *cell = &storage->cell[i];
        int64_t from = begin > cell->begin ? begin : cell->begin;
        int64_t to = end < end_of(storage, cell) ? end : end_of(storage, cell);
        if (from >= to || cell->clear)
            continue;
        if (from == cell->begin && to == end_of(storage, cell))
            set_clear(storage, cell, true);
        else
            memset((char *)storage->data + from, 0, (size_t)(to - from));
    }
}

wick_status wick__clear(wick_tensor *t, bool *done)
{
    int64_t begin, end;
    range_of(t, &begin, &end);
    *done = can_be_clear(t) && end <= bytes_of(t->storage) && covers_a_cell(t->storage, begin, end);
    if (!*done)
        return WICK_OK;
    wick_status status = wick__detach_lookers(t->storage);
    if (status)
        return status;
    wick__lock_forms(t->context);
    clear_range(t->storage, begin, end);
    wick__unlock_forms(t->context);
    wick__count_write(t);
    return WICK_OK;
}

/* The cell that holds t and nothing else, if it is clear. */
static wick__cell *clear_cell_of(const wick_tensor *t)
{
    int64_t begin, end;
    if (!t->storage || atomic_load(&t->storage->clear_cells) == 0 || !wick_tensor_is_contiguous(t))
        return NULL;
    range_of(t, &begin, &end);
    for (int i = 0; i < t->storage->cells; i++) {
        wick__cell *cell = &t->storage->cell[i];
        if (cell->begin == begin && end_of(t->storage, cell) == end)
            return cell->clear ? cell : NULL;
    }
    return NULL;
}

bool wick__is_clear(const wick_tensor *t)
{
    return clear_cell_of(t) != NULL;
}

void wick__write_whole(wick_tensor *t)
{
    wick__cell *cell = clear_cell_of(t);
    if (cell)
        set_clear(t->storage, cell, false);
}

wick_status wick__copy_to_clear(wick_tensor *to, wick_tensor *from, bool *done)
{
    wick__cell *cell = clear_cell_of(to);
    *done = cell && to->dtype == from->dtype && wick__same_shape(to, from) &&
            !wick__overlap(to, from); /* whose zeros are not written either */
    if (!*done)
        return WICK_OK;
    set_clear(to->storage, cell, false);
    wick_status status = wick_tensor_copy(to, from);
    if (status)
        set_clear(to->storage, cell, true);
    return status;
}
