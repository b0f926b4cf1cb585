/* Includes the file named by EACH for float and double, with REAL, K(name) and the math function
 * M(name) of the type. No include guard: it is meant to be included again. */
#define REAL float
#define K(name) name##_float
#define M(name) name##f
#include EACH
#undef REAL
#undef K
#undef M
#define REAL double
#define K(name) name##_double
#define M(name) name
#include EACH
#undef REAL
#undef K
#undef M
#undef EACH
