/* Masked moves, block by block of the mask. */
#include "kernel/mask.h"

#include <string.h>

#include "base/threads.h"

#define EACH "kernel/mask.inc"
#include "kernel/each_width.h"

typedef void move(int64_t n, const uint8_t *chosen, const void *from, void *to);

static move *const take_loops[] = {[1] = take_1, [2] = take_2, [4] = take_4, [8] = take_8};
static move *const put_loops[] = {[1] = put_1, [2] = put_2, [4] = put_4, [8] = put_8};
static move *const fill_loops[] = {[1] = fill_1, [2] = fill_2, [4] = fill_4, [8] = fill_8};

static int64_t block_length(const wick__mask *mask, int64_t block)
{
    int64_t left = mask->n - block * WICK__MASK_BLOCK;
    return left < WICK__MASK_BLOCK ? left : WICK__MASK_BLOCK;
}

/* ---- counting ---- */

static void count_blocks(void *job, int64_t begin, int64_t end)
{
    const wick__mask *mask = job;
    for (int64_t block = begin; block < end; block++) {
        const uint8_t *chosen = mask->chosen + block * WICK__MASK_BLOCK;
        int64_t n = block_length(mask, block);
        int32_t ones = 0, all = 0;
        for (int64_t i = 0; i < n; i++) {
            ones += chosen[i];
            all |= chosen[i];
        }
        mask->before[block] = all > 1 ? -1 : ones;
    }
}

int64_t wick__mask_count(wick_context *context, const wick__mask *mask)
{
    int64_t total = 0;
    wick__parallel(context, wick__mask_blocks(mask->n), 4, count_blocks, (void *)(uintptr_t)mask);
    for (int64_t block = 0; block < wick__mask_blocks(mask->n); block++) {
        int64_t ones = mask->before[block];
        if (ones < 0)
            return -1;
        mask->before[block] = total;
        total += ones;
    }
    return total;
}

/* ---- moving ---- */

typedef struct job {
    const wick__mask *mask;
    move *run;
    const char *from;
    char *to;
    int64_t bytes;         /* an element */
    bool from_few, to_few; /* whether an end holds the chosen elements only */
    bool from_one;         /* the same element for all */
} job;

static void move_blocks(void *job_, int64_t begin, int64_t end)
{
    const job *j = job_;
    for (int64_t block = begin; block < end; block++) {
        int64_t first = block * WICK__MASK_BLOCK, before = j->mask->before[block];
        int64_t from = j->from_one ? 0 : j->from_few ? before : first;
        int64_t to = j->to_few ? before : first;
        j->run(block_length(j->mask, block), j->mask->chosen + first, j->from + from * j->bytes,
               j->to + to * j->bytes);
    }
}

void wick__mask_take(wick_context *context, const wick__mask *mask, size_t bytes, const void *all,
                     void *few)
{
    job j = {mask, take_loops[bytes], all, few, (int64_t)bytes, .to_few = true};
    wick__parallel(context, wick__mask_blocks(mask->n), 2, move_blocks, &j);
}

void wick__mask_put(wick_context *context, const wick__mask *mask, size_t bytes, const void *few,
                    void *all)
{
    job j = {mask, put_loops[bytes], few, all, (int64_t)bytes, .from_few = true};
    wick__parallel(context, wick__mask_blocks(mask->n), 2, move_blocks, &j);
}

void wick__mask_fill(wick_context *context, const wick__mask *mask, size_t bytes, const void *value,
                     void *all)
{
    job j = {mask, fill_loops[bytes], value, all, (int64_t)bytes, .from_one = true};
    wick__parallel(context, wick__mask_blocks(mask->n), 2, move_blocks, &j);
}

/* ---- coordinates ---- */

typedef struct search {
    const wick__mask *mask;
    int ndim;
    const int64_t *size;
    int64_t *rows;
} search;

/* The coordinates of element `at`, into row. */
static void find_coordinates(const search *s, int64_t at, int64_t *row)
{
    for (int d = s->ndim - 1; d >= 0; d--) {
        row[d] = at % s->size[d] + 1;
        at /= s->size[d];
    }
}

/* Divides once a line of the tensor: along it only the last coordinate changes. */
static void list_block(const search *s, int64_t first, int64_t n, int64_t *row)
{
    const uint8_t *chosen = s->mask->chosen;
    int64_t at[WICK_MAX_DIM], length = s->size[s->ndim - 1];
    for (int64_t i = first; i < first + n;) {
        int64_t begin = i / length * length, end = begin + length;
        end = end < first + n ? end : first + n;
        find_coordinates(s, begin, at);
        for (; i < end; i++) {
            if (!chosen[i])
                continue;
            for (int d = 0; d < s->ndim - 1; d++)
                row[d] = at[d];
            row[s->ndim - 1] = i - begin + 1;
            row += s->ndim;
        }
    }
}

static void search_blocks(void *search_, int64_t begin, int64_t end)
{
    const search *s = search_;
    for (int64_t block = begin; block < end; block++)
        list_block(s, block * WICK__MASK_BLOCK, block_length(s->mask, block),
                   s->rows + s->mask->before[block] * s->ndim);
}

void wick__mask_coordinates(wick_context *context, const wick__mask *mask, int ndim,
                            const int64_t *size, int64_t *rows)
{
    search s = {mask, ndim, size, rows};
    wick__parallel(context, wick__mask_blocks(mask->n), 2, search_blocks, &s);
}
