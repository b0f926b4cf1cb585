/* What the C tests of JPEG share: smooth images, files in memory, and files that others write, made
 * by libjpeg itself. */
#ifndef WICK_SPEC_JPEGS_H
#define WICK_SPEC_JPEGS_H

#include "support/pngs.h"
/* behind stdio.h */
#include <jpeglib.h>

/* Each channel rises from a corner of its own: JPEG keeps such images well. */
static inline wick_tensor *smooth_image(int64_t channels, int64_t height, int64_t width)
{
    wick_tensor *t = NULL;
    void *data = NULL;
    must(wick_tensor_new(context, WICK_UINT8, 3, (int64_t[]){channels, height, width}, &t));
    must(wick_tensor_data(t, &data));
    uint8_t *to = data;
    for (int64_t c = 0; c < channels; c++)
        for (int64_t y = 0; y < height; y++)
            for (int64_t x = 0; x < width; x++) {
                int64_t v = 255 * (y + 2 * x) / (height + 2 * width);
                *to++ = (uint8_t)(c == 0 ? v : c == 1 ? 255 - v : v / 2);
            }
    return t;
}

static inline blob encode_jpeg(wick_tensor *image, int quality)
{
    wick_tensor *bytes = NULL;
    must(wick_jpeg_encode(image, quality, &bytes));
    blob b = file_of(bytes);
    wick_tensor_release(bytes);
    return b;
}

static inline wick_status decode_jpeg(blob b, wick_dtype dtype, const wick_jpeg_options *options,
                                      wick_tensor **image)
{
    return wick_jpeg_decode(context, "a.jpg", b.data, b.bytes, dtype, options, image);
}

static inline double mean_difference(wick_tensor *a, wick_tensor *b)
{
    double sum = 0;
    if (!expect(wick_tensor_count(a) == wick_tensor_count(b)))
        return 1e9;
    for (int64_t i = 0; i < wick_tensor_count(a); i++)
        sum += at(a, i) > at(b, i) ? at(a, i) - at(b, i) : at(b, i) - at(a, i);
    return sum / (double)wick_tensor_count(a);
}

/* How libjpeg is to write a file. */
typedef struct foreign_jpeg {
    int channels, width, height;
    J_COLOR_SPACE in, stored;
    bool progressive, without_adobe, arithmetic;
    int restart; /* blocks between restart marks */
    const jpeg_scan_info *scans;
    int scan_count;
    const uint8_t *pixel; /* every pixel; NULL: samples that rise */
} foreign_jpeg;

static inline void write_pixels(struct jpeg_compress_struct *jpeg, const foreign_jpeg *f)
{
    JSAMPLE row[4096];
    JSAMPROW rows[] = {row};
    for (int y = 0; y < f->height; y++) {
        for (int i = 0; i < f->width * f->channels; i++)
            row[i] = f->pixel ? f->pixel[i % f->channels]
                              : (JSAMPLE)((i / f->channels + 2 * y + 40 * (i % f->channels)) % 256);
        jpeg_write_scanlines(jpeg, rows, 1);
    }
}

static inline blob foreign(const foreign_jpeg *f)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *data = NULL;
    unsigned long bytes = 0;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &data, &bytes);
    jpeg.image_width = (JDIMENSION)f->width;
    jpeg.image_height = (JDIMENSION)f->height;
    jpeg.input_components = f->channels;
    jpeg.in_color_space = f->in;
    jpeg_set_defaults(&jpeg);
    jpeg_set_colorspace(&jpeg, f->stored);
    jpeg_set_quality(&jpeg, 95, TRUE);
    if (f->progressive)
        jpeg_simple_progression(&jpeg);
    if (f->scans) {
        jpeg.scan_info = f->scans;
        jpeg.num_scans = f->scan_count;
    }
    if (f->without_adobe)
        jpeg.write_Adobe_marker = FALSE;
    jpeg.arith_code = f->arithmetic;
    jpeg.restart_interval = (unsigned)f->restart;
    jpeg_start_compress(&jpeg, TRUE);
    write_pixels(&jpeg, f);
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    blob b = {data, bytes};
    return b;
}

/* The place of the frame's marker, 0xFF first. */
static inline size_t frame_of(blob b)
{
    for (size_t i = 2; i + 4 <= b.bytes;) {
        unsigned marker = b.data[i + 1];
        if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC)
            return i;
        i += 2 + ((size_t)b.data[i + 2] << 8 | b.data[i + 3]);
    }
    return 0;
}

/* The file with bytes put in behind its first two. */
static inline blob with_segment(blob b, const void *segment, size_t bytes)
{
    blob longer = make_blob(b.bytes + bytes);
    memcpy(longer.data, b.data, 2);
    memcpy(longer.data + 2, segment, bytes);
    memcpy(longer.data + 2 + bytes, b.data + 2, b.bytes - 2);
    return longer;
}

/* The file as a camera writes it that was held in one of EXIF's eight ways. */
static inline blob with_orientation(blob b, int orientation, bool little)
{
    uint8_t little_segment[] = "\xFF\xE1\x00\x22"
                               "Exif\0\0"
                               "II*\0\x08\0\0\0"
                               "\x01\0"
                               "\x12\x01\x03\0\x01\0\0\0\x01\0\0\0"
                               "\0\0\0\0";
    uint8_t big_segment[] = "\xFF\xE1\x00\x22"
                            "Exif\0\0"
                            "MM\0*\0\0\0\x08"
                            "\0\x01"
                            "\x01\x12\0\x03\0\0\0\x01\0\x01\0\0"
                            "\0\0\0\0";
    little_segment[28] = big_segment[29] = (uint8_t)orientation;
    return with_segment(b, little ? little_segment : big_segment, 36);
}

#endif
