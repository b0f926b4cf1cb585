/* Softmax and log-softmax: rows are shared among threads in blocks of neighbours. */
#include "kernel/softmax.h"

#include "base/cpu.h"
#include "base/threads.h"
#include "kernel/softmax_loops.h"

#define ISA plain
#define EACH "kernel/softmax.inc"
#include "kernel/each_real.h"

const wick__softmax_loops wick__softmax_loops_plain[2] = {WICK__SOFTMAX_LOOPS(float_plain),
                                                          WICK__SOFTMAX_LOOPS(double_plain)};

static const wick__softmax_loops *loops_for(wick_dtype dtype)
{
    const wick__softmax_loops *loops = wick__softmax_loops_plain;
#if defined(__x86_64__)
    if (wick__cpu_isa() == WICK__AVX512)
        loops = wick__softmax_loops_avx512;
    else if (wick__cpu_isa() == WICK__AVX2)
        loops = wick__softmax_loops_avx2;
#endif
    return &loops[dtype == WICK_FLOAT64];
}

typedef struct rows {
    wick__softmax_loop *loop;
    int64_t n, inner, blocks, size; /* blocks of an outer index; bytes an element */
    const char *a, *b;
    char *out;
} rows;

static void rows_part(void *job, int64_t begin, int64_t end)
{
    const rows *r = job;
    for (int64_t item = begin; item < end; item++) {
        int64_t first = item % r->blocks * WIDTH;
        int64_t count = r->inner - first < WIDTH ? r->inner - first : WIDTH;
        int64_t at = (item / r->blocks * r->n * r->inner + first) * r->size;
        r->loop(r->n, r->inner, count, r->a + at, r->b ? r->b + at : NULL, r->out + at);
    }
}

static void each_row(wick_context *context, wick_dtype dtype, wick__softmax_loop *loop,
                     int64_t outer, int64_t n, int64_t inner, const void *a, const void *b,
                     void *out)
{
    rows r = {loop, n, inner, (inner + WIDTH - 1) / WIDTH, dtype == WICK_FLOAT64 ? 8 : 4,
              a,    b, out};
    int64_t work = n * (inner < WIDTH ? inner : WIDTH);
    if (n > 0)
        wick__parallel(context, outer * r.blocks, (1 << 12) / (work + 1) + 1, rows_part, &r);
}

void wick__softmax_forward(wick_context *context, wick_dtype dtype, int64_t outer, int64_t n,
                           int64_t inner, const void *x, void *y)
{
    each_row(context, dtype, loops_for(dtype)->forward, outer, n, inner, x, NULL, y);
}

void wick__softmax_backward(wick_context *context, wick_dtype dtype, int64_t outer, int64_t n,
                            int64_t inner, const void *y, const void *gy, void *gx)
{
    each_row(context, dtype, loops_for(dtype)->backward, outer, n, inner, y, gy, gx);
}

void wick__log_softmax_forward(wick_context *context, wick_dtype dtype, int64_t outer, int64_t n,
                               int64_t inner, const void *x, void *y)
{
    each_row(context, dtype, loops_for(dtype)->log_forward, outer, n, inner, x, NULL, y);
}

void wick__log_softmax_backward(wick_context *context, wick_dtype dtype, int64_t outer, int64_t n,
                                int64_t inner, const void *y, const void *gy, void *gx)
{
    each_row(context, dtype, loops_for(dtype)->log_backward, outer, n, inner, y, gy, gx);
}
