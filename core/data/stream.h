/* Random numbers of one sample or batch: a counter-based stream, so that what is drawn depends on
 * the key alone, not on which thread draws or when. */
#ifndef WICK_DATA_STREAM_H
#define WICK_DATA_STREAM_H

#include "base/random.h"

/* {key} is a stream at its beginning. */
typedef struct wick__stream {
    uint64_t key, drawn; /* the next word is wick__stream_word(key, drawn) */
} wick__stream;

/* Evenly in [from, to). */
double wick__draw_uniform(wick__stream *stream, double from, double to);
/* Evenly in 0 .. n - 1; n is at least 1. */
int64_t wick__draw_below(wick__stream *stream, int64_t n);
/* True with probability p; 0 and below never, 1 and above always. One word is drawn in any case. */
bool wick__draw_chance(wick__stream *stream, double p);
/* Normally with mean 0 and deviation 1. */
double wick__draw_normal(wick__stream *stream);
/* Of the symmetric beta distribution with parameters (alpha, alpha), alpha > 0. */
double wick__draw_beta(wick__stream *stream, double alpha);
/* The numbers 0 .. n - 1 in any order alike. */
void wick__draw_order(wick__stream *stream, int n, int *order);

#endif
