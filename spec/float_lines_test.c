/* Exponentials of floats against the C library in double, every 509th float there is, through the
 * loops of every instruction set; and the special values. */
#include "kernel/exp_lines.h"
#include "support/kernels.h"

enum { RUN = 4096, STEP = 509 };

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* What lies between got and want, in places of the last digit of want as a float. */
static double ulps(float got, double want)
{
    if (isnan(want) || isinf((float)want) || isinf(got))
        return isnan(want) ? (isnan(got) ? 0 : INFINITY) : got == (float)want ? 0 : INFINITY;
    int exponent;
    frexp(want, &exponent);
    return fabs(got - want) / ldexp(1, (exponent < -125 ? -125 : exponent) - 24);
}

static void check(wick__line *line, double (*exact)(double), double bound)
{
    static float x[RUN], y[RUN];
    double worst = 0;
    for (uint64_t bits = 0; bits >> 32 == 0;) {
        for (int i = 0; i < RUN; i++, bits += STEP) {
            uint32_t word = (uint32_t)bits;
            memcpy(&x[i], &word, sizeof word);
        }
        line(RUN, (void *[]){y, x}, (int64_t[]){1, 1}, NULL);
        for (int i = 0; i < RUN; i++)
            worst = fmax(worst, ulps(y[i], exact(x[i])));
    }
    printf("# %.3f ulp\n", worst);
    expect(worst <= bound);
}

static void exponential(void)
{
    check(wick__exp_lines_best()->exp, exp, 2);
}

static void hyperbolic_tangent(void)
{
    check(wick__exp_lines_best()->tanh, tanh, 3);
}

static void logistic(void)
{
    check(wick__exp_lines_best()->sigmoid, sigmoid, 3);
}

static void special_values(void)
{
    float x[] = {0, -0.0f, INFINITY, -INFINITY, NAN, 88.8f, -104, -100}, y[8];
    const wick__exponentials *lines = wick__exp_lines_best();
    lines->exp(8, (void *[]){y, x}, (int64_t[]){1, 1}, NULL);
    expect(y[0] == 1 && y[1] == 1 && y[2] == INFINITY && y[3] == 0 && isnan(y[4]));
    expect(y[5] == INFINITY && y[6] == 0 && y[7] > 0);
    lines->tanh(8, (void *[]){y, x}, (int64_t[]){1, 1}, NULL);
    expect(y[0] == 0 && !signbit(y[0]) && y[1] == 0 && signbit(y[1]));
    expect(y[2] == 1 && y[3] == -1 && isnan(y[4]));
    lines->sigmoid(8, (void *[]){y, x}, (int64_t[]){1, 1}, NULL);
    expect(y[0] == 0.5f && y[2] == 1 && y[3] == 0 && isnan(y[4]) && y[7] > 0);
}

int main(void)
{
    static const named_test tests[] = {{"exp", exponential},
                                       {"tanh", hyperbolic_tangent},
                                       {"sigmoid", logistic},
                                       {"special values", special_values}};
    return run_under_every_isa(tests, sizeof tests / sizeof *tests);
}
