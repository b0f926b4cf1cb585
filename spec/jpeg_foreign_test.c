/* JPEG files that others write, made here by libjpeg itself: four inks, many passes, restarts; and
 * what comes of files that are damaged or promise too much. */
#include "support/jpegs.h"

static const foreign_jpeg colours = {3, 40, 24, JCS_RGB, JCS_YCbCr, .restart = 0};

/* ---- colours ---- */

/* Adobe stores how much light an ink lets through, others how much ink there is. */
static void inks_become_colours(void)
{
    const uint8_t light[] = {200, 100, 50, 180}, ink[] = {55, 155, 205, 75};
    const int expected[] = {200 * 180 / 255, 100 * 180 / 255, 50 * 180 / 255};
    const foreign_jpeg files[] = {
        {4, 16, 8, JCS_CMYK, JCS_CMYK, .pixel = light},
        {4, 16, 8, JCS_CMYK, JCS_YCCK, .pixel = light},
        {4, 16, 8, JCS_CMYK, JCS_CMYK, .pixel = ink, .without_adobe = true}};
    for (int k = 0; k < 3; k++) {
        blob file = foreign(&files[k]);
        wick_tensor *read = NULL;
        wick_image_size size = {0};
        expect(decode_jpeg(file, WICK_UINT8, NULL, &read) == WICK_OK);
        expect_size(read, 3, 8, 16);
        for (int c = 0; c < 3; c++) {
            double d = at(read, c * 128 + 77) - expected[c];
            expect_for(d <= 3 && d >= -3, "file %d, channel %d: %g", k, c, d);
        }
        expect(wick_jpeg_size("a", file.data, file.bytes, NULL, &size) == WICK_OK);
        expect(size.channels == 3);
        wick_tensor_release(read);
        free(file.data);
    }
}

/* Progressive files, restarts, arithmetic codes and segments in between change no pixel. */
static void other_ways_of_storing_give_the_same(void)
{
    foreign_jpeg ways[] = {colours, colours, colours};
    wick_tensor *expected = NULL;
    blob plain = foreign(&colours);
    must(decode_jpeg(plain, WICK_UINT8, NULL, &expected));
    ways[0].progressive = true;
    ways[1].restart = 2;
    ways[2].arithmetic = true;
    for (int k = 0; k < 4; k++) {
        wick_tensor *read = NULL;
        blob file = k < 3 ? foreign(&ways[k])
                          : with_segment(plain, "\xFF\xFE\0\5hi!between\xFF\xFF\xFF\xEC\0\2", 20);
        expect_for(decode_jpeg(file, WICK_UINT8, NULL, &read) == WICK_OK, "way %d", k);
        expect_for(read && largest_difference(expected, read) == 0, "way %d", k);
        wick_tensor_release(read);
        free(file.data);
    }
    wick_tensor_release(expected);
    free(plain.data);
}

static void what_is_not_supported_is_said(void)
{
    wick_tensor *read = NULL;
    blob file = foreign(&colours);
    size_t frame = frame_of(file);
    file.data[frame + 4] = 12;
    expect_failure(decode_jpeg(file, WICK_UINT8, NULL, &read), WICK_EFORMAT, "precision 12");
    file.data[frame + 4] = 8;
    file.data[frame + 1] = 0xC3;
    expect_failure(decode_jpeg(file, WICK_UINT8, NULL, &read), WICK_EFORMAT, "SOF type 0xc3");
    file.data[frame + 1] = 0xC0;
    file.data[frame + 9] = 2;
    expect_failure(decode_jpeg(file, WICK_UINT8, NULL, &read), WICK_EFORMAT, "has 2 colours");
    file.data[frame + 9] = 3;
    file.data[frame + 5] = file.data[frame + 6] = 0;
    expect_failure(decode_jpeg(file, WICK_UINT8, NULL, &read), WICK_EFORMAT, "has 40 x 0 pixels");
    free(file.data);
}

/* ---- damage ---- */

static void files_cut_short_are_refused(void)
{
    foreign_jpeg progressive = colours;
    progressive.progressive = true;
    blob plain = foreign(&colours);
    blob files[] = {plain, foreign(&progressive), with_orientation(plain, 6, true)};
    for (int k = 0; k < 3; k++) {
        for (size_t n = 0; n < files[k].bytes; n++) {
            wick_tensor *read = NULL;
            blob cut = cut_blob(files[k], n);
            expect_for(decode_jpeg(cut, WICK_UINT8, NULL, &read) == WICK_EFORMAT && read == NULL,
                       "file %d, %zu bytes", k, n);
            expect(strstr(wick_message(), "a.jpg: ") == wick_message());
            free(cut.data);
        }
        free(files[k].data);
    }
}

/* Half a file gives half an image when that will do; a word and the place otherwise. */
static void damage_is_read_only_when_asked(void)
{
    const foreign_jpeg large = {3, 200, 160, JCS_RGB, JCS_YCbCr, .restart = 0};
    blob file = foreign(&large);
    blob cut = cut_blob(file, file.bytes * 3 / 4);
    wick_tensor *whole = NULL, *read = NULL;
    expect_failure(decode_jpeg(cut, WICK_UINT8, NULL, &read), WICK_EFORMAT,
                   "a.jpg: is damaged near byte 80");
    must(decode_jpeg(file, WICK_UINT8, NULL, &whole));
    must(decode_jpeg(cut, WICK_UINT8, &(wick_jpeg_options){.damaged = true}, &read));
    expect_size(read, 3, 160, 200);
    for (int i = 0; i < 50 * 200; i++)
        expect(at(read, i) == at(whole, i));
    expect(largest_difference(read, whole) > 0);
    wick_tensor_release(read);
    wick_tensor_release(whole);
    free(cut.data);
    free(file.data);
}

/* Changed bytes give an image or a message, never a crash. */
static void changed_bytes_are_survived(void)
{
    foreign_jpeg progressive = colours, restarts = colours;
    const foreign_jpeg inks = {4, 16, 8, JCS_CMYK, JCS_YCCK, .restart = 0};
    progressive.progressive = true;
    restarts.restart = 1;
    blob tagged = foreign(&colours);
    blob whole[] = {foreign(&progressive), foreign(&restarts), foreign(&inks),
                    with_orientation(tagged, 8, false)};
    int read_well = 0;
    for (int round = 0; round < 4000; round++) {
        blob b = cut_blob(whole[round % 4], whole[round % 4].bytes);
        wick_jpeg_options options = {.limit = 1 << 20, .damaged = round % 3 == 0};
        wick_tensor *read = NULL;
        for (uint32_t k = noise() % 3; k < 3; k++)
            b.data[2 + noise() % (b.bytes - 2)] = (unsigned char)noise();
        wick_status status = decode_jpeg(b, round % 2 ? WICK_UINT8 : WICK_FLOAT32, &options, &read);
        expect((status == WICK_OK) == (read != NULL));
        expect(status == WICK_OK || strstr(wick_message(), "a.jpg: ") == wick_message());
        read_well += status == WICK_OK;
        wick_tensor_release(read);
        free(b.data);
    }
    expect_for(read_well > 400 && read_well < 3600, "%d images read", read_well);
    for (int i = 0; i < 4; i++)
        free(whole[i].data);
    free(tagged.data);
}

/* ---- bombs ---- */

/* A header that promises more than the file can hold is refused before memory is taken. */
static void promises_are_checked(void)
{
    wick_tensor *read = NULL;
    blob file = foreign(&colours);
    uint8_t *size = file.data + frame_of(file) + 5;
    wick_context_reset_peak(context);
    size_t before = wick_context_memory(context).peak;
    size[0] = size[1] = size[2] = size[3] = 0xFE;
    expect_failure(decode_jpeg(file, WICK_UINT8, NULL, &read), WICK_EFORMAT,
                   "reading 65278 x 65278 pixels takes 12783651852 bytes, the limit is 268435456");
    expect_failure(decode_jpeg(file, WICK_UINT8, &(wick_jpeg_options){.limit = SIZE_MAX}, &read),
                   WICK_EFORMAT, "promises 65278 x 65278 pixels, which cannot be packed into");
    expect(wick_context_memory(context).peak == before);
    free(file.data);
}

static void the_limit_holds_for_libjpeg_too(void)
{
    foreign_jpeg large = {3, 400, 300, JCS_RGB, JCS_YCbCr, .progressive = true};
    wick_tensor *read = NULL;
    blob file = foreign(&large);
    const size_t planes = 3 * 400 * 300;
    expect_failure(decode_jpeg(file, WICK_UINT8, &(wick_jpeg_options){.limit = planes - 1}, &read),
                   WICK_EFORMAT,
                   "reading 400 x 300 pixels takes 360000 bytes, the limit is 359999");
    expect_failure(
        decode_jpeg(file, WICK_UINT8, &(wick_jpeg_options){.limit = planes + 200000}, &read),
        WICK_EFORMAT, "a.jpg: unpacking takes more than the 200000 bytes left of its limit");
    wick_context_trim(context);
    wick_context_reset_peak(context);
    size_t before = wick_context_memory(context).live, limit = planes + 900000;
    expect(decode_jpeg(file, WICK_UINT8, &(wick_jpeg_options){.limit = limit}, &read) == WICK_OK);
    expect(wick_context_memory(context).peak - before < limit + limit / 4);
    expect(wick_context_memory(context).peak - before > planes);
    wick_tensor_release(read);
    free(file.data);
}

/* Every coefficient in a scan of its own, twice: 127 of them are legal, and refused. */
static void passes_are_counted(void)
{
    jpeg_scan_info scans[127] = {{1, {0}, 0, 0, 0, 0}};
    for (int k = 1; k <= 63; k++) {
        scans[k] = (jpeg_scan_info){1, {0}, k, k, 0, 1};
        scans[63 + k] = (jpeg_scan_info){1, {0}, k, k, 1, 0};
    }
    foreign_jpeg f = {1, 16, 16, JCS_GRAYSCALE, JCS_GRAYSCALE, .scans = scans, .scan_count = 64};
    wick_tensor *read = NULL;
    blob legal = foreign(&f);
    expect(decode_jpeg(legal, WICK_UINT8, NULL, &read) == WICK_OK);
    wick_tensor_release(read);
    f.scan_count = 127;
    blob bomb = foreign(&f);
    read = NULL;
    expect_failure(decode_jpeg(bomb, WICK_UINT8, NULL, &read), WICK_EFORMAT,
                   "a.jpg: it goes over the image more than 100 times");
    free(legal.data);
    free(bomb.data);
}

int main(void)
{
    if (open_test())
        return 1;
    test("inks become colours", inks_become_colours);
    test("other ways of storing give the same", other_ways_of_storing_give_the_same);
    test("what is not supported is said", what_is_not_supported_is_said);
    test("files cut short are refused", files_cut_short_are_refused);
    test("damage is read only when asked", damage_is_read_only_when_asked);
    test("changed bytes are survived", changed_bytes_are_survived);
    test("promises are checked", promises_are_checked);
    test("the limit holds for libjpeg too", the_limit_holds_for_libjpeg_too);
    test("passes are counted", passes_are_counted);
    test("nothing is left", leaves_nothing);
    return finish();
}
