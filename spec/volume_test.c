/* Convolution and pooling of volumes: gradients once and twice in every layout, the same bits on
 * any number of threads, nothing left behind where memory runs out, and what is refused. Values are
 * in the Lua specs. */
#include "support/calls.h"

/* Options of a convolution, then `last`: adj, or the size of a gradient's result. */
#define OPTIONS(STRIDE, PAD, DILATION, LAST)                                                       \
    ((const wick_value[5]){{.sizes = &STRIDE},                                                     \
                           {.sizes = &PAD},                                                        \
                           {.sizes = &DILATION},                                                   \
                           {.integer = 1},                                                         \
                           {.sizes = &LAST}})

static void expect_sound(const call *c, unsigned which)
{
    expect_for(gradients_hold(c, which), "%s", c->word);
    expect_for(second_gradients_hold(c, which), "%s", c->word);
    expect_for(survives_failures(c), "%s", c->word);
    expect_for(same_on_threads(c), "%s", c->word);
}

static void expect_sound_convolution(const char *word, wick_sizes x, wick_sizes weight,
                                     int64_t channels, const wick_value *value)
{
    for (int layout = 0; layout < LAYOUTS; layout++) {
        call c = {.word = word, .inputs = 3, .value = value};
        c.in[0] = laid_out(WICK_FLOAT64, x, layout);
        c.in[1] = laid_out(WICK_FLOAT64, weight, (layout + 1) % LAYOUTS);
        c.in[2] = laid_out(WICK_FLOAT64, SHAPE(channels), 0);
        expect_sound(&c, 7);
        release_inputs(&c);
    }
}

static const wick_sizes none = {0, {0}}, ones = {1, {1}};

static void convolutions_are_sound(void)
{
    const wick_sizes stride = {3, {1, 2, 1}}, pad = {3, {1, 0, 1}}, dilation = {3, {2, 1, 1}};
    const wick_value *value = OPTIONS(stride, pad, dilation, none);
    expect_sound_convolution("conv3d", SHAPE(2, 2, 3, 3, 2), SHAPE(2, 2, 2, 2, 2), 2, value);
    expect_sound_convolution("conv3d", SHAPE(2, 3, 3, 2), SHAPE(3, 2, 2, 1, 2), 3, value);
    value = OPTIONS(ones, none, ones, none);
    expect_sound_convolution("conv3d", SHAPE(2, 2, 2, 2, 3), SHAPE(2, 2, 1, 1, 2), 2, value);
    expect_sound_convolution("conv3d", SHAPE(2, 2, 2, 2, 2), SHAPE(2, 2, 2, 1, 1), 2, value);
}

static void transposed_convolutions_are_sound(void)
{
    const wick_sizes stride = {3, {1, 2, 1}}, pad = {3, {1, 0, 0}}, adj = {3, {0, 1, 0}};
    const wick_value *value = OPTIONS(stride, pad, ones, adj);
    expect_sound_convolution("conv_transpose3d", SHAPE(1, 2, 2, 2, 2), SHAPE(2, 2, 2, 2, 1), 2,
                             value);
    value = OPTIONS(ones, none, ones, none);
    expect_sound_convolution("conv_transpose3d", SHAPE(2, 2, 2, 2), SHAPE(2, 2, 1, 1, 1), 2, value);
}

/* The gradient with respect to the weight is an operation too. */
static void gradients_of_weights_survive(void)
{
    const wick_sizes size = SHAPE(2, 2, 2, 2, 2);
    call c = {.word = "conv3d_weight", .inputs = 2, .value = OPTIONS(ones, none, ones, size)};
    c.in[0] = random_tensor(WICK_FLOAT64, SHAPE(2, 2, 3, 3, 3));
    c.in[1] = random_tensor(WICK_FLOAT64, SHAPE(2, 2, 2, 2, 2));
    expect_sound(&c, 3);
    release_inputs(&c);
}

/* Pooling ------------------------------------------------------------------------------------- */

static void poolings_are_sound(void)
{
    const wick_sizes kernel = {3, {2, 3, 2}}, stride = {3, {1, 2, 2}}, pad = {3, {1, 1, 0}};
    const wick_value most[6] = {{.sizes = &kernel},
                                {.sizes = &stride},
                                {.sizes = &pad},
                                {.sizes = &ones},
                                {.integer = true}};
    const wick_value mean[6] = {{.sizes = &kernel}, {.sizes = &stride}, {.sizes = &pad},
                                {.integer = true},  {.integer = false}, {.integer = true}};
    for (int layout = 0; layout < LAYOUTS; layout++) {
        wick_sizes shape = layout % 2 ? SHAPE(2, 3, 4, 4) : SHAPE(2, 1, 3, 4, 3);
        call c = {.word = "max_pool3d", .inputs = 1, .value = most};
        c.in[0] = laid_out(WICK_FLOAT64, shape, layout % 4);
        expect_sound(&c, 1);
        c.word = "avg_pool3d";
        c.value = mean;
        expect_sound(&c, 1);
        release_inputs(&c);
    }
}

static void unpooling_is_sound(void)
{
    call c = {
        .word = "max_unpool3d", .inputs = 2, .value = VALUES(INTEGER(2), INTEGER(2), INTEGER(3))};
    c.in[0] = random_tensor(WICK_FLOAT64, SHAPE(2, 1, 1, 2));
    c.in[1] = tensor_of(WICK_INT64, SHAPE(2, 1, 1, 2));
    for (int64_t i = 0; i < 4; i++)
        set(c.in[1], i, (double)(3 * i + 1));
    expect_sound(&c, 1);
    release_inputs(&c);
}

/* Refusals ------------------------------------------------------------------------------------ */

static void expect_refused(const char *word, int inputs, const wick_sizes *shape,
                           const wick_value *value, const char *message)
{
    wick_tensor *in[MOST_INPUTS], *out[WICK_MAX_OUTPUTS] = {NULL};
    for (int i = 0; i < inputs; i++)
        in[i] = random_tensor(WICK_FLOAT32, shape[i]);
    expect(apply_all(word, inputs, in, value, out) != WICK_OK);
    expect_for(strstr(wick_message(), message) != NULL, "%s", wick_message());
    for (int i = 0; i < inputs; i++)
        wick_tensor_release(in[i]);
}

static void what_does_not_fit_is_refused(void)
{
    const wick_sizes pair = {2, {1, 1}}, adj = {1, {1}}, huge = {1, {INT32_MAX}};
    const wick_sizes shapes[2] = {SHAPE(2, 3, 3, 3), SHAPE(2, 2, 2, 2, 2)};
    const wick_sizes flat[2] = {SHAPE(3, 3), SHAPE(2, 2, 2, 2, 2)};
    const wick_sizes planes[2] = {SHAPE(2, 3, 3, 3), SHAPE(2, 2, 2, 2)};
    expect_refused("conv3d", 2, shapes, OPTIONS(pair, none, ones, none),
                   "stride is 1 x 1; it has to be one number, or depth, height and width");
    expect_refused("conv3d", 2, flat, OPTIONS(ones, none, ones, none), "4D or 5D (batch mode)");
    expect_refused("conv3d", 2, planes, OPTIONS(ones, none, ones, none),
                   "the weight has five dimensions, outputs first");
    expect_refused("conv3d", 2, shapes, OPTIONS(ones, none, huge, none),
                   "Output size is too small");
    expect_refused("conv3d", 2, shapes, OPTIONS(ones, huge, ones, none), "too many elements");
    expect_refused("conv_transpose3d", 2, shapes, OPTIONS(ones, none, ones, adj),
                   "it has to be smaller than the stride, 1 x 1 x 1");
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("convolutions are sound", convolutions_are_sound);
    test("transposed convolutions are sound", transposed_convolutions_are_sound);
    test("gradients of weights survive failures", gradients_of_weights_survive);
    test("poolings are sound", poolings_are_sound);
    test("unpooling is sound", unpooling_is_sound);
    test("what does not fit is refused", what_does_not_fit_is_refused);
    expect(wick_context_memory(context).storages == 0 && wick_context_memory(context).nodes == 0);
    wick_context_release(context);
    return finish();
}
