/* The folds of every type for the baseline of the build, and the choice among tables. */
#include "kernel/reduce_macros.h"

#include "base/cpu.h"

/* One text for all types: "v != v" is never true of integers. */
#pragma GCC diagnostic ignored "-Wtautological-compare"

#define ISA plain
#define EACH "kernel/reduce_real.inc"
#include "kernel/each_real.h"
#define EACH "kernel/reduce_integer.inc"
#include "kernel/each_integer.h"

const wick__fold wick__folds_plain[2][WICK__FOLDS] = {WICK__REAL_FOLDS(float_plain),
                                                      WICK__REAL_FOLDS(double_plain)};

#define INTEGER_FOLDS(T)                                                                           \
    {                                                                                              \
        [WICK__FOLD_SUM] = {start_sum_##T, sum_##T, merge_sum_##T},                                \
        [WICK__FOLD_PROD] = {start_prod_##T, prod_##T, merge_prod_##T},                            \
        [WICK__FOLD_COUNT] = {start_sum_##T, count_##T, merge_sum_##T},                            \
        [WICK__FOLD_MAX] = {start_extreme_##T, max_##T, merge_max_##T},                            \
        [WICK__FOLD_MIN] = {start_extreme_##T, min_##T, merge_min_##T},                            \
    }
/* In the order of the types. */
static const wick__fold integer_folds[WICK_INT64 + 1][WICK__FOLDS] = {
    INTEGER_FOLDS(uint8), INTEGER_FOLDS(int8), INTEGER_FOLDS(int16), INTEGER_FOLDS(int32),
    INTEGER_FOLDS(int64)};

static const wick__fold *real_folds(wick_dtype dtype)
{
    const wick__fold(*folds)[WICK__FOLDS] = wick__folds_plain;
#if defined(__x86_64__)
    if (wick__cpu_isa() == WICK__AVX512)
        folds = wick__folds_avx512;
    else if (wick__cpu_isa() == WICK__AVX2)
        folds = wick__folds_avx2;
#endif
    return folds[dtype == WICK_FLOAT64];
}

const wick__fold *wick__fold_of(wick__fold_kind kind, wick_dtype dtype)
{
    if (dtype == WICK_FLOAT16)
        return NULL;
    const wick__fold *folds =
        wick_dtype_is_floating(dtype) ? real_folds(dtype) : integer_folds[dtype];
    return folds[kind].fold ? &folds[kind] : NULL;
}

/* ---- out of the slots ---- */

typedef void store(int64_t n, const void *slots, void *y);

static void store_float(int64_t n, const void *slots, void *y)
{
    memcpy(y, slots, (size_t)n * sizeof(float));
}

static void store_double(int64_t n, const void *slots, void *y)
{
    memcpy(y, slots, (size_t)n * sizeof(double));
}

static void store_sums_float(int64_t n, const void *slots, void *py)
{
    const double *sum = slots;
    float *y = py;
    for (int64_t j = 0; j < n; j++)
        y[j] = (float)sum[j];
}

void wick__fold_store(wick_dtype dtype, int64_t n, const void *slots, void *y)
{
    static store *const stores[WICK_DTYPES] = {store_uint8, store_int8, store_int16, store_int32,
                                               store_int64, NULL,       store_float, store_double};
    stores[dtype](n, slots, y);
}

void wick__fold_store_sums(wick_dtype dtype, int64_t n, const void *slots, void *y)
{
    static store *const stores[WICK_DTYPES] = {store_sums_uint8, store_sums_int8,  store_sums_int16,
                                               store_sums_int32, store_sums_int64, NULL,
                                               store_sums_float, store_double};
    stores[dtype](n, slots, y);
}
