/* Direct convolution's inner loops for AVX2 and FMA. */
#if defined(__x86_64__)
#include "kernel/conv_tile.h"

#define ISA avx2
#define VECTOR_BYTES 32
#define REGISTERS 16
#define EACH "kernel/conv_tile.inc"
#include "kernel/each_real.h"

const wick__conv_tiles wick__conv_tiles_avx2[2] = {
    {sweep_rows_float_avx2, weight_columns_float_avx2},
    {sweep_rows_double_avx2, weight_columns_double_avx2}};
#endif
