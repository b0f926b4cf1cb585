/* Resizing, by Torch7's definitions and by today's: windows for each direction, rows before
 * columns. */
#include <string.h>

#include "base/alloc.h"
#include "image/geometry.h"
#include "kernel/resample.h"

typedef struct resizing {
    wick__image image;
    wick__grid grid;
    wick_filter filter;
    int64_t height, width; /* of the result */
    wick__windows across, down;
    size_t bytes; /* of the rows in between */
    void *between;
} resizing;

static wick_status open_windows(resizing *r)
{
    wick_context *context = r->image.dense->context;
    wick_status status = wick__windows_open(context, r->image.dtype, r->grid, r->filter,
                                            r->image.width, r->width, &r->across);
    if (!status)
        status = wick__windows_open(context, r->image.dtype, r->grid, r->filter, r->image.height,
                                    r->height, &r->down);
    return status;
}

/* Both directions change: rows go to memory of their own, where columns find them. */
static wick_status both_directions(resizing *r, void *y)
{
    int64_t count, rows = r->image.planes * r->image.height;
    wick_context *context = r->image.dense->context;
    if (!wick__mul_fits(rows, r->width, &count) ||
        !wick__bytes_fit(count, wick_dtype_size(r->image.dtype), &r->bytes))
        return wick__fail(WICK_ENOMEM, "%s: no memory for %lld rows of %lld pixels", r->image.what,
                          (long long)rows, (long long)r->width);
    wick_status status = wick__alloc(context, r->bytes, &r->between);
    if (!status)
        status = wick__resample_rows(&r->across, rows, r->image.data, r->between);
    if (!status)
        wick__resample_columns(&r->down, r->image.planes, r->width, r->between, y);
    return status;
}

static wick_status resample(resizing *r, void *y)
{
    const wick__image *x = &r->image;
    bool wider = r->width != x->width, higher = r->height != x->height;
    if (wider && higher)
        return both_directions(r, y);
    if (wider)
        return wick__resample_rows(&r->across, x->planes * x->height, x->data, y);
    if (higher)
        wick__resample_columns(&r->down, x->planes, x->width, x->data, y);
    else
        memcpy(y, x->data, (size_t)wick__count(x->dense) * wick_dtype_size(x->dtype));
    return WICK_OK;
}

static wick_status resize(const char *what, wick_tensor *image, resizing *r, wick_tensor **out)
{
    void *y;
    *out = NULL;
    wick_status status = wick__image_check_size(what, r->height, r->width);
    if (!status)
        status = wick__image_check_filter(what, r->filter);
    if (status)
        return status;
    wick_context *context = image->context;
    r->across.context = r->down.context = context;
    status = wick__image_open(what, image, &r->image);
    if (!status)
        status = open_windows(r);
    if (!status)
        status = wick__image_new(&r->image, r->image.planes, r->height, r->width, out, &y);
    if (!status)
        status = resample(r, y);
    if (status) {
        wick_tensor_release(*out);
        *out = NULL;
    }
    wick__free(context, r->between, r->bytes);
    wick__windows_close(&r->across);
    wick__windows_close(&r->down);
    wick__image_close(&r->image);
    return status;
}

wick_status wick_image_resize(wick_tensor *image, int64_t height, int64_t width, wick_filter filter,
                              bool antialias, wick_tensor **resized)
{
    resizing r = {.grid = antialias ? WICK__ANTIALIAS : WICK__PLAIN_GRID,
                  .filter = filter,
                  .height = height,
                  .width = width};
    return resize("image.resize", image, &r, resized);
}

wick_status wick_image_scale(wick_tensor *image, int64_t height, int64_t width, wick_filter filter,
                             wick_tensor **scaled)
{
    resizing r = {.grid = WICK__TORCH7, .filter = filter, .height = height, .width = width};
    *scaled = NULL;
    if (filter != WICK_NEAREST && filter != WICK_BILINEAR && filter != WICK_BICUBIC)
        return wick__fail(WICK_EVALUE, "image.scale: nearest, bilinear or bicubic expected");
    return resize("image.scale", image, &r, scaled);
}
