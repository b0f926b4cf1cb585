/* Batch normalisation and local response normalisation against plain loops in double: both types,
 * one and two threads (to the bit), every instruction set. */
#include "kernel/norm.h"
#include "support/kernels.h"

typedef struct shape {
    int64_t n, c, s;
} shape;

static const double eps = 1e-3;

static double *numbers(int64_t n)
{
    double *values = calloc((size_t)n + 1, sizeof *values);
    return values ? values : (abort(), NULL);
}

static int64_t place(const shape *p, int64_t n, int64_t c, int64_t i)
{
    return (n * p->c + c) * p->s + i;
}

/* mean, variance, y, gx in training, gx in evaluation, gweight, gbias. */
enum { MEAN, VARIANCE, Y, GX, GX_FIXED, GWEIGHT, GBIAS, RESULTS };

static void expected_channel(const shape *p, int64_t c, array x, array weight, array bias, array gy,
                             double *want[RESULTS])
{
    double count = (double)(p->n * p->s), mean = 0, variance = 0;
    for (int64_t k = 0; k < p->n * p->s; k++)
        mean += get(x, place(p, k / p->s, c, k % p->s)) / count;
    for (int64_t k = 0; k < p->n * p->s; k++)
        variance += pow(get(x, place(p, k / p->s, c, k % p->s)) - mean, 2) / count;
    double inverse = 1 / sqrt(variance + eps), sum = 0, product = 0;
    want[MEAN][c] = count > 0 ? mean : NAN;
    want[VARIANCE][c] = count > 0 ? variance : NAN;
    for (int64_t k = 0; k < p->n * p->s; k++) {
        int64_t i = place(p, k / p->s, c, k % p->s);
        want[Y][i] = (get(x, i) - mean) * inverse * get(weight, c) + get(bias, c);
        sum += get(gy, i);
        product += get(gy, i) * (get(x, i) - mean) * inverse;
    }
    want[GWEIGHT][c] = product;
    want[GBIAS][c] = sum;
    for (int64_t k = 0; k < p->n * p->s; k++) {
        int64_t i = place(p, k / p->s, c, k % p->s);
        double normal = (get(x, i) - mean) * inverse, slope = get(weight, c) * inverse;
        want[GX_FIXED][i] = slope * get(gy, i);
        want[GX][i] = slope * (get(gy, i) - sum / count - normal * product / count);
    }
}

static void compute(const shape *p, int threads, array x, array weight, array bias, array gy,
                    array out[RESULTS])
{
    wick_context *context = context_with(threads);
    wick_dtype dtype = x.dtype;
    for (int i = 0; i < RESULTS; i++)
        out[i] = new_array(dtype, i == Y || i == GX || i == GX_FIXED ? x.n : p->c);
    void *mean = out[MEAN].data, *variance = out[VARIANCE].data;
    wick__norm_statistics(context, dtype, p->n, p->c, p->s, x.data, mean, variance);
    wick__norm_apply(context, dtype, p->n, p->c, p->s, eps, x.data, mean, variance, weight.data,
                     bias.data, out[Y].data);
    wick__norm_backward(context, dtype, true, p->n, p->c, p->s, eps, x.data, mean, variance,
                        weight.data, gy.data, out[GX].data, out[GWEIGHT].data, out[GBIAS].data);
    wick__norm_backward(context, dtype, false, p->n, p->c, p->s, eps, x.data, mean, variance,
                        weight.data, gy.data, out[GX_FIXED].data, NULL, NULL);
}

static void check_shape(shape p, double offset)
{
    int64_t count = p.n * p.c * p.s;
    for (int type = 0; type < 2; type++) {
        wick_dtype dtype = type ? WICK_FLOAT64 : WICK_FLOAT32;
        array x = random_array(dtype, count), gy = random_array(dtype, count);
        array weight = random_array(dtype, p.c), bias = random_array(dtype, p.c);
        array one[RESULTS], two[RESULTS];
        double *want[RESULTS];
        for (int64_t i = 0; i < count; i++)
            set(x, i, get(x, i) + offset);
        for (int i = 0; i < RESULTS; i++)
            want[i] = numbers(count + p.c);
        for (int64_t c = 0; c < p.c; c++)
            expected_channel(&p, c, x, weight, bias, gy, want);
        compute(&p, 1, x, weight, bias, gy, one);
        compute(&p, 2, x, weight, bias, gy, two);
        for (int i = 0; i < RESULTS; i++) {
            expect(holds(one[i], want[i], 1e-6 * (1 + offset) * (1 + (double)(p.n * p.s) / 500)));
            expect(same_bits(one[i], two[i]));
            free(want[i]);
        }
        delete_arrays(RESULTS, one);
        delete_arrays(RESULTS, two);
        delete_arrays(4, (array[]){x, gy, weight, bias});
    }
}

static void batch_norm(void)
{
    check_shape((shape){4, 3, 10}, 0);
    check_shape((shape){64, 37, 1}, 0);
    check_shape((shape){2, 5, 3}, 0);
    check_shape((shape){1, 2, 900}, 0);
    check_shape((shape){16, 20, 196}, 0);
    check_shape((shape){5, 0, 7}, 0);
    check_shape((shape){8, 3, 50}, 100);
}

/* A large mean must not drown the variance, even in single precision. */
static void distant_mean(void)
{
    enum { N = 1000 };
    float x[N], mean, variance;
    for (int i = 0; i < N; i++)
        x[i] = 1e6f + (float)(i % 2);
    wick__norm_statistics(context_with(1), WICK_FLOAT32, N, 1, 1, x, &mean, &variance);
    expect(mean == 1000000.5f && variance == 0.25f);
    wick__norm_statistics(context_with(1), WICK_FLOAT32, 0, 1, 1, x, &mean, &variance);
    expect(isnan(mean) && isnan(variance));
}

/* Torch7's values: {{1,2},{3,6}} by column, momentum 0.1 on mean 0 and variance 1. */
static void running_statistics(void)
{
    float x[4] = {1, 2, 3, 6}, mean[2], variance[2], y[4];
    float running_mean[2] = {0, 0}, running_variance[2] = {1, 1};
    wick_context *context = context_with(1);
    wick__norm_statistics(context, WICK_FLOAT32, 2, 2, 1, x, mean, variance);
    wick__norm_update_running(WICK_FLOAT32, 2, 0.1, 1, mean, running_mean, 1);
    wick__norm_update_running(WICK_FLOAT32, 2, 0.1, 2, variance, running_variance, 1);
    expect(fabsf(running_mean[0] - 0.2f) < 1e-6f && fabsf(running_mean[1] - 0.4f) < 1e-6f);
    expect(fabsf(running_variance[0] - 1.1f) < 1e-6f && fabsf(running_variance[1] - 1.7f) < 1e-6f);
    wick__norm_apply(context, WICK_FLOAT32, 2, 2, 1, 1e-5, x, mean, variance, NULL, NULL, y);
    expect(fabsf(y[0] + 1) < 1e-4f && fabsf(y[3] - 1) < 1e-4f);
    float strided[3] = {1, 7, 2};
    wick__norm_update_running(WICK_FLOAT32, 2, 0.5, 1, mean, strided, 2);
    expect(strided[0] == 1.5f && strided[1] == 7 && strided[2] == 3);
}

/* ---- local response normalisation ------------------------------------------------------------ */

typedef struct response {
    shape p;
    int64_t size;
    double alpha, beta, k;
} response;

static double scale_at(const response *r, array x, int64_t n, int64_t c, int64_t i)
{
    double sum = 0;
    for (int64_t d = c - (r->size - 1) / 2; d < c - (r->size - 1) / 2 + r->size; d++)
        if (d >= 0 && d < r->p.c)
            sum += pow(get(x, place(&r->p, n, d, i)), 2);
    return r->k + r->alpha / (double)r->size * sum;
}

static void expected_response(const response *r, array x, array gy, double *y, double *gx)
{
    for (int64_t n = 0; n < r->p.n; n++)
        for (int64_t c = 0; c < r->p.c; c++)
            for (int64_t i = 0; i < r->p.s; i++) {
                int64_t at = place(&r->p, n, c, i);
                double scale = scale_at(r, x, n, c, i), first = (double)(c - (r->size - 1) / 2);
                y[at] = get(x, at) * pow(scale, -r->beta);
                gx[at] += get(gy, at) * pow(scale, -r->beta);
                for (int64_t d = 0; d < r->p.c; d++)
                    if ((double)d >= first && (double)d < first + (double)r->size)
                        gx[place(&r->p, n, d, i)] -= 2 * r->alpha / (double)r->size * r->beta *
                                                     get(gy, at) * y[at] / scale *
                                                     get(x, place(&r->p, n, d, i));
            }
}

static void check_response(response r)
{
    int64_t count = r.p.n * r.p.c * r.p.s;
    for (int type = 0; type < 2; type++) {
        wick_dtype dtype = type ? WICK_FLOAT64 : WICK_FLOAT32;
        array x = random_array(dtype, count), gy = random_array(dtype, count);
        array y[2], gx[2], scale = new_array(dtype, count);
        double *want_y = numbers(count), *want_gx = numbers(count);
        expected_response(&r, x, gy, want_y, want_gx);
        for (int i = 0; i < 2; i++) {
            y[i] = new_array(dtype, count), gx[i] = new_array(dtype, count);
            wick__lrn_forward(context_with(i + 1), dtype, r.p.n, r.p.c, r.p.s, r.size, r.alpha,
                              r.beta, r.k, x.data, scale.data, y[i].data);
            wick__lrn_backward(context_with(i + 1), dtype, r.p.n, r.p.c, r.p.s, r.size, r.alpha,
                               r.beta, x.data, scale.data, gy.data, gx[i].data);
        }
        expect(holds(y[0], want_y, 2e-6));
        expect(holds(gx[0], want_gx, 2e-6));
        expect(same_bits(y[0], y[1]) && same_bits(gx[0], gx[1]));
        delete_arrays(2, y);
        delete_arrays(2, gx);
        delete_arrays(3, (array[]){x, gy, scale});
        free(want_y);
        free(want_gx);
    }
}

static void local_response(void)
{
    check_response((response){{2, 7, 9}, 5, 0.5, 0.75, 1});
    check_response((response){{3, 4, 1}, 4, 2, 0.6, 2});
    check_response((response){{1, 3, 5}, 9, 1, 1, 1});
    check_response((response){{40, 16, 30}, 3, 1, 0.75, 1});
    check_response((response){{0, 3, 5}, 3, 1, 0.75, 1});
    float x[3] = {1, 2, 3}, scale[3], y[3];
    wick__lrn_forward(context_with(1), WICK_FLOAT32, 1, 3, 1, 3, 1, 0.75, 1, x, scale, y);
    expect(fabsf(y[0] - 0.479207f) < 2e-6f && fabsf(y[1] - 0.544546f) < 2e-6f &&
           fabsf(y[2] - 0.854815f) < 2e-6f);
}

int main(void)
{
    static const named_test tests[] = {{"batch norm", batch_norm},
                                       {"distant mean", distant_mean},
                                       {"running statistics", running_statistics},
                                       {"local response", local_response}};
    return run_under_every_isa(tests, sizeof tests / sizeof *tests);
}
