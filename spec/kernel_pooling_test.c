/* Pooling against plain loops in double: windows, indices, divisors, both directions; both types,
 * one and two threads (to the bit), every instruction set. */
#include "kernel/pooling.h"
#include "support/kernels.h"

static double *numbers(int64_t n)
{
    double *values = calloc((size_t)n + 1, sizeof *values);
    return values ? values : (abort(), NULL);
}

static int64_t in_plane(const wick__pool_dims *d)
{
    return d->in[0] * d->in[1];
}

static int64_t out_plane(const wick__pool_dims *d)
{
    return d->out[0] * d->out[1];
}

/* ---- the largest ----------------------------------------------------------------------------- */

/* The place of the largest pixel of a window, -1 for none. */
static int64_t largest_of(const wick__pool_dims *d, array x, int64_t plane, int64_t i, int64_t j)
{
    int64_t at = -1;
    for (int64_t r = 0; r < d->kernel[0]; r++)
        for (int64_t s = 0; s < d->kernel[1]; s++) {
            int64_t row = i * d->stride[0] - d->pad[0] + r * d->dilation[0];
            int64_t column = j * d->stride[1] - d->pad[1] + s * d->dilation[1];
            if (row < 0 || row >= d->in[0] || column < 0 || column >= d->in[1])
                continue;
            double value = get(x, plane * in_plane(d) + row * d->in[1] + column);
            double best = at < 0 ? -INFINITY : get(x, plane * in_plane(d) + at);
            if (at < 0 || value > best || (isnan(value) && !isnan(best)))
                at = row * d->in[1] + column;
        }
    return at;
}

static void check_max_at(const wick__pool_dims *d, array x, array gy, array y, array gx,
                         const int64_t *index)
{
    double *want_y = numbers(y.n), *want_gx = numbers(x.n);
    for (int64_t k = 0; k < y.n; k++) {
        int64_t plane = k / out_plane(d), pixel = k % out_plane(d);
        int64_t at = largest_of(d, x, plane, pixel / d->out[1], pixel % d->out[1]);
        want_y[k] = at < 0 ? -INFINITY : get(x, plane * in_plane(d) + at);
        if (at >= 0)
            want_gx[plane * in_plane(d) + at] += get(gy, k);
        if (index[k] != at) {
            expect(index[k] == at);
            break;
        }
    }
    expect(holds(y, want_y, 0));
    expect(holds(gx, want_gx, 1e-6));
    free(want_y);
    free(want_gx);
}

/* Values in steps of 1/4, so that there are ties. */
static void check_max(wick__pool_dims d)
{
    int64_t count = d.planes * out_plane(&d);
    for (int type = 0; type < 2; type++) {
        wick_dtype dtype = type ? WICK_FLOAT64 : WICK_FLOAT32;
        array x = random_array(dtype, d.planes * in_plane(&d)), gy = random_array(dtype, count);
        array y[2], gx[2], alone = new_array(dtype, count);
        int64_t *index = calloc((size_t)count + 1, sizeof *index);
        for (int64_t i = 0; i < x.n; i++)
            set(x, i, i % 11 == 5 ? NAN : i % 13 == 4 ? -INFINITY : rint(4 * get(x, i)) / 4);
        for (int i = 0; i < 2; i++) {
            y[i] = new_array(dtype, count), gx[i] = new_array(dtype, x.n);
            wick__max_pool_forward(context_with(i + 1), dtype, &d, x.data, y[i].data, index);
            wick__max_pool_backward(context_with(i + 1), dtype, d.planes, in_plane(&d),
                                    out_plane(&d), gy.data, index, gx[i].data);
        }
        wick__max_pool_forward(context_with(2), dtype, &d, x.data, alone.data, NULL);
        check_max_at(&d, x, gy, y[0], gx[0], index);
        expect(same_bits(y[0], y[1]) && same_bits(gx[0], gx[1]) && same_bits(y[0], alone));
        delete_arrays(2, y);
        delete_arrays(2, gx);
        delete_arrays(3, (array[]){x, gy, alone});
        free(index);
    }
}

/* planes; in, kernel, stride, pad, dilation, out: height and width each. */
static void max_pooling(void)
{
    check_max((wick__pool_dims){3, {8, 8}, {2, 2}, {2, 2}, {0, 0}, {1, 1}, {4, 4}});
    check_max((wick__pool_dims){40, {29, 31}, {2, 2}, {2, 2}, {0, 0}, {1, 1}, {14, 15}});
    check_max((wick__pool_dims){3, {9, 7}, {2, 2}, {2, 2}, {0, 0}, {1, 1}, {5, 4}});
    check_max((wick__pool_dims){5, {11, 13}, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {6, 7}});
    check_max((wick__pool_dims){2, {12, 9}, {3, 2}, {1, 3}, {1, 0}, {2, 3}, {10, 2}});
    check_max((wick__pool_dims){1, {1, 1}, {1, 1}, {1, 1}, {0, 0}, {1, 1}, {1, 1}});
    check_max((wick__pool_dims){2, {1, 1}, {2, 2}, {1, 1}, {1, 1}, {2, 2}, {1, 1}});
    check_max((wick__pool_dims){0, {4, 4}, {2, 2}, {2, 2}, {0, 0}, {1, 1}, {2, 2}});
}

/* ---- means ----------------------------------------------------------------------------------- */

/* Rows or columns of window i: inside the plane, and inside the padded one. */
static void extent(const wick__pool_dims *d, int axis, int64_t i, bool adaptive, int64_t out[3])
{
    int64_t begin = i * d->stride[axis] - d->pad[axis], end = begin + d->kernel[axis];
    if (adaptive) {
        begin = (int64_t)floor((double)(i * d->in[axis]) / (double)d->out[axis]);
        end = (int64_t)ceil((double)((i + 1) * d->in[axis]) / (double)d->out[axis]);
    }
    out[2] = (end < d->in[axis] + d->pad[axis] ? end : d->in[axis] + d->pad[axis]) - begin;
    out[0] = begin < 0 ? 0 : begin;
    out[1] = end < d->in[axis] ? end : d->in[axis];
}

static void expected_mean(const wick__pool_dims *d, wick__pool_divisor divisor, bool adaptive,
                          int64_t k, array x, array gy, double *y, double *gx)
{
    int64_t h[3], v[3], plane = k / out_plane(d) * in_plane(d);
    extent(d, 0, k % out_plane(d) / d->out[1], adaptive, h);
    extent(d, 1, k % d->out[1], adaptive, v);
    double size = divisor == WICK__DIVIDE_PADDED ? (double)(h[2] * v[2])
                  : divisor == WICK__DIVIDE_NONE ? 1
                                                 : (double)((h[1] - h[0]) * (v[1] - v[0]));
    for (int64_t r = h[0]; r < h[1]; r++)
        for (int64_t s = v[0]; s < v[1]; s++) {
            y[k] += get(x, plane + r * d->in[1] + s) / size;
            gx[plane + r * d->in[1] + s] += get(gy, k) / size;
        }
}

static void compute_mean(const wick__pool_dims *d, wick__pool_divisor divisor, bool adaptive,
                         int threads, array x, array gy, array y, array gx)
{
    wick_context *context = context_with(threads);
    if (adaptive) {
        wick__adaptive_average_pool_forward(context, x.dtype, d->planes, d->in, d->out, x.data,
                                            y.data);
        wick__adaptive_average_pool_backward(context, x.dtype, d->planes, d->in, d->out, gy.data,
                                             gx.data);
        return;
    }
    wick__average_pool_forward(context, x.dtype, d, divisor, x.data, y.data);
    wick__average_pool_backward(context, x.dtype, d, divisor, gy.data, gx.data);
}

static void check_mean(wick__pool_dims d, wick__pool_divisor divisor, bool adaptive)
{
    for (int type = 0; type < 2; type++) {
        wick_dtype dtype = type ? WICK_FLOAT64 : WICK_FLOAT32;
        array x = random_array(dtype, d.planes * in_plane(&d)), y[2], gx[2];
        array gy = random_array(dtype, d.planes * out_plane(&d));
        double *want_y = numbers(gy.n), *want_gx = numbers(x.n);
        for (int64_t k = 0; k < gy.n; k++)
            expected_mean(&d, divisor, adaptive, k, x, gy, want_y, want_gx);
        for (int i = 0; i < 2; i++) {
            y[i] = new_array(dtype, gy.n), gx[i] = new_array(dtype, x.n);
            compute_mean(&d, divisor, adaptive, i + 1, x, gy, y[i], gx[i]);
        }
        expect(holds(y[0], want_y, 1e-6));
        expect(holds(gx[0], want_gx, 1e-6));
        expect(same_bits(y[0], y[1]) && same_bits(gx[0], gx[1]));
        delete_arrays(2, y);
        delete_arrays(2, gx);
        delete_arrays(2, (array[]){x, gy});
        free(want_y);
        free(want_gx);
    }
}

static void average_pooling(void)
{
    for (int divisor = 0; divisor < 3; divisor++) {
        check_mean((wick__pool_dims){.planes = 3, {8, 8}, {2, 2}, {2, 2}, {0, 0}, .out = {4, 4}},
                   divisor, false);
        check_mean(
            (wick__pool_dims){.planes = 30, {25, 27}, {3, 2}, {2, 3}, {1, 1}, .out = {13, 9}},
            divisor, false);
        check_mean((wick__pool_dims){.planes = 2, {7, 9}, {5, 3}, {1, 1}, {2, 1}, .out = {7, 9}},
                   divisor, false);
    }
    check_mean((wick__pool_dims){.planes = 0, {8, 8}, {2, 2}, {2, 2}, {0, 0}, .out = {4, 4}}, 0,
               false);
}

/* Torch7's values for 1..16 as a 4 x 4 plane, window 3 x 3, stride 2. */
static void torch7_values(void)
{
    double x[16], y[4];
    int64_t index[4];
    wick_context *context = context_with(1);
    wick__pool_dims d = {1, {4, 4}, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {2, 2}};
    for (int i = 0; i < 16; i++)
        x[i] = i + 1;
    wick__average_pool_forward(context, WICK_FLOAT64, &d, WICK__DIVIDE_PADDED, x, y);
    expect(fabs(y[0] - 14.0 / 9) < 1e-12 && fabs(y[1] - 10.0 / 3) < 1e-12 &&
           fabs(y[2] - 19.0 / 3) < 1e-12 && y[3] == 11);
    wick__average_pool_forward(context, WICK_FLOAT64, &d, WICK__DIVIDE_INSIDE, x, y);
    expect(y[0] == 3.5 && y[1] == 5 && y[2] == 9.5 && y[3] == 11);
    d.pad[0] = d.pad[1] = 0;
    wick__average_pool_forward(context, WICK_FLOAT64, &d, WICK__DIVIDE_PADDED, x, y);
    expect(y[0] == 6 && y[1] == 7.5 && y[2] == 12 && y[3] == 13.5);
    wick__max_pool_forward(context, WICK_FLOAT64, &d, x, y, index);
    expect(y[0] == 11 && y[1] == 12 && y[2] == 15 && y[3] == 16 && index[3] == 15);
}

/* An adaptive pooling whose windows divide evenly is one with that kernel and stride. */
static void adaptive_pooling(void)
{
    check_mean((wick__pool_dims){.planes = 3, {7, 10}, .out = {3, 4}}, WICK__DIVIDE_INSIDE, true);
    check_mean((wick__pool_dims){.planes = 3, {3, 2}, .out = {5, 7}}, WICK__DIVIDE_INSIDE, true);
    check_mean((wick__pool_dims){.planes = 50, {13, 13}, .out = {1, 1}}, WICK__DIVIDE_INSIDE, true);
    wick__pool_dims d = {4, {6, 8}, {2, 4}, {2, 4}, {0, 0}, {1, 1}, {3, 2}};
    array x = random_array(WICK_FLOAT32, 4 * 48), y[2];
    int64_t index[2][24];
    for (int i = 0; i < 2; i++)
        y[i] = new_array(WICK_FLOAT32, 24);
    wick__max_pool_forward(context_with(1), WICK_FLOAT32, &d, x.data, y[0].data, index[0]);
    wick__adaptive_max_pool_forward(context_with(2), WICK_FLOAT32, 4, d.in, d.out, x.data,
                                    y[1].data, index[1]);
    expect(same_bits(y[0], y[1]) && memcmp(index[0], index[1], sizeof index[0]) == 0);
    delete_arrays(3, (array[]){x, y[0], y[1]});
}

int main(void)
{
    static const named_test tests[] = {{"max pooling", max_pooling},
                                       {"average pooling", average_pooling},
                                       {"Torch7's values", torch7_values},
                                       {"adaptive pooling", adaptive_pooling}};
    return run_under_every_isa(tests, sizeof tests / sizeof *tests);
}
