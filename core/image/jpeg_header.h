/* What a JPEG file says of itself before its pixels. */
#ifndef WICK_IMAGE_JPEG_HEADER_H
#define WICK_IMAGE_JPEG_HEADER_H

#include "image/image.h"

typedef struct wick__jpeg_header {
    wick_image_size size; /* as stored; what has four inks counts as three channels */
    int process;          /* the marker of its frame: 0xC0 baseline, 0xC2 progressive, and so on */
    int orientation;      /* EXIF's, 1 to 8; 1 when the file says nothing */
} wick__jpeg_header;

/* Fails with WICK_EFORMAT, naming `name` and the byte. */
wick_status wick__jpeg_header_read(const char *name, const void *data, size_t bytes,
                                   wick__jpeg_header *header);
/* How an image stored under this orientation, 1 to 8, has to be turned. */
wick__turn wick__jpeg_turn(int orientation);
/* The way of turning, EXIF's 1 to 8, from the `bytes` of an APP1 segment; 0: it says nothing. */
int wick__exif_orientation(const uint8_t *data, size_t bytes);

#endif
