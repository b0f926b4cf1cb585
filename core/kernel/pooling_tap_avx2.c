/* Pooling's inner loops for AVX2 and FMA. */
#if defined(__x86_64__)
#include "kernel/pooling_tap.h"

#define ISA avx2
#define EACH "kernel/pooling_tap.inc"
#include "kernel/each_real.h"

const wick__pool_taps wick__pool_taps_avx2[2] = {{max_row_float_avx2, sum_row_float_avx2},
                                                 {max_row_double_avx2, sum_row_double_avx2}};
#endif
