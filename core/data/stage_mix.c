/* Stages that mix the images of a batch, each with another one, and their targets alike. */
#include <math.h>
#include <string.h>

#include "base/status.h"
#include "data/describe.h"
#include "data/region.h"
#include "tensor/tensor.h"

static const wick__stage_arg args[] = {RANGE("alpha", 1, 1, 1e-3, 1e3),
                                       WHOLE("classes", 0, 0, 1 << 24), P(1), END};

/* ---- targets ---- */

/* Writes row i's class as a share of 1. */
static wick_status write_shares(const int64_t *class_of, int64_t n, int64_t classes, float *shares)
{
    memset(shares, 0, (size_t)(n * classes) * sizeof *shares);
    for (int64_t i = 0; i < n; i++) {
        if (class_of[i] < 1 || class_of[i] > classes)
            return wick__fail(WICK_EVALUE, "target %lld is %lld; a class from 1 to %lld expected",
                              (long long)i + 1, (long long)class_of[i], (long long)classes);
        shares[i * classes + class_of[i] - 1] = 1;
    }
    return WICK_OK;
}

/* Classes become shares of classes. */
static wick_status spread_targets(const wick__stage *stage, wick__batch *batch)
{
    wick_tensor *dense = NULL, *shares = NULL;
    void *from, *to;
    int64_t size[2] = {batch->images->size[0], (int64_t)wick__stage_number(stage, 1)};
    if (batch->targets->dtype == WICK_FLOAT32)
        return WICK_OK;
    if (size[1] == 0)
        return wick__fail(WICK_EVALUE, "classes is missing; it says how many there are");
    wick_status status = wick__contiguous(batch->targets, &dense);
    if (!status)
        status = wick__dense(dense, &from);
    if (!status)
        status = wick_tensor_new(batch->context, WICK_FLOAT32, 2, size, &shares);
    if (!status)
        status = wick__writable(shares, &to);
    if (!status)
        status = write_shares(from, size[0], size[1], to);
    wick_tensor_release(dense);
    if (status)
        wick_tensor_release(shares);
    else
        wick__replace(&batch->targets, shares);
    return status;
}

/* ---- pairs ---- */

/* What is made of x: of row i, share x[i] + (1 - share) x[i - 1], the row before the first being
 * the last. */
static void mix_rows(int64_t n, int64_t row, float share, const float *x, float *y)
{
    for (int64_t i = 0; i < n; i++) {
        const float *a = x + i * row, *b = x + (i > 0 ? i - 1 : n - 1) * row;
        for (int64_t k = 0; k < row; k++)
            y[i * row + k] = share * a[k] + (1 - share) * b[k];
    }
}

/* Replaces the tensor by one of the same shape that `fill` writes. */
typedef void fill_mixed(const void *how, const wick_tensor *t, const float *x, float *y);

static wick_status remake(fill_mixed *fill, const void *how, wick_tensor **slot)
{
    wick_tensor *dense = NULL, *made = NULL;
    void *x, *y;
    wick_status status = wick__contiguous(*slot, &dense);
    if (!status)
        status = wick__dense(dense, &x);
    if (!status)
        status = wick_tensor_new(dense->context, WICK_FLOAT32, dense->ndim, dense->size, &made);
    if (!status)
        status = wick__writable(made, &y);
    if (!status)
        fill(how, dense, x, y);
    wick_tensor_release(dense);
    if (status)
        wick_tensor_release(made);
    else
        wick__replace(slot, made);
    return status;
}

static void fill_shares(const void *share, const wick_tensor *t, const float *x, float *y)
{
    mix_rows(t->size[0], wick__count(t) / t->size[0], *(const float *)share, x, y);
}

/* ---- MixUp ---- */

static wick_status mixup(const wick__stage *stage, wick__batch *batch)
{
    double alpha = wick__stage_draw(stage, 0, &batch->stream);
    float share = (float)wick__draw_beta(&batch->stream, alpha);
    wick_status status = spread_targets(stage, batch);
    if (!status)
        status = remake(fill_shares, &share, &batch->images);
    return status ? status : remake(fill_shares, &share, &batch->targets);
}

const wick__stage_kind wick__stage_mixup = {
    .name = "MixUp",
    .args = args,
    .apply_batch = mixup,
    .doc = "every image and target with the one before it, by a share from Beta(alpha, alpha)"};

/* ---- CutMix ---- */

static void paste(const void *how, const wick_tensor *t, const float *x, float *y)
{
    const wick__region *r = how;
    int64_t n = t->size[0], height = t->size[2], width = t->size[3], image = wick__count(t) / n;
    memcpy(y, x, (size_t)wick__count(t) * sizeof *x);
    for (int64_t i = 0; i < n; i++) {
        const float *from = x + (i > 0 ? i - 1 : n - 1) * image;
        for (int64_t line = 0; line < t->size[1] * r->height; line++) {
            int64_t row = line / r->height * height + r->top + line % r->height;
            int64_t at = row * width + r->left;
            memcpy(y + i * image + at, from + at, (size_t)r->width * sizeof *x);
        }
    }
}

/* A rectangle with the image's proportions about any pixel, `share` of the area but for what is
 * outside. */
static wick__region draw_patch(wick__stream *stream, double share, int64_t height, int64_t width)
{
    int64_t y = wick__draw_below(stream, height), x = wick__draw_below(stream, width);
    int64_t half_height = (int64_t)((double)height * sqrt(share) / 2);
    int64_t half_width = (int64_t)((double)width * sqrt(share) / 2);
    int64_t top = y > half_height ? y - half_height : 0, left = x > half_width ? x - half_width : 0;
    int64_t bottom = y + half_height < height ? y + half_height : height;
    int64_t right = x + half_width < width ? x + half_width : width;
    return (wick__region){top, left, bottom - top, right - left};
}

static wick_status cutmix(const wick__stage *stage, wick__batch *batch)
{
    double alpha = wick__stage_draw(stage, 0, &batch->stream);
    double share = wick__draw_beta(&batch->stream, alpha);
    int64_t height = batch->images->size[2], width = batch->images->size[3];
    wick__region r = draw_patch(&batch->stream, 1 - share, height, width);
    float kept = 1 - (float)(r.height * r.width) / (float)(height * width);
    wick_status status = spread_targets(stage, batch);
    if (!status)
        status = remake(paste, &r, &batch->images);
    return status ? status : remake(fill_shares, &kept, &batch->targets);
}

const wick__stage_kind wick__stage_cutmix = {
    .name = "CutMix",
    .args = args,
    .apply_batch = cutmix,
    .doc = "a rectangle of every image is the one before it's, and as much of the target"};
