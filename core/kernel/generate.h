/* Random numbers drawn into memory with Torch7's rules: words come from the generator in serial, in
 * blocks, and what is made of them is shared among threads. */
#ifndef WICK_KERNEL_GENERATE_H
#define WICK_KERNEL_GENERATE_H

#include "base/random.h"
#include "wick.h"

typedef enum wick__draw {
    WICK__RANDOM,      /* word mod a + b; a up to 2^32 */
    WICK__UNIFORM,     /* in [a, b) */
    WICK__NORMAL,      /* mean a, deviation b */
    WICK__BERNOULLI,   /* 1 with probability a */
    WICK__EXPONENTIAL, /* rate a */
    WICK__CAUCHY,      /* median a, scale b */
    WICK__LOG_NORMAL,  /* exp of a normal with mean a, deviation b */
    WICK__GEOMETRIC,   /* with probability a */
    WICK__DRAWS
} wick__draw;

/* Whether numbers of this type can be drawn. */
bool wick__draws(wick__draw kind, wick_dtype dtype);

/* n elements in order from the context's generator. Fails with WICK_ENOMEM. */
wick_status wick__draw_into(wick_context *context, wick__draw kind, wick_dtype dtype, double a,
                            double b, int64_t n, void *y);

/* y[i] = 1 with probability p[i], else 0; p is WICK_FLOAT32 or WICK_FLOAT64. */
void wick__draw_bernoulli(wick__generator *generator, wick_dtype p_dtype, const void *p,
                          wick_dtype dtype, int64_t n, void *y);

/* y = 1 .. n in random order; any type but WICK_FLOAT16. */
void wick__draw_permutation(wick__generator *generator, wick_dtype dtype, int64_t n, void *y);

/* `samples` categories, counted from 1, with the probabilities that `weight` (n, of which the sum
 * is positive) is in proportion to. `room` has n elements. With no replacement a category that was
 * drawn loses its weight; as many as there are samples have one. */
void wick__draw_categories(wick__generator *generator, int64_t n, double *weight, double *room,
                           int64_t samples, bool replacement, int64_t *category);

/* y[i] = start + i step / divisor, all cut to integers for integer types. */
void wick__progression(wick_dtype dtype, double start, double step, double divisor, int64_t n,
                       void *y);
/* Ten to that power, in double; WICK_FLOAT32 and WICK_FLOAT64. */
void wick__powers_of_ten(wick_dtype dtype, double start, double step, double divisor, int64_t n,
                         void *y);

#endif
