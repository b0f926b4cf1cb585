/* Convolution of images: values against plain loops, the lectures' numbers, gradients once and
 * twice, and what is refused. */
#include "support/images.h"

typedef struct setting {
    int64_t batch, in, out, groups; /* batch 0: images without one */
    int64_t height, width, kernel[2], stride[2], pad[2], dilation[2], adj[2];
    bool bias;
} setting;

static const setting settings[] = {
    {2, 3, 4, 1, 5, 6, {3, 3}, {1, 1}, {0, 0}, {1, 1}, {0, 0}, true},
    {1, 2, 3, 1, 7, 7, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {1, 1}, false},
    {2, 4, 6, 2, 5, 4, {2, 3}, {1, 2}, {1, 0}, {2, 1}, {0, 1}, true},
    {0, 3, 3, 3, 4, 6, {3, 1}, {2, 1}, {2, 1}, {1, 3}, {1, 0}, true},
    {3, 2, 5, 1, 4, 4, {4, 4}, {1, 1}, {0, 0}, {1, 1}, {0, 0}, true},
    {2, 5, 2, 1, 3, 3, {1, 1}, {1, 1}, {0, 0}, {1, 1}, {0, 0}, false},
    {1, 1, 1, 1, 2, 9, {2, 5}, {3, 2}, {2, 3}, {1, 2}, {2, 1}, true}};

static wick_sizes image_of(const setting *s, int64_t channels)
{
    return s->batch ? SHAPE(s->batch, channels, s->height, s->width)
                    : SHAPE(channels, s->height, s->width);
}

/* The options as values; `room` keeps the pairs. */
static const wick_value *options_of(const setting *s, wick_value *value, wick_sizes *room)
{
    const int64_t *const pairs[] = {s->stride, s->pad, s->dilation, s->adj};
    for (int i = 0; i < 4; i++) {
        room[i] = (wick_sizes){2, {pairs[i][0], pairs[i][1]}};
        value[i < 3 ? i : 4].sizes = &room[i];
    }
    value[3].integer = s->groups;
    return value;
}

static double at(wick_tensor *t, int64_t n, int64_t c, int64_t i, int64_t j)
{
    int first = wick_tensor_ndim(t) - 3;
    int64_t channels = wick_tensor_size(t, first), height = wick_tensor_size(t, first + 1);
    return get(t, ((n * channels + c) * height + i) * wick_tensor_size(t, first + 2) + j);
}

/* Where the tap at (i, j) of the window at (y, x) reads; false: in the padding. */
static bool read_at(const setting *s, int64_t y, int64_t x, int64_t i, int64_t j,
                    const int64_t limit[2], int64_t *row, int64_t *column)
{
    *row = y * s->stride[0] - s->pad[0] + i * s->dilation[0];
    *column = x * s->stride[1] - s->pad[1] + j * s->dilation[1];
    return *row >= 0 && *row < limit[0] && *column >= 0 && *column < limit[1];
}

static double window_by_hand(const setting *s, wick_tensor *x, wick_tensor *w, int64_t n, int64_t o,
                             int64_t y, int64_t z)
{
    double sum = 0;
    int64_t channels = s->in / s->groups, first = o / (s->out / s->groups) * channels, row, column;
    for (int64_t c = 0; c < channels; c++)
        for (int64_t i = 0; i < s->kernel[0]; i++)
            for (int64_t j = 0; j < s->kernel[1]; j++)
                if (read_at(s, y, z, i, j, (int64_t[]){s->height, s->width}, &row, &column))
                    sum += at(x, n, first + c, row, column) * at(w, o, c, i, j);
    return sum;
}

static int64_t places(const setting *s, int i, int64_t in)
{
    return (in + 2 * s->pad[i] - s->dilation[i] * (s->kernel[i] - 1) - 1) / s->stride[i] + 1;
}

static call convolution(const setting *s, wick_dtype dtype, int layout, const wick_value *value)
{
    return (call){"conv2d",
                  s->bias ? 3 : 2,
                  {laid_out(dtype, image_of(s, s->in), layout),
                   laid_out(dtype, SHAPE(s->out, s->in / s->groups, s->kernel[0], s->kernel[1]),
                            (layout + 1) % 4),
                   s->bias ? laid_out(dtype, SHAPE(s->out), layout == 2 ? 2 : 0) : NULL},
                  value,
                  1};
}

static bool convolves(const setting *s, wick_dtype dtype, int layout)
{
    wick_value value[8];
    wick_sizes room[4];
    call c = convolution(s, dtype, layout, options_of(s, value, room));
    wick_tensor *y = result_of(&c);
    int64_t height = places(s, 0, s->height), width = places(s, 1, s->width), at = 0;
    bool good = wick_tensor_count(y) == (s->batch ? s->batch : 1) * s->out * height * width;
    for (; good && at < wick_tensor_count(y); at++) {
        int64_t plane = at / (height * width), o = plane % s->out;
        double sum =
            window_by_hand(s, c.in[0], c.in[1], plane / s->out, o, at / width % height, at % width);
        sum += s->bias ? get(c.in[2], o) : 0;
        good = near(get(y, at), sum, dtype == WICK_FLOAT32 ? 1e-5 : 1e-13);
    }
    wick_tensor_release(y);
    release_inputs(&c);
    return good;
}

static void values_are_those_of_plain_loops(void)
{
    for (int i = 0; i < COUNT(settings); i++)
        for (int layout = 0; layout < LAYOUTS; layout++) {
            expect_for(convolves(&settings[i], WICK_FLOAT64, layout), "setting %d", i);
            expect_for(convolves(&settings[i], WICK_FLOAT32, layout), "setting %d", i);
        }
}

static void gradients_are_those_of_differences(void)
{
    for (int i = 0; i < COUNT(settings); i++) {
        wick_value value[8];
        wick_sizes room[4];
        call c = convolution(&settings[i], WICK_FLOAT64, 0, options_of(&settings[i], value, room));
        expect_for(gradients_hold(&c, settings[i].bias ? 7 : 3), "setting %d", i);
        expect_for(second_gradients_hold(&c, settings[i].bias ? 7 : 3), "setting %d", i);
        release_inputs(&c);
    }
}

/* ---- transposed ---- */

static call transposed(const setting *s, wick_dtype dtype, int layout, const wick_value *value)
{
    return (call){"conv_transpose2d",
                  s->bias ? 3 : 2,
                  {laid_out(dtype, image_of(s, s->out), layout),
                   laid_out(dtype, SHAPE(s->out, s->in / s->groups, s->kernel[0], s->kernel[1]),
                            (layout + 1) % 4),
                   s->bias ? laid_out(dtype, SHAPE(s->in), 0) : NULL},
                  value,
                  1};
}

static int64_t spread(const setting *s, int i, int64_t in)
{
    return (in - 1) * s->stride[i] - 2 * s->pad[i] + s->dilation[i] * (s->kernel[i] - 1) + 1 +
           s->adj[i];
}

/* Element (n, c, row, column) of the result: all that reaches it. */
static double gathered(const setting *s, call *c, int64_t n, int64_t channel, int64_t row,
                       int64_t column)
{
    int64_t channels = s->in / s->groups, filters = s->out / s->groups, group = channel / channels;
    double sum = s->bias ? get(c->in[2], channel) : 0;
    for (int64_t o = group * filters; o < (group + 1) * filters; o++)
        for (int64_t p = 0; p < s->height * s->width; p++)
            for (int64_t k = 0; k < s->kernel[0] * s->kernel[1]; k++) {
                int64_t i = p / s->width, j = p % s->width, h, v;
                int64_t a = k / s->kernel[1], b = k % s->kernel[1];
                read_at(s, i, j, a, b, (int64_t[]){1, 1}, &h, &v);
                if (h == row && v == column)
                    sum += at(c->in[0], n, o, i, j) * at(c->in[1], o, channel % channels, a, b);
            }
    return sum;
}

static bool transposes(const setting *s, wick_dtype dtype, int layout)
{
    wick_value value[8];
    wick_sizes room[4];
    call c = transposed(s, dtype, layout, options_of(s, value, room));
    wick_tensor *y = result_of(&c);
    int64_t height = spread(s, 0, s->height), width = spread(s, 1, s->width);
    bool good = wick_tensor_count(y) == (s->batch ? s->batch : 1) * s->in * height * width;
    for (int64_t i = 0; good && i < wick_tensor_count(y); i++) {
        int64_t plane = i / (height * width);
        good = near(get(y, i),
                    gathered(s, &c, plane / s->in, plane % s->in, i / width % height, i % width),
                    dtype == WICK_FLOAT32 ? 1e-5 : 1e-13);
    }
    wick_tensor_release(y);
    release_inputs(&c);
    return good;
}

static void transposed_values_are_those_of_plain_loops(void)
{
    for (int i = 0; i < COUNT(settings); i++)
        for (int layout = 0; layout < 3; layout++) {
            expect_for(transposes(&settings[i], WICK_FLOAT64, layout), "setting %d", i);
            expect_for(transposes(&settings[i], WICK_FLOAT32, layout), "setting %d", i);
        }
}

static void transposed_gradients_are_those_of_differences(void)
{
    for (int i = 0; i < COUNT(settings); i++) {
        wick_value value[8];
        wick_sizes room[4];
        call c = transposed(&settings[i], WICK_FLOAT64, 0, options_of(&settings[i], value, room));
        expect_for(gradients_hold(&c, settings[i].bias ? 7 : 3), "setting %d", i);
        expect_for(second_gradients_hold(&c, settings[i].bias ? 7 : 3), "setting %d", i);
        release_inputs(&c);
    }
}

/* ---- the lectures' numbers ---- */

#define PLAIN OPTIONS(LEFT_OUT, LEFT_OUT, LEFT_OUT, INTEGER(1))

static void a_padded_strided_example_is_that_of_the_lectures(void)
{
    wick_tensor *x = filled(SHAPE(1, 5, 5), ELEMENTS(2, 2, 3, 3, 3, 0, 1, 3, 0, 3, 2, 3, 0, 1, 3, 3,
                                                     3, 2, 1, 2, 3, 3, 0, 2, 3));
    wick_tensor *w = filled(SHAPE(1, 1, 3, 3), ELEMENTS(2, 0, 1, 1, 0, 0, 0, 1, 1));
    wick_tensor *y = outcome("conv2d", IN(x, w), OPTIONS(PAIR(2), PAIR(1), LEFT_OUT, INTEGER(1)));
    expect(is_of(y, SHAPE(1, 3, 3)));
    expect(holds(y, ELEMENTS(1, 5, 6, 7, 8, 3, 3, 10, 4)));
    wick_tensor_release(y);
}

/* Filters are the columns of W. */
#define LECTURE_FILTERS ELEMENTS(-1, 1, 1, 1, -1, -1, 1, -1, 1, 0, 1, -2, -1, 0, 0, -2)

static void a_patch_and_its_gradients_are_those_of_the_lectures(void)
{
    call c = {"conv2d",
              2,
              {filled(SHAPE(2, 2, 2), ELEMENTS(0.5, 0.5, 0.5, 1, 0, 0, 1, 0)),
               filled(SHAPE(2, 2, 2, 2), LECTURE_FILTERS)},
              PLAIN,
              1};
    call leaves = on_leaves(&c);
    wick_tensor *y = result_of(&leaves), *grad[2];
    wick_tensor *g = filled(SHAPE(2, 1, 1), ELEMENTS(1, -0.5));
    expect(holds(y, ELEMENTS(2.5, -1)));
    must(wick_grad(1, &y, &g, 2, leaves.in, (wick_backward_options){false, false}, grad));
    expect(holds(grad[0], ELEMENTS(-1.5, 1, 0.5, 2, -0.5, -1, 1, 0)));
    for (int i = 0; i < 8; i++) {
        expect(get(grad[1], i) == get(c.in[0], i));
        expect(get(grad[1], 8 + i) == -0.5 * get(c.in[0], i));
    }
    for (int i = 0; i < 2; i++)
        wick_tensor_release(grad[i]);
    wick_tensor_release(y);
    wick_tensor_release(g);
    release_inputs(&leaves);
    release_inputs(&c);
}

static void sizes_are_those_of_the_lectures(void)
{
    static const struct {
        int64_t size, channels, kernel, stride, pad, filters, out;
    } rows[] = {{7, 1, 3, 1, 0, 1, 5},     {7, 1, 3, 2, 0, 1, 3},    {7, 1, 3, 3, 0, 1, 2},
                {32, 3, 5, 1, 0, 6, 28},   {28, 6, 5, 1, 0, 10, 24}, {32, 3, 5, 1, 2, 10, 32},
                {56, 64, 1, 1, 0, 32, 56}, {9, 2, 7, 1, 3, 2, 9}};
    for (int i = 0; i < COUNT(rows); i++) {
        int64_t k = rows[i].kernel, n = rows[i].size;
        wick_tensor *x = random_tensor(WICK_FLOAT32, SHAPE(rows[i].channels, n, n));
        wick_tensor *w =
            random_tensor(WICK_FLOAT32, SHAPE(rows[i].filters, rows[i].channels, k, k));
        wick_tensor *y = outcome(
            "conv2d", IN(x, w),
            OPTIONS(PAIR(rows[i].stride), PAIR(rows[i].pad, rows[i].pad), LEFT_OUT, INTEGER(1)));
        expect(is_of(y, SHAPE(rows[i].filters, rows[i].out, rows[i].out)));
        wick_tensor_release(y);
    }
}

/* ---- nothing to convolve ---- */

static void batches_and_channels_may_be_empty(void)
{
    call c = {"conv2d",
              3,
              {tensor_of(WICK_FLOAT64, SHAPE(0, 3, 5, 5)),
               random_tensor(WICK_FLOAT64, SHAPE(2, 3, 3, 3)),
               random_tensor(WICK_FLOAT64, SHAPE(2))},
              PLAIN,
              1};
    call leaves = on_leaves(&c);
    wick_tensor *y = result_of(&leaves), *grad[3];
    expect(is_of(y, SHAPE(0, 2, 3, 3)));
    wick_tensor *seed = weights_of(y);
    must(wick_grad(1, &y, &seed, 3, leaves.in, (wick_backward_options){false, false}, grad));
    wick_tensor_release(seed);
    expect(is_of(grad[0], SHAPE(0, 3, 5, 5)));
    for (int64_t i = 0; i < 54; i++)
        expect(get(grad[1], i) == 0);
    expect(get(grad[2], 0) == 0 && get(grad[2], 1) == 0);
    for (int i = 0; i < 3; i++)
        wick_tensor_release(grad[i]);
    wick_tensor_release(y);
    release_inputs(&leaves);
    release_inputs(&c);
    wick_tensor *none = tensor_of(WICK_FLOAT64, SHAPE(2, 0, 5, 5));
    wick_tensor *weight = tensor_of(WICK_FLOAT64, SHAPE(1, 0, 3, 3));
    y = outcome("conv2d", IN(none, weight, filled(SHAPE(1), ELEMENTS(7))), PLAIN);
    expect(is_of(y, SHAPE(2, 1, 3, 3)) && get(y, 17) == 7);
    wick_tensor_release(y);
}

/* ---- failures ---- */

#define IMAGE(...) random_tensor(WICK_FLOAT32, SHAPE(__VA_ARGS__))

static void what_does_not_fit_is_refused(void)
{
    expect(refuses("conv2d", IN(IMAGE(8, 3, 32, 32), IMAGE(16, 4, 3, 3)), PLAIN, WICK_ESHAPE,
                   "conv2d: input 8 x 3 x 32 x 32 has 3 channels, weight 16 x 4 x 3 x 3 takes 4"));
    expect(refuses("conv2d", IN(IMAGE(8, 8), IMAGE(5, 3, 3, 3)), PLAIN, WICK_ESHAPE,
                   "3D or 4D input tensor expected but got: [8 x 8]"));
    expect(refuses("conv2d", IN(IMAGE(4, 8, 8), IMAGE(5, 3, 3, 3)), PLAIN, WICK_ESHAPE,
                   "Need input of dimension 3 and input.size[0] == 3 but got input to be of shape: "
                   "[4 x 8 x 8]"));
    expect(refuses("conv2d", IN(IMAGE(3, 8, 8), IMAGE(5, 3, 9, 9)), PLAIN, WICK_ESHAPE,
                   "Given input size: (3 x 8 x 8). Calculated output size: (5 x 0 x 0). Output "
                   "size is too small"));
    expect(refuses("conv2d", IN(IMAGE(3, 8, 8), IMAGE(5, 27)), PLAIN, WICK_ESHAPE,
                   "the weight has four dimensions"));
    expect(refuses("conv2d", IN(IMAGE(3, 8, 8), IMAGE(5, 3, 3, 3), IMAGE(4)), PLAIN, WICK_ESHAPE,
                   "bias 4 does not fit weight 5 x 3 x 3 x 3, which has 5 outputs"));
    expect(refuses("conv2d", IN(IMAGE(3, 8, 8), IMAGE(5, 3, 3, 3)),
                   OPTIONS(LEFT_OUT, LEFT_OUT, LEFT_OUT, INTEGER(3)), WICK_ESHAPE,
                   "3 groups do not divide the 5 outputs"));
    expect(refuses("conv2d", IN(IMAGE(3, 8, 8), IMAGE(4, 3, 3, 3)),
                   OPTIONS(LEFT_OUT, LEFT_OUT, LEFT_OUT, INTEGER(2)), WICK_ESHAPE,
                   "takes 6 in 2 groups"));
    expect(refuses("conv2d", IN(IMAGE(3, 8, 8), random_tensor(WICK_FLOAT64, SHAPE(5, 3, 3, 3))),
                   PLAIN, WICK_EDTYPE, "float32 (3 x 8 x 8) and float64 (5 x 3 x 3 x 3)"));
    expect(refuses("conv2d", IN(random_tensor(WICK_INT32, SHAPE(3, 8, 8)), IMAGE(5, 3, 3, 3)),
                   PLAIN, WICK_EDTYPE, "not defined for int32 tensors"));
    expect(refuses("conv2d", IN(IMAGE(3, 8, 8), tensor_of(WICK_FLOAT32, SHAPE(5, 3, 0, 3))), PLAIN,
                   WICK_EVALUE, "kernel is 0"));
    expect(refuses("conv_transpose2d", IN(IMAGE(3, 8, 8), IMAGE(5, 3, 3, 3)),
                   OPTIONS(LEFT_OUT, LEFT_OUT, LEFT_OUT, INTEGER(1), LEFT_OUT), WICK_ESHAPE,
                   "has 3 channels, weight 5 x 3 x 3 x 3 takes 5"));
    expect(refuses("conv_transpose2d", IN(IMAGE(5, 8, 8), IMAGE(5, 3, 3, 3)),
                   OPTIONS(PAIR(2), LEFT_OUT, LEFT_OUT, INTEGER(1), PAIR(2)), WICK_EVALUE,
                   "adj is 2 x 2; it has to be smaller than the stride, 2 x 2"));
    expect(refuses("conv_transpose2d", IN(IMAGE(5, 2, 2), IMAGE(5, 3, 3, 3)),
                   OPTIONS(LEFT_OUT, PAIR(2), LEFT_OUT, INTEGER(1), LEFT_OUT), WICK_ESHAPE,
                   "Calculated output size: (3 x 0 x 0). Output size is too small"));
}

static void extremes_are_refused(void)
{
    static const char *const names[] = {"stride", "pad", "dilation"};
    static const int64_t least[] = {1, 0, 1};
    static const int64_t groups[] = {0, -1, (int64_t)1 << 31, INT64_MAX, INT64_MIN};
    wick_tensor *x = IMAGE(4, 8, 8), *w = IMAGE(4, 4, 3, 3);
    const wick_value *good = OPTIONS(LEFT_OUT, LEFT_OUT, LEFT_OUT, INTEGER(1), LEFT_OUT);
    refuse_extremes("conv2d", IN(x, w), good, 3, names, least);
    refuse_extremes("conv_transpose2d", IN(x, w), good, 3, names, least);
    for (int i = 0; i < COUNT(groups); i++)
        expect(refuses("conv2d", IN(IMAGE(4, 8, 8), IMAGE(4, 4, 3, 3)),
                       OPTIONS(LEFT_OUT, LEFT_OUT, LEFT_OUT, INTEGER(groups[i])), WICK_EVALUE,
                       "groups is"));
    const wick_value *huge = OPTIONS(LEFT_OUT, PAIR(INT32_MAX), LEFT_OUT, INTEGER(1));
    expect(refuses("conv2d", IN(tensor_of(WICK_FLOAT32, SHAPE(0, 4, 8, 8)), IMAGE(4, 4, 3, 3)),
                   huge, WICK_ESHAPE, "too many elements to count"));
    huge = OPTIONS(PAIR(INT32_MAX), LEFT_OUT, PAIR(INT32_MAX), INTEGER(1), LEFT_OUT);
    expect(refuses("conv_transpose2d", IN(IMAGE(4, 8, 8), IMAGE(4, 4, 3, 3)), huge, WICK_ESHAPE,
                   "too many elements to count"));
    wick_tensor_release(x);
    wick_tensor_release(w);
}

static void failures_and_threads_leave_no_trace(void)
{
    for (int i = 0; i < 3; i++) {
        wick_value value[8];
        wick_sizes room[4];
        call c = convolution(&settings[i], WICK_FLOAT64, 1, options_of(&settings[i], value, room));
        expect(survives_failures(&c));
        expect(same_on_threads(&c));
        release_inputs(&c);
        c = transposed(&settings[i], WICK_FLOAT64, 2, value);
        expect(survives_failures(&c));
        release_inputs(&c);
    }
}

static void tests(void)
{
    test("values are those of plain loops", values_are_those_of_plain_loops);
    test("gradients are those of differences", gradients_are_those_of_differences);
    test("transposed values are those of plain loops", transposed_values_are_those_of_plain_loops);
    test("transposed gradients are those of differences",
         transposed_gradients_are_those_of_differences);
    test("a padded, strided example", a_padded_strided_example_is_that_of_the_lectures);
    test("a patch and its gradients", a_patch_and_its_gradients_are_those_of_the_lectures);
    test("sizes", sizes_are_those_of_the_lectures);
    test("batches and channels may be empty", batches_and_channels_may_be_empty);
    test("what does not fit is refused", what_does_not_fit_is_refused);
    test("extremes are refused", extremes_are_refused);
    test("failures and threads leave no trace", failures_and_threads_leave_no_trace);
}

int main(void)
{
    return run_on_a_context(tests);
}
