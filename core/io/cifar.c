/* Binary CIFAR-10 batches: records of a label byte and 3 x 32 x 32 bytes of red, green and blue. */
#include <string.h>

#include "base/status.h"
#include "io/bytes.h"
#include "io/file.h"
#include "tensor/tensor.h"

enum { PIXELS = 3 * 32 * 32, RECORD = 1 + PIXELS, CLASSES = 10 };

static wick_status check_records(const char *name, const uint8_t *data, size_t bytes)
{
    if (bytes == 0 || bytes % RECORD != 0)
        return wick__fail(WICK_EFORMAT,
                          "%s: has %s bytes, expected a multiple of %d (a label and 3 x 32 x 32)",
                          name, wick__number(bytes), (int)RECORD);
    for (size_t i = 0; i < bytes / RECORD; i++)
        if (data[i * RECORD] >= CLASSES)
            return wick__fail(WICK_EFORMAT, "%s: record %s has label %d, expected 0 to 9", name,
                              wick__number(i + 1), (int)data[i * RECORD]);
    return WICK_OK;
}

static void unpack(const uint8_t *data, size_t records, uint8_t *pixels, int64_t *label)
{
    for (size_t i = 0; i < records; i++) {
        label[i] = data[i * RECORD] + 1;
        memcpy(pixels + i * PIXELS, data + i * RECORD + 1, PIXELS);
    }
}

wick_status wick_cifar_read(wick_context *context, const char *name, const void *data, size_t bytes,
                            wick_tensor **images, wick_tensor **labels)
{
    wick_tensor *image = NULL, *label = NULL;
    void *pixels, *numbers;
    *images = *labels = NULL;
    wick_status status = check_records(name, data, bytes);
    const int64_t size[] = {(int64_t)(bytes / RECORD), 3, 32, 32};
    if (status == WICK_OK)
        status = wick_tensor_new(context, WICK_UINT8, 4, size, &image);
    if (status == WICK_OK)
        status = wick_tensor_new(context, WICK_INT64, 1, size, &label);
    if (status == WICK_OK)
        status = wick__writable(image, &pixels);
    if (status == WICK_OK)
        status = wick__writable(label, &numbers);
    if (status != WICK_OK) {
        wick_tensor_release(image);
        wick_tensor_release(label);
        return status;
    }
    unpack(data, bytes / RECORD, pixels, numbers);
    *images = image;
    *labels = label;
    return WICK_OK;
}

wick_status wick_cifar_load(wick_context *context, const char *path, wick_tensor **images,
                            wick_tensor **labels)
{
    wick_tensor *raw;
    const void *data;
    size_t bytes;
    *images = *labels = NULL;
    wick_status status = wick__file_bytes(context, path, &raw, &data, &bytes);
    if (status == WICK_OK)
        status = wick_cifar_read(context, path, data, bytes, images, labels);
    wick_tensor_release(raw);
    return status;
}
