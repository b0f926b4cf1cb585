/* MT19937 as Torch7 keeps and draws it: the same seed gives the same words, the same state bytes.
 */
#include "base/random.h"

#include <math.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/context.h"
#include "base/status.h"

enum { WORDS = 624, SHIFT = 397 };

/* ---- the generator --------------------------------------------------------------------------- */

void wick__generator_seed(wick__generator *generator, uint64_t seed)
{
    *generator = (wick__generator){.seed = seed, .left = 1, .seeded = 1};
    uint32_t word = (uint32_t)seed;
    for (uint32_t i = 0; i < WORDS; i++) {
        generator->state[i] = word;
        word = UINT32_C(1812433253) * (word ^ (word >> 30)) + i + 1;
    }
}

/* A word of the next block from a word, the one after it and the one SHIFT later. */
static inline uint64_t twist(uint64_t word, uint64_t after, uint64_t later)
{
    uint64_t mixed = (word & UINT64_C(0x80000000)) | (after & UINT64_C(0x7fffffff));
    return later ^ (mixed >> 1) ^ ((0 - (after & 1)) & UINT64_C(0x9908b0df));
}

static void next_block(wick__generator *generator)
{
    uint64_t *s = generator->state;
    for (int i = 0; i < WORDS - SHIFT; i++)
        s[i] = twist(s[i], s[i + 1], s[i + SHIFT]);
    for (int i = WORDS - SHIFT; i < WORDS - 1; i++)
        s[i] = twist(s[i], s[i + 1], s[i + SHIFT - WORDS]);
    s[WORDS - 1] = twist(s[WORDS - 1], s[0], s[SHIFT - 1]);
    generator->left = WORDS;
    generator->next = 0;
}

static inline uint32_t temper(uint64_t word)
{
    uint32_t y = (uint32_t)word;
    y ^= y >> 11;
    y ^= (y << 7) & UINT32_C(0x9d2c5680);
    y ^= (y << 15) & UINT32_C(0xefc60000);
    return y ^ (y >> 18);
}

uint32_t wick__generator_word(wick__generator *generator)
{
    if (--generator->left == 0)
        next_block(generator);
    return temper(generator->state[generator->next++]);
}

void wick__generator_words(wick__generator *generator, int64_t n, uint32_t *words)
{
    while (n > 0) {
        *words++ = wick__generator_word(generator);
        int64_t run = generator->left - 1 < n - 1 ? generator->left - 1 : n - 1;
        const uint64_t *state = generator->state + generator->next;
        for (int64_t i = 0; i < run; i++)
            words[i] = temper(state[i]);
        generator->left -= (int32_t)run;
        generator->next += (uint64_t)run;
        words += run;
        n -= run + 1;
    }
}

double wick__generator_uniform(wick__generator *generator)
{
    return wick__generator_word(generator) * (1.0 / 4294967296.0);
}

/* Box-Muller gives two values: the second is kept for the next call. */
double wick__generator_normal(wick__generator *generator)
{
    static const double two_pi = 6.283185307179586;
    generator->normal_is_valid = !generator->normal_is_valid;
    if (!generator->normal_is_valid)
        return generator->normal_rho * sin(two_pi * generator->normal_x);
    generator->normal_x = wick__generator_uniform(generator);
    generator->normal_y = wick__generator_uniform(generator);
    generator->normal_rho = sqrt(-2.0 * log(1.0 - generator->normal_y));
    return generator->normal_rho * cos(two_pi * generator->normal_x);
}

/* ---- a context's generator ------------------------------------------------------------------- */

void wick_seed(wick_context *context, uint64_t seed)
{
    wick__generator_seed(&context->generator, seed);
}

uint64_t wick_initial_seed(const wick_context *context)
{
    return context->generator.seed;
}

/* 53 bits, so that the seed is exact as a Lua number of either kind. */
uint64_t wick_seed_from_system(wick_context *context)
{
    uint64_t seed;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        seed = wick__stream_word((uint64_t)now.tv_sec, (uint64_t)now.tv_nsec ^ (uintptr_t)context);
    }
    seed >>= 11;
    wick_seed(context, seed);
    return seed;
}

uint32_t wick_random(wick_context *context)
{
    return wick__generator_word(&context->generator);
}

double wick_uniform(wick_context *context, double low, double high)
{
    return wick__generator_uniform(&context->generator) * (high - low) + low;
}

double wick_normal(wick_context *context, double mean, double deviation)
{
    return wick__generator_normal(&context->generator) * deviation + mean;
}

void wick_generator_get(const wick_context *context, void *state)
{
    memcpy(state, &context->generator, WICK_GENERATOR_BYTES);
}

/* Whether `words` could have come from a seed: 32 bits each and not all zero. */
static bool words_are_valid(const uint64_t *words)
{
    uint64_t any = 0;
    for (int i = 0; i < WORDS; i++)
        any |= words[i];
    return any != 0 && any <= UINT32_MAX;
}

/* The two counts run against each other; only before the first block is the position free. */
static bool position_is_valid(const wick__generator *g)
{
    if (g->left < 1 || g->left > WORDS || g->next > WORDS)
        return false;
    return g->left == 1 || (uint64_t)g->left + g->next == WORDS + 1;
}

static bool normal_is_valid(const wick__generator *g)
{
    if (g->normal_is_valid == 0)
        return true;
    return g->normal_is_valid == 1 && g->normal_x >= 0 && g->normal_x < 1 && g->normal_y >= 0 &&
           g->normal_y < 1 && g->normal_rho >= 0 && isfinite(g->normal_rho);
}

wick_status wick_generator_set(wick_context *context, const void *state)
{
    wick__generator generator;
    memcpy(&generator, state, sizeof generator);
    if (generator.seeded != 1 || !words_are_valid(generator.state) ||
        !position_is_valid(&generator) || !normal_is_valid(&generator))
        return wick__fail(WICK_EVALUE, "generator: these %d bytes are not the state of a generator",
                          WICK_GENERATOR_BYTES);
    context->generator = generator;
    return WICK_OK;
}
