/* Stages that look at the pixels around a pixel. */
#include "base/status.h"
#include "data/blur.h"
#include "data/describe.h"
#include "data/planes.h"
#include "kernel/pixels.h"

/* ---- GaussianBlur ---- */

static const wick__stage_arg blur_args[] = {WHOLE("kernel", 0, 0, 255),
                                            RANGE("sigma", 0.1, 2, 1e-2, 100), P(1), END};

static wick_status check_blur(const wick__stage *stage)
{
    int kernel = (int)wick__stage_number(stage, 0);
    if (kernel == 0 || kernel % 2 == 1)
        return WICK_OK;
    return wick__fail(WICK_EVALUE, "kernel is %d; an odd number of pixels expected", kernel);
}

static wick_status blur(const wick__stage *stage, wick__sample *sample)
{
    wick__planes p;
    double sigma = wick__stage_draw(stage, 1, &sample->stream);
    int64_t kernel = (int64_t)wick__stage_number(stage, 0);
    if (kernel == 1)
        return WICK_OK;
    wick_status status = wick__planes_open(sample->image, sample->image->dtype, &p);
    if (!status)
        status = wick__blur(sample->context, p.dtype, sigma, kernel / 2, p.planes, p.height,
                            p.width, p.x, p.y);
    return wick__planes_close(&p, status, sample);
}

const wick__stage_kind wick__stage_blur = {
    .name = "GaussianBlur",
    .args = blur_args,
    .check = check_blur,
    .apply = blur,
    .doc = "by a Gaussian of deviation `sigma`, cut to `kernel` pixels; 0: as many as it needs"};

/* ---- Sharpen ---- */

static const wick__stage_arg sharpen_args[] = {RANGE("factor", 1, 3, 0, 100), P(0.5), END};

static void sharpen_plane(const wick__planes *p, int64_t c, double factor)
{
    int64_t at = c * p->plane;
    if (p->dtype == WICK_UINT8)
        wick__sharpen_bytes(p->height, p->width, (float)factor, (const uint8_t *)p->x + at,
                            (uint8_t *)p->y + at);
    else
        wick__sharpen_floats(p->height, p->width, (float)factor, (const float *)p->x + at,
                             (float *)p->y + at);
}

static wick_status sharpen(const wick__stage *stage, wick__sample *sample)
{
    wick__planes p;
    double factor = wick__stage_draw(stage, 0, &sample->stream);
    wick_status status = wick__planes_open(sample->image, sample->image->dtype, &p);
    for (int64_t c = 0; c < p.planes && !status; c++)
        sharpen_plane(&p, c, factor);
    return wick__planes_close(&p, status, sample);
}

const wick__stage_kind wick__stage_sharpen = {
    .name = "Sharpen",
    .also = "RandomAdjustSharpness|Sharpness",
    .args = sharpen_args,
    .apply = sharpen,
    .doc = "away from the smoothed image: 1 leaves it, 0 is the smoothed one"};
