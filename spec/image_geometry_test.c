/* Transformations of images from C: what they refuse, that results do not depend on threads, and
 * that running out of memory leaves nothing behind. Values are in the Lua specs. */
#include "support/context.h"

/* One call of every function, with its image. */
typedef wick_status transformation(wick_tensor *image, wick_tensor **out);

static wick_tensor *field;

static wick_status resize(wick_tensor *image, wick_tensor **out)
{
    return wick_image_resize(image, 19, 90, WICK_LANCZOS, true, out);
}

static wick_status resize_rows(wick_tensor *image, wick_tensor **out)
{
    return wick_image_resize(image, wick_tensor_size(image, 1), 7, WICK_AREA, true, out);
}

static wick_status resize_columns(wick_tensor *image, wick_tensor **out)
{
    return wick_image_resize(image, 7, wick_tensor_size(image, 2), WICK_BICUBIC, false, out);
}

static wick_status scale(wick_tensor *image, wick_tensor **out)
{
    return wick_image_scale(image, 70, 20, WICK_BILINEAR, out);
}

static wick_status warp(wick_tensor *image, wick_tensor **out)
{
    wick_warp how = {.filter = WICK_BICUBIC, .relative = true, .pad = true, .value = 3};
    return wick_image_warp(image, field, &how, out);
}

static wick_status rotate(wick_tensor *image, wick_tensor **out)
{
    return wick_image_rotate(image, 0.4, WICK_BILINEAR, out);
}

static wick_status polar(wick_tensor *image, wick_tensor **out)
{
    return wick_image_polar(image, 33, 44, true, true, WICK_NEAREST, out);
}

static wick_status colours(wick_tensor *image, wick_tensor **out)
{
    return wick_image_colours(image, WICK_RGB_TO_HSL, out);
}

static transformation *const all[] = {resize, resize_rows, resize_columns, scale,
                                      warp,   rotate,      polar,          colours};
enum { ALL = sizeof all / sizeof *all };

/* 3 x 41 x 53, seen through a transposed view, so that pixels are gathered first. */
static wick_tensor *picture(wick_dtype dtype)
{
    wick_tensor *stored = NULL, *seen = NULL;
    void *data;
    must(wick_tensor_new(context, dtype, 3, (int64_t[]){3, 53, 41}, &stored));
    must(wick_tensor_data(stored, &data));
    for (int i = 0; i < 3 * 53 * 41; i++)
        if (dtype == WICK_UINT8)
            ((uint8_t *)data)[i] = (uint8_t)wick_random(context);
        else
            ((float *)data)[i] = (float)wick_uniform(context, 0, 1);
    must(wick_tensor_on(wick_tensor_storage(stored), 0, 3, (int64_t[]){3, 41, 53},
                        (int64_t[]){53 * 41, 1, 41}, &seen));
    wick_tensor_release(stored);
    return seen;
}

static bool same_bytes(wick_tensor *a, wick_tensor *b)
{
    const void *x, *y;
    size_t bytes = (size_t)wick_tensor_count(a) * wick_dtype_size(wick_tensor_dtype(a));
    must(wick_tensor_read(a, &x));
    must(wick_tensor_read(b, &y));
    return wick_tensor_count(a) == wick_tensor_count(b) && memcmp(x, y, bytes) == 0;
}

static void threads_make_no_difference(void)
{
    wick_dtype types[] = {WICK_UINT8, WICK_FLOAT32};
    int threads = wick_context_threads(context);
    for (int k = 0; k < 2; k++) {
        wick_tensor *image = picture(types[k]);
        for (int i = 0; i < ALL; i++) {
            wick_tensor *many = NULL, *one = NULL;
            must(all[i](image, &many));
            wick_context_set_threads(context, 1);
            must(all[i](image, &one));
            wick_context_set_threads(context, threads);
            expect_for(same_bytes(many, one), "transformation %d", i);
            expect(wick_tensor_dtype(one) == types[k] && wick_tensor_ndim(one) == 3);
            wick_tensor_release(many);
            wick_tensor_release(one);
        }
        wick_tensor_release(image);
    }
}

static void no_memory_leaves_nothing(void)
{
    wick_tensor *image = picture(WICK_FLOAT32);
    for (int i = 0; i < ALL; i++) {
        wick_status status = WICK_ENOMEM;
        size_t live = wick_context_memory(context).live;
        uint64_t n;
        for (n = 1; status == WICK_ENOMEM && n < 100; n++) {
            wick_tensor *out = NULL;
            wick_context_fail_after(context, n);
            status = all[i](image, &out);
            wick_context_fail_after(context, 0);
            expect_for((out != NULL) == (status == WICK_OK), "transformation %d", i);
            wick_tensor_release(out);
            expect_for(wick_context_memory(context).live == live, "transformation %d", i);
        }
        expect_for(status == WICK_OK && n > 2, "transformation %d, %d times", i, (int)n);
    }
    wick_tensor_release(image);
}

static void what_cannot_be_is_refused(void)
{
    wick_tensor *image = picture(WICK_FLOAT32), *bytes = picture(WICK_UINT8), *out = NULL;
    wick_warp area = {.filter = WICK_AREA};
    expect_failure(wick_image_resize(image, 0, 3, WICK_AREA, true, &out), WICK_EVALUE, "no pixel");
    expect_failure(wick_image_resize(image, 3, 3, (wick_filter)9, true, &out), WICK_EVALUE,
                   "no filter number 9");
    expect_failure(wick_image_resize(image, 3, INT64_MAX, WICK_AREA, true, &out), WICK_ENOMEM, "");
    expect_failure(wick_image_scale(image, 3, 3, WICK_LANCZOS, &out), WICK_EVALUE, "bicubic");
    expect_failure(wick_image_warp(image, field, &area, &out), WICK_EVALUE, "have no areas");
    expect_failure(wick_image_rotate(image, 1, WICK_BICUBIC, &out), WICK_EVALUE, "bilinear");
    expect_failure(wick_image_colours(image, (wick_colours)77, &out), WICK_EVALUE, "number 77");
    expect_failure(wick_image_colours(bytes, WICK_RGB_TO_LAB, &out), WICK_EDTYPE, "ByteTensor");
    must(wick_tensor_set_requires_grad(image, true));
    for (int i = 0; i < ALL; i++)
        expect_failure(all[i](image, &out), WICK_EGRAD, "is recorded");
    wick_context_set_recording(context, false);
    expect(rotate(image, &out) == WICK_OK);
    wick_context_set_recording(context, true);
    wick_tensor_release(out);
    wick_tensor_release(image);
    wick_tensor_release(bytes);
}

static void wild_positions_stay_inside(void)
{
    const double wild[] = {-1e300, 1e300, 0.0 / 0.0, 1e18, -0.5, 40.5, 1.0 / 0.0, -1.0 / 0.0};
    const wick_filter filters[] = {WICK_NEAREST, WICK_BILINEAR, WICK_BICUBIC, WICK_LANCZOS};
    wick_tensor *image = picture(WICK_UINT8), *far = NULL, *out = NULL;
    must(wick_tensor_from(context, WICK_FLOAT64, 3, (int64_t[]){2, 2, 2}, wild, &far));
    for (int i = 0; i < 16; i++) {
        wick_warp how = {filters[i % 4], i & 4, i & 8, 1e9};
        expect(wick_image_warp(image, far, &how, &out) == WICK_OK);
        wick_tensor_release(out);
    }
    wick_tensor_release(far);
    wick_tensor_release(image);
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    wick_seed(context, 4);
    must(wick_tensor_new(context, WICK_FLOAT32, 3, (int64_t[]){2, 30, 130}, &field));
    void *data;
    must(wick_tensor_data(field, &data));
    for (int i = 0; i < 2 * 30 * 130; i++)
        ((float *)data)[i] = (float)wick_uniform(context, -3, 3);
    test("threads make no difference", threads_make_no_difference);
    test("no memory leaves nothing", no_memory_leaves_nothing);
    test("what cannot be is refused", what_cannot_be_is_refused);
    test("wild positions stay inside", wild_positions_stay_inside);
    wick_tensor_release(field);
    test("nothing is left", nothing_is_left);
    wick_context_release(context);
    return finish();
}
