/* Winograd convolution: which shapes it serves, its geometry and its transformed weights. */
#include "kernel/winograd.h"

#include <stdatomic.h>

#include "base/threads.h"

/* ---- which shapes ---------------------------------------------------------------------------- */

static bool is_served(const wick__conv_dims *d)
{
    bool blocks = d->groups == 1 || (d->in_channels / d->groups % WICK__LANES == 0 &&
                                     d->out_channels / d->groups % WICK__LANES == 0);
    for (int i = 0; i < 2; i++)
        if (d->kernel[i] != 3 || d->stride[i] != 1 || d->dilation[i] != 1)
            return false;
    return blocks;
}

/* The work in vector operations: on the images, where the transforms of a tile cost as many as
 * measured, and to read the weights from memory, which is what counts where pixels are few. */
static int64_t work_of(const wick__conv_dims *d, int tile)
{
    static const int64_t transform[] = {[2] = 110, [4] = 250}, weight = 16;
    int64_t in = wick__blocks(d->in_channels / d->groups);
    int64_t out = wick__blocks(d->out_channels / d->groups);
    int64_t square = in * out * WICK__LANES;
    if (tile == 0)
        return 9 * square * (d->batch * d->out[0] * d->out[1] + weight);
    int64_t tiles = (d->out[0] + tile - 1) / tile * ((d->out[1] + tile - 1) / tile) * d->batch;
    int64_t positions = (tile + 2) * (tile + 2);
    return positions * square * (tiles + weight) + tiles * transform[tile] * (in + out);
}

/* Of equals the more accurate. */
int wick__winograd_tile(const wick__conv_dims *d)
{
    int best = 0;
    for (int tile = 2; tile <= 4 && is_served(d); tile += 2)
        if (work_of(d, tile) * 20 < work_of(d, best) * 19)
            best = tile;
    return best;
}

/* ---- geometry -------------------------------------------------------------------------------- */

wick__winograd wick__winograd_of(const wick__conv_dims *d, int tile, wick__direction direction)
{
    bool forward = direction == WICK__FORWARD;
    const int64_t *from = forward ? d->in : d->out, *to = forward ? d->out : d->in;
    int64_t in_channels = d->in_channels / d->groups, out_channels = d->out_channels / d->groups;
    wick__winograd g = {.loops = wick__winograd_loops_for(tile),
                        .tile = tile,
                        .positions = (tile + 2) * (tile + 2),
                        .groups = d->groups,
                        .batch = d->batch,
                        .from_channels = forward ? in_channels : out_channels,
                        .to_channels = forward ? out_channels : in_channels,
                        .from = {.height = from[0],
                                 .width = from[1],
                                 .top = forward ? -d->pad[0] : d->pad[0] - 2,
                                 .left = forward ? -d->pad[1] : d->pad[1] - 2},
                        .to = {.height = to[0], .width = to[1]}};
    g.from_blocks = wick__blocks(g.from_channels);
    g.to_blocks = wick__blocks(g.to_channels);
    g.to.rows = g.from.rows = (to[0] + tile - 1) / tile;
    g.to.columns = g.from.columns = (to[1] + tile - 1) / tile;
    g.tiles = g.batch * g.to.rows * g.to.columns;
    return g;
}

/* ---- weights --------------------------------------------------------------------------------- */

size_t wick__winograd_pack_bytes(const wick__conv_dims *d, int tile, wick__direction direction)
{
    wick__winograd g = wick__winograd_of(d, tile, direction);
    return (size_t)(g.groups * g.positions * wick__winograd_weight_pitch(&g)) * sizeof(float);
}

/* A pack larger than this is not in a cache any more when it is needed: to write it past them saves
 * reading what was there. */
enum { CACHE = 16 << 20 };

/* The dense weights as a direction sees them: w[to channel * to + from channel * from + tap], the
 * taps backwards where `turned`. */
typedef struct packing {
    const wick__winograd *geometry;
    const float *w;
    float *pack;
    int64_t to, from, group;
    bool turned;
    bool past; /* the caches */
} packing;

/* The 9 taps of one channel and the 16 of an output block; zeros where no channel is. */
static void read_taps(const packing *p, const float *w, int64_t lanes, float taps[9][WICK__LANES])
{
    for (int64_t lane = 0; lane < WICK__LANES; lane++)
        for (int t = 0; t < 9; t++)
            taps[t][lane] = lane < lanes ? w[lane * p->to + (p->turned ? 8 - t : t)] : 0;
}

/* Item: (group, output block, input block). */
static void pack_block(const packing *p, int64_t item)
{
    const wick__winograd *g = p->geometry;
    float taps[9][WICK__LANES];
    int64_t pair = item % (g->to_blocks * g->from_blocks);
    int64_t group = item / (g->to_blocks * g->from_blocks);
    int64_t to = pair / g->from_blocks * WICK__LANES, from = pair % g->from_blocks * WICK__LANES;
    const float *w = p->w + group * p->group + to * p->to + from * p->from;
    int64_t pitch = wick__winograd_weight_pitch(g);
    float *u = p->pack + group * g->positions * pitch + pair * WICK__LANES * WICK__LANES;
    for (int64_t c = 0; c < WICK__LANES; c++) {
        int64_t lanes = from + c < g->from_channels ? g->to_channels - to : 0;
        read_taps(p, w + c * p->from, lanes, taps);
        g->loops->weight(taps[0], p->past, pitch, u + c * WICK__LANES);
    }
}

static void pack_part(void *job, int64_t begin, int64_t end)
{
    for (int64_t item = begin; item < end; item++)
        pack_block(job, item);
    atomic_thread_fence(memory_order_seq_cst);
}

wick_status wick__winograd_pack(wick_context *context, const wick__conv_dims *d, int tile,
                                wick__direction direction, const float *w, void *pack)
{
    wick__winograd g = wick__winograd_of(d, tile, direction);
    bool forward = direction == WICK__FORWARD;
    int64_t outer = d->in_channels / d->groups * 9;
    packing p = {.geometry = &g,
                 .w = w,
                 .pack = pack,
                 .to = forward ? outer : 9,
                 .from = forward ? 9 : outer,
                 .group = d->out_channels / d->groups * outer,
                 .turned = !forward,
                 .past = wick__winograd_pack_bytes(d, tile, direction) > CACHE};
    wick__parallel(context, g.groups * g.to_blocks * g.from_blocks, 8, pack_part, &p);
    return WICK_OK;
}
