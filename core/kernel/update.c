/* Steps of optimisers. They wait for memory, so the compiler's own vectors are enough. */
#include "kernel/update.h"

#include <math.h>

#include "base/threads.h"

enum { GRAIN = 65536 };

typedef struct update {
    const wick_sgd *sgd;
    const wick_adam *adam;
    void *x, *m, *v;
    const void *g;
} update;

#define real float
#define NAME(name) name##_float
#define SQRT sqrtf
#include "kernel/update.inc"
#undef real
#undef NAME
#undef SQRT

#define real double
#define NAME(name) name##_double
#define SQRT sqrt
#include "kernel/update.inc"

void wick__sgd_update(wick_context *context, wick_dtype dtype, int64_t n, const wick_sgd *o,
                      void *x, const void *g, void *v)
{
    update u = {.sgd = o, .x = x, .g = g, .v = v};
    wick__parallel(context, n, GRAIN, dtype == WICK_FLOAT32 ? sgd_float : sgd_double, &u);
}

void wick__adam_update(wick_context *context, wick_dtype dtype, int64_t n, const wick_adam *o,
                       void *x, const void *g, void *m, void *v)
{
    update u = {.adam = o, .x = x, .g = g, .m = m, .v = v};
    wick__parallel(context, n, GRAIN, dtype == WICK_FLOAT32 ? adam_float : adam_double, &u);
}
