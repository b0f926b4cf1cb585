/* What the files of reduction loops share. */
#ifndef WICK_KERNEL_REDUCE_MACROS_H
#define WICK_KERNEL_REDUCE_MACROS_H

#include <math.h>
#include <string.h>

#include "kernel/reduce_fold.h"

/* Running sums or extremes of a line: as many everywhere, so that instruction sets agree. */
#define LANES 32
/* Running sums where a few results stand side by side. */
#define WIDE 256

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)

/* Whether to finish one result after the other; else all take a row at a time, which vectorises
 * when they lie side by side and are many. */
static inline bool folds_along(const wick__fold_run *r)
{
    return r->n < 8 || (r->sm == 1 && r->m >= 16);
}

#define WICK__REAL_FOLDS(T)                                                                        \
    {                                                                                              \
        [WICK__FOLD_SUM] = {start_sum_##T, sum_##T, merge_sum_##T},                                \
        [WICK__FOLD_PROD] = {start_prod_##T, prod_##T, merge_prod_##T},                            \
        [WICK__FOLD_COUNT] = {start_sum_##T, count_##T, merge_sum_##T},                            \
        [WICK__FOLD_ABS] = {start_sum_##T, abs_##T, merge_sum_##T},                                \
        [WICK__FOLD_SQUARE] = {start_sum_##T, square_##T, merge_sum_##T},                          \
        [WICK__FOLD_POWER] = {start_sum_##T, power_##T, merge_sum_##T},                            \
        [WICK__FOLD_MOMENTS] = {start_moments_##T, moments_##T, merge_moments_##T},                \
        [WICK__FOLD_MAX] = {start_extreme_##T, max_##T, merge_max_##T},                            \
        [WICK__FOLD_MIN] = {start_extreme_##T, min_##T, merge_min_##T},                            \
    }

#endif
