/* Drawing loops of floats for AVX2 and FMA. */
#if defined(__x86_64__)
#define ISA avx2
#include "kernel/generate_loops.inc"
#endif
