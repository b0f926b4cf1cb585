/* Winograd convolution forward and backward to the input: two directions of one correlation.
 *
 * Tiles are taken in blocks. A block is transformed, multiplied with the weights position by
 * position, some output channels at a time, and transformed back. Where the channels are few,
 * blocks are small enough for their transforms to stay in a core's cache, and threads take blocks.
 * Where they are many, or the tiles few, blocks are large, so that the weights are read but a few
 * times, and threads share each step of a block. */
#include "kernel/winograd.h"

#include "base/alloc.h"
#include "base/threads.h"

enum {
    CACHED = 700 << 10,  /* bytes of transforms that stay in a core's cache */
    SHARED = 20 << 20,   /* bytes of those that all cores work on */
    SHARING_BLOCKS = 12, /* channel blocks on the input side from which on sharing pays */
    FEWEST = 4,          /* blocks worth sharing out */
    OUTS = 8,            /* channel blocks of an item of products */
    REREAD = 256 << 10   /* bytes of weights that every thread may read for itself */
};

typedef struct sweep {
    wick_context *context;
    wick__winograd g;
    wick__blocked x, y; /* of the group */
    const float *pack;
    const wick__tail *tail;
    int64_t first_out;              /* the group's first output block */
    wick__partial_moments *partial; /* [image + span][output block], or NULL */
    bool shared;
    int64_t block; /* tiles */
    int64_t outs;  /* output blocks multiplied at a time */
    int64_t v_pitch, m_pitch;
    float *scratch;
    int64_t worker; /* floats of scratch for each */
} sweep;

/* A block of tiles under way. */
typedef struct under_way {
    const sweep *s;
    int64_t begin, tiles, spans;
    int64_t out, outs; /* output blocks: the first, and how many */
    float *v, *m;
} under_way;

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- the steps of a block -------------------------------------------------------------------- */

/* Span `span` of a block: its tiles are [*begin, *end) of all. */
static void span_of(const under_way *u, int64_t span, int64_t *begin, int64_t *end)
{
    *begin = u->begin + span * WICK__SPAN;
    *end = least(*begin + WICK__SPAN, u->begin + u->tiles);
}

/* Item: (input block, span). */
static void transform_part(void *job, int64_t item, int64_t items)
{
    const under_way *u = job;
    const wick__winograd *g = &u->s->g;
    for (; item < items; item++) {
        int64_t channel = item / u->spans, begin, end;
        span_of(u, item % u->spans, &begin, &end);
        wick__tiling x = wick__winograd_block(g->from, u->s->x, channel);
        g->loops->input(&x, begin, end, u->s->v_pitch,
                        u->v + (channel * u->tiles + begin - u->begin) * WICK__LANES);
    }
}

/* Item: (position, OUTS output blocks). */
static void multiply_part(void *job, int64_t item, int64_t items)
{
    const under_way *u = job;
    const sweep *s = u->s;
    int64_t square = WICK__LANES * WICK__LANES, w_out = s->g.from_blocks * square;
    int64_t chunks = (u->outs + OUTS - 1) / OUTS, plane = u->tiles * WICK__LANES;
    for (; item < items; item++) {
        int64_t position = item / chunks, out = item % chunks * OUTS;
        wick__winograd_product p = {.outs = least(OUTS, u->outs - out),
                                    .rows = u->tiles,
                                    .blocks = s->g.from_blocks,
                                    .steps = WICK__LANES,
                                    .x = u->v + position * s->v_pitch,
                                    .w = s->pack + position * wick__winograd_weight_pitch(&s->g) +
                                         (u->out + out) * w_out,
                                    .y = u->m + position * s->m_pitch + out * plane,
                                    .x_block = plane,
                                    .w_block = square,
                                    .w_out = w_out,
                                    .y_out = plane};
        s->g.loops->multiply(&p);
    }
}

/* The same channels of images of the output's geometry. */
static wick__blocked beside(const sweep *s, wick__blocked images, int64_t out)
{
    if (images.data)
        images.data += (s->first_out + out) * s->g.to.height * s->g.to.width * WICK__LANES;
    return images;
}

static wick__winograd_tail tail_of(const sweep *s, int64_t out, int64_t tile)
{
    const wick__tail *t = s->tail;
    int64_t lane = (s->first_out + out) * WICK__LANES, image = tile / (s->g.tiles / s->g.batch);
    int64_t record = (image + tile / WICK__SPAN) * s->g.to_blocks + out;
    return (wick__winograd_tail){.scale = t->scale ? t->scale + lane : NULL,
                                 .shift = t->shift ? t->shift + lane : NULL,
                                 .residual = beside(s, t->residual, out),
                                 .mask = beside(s, t->mask, out),
                                 .relu = t->relu,
                                 .lanes =
                                     (int)least(WICK__LANES, s->g.to_channels - out * WICK__LANES),
                                 .moments = s->partial ? s->partial + record : NULL,
                                 .next = s->g.to_blocks};
}

/* Item: (output block, span). */
static void finish_part(void *job, int64_t item, int64_t items)
{
    const under_way *u = job;
    const sweep *s = u->s;
    for (; item < items; item++) {
        int64_t out = item / u->spans, begin, end;
        span_of(u, item % u->spans, &begin, &end);
        wick__tiling y = wick__winograd_block(s->g.to, s->y, u->out + out);
        wick__winograd_tail tail = tail_of(s, u->out + out, begin);
        s->g.loops->output(&y, begin, end, s->m_pitch,
                           u->m + (out * u->tiles + begin - u->begin) * WICK__LANES, &tail);
    }
}

/* A step of items that are `work` vector operations each. */
static void share(const sweep *s, int64_t items, int64_t work, wick__part *part, under_way *u)
{
    wick__parallel(s->context, items, wick__winograd_grain(items, work), part, u);
}

static void run_block(const sweep *s, int worker, int64_t block)
{
    under_way u = {.s = s,
                   .begin = block * s->block,
                   .tiles = least(s->block, s->g.tiles - block * s->block),
                   .v = s->scratch + worker * s->worker};
    u.spans = (u.tiles + WICK__SPAN - 1) / WICK__SPAN;
    u.m = u.v + s->g.positions * s->v_pitch;
    int64_t span_work = wick__winograd_span_work(&s->g, u.tiles);
    share(s, s->g.from_blocks * u.spans, span_work, transform_part, &u);
    for (; u.out < s->g.to_blocks; u.out += s->outs) {
        u.outs = least(s->outs, s->g.to_blocks - u.out);
        share(s, s->g.positions * ((u.outs + OUTS - 1) / OUTS),
              u.tiles * s->g.from_blocks * WICK__LANES * least(OUTS, u.outs), multiply_part, &u);
        share(s, u.outs * u.spans, span_work, finish_part, &u);
    }
}

static void blocks_part(void *job, int worker, int64_t begin, int64_t end)
{
    for (int64_t block = begin; block < end; block++)
        run_block(job, worker, block);
}

/* ---- moments --------------------------------------------------------------------------------- */

/* One plane's moments from those of its spans, in their order. */
static void join_plane(const sweep *s, int64_t image, int64_t out, float *to)
{
    int64_t tiles = s->g.tiles / s->g.batch, first = image * tiles / WICK__SPAN;
    int64_t last = ((image + 1) * tiles - 1) / WICK__SPAN;
    for (int lane = 0; lane < WICK__LANES; lane++) {
        double count = 0, mean = 0, deviation = 0;
        for (int64_t span = first; span <= last; span++) {
            const wick__partial_moments *p = s->partial + (image + span) * s->g.to_blocks + out;
            double off = (double)p->pivot[lane] + (double)p->mean[lane] - mean;
            double total = count + (double)p->count;
            mean += off * ((double)p->count / total);
            deviation +=
                (double)p->deviation[lane] + off * off * (count * (double)p->count / total);
            count = total;
        }
        to[WICK__MEANS + lane] = (float)mean;
        to[WICK__SQUARES + lane] = (float)deviation;
        to[WICK__RESTS + lane] = (float)(mean - (double)to[WICK__MEANS + lane]);
    }
}

/* Item: (image, output block). */
static void moments_part(void *job, int64_t item, int64_t items)
{
    const sweep *s = job;
    for (; item < items; item++) {
        int64_t image = item / s->g.to_blocks, out = item % s->g.to_blocks;
        int64_t all_outs = s->g.to_blocks * s->g.groups;
        join_plane(s, image, out,
                   s->tail->moments + (image * all_outs + s->first_out + out) * WICK__MOMENTS);
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Few tiles and few weights: each thread takes its share of the tiles through all steps, which
 * leaves what a core transformed in its own cache. Fewer than two spans each do not fill the
 * product's registers. */
static bool divide_tiles(sweep *s)
{
    const wick__winograd *g = &s->g;
    int64_t spans = (g->tiles + WICK__SPAN - 1) / WICK__SPAN, threads = wick__workers(s->context);
    if (spans < 2 * threads ||
        g->positions * wick__winograd_weight_pitch(g) * (int64_t)sizeof(float) > REREAD)
        return false;
    s->block = (spans + threads - 1) / threads * WICK__SPAN;
    return true;
}

/* Results depend on none of this: a tile's are the same in any block. */
static void cut_tiles(sweep *s)
{
    const wick__winograd *g = &s->g;
    int64_t tile_bytes = g->positions * (g->from_blocks + 1) * WICK__LANES * (int64_t)sizeof(float);
    int64_t spans = CACHED / tile_bytes / WICK__SPAN;
    s->block = (spans > 1 ? spans : 1) * WICK__SPAN;
    s->outs = 2;
    s->shared =
        g->from_blocks >= SHARING_BLOCKS || (g->tiles < s->block * FEWEST && !divide_tiles(s));
    if (s->shared) {
        tile_bytes += g->positions * g->to_blocks * WICK__LANES * (int64_t)sizeof(float);
        spans = SHARED / tile_bytes / WICK__SPAN;
        s->block = (spans > 1 ? spans : 1) * WICK__SPAN;
        s->outs = g->to_blocks;
    }
    s->block = least(s->block, g->tiles);
    s->v_pitch = wick__winograd_pitch(s->block * g->from_blocks * WICK__LANES);
    s->m_pitch = wick__winograd_pitch(s->block * s->outs * WICK__LANES);
    s->worker = g->positions * (s->v_pitch + s->m_pitch);
}

static void run_group(sweep *s)
{
    int64_t blocks = (s->g.tiles + s->block - 1) / s->block;
    if (s->shared)
        blocks_part(s, 0, 0, blocks);
    else
        wick__parallel_workers(s->context, blocks, 1, blocks_part, s);
    if (s->partial)
        wick__parallel(s->context, s->g.batch * s->g.to_blocks, 64, moments_part, s);
}

static void run_groups(sweep *s, wick__blocked x, const float *pack, wick__blocked y)
{
    int64_t from = s->g.from.height * s->g.from.width * s->g.from_blocks * WICK__LANES;
    int64_t to = s->g.to.height * s->g.to.width * s->g.to_blocks * WICK__LANES;
    for (int64_t group = 0; group < s->g.groups; group++) {
        s->first_out = group * s->g.to_blocks;
        s->x = (wick__blocked){x.data + group * from, x.image};
        s->y = (wick__blocked){y.data + group * to, y.image};
        s->pack = pack + group * s->g.positions * wick__winograd_weight_pitch(&s->g);
        run_group(s);
    }
}

static wick_status correlate(wick_context *context, const wick__winograd *g, wick__blocked x,
                             const void *pack, const wick__tail *tail, wick__blocked y)
{
    static const wick__tail none;
    sweep s = {.context = context, .g = *g, .tail = tail ? tail : &none};
    void *scratch, *partial = NULL;
    if (g->tiles == 0 || g->to_blocks == 0)
        return WICK_OK;
    cut_tiles(&s);
    size_t bytes = (size_t)(s.worker * (s.shared ? 1 : wick__workers(context))) * sizeof(float);
    size_t records = (size_t)((g->batch + g->tiles / WICK__SPAN + 1) * g->to_blocks);
    size_t partial_bytes = s.tail->moments ? records * sizeof(wick__partial_moments) : 0;
    wick_status status = wick__alloc(context, bytes, &scratch);
    if (status == WICK_OK && partial_bytes)
        status = wick__alloc(context, partial_bytes, &partial);
    if (status == WICK_OK) {
        s.scratch = scratch;
        s.partial = partial;
        run_groups(&s, x, pack, y);
    }
    wick__free(context, partial, partial_bytes);
    wick__free(context, scratch, bytes);
    return status;
}

wick_status wick__winograd_forward(wick_context *context, const wick__conv_dims *d, int tile,
                                   wick__blocked x, const void *pack, const wick__tail *tail,
                                   wick__blocked y)
{
    wick__winograd g = wick__winograd_of(d, tile, WICK__FORWARD);
    return correlate(context, &g, x, pack, tail, y);
}

wick_status wick__winograd_backward_input(wick_context *context, const wick__conv_dims *d, int tile,
                                          wick__blocked gy, const void *pack,
                                          const wick__tail *tail, wick__blocked gx)
{
    wick__winograd g = wick__winograd_of(d, tile, WICK__BACKWARD_INPUT);
    return correlate(context, &g, gy, pack, tail, gx);
}
