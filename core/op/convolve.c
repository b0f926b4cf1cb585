/* Torch7's convolutions of planes and volumes, conv2, xcorr2, conv3 and xcorr3. They are made of
 * conv2d: a kernel turned around makes a convolution of a correlation, margins of zeros a full one
 * of a valid one, and a volume is a batch of its frames. */
#include "op/region.h"

static const wick__arg convolve_args[] = {TENSOR("input"), TENSOR("kernel"),
                                          CHOICE_OR("mode", "V|F", 0), END};

/* One call, brought to the form with planes: input planes x ..., kernel outputs x planes / groups
 * x ... */
typedef struct convolution {
    const char *name;
    int rank; /* 2 for planes, 3 for volumes */
    bool turned, full;
    int64_t groups;
    wick_tensor *x, *w;
} convolution;

/* ---- checks ---- */

static wick_status check_ranks(const convolution *c, const wick_tensor *x, const wick_tensor *w)
{
    const char *form = c->rank == 2 ? "h x w with kh x kw, c x h x w with c x kh x kw or o x c x "
                                      "kh x kw"
                                    : "t x h x w with kt x kh x kw, c x t x h x w with c x kt x "
                                      "kh x kw or o x c x kt x kh x kw";
    int more = x->ndim - c->rank, kernel = w->ndim - c->rank;
    if ((more == 0 && kernel == 0) || (more == 1 && (kernel == 1 || kernel == 2)))
        return WICK_OK;
    return wick__fail(WICK_ESHAPE, "%s: input and kernel are %s; got %s and %s", c->name, form,
                      wick__shape(x), wick__shape(w));
}

static wick_status check_sizes(const convolution *c, const wick_tensor *x, const wick_tensor *w)
{
    int planes = w->ndim - c->rank;
    if (planes > 0 && w->size[planes - 1] != x->size[0])
        return wick__fail(WICK_ESHAPE, "%s: invalid number of input/kernel planes: %s and %s",
                          c->name, wick__shape(x), wick__shape(w));
    for (int d = 1; d <= c->rank; d++) {
        int64_t in = x->size[x->ndim - d], kernel = w->size[w->ndim - d];
        if (kernel < 1 || in < 1)
            return wick__fail(WICK_ESHAPE, "%s: input %s or kernel %s has no element to a side",
                              c->name, wick__shape(x), wick__shape(w));
        if (!c->full && in < kernel)
            return wick__fail(WICK_ESHAPE, "%s: Input image is smaller than kernel: %s and %s",
                              c->name, wick__shape(x), wick__shape(w));
    }
    return WICK_OK;
}

static wick_status check_types(const convolution *c, const wick_tensor *x, const wick_tensor *w)
{
    if (x->dtype == WICK_FLOAT16 || w->dtype == WICK_FLOAT16)
        return wick__fail(WICK_EDTYPE,
                          "%s: not defined for float16 tensors; convert with :float() or :double() "
                          "first",
                          c->name);
    if (x->dtype == w->dtype)
        return WICK_OK;
    return wick__fail(WICK_EDTYPE, "%s: %s (%s) and %s (%s) do not go together; convert one",
                      c->name, wick_dtype_name(x->dtype), wick__shape(x), wick_dtype_name(w->dtype),
                      wick__shape(w));
}

/* ---- the form with planes ---- */

static wick_tensor *converted(wick__scope *s, wick_tensor *x, wick_dtype dtype)
{
    return x && x->dtype != dtype
               ? wick__run(s, &wick_op_convert, 1, &x, (wick_value[]){{.integer = dtype}})
               : x;
}

/* Sums of integers wrap, also those that the type cannot hold. */
static wick_tensor *wrapped(wick__scope *s, wick_tensor *y)
{
    return converted(s, y, WICK_INT64);
}

static wick_tensor *turned_around(wick__scope *s, wick_tensor *w, int rank)
{
    for (int d = 1; d <= rank && w; d++)
        w = wick__run(s, &wick_op_flip, 1, &w, (wick_value[]){{.integer = w->ndim - d}});
    return w;
}

/* x with dimensions of size 1 in front, or made of two that are: to `ndim`. */
static wick_tensor *with_dims(wick__scope *s, wick_tensor *x, int ndim, int keep)
{
    wick_sizes shape = {.count = ndim};
    if (!x || x->ndim == ndim)
        return x;
    int missing = ndim - x->ndim;
    for (int d = 0; d < ndim; d++)
        shape.v[d] = d < keep ? x->size[d] : d < keep + missing ? 1 : x->size[d - missing];
    return wick__reshape(s, x, &shape);
}

/* Integers are computed in double. */
static void take_form(wick__scope *s, convolution *c, wick_tensor *x, wick_tensor *w)
{
    bool floating = wick_dtype_is_floating(x->dtype), by_plane = w->ndim == c->rank + 1;
    wick_dtype dtype = floating ? x->dtype : WICK_FLOAT64;
    c->groups = by_plane ? x->size[0] : 1;
    c->x = with_dims(s, converted(s, x, dtype), c->rank + 1, 0);
    w = converted(s, w, dtype);
    w = c->turned ? turned_around(s, w, c->rank) : w;
    c->w = with_dims(s, w, c->rank + 2, by_plane ? 1 : 0);
}

/* ---- planes and volumes ---- */

/* The correlation of images (with or without a batch) and a kernel of four dimensions. */
static wick_tensor *correlate(wick__scope *s, const convolution *c, wick_tensor *x, wick_tensor *w)
{
    if (!x || !w)
        return NULL;
    static const wick_sizes none = {.count = 0};
    wick_sizes pad = {2, {w->size[2] - 1, w->size[3] - 1}};
    wick_value value[] = {{.sizes = &none},
                          {.sizes = c->full ? &pad : &none},
                          {.sizes = &none},
                          {.integer = c->groups}};
    return wick__run(s, &wick_op_conv2d, 2, (wick_tensor *[]){x, w}, value);
}

static wick_tensor *frames(wick__scope *s, wick_tensor *x, int64_t first, int64_t count)
{
    wick_value value[] = {{.integer = 0}, {.integer = first}, {.integer = count}};
    return x ? wick__run(s, &wick_op_narrow, 1, &x, value) : NULL;
}

static wick_tensor *kernel_plane(wick__scope *s, wick_tensor *w, int64_t i)
{
    wick_value value[] = {{.integer = 2}, {.integer = i}};
    return w ? wick__run(s, &wick_op_select, 1, &w, value) : NULL;
}

/* Every plane of the kernel meets a run of frames, shifted by one each time; the results add up. */
static wick_tensor *correlate_volumes(wick__scope *s, const convolution *c)
{
    wick_tensor *x = c->x, *y = NULL;
    if (!x || !c->w)
        return NULL;
    int64_t depth = c->w->size[2];
    if (c->full)
        x = wick__padded(s, x, 1, depth - 1, depth - 1);
    if (!x)
        return NULL;
    int64_t places = x->size[1] - depth + 1;
    wick_tensor *turned = wick__transpose(s, x, 0, 1);
    for (int64_t i = 0; i < depth && !s->status; i++) {
        wick_tensor *part = correlate(s, c, frames(s, turned, i, places), kernel_plane(s, c->w, i));
        y = y ? wick__add(s, y, part) : part;
    }
    return wick__unary(s, &wick_op_clone, wick__transpose(s, y, 0, 1));
}

/* Without the dimension of a single plane that was put in front. */
static wick_tensor *plain(wick__scope *s, wick_tensor *y, int ndim)
{
    wick_sizes shape = {.count = ndim};
    if (!y || y->ndim == ndim)
        return y;
    for (int d = 0; d < ndim; d++)
        shape.v[d] = y->size[y->ndim - ndim + d];
    return wick__reshape(s, y, &shape);
}

static wick_status convolve(convolution *c, const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *w = call->in[1];
    wick__scope s;
    c->full = call->value[0].integer;
    wick_status status = check_types(c, x, w);
    if (!status)
        status = check_ranks(c, x, w);
    if (!status)
        status = check_sizes(c, x, w);
    if (status)
        return status;
    wick__scope_open(&s, x->context);
    take_form(&s, c, x, w);
    wick_tensor *y = c->rank == 2 ? correlate(&s, c, c->x, c->w) : correlate_volumes(&s, c);
    y = plain(&s, y, x->ndim);
    y = wick_dtype_is_floating(x->dtype) ? y : converted(&s, wrapped(&s, y), x->dtype);
    if (y)
        wick_tensor_retain(y);
    *out = y;
    return wick__scope_close(&s);
}

#define CONVOLUTION(NAME, RANK, TURNED, DOC, EXAMPLE)                                              \
    static wick_status NAME##_forward(const wick_call *call, wick_tensor **out)                    \
    {                                                                                              \
        convolution c = {.name = #NAME, .rank = RANK, .turned = TURNED};                           \
        return convolve(&c, call, out);                                                            \
    }                                                                                              \
    const wick_op wick_op_##NAME = {.name = #NAME,                                                 \
                                    .args = convolve_args,                                         \
                                    .is_composite = true,                                          \
                                    .forward = NAME##_forward,                                     \
                                    .doc = DOC,                                                    \
                                    .example = EXAMPLE};

#define PLANES                                                                                     \
    "h x w with a kernel kh x kw; c x h x w with c x kh x kw, plane by plane, or with "            \
    "o x c x kh x kw, summed over c. \"V\" where the kernel lies inside, \"F\" wherever it "       \
    "touches"
#define VOLUMES                                                                                    \
    "t x h x w with a kernel kt x kh x kw; c x t x h x w with c x kt x kh x kw, volume by "        \
    "volume, "                                                                                     \
    "or with o x c x kt x kh x kw, summed over c. \"V\" where the kernel lies inside, \"F\" "      \
    "wherever it touches"

CONVOLUTION(conv2, 2, true, "The convolution (the kernel turned around) of planes: " PLANES,
            "print(torch.conv2(torch.Tensor{{1, 2, 3}}, torch.Tensor{{1, 2}}, \"F\"))")
CONVOLUTION(xcorr2, 2, false, "The correlation of planes: " PLANES,
            "print(torch.xcorr2(torch.Tensor{{1, 2, 3}}, torch.Tensor{{1, 2}}))")
CONVOLUTION(conv3, 3, true, "The convolution (the kernel turned around) of volumes: " VOLUMES,
            "print(torch.conv3(torch.ones(3, 3, 3), torch.ones(2, 2, 2)))")
CONVOLUTION(xcorr3, 3, false, "The correlation of volumes: " VOLUMES,
            "print(torch.xcorr3(torch.ones(3, 3, 3), torch.ones(2, 2, 2)))")
