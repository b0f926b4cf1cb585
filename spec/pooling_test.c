/* Pooling: values against plain loops, the lectures' numbers, gradients once and twice, and what is
 * refused. */
#include "support/images.h"

typedef struct setting {
    int64_t batch, height, width; /* batch 0: images without one */
    int64_t kernel[2], stride[2], pad[2], dilation[2];
    bool ceil;
} setting;

static const setting settings[] = {{2, 4, 6, {2, 2}, {2, 2}, {0, 0}, {1, 1}, false},
                                   {0, 5, 7, {3, 2}, {2, 1}, {1, 1}, {1, 1}, false},
                                   {1, 6, 5, {3, 3}, {2, 2}, {0, 1}, {1, 1}, true},
                                   {3, 7, 4, {2, 2}, {1, 3}, {1, 0}, {2, 2}, true},
                                   {1, 5, 5, {2, 4}, {3, 4}, {1, 2}, {1, 1}, true},
                                   {2, 3, 3, {3, 3}, {3, 3}, {0, 0}, {1, 1}, false},
                                   {0, 1, 9, {1, 3}, {1, 1}, {0, 1}, {1, 2}, false}};
enum { CHANNELS = 3 };

static wick_sizes image_of(const setting *s)
{
    return s->batch ? SHAPE(s->batch, CHANNELS, s->height, s->width)
                    : SHAPE(CHANNELS, s->height, s->width);
}

/* Kernel, stride and pad, which `room` keeps; what follows is the test's. */
static wick_value *options_of(const setting *s, wick_value *value, wick_sizes *room)
{
    const int64_t *const pairs[] = {s->kernel, s->stride, s->pad, s->dilation};
    for (int i = 0; i < 4; i++) {
        room[i] = (wick_sizes){2, {pairs[i][0], pairs[i][1]}};
        value[i].sizes = &room[i];
    }
    value[4].integer = s->ceil;
    return value;
}

/* The rule of Torch7: a last window begins inside the image or the padding before it. */
static int64_t places(const setting *s, int i, const int64_t *dilation)
{
    int64_t in = i == 0 ? s->height : s->width, n = 0;
    int64_t last = in + 2 * s->pad[i] - (dilation[i] * (s->kernel[i] - 1) + 1);
    while (n * s->stride[i] <= last)
        n++;
    if (s->ceil && (n - 1) * s->stride[i] < last)
        n += n * s->stride[i] < in + s->pad[i];
    return n;
}

static double nothing_found = -INFINITY;

/* The largest of a window, and its place from 1. */
static double largest(const setting *s, wick_tensor *x, int64_t plane, int64_t y, int64_t z,
                      double *place)
{
    double best = nothing_found;
    for (int64_t i = 0; i < s->kernel[0]; i++)
        for (int64_t j = 0; j < s->kernel[1]; j++) {
            int64_t row = y * s->stride[0] - s->pad[0] + i * s->dilation[0];
            int64_t column = z * s->stride[1] - s->pad[1] + j * s->dilation[1];
            if (row < 0 || row >= s->height || column < 0 || column >= s->width)
                continue;
            double value = get(x, (plane * s->height + row) * s->width + column);
            if (value > best) {
                best = value;
                *place = (double)(row * s->width + column + 1);
            }
        }
    return best;
}

static bool finds_the_largest(const setting *s, wick_dtype dtype, int layout)
{
    wick_value value[8];
    wick_sizes room[4];
    wick_tensor *x = laid_out(dtype, image_of(s), layout), *out[2];
    must(apply_all("max_pool2d", 1, &x, options_of(s, value, room), out));
    int64_t height = places(s, 0, s->dilation), width = places(s, 1, s->dilation);
    bool good =
        wick_tensor_count(out[0]) == (s->batch ? s->batch : 1) * CHANNELS * height * width &&
        wick_tensor_dtype(out[1]) == WICK_INT64;
    for (int64_t i = 0; good && i < wick_tensor_count(out[0]); i++) {
        double place = 0;
        double best = largest(s, x, i / (height * width), i / width % height, i % width, &place);
        good = get(out[0], i) == best && get(out[1], i) == place;
    }
    wick_tensor_release(x);
    wick_tensor_release(out[0]);
    wick_tensor_release(out[1]);
    return good;
}

static void maxima_are_those_of_plain_loops(void)
{
    for (int i = 0; i < COUNT(settings); i++)
        for (int layout = 0; layout < LAYOUTS; layout++) {
            expect_for(finds_the_largest(&settings[i], WICK_FLOAT64, layout), "setting %d", i);
            expect_for(finds_the_largest(&settings[i], WICK_FLOAT32, layout), "setting %d", i);
        }
}

/* ---- means ---- */

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static double mean(const setting *s, wick_tensor *x, int64_t plane, int64_t y, int64_t z,
                   bool with_pad, bool divide)
{
    int64_t top = y * s->stride[0] - s->pad[0], left = z * s->stride[1] - s->pad[1], inside = 0;
    int64_t bottom = least(top + s->kernel[0], s->height + s->pad[0]);
    int64_t right = least(left + s->kernel[1], s->width + s->pad[1]);
    double sum = 0;
    for (int64_t i = top; i < bottom; i++)
        for (int64_t j = left; j < right; j++)
            if (i >= 0 && i < s->height && j >= 0 && j < s->width) {
                sum += get(x, (plane * s->height + i) * s->width + j);
                inside++;
            }
    double count = with_pad ? (double)((bottom - top) * (right - left)) : (double)inside;
    return divide ? sum / count : sum;
}

static bool finds_the_mean(const setting *s, wick_dtype dtype, int layout, bool pad, bool divide)
{
    static const int64_t none[2] = {1, 1};
    wick_value value[8];
    wick_sizes room[4];
    options_of(s, value, room);
    value[3].integer = s->ceil;
    value[4].integer = pad;
    value[5].integer = divide;
    call c = {"avg_pool2d", 1, {laid_out(dtype, image_of(s), layout)}, value, 1};
    wick_tensor *y = result_of(&c);
    int64_t height = places(s, 0, none), width = places(s, 1, none);
    bool good = wick_tensor_count(y) == (s->batch ? s->batch : 1) * CHANNELS * height * width;
    for (int64_t i = 0; good && i < wick_tensor_count(y); i++)
        good =
            near(get(y, i),
                 mean(s, c.in[0], i / (height * width), i / width % height, i % width, pad, divide),
                 dtype == WICK_FLOAT32 ? 1e-6 : 1e-14);
    if (dtype == WICK_FLOAT64 && layout == 0)
        good = good && gradients_hold(&c, 1) && second_gradients_hold(&c, 1);
    wick_tensor_release(y);
    release_inputs(&c);
    return good;
}

static void means_are_those_of_plain_loops(void)
{
    for (int i = 0; i < COUNT(settings); i++)
        for (int way = 0; way < 4 * LAYOUTS; way++)
            for (int type = WICK_FLOAT32; type <= WICK_FLOAT64; type++)
                expect_for(
                    finds_the_mean(&settings[i], (wick_dtype)type, way / 4, way % 2, way / 2 % 2),
                    "setting %d, way %d", i, way);
}

/* ---- gradients ---- */

static void gradients_go_to_the_largest(void)
{
    for (int i = 0; i < COUNT(settings); i++) {
        wick_value value[8];
        wick_sizes room[4];
        call c = {"max_pool2d",
                  1,
                  {shuffled(image_of(&settings[i]))},
                  options_of(&settings[i], value, room),
                  1};
        expect_for(gradients_hold(&c, 1), "setting %d", i);
        expect(survives_failures(&c));
        expect(same_on_threads(&c));
        release_inputs(&c);
    }
}

/* The gradient of max pooling is linear in what arrives: its own gradient gathers. */
static void gradients_of_gradients_gather(void)
{
    const wick_value *two = OPTIONS(PAIR(3), PAIR(1), LEFT_OUT, LEFT_OUT, INTEGER(0));
    call c = {"max_pool2d", 1, {shuffled(SHAPE(2, 1, 4, 4))}, two, 1};
    call leaves = on_leaves(&c);
    wick_tensor *y = result_of(&leaves), *seed = weights_of(y), *grad, *w, *second;
    must(wick_tensor_set_requires_grad(seed, true));
    must(wick_grad(1, &y, &seed, 1, leaves.in, (wick_backward_options){true, true}, &grad));
    w = weights_of(grad);
    must(wick_grad(1, &grad, &w, 1, &seed, (wick_backward_options){true, true}, &second));
    wick_tensor *out[2];
    must(apply_all("max_pool2d", 1, c.in, two, out));
    for (int64_t i = 0; i < 8; i++)
        expect(get(second, i) == get(w, i / 4 * 16 + (int64_t)get(out[1], i) - 1));
    wick_tensor *const made[] = {y, seed, grad, w, second, out[0], out[1]};
    for (int i = 0; i < COUNT(made); i++)
        wick_tensor_release(made[i]);
    release_inputs(&leaves);
    release_inputs(&c);
}

/* ---- unpooling ---- */

static void values_go_back_to_where_they_stood(void)
{
    call c = {"max_unpool2d",
              2,
              {filled(SHAPE(1, 2, 2), ELEMENTS(5, -7, 2, 3)),
               filled(SHAPE(1, 2, 2), ELEMENTS(1, 6, 6, 9))},
              OPTIONS(INTEGER(3), INTEGER(3)),
              1};
    wick_tensor *y = result_of(&c);
    expect(is_of(y, SHAPE(1, 3, 3)) && holds(y, ELEMENTS(5, 0, 0, 0, 0, -5, 0, 0, 3)));
    wick_tensor_release(y);
    expect(gradients_hold(&c, 1) && second_gradients_hold(&c, 1));
    expect(survives_failures(&c));
    release_inputs(&c);
    const wick_value *two = OPTIONS(PAIR(2), LEFT_OUT, LEFT_OUT, LEFT_OUT, INTEGER(0));
    wick_tensor *x = laid_out(WICK_FLOAT32, SHAPE(2, 3, 4, 6), 1), *out[2];
    must(apply_all("max_pool2d", 1, &x, two, out));
    y = outcome("max_unpool2d", IN(out[0], out[1]), OPTIONS(INTEGER(4), INTEGER(6)));
    int found = 0;
    for (int64_t i = 0; i < wick_tensor_count(x); i++) {
        expect(get(y, i) == 0 || get(y, i) == get(x, i));
        found += get(y, i) != 0;
    }
    expect(found == 36);
    wick_tensor_release(x);
    wick_tensor_release(y);
}

/* ---- adaptive ---- */

static bool adapts(wick_dtype dtype, int layout, wick_sizes in, wick_sizes size)
{
    wick_value value[1] = {{.sizes = &size}};
    wick_tensor *x = laid_out(dtype, in, layout), *out[2], *mean_of;
    must(apply_all("adaptive_max_pool2d", 1, &x, value, out));
    must(apply_all("adaptive_avg_pool2d", 1, &x, value, &mean_of));
    int64_t height = in.v[in.count - 2], width = in.v[in.count - 1], oh = size.v[0];
    int64_t ow = size.v[size.count - 1];
    bool good = wick_tensor_count(mean_of) * height * width == wick_tensor_count(x) * oh * ow;
    for (int64_t k = 0; good && k < wick_tensor_count(mean_of); k++) {
        int64_t i = k / ow % oh, j = k % ow, plane = k / (oh * ow), count = 0;
        double sum = 0, best = nothing_found, place = 0;
        for (int64_t a = i * height / oh; a * oh < (i + 1) * height; a++)
            for (int64_t b = j * width / ow; b * ow < (j + 1) * width; b++, count++) {
                double v = get(x, (plane * height + a) * width + b);
                sum += v;
                place = v > best ? (double)(a * width + b + 1) : place;
                best = v > best ? v : best;
            }
        good = get(out[0], k) == best && get(out[1], k) == place &&
               near(get(mean_of, k), sum / (double)count, dtype == WICK_FLOAT32 ? 1e-6 : 1e-14);
    }
    wick_tensor *const made[] = {x, out[0], out[1], mean_of};
    for (int i = 0; i < COUNT(made); i++)
        wick_tensor_release(made[i]);
    return good;
}

static void adaptive_windows_share_the_image(void)
{
    static const wick_sizes in[] = {{4, {2, 3, 7, 5}}, {3, {2, 4, 4}}, {4, {1, 1, 3, 8}}};
    static const wick_sizes size[] = {{1, {1}}, {2, {3, 2}}, {2, {4, 9}}, {1, {4}}};
    for (int i = 0; i < COUNT(in); i++)
        for (int k = 0; k < COUNT(size); k++) {
            for (int layout = 0; layout < 3; layout++) {
                expect(adapts(WICK_FLOAT64, layout, in[i], size[k]));
                expect(adapts(WICK_FLOAT32, layout, in[i], size[k]));
            }
            const wick_value *value = OPTIONS({.sizes = &size[k]});
            call c = {"adaptive_avg_pool2d", 1, {shuffled(in[i])}, value, 1};
            expect(gradients_hold(&c, 1) && second_gradients_hold(&c, 1));
            c.word = "adaptive_max_pool2d";
            expect(gradients_hold(&c, 1));
            expect(survives_failures(&c));
            release_inputs(&c);
        }
}

/* ---- the lectures, empty batches, failures ---- */

static void numbers_are_those_of_the_lectures(void)
{
    const wick_value *two = OPTIONS(PAIR(2), LEFT_OUT, LEFT_OUT, LEFT_OUT, INTEGER(0));
    wick_tensor *x =
        filled(SHAPE(1, 4, 4), ELEMENTS(1, 1, 2, 4, 5, 6, 7, 8, 3, 2, 1, 0, 1, 2, 3, 4));
    wick_tensor *y = outcome("max_pool2d", IN(x), two);
    expect(is_of(y, SHAPE(1, 2, 2)) && holds(y, ELEMENTS(6, 8, 3, 4)));
    wick_tensor_release(y);
    y = outcome("max_pool2d", IN(tensor_of(WICK_FLOAT32, SHAPE(64, 224, 224))), two);
    expect(is_of(y, SHAPE(64, 112, 112)));
    wick_tensor_release(y);
    y = outcome("max_pool2d", IN(tensor_of(WICK_FLOAT32, SHAPE(0, 3, 8, 8))), two);
    expect(is_of(y, SHAPE(0, 3, 4, 4)));
    wick_tensor_release(y);
}

static void the_first_of_equals_and_nan_win(void)
{
    wick_tensor *out[2], *x = filled(SHAPE(1, 2, 4), ELEMENTS(3, 3, 1, NAN, 3, 3, 9, NAN));
    must(apply_all("max_pool2d", 1, &x, OPTIONS(PAIR(2), LEFT_OUT, LEFT_OUT, LEFT_OUT, INTEGER(0)),
                   out));
    expect(get(out[0], 0) == 3 && get(out[1], 0) == 1);
    expect(isnan(get(out[0], 1)) && get(out[1], 1) == 4);
    wick_tensor_release(x);
    wick_tensor_release(out[0]);
    wick_tensor_release(out[1]);
}

#define IMAGE(...) random_tensor(WICK_FLOAT32, SHAPE(__VA_ARGS__))

static void what_does_not_fit_is_refused(void)
{
    const wick_value *two = OPTIONS(PAIR(2), LEFT_OUT, LEFT_OUT, LEFT_OUT, INTEGER(0));
    expect(refuses("max_pool2d", IN(IMAGE(8, 8)), two, WICK_ESHAPE,
                   "maxPool2d: 3D or 4D input tensor expected but got: [8 x 8]"));
    expect(refuses("max_pool2d", IN(IMAGE(1, 8, 8)),
                   OPTIONS(PAIR(3), LEFT_OUT, PAIR(2), LEFT_OUT, INTEGER(0)), WICK_EVALUE,
                   "pad should be smaller than half of kernel size"));
    expect(refuses("avg_pool2d", IN(IMAGE(3, 1, 8)),
                   OPTIONS(PAIR(2), LEFT_OUT, LEFT_OUT, INTEGER(0), INTEGER(1), INTEGER(1)),
                   WICK_ESHAPE,
                   "avgPool2d: Given input size: (3 x 1 x 8). Calculated output size: (3 x 0 x 4). "
                   "Output size is too small"));
    expect(refuses("max_pool2d", IN(IMAGE(1, 2, 2)),
                   OPTIONS(PAIR(2), LEFT_OUT, PAIR(1), PAIR(3), INTEGER(0)), WICK_ESHAPE,
                   "hold no pixel of 1 x 2 x 2"));
    expect(refuses("max_pool2d", IN(random_tensor(WICK_UINT8, SHAPE(1, 8, 8))), two, WICK_EDTYPE,
                   "not defined for uint8 tensors"));
    expect(refuses("adaptive_max_pool2d", IN(tensor_of(WICK_FLOAT32, SHAPE(2, 0, 3))),
                   OPTIONS(PAIR(2)), WICK_ESHAPE, "there is no pixel to pool in 2 x 0 x 3"));
    expect(refuses("max_unpool2d", IN(IMAGE(1, 2, 2), IMAGE(1, 2, 3)),
                   OPTIONS(INTEGER(4), INTEGER(4)), WICK_ESHAPE,
                   "x is 1 x 2 x 2, indices are 1 x 2 x 3"));
    expect(refuses("max_unpool2d", IN(IMAGE(1, 1, 2), filled(SHAPE(1, 1, 2), ELEMENTS(1, 17))),
                   OPTIONS(INTEGER(4), INTEGER(4)), WICK_EVALUE, "is 17, out of range"));
    expect(refuses("max_unpool2d", IN(IMAGE(1, 1, 1), filled(SHAPE(1, 1, 1), ELEMENTS(1))),
                   OPTIONS(INTEGER(INT64_MAX), INTEGER(4)), WICK_EVALUE, "height is"));
}

static void extremes_are_refused(void)
{
    static const char *const names[] = {"kernel", "stride", "pad", "dilation"};
    static const char *const size[] = {"size"};
    static const int64_t lowest[] = {1, 1, 0, 1};
    wick_tensor *x = IMAGE(2, 8, 8);
    refuse_extremes("max_pool2d", IN(x), OPTIONS(PAIR(2), LEFT_OUT, LEFT_OUT, LEFT_OUT, INTEGER(0)),
                    4, names, lowest);
    refuse_extremes("avg_pool2d", IN(x),
                    OPTIONS(PAIR(2), LEFT_OUT, LEFT_OUT, INTEGER(0), INTEGER(1), INTEGER(1)), 3,
                    names, lowest);
    refuse_extremes("adaptive_avg_pool2d", IN(x), OPTIONS(PAIR(2)), 1, size, lowest);
    refuse_extremes("adaptive_max_pool2d", IN(x), OPTIONS(PAIR(2)), 1, size, lowest);
    wick_tensor_release(x);
    expect(refuses("adaptive_avg_pool2d", IN(tensor_of(WICK_FLOAT32, SHAPE(0, 2, 8, 8))),
                   OPTIONS(PAIR(INT32_MAX)), WICK_ESHAPE, "too many elements to count"));
}

static void tests(void)
{
    test("maxima are those of plain loops", maxima_are_those_of_plain_loops);
    test("means and their gradients are those of plain loops", means_are_those_of_plain_loops);
    test("gradients go to the largest", gradients_go_to_the_largest);
    test("gradients of gradients gather", gradients_of_gradients_gather);
    test("values go back to where they stood", values_go_back_to_where_they_stood);
    test("adaptive windows share the image", adaptive_windows_share_the_image);
    test("numbers are those of the lectures", numbers_are_those_of_the_lectures);
    test("the first of equals and NaN win", the_first_of_equals_and_nan_win);
    test("what does not fit is refused", what_does_not_fit_is_refused);
    test("extremes are refused", extremes_are_refused);
}

int main(void)
{
    return run_on_a_context(tests);
}
