/* Squared distances, a row of the result at a time. */
#include "kernel/pairs.h"

#include "base/threads.h"

enum { GRAIN = 32768 };

#define SUM double
#define GAIN(value) (value)
#define EACH "kernel/pairs.inc"
#include "kernel/each_real.h"
#undef SUM
#undef GAIN

/* As integers meet numbers everywhere: truncated. */
static uint64_t whole(double value)
{
    return value > -9.2e18 && value < 9.2e18 ? (uint64_t)(int64_t)value : 0;
}

#define SUM uint64_t
#define GAIN(value) whole(value)
#define EACH "kernel/pairs.inc"
#include "kernel/each_integer.h"

typedef struct job {
    const wick__pairs *pairs;
    void *y;
} job;

static void rows(void *job_, int64_t begin, int64_t end)
{
    const job *j = job_;
    for (int64_t i = begin; i < end; i++)
        switch (j->pairs->dtype) {
        case WICK_UINT8:
            distances_uint8(j->pairs, i, j->y);
            break;
        case WICK_INT8:
            distances_int8(j->pairs, i, j->y);
            break;
        case WICK_INT16:
            distances_int16(j->pairs, i, j->y);
            break;
        case WICK_INT32:
            distances_int32(j->pairs, i, j->y);
            break;
        case WICK_INT64:
            distances_int64(j->pairs, i, j->y);
            break;
        case WICK_FLOAT32:
            distances_float(j->pairs, i, j->y);
            break;
        default:
            distances_double(j->pairs, i, j->y);
        }
}

void wick__squared_distances(wick_context *context, const wick__pairs *pairs, void *y)
{
    job j = {pairs, y};
    int64_t work = pairs->m * pairs->d;
    wick__parallel(context, pairs->n, work < GRAIN ? GRAIN / (work + 1) + 1 : 1, rows, &j);
}
