/* Which elements are folded into which result, by whom, and what becomes of the sums. Results are
 * dealt out in chunks; where these are few, what is folded is cut into blocks whose sums are
 * combined in order. */
#include "kernel/reduce.h"

#include <math.h>

#include "base/alloc.h"
#include "base/threads.h"
#include "kernel/reduce_fold.h"

enum {
    GRAIN = 65536,     /* elements that pay for handing a part to a thread */
    MOST_CHUNK = 1024, /* results that are in work at once */
    MOST_BLOCKS = 64,
    ENOUGH_CHUNKS = 16 /* to occupy all threads without cutting what is folded */
};

/* Dimensions in one sequence, merged where one goes on where the next ends; outermost first. */
typedef struct axes {
    int ndim;
    int64_t size[WICK_MAX_DIM], stride[WICK_MAX_DIM];
    int64_t count; /* positions */
} axes;

typedef struct job {
    const wick__reduce *reduce;
    const wick__fold *fold;
    axes kept, folded;
    int64_t chunk, chunks_a_row, chunks; /* results; rows run along the innermost kept dimension */
    int64_t block, blocks;               /* elements folded */
    char *slots;                         /* of every chunk and block; NULL: there is one block */
} job;

/* ---- dimensions ---- */

static void append(axes *a, int64_t size, int64_t stride)
{
    a->count *= size;
    if (size == 1)
        return;
    int last = a->ndim - 1;
    if (last >= 0 && a->stride[last] == stride * size) {
        a->size[last] *= size;
        a->stride[last] = stride;
        return;
    }
    a->size[a->ndim] = size;
    a->stride[a->ndim++] = stride;
}

/* The order of sums is free: large strides go outside, so that memory is read as it lies. */
static void order_dims(const wick__reduce *r, int *dim, int n)
{
    for (int i = 1; i < n; i++)
        for (int at = i; at > 0 && r->stride[dim[at - 1]] < r->stride[dim[at]]; at--) {
            int swap = dim[at];
            dim[at] = dim[at - 1];
            dim[at - 1] = swap;
        }
}

static axes collect(const wick__reduce *r, bool folded)
{
    axes a = {.count = 1};
    int dim[WICK_MAX_DIM], n = 0;
    for (int d = 0; d < r->ndim; d++)
        if (r->folded[d] == folded)
            dim[n++] = d;
    if (folded && r->kind != WICK__MAX && r->kind != WICK__MIN)
        order_dims(r, dim, n);
    for (int i = 0; i < n; i++)
        append(&a, r->size[dim[i]], r->stride[dim[i]]);
    if (a.ndim == 0) {
        a.size[0] = 1;
        a.stride[0] = 1;
        a.ndim = 1;
    }
    return a;
}

/* How far position `at` of all dimensions but the innermost is from the first element. */
static int64_t offset(const axes *a, int64_t at)
{
    int64_t sum = 0;
    for (int d = a->ndim - 2; d >= 0; d--) {
        sum += at % a->size[d] * a->stride[d];
        at /= a->size[d];
    }
    return sum;
}

static int64_t innermost(const axes *a)
{
    return a->size[a->ndim - 1];
}

/* ---- cutting ---- */

static int64_t within(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

static int64_t parts_of(int64_t n, int64_t part)
{
    return n / part + (n % part != 0);
}

/* Lines of neighbours that are folded together are dealt out by their length; else results lie
 * beside each other, and a chunk is as many as stay in a cache. */
static int64_t chunk_of(const job *j)
{
    int64_t line = innermost(&j->folded);
    bool by_lines = j->folded.stride[j->folded.ndim - 1] == 1 && line >= 16;
    int64_t most = by_lines ? within(GRAIN / line, 1, MOST_CHUNK) : MOST_CHUNK;
    return within(innermost(&j->kept), 1, most);
}

static void cut(job *j)
{
    int64_t row = innermost(&j->kept), folded = j->folded.count, line = innermost(&j->folded);
    j->chunk = chunk_of(j);
    j->chunks_a_row = parts_of(row, j->chunk);
    j->chunks = j->kept.count / row * j->chunks_a_row;
    j->block = folded;
    j->blocks = 1;
    if (j->chunks >= ENOUGH_CHUNKS || folded <= 2 * (GRAIN / j->chunk))
        return;
    j->block = within(GRAIN / j->chunk, parts_of(folded, MOST_BLOCKS), folded);
    if (j->block > line) /* whole lines */
        j->block = parts_of(j->block, line) * line;
    j->blocks = parts_of(folded, j->block);
}

/* ---- folding ---- */

typedef struct span {
    int64_t first; /* result */
    int64_t n;
    const char *x; /* of the first result's first element */
} span;

static span span_of(const job *j, int64_t chunk)
{
    int64_t row = chunk / j->chunks_a_row, begin = chunk % j->chunks_a_row * j->chunk;
    int64_t length = innermost(&j->kept), left = length - begin;
    int64_t at = offset(&j->kept, row) + begin * j->kept.stride[j->kept.ndim - 1];
    return (span){row * length + begin, left < j->chunk ? left : j->chunk,
                  (const char *)j->reduce->x + at * (int64_t)wick_dtype_size(j->reduce->dtype)};
}

/* Folds [begin, end) into the slots of a span. */
static void fold_block(const job *j, const span *s, int64_t begin, int64_t end, void *slots)
{
    int64_t element = (int64_t)wick_dtype_size(j->reduce->dtype), length = innermost(&j->folded);
    wick__fold_run run = {.n = s->n,
                          .sx = j->kept.stride[j->kept.ndim - 1],
                          .sm = j->folded.stride[j->folded.ndim - 1],
                          .slots = slots,
                          .plane = j->chunk,
                          .p = j->reduce->p};
    j->fold->start(s->n, j->folded.count ? s->x : NULL, run.sx, slots, j->chunk);
    while (begin < end) {
        int64_t inside = begin % length, at = offset(&j->folded, begin / length) + inside * run.sm;
        run.m = length - inside < end - begin ? length - inside : end - begin;
        run.x = s->x + at * element;
        run.at = begin;
        j->fold->fold(&run);
        begin += run.m;
    }
}

/* ---- finishing ---- */

static double finished(const wick__reduce *r, double sum)
{
    if (r->p == 0 || r->p == 1)
        return sum;
    return r->p == 2 ? sqrt(sum) : pow(sum, 1 / r->p);
}

static void finish_moments(const job *j, int64_t n, double *slots)
{
    double count = (double)j->folded.count;
    for (int64_t i = 0; i < n; i++) {
        double sum = slots[j->chunk + i], squares = slots[2 * j->chunk + i];
        double variance = (squares - sum * (sum / count)) / (count - j->reduce->p);
        variance = variance < 0 ? 0 : variance; /* by rounding */
        slots[i] = j->reduce->kind == WICK__DEVIATION ? sqrt(variance) : variance;
    }
}

static void finish_sums(const job *j, int64_t n, double *slots)
{
    double count = (double)j->folded.count;
    for (int64_t i = 0; i < n && j->reduce->kind == WICK__MEAN; i++)
        slots[i] /= count;
    for (int64_t i = 0; i < n && j->reduce->kind == WICK__NORM; i++)
        slots[i] = finished(j->reduce, slots[i]);
}

static void finish_counts(const job *j, int64_t n, uint64_t *slots)
{
    uint64_t needed = j->reduce->kind == WICK__ALL ? (uint64_t)j->folded.count : 1;
    for (int64_t i = 0; i < n; i++)
        slots[i] = slots[i] >= needed;
}

static void finish(const job *j, const span *s, void *slots)
{
    const wick__reduce *r = j->reduce;
    char *y = (char *)r->y + s->first * (int64_t)wick_dtype_size(r->out);
    if (r->kind == WICK__MAX || r->kind == WICK__MIN) {
        const int64_t *index = (const int64_t *)slots + j->chunk;
        for (int64_t i = 0; i < s->n && r->index; i++)
            r->index[s->first + i] = index[i] + 1;
        wick__fold_store(r->out, s->n, slots, y);
        return;
    }
    if (r->kind == WICK__VARIANCE || r->kind == WICK__DEVIATION)
        finish_moments(j, s->n, slots);
    else if (r->kind == WICK__ALL || r->kind == WICK__ANY)
        finish_counts(j, s->n, slots);
    else
        finish_sums(j, s->n, slots);
    wick__fold_store_sums(r->out, s->n, slots, y);
}

/* ---- running ---- */

static void fold_chunks(void *job_, int64_t begin, int64_t end)
{
    const job *j = job_;
    _Alignas(64) char slots[MOST_CHUNK * WICK__PLANES * 8];
    for (int64_t chunk = begin; chunk < end; chunk++) {
        span s = span_of(j, chunk);
        fold_block(j, &s, 0, j->folded.count, slots);
        finish(j, &s, slots);
    }
}

static char *slots_of(const job *j, int64_t task)
{
    return j->slots + task * j->chunk * WICK__PLANES * 8;
}

/* Tasks are numbered block by block. */
static void fold_blocks(void *job_, int64_t begin, int64_t end)
{
    const job *j = job_;
    for (int64_t task = begin; task < end; task++) {
        span s = span_of(j, task % j->chunks);
        int64_t first = task / j->chunks * j->block, left = j->folded.count - first;
        fold_block(j, &s, first, first + (left < j->block ? left : j->block), slots_of(j, task));
    }
}

static void merge_blocks(const job *j)
{
    for (int64_t chunk = 0; chunk < j->chunks; chunk++) {
        span s = span_of(j, chunk);
        for (int64_t block = 1; block < j->blocks; block++)
            j->fold->merge(s.n, slots_of(j, chunk), slots_of(j, block * j->chunks + chunk),
                           j->chunk);
        finish(j, &s, slots_of(j, chunk));
    }
}

static wick_status run_blocks(wick_context *context, job *j)
{
    size_t bytes = (size_t)(j->blocks * j->chunks * j->chunk) * WICK__PLANES * 8;
    wick_status status = wick__alloc(context, bytes, (void **)&j->slots);
    if (status)
        return status;
    wick__parallel(context, j->blocks * j->chunks, 1, fold_blocks, j);
    merge_blocks(j);
    wick__free(context, j->slots, bytes);
    return WICK_OK;
}

static wick__fold_kind kind_of(wick__reduction kind, double p)
{
    switch (kind) {
    case WICK__PROD:
        return WICK__FOLD_PROD;
    case WICK__ALL:
    case WICK__ANY:
        return WICK__FOLD_COUNT;
    case WICK__NORM:
        return p == 0   ? WICK__FOLD_COUNT
               : p == 1 ? WICK__FOLD_ABS
               : p == 2 ? WICK__FOLD_SQUARE
                        : WICK__FOLD_POWER;
    case WICK__VARIANCE:
    case WICK__DEVIATION:
        return WICK__FOLD_MOMENTS;
    case WICK__MAX:
        return WICK__FOLD_MAX;
    case WICK__MIN:
        return WICK__FOLD_MIN;
    default:
        return WICK__FOLD_SUM;
    }
}

bool wick__reduces(wick__reduction kind, wick_dtype dtype)
{
    bool needs_floating = kind == WICK__MEAN || kind == WICK__NORM || kind == WICK__VARIANCE ||
                          kind == WICK__DEVIATION;
    if (kind == WICK__ALL || kind == WICK__ANY)
        return dtype == WICK_UINT8;
    return wick__fold_of(kind_of(kind, 2), dtype) &&
           (!needs_floating || wick_dtype_is_floating(dtype));
}

wick_status wick__reduce_run(wick_context *context, const wick__reduce *r)
{
    job j = {.reduce = r,
             .fold = wick__fold_of(kind_of(r->kind, r->p), r->dtype),
             .kept = collect(r, false),
             .folded = collect(r, true)};
    if (j.kept.count == 0)
        return WICK_OK;
    cut(&j);
    if (j.blocks > 1)
        return run_blocks(context, &j);
    int64_t work = j.chunk * j.folded.count;
    wick__parallel(context, j.chunks, work < GRAIN ? GRAIN / (work + 1) + 1 : 1, fold_chunks, &j);
    return WICK_OK;
}
