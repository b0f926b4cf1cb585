/* PPM, PGM and PBM: what is written is read again, every kind of file is understood, and what is
 * wrong is said with its place. */
#include "support/pngs.h"

static blob encode_pnm(wick_tensor *image, int bits, bool text)
{
    wick_tensor *bytes = NULL;
    must(wick_pnm_encode(image, bits, text, &bytes));
    blob b = file_of(bytes);
    wick_tensor_release(bytes);
    return b;
}

static wick_status decode_pnm(blob b, wick_dtype dtype, size_t limit, wick_tensor **image)
{
    return wick_pnm_decode(context, "a.ppm", b.data, b.bytes, dtype, limit, image);
}

/* A file of text and bytes; its data need no free. */
#define FILE_OF(literal) ((blob){(unsigned char *)(literal), sizeof(literal) - 1})

/* ---- there and back ---- */

static void samples_come_back(void)
{
    for (int channels = 1; channels <= 3; channels += 2)
        for (int text = 0; text < 2; text++)
            for (int bits = 8; bits <= 16; bits += 8) {
                wick_dtype dtype = bits == 8 ? WICK_UINT8 : WICK_FLOAT64;
                wick_tensor *image = random_image(dtype, channels, 7, 31), *read = NULL;
                blob file = encode_pnm(image, bits, text);
                wick_image_size size = {0};
                expect(decode_pnm(file, dtype, 0, &read) == WICK_OK);
                expect_size(read, channels, 7, 31);
                expect(largest_difference(image, read) == 0);
                expect(wick_pnm_size("a", file.data, file.bytes, &size) == WICK_OK);
                expect(size.channels == channels && size.height == 7 && size.width == 31 &&
                       size.bits == bits);
                wick_tensor_release(read);
                wick_tensor_release(image);
                free(file.data);
            }
}

static void bits_come_back(void)
{
    float samples[2 * 11];
    wick_tensor *image = NULL;
    for (int i = 0; i < 22; i++)
        samples[i] = (float)(i * 7 % 22) / 21.0f;
    samples[3] = 0.5f;
    must(wick_tensor_from(context, WICK_FLOAT32, 2, (int64_t[]){2, 11}, samples, &image));
    for (int text = 0; text < 2; text++) {
        wick_tensor *read = NULL;
        blob file = encode_pnm(image, 1, text);
        expect(file.bytes == (text ? 8 + 2 * 22 : 8 + 2 * 2));
        expect(decode_pnm(file, WICK_FLOAT32, 0, &read) == WICK_OK);
        expect_size(read, 1, 2, 11);
        for (int i = 0; i < 22; i++)
            expect_for(at(read, i) == (samples[i] >= 0.5f), "sample %d", i);
        wick_tensor_release(read);
        free(file.data);
    }
    wick_tensor_release(image);
}

static void lines_of_text_are_short(void)
{
    wick_tensor *image = random_image(WICK_FLOAT32, 3, 3, 100);
    blob file = encode_pnm(image, 16, true);
    int column = 0;
    for (size_t i = 0; i < file.bytes; i++) {
        column = file.data[i] == '\n' ? 0 : column + 1;
        expect(column <= 70);
    }
    wick_tensor_release(image);
    free(file.data);
}

/* ---- files that others write ---- */

static void check_file(blob file, wick_dtype dtype, int64_t channels, int64_t height, int64_t width,
                       const double *expected)
{
    wick_tensor *read = NULL;
    if (!expect(decode_pnm(file, dtype, 0, &read) == WICK_OK))
        return;
    expect_size(read, channels, height, width);
    for (int64_t i = 0; i < channels * height * width; i++)
        expect_for(at(read, i) == expected[i], "sample %d of %.20s: %g", (int)i, file.data,
                   at(read, i));
    wick_tensor_release(read);
}
#define SAMPLES(...) ((const double[]){__VA_ARGS__})

static void every_kind_is_read(void)
{
    check_file(FILE_OF("P1\n3 2\n101\n0 1 0"), WICK_UINT8, 1, 2, 3,
               SAMPLES(0, 255, 0, 255, 0, 255));
    check_file(FILE_OF("P4 3 2\n\xA0\x5F"), WICK_UINT8, 1, 2, 3, SAMPLES(0, 255, 0, 255, 0, 255));
    check_file(FILE_OF("P2\n2 1\n15\n3 15"), WICK_UINT8, 1, 1, 2, SAMPLES(51, 255));
    check_file(FILE_OF("P2\n2 1\n15\n3 15"), WICK_FLOAT64, 1, 1, 2, SAMPLES(3.0 / 15, 1));
    check_file(FILE_OF("P5\n2 1\n100\n\x32\x64"), WICK_UINT8, 1, 1, 2, SAMPLES(128, 255));
    check_file(FILE_OF("P5 1 2 65535\n\x80\x01\x00\x02"), WICK_FLOAT64, 1, 2, 1,
               SAMPLES(32769 / 65535.0, 2 / 65535.0));
    check_file(FILE_OF("P5 1 2 65535\n\xFF\xFF\x80\x80"), WICK_UINT8, 1, 2, 1, SAMPLES(255, 128));
    check_file(FILE_OF("P3\n1 2 255\n1 2 3\r\n4 5 6\n"), WICK_UINT8, 3, 2, 1,
               SAMPLES(1, 4, 2, 5, 3, 6));
    check_file(FILE_OF("P6\n1 2 255\n\1\2\3\4\5\6"), WICK_UINT8, 3, 2, 1,
               SAMPLES(1, 4, 2, 5, 3, 6));
}

static void comments_are_skipped(void)
{
    check_file(FILE_OF("P2 # grey\n#\n# 9 9\n2 # wide\n1\n255 7 # seven\n9 # nine"), WICK_UINT8, 1,
               1, 2, SAMPLES(7, 9));
    check_file(FILE_OF("P6#c\n1 1#d\r255\n#ab"), WICK_UINT8, 3, 1, 1, SAMPLES('#', 'a', 'b'));
}

/* ---- what is refused ---- */

static void refuse(blob file, const char *text)
{
    wick_tensor *read = NULL;
    expect_failure(decode_pnm(file, WICK_UINT8, 0, &read), WICK_EFORMAT, text);
    expect(read == NULL && strstr(wick_message(), "a.ppm: ") == wick_message());
}

static void wrong_files_are_refused(void)
{
    refuse(FILE_OF("P7\n1 1\n"), "does not start as a PPM, PGM or PBM image does");
    refuse(FILE_OF("P"), "does not start");
    refuse(FILE_OF("P5\nx"), "no number in its header at byte 3");
    refuse(FILE_OF("P5\n0 1 255\n"), "its header has a number beyond 1 to 2147483647 at byte 3");
    refuse(FILE_OF("P5\n1 99999999999999999999 255\n"), "beyond 1 to 2147483647 at byte 5");
    refuse(FILE_OF("P5\n1 1 65536\n1"), "its header has a number beyond 1 to 65535 at byte 7");
    refuse(FILE_OF("P5\n1 1 255"), "ends after 10 bytes, inside its header");
    refuse(FILE_OF("P5\n1 1 255a1"), "no space behind its header at byte 10");
    refuse(FILE_OF("P5\n2 2 255\nabc"), "promises 2 x 2 pixels, more than the 3 bytes behind");
    refuse(FILE_OF("P5\n1 1 100\ne"), "has a sample of 101 near byte 11, above its 100");
    refuse(FILE_OF("P2\n2 1 255\n1 256"), "its pixels has a number beyond 0 to 255 at byte 13");
    refuse(FILE_OF("P2\n2 1 255\n1 -6"), "has no number in its pixels at byte 13");
    refuse(FILE_OF("P2\n2 1 255\n1    "), "ends after 16 bytes, inside its pixels");
    refuse(FILE_OF("P1\n2 1\n12"), "has no 0 or 1 at byte 8");
    refuse(FILE_OF("P1\n2 1\n1 "), "ends after 9 bytes, inside its pixels");
}

static void promises_are_checked(void)
{
    wick_tensor *read = NULL;
    blob huge = FILE_OF("P6\n1000000000 1000000000 255\nabc");
    refuse(huge, "the limit is 268435456");
    expect_failure(decode_pnm(huge, WICK_UINT8, SIZE_MAX, &read), WICK_EFORMAT,
                   "more than the 3 bytes behind byte 29 can hold");
    refuse(FILE_OF("P3\n4000 4000 255\n1 2 3"), "promises 4000 x 4000 pixels");
    refuse(FILE_OF("P4\n2147483647 2147483647\nabc"), "the limit is 268435456");
    wick_tensor *image = random_image(WICK_UINT8, 3, 20, 20);
    blob file = encode_pnm(image, 8, false);
    expect_failure(decode_pnm(file, WICK_UINT8, 1199, &read), WICK_EFORMAT, "takes 1200 bytes");
    expect(decode_pnm(file, WICK_UINT8, 1200, &read) == WICK_OK);
    wick_tensor_release(read);
    wick_tensor_release(image);
    free(file.data);
}

/* Text may end a digit early and be a smaller number; everything else is missed. */
static void files_cut_short_are_refused(void)
{
    for (int kind = 0; kind < 6; kind++) {
        int bits = kind % 3 == 0 ? 1 : kind % 3 == 1 ? 8 : 16;
        wick_tensor *image = random_image(WICK_FLOAT32, bits == 8 ? 3 : 1, 5, 9);
        blob file = encode_pnm(image, bits, kind >= 3);
        size_t end = file.bytes;
        while (kind >= 3 && file.data[end - 1] != ' ')
            end--;
        for (size_t n = 0; n < end; n++) {
            wick_tensor *read = NULL;
            blob cut = cut_blob(file, n);
            expect_for(decode_pnm(cut, WICK_UINT8, 0, &read) == WICK_EFORMAT && read == NULL,
                       "kind %d, %zu bytes", kind, n);
            free(cut.data);
        }
        wick_tensor_release(image);
        free(file.data);
    }
}

static void changed_bytes_are_survived(void)
{
    wick_tensor *image = random_image(WICK_FLOAT32, 1, 6, 7);
    blob whole[6];
    int read_well = 0;
    for (int kind = 0; kind < 6; kind++)
        whole[kind] = encode_pnm(image, kind % 3 == 0 ? 1 : kind % 3 == 1 ? 8 : 16, kind >= 3);
    for (int round = 0; round < 6000; round++) {
        blob b = cut_blob(whole[round % 6], whole[round % 6].bytes - noise() % 2);
        wick_tensor *read = NULL;
        for (uint32_t k = noise() % 3; k < 3; k++)
            b.data[noise() % b.bytes] = (unsigned char)("0123456789 #\n\xFF"[noise() % 14]);
        wick_status status = decode_pnm(b, round % 2 ? WICK_UINT8 : WICK_FLOAT32, 1 << 20, &read);
        expect((status == WICK_OK) == (read != NULL));
        read_well += status == WICK_OK;
        wick_tensor_release(read);
        free(b.data);
    }
    expect_for(read_well > 300 && read_well < 5700, "%d images read", read_well);
    for (int kind = 0; kind < 6; kind++)
        free(whole[kind].data);
    wick_tensor_release(image);
}

static void wrong_images_are_refused(void)
{
    wick_tensor *two = random_image(WICK_UINT8, 2, 2, 2),
                *three = random_image(WICK_UINT8, 3, 2, 2);
    wick_tensor *bytes = NULL;
    expect_failure(wick_pnm_encode(two, 8, false, &bytes), WICK_ESHAPE, "the image is 2 x 2 x 2");
    expect_failure(wick_pnm_encode(three, 1, false, &bytes), WICK_ESHAPE, "or 1 x height x width");
    expect_failure(wick_pnm_encode(three, 4, false, &bytes), WICK_EVALUE, "4 bits a sample");
    wick_tensor_release(two);
    wick_tensor_release(three);
}

static void lack_of_memory_is_survived(void)
{
    wick_tensor *image = random_image(WICK_FLOAT32, 3, 30, 40), *out = NULL;
    blob file = encode_pnm(image, 16, true);
    wick_status status = WICK_ENOMEM;
    for (uint64_t n = 1; status != WICK_OK && n < 100; n++) {
        wick_context_fail_after(context, n);
        status = wick_pnm_encode(image, 16, true, &out);
        wick_context_fail_after(context, 0);
        expect(status == WICK_OK || (status == WICK_ENOMEM && out == NULL));
    }
    expect(status == WICK_OK);
    wick_tensor_release(out);
    status = WICK_ENOMEM;
    for (uint64_t n = 1; status != WICK_OK && n < 100; n++) {
        wick_context_fail_after(context, n);
        status = decode_pnm(file, WICK_FLOAT16, 0, &out);
        wick_context_fail_after(context, 0);
        expect(status == WICK_OK || (status == WICK_ENOMEM && out == NULL));
    }
    expect(status == WICK_OK);
    wick_tensor_release(out);
    wick_tensor_release(image);
    free(file.data);
}

/* ---- which format ---- */

static void formats_are_told_by_content(void)
{
    wick_tensor *image = random_image(WICK_UINT8, 3, 9, 8), *bytes = NULL;
    blob files[3] = {encode(image, 8), {NULL, 0}, encode_pnm(image, 8, false)};
    must(wick_jpeg_encode(image, 100, &bytes));
    files[1] = file_of(bytes);
    wick_tensor_release(bytes);
    for (int k = 0; k < 3; k++) {
        wick_image_size size = {0};
        wick_tensor *read = NULL;
        blob b = files[k];
        expect(wick_image_format_of(b.data, b.bytes) == (wick_image_format)(WICK_PNG + k));
        expect(wick_image_size_of("a", b.data, b.bytes, &size) == WICK_OK && size.width == 8);
        expect(wick_image_decode(context, "a", b.data, b.bytes, WICK_UINT8, 0, &read) == WICK_OK);
        expect_size(read, 3, 9, 8);
        expect_failure(wick_image_decode(context, "a", b.data, 2, WICK_UINT8, 0, &bytes),
                       WICK_EFORMAT, "a: is no PNG, JPEG, PPM, PGM or PBM image");
        wick_tensor_release(read);
        free(b.data);
    }
    wick_tensor_release(image);
}

int main(void)
{
    if (open_test())
        return 1;
    test("samples come back", samples_come_back);
    test("bits come back", bits_come_back);
    test("lines of text are short", lines_of_text_are_short);
    test("every kind is read", every_kind_is_read);
    test("comments are skipped", comments_are_skipped);
    test("wrong files are refused", wrong_files_are_refused);
    test("promises are checked", promises_are_checked);
    test("files cut short are refused", files_cut_short_are_refused);
    test("changed bytes are survived", changed_bytes_are_survived);
    test("wrong images are refused", wrong_images_are_refused);
    test("lack of memory is survived", lack_of_memory_is_survived);
    test("formats are told by content", formats_are_told_by_content);
    test("nothing is left", leaves_nothing);
    return finish();
}
