/* Taking from and putting to positions: the other dimensions are merged, then lines run either
 * through the slices or along the indexed dimension, whichever steps nearer in the whole. Where
 * equal positions meet, one thread goes through them in order. */
#include "kernel/index.h"

#include <string.h>

#include "base/threads.h"

/* GRAIN: elements a part. STRIP: elements side by side that stay together when a slice is cut up
 * among threads. */
enum { GRAIN = 32768, STRIP = 64 };

typedef struct line {
    int64_t n, part_stride, whole_stride, position_stride;
    int64_t step; /* of the whole, from one position to the next */
    void *part, *whole;
    const int64_t *position;
} line;

typedef void run_line(const line *l);

/* The bytes have the type of their tensor, which these may stand for. */
typedef uint8_t __attribute__((may_alias)) bytes1;
typedef uint16_t __attribute__((may_alias)) bytes2;
typedef uint32_t __attribute__((may_alias)) bytes4;
typedef uint64_t __attribute__((may_alias)) bytes8;

#define ELEMENT bytes1
#define K(name) name##_1
#include "kernel/index.inc"
#include "kernel/index_sum.inc"
#undef ELEMENT
#undef K
#define ELEMENT bytes2
#define K(name) name##_2
#include "kernel/index.inc"
#include "kernel/index_sum.inc"
#undef ELEMENT
#undef K
#define ELEMENT bytes4
#define K(name) name##_4
#include "kernel/index.inc"
#include "kernel/index_sum.inc"
#undef ELEMENT
#undef K
#define ELEMENT bytes8
#define K(name) name##_8
#include "kernel/index.inc"
#include "kernel/index_sum.inc"
#undef ELEMENT
#undef K
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

static run_line *const take_lines[] = {[1] = take_1, [2] = take_2, [4] = take_4, [8] = take_8};
static run_line *const put_lines[] = {[1] = put_1, [2] = put_2, [4] = put_4, [8] = put_8};
static run_line *const sum_lines[WICK_DTYPES] = {
    put_sum_1, put_sum_1, put_sum_2, put_sum_4, put_sum_8, NULL, put_sum_float, put_sum_double};

/* ---- planning ---- */

typedef struct job {
    wick__indexing x; /* merged; with `across` its last dimension is the line's */
    run_line *run;
    int64_t bytes; /* an element */
    bool across;   /* lines run through slices, position by position */
    bool apart;    /* every position by itself */
    int outer;     /* dimensions above the lines */
    int64_t n;     /* elements a line */
    int64_t rows;  /* lines one after the other: positions when they run through slices */
    int64_t block; /* elements of a line in one unit of work */
    int64_t blocks;
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

/* False: there is nothing to do. */
static bool plan(job *j)
{
    wick__indexing *x = &j->x;
    int64_t total = x->count;
    for (int d = 0; d < x->ndim; d++)
        total *= x->size[d];
    if (total == 0)
        return false;
    merge_dimensions(x);
    int last = x->ndim - 1;
    j->across = last >= 0 && x->whole_stride[last] <= x->whole_step;
    j->outer = j->across ? last : x->ndim;
    j->n = j->across ? x->size[last] : x->count;
    j->rows = j->across ? x->count : 1;
    j->block = GRAIN;
    if (!j->apart && j->across)
        j->block = GRAIN / j->rows > STRIP ? GRAIN / j->rows : STRIP;
    if ((!j->apart && !j->across) || j->block > j->n)
        j->block = j->n;
    j->blocks = (j->n + j->block - 1) / j->block;
    return true;
}

/* ---- running ---- */

static void run_row(const job *j, const line *first, int64_t row)
{
    line l = *first;
    l.part = (char *)l.part + row * j->x.part_step * j->bytes;
    l.position += row * j->x.position_step;
    j->run(&l);
}

static line line_of(const job *j)
{
    const wick__indexing *x = &j->x;
    int last = j->outer;
    line l = {.n = j->block, .step = x->whole_step, .position = x->position};
    l.part_stride = j->across ? x->part_stride[last] : x->part_step;
    l.whole_stride = j->across ? x->whole_stride[last] : 0;
    l.position_stride = j->across ? x->position_stride[last] : x->position_step;
    return l;
}

static void run_unit(const job *j, int64_t unit)
{
    const wick__indexing *x = &j->x;
    line l = line_of(j);
    int64_t first = unit % j->blocks * j->block, row = 0, rows = j->rows;
    unit /= j->blocks;
    if (j->apart) {
        row = unit % j->rows;
        rows = row + 1;
        unit /= j->rows;
    }
    int64_t part = first * l.part_stride, whole = first * l.whole_stride;
    l.position += first * l.position_stride;
    for (int d = j->outer - 1; d >= 0; d--) {
        int64_t at = unit % x->size[d];
        unit /= x->size[d];
        part += at * x->part_stride[d];
        whole += at * x->whole_stride[d];
        l.position += at * x->position_stride[d];
    }
    l.part = (char *)x->part + part * j->bytes;
    l.whole = (char *)x->whole + whole * j->bytes;
    l.n = j->n - first < j->block ? j->n - first : j->block;
    for (; row < rows; row++)
        run_row(j, &l, row);
}

static void run_units(void *job_, int64_t begin, int64_t end)
{
    for (int64_t unit = begin; unit < end; unit++)
        run_unit(job_, unit);
}

static void run(wick_context *context, const wick__indexing *indexing, run_line *lines, bool apart)
{
    job j = {.x = *indexing,
             .run = lines,
             .bytes = (int64_t)wick_dtype_size(indexing->dtype),
             .apart = apart};
    if (!plan(&j))
        return;
    int64_t units = j.blocks, work = j.block * (apart ? 1 : j.rows);
    for (int d = 0; d < j.outer; d++)
        units *= j.x.size[d];
    if (apart)
        units *= j.rows;
    wick__parallel(context, units, GRAIN / work > 0 ? GRAIN / work : 1, run_units, &j);
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

int64_t wick__first_outside(int64_t n, const int64_t *position, int64_t limit)
{
    enum { BLOCK = 1024 };
    for (int64_t begin = 0; begin < n; begin += BLOCK) {
        int64_t end = n - begin < BLOCK ? n : begin + BLOCK, outside = 0;
        for (int64_t i = begin; i < end; i++)
            outside |= (position[i] < 1) | (position[i] > limit);
        for (int64_t i = begin; i < end && outside; i++)
            if (position[i] < 1 || position[i] > limit)
                return i;
    }
    return n;
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
