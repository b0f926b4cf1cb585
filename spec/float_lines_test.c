/* Element-wise functions of floats against the C library in double: every 509th float there is,
 * through the loops of every instruction set; pairs of them for powers; and the special values. */
#include "kernel/pointwise.h"
#include "support/kernels.h"

enum { RUN = 4096, STEP = 509 };

static const wick_value numbers[2] = {{.number = 1}, {.number = 0}};

/* What lies between got and want, in places of the last digit of want as a float. */
static double ulps(float got, double want)
{
    if (isnan(want) || isinf((float)want) || isinf(got))
        return isnan(want) ? (isnan(got) ? 0 : INFINITY) : got == (float)want ? 0 : INFINITY;
    int exponent;
    frexp(want, &exponent);
    return fabs(got - want) / ldexp(1, (exponent < -125 ? -125 : exponent) - 24);
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double log_sigmoid(double x)
{
    return x < 0 ? x - log1p(exp(x)) : -log1p(exp(-x));
}

static double softplus(double x)
{
    return x > 20 ? x : log1p(exp(x));
}

static double elu(double x)
{
    return x > 0 ? x : expm1(x);
}

static double rsqrt(double x)
{
    return 1 / sqrt(x);
}

static const struct function {
    const char *name;
    const wick__lines *lines;
    double (*exact)(double);
    double bound;
} functions[] = {{"exp", &wick__exp_lines, exp, 2},
                 {"tanh", &wick__tanh_lines, tanh, 3},
                 {"sigmoid", &wick__sigmoid_lines, sigmoid, 3},
                 {"log", &wick__log_lines, log, 2},
                 {"log1p", &wick__log1p_lines, log1p, 3},
                 {"softplus", &wick__softplus_lines, softplus, 3},
                 {"log_sigmoid", &wick__log_sigmoid_lines, log_sigmoid, 3},
                 {"elu", &wick__elu_lines, elu, 2},
                 {"sqrt", &wick__sqrt_lines, sqrt, 0.51},
                 {"rsqrt", &wick__rsqrt_lines, rsqrt, 1.5},
                 {"sin", &wick__sin_lines, sin, 1},
                 {"cos", &wick__cos_lines, cos, 1},
                 {"tan", &wick__tan_lines, tan, 1.5},
                 {"sinh", &wick__sinh_lines, sinh, 1},
                 {"cosh", &wick__cosh_lines, cosh, 1}};

static void check(const struct function *f)
{
    static float x[RUN], y[RUN];
    double worst = 0;
    float where = 0;
    for (uint64_t bits = 0; bits >> 32 == 0;) {
        for (int i = 0; i < RUN; i++, bits += STEP) {
            uint32_t word = (uint32_t)bits;
            memcpy(&x[i], &word, sizeof word);
        }
        (*f->lines)[WICK_FLOAT32](RUN, (void *[]){y, x}, (int64_t[]){1, 1}, numbers);
        for (int i = 0; i < RUN; i++)
            if (ulps(y[i], f->exact(x[i])) > worst) {
                worst = ulps(y[i], f->exact(x[i]));
                where = x[i];
            }
    }
    printf("# %s: %.3f ulp at %.9g\n", f->name, worst, where);
    expect_for(worst <= f->bound, "%s", f->name);
}

static void functions_of_one(void)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        check(&functions[i]);
}

/* Sizes around 1, as powers are used, and everywhere, with both signs and whole exponents. */
static void powers(void)
{
    static float x[RUN], z[RUN], y[RUN];
    double worst = 0;
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < RUN; i++) {
            x[i] = (float)exp((round % 2 ? 4 : 40) * next_random());
            z[i] = (float)((round % 4 < 2 ? 8 : 0.9) * next_random());
            if (round % 3 == 0)
                z[i] = rintf(z[i] * 3), x[i] = copysignf(x[i], (float)next_random());
        }
        wick__cpow_lines[WICK_FLOAT32](RUN, (void *[]){y, x, z}, (int64_t[]){1, 1, 1}, numbers);
        for (int i = 0; i < RUN; i++)
            worst = fmax(worst, ulps(y[i], pow(x[i], z[i])));
    }
    printf("# pow: %.3f ulp\n", worst);
    expect(worst <= 1);
}

/* Those of the C library, which knows them from its standard. */
static void powers_of_special_values(void)
{
    static const float v[] = {0,      -0.0f,    1,       -1,       2,         -2,    0.5f,
                              -0.5f,  3,        -3,      1.5f,     -2.5f,     1e30f, -1e30f,
                              1e-40f, 16777216, 8388609, INFINITY, -INFINITY, NAN};
    enum { N = sizeof v / sizeof *v };
    float x[N * N], z[N * N], y[N * N];
    for (int i = 0; i < N * N; i++)
        x[i] = v[i / N], z[i] = v[i % N];
    wick__cpow_lines[WICK_FLOAT32](N * N, (void *[]){y, x, z}, (int64_t[]){1, 1, 1}, numbers);
    for (int i = 0; i < N * N; i++) {
        float want = powf(x[i], z[i]);
        expect_for(isnan(want) ? isnan(y[i])
                               : signbit(want) == signbit(y[i]) && ulps(y[i], want) <= 1,
                   "%g to %g: %g, not %g", x[i], z[i], y[i], want);
    }
}

static void special_values(void)
{
    float x[] = {0, -0.0f, INFINITY, -INFINITY, NAN, 88.8f, -104, -100}, y[8];
    void *p[] = {y, x};
    const int64_t s[] = {1, 1};
    wick__exp_lines[WICK_FLOAT32](8, p, s, NULL);
    expect(y[0] == 1 && y[1] == 1 && y[2] == INFINITY && y[3] == 0 && isnan(y[4]));
    expect(y[5] == INFINITY && y[6] == 0 && y[7] > 0);
    wick__tanh_lines[WICK_FLOAT32](8, p, s, NULL);
    expect(y[0] == 0 && !signbit(y[0]) && y[1] == 0 && signbit(y[1]));
    expect(y[2] == 1 && y[3] == -1 && isnan(y[4]));
    wick__sigmoid_lines[WICK_FLOAT32](8, p, s, NULL);
    expect(y[0] == 0.5f && y[2] == 1 && y[3] == 0 && isnan(y[4]) && y[7] > 0);
    wick__log_lines[WICK_FLOAT32](8, p, s, NULL);
    expect(y[0] == -INFINITY && y[1] == -INFINITY && y[2] == INFINITY && isnan(y[3]));
    wick__log1p_lines[WICK_FLOAT32](8, p, s, NULL);
    expect(y[0] == 0 && signbit(y[1]) && y[2] == INFINITY && isnan(y[6]));
    wick__sin_lines[WICK_FLOAT32](8, p, s, NULL);
    expect(y[0] == 0 && signbit(y[1]) && isnan(y[2]) && isnan(y[4]));
}

/* Steps between elements, and results written over what they are made of. */
static void strides_and_places(void)
{
    float x[300], want[300], y[300];
    for (size_t f = 0; f < sizeof functions / sizeof *functions; f++) {
        wick__line *line = (*functions[f].lines)[WICK_FLOAT32];
        for (int i = 0; i < 300; i++)
            x[i] = (float)(3 * next_random()) * (i % 7 == 0 ? 1e7f : 1);
        line(100, (void *[]){want, x + 1}, (int64_t[]){1, 2}, numbers);
        memcpy(y, x, sizeof y);
        line(100, (void *[]){y + 1, y + 1}, (int64_t[]){2, 2}, numbers);
        for (int i = 0; i < 100; i++)
            expect_for(isnan(want[i]) ? isnan(y[1 + 2 * i]) : want[i] == y[1 + 2 * i], "%s, %d",
                       functions[f].name, i);
    }
}

static void remainders_have_the_sign_of_the_divisor(void)
{
    static float x[RUN], z[RUN], y[RUN];
    for (int i = 0; i < RUN; i++) {
        z[i] = (float)next_random();
        x[i] = z[i] * (float)(i % 64 - 32);
    }
    wick__cremainder_lines[WICK_FLOAT32](RUN, (void *[]){y, x, z}, (int64_t[]){1, 1, 1}, numbers);
    for (int i = 0; i < RUN; i++)
        expect(y[i] == x[i] - (float)(z[i] * floorf(x[i] / z[i])));
}

int main(void)
{
    static const named_test tests[] = {
        {"functions of one number", functions_of_one},
        {"powers", powers},
        {"powers of special values", powers_of_special_values},
        {"special values", special_values},
        {"strides and places", strides_and_places},
        {"remainders have the divisor's sign", remainders_have_the_sign_of_the_divisor}};
    return run_under_every_isa(tests, sizeof tests / sizeof *tests);
}
