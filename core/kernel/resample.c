/* Resampling: rows, sixteen side by side, and columns, both as sums of lines, in parts. */
#include "kernel/resample.h"

#include "base/alloc.h"
#include "base/checked.h"
#include "base/status.h"
#include "base/threads.h"
#include "kernel/resample_loops.h"

enum { LANES = WICK__RESAMPLE_LANES, GRAIN = 1 << 15 };

typedef struct job {
    const wick__windows *windows;
    const wick__resample_loops *loops;
    int kind;      /* of the loops, by type */
    int64_t width; /* of columns */
    const void *x;
    void *y;
    char *scratch; /* of rows: `bytes` a worker */
    size_t bytes;
} job;

static job job_of(const wick__windows *windows, const void *x, void *y)
{
    int kind = windows->dtype == WICK_UINT8 ? 0 : windows->dtype == WICK_FLOAT32 ? 1 : 2;
    return (job){
        .windows = windows, .loops = wick__resample_loops_best(), .kind = kind, .x = x, .y = y};
}

static void columns_part(void *job_, int64_t begin, int64_t end)
{
    const job *j = job_;
    j->loops->columns[j->kind](j->windows, j->width, begin, end, j->x, j->y);
}

void wick__resample_columns(const wick__windows *windows, int64_t planes, int64_t width,
                            const void *x, void *y)
{
    job j = job_of(windows, x, y);
    j.width = width;
    wick__parallel(windows->context, planes * windows->out, GRAIN / (width * windows->taps + 1) + 1,
                   columns_part, &j);
}

static void rows_part(void *job_, int worker, int64_t begin, int64_t end)
{
    const job *j = job_;
    void *scratch = j->scratch + (size_t)worker * j->bytes;
    j->loops->rows[j->kind](j->windows, begin, end, j->x, scratch, j->y);
}

wick_status wick__resample_rows(const wick__windows *windows, int64_t rows, const void *x, void *y)
{
    void *scratch;
    size_t all;
    wick_context *context = windows->context;
    int64_t turned = LANES * windows->in, workers = wick__workers(context);
    job j = job_of(windows, x, y);
    if (!wick__bytes_fit(turned, wick_dtype_size(windows->dtype), &j.bytes) ||
        !wick__bytes_fit(workers, j.bytes, &all))
        return wick__fail(WICK_ENOMEM, "no memory for rows of %lld pixels", (long long)windows->in);
    wick_status status = wick__alloc(context, all, &scratch);
    if (status)
        return status;
    j.scratch = scratch;
    int64_t blocks = GRAIN / (windows->out * windows->taps * LANES + 1) + 1;
    wick__parallel_workers(context, rows, blocks * LANES, rows_part, &j);
    wick__free(context, scratch, all);
    return WICK_OK;
}
