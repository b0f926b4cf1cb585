/* The blocked layout's loops for the baseline of the build, and the choice by processor. */
#include "kernel/blocked_loops.h"

#include "base/cpu.h"

#define ISA plain
#define VECTOR_BYTES 16
#include "kernel/blocked_loops.inc"

const wick__blocked_loops *wick__blocked_loops_best(void)
{
#if defined(__x86_64__)
    if (wick__cpu_isa() == WICK__AVX512)
        return &wick__blocked_loops_avx512;
    if (wick__cpu_isa() == WICK__AVX2)
        return &wick__blocked_loops_avx2;
#endif
    return &wick__blocked_loops_plain;
}

void wick__blocked_share(wick_context *context, int64_t items, int64_t floats, wick__part *part,
                         void *job)
{
    wick__parallel(context, items, (1 << 15) / (floats + 1) + 1, part, job);
}
