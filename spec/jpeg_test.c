/* JPEG: what is written is read again, smaller where that will do, and what is wrong is said. Files
 * that others write, and damage, are in jpeg_foreign_test.c. */
#include "support/jpegs.h"

/* ---- there and back ---- */

static void smooth_images_come_back(void)
{
    for (int64_t channels = 1; channels <= 3; channels += 2) {
        wick_tensor *image = smooth_image(channels, 37, 53), *read = NULL;
        blob file = encode_jpeg(image, 95);
        wick_image_size size;
        expect(decode_jpeg(file, WICK_UINT8, NULL, &read) == WICK_OK);
        expect_size(read, channels, 37, 53);
        expect_for(mean_difference(image, read) < 2, "%g", mean_difference(image, read));
        expect(wick_jpeg_size("a", file.data, file.bytes, NULL, &size) == WICK_OK);
        expect(size.channels == channels && size.height == 37 && size.width == 53 &&
               size.bits == 8);
        wick_tensor_release(read);
        wick_tensor_release(image);
        free(file.data);
    }
}

static void floats_go_from_0_to_1(void)
{
    wick_dtype types[] = {WICK_FLOAT32, WICK_FLOAT64, WICK_FLOAT16};
    const double bound[] = {1e-7, 1e-16, 1e-3};
    wick_tensor *image = smooth_image(3, 20, 30), *bytes = NULL;
    blob file = encode_jpeg(image, 90);
    expect(decode_jpeg(file, WICK_UINT8, NULL, &bytes) == WICK_OK);
    for (int k = 0; k < 3; k++) {
        wick_tensor *read = NULL, *wide = NULL;
        expect(decode_jpeg(file, types[k], NULL, &read) == WICK_OK);
        expect(wick_tensor_dtype(read) == types[k]);
        must(wick_tensor_new(context, WICK_FLOAT64, 3, (int64_t[]){3, 20, 30}, &wide));
        expect(wick_tensor_copy(wide, read) == WICK_OK);
        for (int64_t i = 0; i < 3 * 20 * 30; i++) {
            double d = at(wide, i) - at(bytes, i) / 255;
            expect_for(d <= bound[k] && -d <= bound[k], "%s, %g", wick_dtype_name(types[k]), d);
        }
        wick_tensor_release(wide);
        wick_tensor_release(read);
    }
    wick_tensor_release(bytes);
    wick_tensor_release(image);
    free(file.data);
}

/* The same picture as bytes, as floats, and lying in memory the other way round. */
static void every_kind_of_tensor_is_written(void)
{
    wick_tensor *image = smooth_image(3, 24, 40), *floats = NULL, *turned = NULL, *plain = NULL;
    void *from = NULL, *to = NULL;
    must(wick_tensor_new(context, WICK_FLOAT32, 3, (int64_t[]){3, 24, 40}, &floats));
    must(wick_tensor_new(context, WICK_UINT8, 3, (int64_t[]){3, 40, 24}, &plain));
    must(wick_tensor_data(image, &from));
    must(wick_tensor_data(floats, &to));
    for (int i = 0; i < 3 * 24 * 40; i++)
        ((float *)to)[i] = (float)((uint8_t *)from)[i] / 255.0f;
    must(wick_tensor_data(plain, &to));
    for (int c = 0; c < 3; c++)
        for (int y = 0; y < 24; y++)
            for (int x = 0; x < 40; x++)
                ((uint8_t *)to)[(c * 40 + x) * 24 + y] = ((uint8_t *)from)[(c * 24 + y) * 40 + x];
    must(wick_tensor_on(wick_tensor_storage(plain), 0, 3, (int64_t[]){3, 24, 40},
                        (int64_t[]){960, 1, 24}, &turned));
    blob a = encode_jpeg(image, 80), b = encode_jpeg(floats, 80), c = encode_jpeg(turned, 80);
    expect(a.bytes == b.bytes && memcmp(a.data, b.data, a.bytes) == 0);
    expect(a.bytes == c.bytes && memcmp(a.data, c.data, a.bytes) == 0);
    wick_tensor_release(turned);
    wick_tensor_release(plain);
    wick_tensor_release(floats);
    wick_tensor_release(image);
    free(a.data);
    free(b.data);
    free(c.data);
}

static void quality_costs_bytes(void)
{
    wick_tensor *image = random_image(WICK_UINT8, 3, 64, 64);
    blob low = encode_jpeg(image, 1), usual = encode_jpeg(image, 75),
         high = encode_jpeg(image, 100);
    expect(low.bytes * 2 < usual.bytes && usual.bytes * 3 / 2 < high.bytes);
    wick_tensor_release(image);
    free(low.data);
    free(usual.data);
    free(high.data);
}

/* ---- smaller, and turned ---- */

static void thumbnails_are_at_least_as_large(void)
{
    static const struct {
        int64_t least_height, least_width, height, width;
    } cases[] = {{0, 0, 120, 160}, {30, 40, 30, 40},   {31, 0, 45, 60},    {0, 41, 45, 60},
                 {1, 1, 15, 20},   {16, 20, 30, 40},   {120, 1, 120, 160}, {500, 500, 120, 160},
                 {60, 80, 60, 80}, {105, 1, 105, 140}, {106, 1, 120, 160}};
    wick_tensor *image = smooth_image(3, 120, 160);
    blob file = encode_jpeg(image, 95);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        wick_jpeg_options options = {.least_height = cases[i].least_height,
                                     .least_width = cases[i].least_width};
        wick_tensor *read = NULL;
        wick_image_size size = {0};
        expect(decode_jpeg(file, WICK_UINT8, &options, &read) == WICK_OK);
        expect_size(read, 3, cases[i].height, cases[i].width);
        expect(wick_jpeg_size("a", file.data, file.bytes, &options, &size) == WICK_OK);
        expect(size.height == cases[i].height && size.width == cases[i].width);
        int64_t step = 120 / cases[i].height;
        for (int64_t y = 1; 120 % cases[i].height == 0 && y < cases[i].height; y++) {
            double d = at(read, y * cases[i].width + 1) -
                       at(image, (y * step + step / 2) * 160 + step + step / 2);
            expect_for(d < 6 && d > -6, "size %d, row %d: %g", (int)i, (int)y, d);
        }
        wick_tensor_release(read);
    }
    wick_tensor_release(image);
    free(file.data);
}

/* Where a pixel stored at (y, x) of height x width is shown, by EXIF's table. */
static int64_t shown_at(int orientation, int64_t y, int64_t x, int64_t height, int64_t width)
{
    switch (orientation) {
    case 1:
        return y * width + x;
    case 2:
        return y * width + (width - 1 - x);
    case 3:
        return (height - 1 - y) * width + (width - 1 - x);
    case 4:
        return (height - 1 - y) * width + x;
    case 5:
        return x * height + y;
    case 6:
        return x * height + (height - 1 - y);
    case 7:
        return (width - 1 - x) * height + (height - 1 - y);
    default:
        return (width - 1 - x) * height + y;
    }
}

static void check_orientation(blob plain, wick_tensor *stored, int orientation, bool little)
{
    blob file = with_orientation(plain, orientation, little);
    wick_jpeg_options as_stored = {.as_stored = true};
    wick_tensor *shown = NULL, *same = NULL;
    wick_image_size size = {0};
    bool turned = orientation >= 5;
    expect(decode_jpeg(file, WICK_FLOAT32, NULL, &shown) == WICK_OK);
    expect_size(shown, 3, turned ? 30 : 17, turned ? 17 : 30);
    for (int64_t i = 0; i < 3 * 17 * 30; i++) {
        int64_t c = i / 510, at_shown = shown_at(orientation, i / 30 % 17, i % 30, 17, 30);
        expect_for(at(stored, i) == at(shown, c * 510 + at_shown), "orientation %d", orientation);
    }
    expect(wick_jpeg_size("a", file.data, file.bytes, NULL, &size) == WICK_OK);
    expect(size.height == (turned ? 30 : 17) && size.width == (turned ? 17 : 30));
    expect(decode_jpeg(file, WICK_FLOAT32, &as_stored, &same) == WICK_OK);
    expect(largest_difference(stored, same) == 0);
    wick_tensor_release(same);
    wick_tensor_release(shown);
    free(file.data);
}

static void cameras_are_held_in_eight_ways(void)
{
    wick_tensor *image = random_image(WICK_UINT8, 3, 17, 30), *stored = NULL, *small = NULL;
    blob plain = encode_jpeg(image, 90);
    expect(decode_jpeg(plain, WICK_FLOAT32, NULL, &stored) == WICK_OK);
    for (int orientation = 1; orientation <= 8; orientation++)
        for (int little = 0; little < 2; little++)
            check_orientation(plain, stored, orientation, little);
    blob wrong = with_orientation(plain, 9, true);
    wick_tensor *read = NULL;
    expect(decode_jpeg(wrong, WICK_FLOAT32, NULL, &read) == WICK_OK);
    expect(largest_difference(stored, read) == 0);
    blob tall = with_orientation(plain, 6, true);
    expect(decode_jpeg(tall, WICK_UINT8, &(wick_jpeg_options){.least_height = 15}, &small) ==
           WICK_OK);
    expect_size(small, 3, 15, 9);
    wick_tensor_release(small);
    wick_tensor_release(read);
    wick_tensor_release(stored);
    wick_tensor_release(image);
    free(tall.data);
    free(wrong.data);
    free(plain.data);
}

/* ---- what is refused ---- */

static void wrong_images_are_refused(void)
{
    wick_tensor *two = random_image(WICK_UINT8, 2, 2, 2),
                *three = random_image(WICK_UINT8, 3, 2, 2);
    wick_tensor *whole = NULL, *wide = NULL, *flat = NULL, *bytes = NULL;
    expect_failure(wick_jpeg_encode(two, 75, &bytes), WICK_ESHAPE, "JPEG: the image is 2 x 2 x 2");
    expect_failure(wick_jpeg_encode(three, 0, &bytes), WICK_EVALUE, "a quality of 0, expected");
    expect_failure(wick_jpeg_encode(three, 101, &bytes), WICK_EVALUE, "a quality of 101");
    must(wick_tensor_new(context, WICK_INT32, 3, (int64_t[]){3, 2, 2}, &whole));
    expect_failure(wick_jpeg_encode(whole, 75, &bytes), WICK_EDTYPE, "not defined for int32");
    must(wick_tensor_new(context, WICK_UINT8, 2, (int64_t[]){1, 65501}, &wide));
    expect_failure(wick_jpeg_encode(wide, 75, &bytes), WICK_ESHAPE, "at most 65500 pixels a side");
    must(wick_tensor_new(context, WICK_UINT8, 1, (int64_t[]){7}, &flat));
    expect_failure(wick_jpeg_encode(flat, 75, &bytes), WICK_ESHAPE, "the image is 7, expected");
    expect(bytes == NULL);
    wick_tensor_release(two);
    wick_tensor_release(three);
    wick_tensor_release(whole);
    wick_tensor_release(wide);
    wick_tensor_release(flat);
}

static void no_images_are_refused(void)
{
    wick_tensor *read = NULL;
    blob text = make_blob(100);
    memset(text.data, 'x', 100);
    expect_failure(decode_jpeg(text, WICK_UINT8, NULL, &read), WICK_EFORMAT,
                   "a.jpg: does not start as a JPEG image does");
    wick_tensor *image = smooth_image(1, 8, 8);
    blob file = encode_jpeg(image, 75);
    expect_failure(decode_jpeg(file, WICK_INT32, NULL, &read), WICK_EDTYPE, "not int32");
    wick_tensor_release(image);
    free(file.data);
    free(text.data);
}

/* ---- lack of memory ---- */

static void lack_of_memory_is_survived(void)
{
    wick_tensor *image = smooth_image(3, 60, 80), *out = NULL;
    foreign_jpeg f = {3, 60, 50, JCS_RGB, JCS_YCbCr, .progressive = true};
    blob files[] = {encode_jpeg(image, 90), foreign(&f)};
    wick_status status = WICK_ENOMEM;
    for (uint64_t n = 1; status != WICK_OK && n < 300; n++) {
        wick_context_fail_after(context, n);
        status = wick_jpeg_encode(image, 75, &out);
        wick_context_fail_after(context, 0);
        expect(status == WICK_OK || (status == WICK_ENOMEM && out == NULL));
    }
    expect(status == WICK_OK);
    wick_tensor_release(out);
    for (int k = 0; k < 2; k++) {
        status = WICK_ENOMEM;
        uint64_t n = 1;
        for (; status != WICK_OK && n < 300; n++) {
            wick_context_fail_after(context, n);
            status = decode_jpeg(files[k], WICK_FLOAT16, NULL, &out);
            wick_context_fail_after(context, 0);
            expect(status == WICK_OK || (status == WICK_ENOMEM && out == NULL));
        }
        expect_for(status == WICK_OK && n > 20, "%d allocations", (int)n);
        wick_tensor_release(out);
        out = NULL;
        free(files[k].data);
    }
    wick_tensor_release(image);
}

int main(void)
{
    if (open_test())
        return 1;
    test("smooth images come back", smooth_images_come_back);
    test("floats go from 0 to 1", floats_go_from_0_to_1);
    test("every kind of tensor is written", every_kind_of_tensor_is_written);
    test("quality costs bytes", quality_costs_bytes);
    test("thumbnails are at least as large", thumbnails_are_at_least_as_large);
    test("cameras are held in eight ways", cameras_are_held_in_eight_ways);
    test("wrong images are refused", wrong_images_are_refused);
    test("what is no image is refused", no_images_are_refused);
    test("lack of memory is survived", lack_of_memory_is_survived);
    test("nothing is left", leaves_nothing);
    return finish();
}
