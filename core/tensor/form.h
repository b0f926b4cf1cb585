/* Storages whose elements are not in row-major memory. They are *blocked*, in the layout of
 * kernel/blocked.h, or *pending*: images not computed yet, of which it is known how. What is known
 * is one kernel, its operands, and a tail of element-wise work; an operation that only adds to the
 * tail makes another pending storage, and the kernel does all of it in one pass. The gate gives
 * either form up for row-major memory when anybody asks for that.
 *
 * Operands of a pending storage may not change: who writes to them leaves it a copy (operand.c).
 * All of this happens between storages of one context, under the lock of its forms. */
#ifndef WICK_TENSOR_FORM_H
#define WICK_TENSOR_FORM_H

#include "kernel/blocked.h"
#include "tensor/tensor.h"

typedef struct wick__image_size {
    int64_t batch, channels, height, width;
} wick__image_size;

/* Pixels of a channel. */
static inline int64_t wick__plane(const wick__image_size *size)
{
    return size->height * size->width;
}

/* Floats of an image's blocks. */
static inline int64_t wick__image_floats(const wick__image_size *size)
{
    return wick__blocks(size->channels) * WICK__LANES * wick__plane(size);
}

/* ---- pending ---- */

enum {
    WICK__SOURCE, /* images, or what the kernel takes instead */
    WICK__WEIGHT, /* what the kernel needs besides */
    WICK__SCALE,  /* the tail's: a float for every lane of every block */
    WICK__SHIFT,
    WICK__RESIDUAL, /* images like the result */
    WICK__MASK,
    WICK__OPERANDS
};

/* A tensor that a pending storage is computed from, in the list of all that look at its storage. */
typedef struct wick__operand {
    wick_tensor *tensor; /* owned; NULL: there is none */
    struct wick__operand *next, **link;
} wick__operand;

enum { WICK__DETAILS = 16 };

/* One pass over memory that makes images. `compute` may be called again after a failure. */
typedef struct wick__kernel {
    const char *name; /* in traces */
    /* to = tail(kernel(source, weight)); source is dense where dense_source says so. */
    wick_status (*compute)(wick_context *context, const wick__image_size *size,
                           const int64_t *detail, wick__blocked source, wick_tensor *weight,
                           const wick__tail *tail, wick__blocked to);
    bool dense_source;
    bool in_place;           /* source and result may be the same memory */
    wick__image_size source; /* its size, where it is images */
    int64_t detail[WICK__DETAILS];
} wick__kernel;

typedef struct wick__pending {
    wick__kernel kernel;
    wick__operand operand[WICK__OPERANDS];
    bool relu; /* between residual and mask */
} wick__pending;

/* ---- forms ---- */

typedef enum wick__state { WICK__ROW_MAJOR, WICK__BLOCKED, WICK__PENDING } wick__state;

/* Blocked memory for images of one batch and plane. Storages may share it: each has some
 * neighbouring blocks of every image then, and moves out before its own are written. */
typedef struct wick__room {
    atomic_size_t refs;
    size_t bytes;
    int64_t blocks; /* of an image */
    int64_t taken;  /* by somebody so far: blocks from the first on; under the lock of forms */
    bool joined;    /* by wick__images_join */
    float *data;
} wick__room;

typedef struct wick__form {
    atomic_int state;
    wick__image_size size;
    wick__room *room; /* while blocked */
    int64_t block;    /* the first in the room that is ours */
    wick__pending *pending;
} wick__form;

/* New images, N x C x H x W, or C x H x W with ndim 3 and a batch of 1, in blocked memory that is
 * not cleared. */
wick_status wick__blocked_new(wick_context *context, int ndim, const wick__image_size *size,
                              wick_tensor **t, wick__blocked *to);

/* New images, N x C x H x W, whose channels are those of images one after the other; all but the
 * last fill their blocks. Pending ones are computed where they belong, and what was joined before
 * and comes first stays where it is while its room has blocks left: neither is copied. */
wick_status wick__images_join(wick_context *context, const wick__image_size *size, int count,
                              wick_tensor *const *part, wick_tensor **t);

/* Channels of images from `start`, a multiple of the lanes, on, as images of that size in the same
 * memory: up to the end of a block or to the last. */
wick_status wick__images_slice(const wick_tensor *images, int64_t start,
                               const wick__image_size *size, wick_tensor **t);

/* New images that are pending. `source`, `weight` and `shift` (the tail's, as they may be NULL) are
 * the operands; source is computed first if it is pending itself. Where the operands cannot be
 * waited for (memory that a host knows, another context's) the images are computed at once. */
wick_status wick__pending_new(wick_context *context, int ndim, const wick__image_size *size,
                              const wick__kernel *kernel, wick_tensor *source, wick_tensor *weight,
                              wick_tensor *shift, wick_tensor **t);

/* The same images, pending: a start for tails. */
wick_status wick__tail_new(wick_tensor *images, wick_tensor **t);

/* Whether t is nothing but images where other ones are above zero, and pending; then which. */
bool wick__is_masked(const wick_tensor *t, wick_tensor **images, wick_tensor **mask);

/* Whether t is whole images, blocked or pending; and whether pending. */
bool wick__is_images(const wick_tensor *t);
bool wick__is_pending(const wick_tensor *t);
/* The size of t seen as images: three or four dimensions. */
bool wick__image_size_of(const wick_tensor *t, wick__image_size *size);

/* The bytes of images, computed now if they are pending. */
wick_status wick__images_read(const wick_tensor *t, wick__blocked *from);
/* The same for writing all of them: counted, with copies left to who is looking. */
wick_status wick__images_write(wick_tensor *t, wick__blocked *to);
/* The bytes of pending images, with their moments (wick__tail) where there were none before:
 * *given tells whether they were written. */
wick_status wick__images_read_moments(const wick_tensor *t, float *moments, wick__blocked *from,
                                      bool *given);

/* ---- tails: pending images with more to be done ----
 * Each takes pending images t and makes *out of them, or changes t itself when *out is t, if their
 * tail has room for it; *done says so. Nothing is computed but pending operands. */

/* v scale + shift; two vectors with a float for every lane. Never in place. */
wick_status wick__append_affine(wick_tensor *t, wick_tensor *scale, wick_tensor *shift,
                                wick_tensor **out, bool *done);
/* v + residual */
wick_status wick__append_residual(wick_tensor *t, wick_tensor *residual, wick_tensor **out,
                                  bool *done);
/* max(v, 0) */
wick_status wick__append_relu(wick_tensor *t, wick_tensor **out, bool *done);
/* v where mask > 0, else 0 */
wick_status wick__append_mask(wick_tensor *t, wick_tensor *mask, wick_tensor **out, bool *done);

/* ---- for the gate and the storages ---- */

/* Makes the elements row-major. */
wick_status wick__settle(wick_storage *storage);
/* Before the storage's bytes change: whoever looks at them gets a copy of its own. */
wick_status wick__detach_lookers(wick_storage *storage);
/* Ends the form with its storage. */
void wick__form_close(wick_storage *storage);
/* A room for images of that size, with so many blocks each, all of `size` taken, not cleared; and
 * the bytes of such memory. */
wick_status wick__room_new(wick_context *context, const wick__image_size *size, int64_t blocks,
                           wick__room **room);
void wick__room_release(wick_context *context, wick__room *room);
wick_status wick__images_bytes(const wick__image_size *size, int64_t blocks, size_t *bytes);
/* Where blocked images stand; nowhere before they have a room. */
wick__blocked wick__images_of(const wick__form *form);
/* Puts images into a room of the context from `block` on: pending ones are computed there and
 * stay, of others it gets a copy. Under the lock. */
wick_status wick__images_place(wick_context *context, const wick_tensor *t, wick__room *room,
                               int64_t block);
/* A storage with a form, blocked but without memory. */
wick_status wick__storage_with_form(wick_context *context, const wick__image_size *size,
                                    wick_storage **storage);

/* Makes `tensor` (NULL: nothing) the operand, instead of what it was. */
wick_status wick__operand_take(wick_context *context, wick__operand *operand,
                               const wick_tensor *tensor);
void wick__operand_drop(wick_context *context, wick__operand *operand);

#endif
