/* Warps along even lines to the nearest pixels, beside what their positions say pixel by pixel. */
#include <math.h>
#include <string.h>

#include "kernel/warp.h"
#include "support/context.h"

enum { PLANES = 2, IN_H = 17, IN_W = 23, OUT_H = 19, OUT_W = 301, ROUNDS = 60 };

static double source[PLANES * IN_H * IN_W], target[PLANES * OUT_H * OUT_W];

/* The element that pixel (y, x) of a plane should be; NaN where a position is too close to the
 * border of two pixels to tell. */
static double expected(const wick__warp *w, int64_t plane, double y, double x)
{
    double at[2] = {floor(y + 0.5), floor(x + 0.5)}, exact[2] = {y + 0.5, x + 0.5};
    bool outside = false;
    for (int axis = 0; axis < 2; axis++) {
        double last = (double)(w->in[axis] - 1);
        if (fabs(exact[axis] - rint(exact[axis])) < 1e-6)
            return NAN;
        outside |= at[axis] < 0 || at[axis] > last;
        at[axis] = fmin(fmax(at[axis], 0), last);
    }
    if (outside && w->edge == WICK__EDGE_PIXELS)
        return w->value;
    return (double)((plane * IN_H + (int64_t)at[0]) * IN_W + (int64_t)at[1]) / 4;
}

static double element(wick_dtype dtype, const void *data, int64_t i)
{
    return dtype == WICK_UINT8     ? ((const uint8_t *)data)[i]
           : dtype == WICK_FLOAT32 ? (double)((const float *)data)[i]
                                   : ((const double *)data)[i];
}

static void put(wick_dtype dtype, void *data, int64_t i, double value)
{
    if (dtype == WICK_UINT8)
        ((uint8_t *)data)[i] = (uint8_t)value;
    else if (dtype == WICK_FLOAT32)
        ((float *)data)[i] = (float)value;
    else
        ((double *)data)[i] = value;
}

/* Runs the warp and counts pixels that are not as expected. */
static int wrong_pixels(const wick__warp *w)
{
    double y[OUT_W], x[OUT_W];
    int wrong = 0;
    memset(target, 0x5a, sizeof target);
    wick__warp_run(context, w);
    for (int64_t row = 0; row < OUT_H; row++) {
        wick__affine_positions(w, row, 0, OUT_W, y, x);
        for (int64_t i = 0; i < PLANES * OUT_W; i++) {
            int64_t plane = i / OUT_W, c = i % OUT_W;
            double want = expected(w, plane, y[c], x[c]);
            double found = element(w->dtype, target, (plane * OUT_H + row) * OUT_W + c);
            wrong += !isnan(want) && found != (w->dtype == WICK_UINT8 ? trunc(want) : want);
        }
    }
    return wrong;
}

static void check_matrices(wick_dtype dtype, wick__edge edge, double least, double most)
{
    for (int64_t i = 0; i < PLANES * IN_H * IN_W; i++)
        put(dtype, source, i, (double)i / 4);
    for (int round = 0; round < ROUNDS; round++) {
        double a[9] = {0, 0, wick_uniform(context, -30, 50), 0, 0, wick_uniform(context, -30, 50)};
        for (int i = 0; i < 4; i++) {
            double size = exp(wick_uniform(context, log(least), log(most)));
            a[i / 2 * 3 + i % 2] = wick_uniform(context, -size, size);
        }
        if (round % 5 == 0)
            a[round % 2 * 3] = 0; /* rows or columns that stay */
        a[8] = wick_uniform(context, 0.5, 2);
        wick__warp w = {dtype,
                        PLANES,
                        {IN_H, IN_W},
                        {OUT_H, OUT_W},
                        source,
                        target,
                        WICK_NEAREST,
                        edge,
                        7,
                        wick__affine_positions,
                        a};
        expect(wrong_pixels(&w) == 0);
    }
}

static void pixels_are_the_nearest(void)
{
    const wick_dtype types[] = {WICK_UINT8, WICK_FLOAT32, WICK_FLOAT64};
    for (int i = 0; i < 3; i++) {
        check_matrices(types[i], WICK__EDGE_PIXELS, 0.01, 3);
        check_matrices(types[i], WICK__EDGE_NEAREST, 0.01, 3);
    }
}

static void far_positions_stay_inside(void)
{
    check_matrices(WICK_FLOAT32, WICK__EDGE_PIXELS, 1e3, 1e30);
    check_matrices(WICK_FLOAT32, WICK__EDGE_NEAREST, 1e3, 1e30);
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    wick_seed(context, 3);
    test("pixels are the nearest", pixels_are_the_nearest);
    test("far positions stay inside", far_positions_stay_inside);
    wick_context_release(context);
    return finish();
}
