/* Warping by fields of positions, rotating, and polar coordinates: each a rule for where the pixels
 * of a row are found. */
#include "kernel/warp.h"

#include <math.h>

#include "image/geometry.h"

/* Opens the image, makes the result, runs the warp. The caller fills in the rest of it. */
static wick_status warp(wick__image *image, wick__warp *w, wick_tensor **out)
{
    *out = NULL;
    w->dtype = image->dtype;
    w->planes = image->planes;
    w->in[0] = image->height;
    w->in[1] = image->width;
    w->source = image->data;
    wick_status status = wick__image_check_size(image->what, w->out[0], w->out[1]);
    if (!status)
        status = wick__image_new(image, w->planes, w->out[0], w->out[1], out, &w->target);
    if (!status)
        wick__warp_run(image->dense->context, w);
    return status;
}

static wick_status check_filter(const char *what, wick_filter filter)
{
    if (filter == WICK_NEAREST || filter == WICK_BILINEAR)
        return WICK_OK;
    return wick__fail(WICK_EVALUE, "%s: nearest or bilinear expected", what);
}

/* ---- fields ---- */

typedef struct field {
    const double *at; /* rows, then columns: 2 x plane */
    int64_t plane;
    bool relative;
} field;

static void field_positions(const wick__warp *w, int64_t row, int64_t begin, int64_t n, double *y,
                            double *x)
{
    const field *f = w->from;
    const double *at = f->at + row * w->out[1] + begin;
    for (int64_t i = 0; i < n; i++) {
        y[i] = at[i] + (f->relative ? (double)row : 0);
        x[i] = at[f->plane + i] + (f->relative ? (double)(begin + i) : 0);
    }
}

static wick_status check_field(const wick_tensor *t)
{
    if (t->ndim == 3 && t->size[0] == 2)
        return WICK_OK;
    return wick__fail(WICK_ESHAPE,
                      "image.warp: the field is %s; 2 x height x width expected, rows and columns",
                      wick__shape(t));
}

wick_status wick_image_warp(wick_tensor *image, wick_tensor *field_tensor, const wick_warp *how,
                            wick_tensor **warped)
{
    wick__image opened;
    wick_tensor *positions = NULL;
    void *data;
    *warped = NULL;
    wick_status status = check_field(field_tensor);
    if (!status)
        status = wick__image_check_filter("image.warp", how->filter);
    if (!status && how->filter == WICK_AREA)
        status = wick__fail(WICK_EVALUE, "image.warp: positions have no areas; take bilinear");
    if (status)
        return status;
    status = wick__image_open("image.warp", image, &opened);
    if (!status)
        status = wick__convert(field_tensor, WICK_FLOAT64, &positions);
    if (!status)
        status = wick__dense(positions, &data);
    if (!status) {
        int64_t height = field_tensor->size[1], width = field_tensor->size[2];
        field f = {data, height * width, how->relative};
        wick__warp w = {.out = {height, width},
                        .filter = how->filter,
                        .edge = how->pad ? WICK__EDGE_VALUE : WICK__EDGE_NEAREST,
                        .value = how->value,
                        .positions = field_positions,
                        .from = &f};
        status = warp(&opened, &w, warped);
    }
    wick_tensor_release(positions);
    wick__image_close(&opened);
    return status;
}

/* ---- rotation ---- */

typedef struct turn {
    double sine, cosine;
    bool nearest;
} turn;

/* The nearest pixel is Torch7's, which rounded positions computed in float. */
static void turned_positions(const wick__warp *w, int64_t row, int64_t begin, int64_t n, double *y,
                             double *x)
{
    const turn *t = w->from;
    double cy = (double)(w->in[0] - 1) / 2, cx = (double)(w->in[1] - 1) / 2, dy = (double)row - cy;
    float s = (float)t->sine, c = (float)t->cosine, fy = (float)dy;
    for (int64_t i = 0; i < n; i++) {
        double dx = (double)(begin + i) - cx;
        float fx = (float)dx;
        x[i] =
            t->nearest ? (double)(c * fx - s * fy + (float)cx) : t->cosine * dx - t->sine * dy + cx;
        y[i] =
            t->nearest ? (double)(c * fy + s * fx + (float)cy) : t->cosine * dy + t->sine * dx + cy;
    }
}

wick_status wick_image_rotate(wick_tensor *image, double angle, wick_filter filter,
                              wick_tensor **rotated)
{
    wick__image opened;
    bool nearest = filter == WICK_NEAREST;
    *rotated = NULL;
    wick_status status = check_filter("image.rotate", filter);
    if (!status && !isfinite(angle))
        status = wick__fail(WICK_EVALUE, "image.rotate: the angle %g is no number", angle);
    if (!status)
        status = wick__image_open("image.rotate", image, &opened);
    if (status)
        return status;
    angle = nearest ? (double)(float)angle : angle;
    turn t = {sin(angle), cos(angle), nearest};
    wick__warp w = {.out = {opened.height, opened.width},
                    .filter = filter,
                    .edge = WICK__EDGE_PIXELS,
                    .positions = turned_positions,
                    .from = &t};
    status = warp(&opened, &w, rotated);
    wick__image_close(&opened);
    return status;
}

/* ---- polar coordinates ---- */

typedef struct circle {
    float reach; /* the largest distance */
    bool logarithmic;
} circle;

/* Angles are rows, distances columns; in Torch7's precision, as pixels are cut off. */
static void polar_positions(const wick__warp *w, int64_t row, int64_t begin, int64_t n, double *y,
                            double *x)
{
    const circle *c = w->from;
    float angle = (float)(2 * M_PI * (double)row) / (float)w->out[0];
    float step = logf(c->reach) / (float)w->out[1];
    double cosine = cos((double)angle), sine = sin((double)angle);
    for (int64_t i = 0; i < n; i++) {
        float at = (float)(begin + i);
        float distance = c->logarithmic ? expf(at * step) : c->reach * at / (float)w->out[1];
        y[i] = (double)distance * cosine + (double)w->in[0] / 2;
        x[i] = -(double)distance * sine + (double)w->in[1] / 2;
    }
}

wick_status wick_image_polar(wick_tensor *image, int64_t height, int64_t width, bool logarithmic,
                             bool full, wick_filter filter, wick_tensor **polar)
{
    wick__image opened;
    const char *what = logarithmic ? "image.logpolar" : "image.polar";
    *polar = NULL;
    wick_status status = check_filter(what, filter);
    if (!status)
        status = wick__image_open(what, image, &opened);
    if (status)
        return status;
    double h = (double)opened.height, v = (double)opened.width;
    circle c = {(float)((full ? sqrt(h * h + v * v) : fmin(h, v)) / 2), logarithmic};
    wick__warp w = {.out = {height, width},
                    .filter = filter,
                    .edge = WICK__EDGE_CORNERS,
                    .positions = polar_positions,
                    .from = &c};
    status = warp(&opened, &w, polar);
    wick__image_close(&opened);
    return status;
}
