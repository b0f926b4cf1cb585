/* The gate: the only way to a tensor's bytes, and where every write is counted. */
#include "kernel/convert.h"
#include "tensor/form.h"

/* Where tensors without elements point: nowhere that may be read or written. */
static const _Alignas(64) char nothing[64];

static int64_t element_bytes(const wick_tensor *t)
{
    return wick__dtype_bytes[t->dtype];
}

/* ---- versions ---- */

/* The bytes of its storage between which all of t lies; false when t has no element. */
static bool byte_range(const wick_tensor *t, int64_t *begin, int64_t *end)
{
    int64_t last = t->offset, bytes = element_bytes(t);
    if (!t->storage || t->ndim == 0)
        return false;
    for (int i = 0; i < t->ndim; i++) {
        if (t->size[i] == 0)
            return false;
        last += (t->size[i] - 1) * t->stride[i];
    }
    *begin = t->offset * bytes;
    *end = (last + 1) * bytes;
    return true;
}

/* The first cell that ends after byte `at`. */
static wick__cell *cell_at(const wick_storage *storage, int64_t at)
{
    int low = 0, high = storage->cells - 1;
    while (low < high) {
        int middle = (low + high) / 2;
        if (storage->cell[middle].end > at)
            high = middle;
        else
            low = middle + 1;
    }
    return storage->cell + low;
}

uint64_t wick_tensor_number(const wick_tensor *t)
{
    return t->storage ? t->storage->cell->number : 0;
}

uint64_t wick__version(const wick_tensor *t)
{
    int64_t begin, end;
    uint64_t sum = 0;
    if (t->storage && t->storage->cells == 1)
        return t->storage->cell->version;
    if (!byte_range(t, &begin, &end))
        return 0;
    const wick__cell *stop = t->storage->cell + t->storage->cells;
    for (const wick__cell *c = cell_at(t->storage, begin); c < stop && c->begin < end; c++)
        sum += c->version;
    return sum;
}

static void count_range(const wick_tensor *t, int64_t begin, int64_t end)
{
    const wick__cell *stop = t->storage->cell + t->storage->cells;
    for (wick__cell *c = cell_at(t->storage, begin); c < stop && c->begin < end; c++) {
        c->version++;
        c->writer = t->context->writing;
    }
}

void wick__count_write(wick_tensor *t)
{
    int64_t begin, end;
    if (byte_range(t, &begin, &end))
        count_range(t, begin, end);
}

/* Two storages may borrow the same memory, so addresses are compared. */
bool wick__overlap(const wick_tensor *a, const wick_tensor *b)
{
    int64_t a_begin, a_end, b_begin, b_end;
    if (!byte_range(a, &a_begin, &a_end) || !byte_range(b, &b_begin, &b_end))
        return false;
    if (a->storage == b->storage)
        return a_begin < b_end && b_begin < a_end;
    if (!a->storage->borrowed && !b->storage->borrowed)
        return false;
    uintptr_t at_a = (uintptr_t)a->storage->data, at_b = (uintptr_t)b->storage->data;
    return at_a + (uintptr_t)a_begin < at_b + (uintptr_t)b_end &&
           at_b + (uintptr_t)b_begin < at_a + (uintptr_t)a_end;
}

bool wick__same_elements(const wick_tensor *a, const wick_tensor *b)
{
    if (a == b)
        return true;
    if (a->dtype != b->dtype || !wick__same_shape(a, b) || a->storage != b->storage)
        return false;
    for (int i = 0; i < a->ndim; i++)
        if (a->size[i] > 1 && a->stride[i] != b->stride[i])
            return wick__count(a) == 0;
    return a->offset == b->offset || wick__count(a) == 0;
}

/* ---- views that overlap themselves ---- */

/* The dimensions with more than one step, the largest stride first. */
typedef struct steps {
    int count;
    int64_t most[WICK_MAX_DIM]; /* steps along the dimension */
    int64_t stride[WICK_MAX_DIM];
    int64_t reach[WICK_MAX_DIM + 1]; /* of this and all further dimensions together */
    int budget;
} steps;

static void sort_steps(const wick_tensor *t, steps *s)
{
    s->count = 0;
    for (int i = 0; i < t->ndim; i++) {
        if (t->size[i] == 1)
            continue;
        int at = s->count++;
        for (; at > 0 && s->stride[at - 1] < t->stride[i]; at--) {
            s->stride[at] = s->stride[at - 1];
            s->most[at] = s->most[at - 1];
        }
        s->stride[at] = t->stride[i];
        s->most[at] = t->size[i] - 1;
    }
    s->reach[s->count] = 0;
    for (int i = s->count - 1; i >= 0; i--)
        s->reach[i] = s->reach[i + 1] + s->most[i] * s->stride[i];
}

/* Every stride steps over all that the smaller ones reach: enough, and true of nearly every view.
 */
static bool nests(const steps *s)
{
    for (int i = 0; i < s->count; i++)
        if (s->stride[i] <= s->reach[i + 1])
            return false;
    return true;
}

/* Whether steps in the dimensions from `i` on, not all zero unless `moved`, lead from `at` back to
 * 0: then two indices meet in one element. Past the budget the answer is the cautious one. */
static bool meets(steps *s, int i, int64_t at, bool moved)
{
    if (i == s->count)
        return moved && at == 0;
    if (s->budget-- <= 0 || s->stride[i] == 0)
        return true;
    int64_t low = moved ? -s->most[i] : 0, high = s->most[i];
    int64_t nearest = (-at - s->reach[i + 1]) / s->stride[i];
    int64_t farthest = (-at + s->reach[i + 1]) / s->stride[i];
    low = nearest > low ? nearest : low;
    high = farthest < high ? farthest : high;
    for (int64_t k = low; k <= high; k++)
        if (meets(s, i + 1, at + k * s->stride[i], moved || k != 0))
            return true;
    return false;
}

static bool overlaps_itself(const wick_tensor *t)
{
    if (wick_tensor_is_contiguous(t))
        return false;
    steps s = {.budget = 100000};
    sort_steps(t, &s);
    return !nests(&s) && meets(&s, 0, 0, false);
}

/* ---- the gate ---- */

static wick_status reaches_outside(const wick_tensor *t, int64_t end)
{
    return wick__fail(WICK_EVALUE,
                      "this %s tensor reaches %lld elements into a storage that was resized to "
                      "%lld",
                      wick__shape(t), (long long)(end / element_bytes(t)),
                      (long long)t->storage->size);
}

/* The bytes of t, which has elements between `begin` and `end` of its storage. */
static wick_status open_gate(const wick_tensor *t, int64_t begin, int64_t end, void **data)
{
    if (end > t->storage->size * element_bytes(t))
        return reaches_outside(t, end);
    wick_status status = t->storage->form ? wick__settle(t->storage) : WICK_OK;
    if (atomic_load_explicit(&t->storage->clear_cells, memory_order_relaxed) > 0)
        wick__write_zeros(t->storage, begin, end);
    *data = (char *)t->storage->data + begin;
    return status;
}

wick_status wick__dense(const wick_tensor *t, void **data)
{
    int64_t begin, end;
    *data = (void *)nothing;
    return byte_range(t, &begin, &end) ? open_gate(t, begin, end, data) : WICK_OK;
}

/* The operation that writes, for messages. */
static const char *writing(const wick_tensor *t)
{
    return t->context->writing ? t->context->writing : "tensor";
}

static wick_status check_read_only(const wick_tensor *t)
{
    if (!t->storage || !t->storage->read_only)
        return WICK_OK;
    return wick__fail(WICK_EVALUE,
                      "%s: this %s tensor looks at memory lent for reading only; write to "
                      "a clone of it",
                      writing(t), wick__shape(t));
}

wick_status wick__writable(wick_tensor *t, void **data)
{
    int64_t begin, end;
    wick_status status = check_read_only(t);
    *data = (void *)nothing;
    if (status || !byte_range(t, &begin, &end))
        return status;
    status = open_gate(t, begin, end, data);
    if (!status && overlaps_itself(t))
        status = wick__fail(WICK_EVALUE,
                            "%s: this %s tensor holds some elements several times, as expanded "
                            "tensors do, and cannot be written; write to a clone of it",
                            writing(t), wick__shape(t));
    if (!status && atomic_load(&t->storage->looking) > 0)
        status = wick__detach_lookers(t->storage);
    if (!status)
        count_range(t, begin, end);
    return status;
}

wick_status wick_tensor_read(wick_tensor *tensor, const void **data)
{
    void *elements;
    wick_status status = wick__dense(tensor, &elements);
    *data = elements;
    return status;
}

wick_status wick_tensor_data(wick_tensor *tensor, void **data)
{
    wick_status status = wick__dense(tensor, data);
    if (!status && tensor->storage)
        status = wick__lend(tensor->storage);
    return status;
}

wick_status wick_tensor_touch(wick_tensor *tensor)
{
    wick_status status = check_read_only(tensor);
    if (!status && tensor->storage)
        status = wick__detach_lookers(tensor->storage);
    if (!status)
        wick__count_write(tensor);
    return status;
}

/* ---- single elements ---- */

/* A view of one element, on the stack, which lives no longer than t. */
static wick_status element(const wick_tensor *t, const int64_t *index, wick_tensor *one)
{
    if (t->ndim == 0)
        return wick__fail(WICK_EVALUE, "a tensor without dimensions has no element");
    int64_t offset = t->offset;
    for (int i = 0; i < t->ndim; i++) {
        if (index[i] < 0 || index[i] >= t->size[i])
            return wick__fail(WICK_EVALUE,
                              "index %lld, counted from 0, is outside dimension %d of a %s tensor",
                              (long long)index[i], i + 1, wick__shape(t));
        offset += index[i] * t->stride[i];
    }
    *one = (wick_tensor){.context = t->context,
                         .storage = t->storage,
                         .dtype = t->dtype,
                         .offset = offset,
                         .ndim = 1,
                         .size = {1},
                         .stride = {1}};
    return WICK_OK;
}

static void convert_one(wick_dtype to_type, void *to, wick_dtype from_type, void *from)
{
    wick__convert_lines[to_type][from_type](1, (void *const[]){to, from}, (int64_t[]){1, 1}, NULL);
}

wick_status wick_tensor_get(wick_tensor *tensor, const int64_t *index, double *value)
{
    wick_tensor one;
    void *data;
    wick_status status = element(tensor, index, &one);
    if (!status)
        status = wick__dense(&one, &data);
    if (!status)
        convert_one(WICK_FLOAT64, value, tensor->dtype, data);
    return status;
}

wick_status wick_tensor_set_element(wick_tensor *tensor, const int64_t *index, double value)
{
    wick_tensor one;
    void *data;
    wick_status status = element(tensor, index, &one);
    if (!status)
        status = wick__writable(&one, &data);
    if (!status)
        convert_one(tensor->dtype, data, WICK_FLOAT64, &value);
    return status;
}

wick_status wick_tensor_item(wick_tensor *tensor, double *value)
{
    const int64_t first[WICK_MAX_DIM] = {0};
    if (wick__count(tensor) == 1)
        return wick_tensor_get(tensor, first, value);
    return wick__fail(WICK_ESHAPE, "item: a %s tensor has %lld elements, not one",
                      wick__shape(tensor), (long long)wick__count(tensor));
}
