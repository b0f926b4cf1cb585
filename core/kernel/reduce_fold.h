/* The loops inside a reduction, one set a kind and type. An accumulator is a slot of 8 bytes in
 * each of a few planes: sums have one plane (double or uint64), variances three (shift, sum, sum of
 * squares), max and min two (value, index). */
#ifndef WICK_KERNEL_REDUCE_FOLD_H
#define WICK_KERNEL_REDUCE_FOLD_H

#include "kernel/reduce.h"

enum { WICK__PLANES = 3 };

/* n results beside each other, m elements to fold into each. */
typedef struct wick__fold_run {
    int64_t n, m;
    const void *x;
    int64_t sx,
        sm;     /* elements from one result's to the next one's, and from one fold to the next */
    int64_t at; /* what number the first of the m is among all that are folded */
    void *slots;
    int64_t plane; /* slots from plane to plane */
    double p;
} wick__fold_run;

typedef struct wick__fold {
    /* Slots of n results before anything is folded; x is their first elements, NULL: none. */
    void (*start)(int64_t n, const void *x, int64_t sx, void *slots, int64_t plane);
    void (*fold)(const wick__fold_run *run);
    /* What came later in `more` joins what came before in `slots`. */
    void (*merge)(int64_t n, void *slots, const void *more, int64_t plane);
} wick__fold;

/* The kinds of loops behind the reductions. */
typedef enum wick__fold_kind {
    WICK__FOLD_SUM,
    WICK__FOLD_PROD,
    WICK__FOLD_COUNT,
    WICK__FOLD_ABS,
    WICK__FOLD_SQUARE,
    WICK__FOLD_POWER,
    WICK__FOLD_MOMENTS,
    WICK__FOLD_MAX,
    WICK__FOLD_MIN,
    WICK__FOLDS
} wick__fold_kind;

/* NULL where there is none. */
const wick__fold *wick__fold_of(wick__fold_kind kind, wick_dtype dtype);

/* Puts finished slots where they belong: values of the type, or its sums (double, or uint64). */
void wick__fold_store(wick_dtype dtype, int64_t n, const void *slots, void *y);
void wick__fold_store_sums(wick_dtype dtype, int64_t n, const void *slots, void *y);

/* Tables of the instruction sets, float then double. */
extern const wick__fold wick__folds_plain[2][WICK__FOLDS];
extern const wick__fold wick__folds_avx2[2][WICK__FOLDS];
extern const wick__fold wick__folds_avx512[2][WICK__FOLDS];

#endif
