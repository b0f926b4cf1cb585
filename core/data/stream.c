/* What is drawn from streams. */
#include "data/stream.h"

#include <math.h>

static uint64_t next_word(wick__stream *stream)
{
    return wick__stream_word(stream->key, stream->drawn++);
}

/* In [0, 1), in steps of 2^-53. */
static double unit(wick__stream *stream)
{
    return (double)(next_word(stream) >> 11) * 0x1p-53;
}

double wick__draw_uniform(wick__stream *stream, double from, double to)
{
    return from + (to - from) * unit(stream);
}

int64_t wick__draw_below(wick__stream *stream, int64_t n)
{
    return (int64_t)(((unsigned __int128)next_word(stream) * (uint64_t)n) >> 64);
}

bool wick__draw_chance(wick__stream *stream, double p)
{
    return unit(stream) < p;
}

double wick__draw_normal(wick__stream *stream)
{
    double distance = sqrt(-2 * log(1 - unit(stream)));
    return distance * cos(2 * M_PI * unit(stream));
}

/* Of the gamma distribution with this shape, at least 1 (Marsaglia and Tsang, 2000). */
static double draw_gamma(wick__stream *stream, double shape)
{
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = wick__draw_normal(stream), v = 1 + c * x;
        v = v * v * v;
        if (v > 0 && log(1 - unit(stream)) < 0.5 * x * x + d - d * v + d * log(v))
            return d * v;
    }
}

/* The logarithm of a gamma variate of any shape, as small shapes' own underflow. */
static double draw_log_gamma(wick__stream *stream, double shape)
{
    return log(draw_gamma(stream, shape + 1)) + log(1 - unit(stream)) / shape;
}

double wick__draw_beta(wick__stream *stream, double alpha)
{
    double a = draw_log_gamma(stream, alpha), b = draw_log_gamma(stream, alpha);
    return 1 / (1 + exp(b - a));
}

void wick__draw_order(wick__stream *stream, int n, int *order)
{
    for (int i = 0; i < n; i++) {
        int j = (int)wick__draw_below(stream, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
}
