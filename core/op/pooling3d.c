/* Pooling of volumes by the largest of every window, and the way back: pool3d_dims.h says how. */
#include <string.h>

#include "op/dense.h"
#include "op/pool3d_dims.h"

/* ---- maxPool3d ---- */

static const wick__arg max_args[] = {TENSOR("x"), POOL_WINDOW_3D, TRIPLE_OR_NONE("dilation"),
                                     BOOLEAN_OPTION("ceil", 0), END};

/* The largest of x's windows, and *index = where they stand in their planes; both are lent. */
static wick_tensor *max_of(wick__scope *s, const wick__volume *v, bool columns, wick_tensor *x,
                           wick_tensor **index)
{
    wick__pool3d_options o;
    wick_tensor *out[2] = {NULL, NULL};
    if (s->status || !x)
        return NULL;
    wick__pool3d_fill(v, columns, &o);
    o.value[WICK__MAX_CEIL].integer = v->up;
    o.value[WICK__MAX_INDICES].integer = true;
    wick_call call = {.context = s->context, .inputs = 1, .in = &x};
    memcpy(call.value, o.value, sizeof o.value);
    wick_status status = wick_apply(&wick_op_max_pool2d, &call, out);
    *index = wick__keep(s, status, out[1]);
    return wick__keep(s, status, out[0]);
}

/* index += the pixels of all frames before: from places in frames to places in volumes. */
static wick_tensor *in_volumes(wick__scope *s, const wick__volume *v, wick_tensor *index)
{
    wick_tensor *before = NULL;
    wick_sizes depth = {3, {1, v->in[0], 1}};
    int64_t *number = wick__make(s, WICK_INT64, &depth, &before);
    before = wick__keep(s, s->status, before);
    for (int64_t t = 0; before && t < v->in[0]; t++)
        number[t] = t * v->in[1] * v->in[2];
    return wick__add(s, index, before);
}

/* The elements of x at places in its planes. */
static wick_tensor *values_at(wick__scope *s, wick_tensor *x, wick_tensor *places)
{
    return wick__binary(s, &wick_op_plane_values, x, places);
}

static wick_status max_pool3d_forward(const wick_call *call, wick_tensor **out)
{
    wick_tensor *x = call->in[0], *in_frame = NULL, *in_column = NULL;
    const wick_value *value = call->value;
    wick_sizes shape = wick__sizes_like(x);
    wick__pool3d p;
    wick__scope s;
    wick_status status = wick__check_one_type("maxPool3d", 1, call->in);
    if (!status)
        status = wick__pool3d_read("maxPool3d", &shape, value, value[WICK__MAX_DILATION].sizes,
                                   value[WICK__MAX_CEIL].integer, &p);
    if (status)
        return status;
    wick_sizes frames = wick__pool3d_frames(&p.v, p.v.in + 1),
               columns = wick__pool3d_columns(&p.v, p.v.in[0]);
    wick__scope_open(&s, x->context);
    wick_tensor *y = max_of(&s, &p.v, false, wick__dense_view(&s, x, &frames), &in_frame);
    y = max_of(&s, &p.v, true, wick__dense_view(&s, y, &columns), &in_column);
    wick_tensor *places = in_volumes(&s, &p.v, wick__dense_view(&s, in_frame, &columns));
    out[0] = wick__dense_result(&s, y, &p.output);
    out[1] = wick__dense_result(&s, values_at(&s, places, in_column), &p.output);
    return wick__scope_close(&s);
}

/* Volumes as images with all frames one below the other: N x C x (T H) x W. */
static wick_tensor *tall(wick__scope *s, wick_tensor *t)
{
    if (!t)
        return NULL;
    wick_sizes shape = wick__sizes_like(t);
    int64_t *sides = shape.v + --shape.count - 2;
    sides[0] *= sides[1];
    sides[1] = sides[2];
    return wick__reshape(s, t, &shape);
}

/* Volumes of zeros with the values of x at their places. */
static wick_tensor *volumes_with(wick__scope *s, wick_tensor *x, wick_tensor *places,
                                 const wick_sizes *shape)
{
    const int64_t *sides = shape->v + shape->count - 3;
    wick_value size[] = {{.integer = sides[0] * sides[1]}, {.integer = sides[2]}};
    wick_tensor *in[] = {tall(s, x), tall(s, places)};
    if (!in[0] || !in[1])
        return NULL;
    return wick__reshape(s, wick__run(s, &wick_op_max_unpool2d, 2, in, size), shape);
}

static void max_pool3d_backward(wick__rule *r)
{
    wick_sizes shape = wick__sizes_of(r, 0);
    r->dx[0] = volumes_with(r->scope, G, wick__result(r, 1), &shape);
}

const wick_op wick_op_max_pool3d = {
    .name = "maxPool3d",
    .args = max_args,
    .outputs = 2,
    .saves = WICK__SAVE_OUT(1),
    .forward = max_pool3d_forward,
    .backward = max_pool3d_backward,
    .doc = "The largest of every window of x, C x T x H x W or N x C x T x H x W, and where in its "
           "volume it stands, frame by frame and row by row from 1; the first among equals "
           "(nn.VolumetricMaxPooling). Numbers or {depth, height, width}: kernel, stride (the "
           "kernel), pad, dilation; ceil: a last window may reach beyond the padding",
    .example = "print(torch.range(1, 16):view(1, 4, 2, 2):maxPool3d(2))"};

/* ---- maxUnpool3d ---- */

static const wick__arg unpool_args[] = {TENSOR("x"),       TENSOR("indices"), INTEGER("depth"),
                                        INTEGER("height"), INTEGER("width"),  END};

static wick_status check_unpooling(const wick_call *call, wick_sizes *shape)
{
    const wick_tensor *x = call->in[0], *indices = call->in[1];
    static const char *const name[] = {"depth", "height", "width"};
    int64_t sides[3];
    wick__volume v;
    wick_status status = wick__check_one_type("maxUnpool3d", 1, call->in);
    *shape = wick__sizes_like(x);
    if (!status)
        status = wick__read_volume("maxUnpool3d", shape, &v);
    if (!status && !wick__same_shape(x, indices))
        status =
            wick__fail(WICK_ESHAPE, "maxUnpool3d: x is %s, indices are %s; they need one shape",
                       wick__shape(x), wick__shape(indices));
    for (int i = 0; i < 3 && !status; i++) {
        sides[i] = call->value[i].integer;
        status = wick__check_number("maxUnpool3d", name[i], sides[i], 1);
    }
    if (status)
        return status;
    *shape = wick__volume_with(shape, v.channels, sides);
    return wick__check_countable("maxUnpool3d", "output", shape);
}

static wick_status max_unpool3d_forward(const wick_call *call, wick_tensor **out)
{
    wick_sizes shape;
    wick__scope s;
    wick_status status = check_unpooling(call, &shape);
    if (status)
        return status;
    wick__scope_open(&s, call->in[0]->context);
    *out = wick__dense_result(&s, volumes_with(&s, call->in[0], call->in[1], &shape), &shape);
    return wick__scope_close(&s);
}

static void max_unpool3d_backward(wick__rule *r)
{
    wick_sizes shape = wick__sizes_of(r, 0);
    wick_tensor *values = values_at(r->scope, tall(r->scope, G), tall(r->scope, Z));
    if (r->wants[0])
        r->dx[0] = wick__reshape(r->scope, values, &shape);
}

const wick_op wick_op_max_unpool3d = {
    .name = "maxUnpool3d",
    .args = unpool_args,
    .saves = WICK__SAVE_IN(1),
    .forward = max_unpool3d_forward,
    .backward = max_unpool3d_backward,
    .doc = "Zero volumes of depth x height x width with the values of x, C x t x h x w or "
           "N x C x t x h x w, where maxPool3d's indices say; values that meet are added "
           "(nn.VolumetricMaxUnpooling)",
    .example = "local y, indices = torch.range(1, 16):view(1, 4, 2, 2):maxPool3d(2)\n"
               "print(y:maxUnpool3d(indices, 4, 2, 2))"};
