/* Taking from and putting to positions: the other dimensions are merged, then lines run either
 * through the slices or along the indexed dimension, whichever steps nearer in the whole, and rows
 * of lines in the other. Where equal positions meet, one thread goes through them in order. */
#include "kernel/index.h"

#include <stdatomic.h>
#include <string.h>

#include "base/threads.h"

/* GRAIN: elements a part. STRIP: elements side by side that stay together when slices are cut up
 * among threads. */
enum { GRAIN = 32768, STRIP = 32 };

/* Lines of n elements, `rows` of them. Element i of row r of the whole stands a position's steps
 * from r * whole_row + i * whole_stride. */
typedef struct lines {
    int64_t rows, part_row, whole_row, position_row;
    int64_t n, part_stride, whole_stride, position_stride;
    int64_t step;
    void *part, *whole;
    const int64_t *position;
} lines;

typedef void run_lines(const lines *l);

#define EACH "kernel/index.inc"
#include "kernel/each_width.h"
#define EACH "kernel/index_sum.inc"
#include "kernel/each_width.h"
#define ELEMENT float
#define K(name) name##_float
#include "kernel/index_sum.inc"
#undef ELEMENT
#undef K
#define ELEMENT double
#define K(name) name##_double
#include "kernel/index_sum.inc"
#undef ELEMENT
#undef K

static run_lines *const take_lines[] = {[1] = take_1, [2] = take_2, [4] = take_4, [8] = take_8};
static run_lines *const put_lines[] = {[1] = put_1, [2] = put_2, [4] = put_4, [8] = put_8};
static run_lines *const sum_lines[WICK_DTYPES] = {
    put_sum_1, put_sum_1, put_sum_2, put_sum_4, put_sum_8, NULL, put_sum_float, put_sum_double};

/* ---- planning ---- */

typedef struct job {
    wick__indexing x; /* merged */
    run_lines *run;
    int64_t bytes;          /* an element */
    int outer;              /* dimensions above the lines */
    lines all;              /* of one place in the outer dimensions */
    int64_t rows, n;        /* of a unit of work */
    int64_t chunks, strips; /* units in rows and along lines */
} job;

static bool continues(const wick__indexing *x, int outer, int64_t inner_size, int inner)
{
    return x->part_stride[outer] == x->part_stride[inner] * inner_size &&
           x->whole_stride[outer] == x->whole_stride[inner] * inner_size &&
           x->position_stride[outer] == x->position_stride[inner] * inner_size;
}

static void move_dimension(wick__indexing *x, int to, int from)
{
    x->size[to] = x->size[from];
    x->part_stride[to] = x->part_stride[from];
    x->whole_stride[to] = x->whole_stride[from];
    x->position_stride[to] = x->position_stride[from];
}

/* Dimensions that follow each other in all operands become one; those of size 1 go. */
static void merge_dimensions(wick__indexing *x)
{
    int kept = 0;
    for (int d = 0; d < x->ndim; d++) {
        if (x->size[d] == 1)
            continue;
        int64_t above = kept > 0 ? x->size[kept - 1] : 0;
        bool joins = kept > 0 && continues(x, kept - 1, x->size[d], d);
        kept += !joins;
        move_dimension(x, kept - 1, d);
        if (joins)
            x->size[kept - 1] *= above;
    }
    x->ndim = kept;
}

/* Lines run through slices, a position after the other. */
static void lay_across(const wick__indexing *x, int last, lines *l)
{
    *l = (lines){.rows = x->count,
                 .part_row = x->part_step,
                 .position_row = x->position_step,
                 .n = x->size[last],
                 .part_stride = x->part_stride[last],
                 .whole_stride = x->whole_stride[last],
                 .position_stride = x->position_stride[last]};
}

/* Lines run along the indexed dimension. */
static void lay_along(const wick__indexing *x, int last, lines *l)
{
    *l = (lines){
        .rows = 1, .n = x->count, .part_stride = x->part_step, .position_stride = x->position_step};
    if (last < 0)
        return;
    l->rows = x->size[last];
    l->part_row = x->part_stride[last];
    l->whole_row = x->whole_stride[last];
    l->position_row = x->position_stride[last];
}

static int64_t between(int64_t low, int64_t value, int64_t high)
{
    return value > high ? high : value < low ? low : value;
}

/* Positions stay together in their order unless each may go by itself. */
static void cut_up(job *j, bool across, bool apart)
{
    const lines *l = &j->all;
    j->n = apart ? between(1, GRAIN, l->n) : l->n;
    j->rows = between(1, GRAIN / j->n, l->rows);
    if (across && !apart) {
        j->rows = l->rows;
        j->n = between(STRIP, GRAIN / l->rows, l->n);
    }
    j->chunks = (l->rows + j->rows - 1) / j->rows;
    j->strips = (l->n + j->n - 1) / j->n;
}

/* False: there is nothing to do. */
static bool plan(job *j, bool apart)
{
    wick__indexing *x = &j->x;
    int64_t total = x->count;
    for (int d = 0; d < x->ndim; d++)
        total *= x->size[d];
    if (total == 0)
        return false;
    merge_dimensions(x);
    int last = x->ndim - 1;
    bool across = last >= 0 && x->whole_stride[last] <= x->whole_step;
    if (across)
        lay_across(x, last, &j->all);
    else
        lay_along(x, last, &j->all);
    j->all.step = x->whole_step;
    j->outer = last > 0 ? last : 0;
    cut_up(j, across, apart);
    return true;
}

/* ---- running ---- */

static void run_unit(const job *j, int64_t unit)
{
    const wick__indexing *x = &j->x;
    lines l = j->all;
    int64_t first = unit % j->strips * j->n, row = unit / j->strips % j->chunks * j->rows;
    int64_t part = first * l.part_stride + row * l.part_row;
    int64_t whole = first * l.whole_stride + row * l.whole_row;
    int64_t position = first * l.position_stride + row * l.position_row;
    unit /= j->strips * j->chunks;
    for (int d = j->outer - 1; d >= 0; d--) {
        int64_t at = unit % x->size[d];
        unit /= x->size[d];
        part += at * x->part_stride[d];
        whole += at * x->whole_stride[d];
        position += at * x->position_stride[d];
    }
    l.part = (char *)x->part + part * j->bytes;
    l.whole = (char *)x->whole + whole * j->bytes;
    l.position = x->position + position;
    l.rows = l.rows - row < j->rows ? l.rows - row : j->rows;
    l.n = l.n - first < j->n ? l.n - first : j->n;
    j->run(&l);
}

static void run_units(void *job_, int64_t begin, int64_t end)
{
    for (int64_t unit = begin; unit < end; unit++)
        run_unit(job_, unit);
}

static void run(wick_context *context, const wick__indexing *indexing, run_lines *loop, bool apart)
{
    job j = {.x = *indexing, .run = loop, .bytes = (int64_t)wick_dtype_size(indexing->dtype)};
    if (!plan(&j, apart))
        return;
    int64_t units = j.chunks * j.strips;
    for (int d = 0; d < j.outer; d++)
        units *= j.x.size[d];
    wick__parallel(context, units, GRAIN / (j.rows * j.n) + 1, run_units, &j);
}

void wick__take(wick_context *context, const wick__indexing *indexing)
{
    run(context, indexing, take_lines[wick_dtype_size(indexing->dtype)], true);
}

void wick__put(wick_context *context, const wick__indexing *indexing)
{
    run(context, indexing, put_lines[wick_dtype_size(indexing->dtype)], false);
}

void wick__put_sum(wick_context *context, const wick__indexing *indexing)
{
    run(context, indexing, sum_lines[indexing->dtype], false);
}

/* ---- positions ---- */

typedef struct search {
    const int64_t *position;
    int64_t limit;
    atomic_int_fast64_t first;
} search;

/* One of the differences is negative where a position is outside. */
static void search_part(void *search_, int64_t begin, int64_t end)
{
    search *s = search_;
    const int64_t *position = s->position, limit = s->limit;
    uint64_t signs = 0;
    int64_t i = begin;
    for (int64_t k = begin; k < end; k++)
        signs |= ((uint64_t)position[k] - 1) | ((uint64_t)limit - (uint64_t)position[k]);
    if (signs >> 63 == 0)
        return;
    while (position[i] >= 1 && position[i] <= limit)
        i++;
    int_fast64_t first = atomic_load(&s->first);
    while (i < first && !atomic_compare_exchange_weak(&s->first, &first, i))
        continue;
}

int64_t wick__first_outside(wick_context *context, int64_t n, const int64_t *position,
                            int64_t limit)
{
    search s = {.position = position, .limit = limit};
    atomic_init(&s.first, n);
    wick__parallel(context, n, GRAIN, search_part, &s);
    return atomic_load(&s.first);
}

void wick__mark_last(int64_t n, int64_t stride, const int64_t *position, int64_t mark,
                     int64_t *seen, uint8_t *mask)
{
    for (int64_t i = n - 1; i >= 0; i--) {
        int64_t *slot = &seen[position[i * stride] - 1];
        mask[i * stride] = *slot != mark;
        *slot = mark;
    }
}
