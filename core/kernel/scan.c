/* Scans: strips of lines, shared among threads. */
#include "kernel/scan.h"

#include "base/threads.h"

enum { STRIP = 1024, GRAIN = 32768 };

typedef struct strip {
    int64_t n, inner, width; /* elements of a line, from one to the next; lines */
    const void *x, *g;
    void *y;
} strip;

typedef void scan(const strip *s);

#define ACC double
#define EACH "kernel/scan.inc"
#include "kernel/each_real.h"
#define EACH "kernel/scan_real.inc"
#include "kernel/each_real.h"
#undef ACC
#define ACC uint64_t
#define EACH "kernel/scan.inc"
#include "kernel/each_integer.h"

#define SCANS(NAME)                                                                                \
    {                                                                                              \
        NAME##_uint8, NAME##_int8, NAME##_int16, NAME##_int32, NAME##_int64, NULL, NAME##_float,   \
            NAME##_double                                                                          \
    }

static scan *const scans[][WICK_DTYPES] = {
    [WICK__CUMSUM] = SCANS(cumsum),
    [WICK__CUMSUM_REVERSED] = SCANS(cumsum_reversed),
    [WICK__CUMPROD] = SCANS(cumprod),
    [WICK__PRODUCT_OF_OTHERS] =
        {[WICK_FLOAT32] = product_of_others_float, [WICK_FLOAT64] = product_of_others_double},
    [WICK__CUMPROD_GRADIENT] =
        {[WICK_FLOAT32] = cumprod_gradient_float, [WICK_FLOAT64] = cumprod_gradient_double},
};

typedef struct job {
    const wick__scan_lines *lines;
    scan *run;
    int64_t strips_a_row;
} job;

static const void *at(const wick__scan_lines *l, const void *data, int64_t offset)
{
    return data ? (const char *)data + offset * (int64_t)wick_dtype_size(l->dtype) : NULL;
}

static void part(void *job_, int64_t begin, int64_t end)
{
    const job *j = job_;
    const wick__scan_lines *l = j->lines;
    for (int64_t i = begin; i < end; i++) {
        int64_t first = i % j->strips_a_row * STRIP, left = l->inner - first;
        int64_t offset = i / j->strips_a_row * l->n * l->inner + first;
        strip s = {l->n,
                   l->inner,
                   left < STRIP ? left : STRIP,
                   at(l, l->x, offset),
                   at(l, l->g, offset),
                   (void *)at(l, l->y, offset)};
        j->run(&s);
    }
}

bool wick__scans(wick__scan kind, wick_dtype dtype)
{
    return scans[kind][dtype] != NULL;
}

void wick__scan_run(wick_context *context, wick__scan kind, const wick__scan_lines *lines)
{
    job j = {lines, scans[kind][lines->dtype], (lines->inner + STRIP - 1) / STRIP};
    if (lines->outer == 0 || lines->n == 0 || lines->inner == 0)
        return;
    int64_t work = lines->n * (lines->inner < STRIP ? lines->inner : STRIP);
    wick__parallel(context, lines->outer * j.strips_a_row, GRAIN / (work + 1) + 1, part, &j);
}
