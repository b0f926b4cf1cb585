/* The loops of softmax for AVX2 and FMA. */
#if defined(__x86_64__)
#include "kernel/softmax_loops.h"

#define ISA avx2
#define EACH "kernel/softmax.inc"
#include "kernel/each_real.h"

const wick__softmax_loops wick__softmax_loops_avx2[2] = {WICK__SOFTMAX_LOOPS(float_avx2),
                                                         WICK__SOFTMAX_LOOPS(double_avx2)};
#endif
