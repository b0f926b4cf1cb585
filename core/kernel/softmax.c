/* Softmax and log-softmax: rows are shared among threads in blocks of neighbours. */
#include "kernel/softmax.h"

#include <math.h>

#include "base/threads.h"

/* Neighbouring rows worked on together. */
enum { BLOCK = 32 };

#define EACH "kernel/softmax.inc"
#include "kernel/each_real.h"

typedef void block_loop(int64_t n, int64_t inner, int64_t count, const void *a, const void *b,
                        void *out);

typedef struct rows {
    block_loop *loop;
    int64_t n, inner, blocks, size; /* blocks of an outer index; bytes an element */
    const char *a, *b;
    char *out;
} rows;

static void rows_part(void *job, int64_t begin, int64_t end)
{
    const rows *r = job;
    for (int64_t item = begin; item < end; item++) {
        int64_t first = item % r->blocks * BLOCK;
        int64_t count = r->inner - first < BLOCK ? r->inner - first : BLOCK;
        int64_t at = (item / r->blocks * r->n * r->inner + first) * r->size;
        r->loop(r->n, r->inner, count, r->a + at, r->b ? r->b + at : NULL, r->out + at);
    }
}

/* loops: for float, then double. */
static void each_row(wick_context *context, wick_dtype dtype, block_loop *const loops[2],
                     int64_t outer, int64_t n, int64_t inner, const void *a, const void *b,
                     void *out)
{
    rows r = {loops[dtype == WICK_FLOAT64],  n, inner, (inner + BLOCK - 1) / BLOCK,
              dtype == WICK_FLOAT64 ? 8 : 4, a, b,     out};
    int64_t work = n * (inner < BLOCK ? inner : BLOCK);
    if (n > 0)
        wick__parallel(context, outer * r.blocks, (1 << 12) / (work + 1) + 1, rows_part, &r);
}

void wick__softmax_forward(wick_context *context, wick_dtype dtype, int64_t outer, int64_t n,
                           int64_t inner, const void *x, void *y)
{
    static block_loop *const loops[2] = {softmax_float, softmax_double};
    each_row(context, dtype, loops, outer, n, inner, x, NULL, y);
}

void wick__softmax_backward(wick_context *context, wick_dtype dtype, int64_t outer, int64_t n,
                            int64_t inner, const void *y, const void *gy, void *gx)
{
    static block_loop *const loops[2] = {softmax_backward_float, softmax_backward_double};
    each_row(context, dtype, loops, outer, n, inner, y, gy, gx);
}

void wick__log_softmax_forward(wick_context *context, wick_dtype dtype, int64_t outer, int64_t n,
                               int64_t inner, const void *x, void *y)
{
    static block_loop *const loops[2] = {log_softmax_float, log_softmax_double};
    each_row(context, dtype, loops, outer, n, inner, x, NULL, y);
}

void wick__log_softmax_backward(wick_context *context, wick_dtype dtype, int64_t outer, int64_t n,
                                int64_t inner, const void *y, const void *gy, void *gx)
{
    static block_loop *const loops[2] = {log_softmax_backward_float, log_softmax_backward_double};
    each_row(context, dtype, loops, outer, n, inner, y, gy, gx);
}
