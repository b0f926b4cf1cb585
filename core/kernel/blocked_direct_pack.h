/* Weights of a convolution reordered for tiles, and sums in that order put back. */
#ifndef WICK_KERNEL_BLOCKED_DIRECT_PACK_H
#define WICK_KERNEL_BLOCKED_DIRECT_PACK_H

#include "kernel/blocked_conv.h"

/* A pack: groups x (blocks of 16 outs) x (blocks of `lanes` ins) x taps x lanes x 16, zeros where
 * no channel is. Ins are the channels that are summed over: backward, the output channels. */
typedef struct wick__packing {
    int64_t groups, ins, outs; /* of a group */
    int64_t taps, lanes;
    int64_t group_step, in_step, out_step; /* elements of the weight from one to the next */
} wick__packing;

/* Channels in blocks of 16; depthwise, with a single in for every out, taps x 16 alone. */
wick__packing wick__packing_of(const wick__conv_dims *d, wick__direction direction);

/* Floats of a block of outs, and of a pack. */
int64_t wick__packing_block_floats(const wick__packing *p);
int64_t wick__packing_floats(const wick__packing *p);

void wick__packing_pack(wick_context *context, const wick__packing *p, const float *w, float *pack);

/* w = the sum of `count` packs, which follow each other in memory, in order; the first receives
 * that sum too. */
void wick__packing_unpack(wick_context *context, const wick__packing *p, int64_t count,
                          float *packs, float *w);

/* groups > 1 == in_channels == out_channels */
bool wick__conv_is_depthwise(const wick__conv_dims *d);

#endif
