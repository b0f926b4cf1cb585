/* The stage that bends an image as if it were drawn on rubber (Simard and others, 2003). */
#include "base/alloc.h"
#include "base/checked.h"
#include "base/status.h"
#include "data/blur.h"
#include "data/describe.h"
#include "data/warp.h"

static const wick__stage_arg args[] = {RANGE("alpha", 50, 50, 0, 1e4),
                                       RANGE("sigma", 5, 5, 0.1, 100), WARPING, P(1), END};

/* Two planes of smooth displacements in memory of their own: noise and what became of it. */
typedef struct rubber {
    size_t bytes; /* of both, twice */
    void *memory;
    float *noise, *smooth;
} rubber;

static wick_status open_rubber(wick_context *context, int64_t plane, rubber *r)
{
    int64_t count;
    *r = (rubber){0};
    if (!wick__mul_fits(plane, 4, &count) || !wick__bytes_fit(count, sizeof(float), &r->bytes))
        return wick__fail(WICK_ENOMEM, "no memory for displacements of %lld pixels",
                          (long long)plane);
    wick_status status = wick__alloc(context, r->bytes, &r->memory);
    r->noise = r->memory;
    r->smooth = r->memory ? r->noise + 2 * plane : NULL;
    return status;
}

static wick_status elastic(const wick__stage *stage, wick__sample *sample)
{
    rubber r;
    int64_t height = wick__sample_height(sample), width = wick__sample_width(sample);
    int64_t plane = height * width;
    double most = wick__stage_draw(stage, 0, &sample->stream) / 2;
    double sigma = wick__stage_draw(stage, 1, &sample->stream);
    wick__warping warping;
    wick_status status = wick__warping_of(stage, 2, sample, &warping);
    if (status)
        return status;
    status = open_rubber(sample->context, plane, &r);
    for (int64_t i = 0; i < 2 * plane && !status; i++)
        r.noise[i] = (float)wick__draw_uniform(&sample->stream, -most, most);
    if (!status)
        status = wick__blur(sample->context, WICK_FLOAT32, sigma, 0, 2, height, width, r.noise,
                            r.smooth);
    if (!status)
        status = wick__sample_displace(sample, r.smooth, r.smooth + plane, &warping);
    wick__free(sample->context, r.memory, r.bytes);
    return status;
}

const wick__stage_kind wick__stage_elastic = {
    .name = "ElasticTransform",
    .also = "Elastic",
    .args = args,
    .apply = elastic,
    .doc = "pixels move by noise of up to half of `alpha` pixels, smoothed by `sigma`"};
