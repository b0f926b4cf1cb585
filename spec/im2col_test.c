/* im2col and col2im: values against plain loops, convolution as a matrix product, gradients. */
#include "support/images.h"

typedef struct setting {
    int64_t batch, channels, height, width; /* batch 0: an image without one */
    int64_t kernel[2], stride[2], pad[2], dilation[2];
} setting;

static const setting settings[] = {{2, 2, 5, 4, {3, 2}, {1, 1}, {0, 0}, {1, 1}},
                                   {0, 3, 4, 6, {2, 3}, {2, 1}, {1, 2}, {1, 1}},
                                   {1, 1, 7, 7, {3, 3}, {2, 3}, {0, 1}, {2, 2}},
                                   {3, 2, 3, 3, {1, 1}, {1, 1}, {0, 0}, {1, 1}},
                                   {0, 2, 3, 5, {3, 5}, {1, 1}, {0, 0}, {1, 1}}};

static wick_sizes image_of(const setting *s)
{
    return s->batch ? SHAPE(s->batch, s->channels, s->height, s->width)
                    : SHAPE(s->channels, s->height, s->width);
}

/* Kernel, stride, pad and dilation; `room` keeps them. */
static const wick_value *options_of(const setting *s, wick_value *value, wick_sizes *room)
{
    const int64_t *const pairs[] = {s->kernel, s->stride, s->pad, s->dilation};
    for (int i = 0; i < 4; i++) {
        room[i] = (wick_sizes){2, {pairs[i][0], pairs[i][1]}};
        value[i].sizes = &room[i];
    }
    return value;
}

static int64_t places(const setting *s, int i)
{
    int64_t in = i == 0 ? s->height : s->width;
    return (in + 2 * s->pad[i] - s->dilation[i] * (s->kernel[i] - 1) - 1) / s->stride[i] + 1;
}

static bool unfolds(const setting *s, wick_dtype dtype, int layout)
{
    wick_value value[8];
    wick_sizes room[4];
    call c = {"im2col", 1, {laid_out(dtype, image_of(s), layout)}, options_of(s, value, room), 1};
    wick_tensor *y = result_of(&c);
    int64_t height = places(s, 0), width = places(s, 1), window = s->kernel[0] * s->kernel[1];
    int64_t rows = s->channels * window, columns = height * width;
    bool good = is_of(y, s->batch ? SHAPE(s->batch, rows, columns) : SHAPE(rows, columns));
    for (int64_t i = 0; good && i < wick_tensor_count(y); i++) {
        int64_t place = i % columns, row = i / columns % rows, k = row % window;
        int64_t h = place / width * s->stride[0] - s->pad[0] + k / s->kernel[1] * s->dilation[0];
        int64_t v = place % width * s->stride[1] - s->pad[1] + k % s->kernel[1] * s->dilation[1];
        bool inside = h >= 0 && h < s->height && v >= 0 && v < s->width;
        int64_t plane = i / columns / rows * s->channels + row / window;
        good = get(y, i) == (inside ? get(c.in[0], (plane * s->height + h) * s->width + v) : 0);
    }
    wick_tensor_release(y);
    release_inputs(&c);
    return good;
}

static void columns_are_windows(void)
{
    for (int i = 0; i < COUNT(settings); i++)
        for (int layout = 0; layout < LAYOUTS; layout++) {
            expect_for(unfolds(&settings[i], WICK_FLOAT64, layout), "setting %d", i);
            expect_for(unfolds(&settings[i], WICK_FLOAT32, layout), "setting %d", i);
        }
}

/* Gradients of im2col are col2im, and the other way round. */
static void gradients_are_those_of_differences(void)
{
    for (int i = 0; i < COUNT(settings); i++) {
        wick_value value[8];
        wick_sizes room[4];
        call c = {"im2col",
                  1,
                  {random_tensor(WICK_FLOAT64, image_of(&settings[i]))},
                  options_of(&settings[i], value, room),
                  1};
        expect_for(gradients_hold(&c, 1), "setting %d", i);
        call back = {"col2im", 1, {result_of(&c)}, NULL, 1};
        wick_value with_size[8] = {INTEGER(settings[i].height), INTEGER(settings[i].width)};
        memcpy(with_size + 2, value, 4 * sizeof *value);
        back.value = with_size;
        expect_for(gradients_hold(&back, 1), "setting %d", i);
        expect(survives_failures(&c) && survives_failures(&back));
        release_inputs(&back);
        release_inputs(&c);
    }
}

static void a_convolution_is_a_matrix_product(void)
{
    const wick_value *window = OPTIONS(PAIR(3), PAIR(2, 1), PAIR(1), LEFT_OUT);
    wick_tensor *x = random_tensor(WICK_FLOAT64, SHAPE(2, 5, 6)), *w, *columns, *matrix, *y, *z;
    w = random_tensor(WICK_FLOAT64, SHAPE(4, 2, 3, 3));
    must(wick_tensor_on(wick_tensor_storage(w), 0, 2, (int64_t[]){4, 18}, NULL, &matrix));
    wick_tensor_retain(x);
    columns = outcome("im2col", IN(x), window);
    y = outcome("mm", IN(matrix, columns), OPTIONS({0}));
    z = outcome("conv2d", IN(x, w), OPTIONS(PAIR(2, 1), PAIR(1), LEFT_OUT, INTEGER(1)));
    for (int64_t i = 0; i < wick_tensor_count(z); i++)
        expect(near(get(y, i), get(z, i), 1e-13));
    expect(wick_tensor_count(y) == wick_tensor_count(z));
    wick_tensor_release(y);
    wick_tensor_release(z);
}

static void batches_may_be_empty(void)
{
    wick_tensor *x = tensor_of(WICK_FLOAT64, SHAPE(0, 2, 4, 4));
    wick_tensor *columns = outcome("im2col", IN(x), OPTIONS(PAIR(3), LEFT_OUT, PAIR(1), LEFT_OUT));
    expect(is_of(columns, SHAPE(0, 18, 16)));
    wick_tensor *images =
        outcome("col2im", IN(columns),
                OPTIONS(INTEGER(4), INTEGER(4), PAIR(3), LEFT_OUT, PAIR(1), LEFT_OUT));
    expect(is_of(images, SHAPE(0, 2, 4, 4)));
    wick_tensor_release(images);
}

#define IMAGE(...) random_tensor(WICK_FLOAT32, SHAPE(__VA_ARGS__))

static void what_does_not_fit_is_refused(void)
{
    const wick_value *three = OPTIONS(PAIR(3), LEFT_OUT, LEFT_OUT, LEFT_OUT);
    const wick_value *back = OPTIONS(INTEGER(4), INTEGER(4), PAIR(3), LEFT_OUT, LEFT_OUT, LEFT_OUT);
    expect(refuses("im2col", IN(IMAGE(8, 8)), three, WICK_ESHAPE,
                   "im2col: 3D or 4D input tensor expected but got: [8 x 8]"));
    expect(refuses("im2col", IN(IMAGE(1, 2, 8)), three, WICK_ESHAPE, "Output size is too small"));
    expect(refuses("im2col", IN(random_tensor(WICK_INT64, SHAPE(1, 4, 4))), three, WICK_EDTYPE,
                   "not defined for int64 tensors"));
    expect(refuses("im2col", IN(IMAGE(1, 4, 4)),
                   OPTIONS(PAIR(1, 2, 3), LEFT_OUT, LEFT_OUT, LEFT_OUT), WICK_EVALUE,
                   "kernel is 1 x 2 x 3; it has to be one number, or height and width"));
    expect(refuses("col2im", IN(IMAGE(9)), back, WICK_ESHAPE, "2D or 3D tensor expected"));
    expect(refuses("col2im", IN(IMAGE(8, 4)), back, WICK_ESHAPE,
                   "the columns of 8 x 4 have 8 elements, not a multiple of the 9"));
    expect(refuses("col2im", IN(IMAGE(9, 5)), back, WICK_ESHAPE,
                   "an image of 4 x 4 has 2 x 2 windows: its columns are 9 x 4, got 9 x 5"));
    expect(refuses("col2im", IN(IMAGE(9, 4)),
                   OPTIONS(INTEGER(0), INTEGER(4), PAIR(3), LEFT_OUT, LEFT_OUT, LEFT_OUT),
                   WICK_EVALUE, "height is 0"));
}

static void extremes_are_refused(void)
{
    static const char *const names[] = {"kernel", "stride", "pad", "dilation"};
    static const int64_t least[] = {1, 1, 0, 1};
    wick_tensor *x = IMAGE(4, 8, 8);
    refuse_extremes("im2col", IN(x), OPTIONS(PAIR(3), LEFT_OUT, LEFT_OUT, LEFT_OUT), 4, names,
                    least);
    wick_tensor_release(x);
    expect(refuses("im2col", IN(IMAGE(0, 1, 4, 4)),
                   OPTIONS(PAIR(3), LEFT_OUT, PAIR(INT32_MAX), LEFT_OUT), WICK_ESHAPE,
                   "too many elements to count"));
    expect(refuses("im2col", IN(tensor_of(WICK_FLOAT64, SHAPE(0, 1, 4, 4))),
                   OPTIONS(PAIR(1), PAIR(INT32_MAX), PAIR(INT32_MAX), LEFT_OUT), WICK_ESHAPE,
                   "too many elements to count"));
}

static void tests(void)
{
    test("columns are windows", columns_are_windows);
    test("gradients are those of differences", gradients_are_those_of_differences);
    test("a convolution is a matrix product", a_convolution_is_a_matrix_product);
    test("batches may be empty", batches_may_be_empty);
    test("what does not fit is refused", what_does_not_fit_is_refused);
    test("extremes are refused", extremes_are_refused);
}

int main(void)
{
    return run_on_a_context(tests);
}
