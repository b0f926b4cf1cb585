/* Stages that cover parts of an image. Masks and boxes stay. */
#include <math.h>
#include <string.h>

#include "base/status.h"
#include "data/describe.h"
#include "data/geometry.h"
#include "data/region.h"
#include "data/planes.h"

/* ---- covering ---- */

/* What a rectangle is covered with: a number, one a channel, or noise. */
typedef struct cover {
    const wick__stage_value *fill;
    bool noise;
    wick__stream *stream;
} cover;

/* n samples from `at` on. */
static void cover_bytes(const cover *by, int64_t c, int64_t n, uint8_t *at)
{
    double value = fmin(fmax(wick__value_channel(by->fill, c) + 0.5, 0), 255);
    memset(at, (int)value, (size_t)n);
    for (int64_t i = 0; i < n && by->noise; i++)
        at[i] = (uint8_t)wick__draw_below(by->stream, 256);
}

static void cover_floats(const cover *by, int64_t c, int64_t n, float *at)
{
    float value = (float)wick__value_channel(by->fill, c);
    for (int64_t i = 0; i < n; i++)
        at[i] = by->noise ? (float)wick__draw_normal(by->stream) : value;
}

/* The part of the region that is in the image. */
static void cover_region(const wick__planes *p, const wick__region *r, const cover *by)
{
    int64_t top = r->top < 0 ? 0 : r->top, left = r->left < 0 ? 0 : r->left;
    int64_t bottom = r->top + r->height < p->height ? r->top + r->height : p->height;
    int64_t right = r->left + r->width < p->width ? r->left + r->width : p->width;
    for (int64_t c = 0; c < p->planes && left < right; c++)
        for (int64_t y = top; y < bottom; y++) {
            int64_t at = c * p->plane + y * p->width + left;
            if (p->dtype == WICK_UINT8)
                cover_bytes(by, c, right - left, (uint8_t *)p->y + at);
            else
                cover_floats(by, c, right - left, (float *)p->y + at);
        }
}

/* A copy of the image, to be covered. */
static wick_status open_copy(const wick__stage *stage, int fill, wick__sample *sample,
                             wick__planes *p)
{
    *p = (wick__planes){0};
    wick_status status = wick__stage_check_channels(stage, fill, sample->image);
    if (!status)
        status = wick__planes_open(sample->image, sample->image->dtype, p);
    if (!status)
        memcpy(p->y, p->x, (size_t)(p->planes * p->plane) * wick_dtype_size(p->dtype));
    return status;
}

/* ---- Cutout ---- */

static const wick__stage_arg cutout_args[] = {
    WHOLES("size", 16, 1, 1 << 16), WHOLE("holes", 1, 1, 64), NUMBERS("fill", 0, ANY), P(1), END};

static wick_status cutout(const wick__stage *stage, wick__sample *sample)
{
    wick__planes p;
    cover by = {.fill = &stage->value[2]};
    wick_status status = open_copy(stage, 2, sample, &p);
    for (int hole = 0; hole < (int)wick__stage_number(stage, 1) && !status; hole++) {
        wick__region r = wick__region_of_size(&stage->value[0]);
        r.top = wick__draw_below(&sample->stream, p.height) - r.height / 2;
        r.left = wick__draw_below(&sample->stream, p.width) - r.width / 2;
        cover_region(&p, &r, &by);
    }
    return wick__planes_close(&p, status, sample);
}

const wick__stage_kind wick__stage_cutout = {
    .name = "Cutout",
    .also = "CoarseDropout",
    .args = cutout_args,
    .check = wick__check_size,
    .apply = cutout,
    .doc = "squares about any pixel, which may reach over the edge, become `fill`"};

/* ---- RandomErasing ---- */

enum { ERASING_SCALE = 1, ERASING_RATIO, ERASING_VALUE, ERASING_NOISE };
static const wick__stage_arg random_erasing_args[] = {P(0.5),
                                                      RANGE("scale", 0.02, 0.33, 0, 1),
                                                      RANGE("ratio", 0.3, 3.3, 1e-3, 1e3),
                                                      NUMBERS("value", 0, ANY),
                                                      BOOLEAN("noise", false),
                                                      END};

/* `ratio` is height to width here. */
static bool draw_region(const wick__stage *stage, wick__sample *sample, wick__region *r)
{
    const double *ratio = stage->value[ERASING_RATIO].number;
    return wick__draw_part(&sample->stream, stage->value[ERASING_SCALE].number,
                           (double[]){1 / ratio[1], 1 / ratio[0]}, wick__sample_height(sample),
                           wick__sample_width(sample), r);
}

static wick_status random_erasing(const wick__stage *stage, wick__sample *sample)
{
    wick__planes p;
    wick__region r;
    cover by = {&stage->value[ERASING_VALUE], wick__stage_number(stage, ERASING_NOISE) != 0,
                &sample->stream};
    if (!draw_region(stage, sample, &r))
        return WICK_OK;
    wick_status status = open_copy(stage, ERASING_VALUE, sample, &p);
    if (!status)
        cover_region(&p, &r, &by);
    return wick__planes_close(&p, status, sample);
}

const wick__stage_kind wick__stage_random_erasing = {
    .name = "RandomErasing",
    .args = random_erasing_args,
    .apply = random_erasing,
    .doc =
        "a rectangle, `scale` of the area, height to width as `ratio`, becomes `value` or noise"};
