/* What the C tests of image files share: images of noise, PNG files in memory, and differences. */
#ifndef WICK_SPEC_PNGS_H
#define WICK_SPEC_PNGS_H

#include "support/io.h"

static uint32_t noise_state = 12345;

static inline uint32_t noise(void)
{
    noise_state = noise_state * 1664525u + 1013904223u;
    return noise_state >> 8;
}

static inline wick_tensor *random_image(wick_dtype dtype, int64_t channels, int64_t height,
                                        int64_t width)
{
    wick_tensor *t = NULL;
    void *data = NULL;
    int64_t size[] = {channels, height, width};
    must(wick_tensor_new(context, dtype, 3, size, &t));
    must(wick_tensor_data(t, &data));
    for (int64_t i = 0; i < channels * height * width; i++)
        if (dtype == WICK_UINT8)
            ((uint8_t *)data)[i] = (uint8_t)noise();
        else if (dtype == WICK_FLOAT32)
            ((float *)data)[i] = (float)(noise() % 65536) / 65535.0f;
        else
            ((double *)data)[i] = (double)(noise() % 65536) / 65535.0;
    return t;
}

static inline blob file_of(wick_tensor *bytes)
{
    void *data = NULL;
    must(wick_tensor_data(bytes, &data));
    blob b = make_blob((size_t)wick_tensor_count(bytes));
    memcpy(b.data, data, b.bytes);
    return b;
}

static inline blob encode(wick_tensor *image, int bits)
{
    wick_tensor *bytes = NULL;
    must(wick_png_encode(image, bits, &bytes));
    blob b = file_of(bytes);
    wick_tensor_release(bytes);
    return b;
}

static inline wick_status decode(blob b, wick_dtype dtype, size_t limit, wick_tensor **image)
{
    return wick_png_decode(context, "a.png", b.data, b.bytes, dtype, limit, image);
}

/* Element i as a number. */
static inline double at(wick_tensor *t, int64_t i)
{
    void *data = NULL;
    must(wick_tensor_data(t, &data));
    if (wick_tensor_dtype(t) == WICK_UINT8)
        return ((uint8_t *)data)[i];
    if (wick_tensor_dtype(t) == WICK_FLOAT32)
        return ((float *)data)[i];
    return ((double *)data)[i];
}

static inline double largest_difference(wick_tensor *a, wick_tensor *b)
{
    double most = 0;
    expect(wick_tensor_count(a) == wick_tensor_count(b));
    for (int64_t i = 0; i < wick_tensor_count(a); i++) {
        double d = at(a, i) - at(b, i);
        most = d > most ? d : -d > most ? -d : most;
    }
    return most;
}

static inline void expect_size(wick_tensor *t, int64_t channels, int64_t height, int64_t width)
{
    expect(wick_tensor_ndim(t) == 3 && wick_tensor_size(t, 0) == channels &&
           wick_tensor_size(t, 1) == height && wick_tensor_size(t, 2) == width);
}

#endif
