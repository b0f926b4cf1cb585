/* Which algorithm serves which shape: planes where the input has few channels, Winograd where it
 * pays, direct convolution else. */
#include "kernel/blocked_conv.h"

#include "base/conv_choice.h"
#include "kernel/blocked_direct_pack.h"
#include "kernel/blocked_paths.h"

/* At least a quarter of the lanes hold channels. */
static bool fills_lanes(int64_t channels)
{
    return 4 * channels >= wick__blocks(channels) * WICK__LANES;
}

/* So few pixels, weighed by the share of lanes that hold inputs, that packing weights and
 * reordering images would take most of the time. (With fewer products still, the calls themselves
 * do.) */
static bool is_tiny(const wick__conv_dims *d)
{
    enum { FEW_PIXELS = 32, LEAST_PRODUCTS = 1 << 17, MOST_PRODUCTS = 1 << 22 };
    int64_t pixels = d->batch * d->out[0] * d->out[1], ins = d->in_channels / d->groups;
    int64_t products = pixels * ins * d->kernel[0] * d->kernel[1] * d->out_channels;
    bool fills = wick__conv_is_depthwise(d) || wick__blocked_planes_serves(d);
    int64_t lanes = fills ? ins : wick__blocks(ins) * WICK__LANES;
    return pixels * ins < FEW_PIXELS * lanes && products > LEAST_PRODUCTS &&
           products < MOST_PRODUCTS;
}

/* One output pixel is a product of matrices, over all images at once: dense convolution's. */
bool wick__blocked_conv_serves(const wick__conv_dims *d)
{
    if (wick__conv_choice_of_process() == WICK__CONV_UNFOLD || !wick__blocked_direct_serves(d) ||
        d->out[0] * d->out[1] < 2 || is_tiny(d))
        return false;
    return fills_lanes(d->out_channels) &&
           (fills_lanes(d->in_channels) || wick__blocked_planes_serves(d));
}

bool wick__blocked_conv_reads_planes(const wick__conv_dims *d)
{
    return wick__blocked_planes_serves(d);
}

/* Winograd's tile, or 0: direct convolution. */
static int tile_of(const wick__conv_dims *d)
{
    return wick__conv_choice_of_process() == WICK__CONV_ANY ? wick__winograd_tile(d) : 0;
}

static bool uses_planes(const wick__conv_dims *d, wick__direction direction)
{
    return direction == WICK__FORWARD && wick__blocked_planes_serves(d);
}

int wick__blocked_pack_form(const wick__conv_dims *d)
{
    return tile_of(d);
}

size_t wick__blocked_pack_bytes(const wick__conv_dims *d, wick__direction direction)
{
    int tile = tile_of(d);
    if (uses_planes(d, direction))
        return wick__blocked_planes_pack_bytes(d);
    return tile ? wick__winograd_pack_bytes(d, tile, direction)
                : wick__blocked_direct_pack_bytes(d, direction);
}

wick_status wick__blocked_pack(wick_context *context, const wick__conv_dims *d,
                               wick__direction direction, const float *w, void *pack)
{
    int tile = tile_of(d);
    if (uses_planes(d, direction))
        return wick__blocked_planes_pack(context, d, w, pack);
    return tile ? wick__winograd_pack(context, d, tile, direction, w, pack)
                : wick__blocked_direct_pack(context, d, direction, w, pack);
}

wick_status wick__blocked_conv_forward(wick_context *context, const wick__conv_dims *d,
                                       wick__blocked x, const void *pack, const wick__tail *tail,
                                       wick__blocked y)
{
    int tile = tile_of(d);
    if (uses_planes(d, WICK__FORWARD))
        return wick__blocked_planes_forward(context, d, x.data, pack, tail, y);
    return tile ? wick__winograd_forward(context, d, tile, x, pack, tail, y)
                : wick__blocked_direct_forward(context, d, x, pack, tail, y);
}

wick_status wick__blocked_conv_backward_input(wick_context *context, const wick__conv_dims *d,
                                              wick__blocked gy, const void *pack,
                                              const wick__tail *tail, wick__blocked gx)
{
    int tile = tile_of(d);
    return tile ? wick__winograd_backward_input(context, d, tile, gy, pack, tail, gx)
                : wick__blocked_direct_backward_input(context, d, gy, pack, tail, gx);
}

wick_status wick__blocked_conv_backward_weight(wick_context *context, const wick__conv_dims *d,
                                               wick__blocked x, wick__blocked gy, float *gw)
{
    int tile = tile_of(d);
    if (uses_planes(d, WICK__FORWARD))
        return wick__blocked_planes_backward_weight(context, d, x.data, gy, gw);
    return tile ? wick__winograd_backward_weight(context, d, tile, x, gy, gw)
                : wick__blocked_direct_backward_weight(context, d, x, gy, gw);
}
