/* Direct convolution's inner loops for AVX-512. */
#if defined(__x86_64__)
#include "kernel/conv_tile.h"

#define ISA avx512
#define VECTOR_BYTES 64
#define REGISTERS 32
#define EACH "kernel/conv_tile.inc"
#include "kernel/each_real.h"

const wick__conv_tiles wick__conv_tiles_avx512[2] = {
    {sweep_rows_float_avx512, weight_columns_float_avx512},
    {sweep_rows_double_avx512, weight_columns_double_avx512}};
#endif
