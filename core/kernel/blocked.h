/* The channel-blocked layout of float32 images: batch x blocks x height x width x 16, where block b
 * holds channels 16 b to 16 b + 15 of every pixel side by side, so that a pixel of a block is one
 * cache line. Lanes beyond the last channel hold zeros, always: every kernel that writes the layout
 * keeps it so. Pointers are 64-byte aligned. */
#ifndef WICK_KERNEL_BLOCKED_H
#define WICK_KERNEL_BLOCKED_H

#include "wick.h"

enum { WICK__LANES = 16 };

/* How many blocks hold that many channels. */
static inline int64_t wick__blocks(int64_t channels)
{
    return (channels + WICK__LANES - 1) / WICK__LANES;
}

/* Images in the layout. They may be some neighbouring blocks of wider images: `image` is the number
 * of floats from one image to the next, at least blocks x height x width x 16. */
typedef struct wick__blocked {
    float *data; /* NULL: no such images */
    int64_t image;
} wick__blocked;

/* Where the moments of a plane's 16 channels stand in a record, and its floats (wick__tail). */
enum { WICK__MEANS = 0, WICK__SQUARES = WICK__LANES, WICK__RESTS = 2 * WICK__LANES };
enum { WICK__MOMENTS = 3 * WICK__LANES };

/* What is done to each value v of a channel on its way to memory:
 *   v = v * scale[channel] + shift[channel] + residual;
 *   v = max(v, 0) if relu;
 *   v = 0 where mask <= 0.
 * `scale` and `shift` hold a number for every lane of every block (zeros where no channel is);
 * `residual` and `mask` have the geometry of what is stored. `moments`, unless NULL, receives for
 * every image and block the means of its 16 channels over the plane, their sums of squared
 * deviations from it, and what the means lost by rounding: batch x blocks x 3 x 16, of the values
 * stored. */
typedef struct wick__tail {
    const float *scale, *shift; /* NULL: 1 and 0 */
    wick__blocked residual;
    wick__blocked mask;
    bool relu;
    float *moments; /* or NULL */
} wick__tail;

/* Between batch x channels x plane floats in row-major order and the layout. */
void wick__blocked_from_dense(wick_context *context, int64_t batch, int64_t channels, int64_t plane,
                              const float *dense, wick__blocked to);
void wick__blocked_to_dense(wick_context *context, int64_t batch, int64_t channels, int64_t plane,
                            wick__blocked from, float *dense);

/* The tail alone: to = tail(from). `to` may be `from`, or the residual's or the mask's images. */
void wick__blocked_apply(wick_context *context, int64_t batch, int64_t channels, int64_t plane,
                         wick__blocked from, const wick__tail *tail, wick__blocked to);

/* to = from, blocks of one set of images to blocks of another: a slice to a slice. */
void wick__blocked_copy(wick_context *context, int64_t batch, int64_t channels, int64_t plane,
                        wick__blocked from, wick__blocked to);

#endif
