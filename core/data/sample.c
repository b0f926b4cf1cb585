/* Samples and batches: what they must look like, their keys, their end. */
#include "data/sample.h"

#include "tensor/tensor.h"

uint64_t wick__sample_seed(uint64_t seed, int64_t epoch, int64_t index)
{
    return wick__stream_word(wick__stream_word(seed, (uint64_t)epoch), (uint64_t)index);
}

static wick_status check_image(const wick_tensor *image)
{
    if (image->ndim != 3 || wick__count(image) == 0)
        return wick__fail(WICK_ESHAPE, "the image is %s; channels x height x width expected",
                          wick__shape(image));
    if (image->node && image->context->recording)
        return wick__fail(WICK_EGRAD,
                          "the image %s is recorded, and gradients do not pass through a pipeline; "
                          "hand in image:detach()",
                          wick__shape(image));
    if (image->dtype == WICK_UINT8 || image->dtype == WICK_FLOAT32)
        return WICK_OK;
    return wick__fail(WICK_EDTYPE,
                      "the image is of %s; convert with :byte() (0 to 255) or :float() (0 to 1)",
                      wick_dtype_name(image->dtype));
}

static wick_status check_mask(const wick_tensor *mask, const wick_tensor *image)
{
    if (mask->ndim != 2 || mask->size[0] != image->size[1] || mask->size[1] != image->size[2])
        return wick__fail(WICK_ESHAPE,
                          "the mask is %s and the image %s; the mask is height x width",
                          wick__shape(mask), wick__shape(image));
    switch (mask->dtype) {
    case WICK_UINT8:
    case WICK_INT32:
    case WICK_INT64:
    case WICK_FLOAT32:
        return WICK_OK;
    default:
        return wick__fail(WICK_EDTYPE, "the mask is of %s; uint8, int32, int64 or float32 expected",
                          wick_dtype_name(mask->dtype));
    }
}

static wick_status check_boxes(const wick_tensor *boxes)
{
    if (wick__count(boxes) == 0)
        return WICK_OK;
    if (boxes->ndim != 2 || boxes->size[1] != 4)
        return wick__fail(WICK_ESHAPE, "the boxes are %s; n x 4 expected: left, top, right, bottom",
                          wick__shape(boxes));
    if (boxes->dtype != WICK_FLOAT32)
        return wick__fail(WICK_EDTYPE, "the boxes are of %s; convert with :float()",
                          wick_dtype_name(boxes->dtype));
    return WICK_OK;
}

wick_status wick__sample_check(const wick__sample *sample)
{
    if (!sample->image)
        return wick__fail(WICK_EVALUE, "the sample has no image");
    wick_status status = check_image(sample->image);
    if (!status && sample->mask)
        status = check_mask(sample->mask, sample->image);
    if (!status && sample->boxes)
        status = check_boxes(sample->boxes);
    return status;
}

wick_status wick__batch_check(const wick__batch *batch)
{
    const wick_tensor *x = batch->images, *t = batch->targets;
    if (!x || !t)
        return wick__fail(WICK_EVALUE, "the batch has no %s", x ? "targets" : "images");
    if (x->ndim != 4 || wick__count(x) == 0 || x->dtype != WICK_FLOAT32)
        return wick__fail(WICK_ESHAPE,
                          "the images are %s of %s; n x channels x height x width of float32 "
                          "expected",
                          wick__shape(x), wick_dtype_name(x->dtype));
    bool classes = t->ndim == 1 && t->dtype == WICK_INT64;
    bool shares = t->ndim == 2 && t->dtype == WICK_FLOAT32;
    if ((classes || shares) && t->size[0] == x->size[0])
        return WICK_OK;
    return wick__fail(WICK_ESHAPE,
                      "the targets are %s of %s, the images %s; n classes (int64) or n x classes "
                      "(float32) expected",
                      wick__shape(t), wick_dtype_name(t->dtype), wick__shape(x));
}

/* ---- ending ---- */

void wick__replace(wick_tensor **slot, wick_tensor *made)
{
    wick_tensor_release(*slot);
    *slot = made;
}

static wick_status settle(wick_tensor **slot)
{
    wick_tensor *copy, *t = *slot;
    if (!t || (atomic_load(&t->refs) == 1 && t->storage && atomic_load(&t->storage->refs) == 1 &&
               wick__count(t) == t->storage->size && wick_tensor_is_contiguous(t)))
        return WICK_OK;
    wick_status status = wick__clone(t, &copy);
    if (status)
        return status;
    wick__replace(slot, copy);
    return WICK_OK;
}

wick_status wick__sample_settle(wick__sample *sample)
{
    wick_status status = settle(&sample->image);
    if (!status)
        status = settle(&sample->mask);
    return status ? status : settle(&sample->boxes);
}

void wick__sample_close(wick__sample *sample)
{
    wick__replace(&sample->image, NULL);
    wick__replace(&sample->mask, NULL);
    wick__replace(&sample->boxes, NULL);
    wick__replace(&sample->target, NULL);
}

void wick__batch_close(wick__batch *batch)
{
    wick__replace(&batch->images, NULL);
    wick__replace(&batch->targets, NULL);
}
