/* Convolution: chooses a way to compute it by shape alone. Products of matrices where the windows
 * are the image itself, direct convolution where its lanes are mostly used, unfolding elsewhere. */
#include "kernel/conv.h"

#include <string.h>

#include "base/conv_choice.h"
#include "kernel/conv_paths.h"
#include "kernel/matmul.h"

typedef enum way { NOTHING, WHOLE, DIRECT, UNFOLD } way;

/* Outputs from which on direct convolution pays, and its gradient of the weight. */
enum { FEWEST = 16, FEWEST_FOR_WEIGHT = 36 };

/* Whether every window is the whole image: then images are the rows of a matrix. */
static bool windows_are_images(const wick__conv_dims *d)
{
    bool same = d->groups == 1;
    for (int i = 0; i < 2; i++)
        same = same && d->pad[i] == 0 && d->out[i] == 1 && d->kernel[i] == d->in[i] &&
               (d->dilation[i] == 1 || d->kernel[i] == 1);
    return same;
}

/* The share of a direct sweep's positions that an output needs: it drops what lies between rows and
 * what fills the last vector (of 16 floats at most), and where strides are long, or windows hardly
 * smaller than the image, gradients sweep over much that no output comes from. */
static double used_lanes(const wick__conv_dims *d, const int64_t pixels[2])
{
    int64_t pitch = pixels[1] + (d->kernel[1] - 1) * d->dilation[1] / d->stride[1];
    int64_t positions = (pixels[0] - 1) * pitch + pixels[1];
    return (double)(d->out[0] * d->out[1]) / (double)((positions + 15) / 16 * 16);
}

/* One channel of a group makes one or two: too little for products of matrices. */
static bool is_thin(const wick__conv_dims *d)
{
    return d->groups > 1 && d->in_channels * d->out_channels <= 2 * d->groups * d->groups;
}

/* `pixels` are those that a sweep computes; with fewer than `fewest` it is not worth beginning. */
static way choose(const wick__conv_dims *d, const int64_t pixels[2], int64_t fewest)
{
    if (d->batch * d->in_channels * d->in[0] * d->in[1] == 0 ||
        d->out_channels * d->out[0] * d->out[1] * d->kernel[0] * d->kernel[1] == 0)
        return NOTHING;
    if (wick__conv_choice_of_process() == WICK__CONV_UNFOLD)
        return UNFOLD;
    if (windows_are_images(d))
        return WHOLE;
    bool pays = d->out[0] * d->out[1] >= fewest && used_lanes(d, pixels) > 0.3;
    return pays || is_thin(d) ? DIRECT : UNFOLD;
}

wick_status wick__conv_forward(wick_context *context, wick_dtype dtype, const wick__conv_dims *d,
                               const void *x, const void *w, const void *bias, void *y)
{
    int64_t columns = d->in_channels * d->kernel[0] * d->kernel[1];
    switch (choose(d, d->out, FEWEST)) {
    case NOTHING:
        wick__conv_fill_bias(context, dtype, d->batch, d->out_channels, d->out[0] * d->out[1], bias,
                             y);
        return WICK_OK;
    case WHOLE:
        wick__conv_fill_bias(context, dtype, d->batch, d->out_channels, 1, bias, y);
        wick__gemm(context, dtype, false, true, d->batch, d->out_channels, columns, 1, x, columns,
                   w, columns, 1, y, d->out_channels);
        return WICK_OK;
    case DIRECT:
        return wick__direct_forward(context, dtype, d, x, w, bias, y);
    default:
        return wick__unfold_forward(context, dtype, d, x, w, bias, y);
    }
}

wick_status wick__conv_backward_input(wick_context *context, wick_dtype dtype,
                                      const wick__conv_dims *d, const void *w, const void *gy,
                                      const void *bias, void *gx)
{
    int64_t columns = d->in_channels * d->kernel[0] * d->kernel[1];
    int64_t pixels[2] = {d->in[0] / d->stride[0] + 1, d->in[1] / d->stride[1] + 1};
    switch (choose(d, pixels, FEWEST)) {
    case NOTHING:
        wick__conv_fill_bias(context, dtype, d->batch, d->in_channels, d->in[0] * d->in[1], bias,
                             gx);
        return WICK_OK;
    case WHOLE:
        wick__conv_fill_bias(context, dtype, d->batch, d->in_channels, d->in[0] * d->in[1], bias,
                             gx);
        wick__gemm(context, dtype, false, false, d->batch, columns, d->out_channels, 1, gy,
                   d->out_channels, w, columns, 1, gx, columns);
        return WICK_OK;
    case DIRECT:
        return wick__direct_backward_input(context, dtype, d, w, gy, bias, gx);
    default:
        return wick__unfold_backward_input(context, dtype, d, w, gy, bias, gx);
    }
}

static wick_status backward_weight(wick_context *context, wick_dtype dtype,
                                   const wick__conv_dims *d, const void *x, const void *gy,
                                   void *gw)
{
    int64_t columns = d->in_channels / d->groups * d->kernel[0] * d->kernel[1];
    switch (choose(d, d->out, FEWEST_FOR_WEIGHT)) {
    case NOTHING:
        memset(gw, 0, (size_t)(d->out_channels * columns) * (dtype == WICK_FLOAT64 ? 8 : 4));
        return WICK_OK;
    case WHOLE:
        wick__gemm(context, dtype, true, false, d->out_channels, columns, d->batch, 1, gy,
                   d->out_channels, x, columns, 0, gw, columns);
        return WICK_OK;
    case DIRECT:
        return wick__direct_backward_weight(context, dtype, d, x, gy, gw);
    default:
        return wick__unfold_backward_weight(context, dtype, d, x, gy, gw);
    }
}

wick_status wick__conv_backward_weight(wick_context *context, wick_dtype dtype,
                                       const wick__conv_dims *d, const void *x, const void *gy,
                                       void *gw, void *gb)
{
    if (gb)
        wick__conv_backward_bias(context, dtype, d->batch, d->out_channels, d->out[0] * d->out[1],
                                 gy, gb);
    return gw ? backward_weight(context, dtype, d, x, gy, gw) : WICK_OK;
}
