/* What this processor can do, found out once. WICK_ISA=avx512|avx2|neon|plain forces less. */
#ifndef WICK_BASE_CPU_H
#define WICK_BASE_CPU_H

typedef enum wick__isa { WICK__PLAIN, WICK__NEON, WICK__AVX2, WICK__AVX512 } wick__isa;

/* The best instruction set that is there and allowed. */
wick__isa wick__cpu_isa(void);
/* "avx512", "avx2", "neon" or "plain". */
const char *wick__cpu_isa_name(void);

#endif
