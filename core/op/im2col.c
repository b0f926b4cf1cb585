/* Images as the columns of a matrix, a window a column, so that a convolution is a matrix product;
 * and columns added back into images. Each is the other's gradient. Both move whole planes between
 * the matrix and strided views of padded images. */
#include <string.h>

#include "op/dense.h"
#include "op/window.h"

static const int64_t ones[2] = {1, 1}, zeros[2] = {0, 0};

typedef struct unfolding {
    wick__windows w;
    wick_sizes image;   /* with its batch: N x C x H x W */
    wick_sizes windows; /* N x C x kH x kW x oH x oW */
    wick_sizes columns; /* of the matrix; the batch left out where the image has none */
} unfolding;

static void fill_shapes(const wick_sizes *image, unfolding *u)
{
    const wick__windows *w = &u->w;
    const int64_t n = image->count == 4 ? image->v[0] : 1, c = wick__channels(image);
    u->image = (wick_sizes){4, {n, c, w->in[0], w->in[1]}};
    u->windows = (wick_sizes){6, {n, c, w->kernel[0], w->kernel[1], w->out[0], w->out[1]}};
}

/* `value` holds kernel, stride, pad and dilation. */
static wick_status read_unfolding(const char *name, const wick_sizes *image,
                                  const wick_value *value, unfolding *u)
{
    wick__windows *w = &u->w;
    *u = (unfolding){.w.up = false};
    wick_status status = wick__read_pair(name, "kernel", value[0].sizes, zeros, 1, w->kernel);
    if (!status)
        status = wick__read_pair(name, "stride", value[1].sizes, ones, 1, w->stride);
    if (!status)
        status = wick__read_pair(name, "pad", value[2].sizes, zeros, 0, w->pad);
    if (!status)
        status = wick__read_pair(name, "dilation", value[3].sizes, ones, 1, w->dilation);
    if (!status)
        status = wick__read_image(name, image, w);
    if (!status)
        status = wick__count_places(name, image, wick__channels(image), w);
    if (status)
        return status;
    fill_shapes(image, u);
    const int64_t *v = u->windows.v;
    status = wick__check_countable(name, "the matrix of windows", &u->windows);
    if (!status && image->count == 4)
        u->columns = (wick_sizes){3, {v[0], v[1] * v[2] * v[3], v[4] * v[5]}};
    else if (!status)
        u->columns = (wick_sizes){2, {v[1] * v[2] * v[3], v[4] * v[5]}};
    return status;
}

/* ---- views, kept by the scope ---- */

static wick_tensor *view(wick__scope *s, const wick_tensor *t, int64_t offset, int ndim,
                         const int64_t *size, const int64_t *stride)
{
    wick_tensor *seen = NULL;
    if (s->status || !t)
        return NULL;
    int64_t from = wick__count(t) == 0 ? t->offset : offset;
    wick_status status = wick__view(t, from, ndim, size, stride, &seen);
    return wick__keep(s, status, seen);
}

/* Every window of padded images, as u->windows. */
static wick_tensor *view_windows(wick__scope *s, const unfolding *u, const wick_tensor *padded)
{
    if (!padded)
        return NULL;
    const int64_t *step = padded->stride;
    int64_t stride[6] = {step[0], step[1], 0, 0, 0, 0};
    for (int i = 0; i < 2; i++) {
        stride[2 + i] = u->w.kernel[i] > 1 ? u->w.dilation[i] * step[2 + i] : 0;
        stride[4 + i] = u->w.out[i] > 1 ? u->w.stride[i] * step[2 + i] : 0;
    }
    return view(s, padded, padded->offset, 6, u->windows.v, stride);
}

/* One pixel of every window, N x C x oH x oW, in a tensor of u->windows. */
static wick_tensor *view_pixel(wick__scope *s, const wick_tensor *windows, int64_t i, int64_t j)
{
    if (!windows)
        return NULL;
    const int64_t *v = windows->size, *step = windows->stride;
    return view(s, windows, windows->offset + i * step[2] + j * step[3], 4,
                (int64_t[]){v[0], v[1], v[4], v[5]},
                (int64_t[]){step[0], step[1], step[4], step[5]});
}

/* The images inside their padding. */
static wick_tensor *view_inside(wick__scope *s, const unfolding *u, const wick_tensor *padded)
{
    if (!padded)
        return NULL;
    const int64_t *step = padded->stride;
    return view(s, padded, padded->offset + u->w.pad[0] * step[2] + u->w.pad[1] * step[3], 4,
                u->image.v, step);
}

static void copy(wick__scope *s, wick_tensor *to, wick_tensor *from)
{
    if (!s->status)
        s->status = wick_tensor_copy(to, from);
}

static wick_tensor *zeroed_padded(wick__scope *s, const char *name, const unfolding *u,
                                  wick_dtype dtype)
{
    const int64_t pixels[2] = {u->w.in[0] + 2 * u->w.pad[0], u->w.in[1] + 2 * u->w.pad[1]};
    wick_sizes shape = wick__image_with(&u->image, u->image.v[1], pixels);
    wick_tensor *padded = NULL;
    if (!s->status)
        s->status = wick__check_countable(name, "padded input", &shape);
    void *data = wick__make(s, dtype, &shape, &padded);
    padded = wick__keep(s, s->status, padded);
    if (padded)
        memset(data, 0, (size_t)wick__count(padded) * wick_dtype_size(dtype));
    return padded;
}

/* ---- im2col ---- */

#define WINDOW                                                                                     \
    SIZES("kernel"), PAIR_OR_NONE("stride"), PAIR_OR_NONE("pad"), PAIR_OR_NONE("dilation")

static const wick__arg im2col_args[] = {TENSOR("x"), WINDOW, END};

static wick_status im2col_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0];
    wick_sizes image = wick__sizes_like(x);
    unfolding u;
    wick__scope s;
    wick_status status = wick__check_one_type("im2col", 1, call->in);
    if (!status)
        status = read_unfolding("im2col", &image, call->value, &u);
    if (status)
        return status;
    wick__scope_open(&s, x->context);
    int64_t stride[4] = {0, x->stride[0], x->stride[1], x->stride[2]};
    wick_tensor *padded =
        view(&s, x, x->offset, 4, u.image.v, image.count == 4 ? x->stride : stride);
    if (u.w.pad[0] || u.w.pad[1]) {
        wick_tensor *images = padded;
        padded = zeroed_padded(&s, "im2col", &u, x->dtype);
        copy(&s, view_inside(&s, &u, padded), images);
    }
    wick_tensor *windows = view_windows(&s, &u, padded);
    wick__make(&s, x->dtype, &u.columns, out);
    copy(&s, *out, windows);
    return wick__scope_close(&s);
}

static void im2col_backward(wick__rule *r)
{
    const wick__geometry *x = wick__shape_of(r, 0);
    wick_value value[6] = {{.integer = x->size[x->ndim - 2]}, {.integer = x->size[x->ndim - 1]}};
    memcpy(value + 2, r->node->value, 4 * sizeof *value);
    r->dx[0] = wick__run(r->scope, &wick_op_col2im, 1, &G, value);
}

const wick_op wick_op_im2col = {
    .name = "im2col",
    .args = im2col_args,
    .forward = im2col_forward,
    .backward = im2col_backward,
    .doc = "The windows of images as the columns of a matrix: C x H x W gives C kH kW x oH oW, a "
           "batch one such matrix an image; kernel, stride, pad and dilation as in conv2d, which "
           "is the weight, as a matrix, times this one",
    .example = "local x, weight = torch.ones(2, 4, 4), torch.ones(5, 2, 3, 3)\n"
               "local y = torch.mm(weight:view(5, 18), x:im2col(3))\n"
               "print((y:view(5, 2, 2) - x:conv2d(weight)):abs():max())"};

/* ---- col2im ---- */

static const wick__arg col2im_args[] = {TENSOR("x"), INTEGER("height"), INTEGER("width"), WINDOW,
                                        END};

/* The shape of the images that the columns come from. */
static wick_status read_images(const wick_call *call, wick_sizes *image)
{
    wick_tensor *x = call->in[0];
    int64_t kernel[2], height = call->value[0].integer, width = call->value[1].integer;
    wick_status status = wick__check_number("col2im", "height", height, 1);
    if (!status)
        status = wick__check_number("col2im", "width", width, 1);
    if (!status)
        status = wick__read_pair("col2im", "kernel", call->value[2].sizes, zeros, 1, kernel);
    if (!status && x->ndim != 2 && x->ndim != 3)
        status = wick__fail(WICK_ESHAPE,
                            "col2im: 2D or 3D tensor expected, a matrix of windows or a batch of "
                            "such, got %s",
                            wick__shape(x));
    if (status)
        return status;
    int64_t rows = x->size[x->ndim - 2], window = kernel[0] * kernel[1];
    if (rows % window)
        return wick__fail(WICK_ESHAPE,
                          "col2im: the columns of %s have %lld elements, not a multiple of the "
                          "%lld of a window of %lld x %lld",
                          wick__shape(x), (long long)rows, (long long)window, (long long)kernel[0],
                          (long long)kernel[1]);
    *image = x->ndim == 3 ? (wick_sizes){4, {x->size[0], rows / window, height, width}}
                          : (wick_sizes){3, {rows / window, height, width}};
    return WICK_OK;
}

static wick_status read_columns(const wick_call *call, wick_sizes *image, unfolding *u)
{
    char text[WICK__SHAPE_TEXT];
    wick_status status = wick__check_one_type("col2im", 1, call->in);
    if (!status)
        status = read_images(call, image);
    if (!status)
        status = read_unfolding("col2im", image, call->value + 2, u);
    if (!status && !wick__has_shape(call->in[0], &u->columns))
        status = wick__fail(WICK_ESHAPE,
                            "col2im: an image of %lld x %lld has %lld x %lld windows: its "
                            "columns are %s, got %s",
                            (long long)u->w.in[0], (long long)u->w.in[1], (long long)u->w.out[0],
                            (long long)u->w.out[1],
                            wick__sizes_text(u->columns.count, u->columns.v, text, sizeof text),
                            wick__shape(call->in[0]));
    return status;
}

/* Adds the pixel of every window where it came from. */
static void add_pixel(wick__scope *s, wick_tensor *to, wick_tensor *from)
{
    wick_call add = {.inputs = 2, .in = (wick_tensor *[]){to, from}, .value = {{.number = 1}}};
    if (!s->status)
        s->status = wick_apply_into(&wick_op_add, &add, &to);
}

static wick_status col2im_forward(const wick_call *call, wick_tensor **out)
{
    wick_sizes image;
    unfolding u;
    wick__scope s;
    int64_t stride[6];
    wick_tensor *x = call->in[0], *dense = NULL;
    wick_status status = read_columns(call, &image, &u);
    if (status)
        return status;
    wick__scope_open(&s, x->context);
    status = wick__contiguous(x, &dense);
    dense = wick__keep(&s, status, dense);
    wick__row_major(6, u.windows.v, stride);
    wick_tensor *columns = view(&s, dense, dense ? dense->offset : 0, 6, u.windows.v, stride);
    wick_tensor *padded = zeroed_padded(&s, "col2im", &u, x->dtype);
    wick_tensor *windows = view_windows(&s, &u, padded);
    for (int64_t i = 0; i < u.w.kernel[0] && !s.status; i++)
        for (int64_t j = 0; j < u.w.kernel[1] && !s.status; j++)
            add_pixel(&s, view_pixel(&s, windows, i, j), view_pixel(&s, columns, i, j));
    wick_tensor *inside = view_inside(&s, &u, padded);
    wick__make(&s, x->dtype, &image, out);
    copy(&s, *out, inside);
    return wick__scope_close(&s);
}

static void col2im_backward(wick__rule *r)
{
    r->dx[0] = wick__run(r->scope, &wick_op_im2col, 1, &G, r->node->value + 2);
}

const wick_op wick_op_col2im = {
    .name = "col2im",
    .args = col2im_args,
    .forward = col2im_forward,
    .backward = col2im_backward,
    .doc = "The columns of im2col added up where they came from in images of height x width: "
           "C kH kW x oH oW gives C x H x W",
    .example = "print(torch.ones(9, 4):col2im(4, 4, 3))"};
