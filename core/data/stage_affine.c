/* Stages that shift, turn, shear and zoom, each alone and all at once. Angles are degrees,
 * counter-clockwise; the middle of the image stays where it is. */
#include <math.h>

#include "base/status.h"
#include "data/describe.h"
#include "data/region.h"
#include "data/warp.h"

/* ---- matrices ---- */

typedef struct affine {
    double angle, scale, shear_x, shear_y; /* degrees, a factor, degrees */
    double across, down;                   /* pixels */
} affine;

static double radians(double degrees)
{
    return degrees * M_PI / 180;
}

/* About the middle of from_width x from_height, which goes to the middle of width x height. */
static wick__matrix matrix_of(const affine *a, double from_width, double from_height, double width,
                              double height)
{
    double s = a->scale * sin(radians(a->angle)), c = a->scale * cos(radians(a->angle));
    double tx = tan(radians(a->shear_x)), ty = tan(radians(a->shear_y));
    wick__matrix centred = {{1, 0, -from_width / 2, 0, 1, -from_height / 2, 0, 0, 1}};
    wick__matrix sheared = {{1 + tx * ty, tx, 0, ty, 1, 0, 0, 0, 1}};
    wick__matrix turned = {{c, s, width / 2 + a->across, -s, c, height / 2 + a->down, 0, 0, 1}};
    sheared = wick__matrix_product(&sheared, &centred);
    return wick__matrix_product(&turned, &sheared);
}

static wick_status project(const wick__stage *stage, int index, wick__sample *sample,
                           const affine *a)
{
    wick__warping warping;
    int64_t height = wick__sample_height(sample), width = wick__sample_width(sample);
    double h = (double)height, w = (double)width;
    wick__matrix m = matrix_of(a, w, h, w, h);
    wick_status status = wick__warping_of(stage, index, sample, &warping);
    return status ? status : wick__sample_project(sample, &m, height, width, &warping);
}

/* ---- Translate ---- */

static const wick__stage_arg translate_args[] = {
    SPREAD("x", 0.1, ANY),
    SPREAD("y", 0.1, ANY),
    BOOLEAN("pixels", false),
    NUMBERS("fill", 0, ANY),
    CHOICE("paddingMode", "constant|edge|reflect|symmetric", 0),
    P(1),
    END};

static int64_t draw_shift(const wick__stage *stage, int index, wick__stream *stream, int64_t size)
{
    bool pixels = wick__stage_number(stage, 2) != 0;
    double shift = wick__stage_draw(stage, index, stream) * (pixels ? 1 : (double)size);
    return (int64_t)fmin(fmax(rint(shift), -1e6), 1e6);
}

static wick_status translate(const wick__stage *stage, wick__sample *sample)
{
    wick__region r = {.height = wick__sample_height(sample), .width = wick__sample_width(sample)};
    r.left = -draw_shift(stage, 0, &sample->stream, r.width);
    r.top = -draw_shift(stage, 1, &sample->stream, r.height);
    wick_status status = wick__stage_check_channels(stage, 3, sample->image);
    if (status)
        return status;
    return wick__sample_cut(sample, &r, (wick__padding)wick__stage_number(stage, 4),
                            &stage->value[3]);
}

const wick__stage_kind wick__stage_translate = {
    .name = "Translate",
    .also = "Shift",
    .args = translate_args,
    .apply = translate,
    .doc = "to the right and down by fractions of width and height, or by `pixels`; whole pixels"};

/* ---- Rotate ---- */

static const wick__stage_arg rotate_args[] = {SPREAD("degrees", 90, ANY), BOOLEAN("expand", false),
                                              WARPING, P(1), END};

/* The pixels of `size` that are touched between two places as far from their middle; no more than
 * fit when a whole number does. */
static int64_t whole_between(double size, double distance)
{
    if (fabs(2 * distance - rint(2 * distance)) < 1e-9)
        return (int64_t)rint(2 * distance);
    return (int64_t)(ceil(size / 2 + distance - 1e-9) - floor(size / 2 - distance + 1e-9));
}

/* The size that holds all of a turned image, counted in the image's own pixels as Pillow does. */
static void expanded_size(const affine *a, int64_t *height, int64_t *width)
{
    double s = fabs(sin(radians(a->angle))), c = fabs(cos(radians(a->angle)));
    double w = (double)*width, h = (double)*height;
    *width = whole_between(w, (w * c + h * s) / 2);
    *height = whole_between(h, (w * s + h * c) / 2);
}

static wick_status rotate(const wick__stage *stage, wick__sample *sample)
{
    wick__warping warping;
    affine a = {.scale = 1, .angle = wick__stage_draw(stage, 0, &sample->stream)};
    int64_t height = wick__sample_height(sample), width = wick__sample_width(sample);
    double h = (double)height, w = (double)width;
    if (wick__stage_number(stage, 1) != 0)
        expanded_size(&a, &height, &width);
    wick__matrix m = matrix_of(&a, w, h, (double)width, (double)height);
    wick_status status = wick__warping_of(stage, 2, sample, &warping);
    return status ? status : wick__sample_project(sample, &m, height, width, &warping);
}

const wick__stage_kind wick__stage_rotate = {
    .name = "Rotate",
    .also = "RandomRotation",
    .args = rotate_args,
    .apply = rotate,
    .doc = "by degrees, counter-clockwise; `expand`: the result holds all of the image"};

/* ---- Shear ---- */

static const wick__stage_arg shear_args[] = {SPREAD("x", 20, -89, 89), SPREAD("y", 0, -89, 89),
                                             WARPING, P(1), END};

static wick_status shear(const wick__stage *stage, wick__sample *sample)
{
    affine a = {.scale = 1};
    a.shear_x = wick__stage_draw(stage, 0, &sample->stream);
    a.shear_y = wick__stage_draw(stage, 1, &sample->stream);
    return project(stage, 2, sample, &a);
}

const wick__stage_kind wick__stage_shear = {.name = "Shear",
                                            .args = shear_args,
                                            .apply = shear,
                                            .doc = "columns lean by `x` degrees, and rows by `y`"};

/* ---- Zoom ---- */

static const wick__stage_arg zoom_args[] = {RANGE("scale", 0.8, 1.2, 1e-3, 1e3), WARPING, P(1),
                                            END};

static wick_status zoom(const wick__stage *stage, wick__sample *sample)
{
    affine a = {.scale = wick__stage_draw(stage, 0, &sample->stream)};
    return project(stage, 1, sample, &a);
}

const wick__stage_kind wick__stage_zoom = {.name = "Zoom",
                                           .also = "RandomScale",
                                           .args = zoom_args,
                                           .apply = zoom,
                                           .doc = "so many times as large, in the same frame"};

/* ---- Affine ---- */

static const wick__stage_arg affine_args[] = {SPREAD("degrees", 0, ANY),
                                              SPREAD("translateX", 0, ANY),
                                              SPREAD("translateY", 0, ANY),
                                              RANGE("scale", 1, 1, 1e-3, 1e3),
                                              SPREAD("shearX", 0, -89, 89),
                                              SPREAD("shearY", 0, -89, 89),
                                              WARPING,
                                              P(1),
                                              END};

static wick_status apply_affine(const wick__stage *stage, wick__sample *sample)
{
    wick__stream *stream = &sample->stream;
    affine a = {.angle = wick__stage_draw(stage, 0, stream)};
    a.across = wick__stage_draw(stage, 1, stream) * (double)wick__sample_width(sample);
    a.down = wick__stage_draw(stage, 2, stream) * (double)wick__sample_height(sample);
    a.scale = wick__stage_draw(stage, 3, stream);
    a.shear_x = wick__stage_draw(stage, 4, stream);
    a.shear_y = wick__stage_draw(stage, 5, stream);
    return project(stage, 6, sample, &a);
}

const wick__stage_kind wick__stage_affine = {
    .name = "Affine",
    .also = "RandomAffine",
    .args = affine_args,
    .apply = apply_affine,
    .doc = "sheared, turned and zoomed about the middle, then shifted by fractions of the size"};

/* ---- Perspective ---- */

static const wick__stage_arg perspective_args[] = {NUMBER("distortion", 0.5, 0, 1), P(0.5), WARPING,
                                                   END};

/* Every corner moves inwards by up to `distortion` of half the image. */
static wick_status perspective(const wick__stage *stage, wick__sample *sample)
{
    wick__matrix m;
    wick__warping warping;
    int64_t height = wick__sample_height(sample), width = wick__sample_width(sample);
    double size[2] = {(double)width, (double)height}, corner[8];
    static const bool far[8] = {false, false, true, false, true, true, false, true};
    for (int i = 0; i < 8; i++) {
        double most = wick__stage_number(stage, 0) * size[i % 2] / 2;
        double inwards = wick__draw_uniform(&sample->stream, 0, most);
        corner[i] = far[i] ? size[i % 2] - inwards : inwards;
    }
    wick_status status = wick__warping_of(stage, 2, sample, &warping);
    if (!status && !wick__matrix_to_corners(size[0], size[1], corner, &m))
        return WICK_OK; /* all corners met: the image stays */
    return status ? status : wick__sample_project(sample, &m, height, width, &warping);
}

const wick__stage_kind wick__stage_perspective = {
    .name = "Perspective",
    .also = "RandomPerspective",
    .args = perspective_args,
    .apply = perspective,
    .doc = "seen from the side: corners move inwards by up to `distortion` of half the image"};
