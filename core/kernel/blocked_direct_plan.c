/* Makes plans, and copies what they read. */
#include "kernel/blocked_direct_plan.h"

#include <string.h>

#include "kernel/blocked_direct_pack.h"

/* The source of a chunk, and its outputs, stay in a core's cache of the second level. */
static const int64_t CHUNK_FLOATS = 64 << 10, CHUNK_POSITIONS = 2048;

static int64_t at_least(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t at_most(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t rounded_up(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

static int64_t rounded_down(int64_t a, int64_t b)
{
    return a >= 0 ? a / b : -rounded_up(-a, b);
}

/* ---- axes ------------------------------------------------------------------------------------ */

/* The number of the phase that holds remainder `at`; a new one if there is none. */
static int phase_of(wick__axis *a, int64_t at)
{
    for (int f = 0; f < a->phases; f++)
        if (a->at[f] == at)
            return f;
    a->at[a->phases] = at;
    return a->phases++;
}

static void add_tap(wick__axis *a, int64_t kernel, int64_t offset)
{
    int64_t shift = rounded_down(offset, a->stride);
    a->kernel[a->taps] = (int)kernel;
    a->phase[a->taps] = phase_of(a, offset - shift * a->stride);
    a->shift[a->taps++] = shift;
}

/* Counts shifts from the least of them. */
static void find_origin(wick__axis *a)
{
    int64_t least = a->taps ? a->shift[0] : 0;
    for (int t = 1; t < a->taps; t++)
        least = at_most(least, a->shift[t]);
    for (int t = 0; t < a->taps; t++) {
        a->shift[t] -= least;
        a->reach = at_least(a->reach, a->shift[t]);
    }
    a->origin = least * a->stride;
}

static wick__axis forward_axis(const wick__conv_dims *d, int i)
{
    wick__axis a = {.size = d->in[i], .outs = d->out[i], .step = 1, .stride = d->stride[i]};
    for (int64_t k = 0; k < d->kernel[i]; k++)
        add_tap(&a, k, k * d->dilation[i] - d->pad[i]);
    find_origin(&a);
    return a;
}

/* Output o and tap k read input o stride + k dilation - pad: so o follows from the input. */
static wick__axis backward_axis(const wick__conv_dims *d, int i, int64_t residue)
{
    int64_t stride = d->stride[i];
    wick__axis a = {.size = d->out[i],
                    .outs = rounded_up(d->in[i] - residue, stride),
                    .first = residue,
                    .step = stride,
                    .stride = 1};
    for (int64_t k = 0; k < d->kernel[i]; k++) {
        int64_t offset = residue + d->pad[i] - k * d->dilation[i];
        if (offset % stride == 0)
            add_tap(&a, k, offset / stride);
    }
    find_origin(&a);
    return a;
}

void wick__axis_taps(const wick__axis *a, int64_t i, int *begin, int *end)
{
    *begin = *end = 0;
    for (int t = 0; t < a->taps; t++) {
        int64_t at = a->origin + (i + a->shift[t]) * a->stride + a->at[a->phase[t]];
        if (at < 0 || at >= a->size)
            continue;
        if (*end == 0)
            *begin = t;
        *end = t + 1;
    }
}

/* Whether some output position reads what is not there. */
static bool leaves_source(const wick__axis *a)
{
    return a->origin < 0 || a->origin + a->outs - 1 + a->reach >= a->size;
}

/* ---- plans ----------------------------------------------------------------------------------- */

wick__conv_dims wick__tile_plan_dims(const wick__conv_dims *d)
{
    wick__conv_dims flat = *d;
    for (int i = 0; i < 2; i++)
        if (d->kernel[i] != 1 || d->stride[i] != 1 || d->pad[i] != 0 || d->in[i] != d->out[i])
            return flat;
    flat.in[1] = flat.out[1] = d->in[0] * d->in[1];
    flat.in[0] = flat.out[0] = 1;
    return flat;
}

/* The positions of a chunk, at most `most`, so that chunks are of about one size. */
static void cut(wick__tile_plan *p, int i, int64_t most, int64_t unit)
{
    int64_t outs = at_least(p->axis[i].outs, 1), count = rounded_up(outs, at_least(most, 1));
    p->chunk[i] = at_most(rounded_up(rounded_up(outs, count), unit) * unit, outs);
    p->chunks[i] = rounded_up(outs, p->chunk[i]);
}

/* As many whole rows as the cache holds, or part of one; columns by 14, a tile's usual width. */
static void cut_chunks(wick__tile_plan *p, int64_t channels)
{
    const wick__axis *rows = &p->axis[0], *columns = &p->axis[1];
    int64_t position = at_least(channels, 1) * at_least(columns->phases, 1);
    int64_t copied_row = (columns->outs + columns->reach) * position;
    int64_t most = copied_row > CHUNK_FLOATS ? at_least(CHUNK_FLOATS / position, 28) : copied_row;
    cut(p, 1, at_most(most, CHUNK_POSITIONS), 14);
    int64_t row = at_least(at_most(copied_row, (p->chunk[1] + columns->reach) * position), 1);
    most = CHUNK_FLOATS / row / at_least(rows->phases, 1) - rows->reach;
    cut(p, 0, at_most(most, at_least(CHUNK_POSITIONS / at_least(p->chunk[1], 1), 1)), 1);
}

/* Floats from one position, row, phase and block of a copy to the next, or of the source. */
static void lay_out(wick__tile_plan *p)
{
    const wick__axis *rows = &p->axis[0], *columns = &p->axis[1];
    p->x_position[1] = p->lanes;
    p->x_phase[1] = (p->chunk[1] + columns->reach) * p->lanes;
    p->x_position[0] = p->copies ? p->x_phase[1] * columns->phases : columns->size * p->lanes;
    p->x_phase[0] = p->x_position[0] * (p->chunk[0] + rows->reach);
    p->x_block = p->copies ? p->x_phase[0] * rows->phases : p->x_position[0] * rows->size;
}

static int64_t tap_offset(const wick__tile_plan *p, int i, int t)
{
    const wick__axis *a = &p->axis[i];
    return a->phase[t] * p->x_phase[i] + a->shift[t] * p->x_position[i];
}

static void list_taps(wick__tile_plan *p, const wick__conv_dims *d)
{
    int64_t floats = wick__conv_is_depthwise(d) ? WICK__LANES : p->lanes * WICK__LANES;
    for (int r = 0; r < p->axis[0].taps; r++)
        for (int s = 0; s < p->axis[1].taps; s++, p->taps++) {
            int64_t tap = p->axis[0].kernel[r] * d->kernel[1] + p->axis[1].kernel[s];
            p->x_tap[p->taps] = tap_offset(p, 0, r) + tap_offset(p, 1, s);
            p->w_tap[p->taps] = tap * floats;
        }
}

static void finish_plan(wick__tile_plan *p, const wick__conv_dims *d, int64_t channels)
{
    bool strided = p->axis[0].stride > 1 || p->axis[1].stride > 1;
    p->copies = strided || leaves_source(&p->axis[0]) || leaves_source(&p->axis[1]);
    cut_chunks(p, channels);
    lay_out(p);
    list_taps(p, d);
}

wick__tile_plan wick__tile_plan_forward(const wick__conv_dims *d, int64_t channels, int64_t lanes)
{
    wick__tile_plan p = {.axis = {forward_axis(d, 0), forward_axis(d, 1)}, .lanes = lanes};
    finish_plan(&p, d, channels);
    return p;
}

wick__tile_plan wick__tile_plan_backward(const wick__conv_dims *d, int64_t channels,
                                         const int64_t residue[2])
{
    wick__tile_plan p = {.axis = {backward_axis(d, 0, residue[0]), backward_axis(d, 1, residue[1])},
                         .lanes = WICK__LANES};
    finish_plan(&p, d, channels);
    return p;
}

static wick__axis padded_axis(const wick__conv_dims *d, int i)
{
    return (wick__axis){.size = d->in[i],
                        .outs = (d->out[i] - 1) * d->stride[i] + 1,
                        .step = 1,
                        .origin = -d->pad[i],
                        .stride = 1,
                        .reach = (d->kernel[i] - 1) * d->dilation[i],
                        .phases = 1};
}

wick__tile_plan wick__tile_plan_padded(const wick__conv_dims *d, int64_t rows)
{
    wick__tile_plan p = {
        .axis = {padded_axis(d, 0), padded_axis(d, 1)}, .copies = true, .lanes = 1};
    p.chunk[0] = (rows - 1) * d->stride[0] + 1;
    p.chunk[1] = p.axis[1].outs;
    lay_out(&p);
    return p;
}

/* ---- copying --------------------------------------------------------------------------------- */

int64_t wick__tile_plan_copy_floats(const wick__tile_plan *p, int64_t blocks)
{
    return p->copies ? p->x_block * blocks : 0;
}

/* `n` positions `stride` apart. */
static void copy_positions(int64_t n, int64_t lanes, int64_t stride, const float *from, float *to)
{
    if (stride == 1)
        memcpy(to, from, (size_t)(n * lanes) * sizeof *to);
    else if (lanes == 1)
        for (int64_t i = 0; i < n; i++)
            to[i] = from[i * stride];
    else
        for (int64_t i = 0; i < n; i++)
            memcpy(to + i * WICK__LANES, from + i * stride * WICK__LANES, WICK__LANES * sizeof *to);
}

/* Positions [begin, end) of one phase of a row of the source, and zeros where it has none. */
static void copy_row(const wick__tile_plan *p, int64_t at, int64_t begin, int64_t end,
                     const float *row, float *to)
{
    const wick__axis *a = &p->axis[1];
    int64_t start = a->origin + at, lanes = p->lanes;
    int64_t first = at_least(rounded_up(at_least(-start, 0), a->stride), begin);
    int64_t stop = at_most(rounded_up(at_least(a->size - start, 0), a->stride), end);
    if (first >= stop)
        first = stop = end;
    memset(to, 0, (size_t)((first - begin) * lanes) * sizeof *to);
    if (first < stop)
        copy_positions(stop - first, lanes, a->stride, row + (start + first * a->stride) * lanes,
                       to + (first - begin) * lanes);
    memset(to + (stop - begin) * lanes, 0, (size_t)((end - stop) * lanes) * sizeof *to);
}

/* Rows that the source has not are left out: no tap is taken there. */
static void copy_block(const wick__tile_plan *p, const int64_t begin[2], const int64_t end[2],
                       const float *x, float *copy)
{
    const wick__axis *rows = &p->axis[0], *columns = &p->axis[1];
    for (int f = 0; f < rows->phases; f++)
        for (int64_t m = begin[0]; m < end[0] + rows->reach; m++) {
            int64_t row = rows->origin + m * rows->stride + rows->at[f];
            float *to = copy + f * p->x_phase[0] + (m - begin[0]) * p->x_position[0];
            if (row < 0 || row >= rows->size)
                continue;
            for (int g = 0; g < columns->phases; g++)
                copy_row(p, columns->at[g], begin[1], end[1] + columns->reach,
                         x + row * columns->size * p->lanes, to + g * p->x_phase[1]);
        }
}

void wick__tile_plan_copy(const wick__tile_plan *p, const int64_t begin[2], const int64_t end[2],
                          int64_t blocks, const float *x, float *copy)
{
    int64_t source_block = p->axis[0].size * p->axis[1].size * p->lanes;
    for (int64_t b = 0; b < blocks; b++)
        copy_block(p, begin, end, x + b * source_block, copy + b * p->x_block);
}
