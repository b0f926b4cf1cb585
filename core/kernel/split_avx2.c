/* Splitting pixels for AVX2. */
#if defined(__x86_64__)
#define SPLIT wick__split_avx2
#include "kernel/split.inc"
#endif
