/* Pooling on the channel-blocked layout. */
#include "kernel/blocked_pool.h"

#include "kernel/blocked_loops.h"

enum { MOST_NARROW = 255 }; /* positions that a byte tells apart, besides none */

static bool is_wide(const wick__pool_dims *d)
{
    return d->kernel[0] > MOST_NARROW || d->kernel[1] > MOST_NARROW ||
           d->kernel[0] * d->kernel[1] > MOST_NARROW;
}

size_t wick__blocked_pool_index_bytes(int64_t batch, int64_t channels, const wick__pool_dims *d)
{
    return (size_t)(batch * wick__blocks(channels) * d->out[0] * d->out[1] * WICK__LANES) *
           (is_wide(d) ? sizeof(int32_t) : sizeof(uint8_t));
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Finds the windows of a row that need no clipping. */
static void find_whole(wick__pool_job *j)
{
    const wick__pool_dims *d = &j->d;
    int64_t stride = d->stride[1], out = d->out[1];
    int64_t last = d->in[1] - 1 - (d->kernel[1] - 1) * d->dilation[1] + d->pad[1];
    j->whole_begin = least((d->pad[1] + stride - 1) / stride, out);
    j->whole_end = last < 0 ? 0 : least(last / stride + 1, out);
    if (j->whole_end < j->whole_begin)
        j->whole_begin = j->whole_end = out;
}

static wick__pool_job pool_job(int64_t channels, const wick__pool_dims *d, bool dilated,
                               wick__blocked from, wick__blocked to)
{
    wick__pool_job j = {.channels = channels, .d = *d, .from = from, .to = to, .wide = is_wide(d)};
    if (!dilated)
        j.d.dilation[0] = j.d.dilation[1] = 1;
    find_whole(&j);
    return j;
}

/* `rows`: of every plane of blocks, each an item. */
static void share_rows(wick_context *context, int64_t batch, int64_t rows, wick__part *part,
                       wick__pool_job *j)
{
    const wick__pool_dims *d = &j->d;
    int64_t floats = (d->in[0] * d->in[1] + d->out[0] * d->out[1]) / (rows + 1) * WICK__LANES;
    wick__blocked_share(context, batch * wick__blocks(j->channels) * rows, floats, part, j);
}

void wick__blocked_max_pool_forward(wick_context *context, int64_t batch, int64_t channels,
                                    const wick__pool_dims *d, wick__blocked x, wick__blocked y,
                                    void *index)
{
    wick__pool_job j = pool_job(channels, d, true, x, y);
    j.index = index;
    share_rows(context, batch, d->out[0], wick__blocked_loops_best()->max_forward, &j);
}

void wick__blocked_max_pool_backward(wick_context *context, int64_t batch, int64_t channels,
                                     const wick__pool_dims *d, wick__blocked gy, const void *index,
                                     wick__blocked gx)
{
    wick__pool_job j = pool_job(channels, d, true, gy, gx);
    j.index = (void *)index;
    share_rows(context, batch, d->in[0], wick__blocked_loops_best()->max_backward, &j);
}

/* ---- places ---- */

/* Where position `place` of window (i, k) stands in its plane. */
static int64_t place_in_plane(const wick__pool_dims *d, int64_t i, int64_t k, int64_t place)
{
    int64_t row = i * d->stride[0] - d->pad[0] + place / d->kernel[1] * d->dilation[0];
    int64_t column = k * d->stride[1] - d->pad[1] + place % d->kernel[1] * d->dilation[1];
    return row * d->in[1] + column;
}

/* The position of a lane of a pixel in its window, -1 for none; bytes lie as blocked_pool.inc says.
 */
static int32_t place_of(const wick__pool_job *j, int64_t pixel, int64_t lane)
{
    const int32_t *index = j->index;
    if (j->wide)
        return index[pixel * WICK__LANES + lane];
    int32_t place = index[pixel * 4 + lane % 4] >> lane / 4 * 8 & 255;
    return place == MOST_NARROW ? -1 : place;
}

typedef struct places_job {
    const wick__pool_job *pool;
    int64_t *places;
} places_job;

/* Planes [begin, end) of a single channel. */
static void places_part(void *job, int64_t begin, int64_t end)
{
    const places_job *p = job;
    const wick__pool_job *j = p->pool;
    int64_t out = j->d.out[0] * j->d.out[1], blocks = wick__blocks(j->channels);
    for (int64_t item = begin; item < end; item++) {
        int64_t channel = item % j->channels, lane = channel % WICK__LANES;
        int64_t plane = item / j->channels * blocks + channel / WICK__LANES;
        for (int64_t i = 0; i < out; i++) {
            int64_t place = place_of(j, plane * out + i, lane);
            p->places[item * out + i] =
                place < 0 ? -1 : place_in_plane(&j->d, i / j->d.out[1], i % j->d.out[1], place);
        }
    }
}

void wick__blocked_pool_places(wick_context *context, int64_t batch, int64_t channels,
                               const wick__pool_dims *d, const void *index, int64_t *places)
{
    wick__blocked none = {NULL, 0};
    wick__pool_job pool = pool_job(channels, d, true, none, none);
    pool.index = (void *)index;
    places_job j = {&pool, places};
    wick__blocked_share(context, batch * channels, d->out[0] * d->out[1] * 4, places_part, &j);
}

/* ---- means ---- */

void wick__blocked_average_pool_forward(wick_context *context, int64_t batch, int64_t channels,
                                        const wick__pool_dims *d, wick__pool_divisor divisor,
                                        wick__blocked x, wick__blocked y)
{
    wick__pool_job j = pool_job(channels, d, false, x, y);
    j.divisor = divisor;
    share_rows(context, batch, d->out[0], wick__blocked_loops_best()->average_forward, &j);
}

void wick__blocked_average_pool_backward(wick_context *context, int64_t batch, int64_t channels,
                                         const wick__pool_dims *d, wick__pool_divisor divisor,
                                         wick__blocked gy, wick__blocked gx)
{
    wick__pool_job j = pool_job(channels, d, false, gy, gx);
    j.divisor = divisor;
    share_rows(context, batch, d->in[0], wick__blocked_loops_best()->average_backward, &j);
}

void wick__blocked_global_average_forward(wick_context *context, int64_t batch, int64_t channels,
                                          int64_t plane, wick__blocked x, wick__blocked y)
{
    wick__plane_job j = {.channels = channels, .plane = plane, .from = x, .to = y};
    wick__blocked_share(context, batch * wick__blocks(channels), plane * WICK__LANES,
                        wick__blocked_loops_best()->global_average, &j);
}

void wick__blocked_global_average_backward(wick_context *context, int64_t batch, int64_t channels,
                                           int64_t plane, wick__blocked gy, wick__blocked gx)
{
    wick__plane_job j = {
        .channels = channels, .plane = plane, .segment = WICK__SEGMENT, .from = gy, .to = gx};
    int64_t segments = (plane + WICK__SEGMENT - 1) / WICK__SEGMENT;
    wick__blocked_share(context, batch * wick__blocks(channels) * segments,
                        (segments > 1 ? WICK__SEGMENT : plane) * WICK__LANES,
                        wick__blocked_loops_best()->spread, &j);
}
