/* Windows that slide over volumes: triples of depth, height and width, their checks, and how many
 * places there are. What window.h is for images; convolution and pooling of volumes share them. */
#ifndef WICK_OP_VOLUME_H
#define WICK_OP_VOLUME_H

#include "op/window.h"

/* Index 0 of every triple is depth, 1 is height, 2 is width. */
typedef struct wick__volume {
    int64_t batch, channels;
    int64_t in[3], kernel[3], stride[3], pad[3], dilation[3];
    int64_t out[3]; /* places */
    bool up;        /* as in wick__windows */
} wick__volume;

/* An option of one number, which stands for all, or {depth, height, width}. */
#define TRIPLE_OR_NONE(NAME) PAIR_OR_NONE(NAME)

/* Reads a triple as wick__read_axes does. */
wick_status wick__read_triple(const char *name, const char *option, const wick_sizes *given,
                              const int64_t fallback[3], int64_t least, int64_t triple[3]);

/* Refuses what is not C x T x H x W or N x C x T x H x W, and a volume too large to count; fills
 * batch, channels and in[]. */
wick_status wick__read_volume(const char *name, const wick_sizes *shape, wick__volume *v);

/* Fills out[]; refuses windows without a place. `channels`: of the result. */
wick_status wick__count_volume_places(const char *name, const wick_sizes *shape, int64_t channels,
                                      wick__volume *v);

/* "Given input size: ... Output size is too small". `in` and `out` are triples. */
wick_status wick__fail_small_volume(const char *name, int64_t in_channels, const int64_t in[3],
                                    int64_t out_channels, const int64_t out[3]);

/* A volume's shape with other channels and sides. */
wick_sizes wick__volume_with(const wick_sizes *shape, int64_t channels, const int64_t sides[3]);

/* t, a volume with or without a batch, as a view of five dimensions that the scope keeps. */
wick_tensor *wick__volumes(wick__scope *s, wick_tensor *t);

/* The elements of t, in row-major order, in another shape; the scope keeps it. Unrecorded. */
wick_tensor *wick__dense_view(wick__scope *s, wick_tensor *t, const wick_sizes *shape);
/* The same for a forward to hand out: the caller's to release. */
wick_tensor *wick__dense_result(wick__scope *s, wick_tensor *t, const wick_sizes *shape);

#endif
