/* Stages that spoil an image: noise, single pixels, and what compression leaves. */
#include <math.h>
#include <string.h>

#include "base/status.h"
#include "data/describe.h"
#include "data/planes.h"
#include "kernel/generate_loops.h"

/* ---- GaussianNoise ---- */

static const wick__stage_arg gaussian_noise_args[] = {RANGE("sigma", 0.1, 0.1, 0, 10),
                                                      NUMBER("mean", 0, -1, 1), P(1), END};

enum { BLOCK = 512 };

/* BLOCK normal deviates. */
static void draw_block(wick__stream *stream, double mean, double deviation, float *noise)
{
    uint32_t word[BLOCK];
    for (int i = 0; i < BLOCK; i += 2) {
        uint64_t both = wick__stream_word(stream->key, stream->drawn++);
        word[i] = (uint32_t)both;
        word[i + 1] = (uint32_t)(both >> 32);
    }
    wick__draw_loops_best()->normal(BLOCK, word, mean, deviation, noise);
}

static void add_to_bytes(int64_t n, const float *noise, const uint8_t *x, uint8_t *y)
{
    for (int64_t i = 0; i < n; i++) {
        float v = (float)x[i] + 255 * noise[i] + 0.5F;
        v = v > 0 ? v : 0;
        y[i] = (uint8_t)(int)(v < 255 ? v : 255);
    }
}

static void add_to_floats(int64_t n, const float *noise, const float *x, float *y)
{
    for (int64_t i = 0; i < n; i++) {
        float v = x[i] + noise[i];
        v = v > 0 ? v : 0;
        y[i] = v < 1 ? v : 1;
    }
}

static wick_status gaussian_noise(const wick__stage *stage, wick__sample *sample)
{
    wick__planes p;
    float noise[BLOCK];
    double sigma = wick__stage_draw(stage, 0, &sample->stream);
    wick_status status = wick__planes_open(sample->image, sample->image->dtype, &p);
    int64_t count = p.planes * p.plane;
    for (int64_t i = 0; i < count && !status; i += BLOCK) {
        int64_t n = count - i < BLOCK ? count - i : BLOCK;
        draw_block(&sample->stream, wick__stage_number(stage, 1), sigma, noise);
        if (p.dtype == WICK_UINT8)
            add_to_bytes(n, noise, (const uint8_t *)p.x + i, (uint8_t *)p.y + i);
        else
            add_to_floats(n, noise, (const float *)p.x + i, (float *)p.y + i);
    }
    return wick__planes_close(&p, status, sample);
}

const wick__stage_kind wick__stage_gaussian_noise = {
    .name = "GaussianNoise",
    .also = "GaussNoise",
    .args = gaussian_noise_args,
    .apply = gaussian_noise,
    .doc = "normal noise of deviation `sigma` for samples of 0 to 1, in which they stay"};

/* ---- SaltAndPepper ---- */

static const wick__stage_arg salt_and_pepper_args[] = {RANGE("amount", 0.01, 0.06, 0, 1),
                                                       NUMBER("salt", 0.5, 0, 1), P(1), END};

static void set_pixel(const wick__planes *p, int64_t i, bool white)
{
    for (int64_t c = 0; c < p->planes; c++) {
        if (p->dtype == WICK_UINT8)
            ((uint8_t *)p->y)[c * p->plane + i] = white ? 255 : 0;
        else
            ((float *)p->y)[c * p->plane + i] = white ? 1 : 0;
    }
}

static wick_status salt_and_pepper(const wick__stage *stage, wick__sample *sample)
{
    wick__planes p;
    double amount = wick__stage_draw(stage, 0, &sample->stream);
    double salt = amount * wick__stage_number(stage, 1);
    wick_status status = wick__planes_open(sample->image, sample->image->dtype, &p);
    if (!status)
        memcpy(p.y, p.x, (size_t)(p.planes * p.plane) * wick_dtype_size(p.dtype));
    for (int64_t i = 0; i < p.plane && !status; i++) {
        double drawn = wick__draw_uniform(&sample->stream, 0, 1);
        if (drawn < amount)
            set_pixel(&p, i, drawn < salt);
    }
    return wick__planes_close(&p, status, sample);
}

const wick__stage_kind wick__stage_salt_and_pepper = {
    .name = "SaltAndPepper",
    .args = salt_and_pepper_args,
    .apply = salt_and_pepper,
    .doc = "so much of the pixels become white, with chance `salt`, or black"};

/* ---- JPEG ---- */

static const wick__stage_arg jpeg_args[] = {RANGE("quality", 30, 95, 1, 100), P(1), END};

/* Through a file in memory and back, as the type that the image had. */
static wick_status jpeg(const wick__stage *stage, wick__sample *sample)
{
    wick_tensor *file = NULL, *decoded = NULL;
    const void *data;
    int quality = (int)rint(wick__stage_draw(stage, 0, &sample->stream));
    wick_status status = wick_jpeg_encode(sample->image, quality, &file);
    if (!status)
        status = wick_tensor_read(file, &data);
    if (!status)
        status = wick_jpeg_decode(sample->context, "JPEG", data, (size_t)wick__count(file),
                                  sample->image->dtype, NULL, &decoded);
    if (!status)
        wick__replace(&sample->image, decoded);
    wick_tensor_release(file);
    return status;
}

const wick__stage_kind wick__stage_jpeg = {
    .name = "JPEG",
    .also = "ImageCompression",
    .args = jpeg_args,
    .apply = jpeg,
    .doc = "what a JPEG file of that quality keeps of a grey or RGB image"};
