/* Winograd convolution against plain loops in double: both tiles, all directions, odd sizes and
 * paddings, hard numbers, one and two threads (to the bit), every instruction set. */
#include "support/winograd.h"

static void check_images(const sample *s, int tile, wick__direction direction, double bound)
{
    int64_t n = direction == WICK__FORWARD ? y_size(&s->d) : x_size(&s->d);
    const wick__tail *tail = direction == WICK__FORWARD ? &(wick__tail){.relu = false} : NULL;
    layout one = run(s, tile, direction, 1, tail), two = run(s, tile, direction, 2, tail);
    float *dense = dense_from(&one);
    double off = error(n, dense, direction == WICK__FORWARD ? s->y : s->gx);
    expect_for(off <= bound, "tile %d, direction %d, error %g of %g, %s", tile, (int)direction, off,
               bound, name_of(&s->d));
    expect_for(is_kept(&one), "tile %d, direction %d, %s", tile, (int)direction, name_of(&s->d));
    expect(memcmp(one.all, two.all, (size_t)one.size * sizeof(float)) == 0);
    free(dense);
    free(one.all);
    free(two.all);
}

static void check_weight(const sample *s, int tile, double bound)
{
    float *one = run_weight(s, tile, 1), *two = run_weight(s, tile, 2);
    double off = error(w_size(&s->d), one, s->gw);
    expect_for(off <= bound, "tile %d, weight, error %g of %g, %s", tile, off, bound,
               name_of(&s->d));
    expect(memcmp(one, two, (size_t)w_size(&s->d) * sizeof *one) == 0);
    free(one);
    free(two);
}

static void check_numbers(const wick__conv_dims *d, number *next, const bounds *most)
{
    sample s = new_sample(d, next);
    for (int tile = 2; tile <= 4; tile += 2) {
        check_images(&s, tile, WICK__FORWARD, most->image[tile == 4]);
        check_images(&s, tile, WICK__BACKWARD_INPUT, most->image[tile == 4]);
        check_weight(&s, tile, most->weight[tile == 4]);
    }
    delete_sample(&s);
}

static void check_shape(wick__conv_dims d)
{
    check_numbers(&d, normal, &normal_bounds);
}

/* ---- shapes ---------------------------------------------------------------------------------- */

static void square_maps(void)
{
    check_shape(dims_of(2, 1, 16, 16, 8, 8, 1, 1, 0));
    check_shape(dims_of(3, 1, 32, 48, 7, 7, 1, 1, 0));
    check_shape(dims_of(1, 1, 64, 64, 14, 14, 1, 1, 0));
    check_shape(dims_of(5, 1, 48, 32, 4, 4, 1, 1, 0));
}

static void odd_sizes(void)
{
    check_shape(dims_of(2, 1, 5, 7, 9, 11, 1, 1, 0));
    check_shape(dims_of(1, 1, 17, 33, 6, 13, 1, 1, 0));
    check_shape(dims_of(3, 1, 31, 20, 5, 3, 1, 1, 0));
    check_shape(dims_of(4, 1, 40, 3, 1, 1, 1, 1, 0));
    check_shape(dims_of(1, 1, 1, 1, 2, 30, 1, 1, 0));
}

static void paddings(void)
{
    for (int64_t pad = 0; pad <= 3; pad++) {
        check_shape(dims_of(2, 1, 16, 18, 9, 10, pad, 2, 0));
        check_shape(dims_of(1, 1, 20, 16, 7, 12, 1, pad, 1));
        check_shape(dims_of(1, 1, 16, 16, 10, 8, pad, pad, 2));
    }
    wick__conv_dims wider = dims_of(2, 1, 16, 16, 6, 6, 1, 1, 0);
    wider.out[0] += 1; /* zeros below and to the right, as many as it takes */
    wider.out[1] += 3;
    check_shape(wider);
}

static void groups(void)
{
    check_shape(dims_of(2, 2, 32, 64, 8, 9, 1, 1, 0));
    check_shape(dims_of(1, 3, 48, 48, 5, 5, 1, 1, 0));
}

/* So many tiles or channels that all ways to cut them are taken. */
static void large_shapes(void)
{
    check_shape(dims_of(4, 1, 16, 16, 56, 50, 1, 1, 0));
    check_shape(dims_of(2, 1, 208, 32, 9, 9, 1, 1, 0));
    check_shape(dims_of(2, 1, 32, 200, 9, 9, 1, 1, 0));
    check_shape(dims_of(1, 1, 352, 352, 3, 4, 1, 1, 0));
}

static void empty_shapes(void)
{
    check_shape(dims_of(0, 1, 16, 16, 8, 8, 1, 1, 0));
    check_shape(dims_of(2, 1, 0, 16, 8, 8, 1, 1, 0));
    check_shape(dims_of(2, 1, 16, 0, 8, 8, 1, 1, 0));
}

/* ---- numbers --------------------------------------------------------------------------------- */

static double around_a_thousand(void)
{
    return 1000 + normal();
}

/* From 1e-6 to 1e6 in size. */
static double of_any_size(void)
{
    return normal() * pow(10, 6 * next_random());
}

static double huge(void)
{
    return normal() * 1e30;
}

/* Errors are relative to the whole tile: large means and wide ranges cost nothing on the scale of
 * the results. */
static void hard_numbers(void)
{
    wick__conv_dims d = dims_of(2, 1, 64, 48, 13, 14, 1, 1, 0);
    check_numbers(&d, around_a_thousand, &(bounds){{4e-7, 4e-7}, {4e-7, 4e-7}});
    check_numbers(&d, of_any_size, &normal_bounds);
    d = dims_of(1, 1, 32, 16, 12, 12, 1, 1, 0);
    sample s = new_sample(&d, huge);
    for (int tile = 2; tile <= 4; tile += 2) {
        check_images(&s, tile, WICK__FORWARD, normal_bounds.image[tile == 4]);
        check_images(&s, tile, WICK__BACKWARD_INPUT, normal_bounds.image[tile == 4]);
    }
    delete_sample(&s);
}

/* ---- the choice of a tile -------------------------------------------------------------------- */

static int choice_of(int64_t batch, int64_t groups, int64_t channels, int64_t side)
{
    wick__conv_dims d = dims_of(batch, groups, channels, channels, side, side, 1, 1, 0);
    return wick__winograd_tile(&d);
}

static void choice(void)
{
    wick__conv_dims d = dims_of(8, 1, 64, 64, 56, 56, 1, 1, 0);
    expect(wick__winograd_tile(&d) == 4);
    d.stride[1] = 2;
    expect(wick__winograd_tile(&d) == 0);
    d.stride[1] = 1;
    d.dilation[0] = 2;
    expect(wick__winograd_tile(&d) == 0);
    d.dilation[0] = 1;
    d.kernel[0] = 5;
    expect(wick__winograd_tile(&d) == 0);
    expect(choice_of(8, 64, 64, 56) == 0);
    expect(choice_of(8, 2, 64, 56) == 4);
    expect(choice_of(8, 2, 48, 56) == 0);
    expect(choice_of(8, 1, 512, 6) == 2);
    expect(choice_of(8, 1, 512, 2) == 2);
    expect(choice_of(8, 1, 512, 1) == 0);
    /* few pixels do not pay for reading more weights */
    expect(choice_of(8, 1, 512, 14) == 4);
    expect(choice_of(1, 1, 512, 14) == 2);
    expect(choice_of(1, 1, 512, 4) == 0);
    expect(choice_of(1, 1, 64, 56) == 4);
}

int main(void)
{
    static const named_test tests[] = {
        {"square maps", square_maps},   {"odd sizes", odd_sizes},
        {"paddings", paddings},         {"groups", groups},
        {"large shapes", large_shapes}, {"empty shapes", empty_shapes},
        {"hard numbers", hard_numbers}, {"choice", choice}};
    return run_under_every_isa(tests, sizeof tests / sizeof *tests);
}
