/* Mirroring and resizing samples, and what follows an image when it moves. */
#include "data/geometry.h"
#include "data/region.h"

#include <math.h>

#include "tensor/tensor.h"

int64_t wick__sample_height(const wick__sample *sample)
{
    return sample->image->size[1];
}

int64_t wick__sample_width(const wick__sample *sample)
{
    return sample->image->size[2];
}

wick_status wick__new_like(const wick_tensor *t, int64_t height, int64_t width, wick_tensor **made,
                           void **data)
{
    int64_t size[3] = {t->size[0], height, width};
    int skip = t->ndim == 2;
    *made = NULL;
    wick_status status = wick_tensor_new(t->context, t->dtype, t->ndim, size + skip, made);
    if (!status)
        status = wick__writable(*made, data);
    if (status)
        wick__replace(made, NULL);
    return status;
}

/* ---- what follows the image ---- */

/* The rectangle around the four moved corners, inside the image. */
static void move_box(wick__move *move, const void *how, double width, double height,
                     const float *from, float *to)
{
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    for (int corner = 0; corner < 4; corner++) {
        double x = (double)from[corner & 1 ? 2 : 0], y = (double)from[corner & 2 ? 3 : 1];
        move(how, &x, &y);
        low[0] = fmin(low[0], x);
        low[1] = fmin(low[1], y);
        high[0] = fmax(high[0], x);
        high[1] = fmax(high[1], y);
    }
    to[0] = (float)fmin(fmax(low[0], 0), width);
    to[1] = (float)fmin(fmax(low[1], 0), height);
    to[2] = (float)fmin(fmax(high[0], 0), width);
    to[3] = (float)fmin(fmax(high[1], 0), height);
}

wick_status wick__sample_move_boxes(wick__sample *sample, wick__move *move, const void *how)
{
    wick_tensor *moved = NULL;
    void *data;
    if (!sample->boxes || wick__count(sample->boxes) == 0)
        return WICK_OK;
    wick_status status = wick__clone(sample->boxes, &moved);
    if (!status)
        status = wick__writable(moved, &data);
    if (status) {
        wick_tensor_release(moved);
        return status;
    }
    double width = (double)wick__sample_width(sample), height = (double)wick__sample_height(sample);
    float *box = data;
    for (int64_t i = 0; i < moved->size[0]; i++, box += 4) {
        float from[4] = {box[0], box[1], box[2], box[3]};
        move_box(move, how, width, height, from, box);
    }
    wick__replace(&sample->boxes, moved);
    return WICK_OK;
}

wick_status wick__sample_map_mask(wick__sample *sample, wick__remap *remap, const void *how)
{
    wick_tensor *seen = NULL, *mapped = NULL, *made = NULL;
    if (!sample->mask)
        return WICK_OK;
    wick_dtype dtype = sample->mask->dtype;
    bool whole = dtype == WICK_INT32 || dtype == WICK_INT64;
    wick_status status = wick__convert(sample->mask, whole ? WICK_FLOAT64 : dtype, &seen);
    if (!status)
        status = remap(how, seen, &mapped);
    if (!status)
        status = wick__convert(mapped, dtype, &made);
    if (!status)
        wick__replace(&sample->mask, made);
    wick_tensor_release(seen);
    wick_tensor_release(mapped);
    return status;
}

/* ---- mirroring ---- */

static wick_status reverse(bool rows, wick_tensor **slot)
{
    wick_tensor *dense = NULL, *made = NULL;
    void *x, *y;
    wick_status status = wick__contiguous(*slot, &dense);
    if (!status)
        status = wick__dense(dense, &x);
    if (status)
        goto done;
    int64_t height = dense->size[dense->ndim - 2], width = dense->size[dense->ndim - 1];
    int64_t planes = dense->ndim == 3 ? dense->size[0] : 1;
    size_t element = wick_dtype_size(dense->dtype);
    status = wick__new_like(dense, height, width, &made, &y);
    if (status)
        goto done;
    if (rows)
        wick__reverse_rows((size_t)width * element, planes, height, x, y);
    else
        wick__reverse_columns(element, planes * height, width, x, y);
    wick__replace(slot, made);
done:
    wick_tensor_release(dense);
    return status;
}

static void move_across(const void *how, double *x, double *y)
{
    (void)y;
    *x = *(const double *)how - *x;
}

static void move_down(const void *how, double *x, double *y)
{
    (void)x;
    *y = *(const double *)how - *y;
}

static wick_status reverse_both(wick__sample *sample, bool rows)
{
    wick_status status = reverse(rows, &sample->image);
    if (!status && sample->mask)
        status = reverse(rows, &sample->mask);
    return status;
}

wick_status wick__sample_mirror(wick__sample *sample)
{
    double width = (double)wick__sample_width(sample);
    wick_status status = reverse_both(sample, false);
    return status ? status : wick__sample_move_boxes(sample, move_across, &width);
}

wick_status wick__sample_turn_over(wick__sample *sample)
{
    double height = (double)wick__sample_height(sample);
    wick_status status = reverse_both(sample, true);
    return status ? status : wick__sample_move_boxes(sample, move_down, &height);
}

/* ---- resizing ---- */

static void move_by_scale(const void *how, double *x, double *y)
{
    const double *scale = how;
    *x *= scale[0];
    *y *= scale[1];
}

static wick_status resize_mask(const void *how, wick_tensor *mask, wick_tensor **made)
{
    const wick__region *to = how;
    return wick_image_resize(mask, to->height, to->width, WICK_NEAREST, false, made);
}

wick_status wick__sample_resize(wick__sample *sample, int64_t height, int64_t width,
                                wick_filter filter, bool antialias)
{
    double scale[2] = {(double)width / (double)wick__sample_width(sample),
                       (double)height / (double)wick__sample_height(sample)};
    wick__region to = {.height = height, .width = width};
    wick_tensor *resized;
    wick_status status =
        wick_image_resize(sample->image, height, width, filter, antialias, &resized);
    if (status)
        return status;
    wick__replace(&sample->image, resized);
    status = wick__sample_map_mask(sample, resize_mask, &to);
    return status ? status : wick__sample_move_boxes(sample, move_by_scale, scale);
}
