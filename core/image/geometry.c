/* Images as dense planes. */
#include "image/geometry.h"

static wick_status check(const char *what, const wick_tensor *image)
{
    bool known =
        image->dtype == WICK_UINT8 || image->dtype == WICK_FLOAT32 || image->dtype == WICK_FLOAT64;
    if (!known)
        return wick__fail(WICK_EDTYPE,
                          "%s: not defined for %s tensors; convert with :byte(), :float() or "
                          ":double() first",
                          what, wick_dtype_name(image->dtype));
    if (image->ndim != 2 && image->ndim != 3)
        return wick__fail(WICK_ESHAPE,
                          "%s: the image is %s; height x width or channels x height x width "
                          "expected",
                          what, wick__shape(image));
    if (wick__count(image) == 0)
        return wick__fail(WICK_ESHAPE, "%s: the image %s has no pixel", what, wick__shape(image));
    if (image->node && image->context->recording)
        return wick__fail(WICK_EGRAD,
                          "%s: the image %s is recorded, and gradients do not pass through this "
                          "function; hand in image:detach()",
                          what, wick__shape(image));
    return WICK_OK;
}

wick_status wick__image_open(const char *what, wick_tensor *image, wick__image *opened)
{
    void *data;
    *opened = (wick__image){.what = what};
    wick_status status = check(what, image);
    if (!status)
        status = wick__contiguous(image, &opened->dense);
    if (!status)
        status = wick__dense(opened->dense, &data);
    if (status) {
        wick__image_close(opened);
        return status;
    }
    opened->data = data;
    opened->dtype = image->dtype;
    opened->ndim = image->ndim;
    opened->planes = image->ndim == 3 ? image->size[0] : 1;
    opened->height = image->size[image->ndim - 2];
    opened->width = image->size[image->ndim - 1];
    return WICK_OK;
}

void wick__image_close(wick__image *image)
{
    wick_tensor_release(image->dense);
    image->dense = NULL;
}

wick_status wick__image_new(const wick__image *like, int64_t planes, int64_t height, int64_t width,
                            wick_tensor **image, void **data)
{
    int64_t size[3] = {planes, height, width};
    int skip = like->ndim == 2;
    *image = NULL;
    wick_status status =
        wick_tensor_new(like->dense->context, like->dtype, 3 - skip, size + skip, image);
    if (!status)
        status = wick__writable(*image, data);
    if (status) {
        wick_tensor_release(*image);
        *image = NULL;
    }
    return status;
}

wick_status wick__image_check_size(const char *what, int64_t height, int64_t width)
{
    if (height >= 1 && width >= 1)
        return WICK_OK;
    return wick__fail(WICK_EVALUE, "%s: a result of %lld rows and %lld columns has no pixel", what,
                      (long long)height, (long long)width);
}

wick_status wick__image_check_filter(const char *what, wick_filter filter)
{
    if ((unsigned)filter <= WICK_LANCZOS)
        return WICK_OK;
    return wick__fail(WICK_EVALUE, "%s: there is no filter number %d", what, (int)filter);
}
