/* Image files as samples: read, unpacked to bytes and brought to a number of channels. */
#ifndef WICK_DATA_DECODE_H
#define WICK_DATA_DECODE_H

#include "wick.h"

/* How files become images. */
typedef struct wick__decoding {
    int channels; /* 1: luminance, 3: colours without alpha, 0: as the file has them */
    size_t limit; /* as wick_image_decode's */
    /* What a JPEG image is at least to have when it may come smaller, by eighths, than it is; 0:
     * always whole. */
    int64_t least_height, least_width;
} wick__decoding;

/* The image in the file, uint8, channels x height x width. Messages begin with the path. */
wick_status wick__decode_file(wick_context *context, const char *path,
                              const wick__decoding *decoding, wick_tensor **image);

#endif
