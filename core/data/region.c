/* Regions: sizes, parts drawn, and cutting. */
#include "data/region.h"

#include <math.h>

#include "data/geometry.h"
#include "tensor/tensor.h"

wick_status wick__check_size(const wick__stage *stage)
{
    if (stage->value[0].count <= 2)
        return WICK_OK;
    return wick__fail(WICK_EVALUE, "%s: {height, width} or one number for both expected",
                      stage->kind->args[0].name);
}

wick__region wick__region_of_size(const wick__stage_value *size)
{
    int last = size->count - 1;
    return (wick__region){.height = (int64_t)size->number[0], .width = (int64_t)size->number[last]};
}

bool wick__draw_part(wick__stream *stream, const double *scale, const double *ratio, int64_t height,
                     int64_t width, wick__region *part)
{
    enum { TRIES = 10 };
    for (int i = 0; i < TRIES; i++) {
        double area = (double)(height * width) * wick__draw_uniform(stream, scale[0], scale[1]);
        double shape = exp(wick__draw_uniform(stream, log(ratio[0]), log(ratio[1])));
        int64_t w = (int64_t)rint(sqrt(area * shape)), h = (int64_t)rint(sqrt(area / shape));
        if (w < 1 || h < 1 || w > width || h > height)
            continue;
        part->top = wick__draw_below(stream, height - h + 1);
        part->left = wick__draw_below(stream, width - w + 1);
        part->height = h;
        part->width = w;
        return true;
    }
    return false;
}

/* ---- cutting ---- */

typedef struct cutting {
    const wick__region *region;
    wick__padding padding;
    const wick__stage_value *fill; /* NULL: zeros */
} cutting;

static bool is_inside(const wick_tensor *t, const wick__region *r)
{
    const int64_t *size = t->size + t->ndim - 2;
    return r->top >= 0 && r->left >= 0 && r->top + r->height <= size[0] &&
           r->left + r->width <= size[1];
}

static wick_status cut_view(const wick_tensor *t, const wick__region *r, wick_tensor **view)
{
    int rows = t->ndim - 2;
    int64_t size[3];
    for (int i = 0; i < rows; i++)
        size[i] = t->size[i];
    size[rows] = r->height;
    size[rows + 1] = r->width;
    int64_t offset = t->offset + r->top * t->stride[rows] + r->left * t->stride[rows + 1];
    return wick__view(t, offset, t->ndim, size, t->stride, view);
}

/* A number as an element of an image or a mask. */
static void encode(wick_dtype dtype, double number, void *element)
{
    if (dtype == WICK_UINT8)
        *(uint8_t *)element = (uint8_t)fmin(fmax(number + 0.5, 0), 255);
    else if (dtype == WICK_FLOAT32)
        *(float *)element = (float)number;
    else
        *(int64_t *)element = (int64_t)number; /* of masks: zero in any width */
}

static void cut_planes(const cutting *c, const wick_tensor *dense, const void *x, void *y)
{
    const int64_t *size = dense->size + dense->ndim - 2;
    wick__cut cut = {.element = wick_dtype_size(dense->dtype),
                     .in = {size[0], size[1]},
                     .out = {c->region->height, c->region->width},
                     .first = {c->region->top, c->region->left},
                     .padding = c->padding};
    size_t in = (size_t)(cut.in[0] * cut.in[1]) * cut.element;
    size_t out = (size_t)(cut.out[0] * cut.out[1]) * cut.element;
    int64_t planes = dense->ndim == 3 ? dense->size[0] : 1;
    for (int64_t p = 0; p < planes; p++) {
        int64_t value[1];
        encode(dense->dtype, c->fill ? wick__value_channel(c->fill, p) : 0, value);
        wick__cut_plane(&cut, value, (const char *)x + (size_t)p * in, (char *)y + (size_t)p * out);
    }
}

static wick_status cut(const cutting *c, wick_tensor **slot)
{
    wick_tensor *dense = NULL, *made = NULL;
    void *x, *y;
    if (is_inside(*slot, c->region)) {
        wick_status status = cut_view(*slot, c->region, &made);
        if (!status)
            wick__replace(slot, made);
        return status;
    }
    wick_status status = wick__contiguous(*slot, &dense);
    if (!status)
        status = wick__dense(dense, &x);
    if (!status)
        status = wick__new_like(*slot, c->region->height, c->region->width, &made, &y);
    if (!status) {
        cut_planes(c, dense, x, y);
        wick__replace(slot, made);
    }
    wick_tensor_release(dense);
    return status;
}

static void move_by_region(const void *how, double *x, double *y)
{
    const wick__region *r = how;
    *x -= (double)r->left;
    *y -= (double)r->top;
}

wick_status wick__sample_cut(wick__sample *sample, const wick__region *region,
                             wick__padding padding, const wick__stage_value *fill)
{
    cutting c = {region, padding, fill};
    wick_status status = cut(&c, &sample->image);
    c.fill = NULL;
    if (!status && sample->mask)
        status = cut(&c, &sample->mask);
    return status ? status : wick__sample_move_boxes(sample, move_by_region, region);
}
