/* Stages that cut: at a place, in the middle, anywhere, and with a new size; and what pads. */
#include <math.h>

#include "base/status.h"
#include "data/describe.h"
#include "data/geometry.h"
#include "data/region.h"
#include "tensor/tensor.h"

#define PADDINGS "constant|edge|reflect|symmetric"
#define FILTERS "nearest|area|bilinear|bicubic|lanczos"

/* ---- what several of them read ---- */

typedef struct margins {
    int64_t left, top, right, bottom;
} margins;

/* One number for all, two for left and right, top and bottom, or four. */
static margins margins_of(const wick__stage_value *value)
{
    int one = value->count == 1, two = value->count == 2;
    const double *n = value->number;
    return (margins){(int64_t)n[0], (int64_t)n[one ? 0 : 1], (int64_t)n[one || two ? 0 : 2],
                     (int64_t)n[one   ? 0
                                : two ? 1
                                      : 3]};
}

static wick_status check_padding(const wick__stage *stage, int index)
{
    if (stage->value[index].count != 3)
        return WICK_OK;
    return wick__fail(WICK_EVALUE,
                      "padding: one number, {across, down} or {left, top, right, bottom} expected");
}

static wick__padding padding_of(const wick__stage *stage, int index)
{
    return (wick__padding)wick__stage_number(stage, index);
}

/* ---- Crop ---- */

static const wick__stage_arg crop_args[] = {GIVEN("top", WICK__STAGE_WHOLE, 0, 1 << 24),
                                            GIVEN("left", WICK__STAGE_WHOLE, 0, 1 << 24),
                                            GIVEN("height", WICK__STAGE_WHOLE, 1, 1 << 16),
                                            GIVEN("width", WICK__STAGE_WHOLE, 1, 1 << 16),
                                            P(1),
                                            END};

static wick_status crop(const wick__stage *stage, wick__sample *sample)
{
    wick__region r = {(int64_t)wick__stage_number(stage, 0), (int64_t)wick__stage_number(stage, 1),
                      (int64_t)wick__stage_number(stage, 2), (int64_t)wick__stage_number(stage, 3)};
    if (r.top + r.height > wick__sample_height(sample) ||
        r.left + r.width > wick__sample_width(sample))
        return wick__fail(WICK_ESHAPE,
                          "%lld x %lld pixels at (%lld, %lld) are not all in the image %s",
                          (long long)r.height, (long long)r.width, (long long)r.top,
                          (long long)r.left, wick__shape(sample->image));
    return wick__sample_cut(sample, &r, WICK__PAD_CONSTANT, NULL);
}

const wick__stage_kind wick__stage_crop = {
    .name = "Crop",
    .args = crop_args,
    .apply = crop,
    .doc = "height x width pixels below the first `top` rows, right of the first `left` columns"};

/* ---- CenterCrop ---- */

static const wick__stage_arg center_crop_args[] = {SIZE("size"), NUMBERS("fill", 0, ANY), P(1),
                                                   END};

static wick_status center_crop(const wick__stage *stage, wick__sample *sample)
{
    wick__region r = wick__region_of_size(&stage->value[0]);
    wick_status status = wick__stage_check_channels(stage, 1, sample->image);
    r.top = (int64_t)rint((double)(wick__sample_height(sample) - r.height) / 2);
    r.left = (int64_t)rint((double)(wick__sample_width(sample) - r.width) / 2);
    return status ? status : wick__sample_cut(sample, &r, WICK__PAD_CONSTANT, &stage->value[1]);
}

const wick__stage_kind wick__stage_center_crop = {
    .name = "CenterCrop",
    .args = center_crop_args,
    .check = wick__check_size,
    .apply = center_crop,
    .doc = "the middle; an image that is smaller stands in the middle of `fill`"};

/* ---- RandomCrop ---- */

enum { RANDOM_CROP_PADDING = 1, IF_NEEDED, RANDOM_CROP_FILL, RANDOM_CROP_MODE };
static const wick__stage_arg random_crop_args[] = {SIZE("size"),
                                                   WHOLES("padding", 0, 0, 1 << 16),
                                                   BOOLEAN("padIfNeeded", false),
                                                   NUMBERS("fill", 0, ANY),
                                                   CHOICE("paddingMode", PADDINGS, 0),
                                                   P(1),
                                                   END};

static wick_status check_random_crop(const wick__stage *stage)
{
    wick_status status = wick__check_size(stage);
    return status ? status : check_padding(stage, RANDOM_CROP_PADDING);
}

/* Where `want` pixels begin: anywhere among `have` with margins around them. */
static bool draw_place(wick__stream *stream, int64_t have, int64_t want, int64_t before,
                       int64_t after, bool widen, int64_t *first)
{
    int64_t missing = want - (have + before + after);
    if (missing > 0 && !widen)
        return false;
    if (missing > 0) {
        before += missing;
        after += missing;
    }
    *first = wick__draw_below(stream, have + before + after - want + 1) - before;
    return true;
}

static wick_status random_crop(const wick__stage *stage, wick__sample *sample)
{
    wick__region r = wick__region_of_size(&stage->value[0]);
    margins m = margins_of(&stage->value[RANDOM_CROP_PADDING]);
    bool widen = wick__stage_number(stage, IF_NEEDED) != 0;
    wick_status status = wick__stage_check_channels(stage, RANDOM_CROP_FILL, sample->image);
    if (status)
        return status;
    if (!draw_place(&sample->stream, wick__sample_height(sample), r.height, m.top, m.bottom, widen,
                    &r.top) ||
        !draw_place(&sample->stream, wick__sample_width(sample), r.width, m.left, m.right, widen,
                    &r.left))
        return wick__fail(WICK_ESHAPE,
                          "the image %s is smaller than %lld x %lld; padIfNeeded = true widens it",
                          wick__shape(sample->image), (long long)r.height, (long long)r.width);
    return wick__sample_cut(sample, &r, padding_of(stage, RANDOM_CROP_MODE),
                            &stage->value[RANDOM_CROP_FILL]);
}

const wick__stage_kind wick__stage_random_crop = {
    .name = "RandomCrop",
    .args = random_crop_args,
    .check = check_random_crop,
    .apply = random_crop,
    .doc = "pixels from anywhere in the image, which gets a margin of `padding` pixels before"};

/* ---- RandomResizedCrop ---- */

enum { RESIZED_SCALE = 1, RESIZED_RATIO, RESIZED_FILTER, RESIZED_ANTIALIAS };
static const wick__stage_arg random_resized_crop_args[] = {
    SIZE("size"),
    RANGE("scale", 0.08, 1, 1e-6, 1),
    RANGE("ratio", 3.0 / 4, 4.0 / 3, 1e-3, 1e3),
    CHOICE("filter", FILTERS, WICK_BILINEAR),
    BOOLEAN("antialias", true),
    P(1),
    END};

/* The middle, as large as ratios between these allow. */
static wick__region widest_middle(int64_t height, int64_t width, const double *ratio)
{
    double have = (double)width / (double)height, want = fmin(fmax(have, ratio[0]), ratio[1]);
    wick__region r = {.height = height, .width = width};
    if (have < want)
        r.height = (int64_t)fmax(1, rint((double)width / want));
    else if (have > want)
        r.width = (int64_t)fmax(1, rint((double)height * want));
    r.top = (height - r.height) / 2;
    r.left = (width - r.width) / 2;
    return r;
}

static wick__region draw_region(const wick__stage *stage, wick__sample *sample)
{
    const double *scale = stage->value[RESIZED_SCALE].number;
    const double *ratio = stage->value[RESIZED_RATIO].number;
    int64_t height = wick__sample_height(sample), width = wick__sample_width(sample);
    wick__region r;
    if (wick__draw_part(&sample->stream, scale, ratio, height, width, &r))
        return r;
    return widest_middle(height, width, ratio);
}

static wick_status random_resized_crop(const wick__stage *stage, wick__sample *sample)
{
    wick__region to = wick__region_of_size(&stage->value[0]), from = draw_region(stage, sample);
    wick_status status = wick__sample_cut(sample, &from, WICK__PAD_CONSTANT, NULL);
    if (status)
        return status;
    return wick__sample_resize(sample, to.height, to.width,
                               (wick_filter)wick__stage_number(stage, RESIZED_FILTER),
                               wick__stage_number(stage, RESIZED_ANTIALIAS) != 0);
}

const wick__stage_kind wick__stage_random_resized_crop = {
    .name = "RandomResizedCrop",
    .args = random_resized_crop_args,
    .check = wick__check_size,
    .apply = random_resized_crop,
    .doc = "a part of the image, `scale` of its area, width to height as `ratio`, resized"};

/* ---- Resize ---- */

static const wick__stage_arg resize_args[] = {
    SIZE("size"), CHOICE("filter", FILTERS, WICK_BILINEAR), BOOLEAN("antialias", true), P(1), END};

/* One number is the shorter side. */
static wick__region resized(const wick__stage_value *size, const wick__sample *sample)
{
    wick__region r = wick__region_of_size(size);
    int64_t height = wick__sample_height(sample), width = wick__sample_width(sample);
    if (size->count == 1 && height < width)
        r.width = (int64_t)((double)r.height * (double)width / (double)height);
    else if (size->count == 1)
        r.height = (int64_t)((double)r.width * (double)height / (double)width);
    return r;
}

static wick_status resize(const wick__stage *stage, wick__sample *sample)
{
    wick__region to = resized(&stage->value[0], sample);
    return wick__sample_resize(sample, to.height, to.width,
                               (wick_filter)wick__stage_number(stage, 1),
                               wick__stage_number(stage, 2) != 0);
}

const wick__stage_kind wick__stage_resize = {
    .name = "Resize",
    .args = resize_args,
    .check = wick__check_size,
    .apply = resize,
    .doc = "to {height, width}; one number is the shorter side, the other follows"};

/* ---- Pad ---- */

static const wick__stage_arg pad_args[] = {GIVEN("padding", WICK__STAGE_WHOLES, 0, 1 << 16),
                                           NUMBERS("fill", 0, ANY),
                                           CHOICE("paddingMode", PADDINGS, 0), P(1), END};

static wick_status check_pad(const wick__stage *stage)
{
    return check_padding(stage, 0);
}

static wick_status pad(const wick__stage *stage, wick__sample *sample)
{
    margins m = margins_of(&stage->value[0]);
    wick__region r = {-m.top, -m.left, wick__sample_height(sample) + m.top + m.bottom,
                      wick__sample_width(sample) + m.left + m.right};
    wick_status status = wick__stage_check_channels(stage, 1, sample->image);
    return status ? status : wick__sample_cut(sample, &r, padding_of(stage, 2), &stage->value[1]);
}

const wick__stage_kind wick__stage_pad = {
    .name = "Pad",
    .args = pad_args,
    .check = check_pad,
    .apply = pad,
    .doc = "a margin: one number, {across, down} or {left, top, right, bottom}"};
