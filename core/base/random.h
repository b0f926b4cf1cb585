/* Random numbers: MT19937 with Torch7's rules for what is drawn in order, and a counter-based
 * stream for what is drawn in parallel. */
#ifndef WICK_BASE_RANDOM_H
#define WICK_BASE_RANDOM_H

#include "wick.h"

/* Laid out as the 5048 bytes that Torch7's getRNGState shows. */
typedef struct wick__generator {
    uint64_t seed; /* as given */
    int32_t left;  /* words until the next block */
    int32_t seeded;
    uint64_t next;       /* index of the next word */
    uint64_t state[624]; /* 32-bit words in 64-bit slots */
    double normal_x;
    double normal_y;
    double normal_rho;
    int32_t normal_is_valid;
    int32_t unused;
} wick__generator;

_Static_assert(sizeof(wick__generator) == WICK_GENERATOR_BYTES, "Torch7's state is 5048 bytes");

/* Starts over from the state that Torch7 gives the seed. */
void wick__generator_seed(wick__generator *generator, uint64_t seed);
uint32_t wick__generator_word(wick__generator *generator); /* 0 .. 2^32-1 */
/* `n` words at once, the same that n calls would give. */
void wick__generator_words(wick__generator *generator, int64_t n, uint32_t *words);
double wick__generator_uniform(wick__generator *generator); /* [0, 1), word / 2^32 */
double wick__generator_normal(wick__generator *generator);  /* Box-Muller, mean 0, deviation 1 */

/* Word `counter` of the stream `key`: a bijective mix, the same on every thread. */
static inline uint64_t wick__stream_word(uint64_t key, uint64_t counter)
{
    uint64_t z = key + (counter + 1) * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

#endif
