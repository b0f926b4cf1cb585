/* The folds of float and double for AVX-512. */
#if defined(__x86_64__)
#include "kernel/reduce_macros.h"

#define ISA avx512
#define EACH "kernel/reduce_real.inc"
#include "kernel/each_real.h"

const wick__fold wick__folds_avx512[2][WICK__FOLDS] = {WICK__REAL_FOLDS(float_avx512),
                                                       WICK__REAL_FOLDS(double_avx512)};
#endif
