/* Pooling's inner loops for AVX-512. */
#if defined(__x86_64__)
#include "kernel/pooling_tap.h"

#define ISA avx512
#define EACH "kernel/pooling_tap.inc"
#include "kernel/each_real.h"

const wick__pool_taps wick__pool_taps_avx512[2] = {{max_row_float_avx512, sum_row_float_avx512},
                                                   {max_row_double_avx512, sum_row_double_avx512}};
#endif
