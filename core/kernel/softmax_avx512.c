/* The loops of softmax for AVX-512. */
#if defined(__x86_64__)
#include "kernel/softmax_loops.h"

#define ISA avx512
#define EACH "kernel/softmax.inc"
#include "kernel/each_real.h"

const wick__softmax_loops wick__softmax_loops_avx512[2] = {WICK__SOFTMAX_LOOPS(float_avx512),
                                                           WICK__SOFTMAX_LOOPS(double_avx512)};
#endif
