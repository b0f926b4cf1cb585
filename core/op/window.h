/* Windows that slide over images, as options name them: pairs of height and width, their checks,
 * and how many places there are. Convolution, pooling and im2col share them. */
#ifndef WICK_OP_WINDOW_H
#define WICK_OP_WINDOW_H

#include "op/describe.h"

/* Index 0 of every pair is height, 1 is width. */
typedef struct wick__windows {
    int64_t in[2], kernel[2], stride[2], pad[2], dilation[2];
    int64_t out[2]; /* places */
    bool up;        /* a last window that begins inside, but reaches beyond the padding, counts */
} wick__windows;

/* An option of one number, which stands for both, or {height, width}. */
#define PAIR_OR_NONE(NAME)                                                                         \
    {                                                                                              \
        NAME, WICK__SIZES, true, 0, NULL, true                                                     \
    }

#define BOOLEAN_OPTION(NAME, VALUE)                                                                \
    {                                                                                              \
        NAME, WICK__BOOLEAN, true, VALUE, NULL, true                                               \
    }

/* Reads a number for each of `axes`, `fallback` where the option is left out; one number stands for
 * all. Refuses numbers outside [least, 2^31 - 1]. */
wick_status wick__read_axes(const char *name, const char *option, const wick_sizes *given, int axes,
                            const int64_t *fallback, int64_t least, int64_t *values);

/* A pair. */
static inline wick_status wick__read_pair(const char *name, const char *option,
                                          const wick_sizes *given, const int64_t fallback[2],
                                          int64_t least, int64_t pair[2])
{
    return wick__read_axes(name, option, given, 2, fallback, least, pair);
}

wick_status wick__check_number(const char *name, const char *option, int64_t value, int64_t least);

/* How many windows there are along an axis, less than 1 where none fits. The numbers of windows are
 * below 2^31 and `in` is below 2^60, so that nothing overflows. `up` as in wick__windows. */
int64_t wick__places(int64_t in, int64_t kernel, int64_t stride, int64_t pad, int64_t dilation,
                     bool up);

/* Refuses what is not C x H x W or N x C x H x W, and an image too large to count; fills in[]. */
wick_status wick__read_image(const char *name, const wick_sizes *image, wick__windows *w);

/* Fills out[]; refuses windows without a place. `channels`: of the result, for the message. */
wick_status wick__count_places(const char *name, const wick_sizes *image, int64_t channels,
                               wick__windows *w);

/* Refuses a shape of which a part has more bytes than can be counted, whether it has elements or
 * not. `what`: "output". */
wick_status wick__check_countable(const char *name, const char *what, const wick_sizes *shape);

/* The image's shape with other channels and pixels. */
wick_sizes wick__image_with(const wick_sizes *image, int64_t channels, const int64_t pixels[2]);

/* Of C x H x W or N x C x H x W. */
static inline int64_t wick__channels(const wick_sizes *image)
{
    return image->v[image->count - 3];
}

/* Batch and channels together. */
static inline int64_t wick__planes_of(const wick_sizes *image)
{
    return (image->count == 4 ? image->v[0] : 1) * wick__channels(image);
}

#endif
