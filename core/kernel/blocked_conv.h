/* Convolution of float32 images in the channel-blocked layout (blocked.h); which algorithm serves a
 * shape is decided here, by shape alone. Sizes as in conv.h; weights and their gradients are dense
 * O x I / groups x kH x kW.
 *
 * Weights are packed (reordered, or transformed for Winograd) before use. A pack belongs to one
 * direction, one form, and the dims it was made for up to their batch. */
#ifndef WICK_KERNEL_BLOCKED_CONV_H
#define WICK_KERNEL_BLOCKED_CONV_H

#include "kernel/blocked.h"
#include "kernel/conv.h"

typedef enum wick__direction { WICK__FORWARD, WICK__BACKWARD_INPUT } wick__direction;

/* Whether these kernels serve d well: where not, dense convolution does. */
bool wick__blocked_conv_serves(const wick__conv_dims *d);

/* Whether the forward convolution and the weight gradient take the input as dense planes, batch x
 * in_channels x in[0] x in[1], because its channels are too few to fill a block. */
bool wick__blocked_conv_reads_planes(const wick__conv_dims *d);

/* A number that tells the forms apart which packs for these dims with different batches have. */
int wick__blocked_pack_form(const wick__conv_dims *d);

/* The bytes of a pack, and the pack of w. Fails with WICK_ENOMEM. */
size_t wick__blocked_pack_bytes(const wick__conv_dims *d, wick__direction direction);
wick_status wick__blocked_pack(wick_context *context, const wick__conv_dims *d,
                               wick__direction direction, const float *w, void *pack);

/* y = tail(x * w). x: blocked, or, where wick__blocked_conv_reads_planes, dense planes in x.data.
 * Fails with WICK_ENOMEM. */
wick_status wick__blocked_conv_forward(wick_context *context, const wick__conv_dims *d,
                                       wick__blocked x, const void *pack, const wick__tail *tail,
                                       wick__blocked y);

/* gx = tail(the gradient of the input), blocked; with the roles exchanged, a transposed
 * convolution. Fails with WICK_ENOMEM. */
wick_status wick__blocked_conv_backward_input(wick_context *context, const wick__conv_dims *d,
                                              wick__blocked gy, const void *pack,
                                              const wick__tail *tail, wick__blocked gx);

/* gw = the gradient of the weight, written whole; sums are added up in an order that depends on the
 * shape alone. x as for the forward direction. Fails with WICK_ENOMEM. */
wick_status wick__blocked_conv_backward_weight(wick_context *context, const wick__conv_dims *d,
                                               wick__blocked x, wick__blocked gy, float *gw);

#endif
