/* Drawing loops of floats for AVX-512. */
#if defined(__x86_64__)
#define ISA avx512
#include "kernel/generate_loops.inc"
#endif
