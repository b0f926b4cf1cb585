/* Warping the image, the mask and the boxes of a sample. */
#include "data/warp.h"

#include <math.h>

#include "base/status.h"
#include "image/geometry.h"

/* ---- matrices ---- */

wick__matrix wick__matrix_product(const wick__matrix *a, const wick__matrix *b)
{
    wick__matrix c;
    for (int i = 0; i < 9; i++) {
        const double *row = a->at + i / 3 * 3, *column = b->at + i % 3;
        c.at[i] = row[0] * column[0] + row[1] * column[3] + row[2] * column[6];
    }
    return c;
}

bool wick__matrix_inverse(const wick__matrix *m, wick__matrix *inverse)
{
    const double *a = m->at;
    *inverse = (wick__matrix){
        {a[4] * a[8] - a[5] * a[7], a[2] * a[7] - a[1] * a[8], a[1] * a[5] - a[2] * a[4],
         a[5] * a[6] - a[3] * a[8], a[0] * a[8] - a[2] * a[6], a[2] * a[3] - a[0] * a[5],
         a[3] * a[7] - a[4] * a[6], a[1] * a[6] - a[0] * a[7], a[0] * a[4] - a[1] * a[3]}};
    double determinant = a[0] * inverse->at[0] + a[1] * inverse->at[3] + a[2] * inverse->at[6];
    for (int i = 0; i < 9; i++)
        inverse->at[i] /= determinant;
    return isfinite(determinant) && fabs(determinant) > 1e-12;
}

/* The unit square's mapping (Heckbert, 1989), after scaling to it. */
bool wick__matrix_to_corners(double width, double height, const double *c, wick__matrix *m)
{
    double x1 = c[2] - c[4], x2 = c[6] - c[4], x3 = c[0] - c[2] + c[4] - c[6];
    double y1 = c[3] - c[5], y2 = c[7] - c[5], y3 = c[1] - c[3] + c[5] - c[7];
    double area = x1 * y2 - x2 * y1;
    double g = (x3 * y2 - x2 * y3) / area, h = (x1 * y3 - x3 * y1) / area;
    wick__matrix quad = {{c[2] - c[0] + g * c[2], c[6] - c[0] + h * c[6], c[0],
                          c[3] - c[1] + g * c[3], c[7] - c[1] + h * c[7], c[1], g, h, 1}};
    wick__matrix unit = {{1 / width, 0, 0, 0, 1 / height, 0, 0, 0, 1}};
    *m = wick__matrix_product(&quad, &unit);
    return fabs(area) > 1e-9;
}

static void move_by_matrix(const void *how, double *x, double *y)
{
    const double *a = ((const wick__matrix *)how)->at;
    double w = a[6] * *x + a[7] * *y + a[8], moved = (a[0] * *x + a[1] * *y + a[2]) / w;
    *y = (a[3] * *x + a[4] * *y + a[5]) / w;
    *x = moved;
}

/* ---- one image ---- */

wick_status wick__warping_of(const wick__stage *stage, int index, const wick__sample *sample,
                             wick__warping *warping)
{
    bool bilinear = wick__stage_number(stage, index) != 0;
    *warping = (wick__warping){bilinear ? WICK_BILINEAR : WICK_NEAREST,
                               wick__stage_number(stage, index + 2) != 0, &stage->value[index + 1]};
    return wick__stage_check_channels(stage, index + 1, sample->image);
}

/* One way to find pixels, for the image and, nearest, for the mask. */
typedef struct finding {
    wick__positions *positions;
    const void *from;
    int64_t height, width;
    wick__warping warping;
} finding;

/* Several values for what lies outside: plane by plane. */
static void run_planes(wick_context *context, wick__warp *w, const wick__stage_value *fill)
{
    size_t element = wick_dtype_size(w->dtype);
    size_t in = (size_t)(w->in[0] * w->in[1]) * element;
    size_t out = (size_t)(w->out[0] * w->out[1]) * element;
    int64_t planes = w->planes;
    w->planes = 1;
    for (int64_t p = 0; p < planes; p++) {
        w->value = wick__value_channel(fill, p);
        wick__warp_run(context, w);
        w->source = (const char *)w->source + in;
        w->target = (char *)w->target + out;
    }
}

static wick_status find_pixels(const void *how, wick_tensor *image, wick_tensor **made)
{
    const finding *f = how;
    const wick__stage_value *fill = f->warping.fill;
    wick__image opened;
    *made = NULL;
    wick_status status = wick__image_open("warp", image, &opened);
    if (status)
        return status;
    wick__warp w = {.dtype = opened.dtype,
                    .planes = opened.planes,
                    .in = {opened.height, opened.width},
                    .out = {f->height, f->width},
                    .source = opened.data,
                    .filter = f->warping.filter,
                    .edge = f->warping.edge ? WICK__EDGE_NEAREST : WICK__EDGE_PIXELS,
                    .value = fill ? fill->number[0] : 0,
                    .positions = f->positions,
                    .from = f->from};
    status = wick__image_new(&opened, opened.planes, f->height, f->width, made, &w.target);
    if (!status && fill && fill->count > 1)
        run_planes(image->context, &w, fill);
    else if (!status)
        wick__warp_run(image->context, &w);
    wick__image_close(&opened);
    return status;
}

static wick_status find_all(wick__sample *sample, finding *f)
{
    wick_tensor *made;
    wick_status status = find_pixels(f, sample->image, &made);
    if (status)
        return status;
    wick__replace(&sample->image, made);
    f->warping.filter = WICK_NEAREST;
    f->warping.fill = NULL;
    return wick__sample_map_mask(sample, find_pixels, f);
}

/* ---- by a matrix ---- */

static void matrix_positions(const wick__warp *w, int64_t row, int64_t begin, int64_t n, double *y,
                             double *x)
{
    const double *a = ((const wick__matrix *)w->from)->at;
    double down = (double)row + 0.5;
    double fx = a[1] * down + a[2], fy = a[4] * down + a[5], fw = a[7] * down + a[8];
    for (int64_t i = 0; i < n; i++) {
        double across = (double)(begin + i) + 0.5, scale = 1 / (a[6] * across + fw);
        x[i] = (a[0] * across + fx) * scale - 0.5;
        y[i] = (a[3] * across + fy) * scale - 0.5;
    }
}

wick_status wick__sample_project(wick__sample *sample, const wick__matrix *forward, int64_t height,
                                 int64_t width, const wick__warping *warping)
{
    wick__matrix back;
    if (!wick__matrix_inverse(forward, &back))
        return wick__fail(WICK_EVALUE, "what was drawn leaves nothing of the image");
    bool is_affine = back.at[6] == 0 && back.at[7] == 0;
    finding f = {is_affine ? wick__affine_positions : matrix_positions, &back, height, width,
                 *warping};
    wick_status status = find_all(sample, &f);
    return status ? status : wick__sample_move_boxes(sample, move_by_matrix, forward);
}

/* ---- by displacements ---- */

typedef struct field {
    const float *across, *down;
    int64_t height, width;
} field;

static void field_positions(const wick__warp *w, int64_t row, int64_t begin, int64_t n, double *y,
                            double *x)
{
    const field *f = w->from;
    int64_t at = row * f->width + begin;
    for (int64_t i = 0; i < n; i++) {
        x[i] = (double)(begin + i) + (double)f->across[at + i];
        y[i] = (double)row + (double)f->down[at + i];
    }
}

static int64_t pixel_at(double position, int64_t size)
{
    return (int64_t)fmin(fmax(position, 0), (double)(size - 1));
}

static void move_by_field(const void *how, double *x, double *y)
{
    const field *f = how;
    int64_t at = pixel_at(*y, f->height) * f->width + pixel_at(*x, f->width);
    *x -= (double)f->across[at];
    *y -= (double)f->down[at];
}

wick_status wick__sample_displace(wick__sample *sample, const float *across, const float *down,
                                  const wick__warping *warping)
{
    field by = {across, down, wick__sample_height(sample), wick__sample_width(sample)};
    finding f = {field_positions, &by, by.height, by.width, *warping};
    wick_status status = find_all(sample, &f);
    return status ? status : wick__sample_move_boxes(sample, move_by_field, &by);
}
