/* libjpeg's memory, from the context: counted, limited, and free of temporary files. Its manager
 * stays, with these functions in it; what it has handed out until then is a few kilobytes, which
 * its own functions free. */
#include <jerror.h>
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/status.h"
#include "image/jpeg.h"

/* Rows begin on a boundary and have room behind their end: vector loops write past it. */
enum { HEAD = 64, ROW = 64 };

/* Stands in front of every allocation. */
typedef struct wick__jpeg_block {
    struct wick__jpeg_block *next;
    size_t bytes;
} block;

static void *take(j_common_ptr common, int pool, int64_t count, size_t each)
{
    wick__jpeg *j = common->client_data;
    size_t bytes;
    void *memory;
    if (pool < 0 || pool >= JPOOL_NUMPOOLS)
        ERREXIT1(common, JERR_BAD_POOL_ID, pool);
    if (!wick__bytes_fit(count, each, &bytes) || bytes > j->limit - j->used ||
        HEAD > j->limit - j->used - bytes)
        wick__jpeg_stop(j, wick__fail(WICK_EFORMAT,
                                      "unpacking takes more than the %zu bytes left of its limit; "
                                      "give a larger one if the image is what you expect",
                                      j->limit));
    wick_status status = wick__alloc(j->context, bytes + HEAD, &memory);
    if (status != WICK_OK)
        wick__jpeg_stop(j, status);
    block *b = memory;
    *b = (block){j->blocks[pool], bytes + HEAD};
    j->blocks[pool] = b;
    j->used += b->bytes;
    return (char *)memory + HEAD;
}

static void *take_bytes(j_common_ptr common, int pool, size_t bytes)
{
    return take(common, pool, 1, bytes);
}

/* ---- arrays of rows ---- */

static void *take_rows(j_common_ptr common, int pool, size_t row, JDIMENSION rows, bool zero)
{
    row = (row + ROW - 1) / ROW * ROW;
    void **pointers = take(common, pool, rows, sizeof *pointers);
    char *data = take(common, pool, rows, row);
    for (JDIMENSION y = 0; y < rows; y++)
        pointers[y] = data + y * row;
    if (zero)
        memset(data, 0, rows * row);
    return pointers;
}

static JSAMPARRAY take_samples(j_common_ptr common, int pool, JDIMENSION width, JDIMENSION rows)
{
    return take_rows(common, pool, width * sizeof(JSAMPLE), rows, false);
}

static JBLOCKARRAY take_coefficients(j_common_ptr common, int pool, JDIMENSION width,
                                     JDIMENSION rows)
{
    return take_rows(common, pool, width * sizeof(JBLOCK), rows, false);
}

/* ---- whole images, which libjpeg calls virtual ---- */

struct jvirt_sarray_control {
    JSAMPARRAY rows; /* NULL until all are known */
    JDIMENSION width, height;
    bool zero;
    struct jvirt_sarray_control *next;
};

struct jvirt_barray_control {
    JBLOCKARRAY rows;
    JDIMENSION width, height;
    bool zero;
    struct jvirt_barray_control *next;
};

static jvirt_sarray_ptr want_samples(j_common_ptr common, int pool, boolean zero, JDIMENSION width,
                                     JDIMENSION height, JDIMENSION at_once)
{
    wick__jpeg *j = common->client_data;
    jvirt_sarray_ptr array = take(common, pool, 1, sizeof *array);
    *array = (struct jvirt_sarray_control){NULL, width, height, zero, j->samples};
    j->samples = array;
    (void)at_once;
    return array;
}

static jvirt_barray_ptr want_coefficients(j_common_ptr common, int pool, boolean zero,
                                          JDIMENSION width, JDIMENSION height, JDIMENSION at_once)
{
    wick__jpeg *j = common->client_data;
    jvirt_barray_ptr array = take(common, pool, 1, sizeof *array);
    *array = (struct jvirt_barray_control){NULL, width, height, zero, j->coefficients};
    j->coefficients = array;
    (void)at_once;
    return array;
}

static void take_wanted(j_common_ptr common)
{
    wick__jpeg *j = common->client_data;
    for (jvirt_sarray_ptr a = j->samples; a != NULL; a = a->next)
        if (a->rows == NULL)
            a->rows =
                take_rows(common, JPOOL_IMAGE, a->width * sizeof(JSAMPLE), a->height, a->zero);
    for (jvirt_barray_ptr a = j->coefficients; a != NULL; a = a->next)
        if (a->rows == NULL)
            a->rows = take_rows(common, JPOOL_IMAGE, a->width * sizeof(JBLOCK), a->height, a->zero);
}

static JSAMPARRAY lend_samples(j_common_ptr common, jvirt_sarray_ptr a, JDIMENSION first,
                               JDIMENSION rows, boolean writable)
{
    if (a->rows == NULL || rows > a->height || first > a->height - rows)
        ERREXIT(common, JERR_BAD_VIRTUAL_ACCESS);
    (void)writable;
    return a->rows + first;
}

static JBLOCKARRAY lend_coefficients(j_common_ptr common, jvirt_barray_ptr a, JDIMENSION first,
                                     JDIMENSION rows, boolean writable)
{
    if (a->rows == NULL || rows > a->height || first > a->height - rows)
        ERREXIT(common, JERR_BAD_VIRTUAL_ACCESS);
    (void)writable;
    return a->rows + first;
}

/* ---- giving back ---- */

static void free_blocks(wick__jpeg *j, int pool)
{
    for (block *b = j->blocks[pool], *next; b != NULL; b = next) {
        next = b->next;
        j->used -= b->bytes;
        wick__free(j->context, b, b->bytes);
    }
    j->blocks[pool] = NULL;
    j->samples = NULL;
    j->coefficients = NULL;
}

static void free_pool(j_common_ptr common, int pool)
{
    wick__jpeg *j = common->client_data;
    if (pool >= 0 && pool < JPOOL_NUMPOOLS)
        free_blocks(j, pool);
    j->library.free_pool(common, pool);
}

static void free_all(j_common_ptr common)
{
    wick__jpeg *j = common->client_data;
    for (int pool = 0; pool < JPOOL_NUMPOOLS; pool++)
        free_blocks(j, pool);
    j->library.self_destruct(common);
}

void wick__jpeg_use_memory(j_common_ptr common)
{
    wick__jpeg *j = common->client_data;
    struct jpeg_memory_mgr *m = common->mem;
    j->library = *m;
    m->alloc_small = take_bytes;
    m->alloc_large = take_bytes;
    m->alloc_sarray = take_samples;
    m->alloc_barray = take_coefficients;
    m->request_virt_sarray = want_samples;
    m->request_virt_barray = want_coefficients;
    m->realize_virt_arrays = take_wanted;
    m->access_virt_sarray = lend_samples;
    m->access_virt_barray = lend_coefficients;
    m->free_pool = free_pool;
    m->self_destruct = free_all;
}
