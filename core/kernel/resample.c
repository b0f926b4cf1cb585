/* Resampling: rows, sixteen side by side, and columns, both as sums of lines. */
#include "kernel/resample.h"

#include "base/alloc.h"
#include "base/checked.h"
#include "base/status.h"
#include "base/threads.h"

enum { LANES = 16, GRAIN = 1 << 15 };

typedef struct job {
    const wick__windows *windows;
    int64_t width; /* of columns */
    const void *x;
    void *y;
    char *scratch; /* of rows: `bytes` a worker */
    size_t bytes;
} job;

typedef int32_t sum_uint8;
typedef float sum_float;
typedef double sum_double;

static inline uint8_t settle_uint8(int32_t sum)
{
    int32_t value = sum >> 22;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static inline float settle_float(float sum)
{
    return sum;
}

static inline double settle_double(double sum)
{
    return sum;
}

#define EACH "kernel/resample.inc"
#include "kernel/each_pixel.h"

static void columns_part(void *job_, int64_t begin, int64_t end)
{
    const job *j = job_;
    if (j->windows->dtype == WICK_UINT8)
        columns_uint8(j, begin, end);
    else if (j->windows->dtype == WICK_FLOAT32)
        columns_float(j, begin, end);
    else
        columns_double(j, begin, end);
}

void wick__resample_columns(const wick__windows *windows, int64_t planes, int64_t width,
                            const void *x, void *y)
{
    job j = {.windows = windows, .width = width, .x = x, .y = y};
    wick__parallel(windows->context, planes * windows->out, GRAIN / (width * windows->taps + 1) + 1,
                   columns_part, &j);
}

static void rows_part(void *job_, int worker, int64_t begin, int64_t end)
{
    const job *j = job_;
    void *scratch = j->scratch + (size_t)worker * j->bytes;
    if (j->windows->dtype == WICK_UINT8)
        rows_uint8(j, scratch, begin, end);
    else if (j->windows->dtype == WICK_FLOAT32)
        rows_float(j, scratch, begin, end);
    else
        rows_double(j, scratch, begin, end);
}

wick_status wick__resample_rows(const wick__windows *windows, int64_t rows, const void *x, void *y)
{
    void *scratch;
    size_t all;
    wick_context *context = windows->context;
    int64_t turned = LANES * windows->in, workers = wick__workers(context);
    job j = {.windows = windows, .x = x, .y = y};
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
