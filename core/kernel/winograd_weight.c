/* Winograd convolution backward to the weight.
 *
 * At every position the gradient of the transformed weights is a product over tiles: of the inputs'
 * transforms and of the transposed transforms of the outputs' gradients. Tiles are taken in blocks,
 * pairs of output and input channel blocks in rectangles. Where the channels are few, the blocks
 * are cut into parts with sums of their own, and threads take parts, whose blocks stay in a core's
 * cache; at the end the parts are added up in their order. Where they are many, there is one part
 * of large blocks, and threads take rectangles. */
#include "kernel/winograd.h"

#include <string.h>

#include "base/alloc.h"
#include "base/threads.h"

enum {
    CACHED = 700 << 10, /* bytes of transforms that stay in a core's cache */
    SHARED = 20 << 20,  /* bytes of those that all cores work on */
    MOST_SPANS = 16,    /* of a block: long sums are less accurate */
    SHARING_PAIRS = 36, /* of channel blocks, above which sharing pays */
    PARTS = 8,          /* where parts pay */
    RECTANGLES = 16,    /* wanted, for threads to share */
    LARGEST = 32        /* pairs of a rectangle, whose sums should stay in a cache */
};

typedef struct gathering {
    wick_context *context;
    wick__winograd g;
    wick__blocked x, gy;   /* of the group */
    float *gw;             /* of the group */
    int64_t block, blocks; /* tiles of a block, and how many blocks */
    int64_t parts;
    int64_t outs, ins;     /* channel blocks of a rectangle */
    int64_t rows, columns; /* of rectangles */
    int64_t v_pitch, z_pitch, u_pitch;
    float *scratch; /* for each worker v, the inputs, and z, the gradients */
    int64_t worker;
    float *sums; /* of each part: a rectangle's, position by position, after the other's */
    int64_t part, rectangle;
} gathering;

/* A block of tiles under way. */
typedef struct under_way {
    const gathering *s;
    int64_t begin, tiles, spans;
    float *v, *z, *sums;
    bool first, last; /* block of its part; the last is the whole's too */
} under_way;

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Item: (input block, then output block; span). */
static void transform_part(void *job, int64_t item, int64_t items)
{
    const under_way *u = job;
    const wick__winograd *g = &u->s->g;
    for (; item < items; item++) {
        int64_t block = item / u->spans, offset = item % u->spans * WICK__SPAN;
        int64_t begin = u->begin + offset, end = least(begin + WICK__SPAN, u->begin + u->tiles);
        int64_t out = block - g->from_blocks;
        if (out < 0) {
            wick__tiling x = wick__winograd_block(g->from, u->s->x, block);
            g->loops->input(&x, begin, end, u->s->v_pitch,
                            u->v + (block * u->tiles + offset) * WICK__LANES);
        } else {
            wick__tiling gy = wick__winograd_block(g->to, u->s->gy, out);
            g->loops->gradient(&gy, begin, end, u->s->z_pitch,
                               u->z + (out * u->tiles + offset) * WICK__LANES);
        }
    }
}

/* The products of one rectangle, at row `out` and column `in` of channel blocks, at one position.
 */
static void multiply(const under_way *u, int64_t position, int64_t out, int64_t in, float *sums)
{
    const gathering *s = u->s;
    int64_t plane = u->tiles * WICK__LANES, square = WICK__LANES * WICK__LANES;
    int64_t ins = least(s->ins, s->g.from_blocks - in);
    wick__winograd_product p = {.outs = least(s->outs, s->g.to_blocks - out),
                                .rows = WICK__LANES,
                                .blocks = 1,
                                .steps = u->tiles,
                                .add = !u->first,
                                .x = u->v + position * s->v_pitch + in * plane,
                                .w = u->z + position * s->z_pitch + out * plane,
                                .y = sums + position * s->u_pitch,
                                .w_out = plane,
                                .y_out = s->ins * square};
    for (; ins > 0; ins--, p.x += plane, p.y += square)
        s->g.loops->accumulate(&p);
}

/* The gradient of the weights of output block `out` and input block `in`, which are laid out
 * densely: output channels x input channels x 9. */
static void finish_pair(const gathering *s, int64_t out, int64_t in, const float *sums)
{
    const wick__winograd *g = &s->g;
    float gw[WICK__LANES][9][WICK__LANES];
    int64_t outs = least(WICK__LANES, g->to_channels - out * WICK__LANES);
    int64_t ins = least(WICK__LANES, g->from_channels - in * WICK__LANES);
    for (int64_t c = 0; c < ins; c++)
        g->loops->weight_gradient(sums + c * WICK__LANES, s->parts, s->part, s->u_pitch, gw[c][0]);
    for (int64_t o = 0; o < outs; o++) {
        float *to = s->gw + ((out * WICK__LANES + o) * g->from_channels + in * WICK__LANES) * 9;
        for (int64_t c = 0; c < ins; c++)
            for (int tap = 0; tap < 9; tap++)
                *to++ = gw[c][tap][o];
    }
}

static void finish_rectangle(const gathering *s, int64_t out, int64_t in, const float *sums)
{
    for (int64_t i = 0; i < s->outs && out + i < s->g.to_blocks; i++)
        for (int64_t j = 0; j < s->ins && in + j < s->g.from_blocks; j++)
            finish_pair(s, out + i, in + j, sums + (i * s->ins + j) * WICK__LANES * WICK__LANES);
}

/* Item: rectangle. Where one block is all, its sums are needed no longer than this. */
static void rectangles_part(void *job, int worker, int64_t item, int64_t items)
{
    const under_way *u = job;
    const gathering *s = u->s;
    for (; item < items; item++) {
        int64_t out = item / s->columns * s->outs, in = item % s->columns * s->ins;
        float *sums = u->sums + (u->first && u->last ? worker : item) * s->rectangle;
        for (int64_t position = 0; position < s->g.positions; position++)
            multiply(u, position, out, in, sums);
        if (u->last)
            finish_rectangle(s, out, in, sums);
    }
}

static void run_block(const gathering *s, int worker, int64_t part, int64_t block, bool first)
{
    under_way u = {.s = s,
                   .begin = block * s->block,
                   .tiles = least(s->block, s->g.tiles - block * s->block),
                   .v = s->scratch + worker * s->worker,
                   .sums = s->sums + part * s->part,
                   .first = first,
                   .last = s->parts == 1 && block == s->blocks - 1};
    u.spans = (u.tiles + WICK__SPAN - 1) / WICK__SPAN;
    u.z = u.v + s->g.positions * s->v_pitch;
    int64_t spans = (s->g.from_blocks + s->g.to_blocks) * u.spans;
    int64_t span_work = wick__winograd_span_work(&s->g, u.tiles);
    int64_t work = s->g.positions * s->outs * s->ins * WICK__LANES * (u.tiles + 16);
    wick__parallel(s->context, spans, wick__winograd_grain(spans, span_work), transform_part, &u);
    wick__parallel_workers(s->context, s->rows * s->columns,
                           wick__winograd_grain(s->rows * s->columns, work), rectangles_part, &u);
}

/* Item: part. */
static void parts_part(void *job, int worker, int64_t part, int64_t parts)
{
    const gathering *s = job;
    for (; part < parts; part++) {
        int64_t first = s->blocks * part / s->parts, end = s->blocks * (part + 1) / s->parts;
        for (int64_t block = first; block < end; block++)
            run_block(s, worker, part, block, block == first);
    }
}

/* Item: rectangle. */
static void finish_part(void *job, int64_t item, int64_t items)
{
    const gathering *s = job;
    for (; item < items; item++)
        finish_rectangle(s, item / s->columns * s->outs, item % s->columns * s->ins,
                         s->sums + item * s->rectangle);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static int64_t spans_in(int64_t bytes, int64_t tile_bytes)
{
    int64_t spans = bytes / tile_bytes / WICK__SPAN;
    return spans < 1 ? 1 : least(spans, MOST_SPANS);
}

/* Blocks and parts, decided by shape alone. */
static void cut_tiles(gathering *s)
{
    const wick__winograd *g = &s->g;
    int64_t channel_blocks = g->from_blocks + g->to_blocks;
    int64_t tile_bytes = g->positions * channel_blocks * WICK__LANES * (int64_t)sizeof(float);
    s->block = spans_in(CACHED, tile_bytes) * WICK__SPAN;
    s->parts = PARTS;
    if (g->from_blocks * g->to_blocks > SHARING_PAIRS || g->tiles < s->block * PARTS) {
        s->block = spans_in(SHARED, tile_bytes) * WICK__SPAN;
        s->parts = 1;
    }
    s->block = least(s->block, g->tiles);
    s->blocks = (g->tiles + s->block - 1) / s->block;
    s->v_pitch = wick__winograd_pitch(s->block * g->from_blocks * WICK__LANES);
    s->z_pitch = wick__winograd_pitch(s->block * g->to_blocks * WICK__LANES);
    s->worker = g->positions * (s->v_pitch + s->z_pitch);
}

static void cut_channels(gathering *s)
{
    const wick__winograd *g = &s->g;
    int64_t pairs = g->from_blocks * g->to_blocks;
    s->outs = 2;
    s->ins = 1;
    while (s->outs * s->ins < LARGEST && pairs > RECTANGLES * s->outs * s->ins)
        *(s->outs > s->ins ? &s->ins : &s->outs) *= 2;
    s->rows = (g->to_blocks + s->outs - 1) / s->outs;
    s->columns = (g->from_blocks + s->ins - 1) / s->ins;
    s->u_pitch = wick__winograd_pitch(s->outs * s->ins * WICK__LANES * WICK__LANES);
    s->rectangle = g->positions * s->u_pitch;
    s->part = s->rows * s->columns * s->rectangle;
}

static void run_group(gathering *s)
{
    if (s->parts == 1) {
        parts_part(s, 0, 0, 1);
        return;
    }
    wick__parallel_workers(s->context, s->parts, 1, parts_part, s);
    wick__parallel(s->context, s->rows * s->columns, 1, finish_part, s);
}

static void run_groups(gathering *s, wick__blocked x, wick__blocked gy, float *gw)
{
    int64_t from = s->g.from.height * s->g.from.width * s->g.from_blocks * WICK__LANES;
    int64_t to = s->g.to.height * s->g.to.width * s->g.to_blocks * WICK__LANES;
    for (int64_t group = 0; group < s->g.groups; group++) {
        s->x = (wick__blocked){x.data + group * from, x.image};
        s->gy = (wick__blocked){gy.data + group * to, gy.image};
        s->gw = gw + group * s->g.to_channels * s->g.from_channels * 9;
        run_group(s);
    }
}

wick_status wick__winograd_backward_weight(wick_context *context, const wick__conv_dims *d,
                                           int tile, wick__blocked x, wick__blocked gy, float *gw)
{
    gathering s = {.context = context, .g = wick__winograd_of(d, tile, WICK__FORWARD)};
    void *scratch;
    int64_t weights = s.g.groups * s.g.to_channels * s.g.from_channels * 9;
    if (weights == 0 || s.g.tiles == 0) {
        memset(gw, 0, (size_t)weights * sizeof *gw);
        return WICK_OK;
    }
    cut_tiles(&s);
    cut_channels(&s);
    int64_t workers = wick__workers(context);
    int64_t sums = s.parts == 1 && s.blocks == 1 ? s.rectangle * workers : s.part * s.parts;
    int64_t transforms = s.worker * (s.parts == 1 ? 1 : workers);
    size_t bytes = (size_t)(transforms + sums) * sizeof(float);
    wick_status status = wick__alloc(context, bytes, &scratch);
    if (status != WICK_OK)
        return status;
    s.scratch = scratch;
    s.sums = s.scratch + transforms;
    run_groups(&s, x, gy, gw);
    wick__free(context, scratch, bytes);
    return WICK_OK;
}
