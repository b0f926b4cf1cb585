/* Convolution: chooses a way to compute it by shape alone. Products of matrices where the windows
 * are the image itself, direct convolution where it was measured to take less time than unfolding,
 * unfolding elsewhere. */
#include "kernel/conv.h"

#include <math.h>
#include <string.h>

#include "base/conv_choice.h"
#include "kernel/conv_paths.h"
#include "kernel/matmul.h"

typedef enum way { NOTHING, WHOLE, DIRECT, UNFOLD } way;

/* How many times as long as direct convolution unfolding takes: `all` times powers of a group's
 * output channels, of its input channels up to 16, the kernel's taps, the stride, the output's
 * pixels, the share of lanes in use, and images times groups. */
typedef struct advantage {
    double all, outs, ins, taps, stride, pixels, used, images;
} advantage;

/* Fitted to the times of 619 random shapes (2 threads, AVX-512), and in doubt for unfolding: a
 * shape takes 1.03 to 1.04 times as long as by the better way, in the geometric mean. */
static const advantage forward_advantage = {1.39, -0.14, 0, 0, -0.77, 0.15, 0.27, 0};
static const advantage input_advantage = {1.41, -0.26, 0.35, -0.11, -0.17, 0.1, 0.52, 0.08};
static const advantage weight_advantage = {0.26, -0.19, 0, -0.08, -0.4, 0.37, 0, 0.22};

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

static bool direct_pays(const wick__conv_dims *d, const int64_t pixels[2], const advantage *a)
{
    double outs = (double)(d->out_channels / d->groups), ins = (double)(d->in_channels / d->groups);
    double taps = (double)(d->kernel[0] * d->kernel[1]), images = (double)(d->batch * d->groups);
    double stride = sqrt((double)(d->stride[0] * d->stride[1]));
    return log(a->all) + a->outs * log(outs) + a->ins * log(fmin(ins, 16)) + a->taps * log(taps) +
               a->stride * log(stride) + a->pixels * log((double)(d->out[0] * d->out[1])) +
               a->used * log(used_lanes(d, pixels)) + a->images * log(images) >
           0;
}

/* `pixels` are those that a sweep computes. */
static way choose(const wick__conv_dims *d, const int64_t pixels[2], const advantage *a)
{
    if (d->batch * d->in_channels * d->in[0] * d->in[1] == 0 ||
        d->out_channels * d->out[0] * d->out[1] * d->kernel[0] * d->kernel[1] == 0)
        return NOTHING;
    if (wick__conv_choice_of_process() == WICK__CONV_UNFOLD)
        return UNFOLD;
    if (windows_are_images(d))
        return WHOLE;
    return is_thin(d) || direct_pays(d, pixels, a) ? DIRECT : UNFOLD;
}

wick_status wick__conv_forward(wick_context *context, wick_dtype dtype, const wick__conv_dims *d,
                               const void *x, const void *w, const void *bias, void *y)
{
    int64_t columns = d->in_channels * d->kernel[0] * d->kernel[1];
    switch (choose(d, d->out, &forward_advantage)) {
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
    switch (choose(d, pixels, &input_advantage)) {
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
    switch (choose(d, d->out, &weight_advantage)) {
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
