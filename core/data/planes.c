/* Opening and replacing images. */
#include "data/planes.h"

wick_status wick__planes_open(wick_tensor *image, wick_dtype dtype, wick__planes *planes)
{
    return wick__planes_open_as(image, dtype, image->size[0], planes);
}

wick_status wick__planes_open_as(wick_tensor *image, wick_dtype dtype, int64_t planes_made,
                                 wick__planes *p)
{
    void *x = NULL;
    int64_t size[3] = {planes_made, image->size[1], image->size[2]};
    *p = (wick__planes){.dtype = image->dtype};
    wick_status status = wick__contiguous(image, &p->from);
    if (!status)
        status = wick__dense(p->from, &x);
    if (!status)
        status = wick_tensor_new(image->context, dtype, 3, size, &p->made);
    if (!status)
        status = wick__writable(p->made, &p->y);
    if (status)
        return wick__planes_close(p, status, NULL);
    p->x = x;
    p->planes = image->size[0];
    p->height = image->size[1];
    p->width = image->size[2];
    p->plane = p->height * p->width;
    return WICK_OK;
}

wick_status wick__planes_close(wick__planes *p, wick_status status, wick__sample *sample)
{
    if (!status) {
        wick__replace(&sample->image, p->made);
        p->made = NULL;
    }
    wick_tensor_release(p->from);
    wick_tensor_release(p->made);
    *p = (wick__planes){0};
    return status;
}
