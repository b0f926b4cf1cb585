/* What wick.h's functions for image files answer in builds without the library that they need:
 * WITH_PNG=0 and WITH_JPEG=0 of the Makefile. Compiles to nothing in others. */
#include "base/status.h"
#include "wick.h"

#ifdef WICK_WITHOUT_PNG

static wick_status no_png(const char *name)
{
    return wick__fail(WICK_EVALUE, "%s: this build of Wick has no PNG; it was made with WITH_PNG=0",
                      name);
}

wick_status wick_png_encode(wick_tensor *image, int bits, wick_tensor **bytes)
{
    (void)image, (void)bits, (void)bytes;
    return no_png("PNG");
}

wick_status wick_png_size(const char *name, const void *data, size_t bytes, wick_image_size *size)
{
    (void)data, (void)bytes, (void)size;
    return no_png(name);
}

wick_status wick_png_decode(wick_context *context, const char *name, const void *data, size_t bytes,
                            wick_dtype dtype, size_t limit, wick_tensor **image)
{
    (void)context, (void)data, (void)bytes, (void)dtype, (void)limit, (void)image;
    return no_png(name);
}

#endif

#ifdef WICK_WITHOUT_JPEG

static wick_status no_jpeg(const char *name)
{
    return wick__fail(WICK_EVALUE,
                      "%s: this build of Wick has no JPEG; it was made with WITH_JPEG=0", name);
}

wick_status wick_jpeg_encode(wick_tensor *image, int quality, wick_tensor **bytes)
{
    (void)image, (void)quality, (void)bytes;
    return no_jpeg("JPEG");
}

wick_status wick_jpeg_size(const char *name, const void *data, size_t bytes,
                           const wick_jpeg_options *options, wick_image_size *size)
{
    (void)data, (void)bytes, (void)options, (void)size;
    return no_jpeg(name);
}

wick_status wick_jpeg_decode(wick_context *context, const char *name, const void *data,
                             size_t bytes, wick_dtype dtype, const wick_jpeg_options *options,
                             wick_tensor **image)
{
    (void)context, (void)data, (void)bytes, (void)dtype, (void)options, (void)image;
    return no_jpeg(name);
}

#endif
