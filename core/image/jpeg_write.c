/* Writing JPEG images: planes become rows, libjpeg packs them into memory that grows. */
#include <string.h>

#include "base/status.h"
#include "image/image.h"
#include "image/jpeg.h"
#include "tensor/tensor.h"

enum { MOST_SIDE = 65500 };

/* The image on its way: libjpeg's part first, so that callbacks find the rest. */
typedef struct writer {
    wick__jpeg base;
    struct jpeg_compress_struct jpeg;
    struct jpeg_destination_mgr destination;
    wick__picture picture;
    int quality;
    wick__growing file;
} writer;

/* ---- libjpeg's destination ---- */

/* Offers libjpeg what room there is behind the file so far. */
static void offer_room(writer *w)
{
    wick_status status = wick__growing_reserve(&w->file, 1);
    if (status != WICK_OK)
        wick__jpeg_stop(&w->base, status);
    w->destination.next_output_byte = w->file.data + w->file.used;
    w->destination.free_in_buffer = w->file.room - w->file.used;
}

static void begin_file(j_compress_ptr jpeg)
{
    offer_room(jpeg->client_data);
}

/* libjpeg has filled all there is, whatever it says is left. */
static boolean make_room(j_compress_ptr jpeg)
{
    writer *w = jpeg->client_data;
    w->file.used = w->file.room;
    offer_room(w);
    return TRUE;
}

static void end_file(j_compress_ptr jpeg)
{
    writer *w = jpeg->client_data;
    w->file.used = w->file.room - w->destination.free_in_buffer;
}

/* ---- libjpeg's part ---- */

static void write_image(wick__jpeg *j)
{
    writer *w = (writer *)j;
    struct jpeg_compress_struct *jpeg = &w->jpeg;
    wick__jpeg_attach(j, (j_common_ptr)jpeg);
    jpeg_create_compress(jpeg);
    wick__jpeg_use_memory((j_common_ptr)jpeg);
    w->destination = (struct jpeg_destination_mgr){NULL, 0, begin_file, make_room, end_file};
    jpeg->dest = &w->destination;
    jpeg->image_width = (JDIMENSION)w->picture.width;
    jpeg->image_height = (JDIMENSION)w->picture.height;
    jpeg->input_components = (int)w->picture.channels;
    jpeg->in_color_space = w->picture.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, w->quality, TRUE);
    jpeg_start_compress(jpeg, TRUE);
    JSAMPARRAY row = jpeg->mem->alloc_sarray(
        (j_common_ptr)jpeg, JPOOL_IMAGE, jpeg->image_width * (JDIMENSION)jpeg->input_components, 1);
    while (jpeg->next_scanline < jpeg->image_height) {
        wick__picture_row(&w->picture, jpeg->next_scanline, 8, row[0]);
        jpeg_write_scanlines(jpeg, row, 1);
    }
    jpeg_finish_compress(jpeg);
}

static wick_status check_image(const wick_tensor *image, const wick__picture *p, int quality)
{
    if (p->channels != 1 && p->channels != 3)
        return wick__fail(WICK_ESHAPE,
                          "JPEG: the image is %s, expected height x width, or 1 or 3 channels x "
                          "height x width",
                          wick__shape(image));
    if (p->height > MOST_SIDE || p->width > MOST_SIDE)
        return wick__fail(WICK_ESHAPE,
                          "JPEG: the image is %s, at most %d pixels a side are written",
                          wick__shape(image), MOST_SIDE);
    if (quality < 1 || quality > 100)
        return wick__fail(WICK_EVALUE, "JPEG: a quality of %d, expected 1 to 100", quality);
    return WICK_OK;
}

static wick_status run_libjpeg(writer *w, wick_tensor **bytes)
{
    bool done = wick__jpeg_guarded(&w->base, write_image);
    wick_status status = done ? WICK_OK : wick__jpeg_failure(&w->base, "JPEG", -1);
    jpeg_destroy_compress(&w->jpeg);
    if (status == WICK_OK)
        status = wick__growing_tensor(&w->file, bytes);
    wick__growing_close(&w->file);
    return status;
}

wick_status wick_jpeg_encode(wick_tensor *image, int quality, wick_tensor **bytes)
{
    writer w = {.base = {.context = image->context, .limit = SIZE_MAX},
                .quality = quality,
                .file = {.context = image->context}};
    *bytes = NULL;
    wick_status status = wick__picture_open("JPEG", image, &w.picture);
    if (status != WICK_OK)
        return status;
    status = check_image(image, &w.picture, quality);
    if (status == WICK_OK)
        status = run_libjpeg(&w, bytes);
    wick__picture_close(&w.picture);
    return status;
}
