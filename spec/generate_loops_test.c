/* Blocks of random floats against the generator's single draws, bit for bit, on every instruction
 * set: lengths around those of blocks and pairs, and words for which logarithms and angles are at
 * their limits. */
#include "base/random.h"
#include "kernel/generate.h"
#include "kernel/generate_loops.h"
#include "support/kernels.h"

static const double parameters[][2] = {{0, 1}, {3, 0.01}, {-1e-3, 100}, {1e6, 1}, {2, -5}};

static void normal_numbers(void)
{
    static const int64_t lengths[] = {1, 2, 3, 16, 127, 128, 129, 1000, 70001};
    wick_context *context = context_with(2);
    for (int i = 0; i < 9; i++)
        for (int q = 0; q < 5; q++) {
            wick__generator generator;
            array y = new_array(WICK_FLOAT32, lengths[i]);
            const double a = parameters[q][0], b = parameters[q][1];
            wick_seed(context, (uint64_t)(100 * i + q));
            wick__generator_seed(&generator, (uint64_t)(100 * i + q));
            expect(!wick__draw_into(context, WICK__NORMAL, WICK_FLOAT32, a, b, y.n, y.data));
            int64_t same = 0;
            while (same < y.n &&
                   ((float *)y.data)[same] == (float)(wick__generator_normal(&generator) * b + a))
                same++;
            expect_for(same == y.n, "%lld of %lld, parameters %d", (long long)same, (long long)y.n,
                       q);
            delete_arrays(1, &y);
        }
}

static void uniform_numbers(void)
{
    wick_context *context = context_with(2);
    for (int q = 0; q < 5; q++) {
        wick__generator generator;
        array y = new_array(WICK_FLOAT32, 70001);
        const double a = parameters[q][0], b = parameters[q][1];
        wick_seed(context, (uint64_t)q);
        wick__generator_seed(&generator, (uint64_t)q);
        expect(!wick__draw_into(context, WICK__UNIFORM, WICK_FLOAT32, a, b, y.n, y.data));
        int64_t same = 0;
        while (same < y.n && ((float *)y.data)[same] ==
                                 (float)(wick__generator_uniform(&generator) * (b - a) + a))
            same++;
        expect_for(same == y.n, "parameters %d", q);
        delete_arrays(1, &y);
    }
}

/* The ends of the range and angles beside the axes, where sines are next to nothing. */
static void words_at_the_limits(void)
{
    enum { N = 4096 };
    uint32_t word[N];
    float y[N], pair[2];
    for (int i = 0; i < N; i++)
        word[i] = i % 2 ? (uint32_t)(i / 64 - 32) * (uint32_t)(i % 3 ? 1 : 67108864)
                        : (uint32_t)(i / 16) * 0x10000000u + (uint32_t)(i % 16) - 8;
    for (int q = 0; q < 5; q++) {
        wick__draw_loops_best()->normal(N, word, parameters[q][0], parameters[q][1], y);
        for (int i = 0; i < N; i += 2) {
            wick__normal_pair(word + i, parameters[q][0], parameters[q][1], pair);
            expect_for(pair[0] == y[i] && pair[1] == y[i + 1], "words %u and %u, parameters %d",
                       word[i], word[i + 1], q);
        }
    }
}

int main(void)
{
    static const named_test tests[] = {{"normal numbers are the generator's", normal_numbers},
                                       {"uniform numbers are the generator's", uniform_numbers},
                                       {"words at the limits", words_at_the_limits}};
    return run_under_every_isa(tests, sizeof tests / sizeof *tests);
}
