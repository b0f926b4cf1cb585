/* What must hold between the parts of a safetensors header: nothing is there twice, and the tensors
 * cover the data exactly. */
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/status.h"
#include "io/bytes.h"
#include "io/safetensors.h"

/* ---- order ---- */

typedef int compare(const wick__index *x, uint32_t a, uint32_t b);

static int by_name(const wick__index *x, uint32_t a, uint32_t b)
{
    return strcmp(x->entry[a].name, x->entry[b].name);
}

static int by_key(const wick__index *x, uint32_t a, uint32_t b)
{
    return strcmp(x->pair[a].key, x->pair[b].key);
}

static int by_place(const wick__index *x, uint32_t a, uint32_t b)
{
    const wick__entry *p = &x->entry[a], *q = &x->entry[b];
    return p->begin != q->begin ? (p->begin > q->begin) - (p->begin < q->begin)
                                : (p->end > q->end) - (p->end < q->end);
}

static void sift_down(const wick__index *x, compare *order, size_t root, size_t n)
{
    uint32_t *v = x->order;
    for (size_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && order(x, v[child], v[child + 1]) < 0)
            child++;
        if (order(x, v[root], v[child]) >= 0)
            return;
        uint32_t kept = v[root];
        v[root] = v[child];
        v[child] = kept;
    }
}

/* Heap sort: no memory, and no input makes it slow. */
static void sort(wick__index *x, size_t n, compare *order)
{
    for (size_t i = 0; i < n; i++)
        x->order[i] = (uint32_t)i;
    for (size_t root = n / 2; root-- > 0;)
        sift_down(x, order, root, n);
    for (size_t last = n; last-- > 1;) {
        uint32_t kept = x->order[0];
        x->order[0] = x->order[last];
        x->order[last] = kept;
        sift_down(x, order, 0, last);
    }
}

/* ---- what must hold ---- */

static wick_status check_keys(wick__index *x)
{
    sort(x, x->pairs, by_key);
    for (size_t i = 1; i < x->pairs; i++)
        if (by_key(x, x->order[i - 1], x->order[i]) == 0)
            return wick__fail(WICK_EFORMAT, "%s: two entries of metadata are called \"%s\"",
                              x->path, wick__name(x->pair[x->order[i]].key));
    return WICK_OK;
}

static wick_status check_names(wick__index *x)
{
    sort(x, x->count, by_name);
    for (size_t i = 1; i < x->count; i++)
        if (by_name(x, x->order[i - 1], x->order[i]) == 0)
            return wick__fail(WICK_EFORMAT, "%s: two tensors are called \"%s\"", x->path,
                              wick__name(x->entry[x->order[i]].name));
    return WICK_OK;
}

static wick_status check_entry(const wick__index *x, const wick__entry *e, size_t data_bytes)
{
    int64_t count;
    size_t bytes;
    if (!wick__count_fits(e->size.count, e->size.v, &count) ||
        !wick__bytes_fit(count, e->element->bytes, &bytes))
        return wick__fail(WICK_EFORMAT, "%s: tensor \"%s\" has more elements than can be counted",
                          x->path, wick__name(e->name));
    if (e->begin > e->end)
        return wick__fail(WICK_EFORMAT, "%s: tensor \"%s\" begins at byte %s and ends at byte %s",
                          x->path, wick__name(e->name), wick__number(e->begin),
                          wick__number(e->end));
    if ((size_t)(e->end - e->begin) != bytes)
        return wick__fail(
            WICK_EFORMAT, "%s: tensor \"%s\" has %s bytes, its shape and type take %s", x->path,
            wick__name(e->name), wick__number(e->end - e->begin), wick__number(bytes));
    if ((size_t)e->end > data_bytes)
        return wick__fail(WICK_EFORMAT,
                          "%s: ends after %s bytes of data, header promises at least %s", x->path,
                          wick__number(data_bytes), wick__number(e->end));
    return WICK_OK;
}

/* Tensors in the order of their places must follow each other without a gap. */
static wick_status check_places(wick__index *x, size_t data_bytes)
{
    int64_t end = 0;
    const char *before = "";
    sort(x, x->count, by_place);
    for (size_t i = 0; i < x->count; i++) {
        const wick__entry *e = &x->entry[x->order[i]];
        if (e->begin > end)
            return wick__fail(WICK_EFORMAT, "%s: %s bytes before tensor \"%s\" belong to no tensor",
                              x->path, wick__number(e->begin - end), wick__name(e->name));
        if (e->begin < end)
            return wick__fail(WICK_EFORMAT, "%s: tensors \"%s\" and \"%s\" overlap", x->path,
                              wick__name(before), wick__name(e->name));
        end = e->end;
        before = e->name;
    }
    if ((size_t)end != data_bytes)
        return wick__fail(WICK_EFORMAT, "%s: holds %s bytes of data, header promises %s", x->path,
                          wick__number(data_bytes), wick__number(end));
    return WICK_OK;
}

wick_status wick__index_check(wick__index *x, size_t data_bytes)
{
    void *memory;
    size_t orders = x->count > x->pairs ? x->count : x->pairs;
    wick_status status = wick__alloc(x->context, orders * sizeof(uint32_t), &memory);
    if (status != WICK_OK)
        return status;
    x->order = memory;
    x->orders = orders;
    for (size_t i = 0; i < x->count && status == WICK_OK; i++)
        status = check_entry(x, &x->entry[i], data_bytes);
    if (status == WICK_OK)
        status = check_places(x, data_bytes);
    if (status == WICK_OK)
        status = check_keys(x);
    return status == WICK_OK ? check_names(x) : status;
}
