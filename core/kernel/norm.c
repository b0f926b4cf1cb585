/* Normalisation: batch statistics and their use, shared by channel; local response, by image. */
#include "kernel/norm.h"

#include <math.h>
#include <string.h>

#include "base/threads.h"

/* The most channels a part takes. */
enum { BLOCK = 16 };

typedef struct norm {
    wick_dtype dtype;
    bool training;
    int64_t n, c, s;
    double eps;
    const void *x, *mean, *variance, *weight, *bias, *gy;
    void *out, *out_mean, *out_variance; /* y or gx; mean or gweight; variance or gbias */
} norm;

typedef struct lrn {
    wick_dtype dtype;
    int64_t c, s, before, after; /* channels of the window beside this one */
    double factor, beta, k;      /* factor: alpha / size */
    const void *x, *gy;
    void *scale, *out;
} lrn;

#define EACH "kernel/norm.inc"
#include "kernel/each_real.h"

#define PARTS(name, type)                                                                          \
    static void name##_part(void *job, int64_t begin, int64_t end)                                 \
    {                                                                                              \
        const type *p = job;                                                                       \
        if (p->dtype == WICK_FLOAT64)                                                              \
            name##_double(p, begin, end);                                                          \
        else                                                                                       \
            name##_float(p, begin, end);                                                           \
    }
PARTS(statistics, norm)
PARTS(apply, norm)
PARTS(backward, norm)
PARTS(lrn, lrn)
PARTS(lrn_backward, lrn)

/* Parts of some 2^15 values, of at most BLOCK channels. */
static void share_channels(wick_context *context, wick__part *part, norm *p)
{
    int64_t grain = (1 << 15) / (p->n * p->s + 1) + 1;
    wick__parallel(context, p->c, grain < BLOCK ? grain : BLOCK, part, p);
}

void wick__norm_statistics(wick_context *context, wick_dtype dtype, int64_t n, int64_t c, int64_t s,
                           const void *x, void *mean, void *variance)
{
    norm p = {
        .dtype = dtype, .n = n, .c = c, .s = s, .x = x, .out_mean = mean, .out_variance = variance};
    share_channels(context, statistics_part, &p);
}

void wick__norm_update_running(wick_dtype dtype, int64_t c, double momentum, double correction,
                               const void *batch, void *running, int64_t stride)
{
    if (dtype == WICK_FLOAT64)
        update_running_double(c, 1 - momentum, momentum * correction, batch, running, stride);
    else
        update_running_float(c, 1 - momentum, momentum * correction, batch, running, stride);
}

void wick__norm_apply(wick_context *context, wick_dtype dtype, int64_t n, int64_t c, int64_t s,
                      double eps, const void *x, const void *mean, const void *variance,
                      const void *weight, const void *bias, void *y)
{
    norm p = {.dtype = dtype,
              .n = n,
              .c = c,
              .s = s,
              .eps = eps,
              .x = x,
              .mean = mean,
              .variance = variance,
              .weight = weight,
              .bias = bias,
              .out = y};
    share_channels(context, apply_part, &p);
}

void wick__norm_backward(wick_context *context, wick_dtype dtype, bool training, int64_t n,
                         int64_t c, int64_t s, double eps, const void *x, const void *mean,
                         const void *variance, const void *weight, const void *gy, void *gx,
                         void *gweight, void *gbias)
{
    norm p = {.dtype = dtype,
              .training = training,
              .n = n,
              .c = c,
              .s = s,
              .eps = eps,
              .x = x,
              .mean = mean,
              .variance = variance,
              .weight = weight,
              .gy = gy,
              .out = gx,
              .out_mean = gweight,
              .out_variance = gbias};
    share_channels(context, backward_part, &p);
}

static lrn lrn_of(wick_dtype dtype, int64_t c, int64_t s, int64_t size, double alpha, double beta)
{
    return (lrn){.dtype = dtype,
                 .c = c,
                 .s = s,
                 .before = (size - 1) / 2,
                 .after = size - 1 - (size - 1) / 2,
                 .factor = alpha / (double)size,
                 .beta = beta};
}

void wick__lrn_forward(wick_context *context, wick_dtype dtype, int64_t n, int64_t c, int64_t s,
                       int64_t size, double alpha, double beta, double k, const void *x,
                       void *scale, void *y)
{
    lrn p = lrn_of(dtype, c, s, size, alpha, beta);
    p.k = k, p.x = x, p.scale = scale, p.out = y;
    wick__parallel(context, n, (1 << 12) / (c * s + 1) + 1, lrn_part, &p);
}

void wick__lrn_backward(wick_context *context, wick_dtype dtype, int64_t n, int64_t c, int64_t s,
                        int64_t size, double alpha, double beta, const void *x, const void *scale,
                        const void *gy, void *gx)
{
    lrn p = lrn_of(dtype, c, s, size, alpha, beta);
    p.x = x, p.scale = (void *)scale, p.gy = gy, p.out = gx;
    wick__parallel(context, n, (1 << 12) / (c * s + 1) + 1, lrn_backward_part, &p);
}
