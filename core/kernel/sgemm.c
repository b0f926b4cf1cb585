/* How a product of floats is computed: few rows or few columns as a thin product, everything else
 * in blocks that are dealt out to threads and packed by whoever computes them. */
#include "kernel/sgemm.h"

#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/threads.h"
#include "kernel/sgemm_loops.h"

enum {
    MOST_ROWS = 224, /* of a block, with its columns in the second-level cache */
    MOST_COLUMNS = 1024,
    CHUNK = 256,         /* columns packed at once */
    ENOUGH = 16,         /* blocks to occupy threads */
    SMALL = 1 << 20,     /* multiplications in a block that is not cut further */
    TINY = 1 << 13,      /* multiplications in a product that is best done at once */
    UNPACKED = 1 << 20,  /* multiplications in a product that is not packed */
    NEAR = 512,          /* elements from line to line of such a product */
    FEW_ROWS = 14,       /* that stay packed on the stack when there is no memory */
    FEW_COLUMNS = 32,    /* likewise */
    THIN_WORK = 1 << 17, /* elements of a matrix that pay for a thread */
    THIN_COLUMNS = 512   /* of a matrix that is read line after line */
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t round_up(int64_t n, int64_t step)
{
    return (n + step - 1) / step * step;
}

/* ---- trivial products ------------------------------------------------------------------------ */

static void scale(const wick__sgemm *p)
{
    for (int64_t i = 0; i < p->m; i++) {
        float *c = p->c + i * p->ldc;
        if (p->beta == 0)
            memset(c, 0, (size_t)p->n * sizeof *c);
        for (int64_t j = 0; j < p->n && p->beta != 0 && p->beta != 1; j++)
            c[j] *= p->beta;
    }
}

/* ---- blocks ---------------------------------------------------------------------------------- */

typedef struct blocks {
    const wick__sgemm *product;
    const wick__sgemm_loops *loops;
    int64_t rows, columns; /* of a block */
    int64_t across;        /* blocks beside each other */
    int64_t chunk;
    bool as_it_lies; /* nothing is worth packing */
    float *room;     /* NULL: there was no memory */
    int64_t floats;  /* of it for a thread */
} blocks;

static wick__sgemm piece(const wick__sgemm *p, int64_t row, int64_t rows, int64_t column,
                         int64_t columns)
{
    wick__sgemm q = *p;
    q.m = least(rows, p->m - row), q.n = least(columns, p->n - column);
    q.a += p->ta ? row : row * p->lda;
    q.b += p->tb ? column * p->ldb : column;
    q.c += row * p->ldc + column;
    return q;
}

/* The same sums by pieces that are packed on the stack. */
static void block_without_memory(const wick__sgemm_loops *loops, const wick__sgemm *p)
{
    _Alignas(64) float room[(FEW_ROWS + FEW_COLUMNS) * WICK__SGEMM_STEPS + 2 * WICK__SGEMM_LINE];
    for (int64_t row = 0; row < p->m; row += loops->rows) {
        wick__sgemm q = piece(p, row, loops->rows, 0, p->n);
        loops->block(&q, loops->columns, room);
    }
}

/* Whether lines are so near each other that tiles find them in the cache without packing. */
static bool lies_close(const wick__sgemm *p)
{
    return p->k <= WICK__SGEMM_STEPS && p->lda <= NEAR && p->ldb <= NEAR;
}

/* A product of which packing would be a good part. */
static void run_small(const wick__sgemm *p)
{
    _Alignas(64) float room[FEW_COLUMNS * WICK__SGEMM_STEPS + 2 * WICK__SGEMM_LINE];
    wick__sgemm_loops_best()->small(p, room);
}

static void block_part(void *job, int worker, int64_t begin, int64_t end)
{
    const blocks *b = job;
    for (int64_t i = begin; i < end; i++) {
        wick__sgemm q = piece(b->product, i / b->across * b->rows, b->rows,
                              i % b->across * b->columns, b->columns);
        if (b->as_it_lies)
            run_small(&q);
        else if (b->room)
            b->loops->block(&q, b->chunk, b->room + worker * b->floats);
        else
            block_without_memory(b->loops, &q);
    }
}

/* Halves the longer side of the blocks until there are enough of them. */
static void cut(blocks *b)
{
    const wick__sgemm *p = b->product;
    b->rows = least(MOST_ROWS / b->loops->rows * b->loops->rows, round_up(p->m, b->loops->rows));
    b->columns = least(MOST_COLUMNS, round_up(p->n, b->loops->columns));
    while ((p->m / b->rows + 1) * (p->n / b->columns + 1) < ENOUGH &&
           (double)b->rows * (double)b->columns * (double)p->k > 2 * SMALL) {
        if (b->columns >= b->rows && b->columns > b->loops->columns)
            b->columns = round_up(b->columns / 2, b->loops->columns);
        else if (b->rows > b->loops->rows)
            b->rows = round_up(b->rows / 2, b->loops->rows);
        else
            break;
    }
    b->across = (p->n + b->columns - 1) / b->columns;
    b->chunk = least(CHUNK, b->columns);
    b->floats = round_up((b->rows + b->chunk) * least(WICK__SGEMM_STEPS, p->k), WICK__SGEMM_LINE) +
                2 * WICK__SGEMM_LINE;
}

static void run_blocks(wick_context *context, const wick__sgemm *p)
{
    blocks b = {.product = p, .loops = wick__sgemm_loops_best()};
    void *room;
    cut(&b);
    int64_t n = (p->m + b.rows - 1) / b.rows * b.across;
    int64_t workers = least(n, wick__workers(context));
    b.as_it_lies = lies_close(p) && b.rows * b.columns * p->k <= 4 * UNPACKED;
    size_t bytes = b.as_it_lies ? 0 : (size_t)(b.floats * workers) * sizeof(float);
    b.room = bytes == 0 || wick__alloc(context, bytes, &room) ? NULL : room;
    wick__parallel_workers(context, n, 1, block_part, &b);
    wick__free(context, b.room, bytes);
}

/* ---- thin products --------------------------------------------------------------------------- */

typedef struct thin {
    wick__sgemm_thin product;
    void (*run)(const wick__sgemm_thin *product, int64_t begin, int64_t end);
} thin;

static void thin_part(void *job, int64_t begin, int64_t end)
{
    const thin *t = job;
    t->run(&t->product, begin, end);
}

/* The few rows are those of op(a), or the columns of op(b) with everything transposed. */
static thin as_thin(const wick__sgemm *p, bool of_a)
{
    const wick__sgemm_loops *loops = wick__sgemm_loops_best();
    const bool by_rows = of_a ? p->tb : !p->ta;
    return (thin){{.rows = of_a ? p->m : p->n,
                   .length = of_a ? p->n : p->m,
                   .k = p->k,
                   .x = of_a ? p->a : p->b,
                   .x_row = of_a ? p->lda : p->ldb,
                   .matrix = of_a ? p->b : p->a,
                   .ld = of_a ? p->ldb : p->lda,
                   .alpha = p->alpha,
                   .beta = p->beta,
                   .out = p->c,
                   .row = of_a ? p->ldc : 1,
                   .column = of_a ? 1 : p->ldc},
                  by_rows ? loops->thin_rows : loops->thin_columns};
}

/* x, of which the steps lie x_row apart, with every row dense. */
static void turn_rows(wick__sgemm_thin *t, float *room)
{
    for (int64_t i = 0; i < t->k; i++)
        for (int64_t r = 0; r < t->rows; r++)
            room[r * t->k + i] = t->x[i * t->x_row + r];
    t->x = room;
    t->x_row = t->k;
}

/* False: there was no memory. */
static bool run_thin(wick_context *context, const wick__sgemm *p, bool of_a)
{
    thin t = as_thin(p, of_a);
    const bool turned = of_a ? p->ta : !p->tb,
               is_line = t.product.rows == 1 && t.product.x_row == 1;
    const bool by_rows = t.run == wick__sgemm_loops_best()->thin_rows;
    size_t bytes = (size_t)(t.product.rows * p->k) * sizeof(float);
    void *room = NULL;
    if (turned && !is_line) {
        if (wick__alloc(context, bytes, &room))
            return false;
        turn_rows(&t.product, room);
    }
    int64_t grain = round_up(THIN_WORK / p->k + 1, 16);
    grain = by_rows || grain > THIN_COLUMNS ? grain : THIN_COLUMNS;
    wick__parallel(context, t.product.length, grain, thin_part, &t);
    wick__free(context, room, bytes);
    return true;
}

/* ---- the choice ------------------------------------------------------------------------------ */

void wick__sgemm_run(wick_context *context, const wick__sgemm *p)
{
    if (p->m <= 0 || p->n <= 0)
        return;
    if (p->alpha == 0 || p->k <= 0) {
        scale(p);
        return;
    }
    const double work = (double)p->m * (double)p->n * (double)p->k;
    if (p->k <= WICK__SGEMM_STEPS && work <= TINY)
        run_small(p);
    else if (p->m <= WICK__SGEMM_THIN && run_thin(context, p, true))
        return;
    else if (p->m > WICK__SGEMM_THIN && p->n <= WICK__SGEMM_THIN && run_thin(context, p, false))
        return;
    else if (lies_close(p) && work <= UNPACKED)
        run_small(p);
    else
        run_blocks(context, p);
}
