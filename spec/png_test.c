/* PNG: what is written is read again, and what is too large or cut short is refused without a
 * trace. Files that others write are in png_foreign_test.c. */
#include "support/pngs.h"

/* ---- there and back ---- */

static void bytes_come_back(void)
{
    for (int64_t channels = 1; channels <= 4; channels++) {
        wick_tensor *image = random_image(WICK_UINT8, channels, 13, 17), *read = NULL;
        blob file = encode(image, 8);
        wick_image_size size;
        expect(decode(file, WICK_UINT8, 0, &read) == WICK_OK);
        expect_size(read, channels, 13, 17);
        expect(largest_difference(image, read) == 0);
        expect(wick_png_size("a", file.data, file.bytes, &size) == WICK_OK);
        expect(size.channels == channels && size.height == 13 && size.width == 17 &&
               size.bits == 8);
        wick_tensor_release(read);
        wick_tensor_release(image);
        free(file.data);
    }
}

static void floats_come_back(void)
{
    wick_dtype types[] = {WICK_FLOAT32, WICK_FLOAT64};
    for (int k = 0; k < 2; k++) {
        wick_tensor *image = random_image(types[k], 3, 9, 5), *read = NULL;
        blob eight = encode(image, 8), sixteen = encode(image, 16);
        expect(decode(eight, types[k], 0, &read) == WICK_OK && wick_tensor_dtype(read) == types[k]);
        expect(largest_difference(image, read) < 1.0 / 255);
        wick_tensor_release(read);
        expect(decode(sixteen, types[k], 0, &read) == WICK_OK);
        expect(largest_difference(image, read) < 1e-7);
        wick_tensor_release(read);
        expect(decode(sixteen, WICK_UINT8, 0, &read) == WICK_OK);
        expect_size(read, 3, 9, 5);
        wick_tensor_release(read);
        wick_tensor_release(image);
        free(eight.data);
        free(sixteen.data);
    }
}

static void every_byte_survives_a_float(void)
{
    wick_tensor *image = NULL, *floats = NULL, *back = NULL;
    uint8_t all[256];
    for (int i = 0; i < 256; i++)
        all[i] = (uint8_t)i;
    must(wick_tensor_from(context, WICK_UINT8, 2, (int64_t[]){16, 16}, all, &image));
    blob file = encode(image, 8);
    expect(decode(file, WICK_FLOAT32, 0, &floats) == WICK_OK);
    blob again = encode(floats, 8);
    expect(decode(again, WICK_UINT8, 0, &back) == WICK_OK);
    expect(largest_difference(image, back) == 0);
    wick_tensor_release(back);
    wick_tensor_release(floats);
    wick_tensor_release(image);
    free(file.data);
    free(again.data);
}

static void samples_are_clamped_and_cut_off(void)
{
    float samples[] = {-1, 0.5f, 2, 0.0f / 1, 1, 0.999f};
    const uint8_t expected[] = {0, 127, 255, 0, 255, 254};
    wick_tensor *image = NULL, *read = NULL;
    must(wick_tensor_from(context, WICK_FLOAT32, 2, (int64_t[]){2, 3}, samples, &image));
    blob file = encode(image, 8);
    expect(decode(file, WICK_UINT8, 0, &read) == WICK_OK);
    for (int i = 0; i < 6; i++)
        expect_for(at(read, i) == expected[i], "sample %d: %g", i, at(read, i));
    wick_tensor_release(read);
    wick_tensor_release(image);
    free(file.data);
}

static void strided_images_are_written(void)
{
    wick_tensor *image = random_image(WICK_UINT8, 3, 4, 5), *turned = NULL, *read = NULL;
    must(wick_tensor_on(wick_tensor_storage(image), 0, 3, (int64_t[]){3, 5, 4},
                        (int64_t[]){20, 1, 5}, &turned));
    blob file = encode(turned, 8);
    expect(decode(file, WICK_UINT8, 0, &read) == WICK_OK);
    expect_size(read, 3, 5, 4);
    for (int c = 0; c < 3; c++)
        for (int y = 0; y < 5; y++)
            for (int x = 0; x < 4; x++)
                expect(at(read, c * 20 + y * 4 + x) == at(image, c * 20 + x * 5 + y));
    wick_tensor_release(read);
    wick_tensor_release(turned);
    wick_tensor_release(image);
    free(file.data);
}

/* ---- what is refused ---- */

static void wrong_images_are_refused(void)
{
    wick_tensor *five = random_image(WICK_UINT8, 5, 2, 2), *bytes = NULL, *whole = NULL;
    wick_tensor *three = random_image(WICK_UINT8, 3, 2, 2), *none = NULL;
    expect_failure(wick_png_encode(five, 8, &bytes), WICK_ESHAPE, "the image is 5 x 2 x 2");
    expect_failure(wick_png_encode(three, 16, &bytes), WICK_EDTYPE, "need a floating tensor");
    expect_failure(wick_png_encode(three, 4, &bytes), WICK_EVALUE, "4 bits a sample");
    must(wick_tensor_new(context, WICK_INT32, 3, (int64_t[]){3, 2, 2}, &whole));
    expect_failure(wick_png_encode(whole, 8, &bytes), WICK_EDTYPE, "not defined for int32");
    must(wick_tensor_new(context, WICK_UINT8, 3, (int64_t[]){3, 0, 2}, &none));
    expect_failure(wick_png_encode(none, 8, &bytes), WICK_ESHAPE, "the image is 3 x 0 x 2");
    expect(bytes == NULL);
    wick_tensor_release(five);
    wick_tensor_release(three);
    wick_tensor_release(whole);
    wick_tensor_release(none);
}

static void files_cut_short_are_refused(void)
{
    wick_tensor *image = random_image(WICK_UINT8, 3, 6, 7), *read = NULL;
    blob file = encode(image, 8);
    for (size_t n = 0; n < file.bytes; n++) {
        blob cut = cut_blob(file, n);
        expect_for(decode(cut, WICK_UINT8, 0, &read) == WICK_EFORMAT && read == NULL, "%zu bytes",
                   n);
        expect(strstr(wick_message(), "a.png: ") == wick_message());
        free(cut.data);
    }
    wick_tensor_release(image);
    free(file.data);
}

static void no_images_are_refused(void)
{
    wick_tensor *read = NULL;
    blob text = make_blob(100);
    memset(text.data, 'x', 100);
    expect_failure(decode(text, WICK_UINT8, 0, &read), WICK_EFORMAT,
                   "a.png: does not start as a PNG image does");
    expect_failure(decode(text, WICK_INT32, 0, &read), WICK_EDTYPE, "not int32");
    free(text.data);
}

/* A header that promises more than the file can hold. */
static void bombs_are_refused(void)
{
    wick_tensor *image = random_image(WICK_UINT8, 3, 6, 7), *read = NULL;
    blob file = encode(image, 8);
    file.data[16] = 0, file.data[17] = 1, file.data[20] = 0, file.data[21] = 1;
    expect_failure(decode(file, WICK_UINT8, 0, &read), WICK_EFORMAT, "the limit is 268435456");
    expect_failure(decode(file, WICK_UINT8, SIZE_MAX, &read), WICK_EFORMAT,
                   "cannot be packed into");
    file.data[16] = file.data[20] = 0x7f;
    expect_failure(decode(file, WICK_UINT8, SIZE_MAX, &read), WICK_EFORMAT, "the limit is");
    file.data[16] = 0x80;
    expect_failure(decode(file, WICK_UINT8, 0, &read), WICK_EFORMAT, "has a damaged header");
    wick_tensor_release(image);
    free(file.data);
    image = random_image(WICK_UINT8, 3, 20, 20);
    file = encode(image, 8);
    expect_failure(decode(file, WICK_UINT8, 2399, &read), WICK_EFORMAT, "takes 2400 bytes");
    expect(decode(file, WICK_UINT8, 2400, &read) == WICK_OK);
    wick_tensor_release(read);
    wick_tensor_release(image);
    free(file.data);
}

static void lack_of_memory_is_survived(void)
{
    wick_tensor *image = random_image(WICK_FLOAT32, 3, 30, 40), *out = NULL;
    blob file = encode(image, 16);
    wick_status status = WICK_ENOMEM;
    for (uint64_t n = 1; status != WICK_OK && n < 100; n++) {
        wick_context_fail_after(context, n);
        status = wick_png_encode(image, 16, &out);
        wick_context_fail_after(context, 0);
        expect(status == WICK_OK || (status == WICK_ENOMEM && out == NULL));
    }
    expect(status == WICK_OK);
    wick_tensor_release(out);
    status = WICK_ENOMEM;
    for (uint64_t n = 1; status != WICK_OK && n < 100; n++) {
        wick_context_fail_after(context, n);
        status = decode(file, WICK_FLOAT64, 0, &out);
        wick_context_fail_after(context, 0);
        expect(status == WICK_OK || (status == WICK_ENOMEM && out == NULL));
    }
    expect(status == WICK_OK);
    wick_tensor_release(out);
    wick_tensor_release(image);
    free(file.data);
}

static void files_are_written_whole(void)
{
    const char *path = in_folder("image.png");
    wick_tensor *image = random_image(WICK_UINT8, 3, 50, 60), *bytes = NULL, *raw = NULL;
    wick_tensor *read = NULL;
    void *data = NULL;
    must(wick_png_encode(image, 8, &bytes));
    must(wick_tensor_data(bytes, &data));
    expect(wick_file_write(context, path, data, (size_t)wick_tensor_count(bytes)) == WICK_OK);
    expect(wick_file_read(context, path, &raw) == WICK_OK);
    must(wick_tensor_data(raw, &data));
    expect(wick_png_decode(context, path, data, (size_t)wick_tensor_count(raw), WICK_UINT8, 0,
                           &read) == WICK_OK);
    expect(largest_difference(image, read) == 0);
    wick_tensor_release(read);
    wick_tensor_release(raw);
    wick_tensor_release(bytes);
    wick_tensor_release(image);
}

int main(void)
{
    if (open_test())
        return 1;
    test("bytes come back", bytes_come_back);
    test("floats come back", floats_come_back);
    test("every byte survives a float", every_byte_survives_a_float);
    test("samples are clamped and cut off", samples_are_clamped_and_cut_off);
    test("strided images are written", strided_images_are_written);
    test("wrong images are refused", wrong_images_are_refused);
    test("files cut short are refused", files_cut_short_are_refused);
    test("what is no image is refused", no_images_are_refused);
    test("bombs are refused", bombs_are_refused);
    test("lack of memory is survived", lack_of_memory_is_survived);
    test("files are written whole", files_are_written_whole);
    test("nothing is left", leaves_nothing);
    return finish();
}
