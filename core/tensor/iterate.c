/* One walk over several tensors: dimensions are put in memory order and merged, then a line kernel
 * runs along the innermost. */
#include "tensor/iterate.h"

#include <string.h>

#include "base/threads.h"

/* GRAIN: elements a part, enough to pay for handing it to a thread, few enough to stay in a cache.
 * SHORT: lines of fewer elements cost more in calls than in work. TILE: elements a side of a square
 * in which an operand that runs across the others stays in the nearest cache. LONG: elements along
 * a block of short lines. CACHE_LINE: bytes. */
enum { GRAIN = 32768, SHORT = 16, TILE = 64, LONG = 1024, CACHE_LINE = 64 };

typedef struct walk {
    int ndim, operands;
    int64_t size[WICK_MAX_DIM];                       /* innermost first */
    int64_t stride[WICK_MAX_DIM][WICK__MAX_OPERANDS]; /* in elements */
    int64_t bytes[WICK__MAX_OPERANDS];                /* an element */
    char *data[WICK__MAX_OPERANDS];
    int64_t block[2]; /* blocks of dimensions 0 and 1; block[0] is 0: lines of dimension 0 */
    int along;        /* the dimension in which a line runs through a block */
    wick__line *line;
    const void *parameter;
} walk;

/* ---- preparing ---- */

static bool fits(const wick_tensor *t, const wick_sizes *shape, bool is_output)
{
    int missing = shape->count - t->ndim;
    for (int d = 0; d < shape->count && missing >= 0; d++) {
        int64_t own = d < missing ? 1 : t->size[d - missing];
        if (own != shape->v[d] && (is_output || own != 1))
            return false;
    }
    return missing >= 0 || wick__count(t) == 1;
}

static wick_status check_operands(const wick_sizes *shape, int outputs, int operands,
                                  wick_tensor *const *operand)
{
    char text[WICK__SHAPE_TEXT];
    if (operands < 1 || operands > WICK__MAX_OPERANDS)
        return wick__fail(WICK_EVALUE, "%d operands, where 1 to %d are possible", operands,
                          WICK__MAX_OPERANDS);
    for (int k = 0; k < operands; k++)
        if (!fits(operand[k], shape, k < outputs))
            return wick__fail(WICK_ESHAPE, "a tensor of %s does not fit into the shape %s",
                              wick__shape(operand[k]),
                              wick__sizes_text(shape->count, shape->v, text, sizeof text));
    return WICK_OK;
}

static wick_status open_gates(walk *w, int outputs, wick_tensor *const *operand)
{
    wick_status status = WICK_OK;
    for (int k = 0; k < w->operands && !status; k++) {
        void **data = (void **)&w->data[k];
        w->bytes[k] = wick__dtype_bytes[operand[k]->dtype];
        status = k < outputs ? wick__writable(operand[k], data) : wick__dense(operand[k], data);
    }
    return status;
}

/* Whether all operands are row-major in the shape: one line runs through them. */
static bool in_line(const wick_sizes *shape, int operands, wick_tensor *const *operand)
{
    if (operands < 1 || operands > WICK__MAX_OPERANDS)
        return false;
    for (int k = 0; k < operands; k++)
        if (!wick__has_shape(operand[k], shape) || !wick_tensor_is_contiguous(operand[k]))
            return false;
    return true;
}

static void load_line(walk *w, int64_t count)
{
    w->ndim = 1;
    w->size[0] = count;
    w->block[0] = 0;
    for (int k = 0; k < w->operands; k++)
        w->stride[0][k] = 1;
}

static void load_dimensions(walk *w, const wick_sizes *shape, wick_tensor *const *operand)
{
    int64_t stride[WICK__MAX_OPERANDS][WICK_MAX_DIM];
    for (int k = 0; k < w->operands; k++)
        wick__broadcast_strides(operand[k], shape, stride[k]);
    for (int d = shape->count - 1; d >= 0; d--) {
        if (shape->v[d] == 1)
            continue;
        for (int k = 0; k < w->operands; k++)
            w->stride[w->ndim][k] = stride[k][d];
        w->size[w->ndim++] = shape->v[d];
    }
}

/* Whether dimension `a` steps farther than `b` in the first operand that tells them apart. */
static bool steps_farther(const walk *w, int a, int b)
{
    for (int k = 0; k < w->operands; k++) {
        int64_t of_a = w->stride[a][k], of_b = w->stride[b][k];
        if (of_a != 0 && of_b != 0 && of_a != of_b)
            return of_a > of_b;
    }
    return false;
}

static void swap_dimensions(walk *w, int a, int b)
{
    int64_t size = w->size[a], stride[WICK__MAX_OPERANDS];
    w->size[a] = w->size[b];
    w->size[b] = size;
    memcpy(stride, w->stride[a], sizeof stride);
    memcpy(w->stride[a], w->stride[b], sizeof stride);
    memcpy(w->stride[b], stride, sizeof stride);
}

static void sort_dimensions(walk *w)
{
    for (int d = 1; d < w->ndim; d++)
        for (int at = d; at > 0 && steps_farther(w, at - 1, at); at--)
            swap_dimensions(w, at - 1, at);
}

/* Whether dimension `outer` goes on where `inner` ends, in every operand. */
static bool continues(const walk *w, int inner, int outer)
{
    for (int k = 0; k < w->operands; k++)
        if (w->stride[outer][k] != w->stride[inner][k] * w->size[inner])
            return false;
    return true;
}

static void merge_dimensions(walk *w)
{
    int last = 0;
    for (int d = 1; d < w->ndim; d++) {
        if (continues(w, last, d)) {
            w->size[last] *= w->size[d];
            continue;
        }
        last++;
        w->size[last] = w->size[d];
        memcpy(w->stride[last], w->stride[d], sizeof w->stride[d]);
    }
    w->ndim = last + 1;
    if (w->size[0] == 1)
        for (int k = 0; k < w->operands; k++)
            w->stride[0][k] = 1;
}

/* The dimension in which an operand steps from neighbour to neighbour, when dimension 0 takes it to
 * another cache line every time; 0: there is none. */
static int crossing_dimension(const walk *w)
{
    for (int k = 0; k < w->operands; k++) {
        int nearest = 0;
        for (int d = 1; d < w->ndim; d++)
            if (w->stride[d][k] != 0 && w->stride[d][k] < w->stride[nearest][k])
                nearest = d;
        if (nearest > 0 && w->size[nearest] >= SHORT && w->stride[0][k] * w->bytes[k] >= CACHE_LINE)
            return nearest;
    }
    return 0;
}

static int longest_dimension(const walk *w)
{
    int longest = 0;
    for (int d = 1; d < w->ndim; d++)
        if (w->size[d] > w->size[longest])
            longest = d;
    return longest;
}

/* Short lines are exchanged for long ones, crossing operands are walked in squares. The order of
 * the dimensions above the first makes no difference. */
static void plan_blocks(walk *w, int64_t count)
{
    bool is_short = w->size[0] < SHORT;
    int other = is_short ? longest_dimension(w) : crossing_dimension(w);
    w->block[0] = 0;
    if (other == 0 || count < LONG)
        return;
    if (other > 1)
        swap_dimensions(w, 1, other);
    w->along = is_short;
    w->block[0] = is_short ? w->size[0] : TILE;
    w->block[1] = is_short ? LONG : TILE;
}

static void plan(walk *w, const wick_sizes *shape, int64_t count, wick_tensor *const *operand)
{
    w->size[0] = 1;
    load_dimensions(w, shape, operand);
    sort_dimensions(w);
    merge_dimensions(w);
    plan_blocks(w, count);
}

/* ---- walking ---- */

/* Indices and pointers of element `begin`. */
static void start(const walk *w, int64_t begin, int64_t *at, char **p)
{
    memcpy(p, w->data, sizeof *p * (size_t)w->operands);
    for (int d = 0; d < w->ndim; d++) {
        at[d] = begin % w->size[d];
        begin /= w->size[d];
        for (int k = 0; k < w->operands; k++)
            p[k] += at[d] * w->stride[d][k] * w->bytes[k];
    }
}

static void step(const walk *w, int d, int64_t steps, char **p)
{
    for (int k = 0; k < w->operands; k++)
        p[k] += steps * w->stride[d][k] * w->bytes[k];
}

/* To the begin of the next line; there is one. */
static void next_line(const walk *w, int64_t *at, char **p)
{
    step(w, 0, -at[0], p);
    at[0] = 0;
    for (int d = 1; d < w->ndim; d++) {
        if (++at[d] < w->size[d]) {
            step(w, d, 1, p);
            return;
        }
        step(w, d, 1 - w->size[d], p);
        at[d] = 0;
    }
}

static void walk_part(void *job, int64_t begin, int64_t end)
{
    const walk *w = job;
    int64_t at[WICK_MAX_DIM];
    char *p[WICK__MAX_OPERANDS];
    start(w, begin, at, p);
    for (;;) {
        int64_t n = w->size[0] - at[0];
        n = n < end - begin ? n : end - begin;
        w->line(n, (void *const *)p, w->stride[0], w->parameter);
        begin += n;
        if (begin == end)
            return;
        next_line(w, at, p);
    }
}

static void walk_block(const walk *w, int64_t number)
{
    char *p[WICK__MAX_OPERANDS];
    int64_t n[2];
    memcpy(p, w->data, sizeof *p * (size_t)w->operands);
    for (int d = 0; d < 2; d++) {
        int64_t blocks = (w->size[d] + w->block[d] - 1) / w->block[d];
        int64_t first = number % blocks * w->block[d];
        n[d] = w->size[d] - first < w->block[d] ? w->size[d] - first : w->block[d];
        step(w, d, first, p);
        number /= blocks;
    }
    for (int d = 2; d < w->ndim; d++) {
        step(w, d, number % w->size[d], p);
        number /= w->size[d];
    }
    for (int64_t i = 0; i < n[!w->along]; i++) {
        w->line(n[w->along], (void *const *)p, w->stride[w->along], w->parameter);
        step(w, !w->along, 1, p);
    }
}

static void walk_blocks(void *job, int64_t begin, int64_t end)
{
    for (int64_t number = begin; number < end; number++)
        walk_block(job, number);
}

static void walk_all(wick_context *context, walk *w, int64_t count)
{
    if (w->ndim == 1 && count <= GRAIN) {
        w->line(count, (void *const *)w->data, w->stride[0], w->parameter);
        return;
    }
    if (w->block[0] == 0) {
        wick__parallel(context, count, GRAIN, walk_part, w);
        return;
    }
    int64_t blocks = 1;
    for (int d = 0; d < w->ndim; d++)
        blocks *= d < 2 ? (w->size[d] + w->block[d] - 1) / w->block[d] : w->size[d];
    int64_t grain = GRAIN / (w->block[0] * w->block[1]);
    wick__parallel(context, blocks, grain > 0 ? grain : 1, walk_blocks, w);
}

wick_status wick__iterate_rows(int64_t count, int outputs, int operands,
                               wick_tensor *const *operand, wick__line *line, const void *parameter)
{
    walk w;
    w.operands = operands;
    w.line = line;
    w.parameter = parameter;
    wick_status status = open_gates(&w, outputs, operand);
    if (status || count == 0)
        return status;
    load_line(&w, count);
    walk_all(operand[0]->context, &w, count);
    return WICK_OK;
}

wick_status wick__iterate(const wick_sizes *shape, int outputs, int operands,
                          wick_tensor *const *operand, wick__line *line, const void *parameter)
{
    walk w;
    int64_t count = 0;
    bool is_countable = wick__count_fits(shape->count, shape->v, &count);
    if (is_countable && in_line(shape, operands, operand))
        return wick__iterate_rows(count, outputs, operands, operand, line, parameter);
    w.ndim = 0;
    w.operands = operands;
    w.line = line;
    w.parameter = parameter;
    wick_status status = check_operands(shape, outputs, operands, operand);
    if (!status)
        status = open_gates(&w, outputs, operand);
    if (status || !is_countable || count == 0)
        return status;
    plan(&w, shape, count, operand);
    walk_all(operand[0]->context, &w, count);
    return WICK_OK;
}
