/* Batch and local response normalisation: values against plain loops, running statistics, gradients
 * in one loop and of operations, and what is refused. */
#include "support/images.h"

enum { X, WEIGHT, BIAS, RUNNING_MEAN, RUNNING_VARIANCE };

#define TRAIN OPTIONS(INTEGER(true), NUMBER(0.2), NUMBER(1e-3))
#define EVALUATE OPTIONS(INTEGER(false), NUMBER(0.2), NUMBER(1e-3))
static const double eps = 1e-3;

static const wick_sizes shapes[] = {
    {2, {5, 3}}, {3, {2, 3, 4}}, {4, {3, 2, 2, 3}}, {5, {2, 1, 2, 3, 2}}, {2, {2, 1}}};

static wick_tensor *positive(wick_dtype dtype, int64_t n)
{
    wick_tensor *t = random_tensor(dtype, SHAPE(n));
    for (int64_t i = 0; i < n; i++)
        set(t, i, 1.5 + get(t, i));
    return t;
}

/* inputs: 1, 3 with weight and bias, or 5 with running statistics; all of x's layout. */
static call normalisation(wick_dtype dtype, wick_sizes shape, int layout, int inputs,
                          const wick_value *value)
{
    int64_t c = shape.v[1];
    call n = {"batch_norm", inputs, {laid_out(dtype, shape, layout)}, value, 1};
    for (int i = WEIGHT; i < inputs && i < RUNNING_VARIANCE; i++)
        n.in[i] = laid_out(dtype, SHAPE(c), layout == 2 ? 2 : 0);
    if (inputs > RUNNING_VARIANCE)
        n.in[RUNNING_VARIANCE] = positive(dtype, c);
    return n;
}

typedef struct moments {
    double mean, variance, count;
} moments;

static int64_t channel_of(wick_tensor *x, int64_t i)
{
    int64_t inner = 1;
    for (int d = 2; d < wick_tensor_ndim(x); d++)
        inner *= wick_tensor_size(x, d);
    return i / inner % wick_tensor_size(x, 1);
}

static moments moments_of(wick_tensor *x, int64_t channel)
{
    moments m = {0, 0, 0};
    for (int pass = 0; pass < 2; pass++) {
        double sum = 0, count = 0;
        for (int64_t i = 0; i < wick_tensor_count(x); i++)
            if (channel_of(x, i) == channel) {
                double v = get(x, i);
                sum += pass == 0 ? v : (v - m.mean) * (v - m.mean);
                count++;
            }
        m.count = count;
        *(pass == 0 ? &m.mean : &m.variance) = sum / count;
    }
    return m;
}

/* ---- values ---- */

static bool normalises(wick_dtype dtype, wick_sizes shape, int layout, int inputs, bool training)
{
    call n = normalisation(dtype, shape, layout, inputs, training ? TRAIN : EVALUATE);
    double mean[3], variance[3], tolerance = dtype == WICK_FLOAT32 ? 2e-5 : 1e-12;
    for (int64_t c = 0; c < shape.v[1] && inputs == 5; c++) {
        mean[c] = get(n.in[RUNNING_MEAN], c);
        variance[c] = get(n.in[RUNNING_VARIANCE], c);
    }
    wick_tensor *y = result_of(&n);
    bool good = is_of(y, shape);
    for (int64_t c = 0; c < shape.v[1]; c++) {
        moments m = moments_of(n.in[X], c);
        moments used = training ? m : (moments){mean[c], variance[c], 0};
        for (int64_t i = 0; good && i < wick_tensor_count(y); i++) {
            double want = (get(n.in[X], i) - used.mean) / sqrt(used.variance + eps);
            want = inputs > 1 ? want * get(n.in[WEIGHT], c) + get(n.in[BIAS], c) : want;
            good = channel_of(y, i) != c || near(get(y, i), want, tolerance);
        }
        if (inputs < 5)
            continue;
        double move = training ? 0.2 : 0, unbiased = m.variance * m.count / (m.count - 1);
        good = good &&
               near(get(n.in[RUNNING_MEAN], c), mean[c] + move * (m.mean - mean[c]), tolerance) &&
               near(get(n.in[RUNNING_VARIANCE], c), variance[c] + move * (unbiased - variance[c]),
                    tolerance);
    }
    wick_tensor_release(y);
    release_inputs(&n);
    return good;
}

static void values_are_those_of_plain_loops(void)
{
    for (int s = 0; s < COUNT(shapes); s++)
        for (int way = 0; way < 2 * 3 * 4; way++) {
            wick_dtype dtype = way % 2 ? WICK_FLOAT32 : WICK_FLOAT64;
            int layout = way / 6, inputs = way / 2 % 3 * 2 + 1;
            expect_for(normalises(dtype, shapes[s], layout, inputs, true), "shape %d, way %d", s,
                       way);
            if (inputs == 5)
                expect_for(normalises(dtype, shapes[s], layout, inputs, false), "shape %d, way %d",
                           s, way);
        }
}

/* ---- gradients ---- */

/* Running statistics would move with every difference: evaluation has them, training has not. */
static void gradients_are_those_of_differences(void)
{
    for (int s = 0; s < COUNT(shapes); s++)
        for (int inputs = 1; inputs < 6; inputs += 2) {
            call n =
                normalisation(WICK_FLOAT64, shapes[s], 0, inputs, inputs < 5 ? TRAIN : EVALUATE);
            unsigned which = inputs > 1 ? 7 : 1;
            expect_for(gradients_hold(&n, which), "shape %d, %d inputs", s, inputs);
            expect_for(second_gradients_hold(&n, which), "shape %d, %d inputs", s, inputs);
            release_inputs(&n);
        }
}

/* The loop that has no gradient itself and the operations that have one agree. */
static void both_ways_give_one_gradient(void)
{
    for (int s = 0; s < COUNT(shapes); s++)
        for (int training = 0; training < 2; training++) {
            call n = normalisation(WICK_FLOAT64, shapes[s], 1, training ? 3 : 5,
                                   training ? TRAIN : EVALUATE);
            wick_tensor *plain[MOST_INPUTS], *recorded[MOST_INPUTS];
            call leaves = n;
            for (int i = 0; i < 3; i++)
                leaves.in[i] = recorded_copy(n.in[i]);
            gradients_of(&leaves, 7, false, plain);
            gradients_of(&leaves, 7, true, recorded);
            for (int i = 0; i < 3; i++) {
                expect(!wick_tensor_requires_grad(plain[i]));
                for (int64_t k = 0; k < wick_tensor_count(plain[i]); k++)
                    expect(near(get(plain[i], k), get(recorded[i], k), 1e-11));
                wick_tensor_release(plain[i]);
                wick_tensor_release(recorded[i]);
                wick_tensor_release(leaves.in[i]);
            }
            release_inputs(&n);
        }
}

/* Only what is wanted is made. */
static void gradients_come_one_by_one(void)
{
    call n = normalisation(WICK_FLOAT64, shapes[1], 0, 3, TRAIN);
    for (int i = 0; i < 3; i++) {
        wick_tensor *grad[MOST_INPUTS];
        call one = n;
        one.in[i] = recorded_copy(n.in[i]);
        gradients_of(&one, 1u << i, false, grad);
        expect(grads_agree(&n, 1u << i, grad, weighed_call));
        wick_tensor_release(one.in[i]);
    }
    release_inputs(&n);
}

static void running_statistics_are_not_recorded(void)
{
    call n = normalisation(WICK_FLOAT64, shapes[1], 0, 5, TRAIN), leaves = n;
    leaves.in[X] = recorded_copy(n.in[X]);
    uint64_t version = wick_tensor_version(n.in[RUNNING_MEAN]);
    wick_tensor *first = result_of(&leaves), *second = result_of(&leaves), *w, *grad;
    expect(wick_tensor_version(n.in[RUNNING_MEAN]) == version + 2);
    expect(!wick_tensor_requires_grad(n.in[RUNNING_MEAN]));
    leaves.value = EVALUATE;
    wick_tensor *evaluated = result_of(&leaves);
    leaves.value = TRAIN;
    wick_tensor *third = result_of(&leaves), *const all[] = {first, second, third, evaluated};
    for (int i = 0; i < COUNT(all); i++) {
        w = weights_of(all[i]);
        expect(
            !wick_grad(1, &all[i], &w, 1, leaves.in, (wick_backward_options){false, false}, &grad));
        wick_tensor_release(grad);
        wick_tensor_release(w);
        wick_tensor_release(all[i]);
    }
    wick_tensor_release(leaves.in[X]);
    release_inputs(&n);
}

static void strided_running_statistics_are_updated(void)
{
    call n = normalisation(WICK_FLOAT32, shapes[1], 0, 5, TRAIN);
    wick_tensor *strided = laid_out(WICK_FLOAT32, SHAPE(3), 2), *y;
    double before[3];
    for (int64_t c = 0; c < 3; c++)
        before[c] = get(strided, c);
    wick_tensor_release(n.in[RUNNING_MEAN]);
    n.in[RUNNING_MEAN] = strided;
    y = result_of(&n);
    for (int64_t c = 0; c < 3; c++)
        expect(near(get(strided, c), 0.8 * before[c] + 0.2 * moments_of(n.in[X], c).mean, 1e-5));
    wick_tensor_release(y);
    release_inputs(&n);
}

static void batches_may_be_empty(void)
{
    call n = {"batch_norm",
              5,
              {tensor_of(WICK_FLOAT64, SHAPE(0, 2, 3)), positive(WICK_FLOAT64, 2),
               positive(WICK_FLOAT64, 2), filled(SHAPE(2), ELEMENTS(1, 2)),
               filled(SHAPE(2), ELEMENTS(3, 4))},
              TRAIN,
              1};
    call leaves = n;
    for (int i = 0; i < 3; i++)
        leaves.in[i] = recorded_copy(n.in[i]);
    wick_tensor *grad[MOST_INPUTS];
    gradients_of(&leaves, 7, false, grad);
    expect(is_of(grad[X], SHAPE(0, 2, 3)));
    expect(holds(grad[WEIGHT], ELEMENTS(0, 0)) && holds(grad[BIAS], ELEMENTS(0, 0)));
    expect(holds(n.in[RUNNING_MEAN], ELEMENTS(1, 2)));
    expect(holds(n.in[RUNNING_VARIANCE], ELEMENTS(3, 4)));
    for (int i = 0; i < 3; i++) {
        wick_tensor_release(grad[i]);
        wick_tensor_release(leaves.in[i]);
    }
    release_inputs(&n);
}

/* ---- local response ---- */

static bool responds(wick_dtype dtype, wick_sizes shape, int layout, int64_t size)
{
    wick_value value[] = {INTEGER(size), NUMBER(0.7), NUMBER(0.6), NUMBER(1.3)};
    call n = {"local_response_norm", 1, {laid_out(dtype, shape, layout)}, value, 1};
    wick_tensor *y = result_of(&n);
    int64_t c = shape.v[shape.count - 3], s = shape.v[shape.count - 2] * shape.v[shape.count - 1];
    bool good = is_of(y, shape);
    for (int64_t i = 0; good && i < wick_tensor_count(y); i++) {
        int64_t first = i / s % c - (size - 1) / 2;
        double sum = 0;
        for (int64_t k = first < 0 ? 0 : first; k < first + size && k < c; k++) {
            double v = get(n.in[0], (i / s / c * c + k) * s + i % s);
            sum += v * v;
        }
        double want = get(n.in[0], i) / pow(1.3 + 0.7 / (double)size * sum, 0.6);
        good = near(get(y, i), want, dtype == WICK_FLOAT32 ? 1e-6 : 1e-13);
    }
    if (dtype == WICK_FLOAT64 && layout < 2)
        good = good && gradients_hold(&n, 1);
    wick_tensor_release(y);
    release_inputs(&n);
    return good;
}

static void responses_are_those_of_plain_loops(void)
{
    static const wick_sizes images[] = {{4, {2, 5, 2, 3}}, {3, {7, 1, 2}}, {4, {0, 3, 2, 2}}};
    for (int i = 0; i < COUNT(images); i++)
        for (int64_t size = 1; size < 7; size++)
            for (int layout = 0; layout < 4; layout++) {
                expect(responds(WICK_FLOAT64, images[i], layout, size));
                expect(responds(WICK_FLOAT32, images[i], layout, size));
            }
}

static void their_gradients_have_none(void)
{
    wick_value value[] = {INTEGER(3), NUMBER(1e-4), NUMBER(0.75), NUMBER(1)};
    call n = {"local_response_norm", 1, {random_tensor(WICK_FLOAT64, SHAPE(3, 2, 2))}, value, 1};
    call leaves = on_leaves(&n);
    wick_tensor *grad[MOST_INPUTS], *second = NULL;
    gradients_of(&leaves, 1, true, grad);
    wick_tensor *w = weights_of(grad[0]);
    expect_failure(
        wick_grad(1, grad, &w, 1, leaves.in, (wick_backward_options){false, false}, &second),
        WICK_EGRAD, "local_response_norm_grad");
    wick_tensor_release(w);
    wick_tensor_release(grad[0]);
    release_inputs(&leaves);
    release_inputs(&n);
}

/* ---- failures ---- */

#define FLOATS(...) random_tensor(WICK_FLOAT32, SHAPE(__VA_ARGS__))

static void what_does_not_fit_is_refused(void)
{
    wick_tensor *plain = FLOATS(3), *recorded = recorded_copy(plain);
    wick_tensor_release(plain);
    expect(refuses("batch_norm", IN(FLOATS(3)), TRAIN, WICK_ESHAPE,
                   "only mini-batch supported (2D tensor), got 1D tensor instead"));
    expect(refuses("batch_norm", IN(FLOATS(4, 3), FLOATS(2)), TRAIN, WICK_ESHAPE,
                   "got 3-feature tensor, expected 2"));
    expect(refuses("batch_norm", IN(FLOATS(1, 3)), TRAIN, WICK_ESHAPE,
                   "x of 1 x 3 has one value a channel"));
    expect(refuses("batch_norm", IN(FLOATS(2, 3)), EVALUATE, WICK_EVALUE,
                   "evaluation needs runningMean and runningVar"));
    expect(refuses("batch_norm", IN(FLOATS(2, 3), NULL, NULL, FLOATS(3), NULL), TRAIN, WICK_EVALUE,
                   "only the mean is here"));
    expect(refuses("batch_norm", IN(FLOATS(2, 3), FLOATS(3), random_tensor(WICK_FLOAT64, SHAPE(3))),
                   TRAIN, WICK_EDTYPE, "float32 (2 x 3) and float64 (3)"));
    expect(refuses("batch_norm",
                   IN(random_tensor(WICK_FLOAT64, SHAPE(2, 3)), NULL, NULL, recorded,
                      positive(WICK_FLOAT64, 3)),
                   TRAIN, WICK_EGRAD, "may not ask for gradients"));
    expect(refuses("batch_norm", IN(FLOATS(2, 3)), OPTIONS(INTEGER(true), NUMBER(0.1), NUMBER(-1)),
                   WICK_EVALUE, "eps is -1"));
    expect(refuses("batch_norm", IN(FLOATS(2, 3)), OPTIONS(INTEGER(true), NUMBER(0.1), NUMBER(NAN)),
                   WICK_EVALUE, "eps is"));
    static const int64_t sizes[] = {0, -1, (int64_t)1 << 31, INT64_MAX, INT64_MIN};
    for (int i = 0; i < COUNT(sizes); i++)
        expect(refuses("local_response_norm", IN(FLOATS(3, 2, 2)),
                       OPTIONS(INTEGER(sizes[i]), NUMBER(1), NUMBER(1), NUMBER(1)), WICK_EVALUE,
                       "size is"));
    expect(refuses("local_response_norm", IN(FLOATS(3, 2)),
                   OPTIONS(INTEGER(3), NUMBER(1), NUMBER(1), NUMBER(1)), WICK_ESHAPE,
                   "3D or 4D input tensor expected but got: [3 x 2]"));
}

static void failures_and_threads_leave_no_trace(void)
{
    call n = normalisation(WICK_FLOAT64, shapes[2], 1, 3, TRAIN);
    expect(survives_failures(&n));
    expect(same_on_threads(&n));
    release_inputs(&n);
    n = normalisation(WICK_FLOAT64, shapes[2], 1, 5, EVALUATE);
    expect(survives_failures(&n));
    release_inputs(&n);
    wick_value value[] = {INTEGER(3), NUMBER(1), NUMBER(0.75), NUMBER(1)};
    call local = {"local_response_norm", 1, {laid_out(WICK_FLOAT64, shapes[2], 1)}, value, 1};
    expect(survives_failures(&local));
    expect(same_on_threads(&local));
    release_inputs(&local);
}

/* An update whose memory fails must not have happened: callers try again. */
static void failed_calls_leave_running_statistics(void)
{
    call n = normalisation(WICK_FLOAT64, shapes[2], 1, 5, TRAIN);
    double before = get(n.in[RUNNING_MEAN], 0);
    bool failed = true;
    for (uint64_t at = 1; failed && at < 100; at++) {
        wick_tensor *y = NULL;
        wick_context_fail_after(context, at);
        failed = try_call(&n, &y) != WICK_OK;
        wick_context_fail_after(context, 0);
        expect((get(n.in[RUNNING_MEAN], 0) == before) == failed);
        wick_tensor_release(y);
    }
    expect(!failed);
    release_inputs(&n);
}

static void tests(void)
{
    test("values are those of plain loops", values_are_those_of_plain_loops);
    test("gradients are those of differences", gradients_are_those_of_differences);
    test("both ways give one gradient", both_ways_give_one_gradient);
    test("gradients come one by one", gradients_come_one_by_one);
    test("running statistics are not recorded", running_statistics_are_not_recorded);
    test("strided running statistics are updated", strided_running_statistics_are_updated);
    test("batches may be empty", batches_may_be_empty);
    test("responses are those of plain loops", responses_are_those_of_plain_loops);
    test("their gradients have none", their_gradients_have_none);
    test("what does not fit is refused", what_does_not_fit_is_refused);
    test("failures and threads leave no trace", failures_and_threads_leave_no_trace);
    test("failed calls leave running statistics", failed_calls_leave_running_statistics);
}

int main(void)
{
    return run_on_a_context(tests);
}
