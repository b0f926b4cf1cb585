/* Stages that change the type of an image, and what its numbers mean. */
#include "data/describe.h"
#include "data/planes.h"
#include "kernel/pixels.h"

static const wick__stage_arg no_args[] = {END};

/* ---- ToFloat ---- */

static wick_status to_float(const wick__stage *stage, wick__sample *sample)
{
    wick__planes p;
    (void)stage;
    if (sample->image->dtype == WICK_FLOAT32)
        return WICK_OK;
    wick_status status = wick__planes_open(sample->image, WICK_FLOAT32, &p);
    if (!status)
        wick__scale_bytes(p.planes * p.plane, 1.0F / 255, 0, p.x, p.y);
    return wick__planes_close(&p, status, sample);
}

const wick__stage_kind wick__stage_to_float = {.name = "ToFloat",
                                               .also = "ToTensor",
                                               .args = no_args,
                                               .apply = to_float,
                                               .doc = "bytes of 0 to 255 become floats of 0 to 1"};

/* ---- ToByte ---- */

static wick_status to_byte(const wick__stage *stage, wick__sample *sample)
{
    wick__planes p;
    (void)stage;
    if (sample->image->dtype == WICK_UINT8)
        return WICK_OK;
    wick_status status = wick__planes_open(sample->image, WICK_UINT8, &p);
    if (!status)
        wick__floats_to_bytes(p.planes * p.plane, p.x, p.y);
    return wick__planes_close(&p, status, sample);
}

const wick__stage_kind wick__stage_to_byte = {.name = "ToByte",
                                              .args = no_args,
                                              .apply = to_byte,
                                              .doc = "floats of 0 to 1 become bytes of 0 to 255"};

/* ---- Normalize ---- */

static const wick__stage_arg normalize_args[] = {
    NUMBERS3("mean", 0.485, 0.456, 0.406, ANY),
    NUMBERS3("std", 0.229, 0.224, 0.225, 1e-12, DBL_MAX), END};

static void normalize_plane(const wick__planes *p, int64_t c, double mean, double deviation)
{
    bool bytes = p->dtype == WICK_UINT8;
    float scale = (float)(1 / (bytes ? 255 * deviation : deviation));
    float shift = (float)(-mean / deviation), *y = (float *)p->y + c * p->plane;
    if (bytes)
        wick__scale_bytes(p->plane, scale, shift, (const uint8_t *)p->x + c * p->plane, y);
    else
        wick__scale_floats(p->plane, scale, shift, (const float *)p->x + c * p->plane, y);
}

static wick_status normalize(const wick__stage *stage, wick__sample *sample)
{
    wick__planes p = {0};
    wick_status status = wick__stage_check_channels(stage, 0, sample->image);
    if (!status)
        status = wick__stage_check_channels(stage, 1, sample->image);
    if (!status)
        status = wick__planes_open(sample->image, WICK_FLOAT32, &p);
    for (int64_t c = 0; c < p.planes && !status; c++)
        normalize_plane(&p, c, wick__value_channel(&stage->value[0], c),
                        wick__value_channel(&stage->value[1], c));
    return wick__planes_close(&p, status, sample);
}

const wick__stage_kind wick__stage_normalize = {
    .name = "Normalize",
    .args = normalize_args,
    .apply = normalize,
    .doc = "floats, less the mean, by the deviation; both of 0 to 1, one number or one a channel"};
