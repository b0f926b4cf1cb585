/* The folds of float and double for AVX2 and FMA. */
#if defined(__x86_64__)
#include "kernel/reduce_macros.h"

#define ISA avx2
#define EACH "kernel/reduce_real.inc"
#include "kernel/each_real.h"

const wick__fold wick__folds_avx2[2][WICK__FOLDS] = {WICK__REAL_FOLDS(float_avx2),
                                                     WICK__REAL_FOLDS(double_avx2)};
#endif
