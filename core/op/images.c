/* Images as operands and results. */
#include "op/images.h"

#include <string.h>

#include "base/threads.h"
#include "kernel/blocked_norm.h"

enum { GRAIN = 32768, OPERANDS = 4 };

/* ---- operands and results ---- */

wick_tensor *wick__as_images(wick__scope *s, wick_tensor *t)
{
    wick__image_size size;
    wick_tensor *dense = NULL, *images = NULL;
    wick__blocked to;
    void *data;
    if (s->status || !t || wick__is_images(t) || !wick__image_size_of(t, &size))
        return s->status ? NULL : t;
    wick_status status = wick__contiguous(t, &dense);
    dense = wick__keep(s, status, dense);
    if (!dense)
        return NULL;
    status = wick__dense(dense, &data);
    if (!status)
        status = wick__blocked_new(t->context, t->ndim, &size, &images, &to);
    if (!status)
        wick__blocked_from_dense(t->context, size.batch, size.channels, wick__plane(&size), data,
                                 to);
    return wick__keep(s, status, images);
}

wick__blocked wick__read_images(wick__scope *s, wick_tensor *t)
{
    wick__blocked images = {NULL, 0};
    t = wick__as_images(s, t);
    if (t)
        s->status = wick__images_read(t, &images);
    return images;
}

wick__blocked wick__make_images(wick__scope *s, int ndim, const wick__image_size *size,
                                wick_tensor **out)
{
    wick__blocked to = {NULL, 0};
    if (!s->status)
        s->status = wick__blocked_new(s->context, ndim, size, out, &to);
    return to;
}

wick_tensor *wick__lanes_of(wick__scope *s, wick_tensor *vector)
{
    wick_tensor *dense = NULL, *lanes = NULL;
    void *from;
    float *to;
    if (s->status || !vector)
        return NULL;
    wick_status status = wick__contiguous(vector, &dense);
    dense = wick__keep(s, status, dense);
    if (!dense)
        return NULL;
    int64_t count = wick__count(dense), padded = wick__blocks(count) * WICK__LANES;
    status = wick__dense(dense, &from);
    if (!status)
        status = wick_tensor_new(vector->context, WICK_FLOAT32, 1, &padded, &lanes);
    if (!status)
        status = wick__writable(lanes, (void **)&to);
    if (!status) {
        memcpy(to, from, sizeof *to * (size_t)count);
        memset(to + count, 0, sizeof *to * (size_t)(padded - count));
    }
    return wick__keep(s, status, lanes);
}

wick_status wick__images_sums(wick_context *context, const wick__image_size *size,
                              wick__blocked images, float *sums)
{
    size_t bytes = sizeof *sums * (size_t)(wick__moments_count(size) + size->channels);
    double count = (double)size->batch * (double)wick__plane(size);
    float *moments;
    wick_status status = wick__alloc(context, bytes, (void **)&moments);
    if (status)
        return status;
    float *variance = moments + wick__moments_count(size);
    wick__blocked_moments(context, size->batch, size->channels, wick__plane(size), images, moments);
    wick__blocked_combine_moments(size->batch, size->channels, wick__plane(size), moments, sums,
                                  variance);
    for (int64_t c = 0; c < size->channels; c++)
        sums[c] = (float)(sums[c] * count);
    wick__free(context, moments, bytes);
    return WICK_OK;
}

/* ---- element by element ---- */

typedef struct walk {
    wick__line *line;
    const void *parameter;
    int operands;
    int64_t image; /* floats of one that are worked on */
    wick__blocked images[OPERANDS];
} walk;

/* Elements from `begin` to `end` of the images, one after the other without what lies between. */
static void walk_part(void *job, int64_t begin, int64_t end)
{
    const walk *w = job;
    static const int64_t steps[OPERANDS] = {1, 1, 1, 1};
    void *p[OPERANDS];
    while (begin < end) {
        int64_t n = begin / w->image, at = begin % w->image;
        int64_t count = end - begin < w->image - at ? end - begin : w->image - at;
        for (int i = 0; i < w->operands; i++)
            p[i] = w->images[i].data + n * w->images[i].image + at;
        w->line(count, p, steps, w->parameter);
        begin += count;
    }
}

/* What the line made of the zeros beyond the last channel becomes zero again. */
static void clear_spare_lanes(const wick__image_size *size, wick__blocked images)
{
    int64_t blocks = wick__blocks(size->channels), used = size->channels % WICK__LANES;
    int64_t plane = wick__plane(size);
    for (int64_t n = 0; n < size->batch && used; n++) {
        float *last = images.data + n * images.image + (blocks - 1) * plane * WICK__LANES;
        for (int64_t i = 0; i < plane; i++, last += WICK__LANES)
            memset(last + used, 0, sizeof *last * (size_t)(WICK__LANES - used));
    }
}

static bool can_serve(const wick_call *call, const wick_tensor *to)
{
    if (call->inputs < 1 || call->inputs >= OPERANDS || (to && to != call->in[0]))
        return false;
    for (int i = 0; i < call->inputs; i++)
        if (!wick__is_images(call->in[i]) || !wick__same_shape(call->in[i], call->in[0]))
            return false;
    return true;
}

wick_status wick__images_elementwise(wick__line *line, const wick_call *call, wick_tensor **out,
                                     bool *served)
{
    walk w = {.line = line, .parameter = call->value, .operands = call->inputs + 1};
    wick__image_size size;
    wick_tensor *x = call->in[0];
    *served = line && can_serve(call, *out);
    if (!*served)
        return WICK_OK;
    wick__image_size_of(x, &size);
    w.image = wick__image_floats(&size);
    wick_status status = *out ? wick__images_write(*out, &w.images[0])
                              : wick__blocked_new(x->context, x->ndim, &size, out, &w.images[0]);
    for (int i = 0; i < call->inputs && !status; i++)
        status = wick__images_read(call->in[i], &w.images[i + 1]);
    if (status)
        return status;
    wick__parallel(x->context, size.batch * w.image, GRAIN, walk_part, &w);
    clear_spare_lanes(&size, w.images[0]);
    return WICK_OK;
}

/* ---- tails ---- */

wick_status wick__images_add(wick_tensor *x, wick_tensor *z, wick_tensor **out, bool *done)
{
    *done = false;
    if (!wick__is_images(x) || !wick__is_images(z) || !wick__same_shape(x, z))
        return WICK_OK;
    wick_status status = wick__append_residual(x, z, out, done);
    if (!status && !*done && !*out)
        status = wick__append_residual(z, x, out, done);
    return status;
}

/* Pending where g is not: whoever takes it next may do the masking on the way. */
wick_status wick__images_mask(wick_tensor *g, wick_tensor *y, wick_tensor **out, bool *done)
{
    wick__scope s;
    *done = wick__is_images(y) && !*out && wick__same_shape(g, y);
    if (!*done)
        return WICK_OK;
    wick__scope_open(&s, g->context);
    g = wick__as_images(&s, g);
    if (!s.status)
        s.status = wick__append_mask(g, y, out, done);
    if (!s.status && !*done) {
        wick_tensor *tail = NULL;
        wick_status status = wick__tail_new(g, &tail);
        tail = wick__keep(&s, status, tail);
        if (tail)
            s.status = wick__append_mask(tail, y, out, done);
    }
    return wick__scope_close(&s);
}
