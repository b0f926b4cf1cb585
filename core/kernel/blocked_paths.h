/* The algorithms of blocked convolution, between which blocked_conv.c chooses. Arguments as in
 * blocked_conv.h. */
#ifndef WICK_KERNEL_BLOCKED_PATHS_H
#define WICK_KERNEL_BLOCKED_PATHS_H

#include "kernel/blocked_conv.h"

/* ---- direct: register tiles of pixels by output channels, any stride, padding and dilation;
 *      1 x 1 kernels as products of matrices; depthwise and grouped forms ---- */

bool wick__blocked_direct_serves(const wick__conv_dims *d);
size_t wick__blocked_direct_pack_bytes(const wick__conv_dims *d, wick__direction direction);
wick_status wick__blocked_direct_pack(wick_context *context, const wick__conv_dims *d,
                                      wick__direction direction, const float *w, void *pack);
wick_status wick__blocked_direct_forward(wick_context *context, const wick__conv_dims *d,
                                         wick__blocked x, const void *pack, const wick__tail *tail,
                                         wick__blocked y);
wick_status wick__blocked_direct_backward_input(wick_context *context, const wick__conv_dims *d,
                                                wick__blocked gy, const void *pack,
                                                const wick__tail *tail, wick__blocked gx);
wick_status wick__blocked_direct_backward_weight(wick_context *context, const wick__conv_dims *d,
                                                 wick__blocked x, wick__blocked gy, float *gw);

/* ---- planes: few input channels, read as dense planes, forward and weight gradient ---- */

bool wick__blocked_planes_serves(const wick__conv_dims *d);
size_t wick__blocked_planes_pack_bytes(const wick__conv_dims *d);
wick_status wick__blocked_planes_pack(wick_context *context, const wick__conv_dims *d,
                                      const float *w, void *pack);
wick_status wick__blocked_planes_forward(wick_context *context, const wick__conv_dims *d,
                                         const float *x, const void *pack, const wick__tail *tail,
                                         wick__blocked y);
wick_status wick__blocked_planes_backward_weight(wick_context *context, const wick__conv_dims *d,
                                                 const float *x, wick__blocked gy, float *gw);

/* ---- Winograd: 3 x 3 kernels of stride and dilation 1 (Lavin and Gray, 2015). `tile` is 4 or 2:
 *      F(4x4, 3x3) or F(2x2, 3x3) ---- */

/* The tile that pays for d, or 0: direct convolution is as fast. */
int wick__winograd_tile(const wick__conv_dims *d);
size_t wick__winograd_pack_bytes(const wick__conv_dims *d, int tile, wick__direction direction);
wick_status wick__winograd_pack(wick_context *context, const wick__conv_dims *d, int tile,
                                wick__direction direction, const float *w, void *pack);
wick_status wick__winograd_forward(wick_context *context, const wick__conv_dims *d, int tile,
                                   wick__blocked x, const void *pack, const wick__tail *tail,
                                   wick__blocked y);
wick_status wick__winograd_backward_input(wick_context *context, const wick__conv_dims *d, int tile,
                                          wick__blocked gy, const void *pack,
                                          const wick__tail *tail, wick__blocked gx);
wick_status wick__winograd_backward_weight(wick_context *context, const wick__conv_dims *d,
                                           int tile, wick__blocked x, wick__blocked gy, float *gw);

#endif
