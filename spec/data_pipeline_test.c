/* Pipelines from C: streams, the same results from several threads, memory that runs out anywhere,
 * perspective, and stages that call back. Values are in the Lua specs. */
#include <math.h>
#include <pthread.h>

#include "data/stage.h"
#include "data/warp.h"
#include "support/context.h"

/* ---- streams ---- */

static void draws_are_spread(void)
{
    enum { TIMES = 40000 };
    wick__stream s = {.key = 5};
    double normal = 0, squares = 0, beta = 0, beta_squares = 0;
    int64_t below[7] = {0};
    for (int i = 0; i < TIMES; i++) {
        double n = wick__draw_normal(&s), b = wick__draw_beta(&s, 0.4);
        normal += n;
        squares += n * n;
        beta += b;
        beta_squares += b * b;
        below[wick__draw_below(&s, 7)]++;
    }
    expect(fabs(normal / TIMES) < 0.025);
    expect(fabs(squares / TIMES - 1) < 0.04);
    expect(fabs(beta / TIMES - 0.5) < 0.01);
    /* The variance of Beta(a, a) is 1 / (4 (2 a + 1)). */
    expect(fabs(beta_squares / TIMES - 0.25 - 1 / (4 * 1.8)) < 0.01);
    for (int i = 0; i < 7; i++)
        expect_for(fabs((double)below[i] / TIMES - 1.0 / 7) < 0.01, "%d", i);
}

static void small_shapes_do_not_underflow(void)
{
    wick__stream s = {.key = 6};
    for (int i = 0; i < 1000; i++) {
        double b = wick__draw_beta(&s, 1e-3);
        expect(b >= 0 && b <= 1);
    }
}

static void samples_have_streams_of_their_own(void)
{
    uint64_t key = wick__sample_seed(1, 2, 3);
    expect(key == wick__sample_seed(1, 2, 3));
    expect(key != wick__sample_seed(2, 2, 3));
    expect(key != wick__sample_seed(1, 3, 3));
    expect(key != wick__sample_seed(1, 2, 4));
    expect(key != wick__sample_seed(1, 3, 2));
}

/* ---- a pipeline ---- */

static wick__given numbers(const char *name, int count, const double *number)
{
    return (wick__given){.name = name, .count = count, .number = number};
}

static wick_status add(wick__pipeline *p, const char *stage, int count, const wick__given *given)
{
    return wick__pipeline_add(p, stage, count, given);
}

/* A bit of everything. */
static wick_status build(wick_context *where, wick__pipeline **p)
{
    static const double size[] = {24, 20}, one = 1, half = 0.5;
    wick__given crop = numbers("size", 2, size), always = numbers("p", 1, &one);
    wick__given brightness = numbers("brightness", 1, &half);
    wick_status status = wick__pipeline_new(where, p);
    if (!status)
        status = add(*p, "RandomResizedCrop", 1, &crop);
    if (!status)
        status = add(*p, "HFlip", 0, NULL);
    if (!status)
        status = add(*p, "Rotate", 0, NULL);
    if (!status)
        status = add(*p, "ElasticTransform", 0, NULL);
    if (!status)
        status = add(*p, "ColorJitter", 1, &brightness);
    if (!status)
        status = add(*p, "GaussianBlur", 0, NULL);
    if (!status)
        status = add(*p, "RandomErasing", 1, &always);
    if (!status)
        status = add(*p, "JPEG", 0, NULL);
    if (!status)
        status = add(*p, "Normalize", 0, NULL);
    if (status) {
        wick__pipeline_release(*p);
        *p = NULL;
    }
    return status;
}

/* 3 x 30 x 40 bytes, a mask and a box. */
static wick_status open_sample(wick_context *where, uint64_t key, wick__sample *s)
{
    void *data;
    *s = (wick__sample){.context = where, .stream = {.key = key}};
    wick_status status = wick_tensor_new(where, WICK_UINT8, 3, (int64_t[]){3, 30, 40}, &s->image);
    if (!status)
        status = wick_tensor_new(where, WICK_INT64, 2, (int64_t[]){30, 40}, &s->mask);
    if (!status)
        status = wick_tensor_new(where, WICK_FLOAT32, 2, (int64_t[]){1, 4}, &s->boxes);
    if (!status)
        status = wick_tensor_data(s->image, &data);
    for (int i = 0; i < 3600 && !status; i++)
        ((uint8_t *)data)[i] = (uint8_t)(i * 37 % 251);
    if (!status)
        status = wick_tensor_data(s->mask, &data);
    for (int i = 0; i < 1200 && !status; i++)
        ((int64_t *)data)[i] = i;
    if (!status)
        status = wick_tensor_data(s->boxes, &data);
    for (int i = 0; i < 4 && !status; i++)
        ((float *)data)[i] = (float)(5 * i + 3);
    return status;
}

/* The sum of the result of sample `key`, to compare. */
static wick_status run(const wick__pipeline *p, wick_context *where, uint64_t key, double *sum)
{
    wick__sample s;
    const void *data;
    *sum = 0;
    wick_status status = open_sample(where, key, &s);
    if (!status)
        status = wick__pipeline_apply(p, &s);
    if (!status)
        status = wick__sample_settle(&s);
    if (!status)
        status = wick_tensor_read(s.image, &data);
    for (int64_t i = 0; !status && i < wick_tensor_count(s.image); i++)
        *sum += (double)((const float *)data)[i] * (double)(i % 17);
    wick__sample_close(&s);
    return status;
}

/* ---- threads ---- */

enum { THREADS = 4, SAMPLES = 60 };

typedef struct work {
    const wick__pipeline *pipeline;
    int first;
    double *sums;
} work;

static void *work_on(void *data)
{
    work *w = data;
    wick_context *own;
    if (wick_context_new(NULL, &own))
        return NULL;
    wick_context_set_threads(own, 1);
    for (int i = w->first; i < SAMPLES; i += THREADS)
        if (run(w->pipeline, own, wick__sample_seed(1, 1, i), &w->sums[i]))
            w->sums[i] = NAN;
    wick_context_release(own);
    return NULL;
}

static void threads_agree(void)
{
    wick__pipeline *p;
    pthread_t thread[THREADS];
    work w[THREADS];
    double sums[SAMPLES] = {0};
    must(build(context, &p));
    for (int i = 0; i < THREADS; i++) {
        w[i] = (work){p, i, sums};
        pthread_create(&thread[i], NULL, work_on, &w[i]);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    for (int i = 0; i < SAMPLES; i++) {
        double sum;
        expect(!run(p, context, wick__sample_seed(1, 1, i), &sum));
        expect_for(sum == sums[i], "sample %d", i);
    }
    wick__pipeline_release(p);
}

/* ---- memory ---- */

static void running_out_of_memory_leaves_nothing(void)
{
    for (uint64_t n = 1; n < 2000; n++) {
        wick__pipeline *p;
        double sum;
        size_t before = wick_context_memory(context).live;
        wick_context_fail_after(context, n);
        wick_status status = build(context, &p);
        if (!status)
            status = run(p, context, 3, &sum);
        wick_context_fail_after(context, 0);
        wick__pipeline_release(p);
        expect_for(wick_context_memory(context).live == before, "allocation %llu",
                   (unsigned long long)n);
        if (!status)
            return;
        expect_for(status == WICK_ENOMEM, "allocation %llu", (unsigned long long)n);
    }
    expect(!"it never had enough memory");
}

/* ---- stages that call back ---- */

static int released;

static void release(void *data)
{
    released += *(int *)data;
}

static wick_status count_calls(void *data, wick__sample *sample)
{
    ++*(int *)data;
    return sample->host ? wick__stage_failed("enough") : WICK_OK;
}

static void calls_go_through(void)
{
    wick__pipeline *p;
    wick__sample s;
    int calls = 0;
    must(wick__pipeline_new(context, &p));
    expect(!add(p, "HFlip", 0, NULL));
    expect(!wick__pipeline_add_call(p, "counting", true, count_calls, &calls, release));
    expect(!add(p, "MixUp", 0, NULL));
    expect(wick__pipeline_count(p) == 3 && wick__pipeline_threaded(p) == 1);
    expect(wick__pipeline_of_samples(p) == 2 && wick__pipeline_has_batch_stages(p));
    must(open_sample(context, 1, &s));
    expect(!wick__pipeline_apply_part(p, 0, 1, &s) && calls == 0);
    expect(!wick__pipeline_apply(p, &s) && calls == 1);
    s.host = &s;
    expect_failure(wick__pipeline_apply(p, &s), WICK_ECALLBACK, "stage 2, counting: enough");
    wick__sample_close(&s);
    expect_failure(wick__pipeline_add_call(p, "late", false, count_calls, &calls, release),
                   WICK_EVALUE, "stage 4, late: stands behind MixUp");
    expect(released == calls);
    wick__pipeline_release(p);
    expect(released == 2 * calls);
}

static void unknown_names_are_refused(void)
{
    wick__pipeline *p;
    double one = 1;
    wick__given given[2] = {numbers("q", 1, &one), numbers("p", 1, &one)};
    must(wick__pipeline_new(context, &p));
    expect_failure(add(p, "HFlop", 0, NULL), WICK_EVALUE, "there is no stage HFlop");
    expect_failure(add(p, "HFlip", 1, given), WICK_EVALUE,
                   "stage 1, HFlip: there is no argument q");
    given[0].name = "p";
    expect_failure(add(p, "HFlip", 2, given), WICK_EVALUE, "p is given twice");
    expect(wick__pipeline_count(p) == 0);
    expect(!wick__stage_at(-1) && !wick__stage_at(10000));
    wick__pipeline_release(p);
}

/* ---- perspective ---- */

static void corners_go_where_they_should(void)
{
    double corner[8] = {1, 2, 30, 4, 35, 25, 3, 28}, from[8] = {0, 0, 40, 0, 40, 30, 0, 30};
    wick__matrix m, inverse;
    expect(wick__matrix_to_corners(40, 30, corner, &m));
    expect(wick__matrix_inverse(&m, &inverse));
    for (int i = 0; i < 8; i += 2) {
        double x = from[i], y = from[i + 1], w = m.at[6] * x + m.at[7] * y + m.at[8];
        expect(fabs((m.at[0] * x + m.at[1] * y + m.at[2]) / w - corner[i]) < 1e-9);
        expect(fabs((m.at[3] * x + m.at[4] * y + m.at[5]) / w - corner[i + 1]) < 1e-9);
    }
    wick__matrix product = wick__matrix_product(&m, &inverse);
    for (int i = 0; i < 9; i++)
        expect_for(fabs(product.at[i] - (i % 4 == 0)) < 1e-9, "%d", i);
    expect(!wick__matrix_to_corners(40, 30, (double[]){0, 0, 1, 1, 2, 2, 3, 3}, &m));
    expect(!wick__matrix_inverse(&(wick__matrix){{1, 2, 3, 2, 4, 6, 0, 0, 1}}, &inverse));
}

int main(void)
{
    must(wick_context_new(NULL, &context));
    test("what is drawn is spread as it should be", draws_are_spread);
    test("beta variates of small shapes are numbers", small_shapes_do_not_underflow);
    test("samples have streams of their own", samples_have_streams_of_their_own);
    test("several threads get the same as one", threads_agree);
    test("running out of memory leaves nothing behind", running_out_of_memory_leaves_nothing);
    test("stages that call back", calls_go_through);
    test("unknown names are refused", unknown_names_are_refused);
    test("the corners of a perspective go where they should", corners_go_where_they_should);
    test("nothing is left", nothing_is_left);
    wick_context_release(context);
    return finish();
}
