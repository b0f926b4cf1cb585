/* Conversions of images between spaces of colours. */
#include "kernel/colour.h"

#include "image/geometry.h"

static const char *const names[] = {
    [WICK_RGB_TO_HSL] = "image.rgb2hsl", [WICK_HSL_TO_RGB] = "image.hsl2rgb",
    [WICK_RGB_TO_HSV] = "image.rgb2hsv", [WICK_HSV_TO_RGB] = "image.hsv2rgb",
    [WICK_RGB_TO_LAB] = "image.rgb2lab", [WICK_LAB_TO_RGB] = "image.lab2rgb",
    [WICK_RGB_TO_Y] = "image.rgb2y"};

static wick_status check(const wick__image *image, wick_colours to)
{
    if (image->ndim != 3 || image->planes != 3)
        return wick__fail(WICK_ESHAPE, "%s: the image is %s; 3 x height x width expected",
                          image->what, wick__shape(image->dense));
    if (image->dtype == WICK_UINT8 && (to == WICK_RGB_TO_LAB || to == WICK_LAB_TO_RGB))
        return wick__fail(WICK_EDTYPE,
                          "%s: not supported for torch.ByteTensor; convert with "
                          ":float():div(255) first",
                          image->what);
    return WICK_OK;
}

wick_status wick_image_colours(wick_tensor *image, wick_colours to, wick_tensor **converted)
{
    wick__image opened;
    void *data;
    *converted = NULL;
    if ((unsigned)to > WICK_RGB_TO_Y)
        return wick__fail(WICK_EVALUE, "there is no conversion number %d", (int)to);
    wick_status status = wick__image_open(names[to], image, &opened);
    if (status)
        return status;
    status = check(&opened, to);
    if (!status)
        status = wick__image_new(&opened, to == WICK_RGB_TO_Y ? 1 : 3, opened.height, opened.width,
                                 converted, &data);
    if (!status)
        wick__colours(image->context, opened.dtype, to, opened.height * opened.width, opened.data,
                      data);
    wick__image_close(&opened);
    return status;
}
