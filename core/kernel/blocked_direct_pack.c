/* Reorders weights, a block of output channels at a time. */
#include "kernel/blocked_direct_pack.h"

#include <string.h>

#include "base/threads.h"

bool wick__conv_is_depthwise(const wick__conv_dims *d)
{
    return d->groups > 1 && d->groups == d->in_channels && d->groups == d->out_channels;
}

wick__packing wick__packing_of(const wick__conv_dims *d, wick__direction direction)
{
    int64_t taps = d->kernel[0] * d->kernel[1];
    int64_t ins = d->in_channels / d->groups, outs = d->out_channels / d->groups;
    if (wick__conv_is_depthwise(d))
        return (wick__packing){1, 1, d->groups, taps, 1, 0, 0, taps};
    if (direction == WICK__BACKWARD_INPUT)
        return (wick__packing){d->groups,         outs,       ins, taps, WICK__LANES,
                               outs * ins * taps, ins * taps, taps};
    return (wick__packing){d->groups,         ins,  outs,      taps, WICK__LANES,
                           outs * ins * taps, taps, ins * taps};
}

static int64_t in_blocks(const wick__packing *p)
{
    return (p->ins + p->lanes - 1) / p->lanes;
}

int64_t wick__packing_block_floats(const wick__packing *p)
{
    return in_blocks(p) * p->taps * p->lanes * WICK__LANES;
}

int64_t wick__packing_floats(const wick__packing *p)
{
    return p->groups * wick__blocks(p->outs) * wick__packing_block_floats(p);
}

/* Packing, or unpacking the sum of `count` packs. */
typedef struct reorder {
    const wick__packing *p;
    const float *w;
    float *pack, *sum; /* sum: the dense gradient, or NULL */
    int64_t count;
} reorder;

static int64_t at_most(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- one block of ins by one of outs --------------------------------------------------------- */

/* A walk through the weights of one out, in their order, that knows the line of the pack which
 * each goes to: 16 outs of one tap and in. */
typedef struct walk {
    int64_t taps, lanes, tap, in;
} walk;

static inline int64_t next_line(walk *k)
{
    int64_t line = (k->tap * k->lanes + k->in) * WICK__LANES;
    if (++k->tap == k->taps) {
        k->tap = 0;
        k->in++;
    }
    return line;
}

typedef float four __attribute__((vector_size(16), aligned(4), may_alias));

static inline void transpose(four *row)
{
    four a = __builtin_shufflevector(row[0], row[1], 0, 4, 1, 5);
    four b = __builtin_shufflevector(row[2], row[3], 0, 4, 1, 5);
    four c = __builtin_shufflevector(row[0], row[1], 2, 6, 3, 7);
    four d = __builtin_shufflevector(row[2], row[3], 2, 6, 3, 7);
    row[0] = __builtin_shufflevector(a, b, 0, 1, 4, 5);
    row[1] = __builtin_shufflevector(a, b, 2, 3, 6, 7);
    row[2] = __builtin_shufflevector(c, d, 0, 1, 4, 5);
    row[3] = __builtin_shufflevector(c, d, 2, 3, 6, 7);
}

/* Four weights of each of 16 outs. */
static void pack_four(const float *w, int64_t out_step, const int64_t line[4], float *pack)
{
    for (int o = 0; o < WICK__LANES; o += 4) {
        four row[4];
        for (int i = 0; i < 4; i++)
            row[i] = *(const four *)(w + (o + i) * out_step);
        transpose(row);
        for (int i = 0; i < 4; i++)
            *(four *)(pack + line[i] + o) = row[i];
    }
}

static void unpack_four(const float *pack, const int64_t line[4], int64_t out_step, float *w)
{
    for (int o = 0; o < WICK__LANES; o += 4) {
        four row[4];
        for (int i = 0; i < 4; i++)
            row[i] = *(const four *)(pack + line[i] + o);
        transpose(row);
        for (int i = 0; i < 4; i++)
            *(four *)(w + (o + i) * out_step) = row[i];
    }
}

/* `n` weights of each of `outs` outs that lie one behind the other. */
static void pack_run(walk k, int64_t n, int64_t outs, const float *w, int64_t out_step, float *pack)
{
    int64_t i = 0;
    for (; outs == WICK__LANES && i + 4 <= n; i += 4) {
        int64_t line[4];
        for (int j = 0; j < 4; j++)
            line[j] = next_line(&k);
        pack_four(w + i, out_step, line, pack);
    }
    for (; i < n; i++) {
        float *to = pack + next_line(&k);
        for (int64_t o = 0; o < outs; o++)
            to[o] = w[o * out_step + i];
    }
}

static void unpack_run(walk k, int64_t n, int64_t outs, const float *pack, int64_t out_step,
                       float *w)
{
    int64_t i = 0;
    for (; outs == WICK__LANES && i + 4 <= n; i += 4) {
        int64_t line[4];
        for (int j = 0; j < 4; j++)
            line[j] = next_line(&k);
        unpack_four(pack, line, out_step, w + i);
    }
    for (; i < n; i++) {
        const float *from = pack + next_line(&k);
        for (int64_t o = 0; o < outs; o++)
            w[o * out_step + i] = from[o];
    }
}

/* Forward, all weights of an out lie together; backward, those of an in. */
static void pack_block(const wick__packing *p, int64_t ins, int64_t outs, const float *w,
                       float *pack)
{
    if (ins < p->lanes || outs < WICK__LANES)
        memset(pack, 0, (size_t)(p->taps * p->lanes * WICK__LANES) * sizeof *pack);
    if (p->in_step == p->taps)
        pack_run((walk){p->taps, p->lanes, 0, 0}, ins * p->taps, outs, w, p->out_step, pack);
    else
        for (int64_t i = 0; i < ins; i++)
            pack_run((walk){p->taps, p->lanes, 0, i}, p->taps, outs, w + i * p->in_step,
                     p->out_step, pack);
}

static void unpack_block(const wick__packing *p, int64_t ins, int64_t outs, const float *pack,
                         float *w)
{
    unpack_run((walk){p->taps, p->lanes, 0, 0}, ins * p->taps, outs, pack, p->out_step, w);
}

/* ---- all blocks ------------------------------------------------------------------------------ */

static void add_packs(const reorder *r, float *pack, int64_t n)
{
    int64_t floats = wick__packing_floats(r->p);
    for (int64_t k = 1; k < r->count; k++)
        for (int64_t i = 0; i < n; i++)
            pack[i] += pack[k * floats + i];
}

static void reorder_blocks(void *data, int64_t begin, int64_t end)
{
    const reorder *r = data;
    const wick__packing *p = r->p;
    int64_t out_blocks = wick__blocks(p->outs), floats = wick__packing_block_floats(p);
    for (int64_t b = begin; b < end; b++) {
        int64_t first = b % out_blocks * WICK__LANES;
        int64_t outs = at_most(p->outs - first, WICK__LANES);
        int64_t at = b / out_blocks * p->group_step + first * p->out_step;
        float *pack = r->pack + b * floats;
        if (r->sum)
            add_packs(r, pack, floats);
        for (int64_t i = 0; i < p->ins; i += p->lanes, at += p->lanes * p->in_step) {
            int64_t ins = at_most(p->ins - i, p->lanes);
            if (r->sum)
                unpack_block(p, ins, outs, pack, r->sum + at);
            else
                pack_block(p, ins, outs, r->w + at, pack);
            pack += p->taps * p->lanes * WICK__LANES;
        }
    }
}

static void reorder_all(wick_context *context, reorder r)
{
    int64_t floats = wick__packing_block_floats(r.p);
    wick__parallel(context, r.p->groups * wick__blocks(r.p->outs), (16 << 10) / (floats + 1) + 1,
                   reorder_blocks, &r);
}

void wick__packing_pack(wick_context *context, const wick__packing *p, const float *w, float *pack)
{
    reorder_all(context, (reorder){p, w, pack, NULL, 0});
}

void wick__packing_unpack(wick_context *context, const wick__packing *p, int64_t count,
                          float *packs, float *w)
{
    reorder_all(context, (reorder){p, NULL, packs, w, count});
}
