/* What the image formats share: samples on their way from rows to planes and back, the limits of
 * reading, and memory that grows. */
#ifndef WICK_IMAGE_IMAGE_H
#define WICK_IMAGE_IMAGE_H

#include "wick.h"

/* ---- reading ---- */

/* `limit`, or when that is 0 what a file of so many bytes may take: 256 MiB or 256 times as much,
 * whichever is more. */
size_t wick__image_limit(size_t limit, size_t file_bytes);
/* Fails with WICK_EFORMAT when the planes of `size` in `dtype` take more than `limit` bytes (never
 * 0), and with WICK_EDTYPE for types that samples are not read as. `*bytes`: what they take. */
wick_status wick__image_check(const char *name, const wick_image_size *size, wick_dtype dtype,
                              size_t limit, size_t *bytes);

/* How the rows of a file lie in the image that is shown: the file's columns are its rows, then its
 * rows run upwards, its columns to the left. */
typedef struct wick__turn {
    bool transposed, upwards, leftwards;
} wick__turn;

/* Planes that are filled row by row. */
typedef struct wick__image_planes {
    wick_tensor *tensor;
    void *data;
    wick_dtype dtype;           /* uint8, float32 or float64 */
    int64_t channels, width;    /* of a row in the file */
    int64_t plane;              /* elements */
    int64_t first, down, right; /* elements: where (0, 0) of the file goes, and a step there */
    unsigned most;              /* what the largest sample is in the file */
} wick__image_planes;

/* Room for an image of the file's `size`; `most` is at most 65535. On failure there is none. */
wick_status wick__image_planes_open(wick_context *context, const wick_image_size *size,
                                    wick_dtype dtype, unsigned most, wick__turn turn,
                                    wick__image_planes *planes);
/* Takes row `y` of the file, the samples of a pixel side by side. */
void wick__image_planes_put(const wick__image_planes *planes, int64_t y, const uint16_t *row);
/* The same for samples of 8 bits, where they are only copied: grey or RGB, as bytes, not turned
 * round. Otherwise it does nothing and returns false. */
bool wick__image_planes_put_bytes(const wick__image_planes *planes, int64_t y, const uint8_t *row);
/* Hands the image over as `dtype`, the one asked for, and closes the planes. */
wick_status wick__image_planes_take(wick__image_planes *planes, wick_dtype dtype,
                                    wick_tensor **image);
void wick__image_planes_close(wick__image_planes *planes);

/* ---- writing ---- */

/* An image that is read row by row. */
typedef struct wick__picture {
    int64_t channels, height, width;
    wick_tensor *tensor; /* row-major */
    const void *data;    /* uint8, or float64 from 0 to 1 */
    bool floating;
} wick__picture;

/* Opens a uint8 or floating tensor of height x width or channels x height x width; `format` begins
 * the messages about others. On failure there is nothing to close. */
wick_status wick__picture_open(const char *format, wick_tensor *image, wick__picture *picture);
void wick__picture_close(wick__picture *picture);
/* Packs row `y`: samples of a pixel side by side, 8 bits each, or 16 with the highest byte first.
 * Not a number is black. */
void wick__picture_row(const wick__picture *picture, int64_t y, int bits, uint8_t *to);

/* Memory that grows: `used` of `room` bytes. Begins as zeros but for the context. */
typedef struct wick__growing {
    wick_context *context;
    uint8_t *data;
    size_t used, room;
} wick__growing;

/* Makes room for `more` bytes behind those in use. */
wick_status wick__growing_reserve(wick__growing *g, size_t more);
/* What is in use as a uint8 tensor of one dimension. */
wick_status wick__growing_tensor(const wick__growing *g, wick_tensor **bytes);
void wick__growing_close(wick__growing *g);

#endif
