/* Dropout from a counter-based stream. */
#include "kernel/dropout.h"

#include <string.h>

#include "base/random.h"
#include "base/threads.h"

/* BLOCK: elements decided on together. GRAIN: elements a part. */
enum { BLOCK = 256, GRAIN = 1 << 14 };

/* The 32 bits that decide on element i: half a word of the stream. */
static inline uint32_t word_of(uint64_t key, int64_t i)
{
    return (uint32_t)(wick__stream_word(key, (uint64_t)i / 2) >> (i % 2 * 32));
}

/* The words of BLOCK elements, from word `counter` of the stream on. */
static void draw(uint64_t key, uint64_t counter, uint32_t *word)
{
    for (uint64_t i = 0; i < BLOCK / 2; i++) {
        uint64_t w = wick__stream_word(key, counter + i);
        word[2 * i] = (uint32_t)w;
        word[2 * i + 1] = (uint32_t)(w >> 32);
    }
}

#define EACH "kernel/dropout.inc"
#include "kernel/each_real.h"

typedef struct job {
    const wick__dropout *d;
    uint32_t threshold;
    bool is_double;
    const void *x;
    void *y;
} job;

static void elements_part(void *data, int64_t begin, int64_t end)
{
    const job *j = data;
    if (j->is_double)
        drop_elements_double(j->d, j->threshold, begin, end - begin, j->x, j->y);
    else
        drop_elements_float(j->d, j->threshold, begin, end - begin, j->x, j->y);
}

static void groups_part(void *data, int64_t begin, int64_t end)
{
    const job *j = data;
    if (j->is_double)
        drop_groups_double(j->d, j->threshold, begin, end, j->x, j->y);
    else
        drop_groups_float(j->d, j->threshold, begin, end, j->x, j->y);
}

void wick__dropout_run(wick_context *context, wick_dtype dtype, const wick__dropout *d,
                       int64_t groups, const void *x, void *y)
{
    job j = {d, (uint32_t)(d->p * 4294967296.0), dtype == WICK_FLOAT64, x, y};
    if (d->group == 1)
        wick__parallel(context, groups, GRAIN, elements_part, &j);
    else
        wick__parallel(context, groups, GRAIN / (d->group + 1) + 1, groups_part, &j);
}
