/* PNG files that others write, made here by libpng itself: palettes, few bits, interlaced rows,
 * text that unpacks; and what comes of them when they are damaged. */
#include <png.h>
#include <zlib.h>

#include "support/pngs.h"

static void put_bytes(png_structp png, png_bytep data, size_t bytes)
{
    blob *file = png_get_io_ptr(png);
    file->data = realloc(file->data, file->bytes + bytes);
    memcpy(file->data + file->bytes, data, bytes);
    file->bytes += bytes;
}

/* An 8 x 8 image whose samples count up, of a colour type and bits, with what a file may carry. */
static blob foreign(int colour, int bits, int interlace, bool extras)
{
    blob file = {NULL, 0};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_color palette[4] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {10, 20, 30}};
    png_byte alpha[2] = {0, 128};
    png_text text = {.compression = PNG_TEXT_COMPRESSION_zTXt, .key = "Comment", .text = "said"};
    png_byte row[64];
    png_set_write_fn(png, &file, put_bytes, NULL);
    png_set_IHDR(png, info, 8, 8, bits, colour, interlace, 0, 0);
    if (colour == PNG_COLOR_TYPE_PALETTE)
        png_set_PLTE(png, info, palette, 4);
    if (extras && colour == PNG_COLOR_TYPE_PALETTE)
        png_set_tRNS(png, info, alpha, 2, NULL);
    if (extras)
        png_set_text(png, info, &text, 1);
    if (extras)
        png_set_gAMA(png, info, 0.45455);
    png_write_info(png, info);
    int passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < 8; y++) {
            for (size_t i = 0; i < sizeof row; i++)
                row[i] = (png_byte)(bits < 8 ? 0x1B : (int)i + 8 * y);
            png_write_row(png, row);
        }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return file;
}

static void palettes_become_colours(void)
{
    for (int extras = 0; extras < 2; extras++) {
        blob file = foreign(PNG_COLOR_TYPE_PALETTE, 2, PNG_INTERLACE_NONE, extras);
        wick_tensor *read = NULL;
        expect(decode(file, WICK_UINT8, 0, &read) == WICK_OK);
        expect_size(read, 3, 8, 8);
        expect(at(read, 0) == 255 && at(read, 64) == 0 && at(read, 128) == 0);
        expect(at(read, 1) == 0 && at(read, 65) == 255);
        expect(at(read, 3) == 10 && at(read, 67) == 20 && at(read, 131) == 30);
        wick_tensor_release(read);
        free(file.data);
    }
}

static void few_bits_are_spread(void)
{
    blob file = foreign(PNG_COLOR_TYPE_GRAY, 2, PNG_INTERLACE_NONE, false);
    wick_tensor *read = NULL;
    expect(decode(file, WICK_UINT8, 0, &read) == WICK_OK);
    expect_size(read, 1, 8, 8);
    expect(at(read, 0) == 0 && at(read, 1) == 85 && at(read, 2) == 170 && at(read, 3) == 255);
    wick_tensor_release(read);
    free(file.data);
}

static void interlaced_images_are_read(void)
{
    blob plain = foreign(PNG_COLOR_TYPE_RGB_ALPHA, 8, PNG_INTERLACE_NONE, true);
    blob laced = foreign(PNG_COLOR_TYPE_RGB_ALPHA, 8, PNG_INTERLACE_ADAM7, true);
    wick_tensor *a = NULL, *b = NULL;
    expect(decode(plain, WICK_UINT8, 0, &a) == WICK_OK &&
           decode(laced, WICK_UINT8, 0, &b) == WICK_OK);
    expect_size(b, 4, 8, 8);
    expect(largest_difference(a, b) == 0);
    wick_tensor_release(a);
    wick_tensor_release(b);
    free(plain.data);
    free(laced.data);
}

/* ---- damage ---- */

static uint32_t big_endian(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Makes the sum at the end of every chunk right again, so that damage gets past it. */
static void mend_sums(blob b)
{
    for (size_t i = 8; i + 12 <= b.bytes;) {
        size_t length = big_endian(b.data + i);
        if (length > b.bytes - i - 12)
            return;
        uint32_t sum = (uint32_t)crc32(0, b.data + i + 4, (uInt)length + 4);
        for (int k = 0; k < 4; k++)
            b.data[i + 8 + length + (size_t)k] = (unsigned char)(sum >> (24 - 8 * k));
        i += length + 12;
    }
}

/* Changed bytes give an image or a message, never a crash. */
static void damage_is_survived(void)
{
    blob whole[] = {foreign(PNG_COLOR_TYPE_PALETTE, 2, PNG_INTERLACE_ADAM7, true),
                    foreign(PNG_COLOR_TYPE_RGB, 16, PNG_INTERLACE_NONE, true),
                    foreign(PNG_COLOR_TYPE_GRAY_ALPHA, 8, PNG_INTERLACE_ADAM7, false)};
    int read_well = 0;
    for (int round = 0; round < 3000; round++) {
        blob b = cut_blob(whole[round % 3], whole[round % 3].bytes);
        wick_tensor *read = NULL;
        for (uint32_t k = noise() % 3; k < 3; k++)
            b.data[8 + noise() % (b.bytes - 8)] = (unsigned char)noise();
        mend_sums(b);
        wick_status status = decode(b, round % 2 ? WICK_UINT8 : WICK_FLOAT32, 1 << 20, &read);
        expect((status == WICK_OK) == (read != NULL));
        read_well += status == WICK_OK;
        wick_tensor_release(read);
        free(b.data);
    }
    expect_for(read_well > 300 && read_well < 2900, "%d images read", read_well);
    for (int i = 0; i < 3; i++)
        free(whole[i].data);
}

/* 20 MB of text in a few kB are skipped. */
static void text_is_not_unpacked(void)
{
    static char said[1 << 20];
    blob file = {NULL, 0};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_byte row[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    wick_tensor *read = NULL;
    memset(said, ' ', sizeof said - 1);
    png_text text = {.compression = PNG_TEXT_COMPRESSION_zTXt, .key = "Comment", .text = said};
    png_set_write_fn(png, &file, put_bytes, NULL);
    png_set_IHDR(png, info, 8, 1, 8, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, 0, 0);
    for (int i = 0; i < 20; i++)
        png_set_text(png, info, &text, 1);
    png_write_info(png, info);
    png_write_row(png, row);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    wick_context_reset_peak(context);
    expect(decode(file, WICK_UINT8, 0, &read) == WICK_OK && at(read, 7) == 8);
    expect_for(wick_context_memory(context).peak < 400000, "a peak of %zu bytes",
               wick_context_memory(context).peak);
    wick_tensor_release(read);
    free(file.data);
}

int main(void)
{
    if (open_test())
        return 1;
    test("palettes become colours", palettes_become_colours);
    test("few bits are spread", few_bits_are_spread);
    test("interlaced images are read", interlaced_images_are_read);
    test("damage is survived", damage_is_survived);
    test("text is not unpacked", text_is_not_unpacked);
    test("nothing is left", leaves_nothing);
    return finish();
}
