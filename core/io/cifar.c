/* Binary CIFAR batches: records of a label byte (CIFAR-10) or two (CIFAR-100: of the coarse class
 * and the fine one) and 3 x 32 x 32 bytes of red, green and blue. */
#include <string.h>

#include "base/status.h"
#include "io/bytes.h"
#include "io/file.h"
#include "tensor/tensor.h"

enum { PIXELS = 3 * 32 * 32, MOST_LABELS = 2 };

/* What the records of a version look like. */
typedef struct layout {
    int labels;               /* bytes before the pixels */
    int classes[MOST_LABELS]; /* of each */
} layout;

static const layout cifar_10 = {1, {10}}, cifar_100 = {2, {20, 100}};

static size_t record_bytes(const layout *l)
{
    return (size_t)l->labels + PIXELS;
}

static wick_status check_records(const layout *l, const char *name, const uint8_t *data,
                                 size_t bytes)
{
    size_t record = record_bytes(l);
    if (bytes == 0 || bytes % record != 0)
        return wick__fail(
            WICK_EFORMAT, "%s: has %s bytes, expected a multiple of %d (%s and 3 x 32 x 32)", name,
            wick__number(bytes), (int)record, l->labels == 1 ? "a label" : "two labels");
    for (size_t i = 0; i < bytes / record; i++)
        for (int k = 0; k < l->labels; k++)
            if (data[i * record + (size_t)k] >= l->classes[k])
                return wick__fail(WICK_EFORMAT, "%s: record %s has label %d, expected 0 to %d",
                                  name, wick__number(i + 1), (int)data[i * record + (size_t)k],
                                  l->classes[k] - 1);
    return WICK_OK;
}

static void unpack(const layout *l, const uint8_t *data, size_t records, uint8_t *pixels,
                   int64_t *const label[MOST_LABELS])
{
    for (size_t i = 0; i < records; i++, data += record_bytes(l)) {
        for (int k = 0; k < l->labels; k++)
            label[k][i] = data[k] + 1;
        memcpy(pixels + i * PIXELS, data + l->labels, PIXELS);
    }
}

static wick_status make(wick_context *context, wick_dtype dtype, int ndim, const int64_t *size,
                        wick_tensor **tensor, void **data)
{
    wick_status status = wick_tensor_new(context, dtype, ndim, size, tensor);
    return status ? status : wick__writable(*tensor, data);
}

/* Into images and a tensor for each kind of label; all are NULL on failure. */
static wick_status read_records(const layout *l, wick_context *context, const char *name,
                                const void *data, size_t bytes, wick_tensor **images,
                                wick_tensor **const labels[MOST_LABELS])
{
    int64_t *number[MOST_LABELS];
    void *pixels;
    *images = NULL;
    for (int k = 0; k < l->labels; k++)
        *labels[k] = NULL;
    wick_status status = check_records(l, name, data, bytes);
    size_t records = bytes / record_bytes(l);
    const int64_t size[] = {(int64_t)records, 3, 32, 32};
    if (!status)
        status = make(context, WICK_UINT8, 4, size, images, &pixels);
    for (int k = 0; k < l->labels && !status; k++)
        status = make(context, WICK_INT64, 1, size, labels[k], (void **)&number[k]);
    if (!status) {
        unpack(l, data, records, pixels, number);
        return WICK_OK;
    }
    for (int k = 0; k < l->labels; k++) {
        wick_tensor_release(*labels[k]);
        *labels[k] = NULL;
    }
    wick_tensor_release(*images);
    *images = NULL;
    return status;
}

static wick_status load_records(const layout *l, wick_context *context, const char *path,
                                wick_tensor **images, wick_tensor **const labels[MOST_LABELS])
{
    wick_tensor *raw;
    const void *data;
    size_t bytes;
    *images = NULL;
    for (int k = 0; k < l->labels; k++)
        *labels[k] = NULL;
    wick_status status = wick__file_bytes(context, path, &raw, &data, &bytes);
    if (status)
        return status;
    status = read_records(l, context, path, data, bytes, images, labels);
    wick_tensor_release(raw);
    return status;
}

wick_status wick_cifar_read(wick_context *context, const char *name, const void *data, size_t bytes,
                            wick_tensor **images, wick_tensor **labels)
{
    return read_records(&cifar_10, context, name, data, bytes, images,
                        (wick_tensor * *[MOST_LABELS]){labels});
}

wick_status wick_cifar_load(wick_context *context, const char *path, wick_tensor **images,
                            wick_tensor **labels)
{
    return load_records(&cifar_10, context, path, images, (wick_tensor * *[MOST_LABELS]){labels});
}

wick_status wick_cifar100_load(wick_context *context, const char *path, wick_tensor **images,
                               wick_tensor **coarse, wick_tensor **fine)
{
    return load_records(&cifar_100, context, path, images,
                        (wick_tensor * *[MOST_LABELS]){coarse, fine});
}
